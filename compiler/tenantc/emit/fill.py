"""What slots stand for, once a tenant is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Protocol

from tenantc.emit.naming import KINDS, Bearer, derive, lengthen
from tenantc.emit.node import (
    Expr,
    IdentitySource,
    JsonText,
    NameSource,
    Node,
    Ref,
    Slot,
    Source,
    Text,
    Tree,
)
from tenantc.model.identity import Identity, IdentityText
from tenantc.source.path import Path
from tenantc.source.value import Opaque, Record, Unlimited, Value

Plain = bool | int | float | str


class Filler:
    """One tenant's identity, names and settings. `pinned` are the names that the tenant adopts, by kind."""

    __slots__ = ("_bearer", "_identity", "_names", "_pinned", "_value", "encoded")

    def __init__(
        self,
        identity: Mapping[Identity, str],
        bearer: Bearer,
        pinned: Mapping[str, str],
        value: Callable[[Path], Value | None],
    ) -> None:
        self._identity = identity
        self._bearer = bearer
        self._pinned = pinned
        self._value = value
        self._names: dict[tuple[str, str], str] = {}
        self.encoded: dict[object, bytes] = {}

    def name(self, kind: str, suffix: str = "") -> str:
        """The tenant's name of a kind."""
        key = (kind, suffix)
        known = self._names.get(key)
        if known is None:
            pinned = self._pinned.get(kind)
            if pinned is None:
                known = derive(self._bearer, KINDS[kind], suffix)
            else:
                known = lengthen(pinned, KINDS[kind], suffix) if suffix else pinned
            self._names[key] = known
        return known

    def source(self, source: Source) -> Value:
        """The value behind a slot; documents get no slot for what is absent."""
        if isinstance(source, NameSource):
            return self.name(source.kind, source.suffix)
        if isinstance(source, IdentitySource):
            return self._identity[_PARTS[source.part]]
        value = self._value(source.path)
        assert value is not None, "what is absent has no slot"
        return self.text_of(value) if isinstance(value, IdentityText) else value

    def text_of(self, text: IdentityText) -> str:
        """A setting's text with the tenant's identity in it."""
        return "".join(part if isinstance(part, str) else self._identity[part] for part in text.parts)


_PARTS = {"tenant_id": Identity.ID, "tenant_name": Identity.NAME, "owner_email": Identity.OWNER_EMAIL}


class Dialect(Protocol):
    """What a format adds when texts are put together from parts."""

    def literal(self, text: str) -> str:
        """Text that stands for itself, as a part of a text."""

    def reference(self, ref: Ref, name: str) -> str:
        """A cross-reference, as a part of a text."""

    def code(self, expression: Expr) -> str:
        """An expression of the format, as a part of a text."""


def concrete(node: Node, filler: Filler, dialect: Dialect) -> Plain:
    """The plain value of a node: what a reader of the artifact finds there."""
    match node:
        case Slot():
            value = filler.source(node.source)
            if isinstance(value, str):
                return dialect.literal(value)
            if isinstance(value, (tuple, Record, Unlimited, Opaque)):
                raise TypeError(f"{node!r} holds no plain value: look at it, or place it in `compact_json`")
            return value
        case Text():
            return "".join(_part(part, filler, dialect) for part in node.parts)
        case JsonText():
            return json.dumps(_jsonable(node.tree, filler, dialect), ensure_ascii=False, separators=(",", ":"))
        case Ref():
            name = node.name if isinstance(node.name, str) else str(concrete(node.name, filler, dialect))
            return dialect.reference(node, name)
        case Expr():
            return dialect.code(node)
    raise AssertionError(f"{type(node).__name__} is no node of a tree")


def _part(part: object, filler: Filler, dialect: Dialect) -> str:
    if isinstance(part, str):
        return dialect.literal(part)
    if isinstance(part, Node):
        return scalar_text(concrete(part, filler, dialect))
    assert isinstance(part, (int, float))
    return scalar_text(part)


def scalar_text(value: Plain) -> str:
    """A scalar inside a text: as YAML and JSON print it."""
    return value if isinstance(value, str) else json.dumps(value)


def _jsonable(tree: Tree, filler: Filler, dialect: Dialect) -> object:
    """A tree as `json.dumps` takes it, its absent entries left out."""
    if isinstance(tree, Slot):
        value = filler.source(tree.source)
        return _structure(value, dialect)
    if isinstance(tree, Node):
        return concrete(tree, filler, dialect)
    if isinstance(tree, str):
        return dialect.literal(tree)
    if isinstance(tree, Mapping):
        return {key: _jsonable(item, filler, dialect) for key, item in tree.items() if item is not None}
    if isinstance(tree, (list, tuple)):
        return [_jsonable(item, filler, dialect) for item in tree if item is not None]
    return tree


def _structure(value: Value, dialect: Dialect) -> object:
    if isinstance(value, str):
        return dialect.literal(value)
    if isinstance(value, Unlimited):
        return value.value
    if isinstance(value, tuple):
        return [_structure(item, dialect) for item in value]
    if isinstance(value, Record):
        return {key: _structure(item, dialect) for key, item in value.items()}
    return value


def key_of(node: object) -> object:
    """A key under which two nodes are equal if they are always filled with the same value."""
    match node:
        case Slot():
            return (type(node.source).__name__, *node.source)
        case Text():
            return ("text", *(key_of(part) for part in node.parts))
        case JsonText():
            return ("json", key_of(node.tree))
        case Ref():
            return ("ref", node.kind, key_of(node.name), node.attribute)
        case Expr():
            return ("code", node.code)
        case Mapping():
            return ("map", *((key, key_of(item)) for key, item in node.items()))
        case list() | tuple():
            return ("list", *(key_of(item) for item in node))
        case _:
            return (type(node).__name__, node)
