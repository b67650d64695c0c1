"""Writes the failures of today as waivers, so that a platform with years of tenants can start on a Monday."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.emit.writers import yaml
from tenantc.judge.judging import broken_clauses
from tenantc.judge.waivers import broken_members
from tenantc.model.spec import Spec, Waiver
from tenantc.model.verdict import WAIVABLE, Strictness
from tenantc.source.frozen import Frozen

FILE = "waivers/baseline.yaml"
_HEAD = b"# What was broken when the rules were introduced. It only shrinks: `tenantc baseline` drops what is mended.\n"


class Failure(NamedTuple):
    """A rule that a tenant breaks in an environment, and on which members of a collection, if it goes through one."""

    rule: str
    environment: str
    items: tuple[str, ...]
    tenant: str


class Failures(Frozen):
    """The failures that waivers can cover, and those that none can, each with why."""

    waivable: tuple[Failure, ...]
    refused: tuple[tuple[Failure, str], ...]


class Approval(NamedTuple):
    """Who lets the failures be, until when (YYYY-MM-DD) and why."""

    approver: str
    until: str
    reason: str


def fleet(pipeline: Pipeline) -> Iterator[Spec]:
    """Every tenant that can be read."""
    for path in pipeline.workspace.tenant_files():
        yield from pipeline.workspace.specs(path)[0]


def failures(pipeline: Pipeline, fail_on: Strictness, specs: Iterable[Spec], file: str) -> Failures:
    """What the tenants break at this level or above, as far as no waiver outside of a file covers it."""
    waivable: list[Failure] = []
    refused: list[tuple[Failure, str]] = []
    for spec in specs:
        for environment, compiled in pipeline.tenant(spec).environments.items():
            for failure, bar in _broken(pipeline, compiled, environment, fail_on, file):
                if bar:
                    refused.append((failure, bar))
                else:
                    waivable.append(failure)
    return Failures(tuple(sorted(waivable)), tuple(sorted(refused)))


def _broken(
    pipeline: Pipeline, compiled: Compiled, environment: str, fail_on: Strictness, file: str
) -> Iterator[tuple[Failure, str]]:
    """What a tenant breaks, each with why no waiver can cover it; empty if one can."""
    if compiled.checked is None:
        return
    judgement, stack = pipeline.judgement, compiled.linked.stack
    tier = pipeline.tier(stack)
    subject = judgement.subject(compiled.checked, tier)
    regime = judgement.court.regime(stack.frameworks)
    waivers = judgement.waivers.of(compiled.linked.spec.tenant_id, environment)
    for id, verdict in judgement.broken(compiled.checked, pipeline.hardened(stack), tier).items():
        armed = regime.by_id[id]
        if verdict.strictness.rank < fail_on.rank:
            continue
        if verdict.answer not in WAIVABLE:
            yield Failure(id, environment, (), compiled.linked.spec.tenant_id), verdict.reason
            continue
        clauses = broken_clauses(armed.rule, armed.function, armed.params, subject, judgement.court.standing(stack))
        others = [one for one in waivers.get(id, ()) if one.rule.span.path != file]
        if judgement.waivers.covering(others, clauses, subject, armed.params) is not None:
            continue
        collected = [clause for clause in clauses if armed.rule.clauses[clause].collection]
        items = {name for clause in collected for name in broken_members(armed.rule, clause, subject, armed.params)}
        bar = "nobody may break the rule" if armed.rule.unwaivable else ""
        yield Failure(id, environment, tuple(sorted(items)), compiled.linked.spec.tenant_id), bar


def added(found: Iterable[Failure], waivers: Iterable[Waiver]) -> list[Failure]:
    """The failures that the baseline, if there is one, does not know: they are mended, not written."""
    known = [waiver for waiver in waivers if waiver.rule.span.path == FILE]
    return [failure for failure in found if known and not any(_knows(waiver, failure) for waiver in known)]


def _knows(waiver: Waiver, failure: Failure) -> bool:
    environments = {named.name for named in waiver.environments}
    return (
        waiver.rule.name == failure.rule
        and failure.tenant in {named.name for named in waiver.tenants}
        and (not environments or failure.environment in environments)
        and set(failure.items) <= set(waiver.items)
    )


def write(root: Path, found: Iterable[Failure], approval: Approval) -> None:
    """Writes waivers/baseline.yaml; a file without waivers is none, and goes."""
    put(root / FILE, _HEAD, entries(found, approval))


def entries(found: Iterable[Failure], approval: Approval) -> list[Any]:
    """Waivers of these failures, as files list them."""
    grouped: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for failure in found:
        grouped.setdefault((failure.rule, failure.environment, failure.items), []).append(failure.tenant)
    made: list[Any] = []
    for (rule, environment, items), tenants in grouped.items():
        entry: dict[str, Any] = {"rule": rule, "tenants": tenants}
        entry |= {"environments": [environment]} if environment else {}
        entry |= {"items": list(items)} if items else {}
        entry |= {"until": approval.until, "reason": approval.reason, "approver": approval.approver}
        made.append(entry)
    return made


def put(target: Path, head: bytes, entries: list[Any]) -> None:
    """Writes a file of waivers; one without any is none, and goes."""
    if not entries:
        target.unlink(missing_ok=True)
        return
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(head + yaml.write(entries).fill({}))
