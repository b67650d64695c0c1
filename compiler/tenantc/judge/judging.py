"""Judges one rule for one tenant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from tenantc.judge.subject import Subject
from tenantc.language.runtime import Function
from tenantc.model.rule import Basis, Clause, Rule, Weight
from tenantc.model.verdict import Answer, Strictness, Verdict

_WORST = {True: 0, None: 1, False: 2}
_ANSWERS = {0: Answer.PASS, 1: Answer.MISSING, 2: Answer.FAIL}


class Standing(NamedTuple):
    """What decides which rules and clauses are for a tenant."""

    frameworks: Collection[str]
    grade: str
    as_of: str


def inapplicable(rule: Rule, standing: Standing) -> str:
    """Why a rule is not for a tenant, as far as its clauses `applies` and `effective` say; empty if it is."""
    if rule.effective and standing.as_of < rule.effective:
        return f"it is in force from {rule.effective}"
    if rule.until and standing.as_of > rule.until:
        return f"it was in force until {rule.until}"
    if rule.applies is not None and not rule.applies.holds(standing.frameworks, standing.grade):
        return f"it applies {rule.applies}"
    if all(
        one.audience is not None and not one.audience.holds(standing.frameworks, standing.grade) for one in rule.clauses
    ):
        return "none of its requirements is for this tenant"
    return ""


def concerns(clause: Clause, standing: Standing) -> bool:
    """Whether a requirement is for a tenant."""
    return clause.audience is None or clause.audience.holds(standing.frameworks, standing.grade)


def level_of(rule: Rule, clause: Clause, spoken: Strictness | None) -> Strictness:
    """What a failure of a requirement does: what a policy says, else what the library holds of its kind."""
    if spoken is not None:
        return spoken
    if clause.basis is Basis.PROPOSED:
        return Strictness.REPORT
    stated = clause.basis in {Basis.STATED, Basis.REQUIRED}
    blocks = rule.severity is Weight.CRITICAL or (rule.severity is Weight.HIGH and stated)
    return Strictness.BLOCK if blocks else Strictness.WARN


def judge(
    rule: Rule,
    function: Function,
    params: Sequence[Any],
    subject: Subject,
    standing: Standing,
    spoken: Strictness | None = None,
) -> Verdict:
    """The verdict: the worst of the requirements that are for the tenant.

    `spoken` is how strictly policies hold the rule.
    """
    reason = inapplicable(rule, standing)
    if reason:
        return Verdict(rule.id, Answer.NOT_APPLICABLE, reason=reason)
    results = function(subject.get, subject.entries, params)
    if results is None:
        return Verdict(rule.id, Answer.NOT_APPLICABLE, reason="what it asks for first (`when`) does not hold")
    worst, index = -1, -1
    for number, (clause, result) in enumerate(zip(rule.clauses, results, strict=True)):
        if not concerns(clause, standing):
            continue
        if _WORST[result] > worst:
            worst, index = _WORST[result], number
    strictness = level_of(rule, rule.clauses[index], spoken)
    return Verdict(rule.id, _ANSWERS[worst], index, strictness, attested=rule.attested and worst == 0)


def broken_clauses(
    rule: Rule, function: Function, params: Sequence[Any], subject: Subject, standing: Standing
) -> list[int]:
    """Every requirement for the tenant that fails or that nobody can judge, by its index."""
    results = function(subject.get, subject.entries, params) or ()
    pairs = enumerate(zip(rule.clauses, results, strict=False))
    return [index for index, (clause, result) in pairs if result is not True and concerns(clause, standing)]
