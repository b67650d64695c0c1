"""Where the calendar reads months and years otherwise than the language does.

The language counts a month as 30 days, and twelve of them, or a year, as 365; a calendar's months have 28 to 31.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache

from tenantc.language.operands import Typed
from tenantc.language.syntax import Number
from tenantc.language.units import DAYS, literal
from tenantc.source.frozen import Frozen, replace

# the Gregorian calendar repeats itself after 400 years
_CYCLE = 400 * 12
_CYCLE_DAYS = 146_097
_IN_UNIT = {"months": 1, "years": 12}


class Months(Frozen):
    """So many months or years, as a number that is written out says them."""

    value: int
    unit: str

    @property
    def days(self) -> int:
        """How many days they are in the language."""
        value, unit = literal(Fraction(self.value), self.unit)
        return int(value * unit.scale / DAYS.scale)

    @property
    def otherwise(self) -> list[int]:
        """How many days they may be by the calendar, and are not in the language."""
        least, most = calendar_days(self.value * _IN_UNIT[self.unit])
        return [days for days in range(least, most + 1) if days != self.days]

    def __str__(self) -> str:
        """What they are here and by the calendar, in a sentence."""
        least, most = calendar_days(self.value * _IN_UNIT[self.unit])
        one = self.value == 1
        spoken, is_, they = (self.unit[:-1], "is", "it is") if one else (self.unit, "are", "they are")
        by_calendar = f"{least} to {most}" if least < most else f"{least}"
        return f"{self.value} {spoken} {is_} {self.days} days here; by the calendar {they} {by_calendar}"


def months_in(typed: Typed) -> Iterator[Months]:
    """The months and years that are written out in an expression."""
    found = _months(typed)
    if found is not None:
        yield found
    for part in typed.parts:
        yield from months_in(part)


def reread(typed: Typed, months: Months, days: int) -> Typed:
    """The expression with so many days wherever these months or years stand."""
    if _months(typed) == months:
        return replace(typed, node=Number(Fraction(days), "days", at=typed.node.at, end=typed.node.end))
    return replace(typed, parts=tuple(reread(part, months, days) for part in typed.parts))


@lru_cache(maxsize=256)
def calendar_days(months: int) -> tuple[int, int]:
    """How many days so many months have at least and at most, by the day on which they begin.

    It is enough to go from the first of a month to the first of another. Who begins on a day that the last month lacks
    ends on its last day: no later than from the first of his own month, and no earlier than from that of the next.
    """
    cycles, rest = divmod(months, _CYCLE)
    firsts = _firsts()
    found = [firsts[at + rest] - firsts[at] for at in range(_CYCLE)]
    return cycles * _CYCLE_DAYS + min(found), cycles * _CYCLE_DAYS + max(found)


@lru_cache(maxsize=1)
def _firsts() -> tuple[int, ...]:
    """The first days of all months of two cycles, counted from some day on."""
    return tuple(date(1600 + at // 12, at % 12 + 1, 1).toordinal() for at in range(2 * _CYCLE))


def _months(typed: Typed) -> Months | None:
    node = typed.node
    if isinstance(node, Number) and node.unit in _IN_UNIT and node.value.denominator == 1:
        return Months(int(node.value), node.unit)
    return None
