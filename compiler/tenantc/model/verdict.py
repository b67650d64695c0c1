"""What came of judging a rule for a tenant."""

from __future__ import annotations

import enum

from tenantc.source.frozen import Frozen


class Answer(enum.Enum):
    """The verdicts (language.md §6). Only `pass` is one; `missing` counts as a failure."""

    PASS = "pass"  # noqa: S105 — a verdict, not a password
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"
    MISSING = "missing"
    FAIL = "fail"
    ERROR = "error"

    # as that of `LayerKind`
    __hash__ = object.__hash__


class Strictness(enum.Enum):
    """What a failure does: stop the tenant, warn, be reported, or nothing since the rule is not judged."""

    BLOCK = "block"
    WARN = "warn"
    REPORT = "report"
    OFF = "off"

    @property
    def rank(self) -> int:
        return (Strictness.OFF, Strictness.REPORT, Strictness.WARN, Strictness.BLOCK).index(self)


# of what nobody judged, nobody knows what a waiver would let pass
WAIVABLE = frozenset({Answer.FAIL, Answer.MISSING})
BROKEN = WAIVABLE | {Answer.ERROR}


class Verdict(Frozen):
    """The verdict on one rule.

    `clause` is the index of the requirement that decided it, -1 if none was judged, and `strictness` what a failure of
    that one does. `reason` says why the rule does not apply, or why nobody can judge it. `attested` says that a pass
    rests on facts alone, which somebody stated and nothing enforces, `vacuous` that it is one over nothing: an `all` or
    `none` that it rests on met no member.
    """

    rule: str
    answer: Answer
    clause: int = -1
    strictness: Strictness = Strictness.OFF
    reason: str = ""
    attested: bool = False
    vacuous: bool = False

    @property
    def word(self) -> str:
        """The verdict as people count it: a pass that rests on less than what is enforced is no plain one."""
        return "vacuous" if self.vacuous else "attested" if self.attested else self.answer.value
