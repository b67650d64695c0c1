"""What the value of a setting refers to."""

from __future__ import annotations

from tenantc.language.reads import reads
from tenantc.language.syntax import Expression, TextTemplate
from tenantc.model.fold import live
from tenantc.model.layer import Definition
from tenantc.source.path import Path


def reads_of(path: Path, definitions: tuple[Definition, ...]) -> frozenset[Path]:
    """Every path that the definitions which decide this setting refer to."""
    found: frozenset[Path] = frozenset()
    for definition in live(path, definitions):
        if definition.dynamic:
            assert isinstance(definition.value, (Expression, TextTemplate))
            found |= reads(definition.value)
    return found
