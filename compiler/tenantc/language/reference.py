"""A plain walk over the tree, which the compiled form is tested against.

It keeps every number in base units (seconds, bytes, ones) and asks types only how large a whole unit is, where `//`
floors. What has no value travels as a value; nothing is raised.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from tenantc.language.check import Checked, Part
from tenantc.language.compile import Lookup, Result
from tenantc.language.exact import joined, land, place, read
from tenantc.language.infer import Typed
from tenantc.language.messages import Said, holds_identity, without_value, zero
from tenantc.language.outcome import Missing, Problem
from tenantc.language.roots import IDENTITY
from tenantc.language.syntax import (
    Aggregate,
    Binary,
    Boolean,
    Invert,
    Listing,
    Negate,
    NoLimit,
    Number,
    Reference,
    Text,
    Tree,
    first_reference,
)
from tenantc.language.types import Type
from tenantc.language.units import literal
from tenantc.model.identity import IdentityText
from tenantc.source.frozen import Frozen
from tenantc.source.value import UNLIMITED


class _Nothing(Frozen):
    """No value; an `else` may give one unless it is `final`."""

    outcome: Missing | Problem
    final: bool = False


def evaluate_plainly(checked: Checked, lookup: Lookup) -> Result:
    """The same as `compile_value(checked)(lookup)`, step by step."""
    if checked.whole is not None:
        part = checked.whole
        value = _Walk(part, lookup).walk(part.typed)
        value = value if isinstance(value, _Nothing) else _scaled(value, part.typed.type, 1 / _scale(checked.target))
    else:
        part = next(part for part in checked.parts if isinstance(part, Part))
        pieces = [piece if isinstance(piece, str) else _place(piece, lookup) for piece in checked.parts]
        nothing = [piece for piece in pieces if isinstance(piece, _Nothing)]
        value = nothing[0] if nothing else joined([piece for piece in pieces if not isinstance(piece, _Nothing)])
    if isinstance(value, _Nothing):
        return value.outcome
    landed = land(value, checked.leaf, checked.target)
    return _problem(part, part.typed.node, landed) if isinstance(landed, Said) else landed


def _place(part: Part, lookup: Lookup) -> str | IdentityText | _Nothing:
    value = _Walk(part, lookup).walk(part.typed)
    if isinstance(value, _Nothing):
        return value
    text = place(_scaled(value, part.typed.type, 1 / _scale(part.typed.type)))
    return _Nothing(_problem(part, part.typed.node, text), final=True) if isinstance(text, Said) else text


def _problem(part: Part, node: Tree, said: Said) -> Problem:
    return Problem(said.message, node.at, node.end - node.at, said.help, part.source.text)


def _scale(found: Type) -> Fraction:
    return found.item.scale if found.item is not None else found.scale


def _scaled(value: Any, found: Type, factor: Fraction) -> Any:
    """A number, or a list's, times a factor."""
    if isinstance(value, tuple):
        return tuple(_scaled(item, found.item or found, factor) for item in value)
    return value * factor if found.kind == "number" and value is not UNLIMITED else value


