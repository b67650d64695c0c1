"""What held for a tenant in a period: a setting, or a control of a framework, each time that it came out otherwise.

It is compiled anew as each commit has it, as of that commit's day, and as of each later day on which something changes
though nobody changes a file: a waiver ends, a rule comes into force.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from tenantc.audit.coverage import Covered, coverage
from tenantc.audit.provenance import FILLED, Provenance
from tenantc.audit.report.posture import state
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.diagnostics.render import as_json, in_order
from tenantc.driver.git import Commit, Repository
from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.driver.version import Source, Stated, Version
from tenantc.driver.workspace import PARTS
from tenantc.judge.turns import Turns
from tenantc.model.rule import Rule
from tenantc.model.spec import Waiver
from tenantc.model.verdict import Verdict
from tenantc.source.frozen import Frozen
from tenantc.source.path import covers

# what held, by environment
Facts: TypeAlias = Mapping[str, Any]
_BARE = frozenset({"at", "over"})


class Question(Frozen):
    """What is asked of a tenant: what stands at and under a path, or how a control of a framework stands."""

    tenant: str
    path: str = ""
    framework: str = ""
    control: str = ""


class Moment(Frozen, eq=False):
    """What held from a day on. `commit` brought it, or was there before if only the day did (`turned`).

    `facts` are None where there is no such tenant; `errors` are what kept it from being compiled, or its artifacts from
    being written.
    """

    day: str
    commit: Commit
    turned: bool
    facts: Facts | None
    errors: tuple[Diagnostic, ...]

    @property
    def key(self) -> object:
        """What of it is not where something stands, so that a line that moved is no change."""
        return _bare(self.facts), tuple(sorted({(one.code, one.message) for one in self.errors}))

    def as_json(self) -> dict[str, Any]:
        """As an entry of schemas/cli/history.json."""
        found: dict[str, Any] = {
            "day": self.day,
            "turned": self.turned,
            "commit": self.commit.name,
            "author": self.commit.author,
            "email": self.commit.email,
            "committed": datetime.fromtimestamp(self.commit.time, UTC).isoformat(),
            "environments": self.facts,
        }
        return found | {"errors": [as_json(one) for one in in_order(self.errors)]}


class _Span(Frozen, eq=False):
    """A commit and the days on which it held, the last of them included, and the tenant files that matter."""

    commit: Commit
    first: str
    last: str
    tenants: frozenset[str]


class History:
    """The moments of a period, both of whose days (YYYY-MM-DD) belong to it."""

    def __init__(self, repository: Repository, question: Question, first: str, last: str) -> None:
        self._repository = repository
        self._question = question
        self._first = first
        self._last = last

    def moments(self) -> Iterator[Moment]:
        """The first tells how things stood when the period began, or when the history does; raises RevisionError."""
        before: object = ()
        for span in self._spans():
            for moment in self._held(span):
                if moment.key != before:
                    before = moment.key
                    yield moment

    def _spans(self) -> Iterator[_Span]:
        """The commits that hold in the period, without those that change nothing that matters to the tenant."""
        found: list[tuple[Commit, str, frozenset[str]]] = []
        known: object = None
        for commit, day in self._commits():
            tenants = self._repository.mentioning(commit.name, "tenants", self._question.tenant)
            contents = self._repository.contents(commit.name, PARTS, tenants)
            if contents != known:
                found.append((commit, day, tenants))
                known = contents
        for number, (commit, day, tenants) in enumerate(found):
            last = found[number + 1][1] if number + 1 < len(found) else ""
            yield _Span(commit, day, last, tenants)

    def _commits(self) -> list[tuple[Commit, str]]:
        """Those of the period, with the last one before it, and the days from which each holds."""
        found: list[tuple[Commit, str]] = []
        day = ""
        for commit in self._repository.log(PARTS):
            # a clock that went wrong puts no commit before its parent
            day = max(day, datetime.fromtimestamp(commit.time, UTC).date().isoformat())
            if day > self._last:
                break
            if day <= self._first:
                found.clear()
            found.append((commit, max(day, self._first)))
        return found

    def _held(self, span: _Span) -> Iterator[Moment]:
        with self._repository.files(span.commit.name, PARTS, span.tenants) as root:
            day, turned = span.first, False
            while True:
                version = Version(root, Source(span.commit.name, span.commit.name, ""), _day(day))
                facts, errors = _Case(version, self._question).told()
                yield Moment(day, span.commit, turned, facts, errors)
                day, turned = self._next(version, day), True
                if not day or (day >= span.last if span.last else day > self._last):
                    return

    def _next(self, version: Version, day: str) -> str:
        """The next day on which something changes by itself; none where a workspace writes its day down."""
        if version.pipeline is None or version.pipeline.as_of != day:
            return ""
        return version.pipeline.boundaries().day


class _Case:
    """A tenant in one version of its workspace."""

    def __init__(self, version: Version, question: Question) -> None:
        self._version = version
        self._question = question

    def told(self) -> tuple[Facts | None, tuple[Diagnostic, ...]]:
        version, id = self._version, self._question.tenant
        if version.pipeline is None:
            return None, version.errors
        version.pipeline.judgement.court.turns = Turns(version.pipeline.as_of)
        stated: dict[str, Stated] = {}
        for name in version.names():
            stated |= version.read(name, version.data(name))
        if id not in stated:
            lost = next((errors for name in version.names() if (errors := version.lost(id, name))), ())
            return None, tuple(dict.fromkeys((*version.errors, *lost)))
        made = version.make(stated[id])
        twice = [version.twice[id]] if id in version.twice else []
        errors = tuple(dict.fromkeys((*version.errors, *twice, *made.errors)))
        if made.tenant is None:
            return None, errors
        environments = made.tenant.environments
        return {name or "default": self._facts(one, version.pipeline) for name, one in environments.items()}, errors

    def _facts(self, compiled: Compiled, pipeline: Pipeline) -> dict[str, Any]:
        question, rules = self._question, pipeline.judgement.court.rules
        verdicts = self._version.verdicts(compiled)
        if question.path:
            reading = [one for one in rules.values() if _reads(one, question.path)]
            return {"settings": _settings(compiled, pipeline, question.path)} | _verdicts(compiled, verdicts, reading)
        control = _control(pipeline, question)
        frameworks = compiled.linked.stack.frameworks
        if control is None or question.framework not in (*frameworks, "house"):
            return {"state": None, "verdicts": {}}
        words = None if verdicts is None else {rule: one.word for rule, one in verdicts.items()}
        cited = [rules[rule] for rule in control.rules]
        is_shown = (question.framework, question.control) in pipeline.exhibits.shown
        return {"state": state(control, words, is_shown).value} | _verdicts(compiled, verdicts, cited)


def _day(day: str) -> Callable[[str | None], str]:
    """The day on which a workspace is compiled: as its tenantc.yaml says, else this one."""
    return lambda written: written or day


def _settings(compiled: Compiled, pipeline: Pipeline, path: str) -> dict[str, Any]:
    """Settings at and under a path, each with its value and origin as in audit.json."""
    provenance = Provenance(pipeline.as_of, {})
    found: dict[str, Any] = {}
    for name, section in sorted(compiled.resolved.settings.sections.items()):
        if name in FILLED or not covers(name, path):
            continue
        for at, line in provenance.lines(section).items():
            if covers(path, at):
                found |= json.loads(f"{{{line}}}")
    return found


def _reads(rule: Rule, path: str) -> bool:
    return any(covers(path, read) or covers(read, path) for read in (*rule.reads, *rule.guards))


def _control(pipeline: Pipeline, question: Question) -> Covered | None:
    policy = pipeline.workspace.documents.frameworks.get(question.framework)
    listed = coverage(policy, pipeline.judgement.court.rules.values()) if policy is not None else ()
    return next((one for one in listed if one.control.id == question.control), None)


def _verdicts(compiled: Compiled, verdicts: Mapping[str, Verdict] | None, rules: list[Rule]) -> dict[str, Any]:
    waived = compiled.judged.waived if compiled.judged is not None else {}
    found = {}
    for rule in sorted(rules, key=lambda one: one.id):
        if verdicts is not None and rule.id in verdicts:
            waiver = waived.get(rule.id)
            told = {"verdict": verdicts[rule.id].word, "at": str(rule.span)}
            found[rule.id] = told | ({"waiver": _waiver(waiver)} if isinstance(waiver, Waiver) else {})
    return {"verdicts": found}


def _waiver(waiver: Waiver) -> dict[str, str]:
    said = {"until": waiver.until, "reason": waiver.reason, "approver": waiver.approver}
    return said | {"at": str(waiver.rule.span)}


def _bare(found: Any) -> Any:
    if isinstance(found, dict):
        return tuple((key, _bare(value)) for key, value in found.items() if key not in _BARE)
    return tuple(map(_bare, found)) if isinstance(found, list) else found
