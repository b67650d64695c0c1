"""Judges one rule for one tenant."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from tenantc.judge.cost import excess
from tenantc.judge.subject import Mark, Subject
from tenantc.judge.turns import Turns
from tenantc.language.runtime import Function, doubted
from tenantc.model.rule import Basis, Clause, Rule, Weight
from tenantc.model.verdict import Answer, Strictness, Verdict
from tenantc.source.memo import Memo

_BADNESS = {True: 0, None: 2, False: 3}
# as bad as nothing that fails: a pass over nothing
_VACUOUS = 1
_ANSWERS = (Answer.PASS, Answer.PASS, Answer.MISSING, Answer.FAIL)
# tenants that differ in what a rule reads; there is one such memory for each rule and standing
_REMEMBERED = 32
_UNASKED = "what it asks for first (`when`) does not hold"


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


class Docketed:
    """A rule as it is judged for all tenants of one standing: what does not depend on settings is decided once.

    `spoken` is how strictly policies hold the rule. `shared` holds verdicts, so that equal ones are one object; `turns`
    is told of what is judged.
    """

    __slots__ = (
        "_away",
        "_concerned",
        "_function",
        "_known",
        "_made",
        "_mark",
        "_params",
        "_rule",
        "_shared",
        "_turns",
    )

    def __init__(
        self,
        rule: Rule,
        function: Function,
        params: Sequence[Any],
        standing: Standing,
        spoken: Strictness | None,
        shared: dict[Verdict, Verdict],
        turns: Turns | None = None,
    ) -> None:
        self._rule = rule
        self._function = function
        self._params = params
        self._turns = turns
        reason = inapplicable(rule, standing)
        self._shared = shared
        self._away = self._once(Verdict(rule.id, Answer.NOT_APPLICABLE, reason=reason or _UNASKED))
        concerned = [(index, one) for index, one in enumerate(rule.clauses) if not reason and concerns(one, standing)]
        self._concerned = [(index, level_of(rule, clause, spoken)) for index, clause in concerned]
        self._made: dict[tuple[int, int], Verdict] = {}
        self._mark = Mark.of(rule.reads)
        self._known: Memo[tuple[object, ...], Verdict] = Memo(_REMEMBERED)

    def verdict(self, subject: Subject) -> Verdict:
        """The worst of the requirements that are for the tenant."""
        if not self._concerned:
            return self._away
        if self._mark is None:
            return self._judged(subject)
        mark = subject.mark(self._mark)
        known = self._known.young.get(mark) or self._known.get(mark)
        if known is not None:
            return known
        found = self._judged(subject)
        # what takes too long may do so by settings that the rule does not read, which the mark leaves out
        return found if found.answer is Answer.ERROR else self._known.put(mark, found)

    def _judged(self, subject: Subject) -> Verdict:
        if reason := excess(self._rule, subject):
            index, strictness = max(self._concerned, key=lambda one: one[1].rank)
            return self._once(Verdict(self._rule.id, Answer.ERROR, index, strictness, reason))
        if self._turns is not None:
            self._turns.take(self._rule, subject, self._params)
        results = self._function(subject.get, subject.entries, self._params)
        if results is None:
            return self._away
        worst, place = -1, 0
        for number, (index, _) in enumerate(self._concerned):
            badness = _BADNESS[results[index]]
            if badness > worst:
                worst, place = badness, number
        if worst == 0:
            worst, place = self._over_nothing(subject)
        known = self._made.get((worst, place))
        if known is None:
            index, strictness = self._concerned[place]
            answer, vacuous = _ANSWERS[worst], worst == _VACUOUS
            attested = self._rule.attested and answer is Answer.PASS
            found = Verdict(self._rule.id, answer, index, strictness, attested=attested, vacuous=vacuous)
            known = self._made[worst, place] = self._once(found)
        return known

    def _over_nothing(self, subject: Subject) -> tuple[int, int]:
        """How bad it is that all requirements pass, and the first that passes over nothing."""
        function = doubted(self._function)
        results = function(subject.get, subject.entries, self._params) if function is not None else None
        if results is not None:
            for number, (index, _) in enumerate(self._concerned):
                if results[index] is not True:
                    return _VACUOUS, number
        return 0, 0

    def _once(self, verdict: Verdict) -> Verdict:
        return self._shared.setdefault(verdict, verdict)


def judge(
    rule: Rule,
    function: Function,
    params: Sequence[Any],
    subject: Subject,
    standing: Standing,
    spoken: Strictness | None = None,
) -> Verdict:
    """The verdict on one rule for one tenant; `spoken` is how strictly policies hold the rule."""
    return Docketed(rule, function, params, standing, spoken, {}).verdict(subject)


def broken_clauses(
    rule: Rule, function: Function, params: Sequence[Any], subject: Subject, standing: Standing
) -> list[int]:
    """Every requirement for the tenant that fails or that nobody can judge, by its index, of a rule that was judged."""
    results = function(subject.get, subject.entries, params) or ()
    pairs = enumerate(zip(rule.clauses, results, strict=False))
    return [index for index, (clause, result) in pairs if result is not True and concerns(clause, standing)]
