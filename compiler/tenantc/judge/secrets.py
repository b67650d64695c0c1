"""What rules know of secrets: that one is there, and how it is kept; never its value."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from tenantc.model.schema import Schema
from tenantc.model.settings import Section
from tenantc.source.path import Path, child
from tenantc.source.value import Value


def secret_facts(schema: Schema, sections: Mapping[str, Section]) -> dict[Path, Value]:
    """`secrets[path].kind` for each secret setting that has a value."""
    found: dict[Path, Value] = {}
    for name in _sections(schema):
        held = sections.get(name)
        for path, value in held.values.items() if held is not None else ():
            leaf = schema.leaf(path)
            if leaf is not None and leaf.secret:
                found[f"{child('secrets', path)}.kind"] = _kind(value)
    return found


@lru_cache(maxsize=8)
def _sections(schema: Schema) -> tuple[str, ...]:
    """The sections in which secrets may stand."""
    return tuple(sorted({leaf.path.partition(".")[0] for leaf in schema.leaves() if leaf.secret}))


def _kind(value: Value) -> str:
    text = value if isinstance(value, str) else ""
    if text.startswith("secret://"):
        return "reference"
    return "sealed" if text.startswith("sealed:") else "literal"
