"""What rules know of secrets: that one is there, and how it is kept; never its value."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.model.schema import Schema
from tenantc.model.secrets import is_sealed, reference
from tenantc.model.settings import Section
from tenantc.source.path import Path, child
from tenantc.source.value import Value


def secret_facts(schema: Schema, sections: Mapping[str, Section]) -> dict[Path, Value]:
    """`secrets[path].kind` for each secret setting that has a value."""
    found: dict[Path, Value] = {}
    for name in schema.secret_sections:
        held = sections.get(name)
        for path, value in held.values.items() if held is not None else ():
            leaf = schema.leaf(path)
            if leaf is not None and leaf.secret:
                found[f"{child('secrets', path)}.kind"] = _kind(value)
    return found


def _kind(value: Value) -> str:
    if reference(value) is not None:
        return "reference"
    return "sealed" if is_sealed(value) else "literal"
