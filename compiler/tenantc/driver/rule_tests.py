"""Runs the tests that stand in rule files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver.literals import BadLiteralError, Literals
from tenantc.driver.rules import RuleFile
from tenantc.driver.tiers import alone
from tenantc.judge.fleet import Fleet
from tenantc.judge.hardening import Armed
from tenantc.judge.judging import Standing, concerns, judge
from tenantc.judge.plainly import answers
from tenantc.judge.regime import Regime
from tenantc.judge.subject import Subject
from tenantc.judge.waivers import waived_until
from tenantc.language.generate import generate
from tenantc.language.parse import path_of
from tenantc.language.rule_check import spanning
from tenantc.language.rule_syntax import GivenSyntax, Name, TestSyntax
from tenantc.language.runtime import Function, load
from tenantc.link.stack import Linker
from tenantc.model.layer import Definition, LayerId, LayerKind, Operator
from tenantc.model.resolved import Resolved
from tenantc.model.rule import Rule
from tenantc.model.settings import Section, Settings
from tenantc.model.stack import Documents
from tenantc.model.verdict import WAIVABLE, Answer, Verdict
from tenantc.resolve.extend import Addition, empty, extend
from tenantc.source.path import Path, child
from tenantc.source.span import Span
from tenantc.source.value import Value

# what a test does not say
AS_OF = "2026-11-01"
TIER = "free"
_NOBODY = Answer.NOT_APPLICABLE
_WORST = (Answer.NOT_APPLICABLE, Answer.PASS, Answer.MISSING, Answer.FAIL, Answer.ERROR)
_LAYER = LayerId(LayerKind.TENANT, "test")
_OPERATORS = {"set": Operator.SET, "add": Operator.APPEND, "take": Operator.REMOVE_IF_THERE}


class Ran(NamedTuple):
    """A test that ran: the rule it is of, its title and its place, and what is wrong."""

    rule: str
    title: str
    span: Span
    diagnostics: tuple[Diagnostic, ...]


@dataclass(slots=True)
class Tested:
    """What came of the tests of some files: those that ran, and what is to be said about them and their rules."""

    tests: list[Ran] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)


@dataclass(slots=True)
class _Case:
    """A test's tenant, or tier, with what `tier` gives it to read."""

    sections: Mapping[str, Section]
    tier: Resolved | None
    standing: Standing
    facts: dict[Path, Value]
    waiver: str


