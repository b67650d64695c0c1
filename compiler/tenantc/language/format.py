"""Prints expressions in their one canonical spelling: parsing it gives the same tree."""

from __future__ import annotations

import json
import re
from fractions import Fraction

from tenantc.language.syntax import (
    Aggregate,
    Between,
    Binary,
    Boolean,
    Day,
    Expression,
    Fields,
    Index,
    Invert,
    Is,
    Listing,
    Matches,
    Negate,
    NoLimit,
    Number,
    Operator,
    Quantifier,
    Reference,
    Text,
    TextTemplate,
    Tree,
    Variable,
    Word,
)
from tenantc.source.path import Path, join, split

# how tightly a node binds, as in grammar.lark
_QUANTIFIER, _IMPLIES, _OR, _AND, _NOT, _COMPARES, _ELSE, _SUM, _PRODUCT, _MINUS, _ATOM = range(11)
_BINDING: dict[Operator, int] = {
    "implies": _IMPLIES,
    "or": _OR,
    "and": _AND,
    "else": _ELSE,
    **dict.fromkeys(("+", "-"), _SUM),
    **dict.fromkeys(("*", "/", "//"), _PRODUCT),
}
# what the left and right operand must bind at least, relative to the operator
_LEFT = {_IMPLIES: 1, _COMPARES: 1, _ELSE: 1}
_RIGHT = {_IMPLIES: 0, _ELSE: 0}

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
        case Day(value=text) | Word(value=text):
            return text, _ATOM
        case Reference(path=path):
            return show_path(path), _ATOM
        case Index(path=path, name=name):
            return f"{show_path(path)}[{name}]", _ATOM
        case Variable(name=name, rest=rest):
            return show_path(join((name, *split(rest)))) if rest else name, _ATOM
        case Fields(path=path):
            return f"fields of {show_path(path)}", _ATOM
        case Listing(items=items):
            return f"[{', '.join(_within(item, _ELSE) for item in items)}]", _ATOM
        case Aggregate(function=function, operand=operand, where=where):
            condition = f" where {_within(where, _IMPLIES)}" if where is not None else ""
            return f"{function}({_within(operand, _IMPLIES) if condition else show(operand)}{condition})", _ATOM
        case Negate(operand=operand):
            # `--x` would be one, but reads like a slip
            return f"-{_within(operand, _ATOM)}", _MINUS
        case Invert(operand=operand):
            return f"not {_within(operand, _NOT)}", _NOT
        case Binary(operator=operator, left=left, right=right):
            binding = _BINDING.get(operator, _COMPARES)
            before = _within(left, binding + _LEFT.get(binding, 0))
            after = _within(right, binding + _RIGHT.get(binding, 1))
            return f"{before} {operator} {after}", binding
        case Between(operand=operand, low=low, high=high):
            before, first, last = (_within(part, _ELSE) for part in (operand, low, high))
            return f"{before} between {first} and {last}", _COMPARES
        case Matches(operand=operand, pattern=pattern):
            escaped = pattern.replace("/", "\\/")
            return f"{_within(operand, _ELSE)} matches /{escaped}/", _COMPARES
        case Is(operand=operand, state=state, negated=negated):
            return f"{_within(operand, _ELSE)} is {'not ' if negated else ''}{state}", _COMPARES
        case Quantifier(quantity=quantity, names=names, source=source, where=where, body=body):
            condition = f" where {_within(where, _IMPLIES)}" if where is not None else ""
            return f"{quantity} {', '.join(names)} in {_within(source, _ELSE)}{condition}: {show(body)}", _QUANTIFIER


def _within(node: Tree, least: int) -> str:
    text, binding = _show(node)
    return text if binding >= least else f"({text})"


def _literal(number: Number) -> str:
    digits = show_number(number.value)
    if not number.unit:
        return digits
    alone = number.value == 1 and not _NO_SINGULAR.fullmatch(number.unit)
    return f"{digits} {number.unit.removesuffix('s') if alone else number.unit}"
