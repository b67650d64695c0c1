"""The calculations of compiled expressions, on exact numbers and `unlimited`, and how they end without a value."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from tenantc.language.outcome import Missing, Problem
from tenantc.source.value import UNLIMITED, Unlimited

Exactly: TypeAlias = int | Fraction
Amount: TypeAlias = int | Fraction | Unlimited


class Stop(Exception):  # noqa: N818 - it reports no bug: it carries what an evaluation gives instead of a value
    """Ends an evaluation."""

    def __init__(self, outcome: Missing | Problem) -> None:
        super().__init__()
        self.outcome = outcome


class NoValue(Stop):
    """There is no value, and an `else` may give one."""


def divide(left: Exactly, right: Exactly) -> Exactly:
    """The exact quotient."""
    return Fraction(left) / right


FINITE: Mapping[str, Callable[[Exactly, Exactly], Exactly]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": divide,
    "//": operator.floordiv,
}

COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def with_unlimited(symbol: str, finite: Callable[[Exactly, Exactly], Exactly]) -> Callable[[Amount, Amount], Amount]:
    """The calculation for operands that may be `unlimited`. Raises `ArithmeticError` where it has no value."""

    def calculate(left: Amount, right: Amount) -> Amount:
        if not isinstance(left, Unlimited) and not isinstance(right, Unlimited):
            return finite(left, right)
        if symbol == "+":
            return UNLIMITED
        if symbol == "*":
            if all(isinstance(side, Unlimited) or side > 0 for side in (left, right)):
                return UNLIMITED
        elif not isinstance(right, Unlimited) and (symbol == "-" or right > 0):
            return UNLIMITED
        raise ArithmeticError

    return calculate


def compare(test: Callable[[Any, Any], Any]) -> Callable[[Amount, Amount], Any]:
    """A comparison in which `unlimited` is above every number."""

    def compared(left: Amount, right: Amount) -> Any:
        if isinstance(left, Unlimited) or isinstance(right, Unlimited):
            return test(isinstance(left, Unlimited), isinstance(right, Unlimited))
        return test(left, right)

    return compared


def smallest(items: tuple[Amount, ...]) -> Amount:
    """The least; `unlimited` only if all are."""
    finite = [item for item in items if not isinstance(item, Unlimited)]
    return min(finite) if finite else UNLIMITED


def largest(items: tuple[Amount, ...]) -> Amount:
    """The greatest; `unlimited` if one is."""
    finite = [item for item in items if not isinstance(item, Unlimited)]
    return max(finite) if len(finite) == len(items) else UNLIMITED


def total(items: tuple[Amount, ...]) -> Amount:
    """The sum; `unlimited` if one item is."""
    finite = [item for item in items if not isinstance(item, Unlimited)]
    return sum(finite) if len(finite) == len(items) else UNLIMITED
