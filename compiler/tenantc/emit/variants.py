"""What a setting might say instead: the values by which one finds out what depends on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tenantc.model.schema import Leaf
from tenantc.source.value import UNLIMITED, Value

_NUMBER: Final = re.compile(r"(.*?)([0-9]+)([^0-9]*)", re.DOTALL)


def variants(
    value: Value | None, leaf: Leaf | None = None, schema: Mapping[str, Any] | None = None
) -> Iterator[Value | None]:
    """Other values for a setting that has this one, or None: where it may be absent, and what it may say if it is.

    `leaf` is what the settings' schema says of it, `schema` a JSON Schema of whatever is no setting. Booleans and enums
    go through all that they can be, numbers one up, one down and to their bounds, lists lose each of their items and
    get another that is no mapping, texts change by a character.
    """
    stated = leaf.schema if leaf is not None else schema or {}
    yield from (other for other in _others(value, stated) if other != value or type(other) is not type(value))
    if leaf is not None and leaf.unlimited and value is not UNLIMITED:
        yield UNLIMITED
    if leaf is not None and leaf.default is None and value is not None:
        yield None


def _others(value: Value | None, schema: Mapping[str, Any]) -> Iterator[Value]:
    if isinstance(value, bool):
        yield not value
    elif "enum" in schema:
        yield from schema["enum"]
    elif value is None:
        yield from _samples(schema)
    elif value is UNLIMITED or isinstance(value, (int, float)):
        yield from _numbers(value, schema)
    elif isinstance(value, tuple):
        yield from _lists(value, schema)
    elif isinstance(value, str):
        yield _text(value)


def _numbers(value: Any, schema: Mapping[str, Any]) -> Iterator[Value]:
    low, high = schema.get("minimum"), schema.get("maximum")
    near = [] if value is UNLIMITED else [value + 1, value - 1]
    bounds = [bound for bound in (low, high) if bound is not None]
    for other in [*near, *(bounds or [1] * (value is UNLIMITED))]:
        if (low is None or other >= low) and (high is None or other <= high):
            yield other


def _lists(value: tuple[Any, ...], schema: Mapping[str, Any]) -> Iterator[Value]:
    for index in range(len(value)):
        yield (*value[:index], *value[index + 1 :])
    items = schema.get("items", {})
    added = [_text(value[-1])] if value and isinstance(value[-1], str) and "enum" not in items else _samples(items)
    yield from ((*value, one) for one in added if one not in value)


def _samples(schema: Mapping[str, Any]) -> Sequence[Value]:
    """Values for what has none."""
    if "enum" in schema:
        return [*schema["enum"]]
    types = schema.get("type", "string")
    if "boolean" in types:
        return [True, False]
    if "integer" in types or "number" in types:
        return [schema.get("minimum", 1)]
    if "array" in types:
        return [(one,) for one in _samples(schema.get("items", {}))]
    if "object" in types:
        return []
    # RFC 5737 and RFC 2606: for documentation
    return [
        {"cidr": "198.51.100.0/24", "hostname": "example.org", "date": "2030-01-31"}.get(
            schema.get("format", ""), "example"
        )
    ]


def _text(value: str) -> str:
    """The text with another last digit or, where it has none, one more letter."""
    found = _NUMBER.fullmatch(value)
    if found is None:
        return f"{value}x"
    before, digits, after = found.groups()
    return f"{before}{digits[:-1]}{(int(digits[-1]) + 1) % 10}{after}"
