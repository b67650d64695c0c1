"""A plain walk over the tree of an expression.

It keeps every number in base units (seconds, bytes, ones) and asks types only how large a whole unit is, where `//`
floors. What has no value travels as a value; nothing is raised.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, TypeAlias

from tenantc.language.exact import read
from tenantc.language.messages import Said, holds_identity, without_value, zero
from tenantc.language.networks import lies_within
from tenantc.language.operands import Typed
from tenantc.language.outcome import Missing, Problem
from tenantc.language.pattern import compile_pattern
from tenantc.language.roots import IDENTITY
from tenantc.language.syntax import (
    Aggregate,
    Between,
    Binary,
    Boolean,
    Day,
    Fields,
    Index,
    Invert,
    Is,
    Listing,
    Matches,
    Negate,
    NoLimit,
    Number,
    Quantifier,
    Reference,
    Text,
    Tree,
    Variable,
    first_reference,
)
from tenantc.language.types import Type, type_of
from tenantc.language.units import literal
from tenantc.model.identity import IdentityText
from tenantc.model.schema import Leaf
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, child
from tenantc.source.value import UNLIMITED, Value, plain

Lookup: TypeAlias = Callable[[Path], Value | None]
# the names of an open map's entries, in order
Names: TypeAlias = Callable[[Path], tuple[str, ...]]

_DAY = 86_400


class Nothing(Frozen):
    """No value; an `else` may give one unless it is `final`."""

    outcome: Missing | Problem
    final: bool = False


class Entry(Frozen):
    """An entry of an open map that is a mapping: where it stands."""

    path: Path


class Member(Frozen):
    """What came of one member of the collection that a quantifier goes through: its name or value, and the answer."""

    name: str
    result: object


def _no_names(path: Path) -> tuple[str, ...]:
    raise AssertionError(f"only rules go through {path}")


def scale(found: Type) -> Fraction:
    """How many base units one of a number's, or a list's items', unit is."""
    return found.item.scale if found.item is not None else found.scale


def scaled(value: Any, found: Type, factor: Fraction) -> Any:
    """A number, or a list's, times a factor."""
    if isinstance(value, tuple):
        return tuple(scaled(item, found.item or found, factor) for item in value)
    return value * factor if found.kind == "number" and value is not UNLIMITED else value


