"""Judges rules over the fleet by folds: what is kept of a tenant is what it adds to a sum, a count, a least or most.

The population is the tenants of one environment that the rule's `applies` and `when` are for, split by a path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.judge.calendar import notes
from tenantc.judge.evidence import code_of, said, unscaled
from tenantc.judge.judging import Docketed, Standing, inapplicable
from tenantc.judge.regime import Regime
from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition
from tenantc.language.runtime import Function, clear
from tenantc.model.rule import Fold, Rule
from tenantc.model.schema import Schema
from tenantc.model.settings import Section, Settings
from tenantc.model.verdict import BROKEN, Answer, Strictness, Verdict
from tenantc.source.frozen import Frozen, replace
from tenantc.source.path import section
from tenantc.source.span import Span
from tenantc.source.value import Value, show

_MOST = 3


class Tally:
    """A fold so far, and the tenants that weigh most in it: (weight, id, value, place), the heaviest first."""

    __slots__ = ("_fold", "_seen", "heaviest", "result")

    def __init__(self, fold: Fold) -> None:
        self._fold = fold
        self._seen: set[Any] = set()
        self.result: Any = 0 if fold.function in {"sum", "count", "distinct"} else None
        self.heaviest: list[tuple[Any, str, Any, Span]] = []

    def add(self, values: Sequence[Any], tenant: str, span: Span) -> None:
        value = values[self._fold.value]
        if value is None or (self._fold.where >= 0 and not values[self._fold.where]):
            return
        match self._fold.function:
            case "sum":
                self.result += value
            case "count":
                self.result += value is True
            case "distinct":
                self._seen.add(value)
                self.result = len(self._seen)
            case "min":
                self.result = value if self.result is None else min(self.result, value)
            case _:
                self.result = value if self.result is None else max(self.result, value)
        if self._fold.function in {"sum", "min", "max"}:
            weight = value if self._fold.function == "min" else -value
            self.heaviest = sorted([*self.heaviest, (weight, tenant, value, span)], key=lambda one: one[:2])[:_MOST]


# a rule's id, an environment, and what the rule's path is there
_Key: TypeAlias = tuple[str, str, "Value | None"]


class _Counted(Frozen):
    """A rule over the fleet, armed, with the function that gives a tenant's values."""

    rule: Rule
    function: Function
    params: Sequence[Any]
    written: Mapping[str, object]
    columns: Function
    level: Strictness | None


class Fleet:
    """The rules over the fleet, as of one day, and what they know of it so far."""

    def __init__(self, regime: Regime, columns: Mapping[str, Function], as_of: str) -> None:
        self._as_of = as_of
        self._rules = [
            _Counted(*one, columns[one.rule.id], regime.levels.get(one.rule.id))
            for one in regime.armed
            if one.rule.over == "fleet"
        ]
        self._groups: dict[_Key, list[Tally]] = {}

    def __bool__(self) -> bool:
        """Whether there is any such rule."""
        return bool(self._rules)

    def add(self, subject: Subject, standing: Standing, environment: str, tenant: str, span: Span) -> None:
        """Takes in a tenant in one environment."""
        for one in self._rules:
            values = None
            if not inapplicable(one.rule, standing):
                values = one.columns(subject.get, subject.entries, one.params)
            if values is None:
                continue
            # identity splits no fleet: a text that holds some counts as none
            value = clear(subject.get(one.rule.by)) if one.rule.by else None
            key = (one.rule.id, environment, value)
            tallies = self._groups.get(key)
            if tallies is None:
                tallies = self._groups[key] = [Tally(fold) for fold in one.rule.folds]
            for tally in tallies:
                tally.add(values, tenant, span)

    def groups(self, schema: Schema) -> Iterator[Group]:
        """What came of each rule in each group of tenants."""
        by_id = {one.rule.id: one for one in self._rules}
        for (id, environment, value), tallies in sorted(self._groups.items(), key=lambda item: str(item[0])):
            one = by_id[id]
            # whom it applies to was asked of each tenant
            rule = replace(one.rule, applies=None)
            params = (*one.params, *(tally.result for tally in tallies))
            held = {section(rule.by): Section({rule.by: value}, {})} if rule.by and value is not None else {}
            subject = Subject(held, schema, Settings({}), {"as_of": self._as_of})
            docketed = Docketed(rule, one.function, params, Standing((), "", self._as_of), one.level, {})
            verdict = docketed.verdict(subject)
            yield Group(rule, params, one.written, environment, value, subject, verdict, tuple(tallies))

    def diagnostics(self, schema: Schema, fail_on: Strictness) -> Iterator[Diagnostic]:
        """T530 to T532 for each rule and group that is broken; the tenants that weigh most share the blame."""
        for group in self.groups(schema):
            verdict, rule = group.verdict, group.rule
            if verdict.answer not in BROKEN:
                continue
            clause = rule.clauses[verdict.clause]
            blames = [Blame(clause.span, f"{rule.severity.value}, {clause.basis.value}: {verdict.strictness.value}")]
            blames += _heaviest(rule, group.tallies)
            word = "is broken" if verdict.answer is Answer.FAIL else "cannot be judged"
            where = [f"in {group.environment}"] if group.environment else []
            where += [f"where `{rule.by}` is {show(group.value)}"] if group.value is not None else []
            message = said(rule, clause, group.subject, group.params, {}) + (f" ({', '.join(where)})" if where else "")
            code = code_of(verdict.strictness, fail_on)
            help = "; ".join(notes(clause, rule, group.subject, group.params, group.written))
            yield diagnose(code, *blames, help=help, rule=rule.id, verdict=word, message=message)


class Group(Frozen):
    """What came of a rule for the tenants of an environment that have one value at the rule's path, if it has one."""

    rule: Rule
    params: Sequence[Any]
    written: Mapping[str, object]
    environment: str
    value: Value | None
    subject: Subject
    verdict: Verdict
    tallies: tuple[Tally, ...]


def _heaviest(rule: Rule, tallies: Sequence[Tally]) -> Iterator[Blame]:
    seen: set[str] = set()
    asked = rule.columns
    assert asked is not None, "a rule over the fleet asks each tenant"
    for fold, tally in zip(rule.folds, tallies, strict=True):
        condition = asked.clauses[fold.value].condition
        assert isinstance(condition, Condition), "the checker makes no others"
        for _, tenant, value, span in tally.heaviest:
            if tenant not in seen:
                seen.add(tenant)
                yield Blame(span, f"`{condition.text}` is {show(unscaled(value))}: tenant `{tenant}`")
