"""Which tier to move to for what a ceiling refuses."""

from __future__ import annotations

from collections.abc import Callable

from tenantc.link.stack import Linker
from tenantc.model.order import exceeds
from tenantc.model.schema import Schema
from tenantc.source.path import Path
from tenantc.source.value import Value


def first_tier_allowing(linker: Linker, tier: str, schema: Schema) -> Callable[[Path, Value], str | None]:
    """Names the nearest tier built on `tier` whose ceiling allows a value; None if there is none."""

    def find(path: Path, value: Value) -> str | None:
        leaf = schema.leaf(path)
        derived: list[tuple[int, str]] = []
        for name in linker.documents.tiers:
            chain = [one.name for one in linker.chain(name).value]
            if tier in chain[:-1]:
                derived.append((len(chain), name))
        for _, name in sorted(derived):
            nearest = None
            for one in linker.chain(name).value:
                nearest = next((bound for bound in one.layer.ceilings if bound.path == path), nearest)
            if leaf is not None and (nearest is None or not exceeds(value, nearest.value, leaf)):
                return name
        return None

    return find
