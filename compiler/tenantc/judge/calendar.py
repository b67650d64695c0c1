"""Where a requirement rests on how long a month is: it is judged again with months as the calendar has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tenantc.judge.plainly import walker
from tenantc.judge.quantity import amount, parsed
from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition
from tenantc.language.constants import constant
from tenantc.language.months import Months, months_in, reread
from tenantc.language.operands import Typed
from tenantc.model.deferred import Deferred
from tenantc.model.rule import Clause, Param, Rule
from tenantc.source.frozen import replace


def notes(
    clause: Clause, rule: Rule, subject: Subject, params: Sequence[Any], written: Mapping[str, object]
) -> list[str]:
    """A sentence about each number of months or years that would turn a requirement's answer by the calendar.

    One that would turn it for months that begin on some day is told; for most values none is. `written` holds the
    values of parameters as policies write them, by name.
    """
    sources = [_source(param, written) for param in rule.params]
    expressions = [_typed(clause.condition), *(_typed(value) for _, value in rule.lets), *sources]
    found = dict.fromkeys(months for typed in expressions if typed is not None for months in months_in(typed))
    if not found:
        return []
    answer = _answer(clause, rule, subject, params)
    if answer is None:
        return []
    return [
        str(months)
        for months in found
        if any(answer is not one for one in _by_calendar(months, clause, rule, subject, params, sources))
    ]


def _by_calendar(
    months: Months,
    clause: Clause,
    rule: Rule,
    subject: Subject,
    params: Sequence[Any],
    sources: Sequence[Typed | None],
) -> Iterator[bool | None]:
    """What the requirement comes to with each number of days that the months may have."""
    for days in months.otherwise:
        lets = tuple((name, _reread(value, months, days)) for name, value in rule.lets)
        own = [
            _value(param, source, months, days) if source is not None and months in months_in(source) else value
            for param, source, value in zip(rule.params, sources, params, strict=False)
        ]
        read = replace(clause, condition=_reread(clause.condition, months, days))
        yield _answer(read, replace(rule, lets=lets), subject, [*own, *params[len(own) :]])


def _answer(clause: Clause, rule: Rule, subject: Subject, params: Sequence[Any]) -> bool | None:
    answer = walker(rule, subject, params).walk(_typed(clause.condition))
    return answer if isinstance(answer, bool) else None


def _source(param: Param, written: Mapping[str, object]) -> Typed | None:
    """The expression that a parameter's value comes from: a policy's, else the rule's own; None if it is no number."""
    return parsed(written[param.name]) if param.name in written else _typed(param.default)


def _value(param: Param, source: Typed, months: Months, days: int) -> Any:
    """The value of a parameter, in its unit."""
    typed = reread(source, months, days)
    wanted = _typed(param.default).type
    return amount(typed, wanted) if wanted.kind == "number" else constant(typed)


def _reread(value: Deferred, months: Months, days: int) -> Condition:
    assert isinstance(value, Condition), "the checker makes no others"
    return Condition(value.text, value.at, reread(value.typed, months, days))


def _typed(value: Deferred) -> Typed:
    assert isinstance(value, Condition), "the checker makes no others"
    return value.typed
