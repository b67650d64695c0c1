"""A patch of a workspace's own on objects that documents make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenantc.source.frozen import Frozen
from tenantc.source.node import Node


class Patch(Frozen, eq=False):
    """What is changed in the objects of a kind, or in those of one name, in some environments or, by None, in all.

    It is a strategic merge patch (`merge`) or the operations of a JSON Patch (RFC 6902). `node` is where it stands.
    """

    kind: str
    name: str | None
    environments: frozenset[str] | None
    merge: Mapping[str, Any] | None
    operations: tuple[Mapping[str, Any], ...]
    node: Node

    def holds_in(self, environment: str) -> bool:
        return self.environments is None or environment in self.environments
