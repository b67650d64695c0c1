"""Who said what about a setting: definitions, and the layers that hold them."""

from __future__ import annotations

import enum
from typing import NamedTuple, TypeAlias

from tenantc.model.deferred import Deferred
from tenantc.source.frozen import Frozen, field
from tenantc.source.path import Path
from tenantc.source.span import Span
from tenantc.source.value import Value


class LayerKind(enum.Enum):
    """The kinds of layer from the lowest authority to the highest (language.md §3)."""

    DEFAULT = "schema default"
    WORKSPACE = "workspace"
    TIER = "tier"
    MIXIN = "mixin"
    ENVIRONMENT = "environment"
    FRAMEWORKS = "required frameworks"
    HARDENING = "hardening by rule"
    TENANT = "tenant"

    # members are single objects; `Enum` hashes their names in Python, which every look-up of a stack would wait for
    __hash__ = object.__hash__


class LayerId(NamedTuple):
    """A layer by kind and name.

    `environment` is set for a tenant's overrides that hold in one environment only; `library` tells the library's
    document from a workspace's of the same name, which may extend it.
    """

    kind: LayerKind
    name: str
    environment: str = ""
    library: bool = False

    def __str__(self) -> str:
        suffix = f" in {self.environment}" if self.environment else ""
        return f"{self.kind.value} `{self.name}`{suffix}" if self.name else self.kind.value


class Operator(enum.Enum):
    """What a definition does to what lies below it (language.md §2), in the order in which one block applies them."""

    DEFAULT = ""
    UNSET = "unset"
    REPLACE = "!"
    SET = "="
    REMOVE = "-"
    REMOVE_IF_THERE = "-?"
    APPEND = "+"
    # only the remedies of rules say these
    RAISE = "raise"
    LOWER = "lower"

    # as that of `LayerKind`
    __hash__ = object.__hash__


Written: TypeAlias = Value | Deferred


class Definition(NamedTuple):
    """One thing one layer says about one path.

    `value` is None for `unset` and for the `!` of a mapping, whose content follows as definitions of its own; for `-`
    on an open map it is the tuple of names to take away. `dynamic` says whether the value holds an expression.
    """

    path: Path
    operator: Operator
    value: Written | None
    layer: LayerId
    span: Span | None
    key_span: Span | None
    dynamic: bool = False
    until: str | None = None
    reason: str | None = None


class Bound(Frozen):
    """A ceiling or a cap: the most that a path may be, and who says so."""

    path: Path
    value: Value
    layer: LayerId
    span: Span


class Named(NamedTuple):
    """A name in a document, with its place: a path in a list of locks, a mixin in a list of mixins."""

    name: str
    span: Span


class Layer(Frozen):
    """One document's part in a stack; `path` is the document's file, empty for what no file says."""

    id: LayerId
    path: str = field(default="", kw_only=True)
    definitions: tuple[Definition, ...] = ()
    ceilings: tuple[Bound, ...] = ()
    locks: tuple[Named, ...] = ()
    grants: tuple[Named, ...] = ()
    caps: tuple[Bound, ...] = ()
    frameworks: tuple[Named, ...] = ()
