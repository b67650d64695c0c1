"""How a control stands as a finding of OSCAL, which knows two states: what is not enforced for all is not satisfied."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tenantc.audit.report.posture import State
from tenantc.diagnostics.markdown import prose
from tenantc.diagnostics.render import printable
from tenantc.source.digest import sha256

# whose the names of our properties are
_OURS: Final = "urn:tenantc:oscal"
# the part in ASCII of what OSCAL's datatype `token` allows
_TOKEN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_OTHER: Final = re.compile(r"[^A-Za-z0-9_.-]")
_HELD: Final = frozenset({State.ENFORCED.value, State.NOT_APPLICABLE.value})
_MEANINGS: Final = {
    State.FAILING.value: "break a rule",
    State.UNJUDGED.value: "could not be judged",
    State.WAIVED.value: "break a rule with leave",
    State.EVIDENCE.value: "need evidence that no setting gives",
    State.OPEN.value: "are covered by no rule",
    State.SHOWN.value: "are shown by evidence that nobody judged",
    State.ATTESTED.value: "pass by what somebody states and nothing enforces",
    State.VACUOUS.value: "pass since there is nothing to test",
    State.ENFORCED.value: "pass by settings that are enforced",
    State.NOT_APPLICABLE.value: "are not concerned",
}


def properties(**values: object) -> list[dict[str, str]]:
    """Properties of ours by name; what is empty is left out."""
    found = ((name.replace("_", "-"), printable(" ".join(str(value).split()))) for name, value in values.items())
    return [{"name": name, "ns": _OURS, "value": value} for name, value in found if value]


def tokens(controls: Sequence[Mapping[str, Any]]) -> list[str]:
    """The ids of controls as tokens: themselves where they are such."""
    ids = [control["id"] for control in controls]
    taken = {id for id in ids if _TOKEN.fullmatch(id)}
    found = []
    for id in ids:
        name = id
        if not _TOKEN.fullmatch(id):
            name = _OTHER.sub("_", id)
            name = name if _TOKEN.fullmatch(name) else f"_{name}"
            name = f"{name}_{sha256(id.encode())[:8]}" if name in taken else name
            taken.add(name)
        found.append(name)
    return found


def finding(control: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A finding without its UUID and what it relates to; `name` is the control's token."""
    states: Mapping[str, int] = control["states"]
    enforced = states.keys() <= _HELD and State.ENFORCED.value in states
    reason = "pass" if enforced else "fail" if State.FAILING.value in states else "other"
    told = "; ".join(f"{states[one.value]} {_MEANINGS[one.value]}" for one in State if one.value in states)
    evidence = [f"To be shown: {control['evidence']}."] if "evidence" in control else []
    target: dict[str, Any] = {
        "type": "objective-id",
        "target-id": name,
        "props": properties(control=control["id"]),
        "status": {"state": "satisfied" if enforced else "not-satisfied", "reason": reason},
    }
    if states.keys() == {State.NOT_APPLICABLE.value}:
        target["implementation-status"] = {"state": "not-applicable"}
    return {
        "title": prose(f"{control['id']} {control['title']}"),
        "description": f"Of the tenants {told}.",
        "props": properties(**states),
        "target": target,
        **({"remarks": prose(" ".join(evidence))} if evidence else {}),
    }