class Tester:
    """Runs tests on top of the tiers of `documents`."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._schema = documents.schema
        self._linker = Linker(documents)
        self._literals = Literals(documents.schema)
        self._tiers: dict[str, tuple[Resolved, str]] = {}

    def run(self, file: RuleFile, done: Tested) -> None:
        """Runs the tests of a file, and says which requirement none of them sees pass, or fail."""
        rule = file.rule
        if rule is None:
            return
        over = [rule.columns] if rule.columns is not None else []
        functions = load(generate([rule, *over]), 1 + len(over))
        seen: list[set[bool | None]] = [set() for _ in rule.clauses]
        for test in file.syntax.tests:
            wrong = tuple(self.test(file, rule, functions, test, seen))
            done.tests.append(Ran(rule.id, test.title.text, _span(file, test.title), wrong))
            done.diagnostics += wrong
        for clause, results in zip(rule.clauses, seen, strict=True):
            if True not in results:
                done.diagnostics.append(
                    diagnose("T514", clause.span, rule=rule.id, problem="sees this requirement pass")
                )
            if False not in results and None not in results:
                done.diagnostics.append(
                    diagnose("T514", clause.span, rule=rule.id, problem="sees this requirement fail")
                )

    def test(
        self,
        file: RuleFile,
        rule: Rule,
        functions: tuple[Function, ...],
        test: TestSyntax,
        seen: list[set[bool | None]],
    ) -> Iterator[Diagnostic]:
        if test.rule.text != rule.id:
            problem = f"it is of `{test.rule.text}`, and this file holds `{rule.id}`"
            yield diagnose("T515", _span(file, test.rule), problem=problem)
            return
        known = [answer.value for answer in Answer]
        if test.expect.text not in known:
            help = did_you_mean(test.expect.text, known)
            yield diagnose("T515", _span(file, test.expect), problem=f"`{test.expect.text}` is no verdict", help=help)
            return
        groups, wrong = _tenants(file, rule, test)
        cases: list[_Case] = []
        for given in groups:
            case, problems = self.case(file, rule, given)
            if case is None:
                wrong += problems
            else:
                cases.append(case)  # what a test takes away may leave references without a value
        if wrong:
            yield from wrong
            return
        verdicts = self.verdicts(rule, functions, cases, seen)
        verdict = max(verdicts, key=lambda one: _WORST.index(one.answer), default=Verdict(rule.id, _NOBODY))
        answer = verdict.answer
        case = cases[0]
        if answer in WAIVABLE and case.waiver and waived_until(rule, case.waiver, case.standing.as_of):
            answer = Answer.WAIVED
        if answer.value != test.expect.text:
            yield diagnose(
                "T513", _span(file, test.title), test=test.title.text, rule=rule.id, expected=f"`{test.expect.text}`",
                verdict=f"`{answer.value}`{f', since {verdict.reason}' if verdict.reason else ''}",
            )  # fmt: skip

    def verdicts(
        self, rule: Rule, functions: tuple[Function, ...], cases: list[_Case], seen: list[set[bool | None]]
    ) -> Iterator[Verdict]:
        """What comes of a rule for a tenant or tier, or for each group of a fleet."""
        params = tuple(param.value for param in rule.params)
        if rule.columns is not None:
            armed = Armed(rule, functions[0], params)
            fleet = Fleet(Regime((armed,), {}, {}), {rule.id: functions[1]}, cases[0].standing.as_of)
            for number, case in enumerate(cases):
                subject = self.subject(case)
                environment = str(subject.get("deployment.environment"))
                fleet.add(subject, case.standing, environment, f"tenant-{number}", rule.span)
            for group in fleet.groups(self._schema):
                self.observe(rule, functions[0], group.params, group.subject, cases[0].standing, seen)
                yield group.verdict
            return
        (case,) = cases
        subject = self.subject(case)
        if rule.over == "tiers" and case.tier is None:
            yield Verdict(rule.id, Answer.NOT_APPLICABLE, reason="it is judged for tiers that extend another")
            return
        self.observe(rule, functions[0], params, subject, case.standing, seen)
        yield judge(rule, functions[0], params, subject, case.standing)

    def subject(self, case: _Case) -> Subject:
        tier = case.tier.settings if case.tier is not None else Settings({})
        return Subject(case.sections, self._schema, tier, case.facts)

    def observe(
        self,
        rule: Rule,
        function: Function,
        params: Sequence[object],
        subject: Subject,
        standing: Standing,
        seen: list[set[bool | None]],
    ) -> None:
        """Notes what each requirement that is for this tenant came to, and holds both evaluators to one answer."""
        results = function(subject.get, subject.entries, params)
        plain = answers(rule, subject, params)
        assert results == plain, f"the two evaluators of {rule.id} disagree: {results} and {plain}"
        for clause, result, found in zip(rule.clauses, results or (), seen, strict=False):
            if concerns(clause, standing):
                found.add(result)

    def case(self, file: RuleFile, rule: Rule, givens: Iterable[GivenSyntax]) -> tuple[_Case | None, list[Diagnostic]]:
        said: dict[str, tuple[Name, ...]] = {}
        definitions: list[Definition] = []
        wrong: list[Diagnostic] = []
        for given in givens:
            if given.path is None:
                if given.kind in said:
                    wrong.append(diagnose("T515", _place(file, given), problem=f"`{given.kind}` stands twice"))
                said[given.kind] = given.names
                continue
            try:
                definitions += self.definitions(given)
            except BadLiteralError as error:
                wrong.append(diagnose("T515", _place(file, given), problem=str(error)))
        wrong += self.unknown(file, said)
        if wrong:
            return None, wrong
        first = {kind: names[0].text for kind, names in said.items() if names}
        as_of = first.get("as_of", AS_OF)
        name = first.get("tier", TIER)
        tier, grade = self.tier(name)
        resolved = extend(tier, Addition(tuple(definitions)), self._schema, as_of)
        frameworks = tuple(sorted(name.text for name in said.get("frameworks", ())))
        sections = {**resolved.settings.sections, **_facts(first, name, grade), **_required(resolved, frameworks)}
        facts: dict[Path, Value] = {"as_of": as_of}
        waiver = first.get("waiver", "")
        if waiver:
            at = child("waivers", rule.id)
            facts |= {f"{at}.until": waiver, f"{at}.reason": "test", f"{at}.approver": "test"}
        beneath = self.beneath(name) if rule.over == "tiers" else tier
        return _Case(sections, beneath, Standing(frameworks, grade, as_of), facts, waiver), []

    def beneath(self, tier: str) -> Resolved | None:
        """What the tier gives that this one extends; None if it extends none."""
        extends = self._documents.tiers[tier].extends
        return self.tier(extends.name)[0] if extends is not None else None

    def unknown(self, file: RuleFile, said: Mapping[str, tuple[Name, ...]]) -> Iterator[Diagnostic]:
        for kind, known in (("tier", self._documents.tiers), ("frameworks", self._documents.frameworks)):
            for name in said.get(kind, ()):
                if name.text not in known:
                    help = did_you_mean(name.text, known)
                    yield diagnose("T507", _span(file, name), kind=kind.removesuffix("s"), name=name.text, help=help)

    def definitions(self, given: GivenSyntax) -> Iterator[Definition]:
        assert given.path is not None, "only settings are defined"
        path = path_of(given.path.text)
        if given.kind == "unset" or given.value is None:
            if self._schema.find(path) is None:
                raise BadLiteralError(f"`{path}` is not a setting")
            yield Definition(path, Operator.UNSET, None, _LAYER, None, None)
        elif given.kind == "set":
            for one, value in self._literals.flat(path, given.value):
                yield Definition(one, Operator.SET, value, _LAYER, None, None)
        else:
            items = self._literals.items(path, given.value)
            yield Definition(path, _OPERATORS[given.kind], items, _LAYER, None, None)

    def tier(self, name: str) -> tuple[Resolved, str]:
        """What a tier gives by itself, and its grade."""
        found = self._tiers.get(name)
        if found is None:
            stack = alone(self._linker, name)
            assert stack is not None, "the tier is known"
            resolved = empty({})
            for level in stack.levels:
                resolved = extend(resolved, Addition(level.definitions, level.conflicts), self._schema, AS_OF)
            found = self._tiers[name] = (resolved, stack.grade)
        return found


def _facts(said: Mapping[str, str], tier: str, grade: str) -> dict[str, Section]:
    region = said.get("region", "us-east-1")
    tenant: dict[Path, Value] = {
        "tenant.tier": tier,
        "tenant.grade": grade,
        "tenant.status": said.get("status", "active"),
        "tenant.ring": "general",
        "tenant.region": region,
    }
    deployment: dict[Path, Value] = {
        "deployment.environment": said.get("environment", "default"),
        "deployment.ring": "general",
        "deployment.region": region,
    }
    return {"tenant": Section(tenant, {}), "deployment": Section(deployment, {})}


def _required(resolved: Resolved, frameworks: tuple[str, ...]) -> dict[str, Section]:
    held = resolved.settings.sections["compliance"]
    return {"compliance": Section({**held.values, "compliance.frameworks": frameworks}, held.definitions)}


def _tenants(file: RuleFile, rule: Rule, test: TestSyntax) -> tuple[list[list[GivenSyntax]], list[Diagnostic]]:
    """What is given for each tenant of a test: what stands before the first `tenant` holds for all of them."""
    common: list[GivenSyntax] = []
    groups: list[list[GivenSyntax]] = []
    wrong: list[Diagnostic] = []
    for given in test.given:
        if given.kind == "tenant":
            groups.append([*common])
        else:
            (groups[-1] if groups else common).append(given)
        if given.kind == "tenant" and rule.over != "fleet":
            problem = "only tests of rules over the fleet have several tenants"
            wrong.append(diagnose("T515", _place(file, given), problem=problem))
        if rule.over == "tiers" and given.path is None and given.kind not in {"tier", "as_of"}:
            wrong.append(diagnose("T515", _place(file, given), problem=f"a rule over tiers asks for no `{given.kind}`"))
    return groups or [common], wrong


def _span(file: RuleFile, name: Name) -> Span:
    return spanning(file.text, name.at, name.end)


def _place(file: RuleFile, given: GivenSyntax) -> Span:
    return spanning(file.text, given.at, given.end)
