"""The days on which rules turn: those of the dates with which they compare the day as of which they judge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias

from tenantc.judge.plainly import seen
from tenantc.judge.subject import Mark, Subject
from tenantc.language.condition import Condition
from tenantc.language.operands import Typed
from tenantc.language.syntax import Between, Binary, Comparison, Tree
from tenantc.language.today import AS_OF, FLIPPED, is_day
from tenantc.model.rule import Rule
from tenantc.source.memo import Memo

# what the day is compared with, and how, the day standing left
_Date: TypeAlias = tuple[Tree, Comparison]


class Turns:
    """The next day on which a comparison turns that judging came to, and the rules that hold one.

    Until then every rule takes the same way through its expressions, and comes out the same.
    """

    def __init__(self, as_of: str) -> None:
        self._as_of = as_of
        self.day = ""
        self.rules: set[str] = set()
        self._read: dict[str, tuple[Mark | None, list[_Date]]] = {}
        self._taken: Memo[tuple[object, ...], bool] = Memo(4096)

    def take(self, rule: Rule, subject: Subject, params: Sequence[Any]) -> None:
        """Takes in how a rule is judged for somebody."""
        if AS_OF not in rule.reads:
            return
        if rule.id not in self._read:
            self._read[rule.id] = (Mark.of(rule.reads), [*_dates(rule)])
        mark, dates = self._read[rule.id]
        if mark is not None:
            key = (rule.id, *params, *subject.mark(mark))
            if self._taken.get(key):
                return
            self._taken.put(key, True)
        values = seen(rule, subject, params)
        for node, comparison in dates:
            for part, value in values:
                if part is node:
                    for day in value if isinstance(value, tuple) else (value,):
                        self._note(day, comparison, rule.id)

    def _note(self, day: object, comparison: Comparison, rule: str) -> None:
        if not isinstance(day, str):  # nobody says it
            return
        begins, ends = comparison not in {"<=", ">"}, comparison not in {">=", "<"}
        turns = [*([day] if begins else []), *([day_after(day)] if ends else [])]
        for turn in turns:
            if turn > self._as_of and (not self.day or turn <= self.day):
                if turn != self.day:
                    self.day = turn
                    self.rules.clear()
                self.rules.add(rule)


def day_after(day: str) -> str:
    """The day after; of the calendar's last day, that day."""
    last = date.fromisoformat(day)
    return (last + timedelta(days=1)).isoformat() if last < date.max else day


def _dates(rule: Rule) -> Iterator[_Date]:
    conditions = [value for _, value in rule.lets] + [clause.condition for clause in rule.clauses]
    for one in (*conditions, rule.guard):
        if isinstance(one, Condition):
            yield from _compared(one.typed)


def _compared(typed: Typed) -> Iterator[_Date]:
    node, nodes = typed.node, [part.node for part in typed.parts]
    if isinstance(node, Binary):
        # a date is one of some, or is none of them, as it is another or is not
        comparison: Comparison = next((one for one in FLIPPED if one == node.operator), "==")
        if is_day(nodes[0]):
            yield nodes[1], comparison
        elif is_day(nodes[1]):
            yield nodes[0], FLIPPED[comparison]
    elif isinstance(node, Between):
        operand, low, high = nodes
        if is_day(operand):
            yield low, ">="
            yield high, "<="
        elif is_day(low):
            yield operand, "<="
        elif is_day(high):
            yield operand, ">="
    for part in typed.parts:
        yield from _compared(part)
