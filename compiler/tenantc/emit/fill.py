"""What slots stand for, once a tenant is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tenantc.emit.holes import Hole
from tenantc.emit.naming import KINDS, Bearer, derive, lengthen
from tenantc.emit.node import IdentitySource, NameSource, Source
from tenantc.model.identity import Identity, IdentityText, fill
from tenantc.source.path import Path
from tenantc.source.value import Record, Value

_PARTS = {"tenant_id": Identity.ID, "tenant_name": Identity.NAME, "owner_email": Identity.OWNER_EMAIL}


class Filler(dict[Hole, bytes]):
    """One tenant's identity, names and settings: what goes into each hole, found when it is first asked for.

    `pinned` are the names that the tenant adopts, by kind.
    """

    __slots__ = ("_bearer", "_identity", "_names", "_pinned", "_value")

    def __init__(
        self,
        identity: Mapping[Identity, str],
        bearer: Bearer,
        pinned: Mapping[str, str],
        value: Callable[[Path], Value | None],
    ) -> None:
        super().__init__()
        self._identity = identity
        self._bearer = bearer
        self._pinned = pinned
        self._value = value
        self._names: dict[tuple[str, str], str] = {}

    def __missing__(self, hole: Hole) -> bytes:
        found = self[hole] = hole.fill(self.source)
        return found

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
        return settled(self.with_identity(value))

    def with_identity(self, value: Value) -> Value:
        """The value with the tenant's identity where it says so."""
        return fill(value, self._identity) if isinstance(value, (IdentityText, tuple, Record)) else value


def settled(value: Value) -> Value:
    """The value in the one form that equal values share: keys sorted, and no zero but the positive one."""
    if isinstance(value, Record):
        return Record({key: settled(item) for key, item in sorted(value.items())})
    if isinstance(value, tuple):
        return tuple(settled(item) for item in value)
    if isinstance(value, float):
        return value + 0.0
    return value
