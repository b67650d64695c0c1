"""What an unquoted YAML scalar means: the core schema of YAML 1.2 (section 10.3.2), and nothing of YAML 1.1.

So `no`, `on`, `2027-03-31`, `12:30`, `1_000` and `0b1` are text, `012` is twelve, `0o14` is twelve too.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from tenantc.source.frozen import Frozen
from tenantc.source.regex import lazy

Scalar: TypeAlias = bool | int | float | str | None


class Refusal(Frozen):
    """Why a number is not taken, as the end of a sentence, and what to write instead."""

    problem: str
    help: str


NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
WORDS: Final[dict[str, Scalar]] = {
    **dict.fromkeys(NULLS, None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
# Text that starts otherwise is no number.
STARTS: Final = frozenset("0123456789+-.")

INTEGER: Final = lazy(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
FLOAT: Final = lazy(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
)
_INFINITY = float("inf")
# The largest integer up to which every reader of JSON, which may hold numbers as binary64, tells neighbours apart.
_LARGEST = 2**53
_BASES = {"0o": 8, "0x": 16}

_TOO_LARGE = Refusal("is beyond ±2^53, where not every reader is exact", "if it is an identifier, put it in quotes")
NOT_FINITE: Final = Refusal("is not finite", "where a setting has no limit, the word is `unlimited`")
_OVERFLOW = Refusal("is larger than a number can be", "the largest is about 1.8e308")


def resolve(text: str) -> Scalar | Refusal:
    """The value of an unquoted scalar."""
    if text in WORDS:
        return WORDS[text]
    # most numbers are short and plain, and cost half without the patterns
    if len(text) < 16 and text.isdecimal() and text.isascii():
        return int(text)
    if INTEGER.fullmatch(text):
        return read_integer(text)
    if FLOAT.fullmatch(text):
        return read_float(text)
    return text


def read_integer(text: str) -> int | Refusal:
    """The value of what `INTEGER` matches; JSON's integers are a part of these."""
    base = _BASES.get(text[:2], 10)
    digits = text[2:] if base != 10 else text
    # 22 octal digits are 64 bits; Python itself refuses to convert thousands of decimal digits
    if len(digits.lstrip("+-0")) > 22:
        return _TOO_LARGE
    number = int(digits, base)
    return number if -_LARGEST <= number <= _LARGEST else _TOO_LARGE


def read_float(text: str) -> float | Refusal:
    """The value of what `FLOAT` matches; JSON's numbers are a part of these."""
    if text[-1] in "fFnN":
        return NOT_FINITE
    number = float(text)
    return _OVERFLOW if number in (_INFINITY, -_INFINITY) else number
