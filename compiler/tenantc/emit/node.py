"""What a document's tree may hold besides plain data: slots, texts with slots in them, references, expressions.

A node is a promise of a value, the same for every tenant that shares a template. So nothing in here can be compared,
counted, formatted or used as a key: a document that tries gets a `TypeError` that says what to declare.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple, NoReturn, TypeAlias

from tenantc.source.frozen import Frozen
from tenantc.source.path import Path
from tenantc.source.span import Span
from tenantc.source.value import UNLIMITED, Opaque, Record, Value


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
ValueOf: TypeAlias = Callable[[Source], Value]


class Node:
    """A value that is known only when a tenant's template is filled."""

    __slots__ = ()

    def advice(self) -> str:
        """Why inspecting this is wrong, and what to do instead."""
        return "a text or reference of an artifact is placed and never inspected"

    def filled(self, value_of: ValueOf) -> Tree:  # noqa: ARG002 for those that hold slots
        """What stands here for one tenant: no slots are left in it. Raises `TypeError` for what may not be placed.

        A node that can hold no slot is the same for all.
        """
        return self

    def inner(self) -> tuple[Tree, ...]:
        """What the node is made of."""
        return ()

    def key(self) -> Hashable:
        """Two nodes of equal keys stand for the same in every tenant's artifacts."""
        return (type(self).__name__, *map(tree_key, self.inner()))

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError(self.advice())

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):  # debuggers, printers and copiers ask for what may be there
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


class Null(Node):
    """Stands for an absence that is written, where None stands for what is left out."""

    __slots__ = ()

    def filled(self, value_of: ValueOf) -> Tree:  # noqa: ARG002 it is the same for all
        return self


NULL: Final = Null()


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

    def filled(self, value_of: ValueOf) -> Tree:
        value = value_of(self.source)
        if value is UNLIMITED or isinstance(value, (tuple, Record, Opaque)):
            raise TypeError(f"{self!r} holds no plain value: look at it, or place it in `compact_json`")
        return value

    def key(self) -> Hashable:
        return (type(self.source).__name__, *self.source)

    def __repr__(self) -> str:
        return f"<slot {'.'.join(part for part in self.source if part)}>"


class Text(Node):
    """Text with slots, references or expressions in it; see `text`."""

    __slots__ = ("parts",)

    parts: tuple[Part, ...]

    def __init__(self, parts: tuple[Part, ...]) -> None:
        self.parts = parts

    def filled(self, value_of: ValueOf) -> Tree:
        return Text(tuple(_filled_part(part, value_of) for part in self.parts))

    def inner(self) -> tuple[Tree, ...]:
        return self.parts

    def __repr__(self) -> str:
        return f"<text {self.parts!r}>"


class JsonText(Node):
    """A tree as one line of JSON inside a text; see `compact_json`."""

    __slots__ = ("tree",)

    tree: Tree

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    def filled(self, value_of: ValueOf) -> Tree:
        return JsonText(_filled_json(self.tree, value_of))

    def inner(self) -> tuple[Tree, ...]:
        return (self.tree,)

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

    def filled(self, value_of: ValueOf) -> Tree:
        if isinstance(self.name, str):
            return self
        name = self.name.filled(value_of)
        return Ref(self.kind, name if isinstance(name, (str, Text)) else str(name), self.attribute)

    def inner(self) -> tuple[Tree, ...]:
        return (self.kind, self.name, self.attribute)

    def __repr__(self) -> str:
        return f"<ref {self.kind} {self.name!r} {self.attribute}>"


class Expr(Node):
    """A Terraform expression, from our own code alone: `Expr("var.zone")` prints `${var.zone}`."""

    __slots__ = ("code",)

    code: str

    def __init__(self, code: str) -> None:
        self.code = code

    def inner(self) -> tuple[Tree, ...]:
        return (self.code,)

    def __repr__(self) -> str:
        return f"<expr {self.code}>"


