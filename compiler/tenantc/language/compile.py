"""Turns a checked value into a function of the settings it reads.

Every part becomes a closure over those of its own parts. What the types prove is not looked at again: units become
factors, and `unlimited` is looked for only where it may be.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from tenantc.language.calculate import (
    COMPARISONS,
    FINITE,
    NoValue,
    Stop,
    compare,
    largest,
    smallest,
    total,
    with_unlimited,
)
from tenantc.language.check import Checked, Part
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
from tenantc.language.types import Type, merge
from tenantc.language.units import PLAIN, literal
from tenantc.model.identity import IdentityText
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED, Unlimited, Value

Lookup: TypeAlias = Callable[[Path], Value | None]
Result: TypeAlias = Value | Missing | Problem
# what a part gives is an `Exact` of its type: that it fits is what the checker is for
_Run: TypeAlias = Callable[[Lookup], Any]

_AGGREGATES: dict[str, Callable[[Any], Any]] = {"count": len, "sum": total, "min": smallest, "max": largest}


def compile_value(checked: Checked) -> Callable[[Lookup], Result]:
    """The function that gives a checked value, from what `lookup` says about the settings it reads."""
    return _compile_whole(checked, checked.whole) if checked.whole is not None else _compile_template(checked)


def _compile_whole(checked: Checked, part: Part) -> Callable[[Lookup], Result]:
    compiler = _Compiler(part)
    run = _in_unit(compiler.compile(part.typed), part.typed.type, checked.target)
    leaf, target = checked.leaf, checked.target

    def evaluate(lookup: Lookup) -> Result:
        try:
            result = land(run(lookup), leaf, target)
        except Stop as stop:
            return stop.outcome
        return compiler.problem(part.typed.node, result) if isinstance(result, Said) else result

    return evaluate


def _compile_template(checked: Checked) -> Callable[[Lookup], Result]:
    pieces = [part if isinstance(part, str) else _compile_hole(part) for part in checked.parts]
    leaf, target = checked.leaf, checked.target
    first = next(part for part in checked.parts if isinstance(part, Part))

    def evaluate(lookup: Lookup) -> Result:
        try:
            text = joined([piece if isinstance(piece, str) else piece(lookup) for piece in pieces])
        except Stop as stop:
            return stop.outcome
        result = land(text, leaf, target)
        return _Compiler(first).problem(first.typed.node, result) if isinstance(result, Said) else result

    return evaluate


def _compile_hole(part: Part) -> Callable[[Lookup], str | IdentityText]:
    compiler = _Compiler(part)
    run = compiler.compile(part.typed)

    def evaluate(lookup: Lookup) -> str | IdentityText:
        text = place(run(lookup))
        if isinstance(text, Said):
            raise Stop(compiler.problem(part.typed.node, text))
        return text

    return evaluate


def _in_unit(run: _Run, found: Type, wanted: Type) -> _Run:
    """The same values in the unit that is wanted, a list's items included."""
    if found.item is not None and wanted.item is not None:
        factor = found.item.scale / wanted.item.scale
        if found.item.kind != "number" or factor == 1:
            return run
        return lambda lookup: tuple(item if item is UNLIMITED else item * factor for item in run(lookup))
    factor = found.scale / wanted.scale
    if found.kind != "number" or factor == 1:
        return run
    if not found.unlimited:
        return lambda lookup: run(lookup) * factor

    def convert(lookup: Lookup) -> Any:
        value = run(lookup)
        return value if value is UNLIMITED else value * factor

    return convert


