"""The values of expressions that read no settings."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tenantc.language.condition import Condition, reads_of, variables_of
from tenantc.language.exact import land
from tenantc.language.messages import Said
from tenantc.language.operands import Typed
from tenantc.language.types import Type, type_of
from tenantc.language.walk import Nothing, Walk, scale, scaled
from tenantc.model.schema import Leaf
from tenantc.source.value import Value


def constant(typed: Typed, variables: Mapping[str, Any] | None = None) -> Any:
    """The value, in its own unit; `variables` are in base units."""
    value = Walk("", lambda _: None, variables=variables).walk(typed)
    assert not isinstance(value, Nothing), "a constant has a value"
    return _whole(scaled(value, typed.type, 1 / scale(typed.type)))


def in_base_units(value: Any, found: Type) -> Any:
    """A value in its own unit, as a walk takes it."""
    return scaled(value, found, scale(found))


def fixed(condition: Condition, leaf: Leaf) -> Value | None:
    """What a setting is given by an expression that reads nothing at all, in the setting's unit; None for any other."""
    if reads_of(condition.typed) or variables_of(condition.typed):
        return None
    return for_setting(condition.typed, leaf, {})


def for_setting(typed: Typed, leaf: Leaf, variables: Mapping[str, Any]) -> Value:
    """What a setting is given by an expression that reads no settings, in the setting's unit."""
    found, target = typed.type, type_of(leaf)
    wanted = target if found.kind == "list" or target.item is None else target.item
    value = scaled(constant(typed, variables), found, scale(found) / scale(wanted))
    if leaf.type == "array" and not isinstance(value, tuple):
        value = (value,)
    landed = land(value, leaf, target)
    assert not isinstance(landed, Said), "the checker proved that it fits"
    return landed


def _whole(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_whole(item) for item in value)
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value
