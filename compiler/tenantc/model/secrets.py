"""How secrets stand in settings: as references to a store, or sealed; never in the open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeAlias

from tenantc.model.identity import Identity, IdentityText
from tenantc.model.schema import Schema
from tenantc.model.settings import Section
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path
from tenantc.source.regex import lazy
from tenantc.source.value import Opaque, Value

Parts: TypeAlias = tuple[str | Identity, ...]
"""A text with the tenant's id in some places."""

# `secret://store/path#key`, and values sealed to the workspace's public key
_REFERENCE: Final = lazy(r"secret://([a-z0-9][a-z0-9_-]*)/([^\s#]+)#([^\s#]+)")
_SEALED: Final = lazy(r"sealed:[A-Za-z0-9_=-]+")
# stands for the tenant's id while a reference is taken apart; no reference holds this character
_ID: Final = "\0"


class Reference(Frozen, Opaque):
    """A secret in a store: where it lies there, and which of its keys is meant."""

    store: str
    path: Parts
    key: Parts


def reference(value: Value) -> Reference | None:
    """The reference that a setting holds; None if it is sealed, or stands in the open.

    Of identity only the id may stand in it: a name may hold whatever ends a path.
    """
    found = _REFERENCE.fullmatch(_shown(value))
    return Reference(found[1], _parts(found[2]), _parts(found[3])) if found is not None else None


def is_sealed(value: Value) -> bool:
    return isinstance(value, str) and _SEALED.fullmatch(value) is not None


def is_kept(value: Value) -> bool:
    """Whether a secret's value is somewhere else than in the setting, or sealed in it."""
    return is_sealed(value) or reference(value) is not None


def stated(schema: Schema, section: Section | None) -> Iterator[tuple[Path, Value]]:
    """The secret settings of a section that have a value."""
    for path, value in sorted(section.values.items()) if section is not None else ():
        leaf = schema.leaf(path)
        if leaf is not None and leaf.secret:
            yield path, value


def _shown(value: Value) -> str:
    if not isinstance(value, IdentityText):
        return value if isinstance(value, str) and _ID not in value else ""
    if any(part is not Identity.ID if isinstance(part, Identity) else _ID in part for part in value.parts):
        return ""
    return "".join(part if isinstance(part, str) else _ID for part in value.parts)


def _parts(text: str) -> Parts:
    found: list[str | Identity] = []
    for index, part in enumerate(text.split(_ID)):
        found += [Identity.ID] * (index > 0) + [part] * (part != "")
    return tuple(found)
