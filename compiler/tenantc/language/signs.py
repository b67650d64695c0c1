"""Signs of sums, products and quotients: enough arithmetic to prove that a divisor is not zero."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TypeAlias

from tenantc.source.value import Unlimited

Signs: TypeAlias = frozenset[int]

ANY_SIGN: Signs = frozenset({-1, 0, 1})
POSITIVE: Signs = frozenset({1})
NOT_NEGATIVE: Signs = frozenset({0, 1})


def sign(value: Fraction | float | Unlimited) -> int:
    """-1, 0 or 1; `unlimited` is positive."""
    if isinstance(value, Unlimited):
        return 1
    return (value > 0) - (value < 0)


def bounded(bounds: Mapping[str, object]) -> Signs:
    """The signs that the bounds of a JSON Schema leave a number."""
    signs = set(ANY_SIGN)
    for keyword, beyond in (("inimum", -1), ("aximum", 1)):
        for name, excludes_itself in ((f"m{keyword}", False), (f"exclusiveM{keyword}", True)):
            bound = bounds.get(name)
            if isinstance(bound, (int, float)) and sign(bound) != beyond:
                signs.discard(beyond)
                if excludes_itself or sign(bound) == -beyond:
                    signs.discard(0)
    return frozenset(signs)


def negated(signs: Signs) -> Signs:
    return frozenset(-one for one in signs)


def _sum(left: int, right: int) -> Signs:
    return ANY_SIGN if left * right < 0 else frozenset({left or right})


def _floor(left: int, right: int) -> Signs:
    # half a divisor goes into it no whole time, and minus a half goes minus once
    return NOT_NEGATIVE if left * right > 0 else frozenset({left * right})


_RULES: Mapping[str, Callable[[int, int], Signs]] = {
    "+": _sum,
    "-": lambda left, right: _sum(left, -right),
    "*": lambda left, right: frozenset({left * right}),
    "/": lambda left, right: frozenset({left * right}),
    "//": _floor,
    "min": lambda left, right: frozenset({min(left, right)}),
    "max": lambda left, right: frozenset({max(left, right)}),
}


def combine(operator: str, left: Signs, right: Signs) -> Signs:
    """The signs that a result can have, from those of its operands."""
    rule = _RULES[operator]
    return frozenset[int]().union(*(rule(one, other) for one in left for other in right))
