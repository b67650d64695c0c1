"""Units of numbers: which convert into which, and what becomes of them in a product or a quotient.

A number carries its value in its unit; `scale` says how many base units (seconds, bytes, cores, ones) one of it is, so
every conversion is a multiplication by an exact fraction. What can be added or compared has one `dimension`. Counts
(users, requests, sessions, tokens) have none: they are plain numbers with a name for what is counted.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

ONE = Fraction(1)
_DAY = 86_400


class Unit(NamedTuple):
    """A unit of measurement; `dimension` holds the exponents of its bases, sorted by base."""

    name: str
    scale: Fraction = ONE
    dimension: tuple[tuple[str, int], ...] = ()


PLAIN = Unit("")
# A share of something: reads as a plain number (0.8) and as a percentage (80 %). A percentage is no plain number:
# `80 % + 1` has two readings, so it has none.
RATIO = Unit("ratio")
PERCENT = Unit("percent", Fraction(1, 100))

_COUNTS = ("users", "requests", "sessions", "tokens")
_SECONDS: dict[str, int | Fraction] = {
    "milliseconds": Fraction(1, 1000),
    "seconds": 1,
    "minutes": 60,
    "hours": 3_600,
    "days": _DAY,
    "weeks": 7 * _DAY,
    "years": 365 * _DAY,
}
_BYTES = {"B": 1} | {
    f"{letter}{suffix}": base**power
    for suffix, base, letters in (("B", 1000, "kMGTP"), ("iB", 1024, "KMGTP"))
    for power, letter in enumerate(letters, 1)
}
_KNOWN: dict[str, Unit] = {
    **{unit.name: unit for unit in (PLAIN, RATIO, PERCENT)},
    **{name: Unit(name) for name in _COUNTS},
    **{name: Unit(name, Fraction(scale), (("second", 1),)) for name, scale in _SECONDS.items()},
    **{name: Unit(name, Fraction(scale), (("byte", 1),)) for name, scale in _BYTES.items()},
    # no exact number of days, so a dimension of its own: monthly figures convert into nothing else
    "months": Unit("months", ONE, (("month", 1),)),
    "millicores": Unit("millicores", Fraction(1, 1000), (("core", 1),)),
    "cores": Unit("cores", ONE, (("core", 1),)),
}

DAYS = _KNOWN["days"]
# what settings of several units have in common: they compare with each other's like, field by field
MIXED = Unit("different things", ONE, (("mixed", 1),))

LITERAL_UNITS = (*_SECONDS, "months", *_BYTES, "%")


@lru_cache(maxsize=1024)
def unit_named(name: str | None) -> Unit:
    """The unit that a schema's `x-unit` names; one that is not known converts into nothing but itself."""
    if name is None:
        return PLAIN
    if name in _KNOWN:
        return _KNOWN[name]
    above, slash, below = name.partition("/")
    if slash:
        return quotient(unit_named(above), unit_named(plural(below)))._replace(name=name)
    return Unit(name, ONE, ((name, 1),))


def plural(unit: str) -> str:
    """The name of a unit of time as it stands with a number."""
    return f"{unit}s" if f"{unit}s" in _KNOWN else unit


def literal(value: Fraction, unit: str) -> tuple[Fraction, Unit]:
    """What a number with a unit means. Months are days as language.md §6 counts them: 365 for twelve, else 30."""
    if unit == "months":
        months = int(value)
        return Fraction(365 * (months // 12) + 30 * (months % 12)), _KNOWN["days"]
    if unit == "%":
        return value, PERCENT
    if unit.startswith("per "):
        return value, quotient(PLAIN, _KNOWN[plural(unit.removeprefix("per "))])._replace(name=unit)
    return value, _KNOWN[unit]


def literal_unit(unit: Unit) -> str | None:
    """How a literal says this unit, or None if none can."""
    if unit == PERCENT:
        return "%"
    counted, slash, time = unit.name.partition("/")
    if slash and unit_named(counted).dimension == () and plural(time) in _KNOWN:
        return f"per {time}"
    return unit.name if unit.name in LITERAL_UNITS and unit.name != "months" else None


def fits(left: Unit, right: Unit) -> bool:
    """Whether numbers of these units can be added, compared and put in each other's place."""
    if left.dimension != right.dimension:
        return False
    return left == right or PERCENT not in (left, right) or RATIO in (left, right)


def finest(left: Unit, right: Unit) -> Unit:
    """The unit in which two numbers are added: the smaller, so that nothing is lost when the sum is floored."""
    if left.scale != right.scale:
        return min(left, right, key=lambda unit: unit.scale)
    if left.dimension:
        return min(left, right)
    # users and sessions: a number of things
    return left if left == right else PLAIN


def product(left: Unit, right: Unit, literals: tuple[bool, bool] = (False, False)) -> Unit:
    """The unit of a product; `literals` says which of the factors are numbers written out.

    A share of a quantity is in the quantity's unit. Twice a percentage is a percentage; a percentage of a setting that
    has no unit may be meant as either, which is a ratio.
    """
    for share, other, is_literal in ((left, right, literals[1]), (right, left, literals[0])):
        if share in (PERCENT, RATIO):
            if other == PLAIN:
                return share if is_literal else RATIO
            if other not in (PERCENT, RATIO) or other == share:
                return other
    if RATIO in (left, right):
        return RATIO
    if right == PLAIN:
        return left
    if left == PLAIN:
        return right
    return _compose(left, right, 1)


def quotient(left: Unit, right: Unit) -> Unit:
    """The unit of a quotient: how often one goes into the other, where both are of one kind, is a ratio."""
    if right in (PLAIN, RATIO, PERCENT) and right != left:
        return left
    if left != PLAIN and left.dimension == right.dimension and (left.dimension or left == right):
        return RATIO
    if not left.dimension and not right.dimension:
        return left if left in (RATIO, PERCENT) else PLAIN
    return _compose(left, right, -1)


def _compose(left: Unit, right: Unit, sign: int) -> Unit:
    exponents = dict(left.dimension)
    for base, exponent in right.dimension:
        exponents[base] = exponents.get(base, 0) + sign * exponent
    dimension = tuple(sorted((base, exponent) for base, exponent in exponents.items() if exponent))
    if not dimension:
        return PLAIN
    scale = left.scale * right.scale if sign > 0 else left.scale / right.scale
    known = next((unit for unit in _KNOWN.values() if unit.dimension == dimension and unit.scale == scale), None)
    mark = "·" if sign > 0 else "/"
    return known or Unit(f"{left.name or 1}{mark}{right.name or 1}", scale, dimension)


def describe(unit: Unit) -> str:
    """The unit in a sentence: `limits.max_users` is …"""
    if unit == PLAIN:
        return "a plain number"
    if unit == RATIO:
        return "a ratio"
    if unit == PERCENT:
        return "a percentage"
    if unit.name.startswith("per "):
        return f"a rate {unit.name}"
    return f"in {unit.name}" if unit.dimension else f"a number of {unit.name}"
