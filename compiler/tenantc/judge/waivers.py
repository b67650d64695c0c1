"""Who may break which rule until when."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.judge.plainly import walker
from tenantc.judge.quantity import quantity
from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition
from tenantc.language.operands import Typed
from tenantc.language.syntax import Binary, Number, Variable
from tenantc.language.walk import Nothing, scale
from tenantc.model.layer import Named
from tenantc.model.rule import Rule
from tenantc.model.spec import SOON, Waiver
from tenantc.source.value import UNLIMITED

_BOUNDS = {"<": "<=", "<=": "<=", ">": ">=", ">=": ">="}


def waived_until(rule: Rule, until: str, as_of: str) -> bool:
    """Whether a waiver with this last day (YYYY-MM-DD) lets the rule be broken on the day `as_of`."""
    return not rule.unwaivable and as_of <= until


class Waivers:
    """The waivers of a workspace as of one day."""

    def __init__(self, waivers: Iterable[Waiver], rules: Mapping[str, Rule], as_of: str) -> None:
        self._rules = rules
        self._as_of = as_of
        self._used: set[int] = set()
        self.all = tuple(waivers)
        self.diagnostics: list[Diagnostic] = []
        # by tenant and rule
        self._valid: dict[str, dict[str, list[Waiver]]] = {}
        for waiver in self.all:
            if self._refused(waiver):
                continue
            for tenant in waiver.tenants:
                self._valid.setdefault(tenant.name, {}).setdefault(waiver.rule.name, []).append(waiver)

    def _refused(self, waiver: Waiver) -> bool:
        """Whether a waiver is not heard: for what it asks, or since it has ended."""
        rule = self._rules.get(waiver.rule.name)
        if rule is None:
            help = did_you_mean(waiver.rule.name, self._rules)
            return self._say("T520", waiver, "is of no rule that there is", help)
        if rule.unwaivable:
            return self._say("T520", waiver, "is refused: the rule lets nobody break it")
        if rule.over != "tenants":
            return self._say("T520", waiver, "is refused: the rule is about no single tenant")
        if rule.collection and not waiver.items:
            help = "say for which members of the collection it holds: `items: [name, …]`"
            return self._say("T520", waiver, "is too wide: the rule goes through a collection", help)
        if not waived_until(rule, waiver.until, self._as_of):
            return self._say("T521", waiver, f"ended on {waiver.until}", "delete it")
        last = date.fromisoformat(waiver.until)
        if last <= date.fromisoformat(self._as_of) + timedelta(days=SOON):
            self._say("T521", waiver, f"ends on {waiver.until}", "mend what it covers, or have it approved anew")
        return False

    def _say(self, code: str, waiver: Waiver, problem: str, help: str = "") -> bool:
        span = waiver.until_span if "end" in problem and waiver.until_span is not None else waiver.rule.span
        self.diagnostics.append(diagnose(code, span, rule=waiver.rule.name, problem=problem, help=help))
        return True

    def of(self, tenant: str, environment: str) -> dict[str, tuple[Waiver, ...]]:
        """The waivers that name a tenant in an environment, by rule; those first that last longest."""
        found: dict[str, tuple[Waiver, ...]] = {}
        for rule, waivers in self._valid.get(tenant, {}).items():
            here = [one for one in waivers if not one.environments or environment in _names(one.environments)]
            if here:
                found[rule] = tuple(sorted(here, key=lambda one: one.until, reverse=True))
        return found

    def covering(
        self, waivers: Sequence[Waiver], clauses: Sequence[int], subject: Subject, params: Sequence[Any]
    ) -> Waiver | None:
        """The waiver of a rule within which all lies that is broken; of several that do so together, the first to end.

        Those that were asked count as used.
        """
        for waiver in waivers:
            self._used.add(id(waiver))
            if all(self._covers((waiver,), clause, subject, params) for clause in clauses):
                return waiver
        if waivers and all(self._covers(waivers, clause, subject, params) for clause in clauses):
            return waivers[-1]
        return None

    def _covers(self, waivers: Sequence[Waiver], index: int, subject: Subject, params: Sequence[Any]) -> bool:
        """Whether waivers of a rule cover one of its requirements; in a collection, member by member."""
        rule = self._rules[waivers[0].rule.name]
        clause = rule.clauses[index]
        assert isinstance(clause.condition, Condition), "the checker makes no others"
        walk = walker(rule, subject, params).walk
        typed = clause.condition.typed
        accepting = [one for one in waivers if one.up_to is None or _within(one, typed, walk)]
        if not clause.collection:
            return bool(accepting)
        return broken_members(rule, index, subject, params) <= {item for one in accepting for item in one.items}

    def unused(self, tenants: Collection[str], environments: Collection[str]) -> list[Diagnostic]:
        """After a whole fleet, T520 for what waivers name that there is not, and T521 for each that nobody needed."""
        before = len(self.diagnostics)
        heard = {id(one) for rules in self._valid.values() for held in rules.values() for one in held}
        for waiver in self.all:
            places = [("tenant", tenants, one) for one in waiver.tenants]
            places += [("environment", environments, one) for one in waiver.environments]
            unknown = [(what, known, one) for what, known, one in places if one.name not in known]
            for what, known, named in unknown:
                help = did_you_mean(named.name, known)
                problem = f"names the {what} `{named.name}`, which there is not"
                found = diagnose("T520", named.span, rule=waiver.rule.name, problem=problem, help=help)
                self.diagnostics.append(found)
            if not unknown and id(waiver) not in self._used and id(waiver) in heard:
                self._say("T521", waiver, "is not needed: the rule is kept", "delete it")
        return self.diagnostics[before:]


def _names(environments: Iterable[Named]) -> set[str]:
    return {named.name for named in environments}


def broken_members(rule: Rule, clause: int, subject: Subject, params: Sequence[Any]) -> set[str]:
    """The members of collections on which a requirement fails, or that nobody can judge."""
    condition = rule.clauses[clause].condition
    assert isinstance(condition, Condition), "the checker makes no others"
    walk = walker(rule, subject, params)
    walk.walk(condition.typed)
    return {
        member.name
        for node, members in walk.members
        for member in members
        if member.result is (node.quantity != "all") or isinstance(member.result, Nothing)
    }


def _within(waiver: Waiver, typed: Typed, walk: Callable[[Typed], Any]) -> bool:
    """Whether the value that a requirement bounds is no worse than the waiver accepts."""
    node = typed.node
    if not isinstance(node, Binary) or node.operator not in _BOUNDS:
        return False
    left, right = typed.parts
    operator = _BOUNDS[node.operator]
    if isinstance(left.node, (Number, Variable)):
        left, operator = right, {"<=": ">=", ">=": "<="}[operator]
    value, worst = walk(left), quantity(waiver.up_to, left.type)
    if isinstance(value, Nothing) or isinstance(worst, str):
        return False
    accepted = worst if worst is UNLIMITED else worst * scale(left.type)
    if value is UNLIMITED or accepted is UNLIMITED:
        return accepted is UNLIMITED if operator == "<=" else value is UNLIMITED
    return bool(value <= accepted if operator == "<=" else value >= accepted)