Part: TypeAlias = str | int | float | Slot | Text | JsonText | Ref | Expr
Tree: TypeAlias = bool | int | float | str | Node | Mapping[str, "Tree"] | Sequence["Tree"] | None


def filled(tree: Tree, value_of: ValueOf) -> Tree:
    """The tree for one tenant, with values where slots were; expressions and references stay."""
    if isinstance(tree, Node):
        return tree.filled(value_of)
    if isinstance(tree, Mapping):
        return {key: filled(item, value_of) for key, item in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [filled(item, value_of) for item in tree]
    return tree


def tree_key(tree: Tree) -> Hashable:
    """A key under which trees are equal if they print the same for every tenant; typed, so 1, 1.0 and true differ."""
    if isinstance(tree, Node):
        return tree.key()
    if isinstance(tree, Mapping):
        return ("mapping", *((key, tree_key(item)) for key, item in tree.items()))
    if isinstance(tree, (list, tuple)):
        return ("list", *map(tree_key, tree))
    return (type(tree).__name__, repr(tree) if isinstance(tree, float) else tree)


def nodes(tree: Tree) -> list[Node]:
    """Every node of a tree, in its order; what stands inside a node after the node."""
    found: list[Node] = []
    _gather(tree, found)
    return found


def _gather(tree: Tree, found: list[Node]) -> None:
    # most of a tree is text, and to ask whether that is a mapping takes long
    if isinstance(tree, str):
        return
    if isinstance(tree, Node):
        found.append(tree)
        items: Iterable[Tree] = tree.inner()
    elif isinstance(tree, (list, tuple)):
        items = tree
    elif isinstance(tree, Mapping):
        items = tree.values()
    else:
        return
    for item in items:
        _gather(item, found)


def _filled_part(part: Part, value_of: ValueOf) -> Part:
    if not isinstance(part, Node):
        return part
    held = part.filled(value_of)
    assert isinstance(held, (str, int, float, Slot, Text, JsonText, Ref, Expr)), "a part becomes a part"
    return held


def _filled_json(tree: Tree, value_of: ValueOf) -> Tree:
    if isinstance(tree, Slot):
        return json_ready(value_of(tree.source))
    if isinstance(tree, Node):
        return tree.filled(value_of)
    if isinstance(tree, Mapping):
        return {key: _filled_json(item, value_of) for key, item in tree.items()}
    if isinstance(tree, (list, tuple)):
        return [_filled_json(item, value_of) for item in tree]
    return tree


def json_ready(value: Value) -> Tree:
    """A setting's value as JSON can say it: `unlimited` is the word."""
    if value is UNLIMITED:
        return UNLIMITED.value
    if isinstance(value, tuple):
        return [json_ready(item) for item in value]
    if isinstance(value, Record):
        return {key: json_ready(item) for key, item in value.items()}
    assert not isinstance(value, Opaque), "identity is filled in before a value is placed"
    return value


def text(*parts: Part) -> Text:
    """Text put together from literals, numbers, slots, references and expressions.

    Values print as YAML and JSON print them (`true`, `5`, `0.8`). There is no other way to mix a slot into text.
    """
    return Text(parts)


def compact_json(tree: Tree) -> JsonText:
    """A tree, or one slot of whatever shape, as one line of JSON; whatever text holds it adds its own escaping."""
    return JsonText(tree)


class Unsupported(Frozen):
    """What a document returns where its target has no way to say a setting's value (T603).

    `choices` are what the user can do, each a clause such as "set `kms.mode` to `aws`".
    """

    path: Path
    choices: tuple[str, ...] = ()


class Misfit(Frozen):
    """What a document returns to which a patch of the workspace can't be applied (T612).

    `problem` ends a sentence about the patch, which stands at `span`.
    """

    span: Span
    problem: str


class NoRegion(Frozen):
    """What a document returns where it has something to build and `deployment.region` is absent (T604).

    `purpose` says what needs it, to end a sentence with: "its check of …".
    """

    purpose: str
