"""What rules know of secrets: that one is there, and how it is kept; never its value."""

from __future__ import annotations

from tenantc.model.schema import Schema
from tenantc.model.secrets import is_sealed, reference, stated
from tenantc.model.settings import Section
from tenantc.source.path import Path, child
from tenantc.source.value import Value


def secret_facts(schema: Schema, section: Section) -> tuple[tuple[Path, Value], ...]:
    """`secrets[path].kind` for each secret setting of a section that has a value."""
    return tuple([(f"{child('secrets', path)}.kind", _kind(value)) for path, value in stated(schema, section)])


def _kind(value: Value) -> str:
    if reference(value) is not None:
        return "reference"
    return "sealed" if is_sealed(value) else "literal"
