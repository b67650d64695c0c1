"""What a document's tree may hold besides plain data: slots, texts with slots in them, references, expressions.

A node is a promise of a value, the same for every tenant that shares a template. So nothing in here can be compared,
counted, formatted or used as a key: a document that tries gets a `TypeError` that says what to declare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, NoReturn, TypeAlias

from tenantc.source.path import Path


class SettingSource(NamedTuple):
    """A placed setting."""

    path: Path

    def advice(self) -> str:
        return f"`{self.path}` is placed, so no document may inspect it: declare it in `looks`"


class IdentitySource(NamedTuple):
    """A part of the tenant's identity: `tenant_id`, `tenant_name` or `owner_email`."""

    part: str

    def advice(self) -> str:
        return f"`{self.part}` is identity: documents place it and never inspect it"


class NameSource(NamedTuple):
    """A derived name: the kind's, longer by `suffix` where there is one."""

    kind: str
    suffix: str = ""

    def advice(self) -> str:
        return f"the {self.kind} is identity: documents place it and never inspect it; `names.sub` gives a longer one"


Source: TypeAlias = SettingSource | IdentitySource | NameSource


class Node:
    """A value that is known only when a tenant's template is filled."""

    __slots__ = ()

    def advice(self) -> str:
        """Why inspecting this is wrong, and what to do instead."""
        return "a text or reference of an artifact is placed and never inspected"

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(self.advice())

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        self._refuse()

    def __format__(self, spec: str) -> NoReturn:
        raise TypeError(f"{self.advice()} (and build text with `text(…)`, not with f-strings)")

    # What is refused is spelled out so that each stands where Python looks for it.
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __hash__ = __bool__ = __str__ = __len__ = __iter__ = __contains__ = __getitem__ = _refuse
    __int__ = __float__ = __index__ = __complex__ = __bytes__ = __round__ = __call__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = _refuse
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = __divmod__ = _refuse
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = __neg__ = __pos__ = __abs__ = __invert__ = _refuse


class Slot(Node):
    """A placed setting, a part of the tenant's identity or a derived name.

    `safe` says that the value is letters, digits and `+ = , . @ _ / -` alone, whoever the tenant is.
    """

    __slots__ = ("safe", "source")

    source: Source
    safe: bool

    def __init__(self, source: Source, *, safe: bool = False) -> None:
        self.source = source
        self.safe = safe

    def advice(self) -> str:
        return self.source.advice()

    def __repr__(self) -> str:
        return f"<slot {'.'.join(part for part in self.source if part)}>"


class Text(Node):
    """Text with slots, references or expressions in it; see `text`."""

    __slots__ = ("parts",)

    parts: tuple[Part, ...]

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts = parts

    def __repr__(self) -> str:
        return f"<text {self.parts!r}>"


class JsonText(Node):
    """A tree as one line of JSON inside a text; see `compact_json`."""

    __slots__ = ("tree",)

    tree: Tree

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def __repr__(self) -> str:
        return "<compact json>"


class Ref(Node):
    """A reference to something that a document of the same target and scope builds; `build` checks that it is there.

    Kubernetes: `Ref("ServiceAccount", name)` prints the name. Terraform: `Ref("aws_kms_key", "main", "arn")` prints
    `${aws_kms_key.main.arn}`; data sources are `Ref("data.aws_region", "here", "name")`. SQL: `Ref("role", name)`
    prints the quoted identifier, and a statement says what it makes with `makes=`.
    """

    __slots__ = ("attribute", "kind", "name")

    kind: str
    name: str | Slot | Text
    attribute: str

    def __init__(self, kind: str, name: str | Slot | Text, attribute: str = "") -> None:
        self.kind = kind
        self.name = name
        self.attribute = attribute

    def __repr__(self) -> str:
        return f"<ref {self.kind} {self.name!r} {self.attribute}>"


class Expr(Node):
    """A Terraform expression, from our own code alone: `Expr("var.zone")` prints `${var.zone}`."""

    __slots__ = ("code",)

    code: str

    def __init__(self, code: str) -> None:
        self.code = code

    def __repr__(self) -> str:
        return f"<expr {self.code}>"


Part: TypeAlias = str | int | float | Slot | Text | JsonText | Ref | Expr
Tree: TypeAlias = bool | int | float | str | Node | Mapping[str, "Tree"] | Sequence["Tree"] | None


def text(*parts: Part) -> Text:
    """Text put together from literals, numbers, slots, references and expressions.

    Values print as YAML and JSON print them (`true`, `5`, `0.8`). There is no other way to mix a slot into text.
    """
    return Text(parts)


def compact_json(tree: Tree) -> JsonText:
    """A tree, or one slot of whatever shape, as one line of JSON; whatever text holds it adds its own escaping."""
    return JsonText(tree)


@dataclass(frozen=True, slots=True)
class Unsupported:
    """What a document returns where its target has no way to say a setting's value (T603).

    `choices` are what the user can do, each a clause such as "set `kms.mode` to `aws`".
    """

    path: Path
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoRegion:
    """What a document returns where it has something to build and `deployment.region` is absent (T604)."""