class _Walk:
    def __init__(self, part: Part, lookup: Lookup) -> None:
        self.part = part
        self.lookup = lookup

    def nothing(self, node: Tree, said: Said, *, final: bool = False) -> _Nothing:
        return _Nothing(_problem(self.part, node, said), final)

    def walk(self, typed: Typed) -> Any:
        node = typed.node
        match node:
            case Number():
                value, unit = literal(node.value, node.unit)
                return value * unit.scale
            case Text() | Boolean():
                return node.value
            case NoLimit():
                return UNLIMITED
            case Reference():
                return self.reference(node, typed.type)
            case Binary(operator="and" | "or"):
                return self.kleene(typed, decisive=node.operator == "or")
            case Binary(operator="else"):
                value = self.walk(typed.parts[0])
                has_none = isinstance(value, _Nothing) and not value.final
                return self.walk(typed.parts[1]) if has_none else value
        values = []
        for part in typed.parts:
            value = self.walk(part)
            if isinstance(value, _Nothing):
                return value
            inspected = isinstance(node, (Listing, Binary))
            if inspected and isinstance(value, IdentityText):
                return self.nothing(part.node, holds_identity(part.node), final=True)
            values.append(value)
        return self.result(typed, values)

    def reference(self, node: Reference, found: Type) -> Any:
        if node.path in IDENTITY:
            return IdentityText((IDENTITY[node.path],))
        held = self.lookup(node.path)
        if held is None:
            return _Nothing(Missing(node.path, node.at, node.end - node.at))
        value = read(held, found, node.path)
        if isinstance(value, Said):
            return self.nothing(node, value, final=True)
        return _scaled(value, found, _scale(found))

    def kleene(self, typed: Typed, *, decisive: bool) -> Any:
        left = self.walk(typed.parts[0])
        if left is decisive or (isinstance(left, _Nothing) and left.final):
            return left
        right = self.walk(typed.parts[1])
        if right is decisive or (isinstance(right, _Nothing) and right.final):
            return right
        return left if isinstance(left, _Nothing) else right

    def result(self, typed: Typed, values: list[Any]) -> Any:
        node = typed.node
        match node:
            case Listing():
                return tuple(values)
            case Invert():
                return not values[0]
            case Negate():
                return self.nothing(node, without_value(node)) if values[0] is UNLIMITED else -values[0]
            case Aggregate():
                return self.aggregate(node, values[0])
            case Binary(operator="in"):
                return values[0] in values[1]
            case Binary(operator="not in"):
                return values[0] not in values[1]
            case Binary(operator="+" | "-" | "*" | "/" | "//"):
                return self.arithmetic(node, typed.type, *values)
            case Binary():
                return _compare(node.operator, *values)
        raise AssertionError("every kind of node stands above")

    def aggregate(self, node: Aggregate, items: tuple[Any, ...]) -> Any:
        if node.function == "count":
            return len(items)
        if node.function == "sum":
            return UNLIMITED if UNLIMITED in items else sum(items, Fraction(0))
        first = first_reference(node)
        if not items and first is not None:
            return _Nothing(Missing(first.path, node.at, node.end - node.at))
        ranked = sorted(items, key=lambda item: (1, 0) if item is UNLIMITED else (0, item))
        return ranked[0] if node.function == "min" else ranked[-1]

    def arithmetic(self, node: Binary, result: Type, left: Any, right: Any) -> Any:
        if node.operator in {"/", "//"} and right == 0:
            return self.nothing(node.right, zero(node.right))
        if left is UNLIMITED or right is UNLIMITED:
            return UNLIMITED if _is_unlimited(node.operator, left, right) else self.nothing(node, without_value(node))
        match node.operator:
            case "+":
                return left + right
            case "-":
                return left - right
            case "*":
                return left * right
            case "/":
                return left / right
            case _:
                return math.floor(left / right / result.scale) * result.scale


def _is_unlimited(operator: str, left: Any, right: Any) -> bool:
    """Whether a calculation with `unlimited` gives `unlimited`, and not nothing."""
    match operator:
        case "+":
            return True
        case "-":
            return right is not UNLIMITED
        case "*":
            return (left is UNLIMITED or left > 0) and (right is UNLIMITED or right > 0)
        case _:
            return right is not UNLIMITED and right > 0


def _compare(operator: str, left: Any, right: Any) -> bool:
    if operator in {"==", "!="}:
        return (left == right) is (operator == "==")
    if left is UNLIMITED or right is UNLIMITED:
        left, right = left is UNLIMITED, right is UNLIMITED
    return (
        (left < right and operator in {"<", "<="})
        or (left > right and operator in {">", ">="})
        or (left == right and operator in {"<=", ">="})
    )
