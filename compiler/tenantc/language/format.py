"""Prints expressions in their one canonical spelling: parsing it gives the same tree."""

from __future__ import annotations

import json
import re
from fractions import Fraction

from tenantc.language.syntax import (
    Aggregate,
    Binary,
    Boolean,
    Expression,
    Invert,
    Listing,
    Negate,
    NoLimit,
    Number,
    Operator,
    Reference,
    Text,
    TextTemplate,
    Tree,
)
from tenantc.source.path import Path, split

# how tightly a node binds, as in grammar.lark
_BINDING: dict[Operator, int] = {
    "or": 1,
    "and": 2,
    **dict.fromkeys(("==", "!=", "<", "<=", ">", ">=", "in", "not in"), 4),
    "else": 5,
    **dict.fromkeys(("+", "-"), 6),
    **dict.fromkeys(("*", "/", "//"), 7),
}
_NOT, _MINUS, _ATOM = 3, 8, 9
# what the left and right operand must bind at least, relative to the operator
_LEFT = {4: 1, 5: 1}
_RIGHT = {5: 0}

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# units that stay as they are beside a 1
_NO_SINGULAR = re.compile(r"per .*|%|.*B")


def show(node: Tree) -> str:
    """The canonical text of a tree."""
    return _show(node)[0]


def show_value(value: str | Expression | TextTemplate) -> str:
    """The canonical text of a whole value, as it stands in YAML."""
    if isinstance(value, str):
        return value.replace("${", "$${")
    parts = value.parts if isinstance(value, TextTemplate) else (value,)
    return "".join(f"${{{show(part.root)}}}" if isinstance(part, Expression) else show_value(part) for part in parts)


def show_number(value: Fraction) -> str:
    """A number as a decimal where it is one, else as a fraction."""
    twos = fives = 0
    rest = value.denominator
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{value.numerator}/{value.denominator}"
    places = max(twos, fives)
    if not places:
        return str(value.numerator)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def show_path(path: Path) -> str:
    """A path as expressions spell it: a name with `-` in it stands in brackets, since `-` subtracts."""
    steps = split(path)
    rest = (f".{name}" if _NAME.fullmatch(name) else f"[{_quote(name)}]" for name in steps[1:])
    return steps[0] + "".join(rest)


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _show(node: Tree) -> tuple[str, int]:
    """The text of a tree and how tightly it binds."""
    match node:
        case Number():
            return _literal(node), _ATOM
        case Text(value=text):
            return _quote(text), _ATOM
        case Boolean(value=value):
            return "true" if value else "false", _ATOM
        case NoLimit():
            return "unlimited", _ATOM
        case Reference(path=path):
            return show_path(path), _ATOM
        case Listing(items=items):
            return f"[{', '.join(show(item) for item in items)}]", _ATOM
        case Aggregate(function=function, operand=operand):
            return f"{function}({show(operand)})", _ATOM
        case Negate(operand=operand):
            # `--x` would be one, but reads like a slip
            return f"-{_within(operand, _ATOM)}", _MINUS
        case Invert(operand=operand):
            return f"not {_within(operand, _NOT)}", _NOT
        case Binary(operator=operator, left=left, right=right):
            binding = _BINDING[operator]
            before = _within(left, binding + _LEFT.get(binding, 0))
            after = _within(right, binding + _RIGHT.get(binding, 1))
            return f"{before} {operator} {after}", binding


def _within(node: Tree, least: int) -> str:
    text, binding = _show(node)
    return text if binding >= least else f"({text})"


def _literal(number: Number) -> str:
    digits = show_number(number.value)
    if not number.unit:
        return digits
    alone = number.value == 1 and not _NO_SINGULAR.fullmatch(number.unit)
    return f"{digits} {number.unit.removesuffix('s') if alone else number.unit}"
