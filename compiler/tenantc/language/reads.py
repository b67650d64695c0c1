"""What an expression refers to, as its tree says; nothing is evaluated for it."""

from __future__ import annotations

from functools import lru_cache

from tenantc.language.roots import IDENTITY
from tenantc.language.syntax import Expression, Reference, TextTemplate, Tree, children
from tenantc.source.path import Path


@lru_cache(maxsize=16_384)
def reads(value: Expression | TextTemplate) -> frozenset[Path]:
    """Every path that a value may look up. Identity is placed, not looked up, so it is not among them."""
    found: set[Path] = set()
    parts = value.parts if isinstance(value, TextTemplate) else (value,)
    for part in parts:
        if isinstance(part, Expression):
            _collect(part.root, found)
    return frozenset(found - IDENTITY.keys())


def _collect(node: Tree, found: set[Path]) -> None:
    if isinstance(node, Reference):
        found.add(node.path)
    for child in children(node):
        _collect(child, found)
