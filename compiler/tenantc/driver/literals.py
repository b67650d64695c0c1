"""The values that tests of rules write out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tenantc.language.exact import land
from tenantc.language.messages import Said
from tenantc.language.rule_syntax import Literal_, MappingLiteral
from tenantc.language.syntax import (
    Boolean,
    Day,
    Expression,
    Listing,
    Negate,
    NoLimit,
    Number,
    Reference,
    Text,
    Tree,
    Word,
)
from tenantc.language.types import type_of
from tenantc.language.units import fits, literal
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.source.path import Path, child
from tenantc.source.value import UNLIMITED, Value, plain

if TYPE_CHECKING:
    import jsonschema_rs


class BadLiteralError(Exception):
    """What a test writes is no value of the setting; the message says why."""


class Literals:
    """Turns literals into values of settings, held to their schemas."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._validators: dict[int, jsonschema_rs.Validator] = {}

    def flat(self, path: Path, value: Literal_) -> Iterator[tuple[Path, Value]]:
        """The settings that a literal gives values, which may be a mapping. Raises BadLiteralError."""
        if isinstance(value, MappingLiteral):
            if not value.entries:
                raise BadLiteralError(f"`{path}` would not be there: a mapping of nothing sets nothing")
            for name, inner in value.entries:
                yield from self.flat(child(path, name), inner)
            return
        leaf = self._schema.find(path)
        if isinstance(leaf, Group):
            raise BadLiteralError(f"`{path}` is a mapping of settings: write `{{name: value}}`")
        if leaf is None:
            raise BadLiteralError(f"`{path}` is not a setting")
        found = self.value(value, leaf)
        self.validate(path, found, leaf)
        yield path, found

    def items(self, path: Path, value: Literal_) -> tuple[Value, ...]:
        """The items that a literal, one or a list of them, adds to a list or takes away."""
        leaf = self._schema.find(path)
        if not isinstance(leaf, Leaf) or leaf.type != "array" or isinstance(value, MappingLiteral):
            raise BadLiteralError(f"`{path}` is no list")
        found = self.value(value, leaf)
        return found if isinstance(found, tuple) else (found,)

    def value(self, expression: Expression, leaf: Leaf) -> Value:
        return _value(expression.root, leaf)

    def validate(self, path: Path, value: Value, leaf: Leaf) -> None:
        import jsonschema_rs

        validator = self._validators.get(id(leaf))
        if validator is None:
            validator = self._validators[id(leaf)] = jsonschema_rs.validator_for(dict(leaf.schema))
        for error in validator.iter_errors(plain(value)):
            raise BadLiteralError(f"`{path}` can't be {plain(value)!r}: {error.message}")


def _value(node: Tree, leaf: Leaf) -> Value:
    match node:
        case Number():
            return _number(node, leaf)
        case Negate(operand=Number() as operand):
            value = _number(operand, leaf)
            assert isinstance(value, (int, float)), "a number is one"
            return -value
        case Text(value=text) | Word(value=text) | Day(value=text):
            return text
        case Boolean(value=truth):
            return truth
        case NoLimit():
            return UNLIMITED
        case Reference(path=path):
            return path
        case Listing(items=items):
            return tuple(_value(item, leaf) for item in items)
        case _:
            raise BadLiteralError("a test writes its values out")


def _number(node: Number, leaf: Leaf) -> Value:
    """A number in the setting's unit; one without a unit is in it already, as in a spec."""
    target = type_of(leaf)
    wanted = (target.item or target).unit
    value, unit = literal(node.value, node.unit)
    if node.unit:
        if wanted is None or not fits(unit, wanted):
            raise BadLiteralError(f"`{leaf.path}` has another unit")
        value *= unit.scale / wanted.scale
    landed = land(value, leaf, target) if leaf.type != "array" else land((value,), leaf, target)
    if isinstance(landed, Said):
        raise BadLiteralError(f"`{leaf.path}`: {landed.message}")
    return landed[0] if isinstance(landed, tuple) else landed
