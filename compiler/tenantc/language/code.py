"""Pieces of the Python that `generate.py` writes."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple


class Code(NamedTuple):
    """A Python expression, and whether it may come to None."""

    text: str
    nullable: bool


def numeral(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"Fraction({value.numerator}, {value.denominator})"


def braced(text: str) -> str:
    """A text as Python writes it, for a form whose braces are filled."""
    return repr(text).replace("{", "{{").replace("}", "}}")