class _Compiler:
    def __init__(self, part: Part) -> None:
        self.text = part.source.text

    def problem(self, node: Tree, said: Said) -> Problem:
        return Problem(said.message, node.at, node.end - node.at, said.help, self.text)

    def compile(self, typed: Typed) -> _Run:
        match typed.node:
            case Number(value=number, unit=unit):
                value, _ = literal(number, unit)
                constant = int(value) if value.denominator == 1 else value
                return lambda _: constant
            case Text(value=text):
                return lambda _: text
            case Boolean(value=truth):
                return lambda _: truth
            case NoLimit():
                return lambda _: UNLIMITED
            case Reference() as node:
                return self.reference(node, typed.type)
            case Listing():
                return self.listing(typed)
            case Negate() as node:
                return self.negate(node, self.compile(typed.parts[0]))
            case Invert():
                inner = self.compile(typed.parts[0])
                return lambda lookup: not inner(lookup)
            case Aggregate() as node:
                return self.aggregate(node, self.compile(typed.parts[0]))
            case Binary() as node:
                return self.binary(node, typed)
            case _:
                raise AssertionError("generate.py compiles what only conditions hold")

    def reference(self, node: Reference, found: Type) -> _Run:
        path = node.path
        if path in IDENTITY:
            marker = IdentityText((IDENTITY[path],))
            return lambda _: marker
        missing = Missing(path, node.at, node.end - node.at)
        is_number = found.kind == "number"

        def look(lookup: Lookup) -> Any:
            value = lookup(path)
            if value is None:
                raise NoValue(missing)
            if is_number and type(value) is int:
                # as `read` would say, without asking
                return value
            result = read(value, found, path)
            if isinstance(result, Said):
                raise Stop(self.problem(node, result))
            return result

        return look

    def plain(self, typed: Typed) -> _Run:
        """A part whose value is inspected; a text that turns out to hold identity may not be."""
        run = self.compile(typed)
        if typed.type.kind != "text" or not isinstance(typed.node, (Reference, Binary)):
            return run
        problem = self.problem(typed.node, holds_identity(typed.node))

        def inspect(lookup: Lookup) -> Any:
            value = run(lookup)
            if isinstance(value, IdentityText):
                raise Stop(problem)
            return value

        return inspect

    def listing(self, typed: Typed) -> _Run:
        item = typed.type.item
        if item is None:
            return lambda _: ()
        runs = [_in_unit(self.plain(part), part.type, item) for part in typed.parts]
        return lambda lookup: tuple([run(lookup) for run in runs])

    def negate(self, node: Negate, inner: _Run) -> _Run:
        problem = self.problem(node, without_value(node))

        def negated(lookup: Lookup) -> Any:
            value = inner(lookup)
            if isinstance(value, Unlimited):
                raise NoValue(problem)
            return -value

        return negated

    def aggregate(self, node: Aggregate, inner: _Run) -> _Run:
        function = _AGGREGATES[node.function]
        if node.function in {"count", "sum"}:
            return lambda lookup: function(inner(lookup))
        read_first = first_reference(node)
        missing = Missing(read_first.path, node.at, node.end - node.at) if read_first is not None else None

        def extreme(lookup: Lookup) -> Any:
            items = inner(lookup)
            if not items and missing is not None:
                raise NoValue(missing)
            return function(items)

        return extreme

    def binary(self, node: Binary, typed: Typed) -> _Run:
        left, right = typed.parts
        match node.operator:
            case "and" | "or":
                return _kleene(self.compile(left), self.compile(right), decisive=node.operator == "or")
            case "else":
                first = _in_unit(self.compile(left), left.type, typed.type)
                return _fallback(first, _in_unit(self.compile(right), right.type, typed.type))
            case "in" | "not in":
                return self.membership(left, right, wanted=node.operator == "in")
            case "+" | "-" | "*" | "/" | "//":
                return self.arithmetic(node, typed)
            case _:
                both = merge(left.type, right.type)
                one = _in_unit(self.plain(left), left.type, both)
                other = _in_unit(self.plain(right), right.type, both)
                test = COMPARISONS[node.operator]
                if left.type.unlimited or right.type.unlimited:
                    test = compare(test)
                return lambda lookup: test(one(lookup), other(lookup))

    def membership(self, left: Typed, right: Typed, *, wanted: bool) -> _Run:
        item = right.type.item or left.type
        both = merge(left.type, item)
        one = _in_unit(self.plain(left), left.type, both)
        items = _in_unit(self.compile(right), right.type, Type("list", item=both))
        return lambda lookup: (one(lookup) in items(lookup)) is wanted

    def arithmetic(self, node: Binary, typed: Typed) -> _Run:
        left, right = typed.parts
        one, other = self.compile(left), self.compile(right)
        if node.operator in {"+", "-"}:
            one, other = _in_unit(one, left.type, typed.type), _in_unit(other, right.type, typed.type)
        elif node.operator == "*":
            one = _in_unit(one, left.type, _scaled(typed.type, right.type, up=False))
        else:
            one = _in_unit(one, left.type, _scaled(typed.type, right.type, up=True))
        calculate: Callable[[Any, Any], Any] = FINITE[node.operator]
        if left.type.unlimited or right.type.unlimited:
            calculate = with_unlimited(node.operator, calculate)
        divides = node.operator in {"/", "//"}
        problem = self.problem(node, without_value(node))
        by_zero = self.problem(right.node, zero(right.node))

        def calculated(lookup: Lookup) -> Any:
            before, after = one(lookup), other(lookup)
            if divides and after == 0:
                raise NoValue(by_zero)
            try:
                return calculate(before, after)
            except ArithmeticError:
                raise NoValue(problem) from None

        return calculated


def _scaled(result: Type, other: Type, *, up: bool) -> Type:
    """What one side must be given in, so that with the other as it is the result is in its own unit."""
    scale = result.scale * other.scale if up else result.scale / other.scale
    return Type("number", unit=PLAIN._replace(scale=scale))


def _fallback(first: _Run, second: _Run) -> _Run:
    def run(lookup: Lookup) -> Any:
        try:
            return first(lookup)
        except NoValue:
            return second(lookup)

    return run


def _kleene(left: _Run, right: _Run, *, decisive: bool) -> _Run:
    """`and`, which False decides, or `or`, which True does, whatever the other side is: even if it has no value."""

    def run(lookup: Lookup) -> Any:
        try:
            if left(lookup) is decisive:
                return decisive
        except NoValue as missing:
            try:
                if right(lookup) is decisive:
                    return decisive
            except NoValue:
                # the one that stands first is told
                raise missing from None
            raise
        return right(lookup)

    return run
