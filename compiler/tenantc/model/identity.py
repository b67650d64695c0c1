"""Tenant identity inside a setting: placed, never inspected (language.md §4)."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from tenantc.source.frozen import Frozen
from tenantc.source.value import Opaque, Record, Value


class Identity(enum.Enum):
    """A part of a tenant's identity, standing for a text that only the emitted artifact holds."""

    ID = "id"
    NAME = "name"
    OWNER_EMAIL = "owner_email"

    # as that of `LayerKind`
    __hash__ = object.__hash__


class IdentityText(Frozen, Opaque):
    """A text with identity in it: no two texts stand side by side, none is empty, and one part at least is identity."""

    parts: tuple[str | Identity, ...]


def holds_identity(value: Value) -> bool:
    """Whether identity stands anywhere in a value."""
    if isinstance(value, tuple):
        return any(holds_identity(item) for item in value)
    if isinstance(value, Record):
        return any(holds_identity(item) for item in value.values())
    return isinstance(value, IdentityText)


def fill(value: Value, identity: Mapping[Identity, str]) -> Value:
    """The value as the artifact will hold it."""
    if isinstance(value, tuple):
        return tuple(fill(item, identity) for item in value)
    if isinstance(value, Record):
        return Record({key: fill(item, identity) for key, item in value.items()})
    if isinstance(value, IdentityText):
        return "".join(identity[part] if isinstance(part, Identity) else part for part in value.parts)
    return value
