"""Runs the tests that stand in rule files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver.literals import BadLiteralError, Literals
from tenantc.driver.rules import RuleFile
from tenantc.judge.judging import Standing, concerns, judge
from tenantc.judge.plainly import answers
from tenantc.judge.subject import Subject
from tenantc.judge.waivers import waived_until
from tenantc.language.generate import generate
from tenantc.language.parse import path_of
from tenantc.language.rule_check import spanning
from tenantc.language.rule_syntax import GivenSyntax, Name, TestSyntax
from tenantc.language.runtime import Function, load
from tenantc.link.stack import Linker
from tenantc.model.layer import Definition, Layer, LayerId, LayerKind, Named, Operator
from tenantc.model.resolved import Resolved
from tenantc.model.rule import Rule
from tenantc.model.settings import Section
from tenantc.model.spec import Spec
from tenantc.model.stack import Documents
from tenantc.model.verdict import BROKEN, Answer
from tenantc.resolve.extend import Addition, empty, extend
from tenantc.source.path import Path, child
from tenantc.source.span import Span
from tenantc.source.value import Value

# what a test does not say
AS_OF = "2026-11-01"
TIER = "free"
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
    """A test's tenant."""

    sections: Mapping[str, Section]
    tier: Resolved
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
        (function,) = load(generate([rule]), 1)
        params = tuple(param.value for param in rule.params)
        seen: list[set[bool | None]] = [set() for _ in rule.clauses]
        for test in file.syntax.tests:
            wrong = tuple(self.test(file, rule, function, params, test, seen))
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
        function: Function,
        params: tuple[object, ...],
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
        case, wrong = self.case(file, rule, test)
        if case is None:
            yield from wrong
            return
        subject = Subject(case.sections, self._schema, case.tier.settings, case.facts)
        verdict = judge(rule, function, params, subject, case.standing)
        self.observe(rule, function, params, subject, case.standing, seen)
        answer = verdict.answer
        if answer in BROKEN and case.waiver and waived_until(rule, case.waiver, case.standing.as_of):
            answer = Answer.WAIVED
        if answer.value != test.expect.text:
            yield diagnose(
                "T513", _span(file, test.title), test=test.title.text, rule=rule.id, expected=f"`{test.expect.text}`",
                verdict=f"`{answer.value}`{f', since {verdict.reason}' if verdict.reason else ''}",
            )  # fmt: skip

    def observe(
        self,
        rule: Rule,
        function: Function,
        params: tuple[object, ...],
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

    def case(self, file: RuleFile, rule: Rule, test: TestSyntax) -> tuple[_Case | None, list[Diagnostic]]:
        said: dict[str, tuple[Name, ...]] = {}
        definitions: list[Definition] = []
        wrong: list[Diagnostic] = []
        for given in test.given:
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
        problems = [problem for found in resolved.problems.values() for problem in found]
        frameworks = tuple(sorted(name.text for name in said.get("frameworks", ())))
        sections = {**resolved.settings.sections, **_facts(first, name, grade), **_required(resolved, frameworks)}
        facts: dict[Path, Value] = {"as_of": as_of}
        waiver = first.get("waiver", "")
        if waiver:
            at = child("waivers", rule.id)
            facts |= {f"{at}.until": waiver, f"{at}.reason": "test", f"{at}.approver": "test"}
        return _Case(sections, tier, Standing(frameworks, grade, as_of), facts, waiver), problems

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
            where = next(iter(self._documents.tiers.values())).span
            spec = Spec("test", "Test", Named(name, where), "test@example.com", Layer(_LAYER), where)
            stack = self._linker.stack(spec, "").value
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


def _span(file: RuleFile, name: Name) -> Span:
    return spanning(file.text, name.at, name.end)


def _place(file: RuleFile, given: GivenSyntax) -> Span:
    return spanning(file.text, given.at, given.end)
