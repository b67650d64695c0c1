"""Parsed values as plain JSON and back, so that a cache spares the next run the import of lark."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TypeAlias, cast, get_args

from tenantc.language.format import show_number
from tenantc.language.syntax import (
    MAX_DEPTH,
    Aggregate,
    Binary,
    Boolean,
    Expression,
    Function,
    Invert,
    Listing,
    Negate,
    NoLimit,
    Number,
    Operator,
    Reference,
    SyntaxProblem,
    Text,
    TextTemplate,
    Tree,
)

Json: TypeAlias = "bool | int | str | list[Json]"
Parsed: TypeAlias = str | Expression | TextTemplate | SyntaxProblem

_FUNCTIONS = frozenset(get_args(Function))
_OPERATORS = frozenset(get_args(Operator))


def to_json(value: Parsed) -> Json:
    """What `parse_value` gave, as strings, integers, booleans and lists of them."""
    match value:
        case str():
            return value
        case Expression(text=text, at=at, root=root):
            return ["$", text, at, _put(root)]
        case TextTemplate(text=text, parts=parts):
            return ["text", text, *(to_json(part) for part in parts)]
        case SyntaxProblem(message=message, offset=offset, length=length, help=help):
            return ["problem", message, offset, length, help]


def from_json(stored: object) -> Parsed:
    """The value that `to_json` made this of. Raises `ValueError` for anything else."""
    match stored:
        case str():
            return stored
        case ["$", str(), int(), _]:
            return _expression(stored)
        case ["text", str(text), *items]:
            return TextTemplate(text, tuple(item if isinstance(item, str) else _expression(item) for item in items))
        case ["problem", str(message), int(offset), int(length), str(help)]:
            return SyntaxProblem(message, offset, length, help)
        case _:
            raise ValueError("this is no stored expression")


def _expression(stored: object) -> Expression:
    match stored:
        case ["$", str(text), int(at), root]:
            return Expression(text, at, _get(root, 1))
        case _:
            raise ValueError("this is no stored expression")


def _put(node: Tree) -> Json:
    tag: str
    content: Sequence[Json]
    match node:
        case Number(value=value, unit=unit):
            whole = value.denominator == 1
            tag, content = "number", (value.numerator if whole else show_number(value), unit)
        case Text(value=text):
            tag, content = "text", (text,)
        case Boolean(value=truth):
            tag, content = "boolean", (truth,)
        case NoLimit():
            tag, content = "unlimited", ()
        case Reference(path=path):
            tag, content = "path", (path,)
        case Listing(items=items):
            tag, content = "list", [_put(item) for item in items]
        case Negate(operand=operand):
            tag, content = "minus", (_put(operand),)
        case Invert(operand=operand):
            tag, content = "not", (_put(operand),)
        case Aggregate(function=function, operand=operand):
            tag, content = function, (_put(operand),)
        case Binary(operator=operator, left=left, right=right):
            tag, content = operator, (_put(left), _put(right))
    return [tag, node.at, node.end, *content]


def _get(stored: object, level: int) -> Tree:
    match stored:
        case [str(tag), int(at), int(end), *content] if level <= MAX_DEPTH:
            return _node(tag, content, level + 1, at, end)
        case _:
            raise ValueError("this is no stored expression, or one nested too deep")


def _node(tag: str, content: list[object], level: int, at: int, end: int) -> Tree:
    match tag, content:
        case "number", [int() | str() as value, str(unit)] if "/" not in str(value):
            return Number(Fraction(value), unit, at=at, end=end)
        case "text", [str(text)]:
            return Text(text, at=at, end=end)
        case "boolean", [bool(truth)]:
            return Boolean(truth, at=at, end=end)
        case "unlimited", []:
            return NoLimit(at=at, end=end)
        case "path", [str(path)]:
            return Reference(path, at=at, end=end)
        case "list", items:
            return Listing(tuple(_get(item, level) for item in items), at=at, end=end)
        case "minus", [operand]:
            return Negate(_get(operand, level), at=at, end=end)
        case "not", [operand]:
            return Invert(_get(operand, level), at=at, end=end)
        case _, [operand] if tag in _FUNCTIONS:
            return Aggregate(cast("Function", tag), _get(operand, level), at=at, end=end)
        case _, [left, right] if tag in _OPERATORS:
            return Binary(cast("Operator", tag), _get(left, level), _get(right, level), at=at, end=end)
        case _:
            raise ValueError(f"`{tag}` is no stored expression")
