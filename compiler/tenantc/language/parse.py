"""From text to a syntax tree. lark is imported when the first text with a `${` comes along, and not before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias, cast

from tenantc.diagnostics.suggest import did_you_mean
from tenantc.language.syntax import (
    MAX_DEPTH,
    Aggregate,
    Between,
    Binary,
    Boolean,
    Day,
    Expression,
    Fields,
    Function,
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
    Quantity,
    Reference,
    State,
    SyntaxProblem,
    Text,
    TextTemplate,
    Tree,
    Word,
)
from tenantc.language.units import LITERAL_UNITS, plural
from tenantc.source.path import Path, join
from tenantc.source.regex import lazy

if TYPE_CHECKING:
    import lark

MAX_LENGTH = 2_000
MAX_HOLES = 100
# what JSON readers hold exactly
MAX_NUMBER = 2**53

_Branch: TypeAlias = "lark.Tree[lark.Token] | lark.Token"

_OPENING = lazy(r"\$\$\{|\$\{")
# inside an expression: a whole quoted text, or a brace, or a quote that is never closed
_INSIDE = lazy(r'"(?:\\.|[^"\\\n])*"|[{}"]')
_STEP = lazy(r'\.?([A-Za-z0-9_]+)|\[("(?:\\.|[^"\\])*")\]')
_INDEX = lazy(r"\[([a-z_][a-z0-9_]*)\]")
_QUANTITY = lazy(r"([0-9.]+)\s*(.*)", re.DOTALL)
SLIPS = {
    "=": "equality is `==`",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`, or `!=`",
    "'": 'texts stand in double quotes: `"…"`',
    '"': "a text ends with the double quote that it begins with, in the same line",
    "?": "there is `a else b`, which is `b` where `a` has no value",
    "$": "inside an expression a path stands without `$`",
}


def parse_value(text: str) -> str | Expression | TextTemplate | SyntaxProblem:
    """Reads a text value: one `${…}` and nothing else is an expression; text around it makes it a text with holes.

    `$${` stands for the characters `${`; a text that holds no expression comes back as text.
    """
    return _parse_value(text) if "${" in text else text


def parse_expression(text: str) -> Expression | SyntaxProblem:
    """Reads what stands between `${` and `}`."""
    return _parse(text, 0)


@lru_cache(maxsize=16_384)
def _parse_value(text: str) -> str | Expression | TextTemplate | SyntaxProblem:
    parts: list[str | Expression] = []
    plain = ""
    at = 0
    while (opening := _OPENING.search(text, at)) is not None:
        plain += text[at : opening.start()]
        if opening.group() == "$${":
            plain += "${"
            at = opening.end()
            continue
        end = _closing(text, opening.end())
        hole = end if isinstance(end, SyntaxProblem) else _parse(text[opening.end() : end], opening.end())
        if isinstance(hole, SyntaxProblem) or isinstance(end, SyntaxProblem):
            return cast("SyntaxProblem", hole)
        parts += [plain, hole] if plain else [hole]
        plain = ""
        at = end + 1
        if len(parts) > 2 * MAX_HOLES:
            return SyntaxProblem(f"a text holds at most {MAX_HOLES} expressions", opening.start(), 2)
    plain += text[at:]
    if plain:
        parts.append(plain)
    return _settled(text, tuple(parts))


def _settled(text: str, parts: tuple[str | Expression, ...]) -> str | Expression | TextTemplate:
    if len(parts) == 1:
        return parts[0]
    return TextTemplate(text, parts)


def _closing(text: str, start: int) -> int | SyntaxProblem:
    """Where the `}` stands that closes the `${` right before `start`."""
    depth = 0
    for found in _INSIDE.finditer(text, start):
        if found.group() == '"':
            return SyntaxProblem("this text is never closed", found.start(), len(text) - found.start(), SLIPS['"'])
        if found.group() == "{":
            depth += 1
        elif found.group() == "}":
            if not depth:
                return found.start()
            depth -= 1
    return SyntaxProblem("this `${` is never closed", start - 2, 2, "a literal `${` is written `$${`")


def _parse(text: str, at: int) -> Expression | SyntaxProblem:
    if len(text) > MAX_LENGTH:
        problem = f"the expression has {len(text)} characters, more than the {MAX_LENGTH} that are read"
        return SyntaxProblem(problem, at, len(text))
    if not text.strip():
        return SyntaxProblem("there is no expression between `${` and `}`", max(at - 2, 0), len(text) + 3)
    import lark

    try:
        tree = parser().parse(text, start="expression")
    except lark.UnexpectedCharacters as error:
        return _unexpected(text, cast("int", error.pos_in_stream), at)
    except lark.UnexpectedToken as error:
        if error.token.type == "$END":
            return SyntaxProblem("the expression ends too early", at + len(text.rstrip()) - 1, 1)
        return _misplaced(text, error.token, at)
    if depth(tree) > MAX_DEPTH:
        return SyntaxProblem(f"the expression is more than {MAX_DEPTH} operations deep", at, len(text))
    try:
        return Expression(text, at, Builder(at).build(tree))
    except BadTokenError as error:
        return SyntaxProblem(error.message, at + error.start, error.length, error.help)


@lru_cache(maxsize=1)
def parser() -> lark.Lark:
    """The parser of expressions and of rule files."""
    import lark

    # The grammar is code: like a module's, its text is read by the import system, once.
    return lark.Lark.open_from_package(
        __package__,
        "grammar.lark",
        parser="lalr",
        start=["expression", "file"],
        propagate_positions=True,
        maybe_placeholders=False,
    )


def _unexpected(text: str, position: int, at: int) -> SyntaxProblem:
    character = text[position]
    length = len(text) - position if character == '"' else 1
    what = "this text is never closed" if character == '"' else f"`{character}` means nothing here"
    return SyntaxProblem(what, at + position, length, SLIPS.get(character, ""))


def _misplaced(text: str, token: lark.Token, at: int) -> SyntaxProblem:
    start = token.start_pos or 0
    if token in SLIPS:
        return _unexpected(text, start, at)
    help = ""
    before = text[:start].rstrip()
    if token.type == "COMPARE":
        help = "comparisons do not chain: join two of them with `and`"
    elif token.type == "PATH" and before[-1:].isdigit():
        help = did_you_mean(token, LITERAL_UNITS) or "a number of things is written without their name"
    elif token.type == "ELSE":
        help = "put what comes before the `else` in parentheses"
    return SyntaxProblem(f"`{token}` is not expected here", at + start, len(token), help)


def depth(tree: _Branch) -> int:
    """How deep a tree is, counted without recursion: this is asked before anything recurses."""
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [child for branch in level if not isinstance(branch, str) for child in branch.children]
    return deepest


class BadTokenError(Exception):
    """A token whose characters are right and whose content is not; positions count from the expression's beginning."""

    def __init__(self, message: str, start: int, length: int, help: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.length, self.help = message, start, length, help


class Builder:
    """Turns lark's tree into ours; `at` is where the expression begins in the value."""

    def __init__(self, at: int) -> None:
        self.at = at

    def build(self, branch: _Branch) -> Tree:
        if isinstance(branch, str):
            return self.token(branch)
        at, end = self.at + branch.meta.start_pos, self.at + branch.meta.end_pos
        parts = branch.children
        match branch.data:
            case "binary":
                operator = cast("Operator", " ".join(str(part) for part in parts[1:-1]))
                return Binary(operator, self.build(parts[0]), self.build(parts[-1]), at=at, end=end)
            case "negate":
                return Negate(self.build(parts[-1]), at=at, end=end)
            case "invert":
                return Invert(self.build(parts[-1]), at=at, end=end)
            case "aggregate":
                where = self.build(parts[3]) if len(parts) == 4 else None
                return Aggregate(cast("Function", str(parts[0])), self.build(parts[1]), where, at=at, end=end)
            case "between":
                operand, low, high = (self.build(part) for part in (parts[0], parts[2], parts[4]))
                return Between(operand, low, high, at=at, end=end)
            case "matches":
                return Matches(self.build(parts[0]), _pattern(str(parts[2])), at=at, end=end)
            case "is_state":
                state = cast("State", str(parts[-1].children[0]))  # type: ignore[union-attr]
                return Is(self.build(parts[0]), state, len(parts) == 4, at=at, end=end)
            case "fields":
                return Fields(path_of(parts[-1]), at=at, end=end)
            case "quantifier":
                return self.quantifier(parts, at, end)
            case _:
                return Listing(tuple(self.build(part) for part in parts), at=at, end=end)

    def quantifier(self, parts: list[_Branch], at: int, end: int) -> Tree:
        where = next((index for index, part in enumerate(parts) if _is(part, "IN")), 0)
        names = tuple(str(part) for part in parts[1:where])
        condition = self.build(parts[where + 3]) if _is(parts[where + 2], "WHERE") else None
        source, body = self.build(parts[where + 1]), self.build(parts[-1])
        return Quantifier(cast("Quantity", str(parts[0])), names, source, condition, body, at=at, end=end)

    def token(self, token: lark.Token) -> Tree:
        start = token.start_pos or 0
        at, end = self.at + start, self.at + start + len(token)
        match token.type:
            case "PATH":
                index = _INDEX.search(token)
                if index is not None and index.end() < len(token):
                    message = "a variable in brackets ends a path"
                    raise BadTokenError(message, start + index.start(), len(index.group()), "go on with `all … in …`")
                if index is not None:
                    return Index(path_of(token[: index.start()], start), index.group(1), at=at, end=end)
                return Reference(path_of(token, start), at=at, end=end)
            case "WORD":
                return Word(str(token), at=at, end=end)
            case "DATE":
                return Day(day_of(token, start), at=at, end=end)
            case "STRING":
                return Text(unquote(token, start), at=at, end=end)
            case "TRUE" | "FALSE":
                return Boolean(token.type == "TRUE", at=at, end=end)
            case "UNLIMITED":
                return NoLimit(at=at, end=end)
            case _:
                value, unit = _number(token, start)
                return Number(value, unit, at=at, end=end)


def _is(branch: _Branch, type: str) -> bool:
    return isinstance(branch, str) and branch.type == type


def path_of(text: _Branch | str, start: int = 0) -> Path:
    """The canonical spelling of a path as expressions write it."""
    return join(tuple(_steps(str(text), start)))


def _pattern(text: str) -> str:
    r"""What stands between two slashes; a slash inside is written `\/`."""
    return text[1:-1].replace("\\/", "/")


def day_of(text: str, start: int) -> str:
    """A day of the calendar as it is written; raises `BadTokenError`."""
    try:
        date.fromisoformat(text)
    except ValueError:
        raise BadTokenError(f"`{text}` is no day of the calendar", start, len(text)) from None
    return str(text)


def _steps(text: str, start: int) -> Iterator[str]:
    for step in _STEP.finditer(text):
        yield step.group(1) if step.group(1) is not None else unquote(step.group(2), start + step.start(2))


def unquote(text: str, start: int) -> str:
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        message = "this text holds a character or an escape that JSON does not know"
        raise BadTokenError(message, start + min(error.pos, len(text) - 1), 1) from error
    # half of a pair of surrogates cannot be written to any file
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise BadTokenError("this text holds an escape that is no character", start, len(text))
    return str(value)


def _number(token: str, start: int) -> tuple[Fraction, str]:
    match = _QUANTITY.fullmatch(token)
    assert match is not None, "the grammar knows no other number"
    value, unit = Fraction(match.group(1)), " ".join(match.group(2).split())
    if value > MAX_NUMBER:
        raise BadTokenError("this number is above 2^53, so not every reader of JSON can hold it", start, len(token))
    if unit == "ms":
        unit = "milliseconds"
    if not unit.startswith("per "):
        unit = plural(unit)
    if unit == "months" and value.denominator != 1:
        raise BadTokenError("months are whole", start, len(token), "write days")
    return value, unit
