"""`tenantc explain TENANT RULE`: the verdict on a tenant, with the value of every part of what is required."""

from __future__ import annotations

from typing import Any

from tenantc.diagnostics.render import printable
from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.judge.calendar import notes
from tenantc.judge.evidence import view
from tenantc.judge.judging import concerns
from tenantc.model.rule import Rule
from tenantc.model.verdict import Answer
from tenantc.source.path import covers

# characters of an expression that a column of values stands beside
_WIDEST = 72

# what people read of a pass that is no plain one
WORDS = {"attested": "as somebody stated", "vacuous": "over nothing"}


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
    told |= {"level": found.strictness.value, "attested": found.attested, "vacuous": found.vacuous, "requirements": []}
    standing = judgement.court.standing(stack)
    for clause in (one for one in rule.clauses if concerns(one, standing)):
        parts = view(clause, rule, subject, armed.params)
        values = [{"expression": text, "value": value} for text, value in parts]
        requirement = {"at": str(clause.span), "values": values}
        about = notes(clause, rule, subject, armed.params, armed.written)
        told["requirements"].append(requirement | ({"notes": about} if about else {}))
    return told


def verdict_lines(rule: Rule, told: dict[str, Any], tenant: str, environment: str) -> list[str]:
    """The verdict for people: each requirement from the whole to its parts, the values in a column."""
    where = f" in {environment}" if environment else ""
    level = f", which is held at `{told['level']}`" if "level" in told else ""
    shown = [told["verdict"], *(WORDS[word] for word in WORDS if told.get(word))]
    word = ", ".join(shown)
    lines = [f"{rule.id} for {tenant}{where}: {word}{level}"]
    if told.get("reason"):
        lines.append(f"  {told['reason']}")
    for requirement in told.get("requirements", ()):
        lines.append(f"  requires, {requirement['at']}")
        # a long requirement moves its own value to the right, and not those of its parts
        width = max(
            (length for one in requirement["values"] if (length := len(one["expression"])) <= _WIDEST), default=0
        )
        lines += [f"    {one['expression'].ljust(width)}  {one['value']}" for one in requirement["values"]]
        lines += [f"    note: {one}" for one in requirement.get("notes", ())]
    return [printable(line) for line in lines]


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
