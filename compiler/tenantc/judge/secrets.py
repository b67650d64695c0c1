"""What rules know of secrets: that one is there, and how it is kept; never its value."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.model.schema import Schema
from tenantc.model.secrets import is_sealed, reference, stated
from tenantc.model.settings import Section
from tenantc.source.path import Path, child
from tenantc.source.value import Value


def secret_facts(schema: Schema, sections: Mapping[str, Section]) -> dict[Path, Value]:
    """`secrets[path].kind` for each secret setting that has a value."""
    return {
        f"{child('secrets', path)}.kind": _kind(value)
        for name in schema.secret_sections
        for path, value in stated(schema, sections.get(name))
    }


def _kind(value: Value) -> str:
    if reference(value) is not None:
        return "reference"
    return "sealed" if is_sealed(value) else "literal"