class Walk:
    """Evaluates typed expressions over settings.

    `variables` holds what `let`, `param` and quantifiers name. `seen` collects the value of every part, `members` what
    came of the members that quantifiers went through, and `looked` the settings that were read, without those of
    members that are as they should be. A walk that is `doubting` takes a quantifier over nothing for the worst it may
    come to, unless it stands in another; it is given the `lets` as expressions, since what is worst depends on where
    they are used. `halted` says why nothing is evaluated, and is empty if everything is.
    """

    def __init__(
        self,
        text: str,
        lookup: Lookup,
        names: Names = _no_names,
        variables: Mapping[str, Any] | None = None,
        lets: Mapping[str, Typed] | None = None,
        *,
        doubting: bool = False,
    ) -> None:
        self.text = text
        self.lookup = lookup
        self.names = names
        self.lets = lets or {}
        self.halted = ""
        # whether a requirement leans on the truth of what is evaluated (1) or on its untruth (-1), as far as is asked
        self._sign = 1 if doubting else 0
        self.variables: dict[str, Any] = dict(variables or {})
        self.seen: list[tuple[Tree, Any]] = []
        self.members: list[tuple[Quantifier, list[Member]]] = []
        self.looked: list[Path] = []

    def nothing(self, node: Tree, said: Said, *, final: bool = False) -> Nothing:
        return Nothing(Problem(said.message, node.at, node.end - node.at, said.help, self.text), final)

    def walk(self, typed: Typed) -> Any:
        if self.halted:
            return self.nothing(typed.node, Said(self.halted, ""), final=True)
        value = self.value(typed)
        self.seen.append((typed.node, value))
        return value

    def signed(self, typed: Typed, sign: int) -> Any:
        held, self._sign = self._sign, sign
        value = self.walk(typed)
        self._sign = held
        return value

    def value(self, typed: Typed) -> Any:
        node = typed.node
        match node:
            case Number():
                value, unit = literal(node.value, node.unit)
                return value * unit.scale
            case Text() | Boolean() | Day():
                return node.value
            case NoLimit():
                return UNLIMITED
            case Reference():
                if node.path in IDENTITY:
                    return IdentityText((IDENTITY[node.path],))
                return Entry(node.path) if typed.type.kind == "map" else self.setting(node, node.path, typed.type)
            case Variable():
                return self.walk(self.lets[node.name]) if node.name in self.lets else self.variable(node, typed.type)
            case Index(path=path, name=name):
                return self.setting(node, child(path, self.variables[name]), typed.type)
            case Fields(path=path):
                return tuple(Entry(child(path, name)) for name in typed.type.choices)
            case Quantifier():
                return self.quantifier(node, typed)
            case Is(state="set" | "missing"):
                there = not isinstance(self.signed(typed.parts[0], 0), Nothing)
                return there is (node.negated is not (node.state == "set"))
            case Binary(operator="and" | "or"):
                return self.kleene(typed, decisive=node.operator == "or")
            case Binary(operator="implies"):
                return self.implies(typed)
            case Binary(operator="else"):
                value = self.walk(typed.parts[0])
                has_none = isinstance(value, Nothing) and not value.final
                return self.walk(typed.parts[1]) if has_none else value
        values = []
        for part in typed.parts:
            value = self.signed(part, -self._sign if isinstance(node, Invert) else 0)
            if isinstance(value, Nothing):
                return value
            inspected = isinstance(node, (Listing, Binary, Matches))
            if inspected and isinstance(value, IdentityText):
                return self.nothing(part.node, holds_identity(part.node), final=True)
            values.append(value)
        return self.result(typed, values)

    def setting(self, node: Tree, path: Path, found: Type) -> Any:
        self.looked.append(path)
        held = self.lookup(path)
        if held is None:
            return Nothing(Missing(path, node.at, node.end - node.at))
        value = read(held, found, path)
        if isinstance(value, Said):
            return self.nothing(node, value, final=True)
        return scaled(value, found, scale(found))

    def variable(self, node: Variable, found: Type) -> Any:
        held = self.variables[node.name]
        if not node.rest:
            return held
        path = f"{held.path}.{node.rest}" if not node.rest.startswith("[") else held.path + node.rest
        return Entry(path) if found.kind == "map" else self.setting(node, path, found)

    def implies(self, typed: Typed) -> Any:
        left = self.signed(typed.parts[0], -self._sign)
        if left is False:
            return True
        right = self.walk(typed.parts[1])
        if right is True or not isinstance(left, Nothing):
            return right
        return left

    def quantifier(self, node: Quantifier, typed: Typed) -> Any:
        """`all` is false as soon as one member is, `any` true; members that nobody can judge leave it unknown."""
        sign, self._sign = self._sign, 0
        found = self.through(node, typed)
        self._sign = sign
        is_over_nothing = not isinstance(found, Nothing) and not self.members[-1][1]
        return sign < 0 if sign and is_over_nothing else found

    def through(self, node: Quantifier, typed: Typed) -> Any:
        source = self.walk(typed.parts[0])
        if isinstance(source, Nothing):
            return source
        results: list[Member] = []
        unknown: Nothing | None = None
        outer = self.variables
        decisive = node.quantity != "all"
        for name, value, looked in self.entries(typed.parts[0], source):
            self.variables = {**outer, **dict(zip(node.names[::-1], (value, name), strict=False))}
            before = len(self.looked)
            self.looked += looked
            if node.where is not None and not self.walk(typed.parts[1]):
                del self.looked[before:]
                continue
            result = self.walk(typed.parts[-1])
            results.append(Member(name, result))
            unknown = unknown or (result if isinstance(result, Nothing) else None)
            if result is not decisive and not isinstance(result, Nothing):
                del self.looked[before:]
        self.variables = outer
        self.members.append((node, results))
        if any(member.result is decisive for member in results):
            return node.quantity == "any"
        return unknown if unknown is not None else node.quantity != "any"

    def entries(self, source: Typed, value: Any) -> list[tuple[str, Any, list[Path]]]:
        """The members of a collection, each with its name and what was read to get it."""
        if isinstance(source.node, Fields):
            item = source.type.item
            assert item is not None, "a section's settings have a type"
            pairs = zip(source.type.choices, value, strict=True)
            return [(name, *self.read(source.node, entry.path, item)) for name, entry in pairs]
        if not isinstance(value, Entry):
            return [(str(plain(item)) if not isinstance(item, Fraction) else str(item), item, []) for item in value]
        group = source.type.group
        assert group is not None, "an open map has a schema"
        paths = {name: child(value.path, name) for name in self.names(value.path)}
        if not isinstance(group.entry, Leaf):
            return [(name, Entry(path), []) for name, path in paths.items()]
        item = type_of(group.entry)
        return [(name, *self.read(source.node, path, item)) for name, path in paths.items()]

    def read(self, node: Tree, path: Path, found: Type) -> tuple[Any, list[Path]]:
        """A member that is a setting, and its path instead of a note that it was read."""
        value = self.setting(node, path, found)
        return value, [self.looked.pop()]

    def kleene(self, typed: Typed, *, decisive: bool) -> Any:
        left = self.walk(typed.parts[0])
        if left is decisive or (isinstance(left, Nothing) and left.final):
            return left
        right = self.walk(typed.parts[1])
        if right is decisive or (isinstance(right, Nothing) and right.final):
            return right
        return left if isinstance(left, Nothing) else right

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
            case Between():
                return _compare("<=", values[1], values[0]) and _compare("<=", values[0], values[2])
            case Matches(pattern=pattern):
                compiled = compile_pattern(pattern)
                assert not isinstance(compiled, str), "the checker compiled it"
                return compiled.fullmatch(values[0]) is not None
            case Is(state="unlimited"):
                return (values[0] is UNLIMITED) is not node.negated
            case Is():
                return (not self.size(values[0])) is not node.negated
            case Binary(operator="contains"):
                return values[1] in values[0]
            case Binary(operator="contains all"):
                return frozenset(values[0]).issuperset(values[1])
            case Binary(operator="contains any"):
                return not frozenset(values[0]).isdisjoint(values[1])
            case Binary(operator="subset of"):
                return frozenset(values[1]).issuperset(values[0])
            case Binary(operator="starts with"):
                return values[0].startswith(values[1])
            case Binary(operator="ends with"):
                return values[0].endswith(values[1])
            case Binary(operator="within"):
                return lies_within(*values)
            case Binary(operator="in"):
                return values[0] in values[1]
            case Binary(operator="not in"):
                return values[0] not in values[1]
            case Binary(operator="+" | "-" | "*" | "/" | "//"):
                if isinstance(values[0], str):
                    return shifted(node.operator, *values)
                return self.arithmetic(node, typed.type, *values)
            case Binary():
                return _compare(node.operator, *values)
        raise AssertionError("every kind of node stands above")

    def size(self, value: Any) -> int:
        """How many items, entries or characters there are."""
        return len(self.names(value.path)) if isinstance(value, Entry) else len(value)

    def aggregate(self, node: Aggregate, items: Any) -> Any:
        if node.function == "count":
            return self.size(items)
        if node.function == "sum":
            return UNLIMITED if UNLIMITED in items else sum(items, Fraction(0))
        first = first_reference(node)
        if not items and first is not None:
            return Nothing(Missing(first.path, node.at, node.end - node.at))
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


def shifted(operator: str, day: str, other: Any) -> Any:
    """A date some seconds away from another, or the seconds between two; where the calendar ends, its last day."""
    if isinstance(other, str):
        return Fraction((date.fromisoformat(day) - date.fromisoformat(other)).days * _DAY)
    days = math.floor(other / _DAY) * (1 if operator == "+" else -1)
    ordinal = date.fromisoformat(day).toordinal() + days
    return date.fromordinal(min(max(ordinal, 1), date.max.toordinal())).isoformat()
