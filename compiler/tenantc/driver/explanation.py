"""What is known of one tenant's settings and verdicts, as JSON documents hold it (schemas/cli/explain.json)."""

from __future__ import annotations

from typing import Any

from tenantc.audit.provenance import setting, written
from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.driver.targets import targets
from tenantc.emit.targets import driven
from tenantc.judge.calendar import notes
from tenantc.judge.evidence import view
from tenantc.judge.hardening import Armed
from tenantc.judge.judging import Standing, concerns
from tenantc.judge.subject import Subject
from tenantc.model.identity import fill
from tenantc.model.rule import Rule
from tenantc.model.verdict import Answer
from tenantc.source.path import covers, section
from tenantc.source.value import Value, plain


def settings(compiled: Compiled, path: str | None) -> dict[str, object]:
    """The values at and under a path, as artifacts hold them."""
    identity = compiled.linked.spec.identity
    found: dict[str, object] = {}
    for name, held in sorted(compiled.resolved.settings.sections.items()):
        if name == "workspace":
            continue
        for one in sorted(held.values):
            if path is None or covers(path, one):
                found[one] = plain(fill(held.values[one], identity))
    return found


def explanation(compiled: Compiled, path: str, pipeline: Pipeline) -> dict[str, Any]:
    """What is known about one setting of one tenant: value, definitions, references, bounds, documents."""
    found = origin(compiled, path)
    leaf = pipeline.schema.leaf(path)
    if leaf is not None:
        found |= {"description": leaf.description, "kind": leaf.kind}
        if leaf.unit:
            found["unit"] = leaf.unit
    found["constraints"] = constraints(compiled, path, pipeline)
    found["rules"] = readers(compiled, path, pipeline)
    chosen = targets(pipeline.workspace.options_in(compiled.linked.environment))
    drives = driven(path, chosen, secret=leaf is not None and leaf.secret)
    found["documents"] = [f"{document.target}/{document.name}" for document in drives]
    return found


def _value(compiled: Compiled, path: str) -> object:
    value = compiled.resolved.settings.get(path)
    return _filled(compiled, value) if value is not None else None


def _filled(compiled: Compiled, value: Value) -> object:
    return plain(fill(value, compiled.linked.spec.identity))


def origin(compiled: Compiled, path: str) -> dict[str, Any]:
    """The value of one setting of one tenant, who said it and where, and what it refers to."""
    held = compiled.resolved.settings.sections.get(section(path))
    found: dict[str, Any] = {"definitions": []}
    if held is not None and path in held.values:
        found["value"] = _filled(compiled, held.values[path])
    if held is not None and path in held.definitions:
        told = setting(held, path)
        over = told.pop("over", [])
        told.setdefault("written", told.pop("value", None))
        if "before_cap" in told:
            found["before_cap"] = told.pop("before_cap")
        found["definitions"] = [told, *over]
    reads = sorted(compiled.resolved.reads.get(path, ()))
    if reads:
        found["references"] = {read: _value(compiled, read) for read in reads}
    return found


def constraints(compiled: Compiled, path: str, pipeline: Pipeline) -> list[dict[str, Any]]:
    """Ceilings, caps and locks on a path, with their authors; the mixins that are granted more."""
    limits, _ = pipeline.checker.limits(compiled.linked.stack, compiled.base)
    found: list[dict[str, Any]] = [
        {"what": "ceiling", "value": written(bound.value), "from": str(bound.layer), "at": str(bound.span)}
        for bound in limits.ceilings.get(path, ())
    ]
    cap = compiled.resolved.caps.get(path)
    if cap is not None:
        found.append({"what": "cap", "value": written(cap.value), "from": str(cap.layer), "at": str(cap.span)})
    lock = limits.lock(path)
    if lock is not None:
        found.append({"what": "lock", "from": str(lock.owner), "at": str(lock.named.span)})
    for layer, named in limits.grants.items():
        found += [{"what": "grant", "from": str(layer), "at": str(one.span)} for one in named if one.name == path]
    return found


def verdict(compiled: Compiled, rule: Rule, pipeline: Pipeline) -> dict[str, Any]:
    """What came of a rule for a tenant in an environment, as JSON documents hold it (schemas/cli/explain.json)."""
    if compiled.checked is None:
        return {"verdict": "not judged", "reason": "something is wrong with its settings"}
    judgement, stack = pipeline.judgement, compiled.linked.stack
    tier = pipeline.tier(stack)
    found = judgement.verdicts(compiled.checked, pipeline.hardened(stack), tier).get(rule.id)
    if found is None:
        return {"verdict": "not judged", "reason": "a policy has switched it off"}
    waived = compiled.judged.waived.get(rule.id) if compiled.judged is not None else None
    told: dict[str, Any] = {"verdict": Answer.WAIVED.value if waived is not None else found.answer.value}
    if found.answer is Answer.NOT_APPLICABLE:
        return told | {"reason": found.reason}
    if found.answer is Answer.ERROR:
        told["reason"] = found.reason
    armed = judgement.court.regime(stack.frameworks).by_id[rule.id]
    subject = judgement.subject(compiled.checked, tier)
    told |= {"level": found.strictness.value, "attested": found.attested, "vacuous": found.vacuous}
    return told | {"requirements": requirements(armed, subject, judgement.court.standing(stack))}


def requirements(armed: Armed, subject: Subject, standing: Standing) -> list[dict[str, Any]]:
    """What a rule requires of such a tenant, each with the value of every part."""
    rule = armed.rule
    found: list[dict[str, Any]] = []
    for clause in (one for one in rule.clauses if concerns(one, standing)):
        parts = view(clause, rule, subject, armed.params)
        values = [{"expression": text, "value": value} for text, value in parts]
        requirement = {"at": str(clause.span), "values": values}
        about = notes(clause, rule, subject, armed.params, armed.written)
        found.append(requirement | ({"notes": about} if about else {}))
    return found


def readers(compiled: Compiled, path: str, pipeline: Pipeline) -> dict[str, str]:
    """The verdicts of the rules that read a setting and are for the tenant, by their ids."""
    if compiled.checked is None:
        return {}
    stack = compiled.linked.stack
    verdicts = pipeline.judgement.verdicts(compiled.checked, pipeline.hardened(stack), pipeline.tier(stack))
    rules = pipeline.judgement.court.rules
    return {
        id: found.word
        for id, found in verdicts.items()
        if found.answer is not Answer.NOT_APPLICABLE and any(covers(read, path) for read in rules[id].reads)
    }
