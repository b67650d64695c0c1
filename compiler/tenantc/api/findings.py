"""What comes of rules, as Python programs get it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tenantc.judge.court import Court
from tenantc.judge.evidence import broken, view
from tenantc.judge.subject import Subject
from tenantc.model.identity import Identity
from tenantc.model.resolved import Resolved
from tenantc.model.stack import Stack
from tenantc.model.verdict import BROKEN, Answer, Strictness, Verdict
from tenantc.source.frozen import Frozen


class Finding(Frozen):
    """What came of one rule.

    `verdict` is pass, fail, missing, error, waived or not_applicable; `level` is what a failure does (block, warn,
    report). `message` says what is wrong, why the rule does not apply or why nobody can judge it; `help` names the
    nearest values that would do, where the rule knows. `values` are the parts of the requirement that decided, from the
    whole inwards, each with what it came to. `attested` marks a pass that rests on what somebody stated, `vacuous` one
    over nothing.
    """

    rule: str
    title: str
    verdict: str
    level: str
    severity: str
    attested: bool = False
    vacuous: bool = False
    message: str = ""
    values: tuple[tuple[str, str], ...] = ()
    controls: tuple[tuple[str, str], ...] = ()
    help: str = ""

    @property
    def blocks(self) -> bool:
        return self.verdict in {answer.value for answer in BROKEN} and self.level == "block"


def findings(
    court: Court,
    verdicts: Mapping[str, Verdict],
    subject: Subject,
    stack: Stack,
    resolved: Resolved,
    identity: Mapping[Identity, str],
) -> Iterator[Finding]:
    """The verdicts on a tenant, in the order of the rules' ids, with the reasons for what is broken."""
    regime = court.regime(stack.frameworks)
    for id, verdict in verdicts.items():
        armed = regime.by_id[id]
        rule, message, help = armed.rule, verdict.reason, ""
        values: tuple[tuple[str, str], ...] = ()
        if verdict.answer in BROKEN or verdict.answer is Answer.WAIVED:
            told = broken(armed, verdict, subject, resolved, stack.required, Strictness.BLOCK, identity)
            message, help = dict(told.facts)["message"], told.help
            values = tuple(view(rule.clauses[verdict.clause], rule, subject, armed.params))
        yield Finding(
            rule.id,
            rule.title,
            verdict.answer.value,
            verdict.strictness.value,
            rule.severity.value,
            verdict.attested,
            verdict.vacuous,
            message,
            values,
            tuple((citation.framework, citation.control) for citation in rule.citations),
            help,
        )
