"""What is vouched for without the validator, the validator accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantc.check.json_schema import json_schema
from tenantc.driver.stock import stock
from tenantc.model.acceptance import accepts

STOCK = stock({})
SCHEMAS: dict[str, dict[str, Any]] = {
    **{kind: dict(schema) for kind, schema in STOCK.structure.items()},
    **{name: json_schema(member) for name, member in STOCK.schema.root.members.items()},
}


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and those inside it."""
    yield schema
    for keyword in ("items", "additionalProperties", "propertyNames", "not"):
        if isinstance(schema.get(keyword), dict):
            yield from parts(schema[keyword])
    for inner in (*schema.get("properties", {}).values(), *schema.get("anyOf", ())):
        yield from parts(inner)


PARTS = [part for schema in SCHEMAS.values() for part in parts(schema) if set(part) - {"description"}]

TEXTS = st.one_of(
    st.text(st.sampled_from("aZ09-_./:@+%= ,~\n\r\t\x1c\x7f\xa0é\u2028Ä😀"), max_size=12),
    st.text(max_size=6),
    st.from_regex(r"[a-z0-9]{1,3}(-[a-z0-9]{1,3})?(\.[a-z0-9-]{1,4}){0,2}", fullmatch=True),
    st.from_regex(r"[a-z0-9._%+-]{1,5}@[A-Za-z0-9.-]{1,6}\.[a-z]{1,4}", fullmatch=True),
    st.sampled_from(["unlimited", "unlimited\n", "system:x", "system", "a..b@c.io", "2026-02-30", "10.0.0.0/8", ""]),
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.sampled_from([2**53, 2**53 + 1, -1, 0, 1.0, 1e300, float("nan")]),
    st.floats(), TEXTS,
)  # fmt: skip
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=4),
    st.lists(st.integers(0, 3), max_size=3),
    st.dictionaries(TEXTS, SCALARS, max_size=3),
)


def agree(schema: dict[str, Any], value: Any) -> None:
    if accepts(schema, value):
        assert jsonschema_rs.Draft202012Validator(schema, validate_formats=True).is_valid(value)


@given(st.sampled_from(PARTS), VALUES)
def test_the_validator_accepts_what_is_vouched_for(schema: dict[str, Any], value: Any) -> None:
    agree(schema, value)


@given(st.sampled_from([part for part in PARTS if "pattern" in part]), TEXTS)
def test_patterns_mean_the_same(schema: dict[str, Any], value: str) -> None:
    agree(schema, value)


@given(st.sampled_from([part for part in PARTS if "pattern" in part]), st.data())
def test_patterns_mean_the_same_for_what_matches(schema: dict[str, Any], data: st.DataObject) -> None:
    agree(schema, data.draw(st.from_regex(schema["pattern"])))


@given(st.sampled_from([*SCHEMAS.values()]), st.data())
def test_mappings_mean_the_same(schema: dict[str, Any], data: st.DataObject) -> None:
    names = st.sampled_from([*schema.get("properties", {}), "unknown"])
    agree(schema, data.draw(st.dictionaries(names, VALUES, max_size=4)))


@pytest.mark.parametrize(
    ("schema", "value", "vouched"),
    [
        ({"type": "integer"}, 1, True),
        ({"type": "integer"}, True, False),
        ({"type": "integer", "minimum": 1}, 2**60, False),
        ({"enum": [1]}, True, False),
        ({"type": "string", "pattern": "^[a-z]+$"}, "abc", True),
        ({"type": "string", "pattern": "^[a-z]+$"}, "abc\n", False),
        ({"type": "string", "pattern": "^(?i)a"}, "A", False),
        ({"type": "string", "pattern": "^\\w$"}, "a", False),
        ({"type": "string", "pattern": "[a-z&&[^b]]"}, "a", False),
        ({"type": "string", "format": "email"}, "owner-1@example.com", True),
        ({"type": "string", "format": "hostname"}, "ntp-1.example.com", True),
        ({"type": "string", "format": "hostname"}, "xn--a.example.com", False),
        ({"type": "string", "format": "hostname"}, "example.com.", False),
        ({"type": "string", "format": "uri"}, "https://example.com", False),
        ({"type": "string", "format": "cidr"}, "10.0.0.0/8", True),
        ({"type": "array", "uniqueItems": True}, [80, 443], True),
        ({"type": "array", "uniqueItems": True}, [443, 443], False),
        ({"type": "array", "uniqueItems": True}, [1, True], False),
        ({"properties": {"a": {"type": "string"}}, "additionalProperties": False}, {"a": "x"}, True),
        ({"properties": {"a": {"type": "string"}}, "additionalProperties": False}, {"b": "x"}, False),
        ({"$ref": "#/x"}, 1, False),
    ],
)
def test_in_doubt_nothing_is_vouched_for(schema: dict[str, Any], value: object, vouched: bool) -> None:
    assert accepts(schema, value) is vouched
