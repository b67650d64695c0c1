"""How a control stands for a tenant, by the verdicts on the rules that cite it.

There is no share of all: what is enforced, what somebody only states and what nobody looked at are never one figure.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from tenantc.audit.coverage import Covered, Standing


class State(enum.Enum):
    """How a control stands, from the worst; of several rules the worst counts.

    A pass rests on settings that artifacts enforce, on facts that somebody states (`attested`), or on nothing, since an
    `all` or `none` met no member (`vacuous`). What no setting decides needs evidence, and is `shown` while some counts.
    `unjudged` is what nobody could judge: the tenant's settings are wrong.
    """

    FAILING = "failing"
    UNJUDGED = "unjudged"
    WAIVED = "waived"
    EVIDENCE = "needs_evidence"
    OPEN = "not_covered"
    ATTESTED = "attested"
    SHOWN = "shown"
    VACUOUS = "vacuous"
    ENFORCED = "enforced"
    NOT_APPLICABLE = "not_applicable"


# by the word of a verdict
_STATES: Final = {
    "fail": State.FAILING,
    "missing": State.FAILING,
    "error": State.FAILING,
    "waived": State.WAIVED,
    "attested": State.ATTESTED,
    "vacuous": State.VACUOUS,
    "pass": State.ENFORCED,
    "not_applicable": State.NOT_APPLICABLE,
}
_ORDER: Final = {state: rank for rank, state in enumerate(State)}


def state(covered: Covered, words: Mapping[str, str] | None, is_shown: bool) -> State:
    """How a control stands where its rules came out so, by their ids; None if nobody could judge.

    Where the policy asks for evidence, rules that hold are not enough, but one that is broken is. `is_shown` says that
    there is evidence which counts.
    """
    if covered.standing is Standing.OPEN:
        return State.OPEN
    if words is None and covered.rules:
        return State.UNJUDGED
    found = [_STATES[words[rule]] if words and rule in words else State.UNJUDGED for rule in covered.rules]
    if covered.standing is Standing.EVIDENCE:
        found.append(State.SHOWN if is_shown else State.EVIDENCE)
    return min(found, key=_ORDER.__getitem__, default=State.NOT_APPLICABLE)
