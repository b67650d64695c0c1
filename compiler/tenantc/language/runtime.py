"""What generated rules call: calculations in which None and `unlimited` have their place."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from types import CodeType, FunctionType
from typing import Any, Final, TypeAlias

from tenantc.language.calculate import FINITE, largest, smallest, total, with_unlimited
from tenantc.language.networks import lies_within
from tenantc.language.pattern import compile_pattern
from tenantc.model.identity import IdentityText
from tenantc.source import path as paths
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED, Value

Get: TypeAlias = Callable[[Path], Value | None]
# The entries of an open map in order, each as its name, its path, and the value of each step below it that is asked for
# behind the map's path: `ai_configuration.models`, STEP, `.region`. With the step VALUES each is what it holds and no
# more. They are found once for all rules.
Entries: TypeAlias = Callable[[str], tuple[Any, ...]]
STEP: Final = "\n"
VALUES: Final = "="
# None: the guard does not hold; else what each clause comes to
Function: TypeAlias = Callable[[Get, Entries, Sequence[Any]], "tuple[bool | None, ...] | None"]

# names of models come again and again
child = lru_cache(maxsize=4_096)(paths.child)
_CALCULATE = {symbol: with_unlimited(symbol, finite) for symbol, finite in FINITE.items()}


def exact(value: Any) -> Any:
    """A number, or a list of them, with decimals as they were written: 0.8 is four fifths."""
    if isinstance(value, tuple):
        return tuple([exact(item) for item in value])
    return Fraction(repr(value)) if isinstance(value, float) else value


def clear(value: Any) -> Any:
    """A text that may be inspected; None for one in which identity stands."""
    return None if isinstance(value, IdentityText) else value


def times(value: Any, factor: Any) -> Any:
    return value if value is UNLIMITED else value * factor


def all_times(values: tuple[Any, ...], factor: Any) -> tuple[Any, ...]:
    return tuple([times(value, factor) for value in values])


def minus(value: Any) -> Any:
    return None if value is UNLIMITED else -value


def less(left: Any, right: Any) -> bool:
    if left is UNLIMITED or right is UNLIMITED:
        return left is not UNLIMITED
    return bool(left < right)


def at_most(left: Any, right: Any) -> bool:
    if left is UNLIMITED or right is UNLIMITED:
        return right is UNLIMITED
    return bool(left <= right)


def more(left: Any, right: Any) -> bool:
    return less(right, left)


def at_least(left: Any, right: Any) -> bool:
    return at_most(right, left)


def lies_between(low: Any, value: Any, high: Any) -> bool:
    if isinstance(value, str):
        return bool(low <= value <= high)
    return at_most(low, value) and at_most(value, high)


def least(items: tuple[Any, ...]) -> Any:
    return smallest(items) if items else None


def most(items: tuple[Any, ...]) -> Any:
    return largest(items) if items else None


def calculated(symbol: str, left: Any, right: Any) -> Any:
    """A calculation, or None where it has no value."""
    try:
        return _CALCULATE[symbol](left, right)
    except ArithmeticError:
        return None


def moved(symbol: str, day: str, days: Any) -> str:
    """A day some days away; where the calendar ends, its last or first day."""
    whole = math.floor(days) * (1 if symbol == "+" else -1)
    try:
        return (date.fromisoformat(day) + timedelta(days=whole)).isoformat()
    except OverflowError:
        return (date.max if whole > 0 else date.min).isoformat()


def days_between(_symbol: str, day: str, other: str) -> int:
    return (date.fromisoformat(day) - date.fromisoformat(other)).days


def contains_all(items: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    return frozenset(items).issuperset(wanted)


def contains_any(items: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    return not frozenset(items).isdisjoint(wanted)


def subset_of(items: tuple[Any, ...], others: tuple[Any, ...]) -> bool:
    return frozenset(others).issuperset(items)


@lru_cache(maxsize=4_096)
def matches(text: str, value: str) -> bool:
    """Whether a pattern matches a text: names of models and permissions come again and again."""
    compiled = compile_pattern(text)
    assert not isinstance(compiled, str), "the checker compiled it"
    return compiled.fullmatch(value) is not None


def all_of(results: Sequence[bool | None]) -> bool | None:
    """Whether all hold; None where members that nobody can judge leave it open."""
    return False if False in results else None if None in results else True


def any_of(results: Sequence[bool | None]) -> bool | None:
    """Whether any holds, as `all_of`."""
    return True if True in results else None if None in results else False


def none_of(results: Sequence[bool | None]) -> bool | None:
    """Whether none holds, as `all_of`."""
    return False if True in results else None if None in results else True


# those whose answer over nothing speaks for a requirement
doubtful_all_of, doubtful_any_of, doubtful_none_of = all_of, any_of, none_of


def _all_of_some(results: Sequence[bool | None]) -> bool | None:
    return all_of(results) if results else False


def _any_of_some(results: Sequence[bool | None]) -> bool | None:
    return any_of(results) if results else True


def _none_of_some(results: Sequence[bool | None]) -> bool | None:
    return none_of(results) if results else False


# what stands for them where nothing counts for nothing
_OF_SOME: Final = {
    "doubtful_all_of": _all_of_some,
    "doubtful_any_of": _any_of_some,
    "doubtful_none_of": _none_of_some,
}


@lru_cache(maxsize=2048)
def doubted(function: Function) -> Function | None:
    """The same function with the worst that a quantifier over nothing may come to; None if it has no quantifier.

    A requirement that passes by the one and not by the other passes over nothing. Quantifiers within others hold as
    ever: who is a member of the outer one was looked at.
    """
    assert isinstance(function, FunctionType), "generated"
    if _OF_SOME.keys().isdisjoint(function.__code__.co_names):
        return None
    return FunctionType(function.__code__, {name: function.__globals__[name] for name in NAMES} | _OF_SOME)


# what generated code finds by name
NAMES = (
    *("UNLIMITED", "Fraction", "IdentityText", "all_of", "all_times", "any_of", "at_least", "at_most", "calculated"),
    *("child", "contains_all", "contains_any", "days_between", "exact", "least", "less", "lies_between", "lies_within"),
    *("doubtful_all_of", "doubtful_any_of", "doubtful_none_of"),
    *("minus", "more", "most", "moved", "none_of", "matches", "subset_of", "times", "total"),
)
_ = (child, lies_within, total)


def load(code: CodeType, size: int) -> tuple[Function, ...]:
    """The functions of as many rules, in their order."""
    names: dict[str, Any] = {name: globals()[name] for name in NAMES}
    exec(code, names)  # noqa: S102 — the module is generated from checked trees, never from text of a user
    return tuple(names[f"rule_{index}"] for index in range(size))
