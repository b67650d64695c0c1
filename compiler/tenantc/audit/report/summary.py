"""The head of report.json (schemas/cli/report.json): posture by framework and control, failures, waivers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any, Final

from tenantc.audit.coverage import Covered, Standing
from tenantc.audit.exhibits import Exhibits, Shown
from tenantc.audit.report.posture import state
from tenantc.audit.report.records import UNKNOWN, Record, Records, by_word, json_text
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.diagnostics.render import LIBRARY, as_json
from tenantc.model.rule import Rule, Weight
from tenantc.model.spec import HOUSE, Framework, Waiver

# what says that a rule is broken
BROKEN: Final = frozenset({"T530", "T531", "T532"})
_WEIGHTS: Final = {weight.value: rank for rank, weight in enumerate(Weight)}


def frameworks(
    policies: Mapping[str, tuple[Framework, Sequence[Covered]]], records: Records, wide: Mapping[str, str], shown: Shown
) -> list[dict[str, Any]]:
    """Each framework that a tenant is to meet, and the house's policy if it lists any, with how its controls stand.

    `rows` holds the tenants whose rules came out alike, `states` how many tenants each control stands so for. `wide`
    are the words of rules about no single tenant, by id.
    """
    rows: dict[str, Counter[int]] = {}
    for record in records.all.values():
        for name in (*record.frameworks, HOUSE):
            rows.setdefault(name, Counter())[record.verdicts] += 1
    sets = [{**dict(words), **wide} for words in records.verdicts]
    known = [name for name in sorted(rows) if name in policies and (name != HOUSE or policies[name][1])]
    return [_framework(*policies[name], rows[name], sets, shown) for name in known]


def _framework(
    framework: Framework,
    controls: Sequence[Covered],
    tenants: Counter[int],
    sets: Sequence[Mapping[str, str]],
    shown: Shown,
) -> dict[str, Any]:
    exhibits = [shown.get((framework.name, covered.control.id)) for covered in controls]
    rows = []
    states: list[Counter[str]] = [Counter() for _ in controls]
    for number, count in sorted(tenants.items(), key=lambda item: (-item[1], item[0])):
        words = None if number == UNKNOWN else sets[number]
        pairs = zip(controls, exhibits, strict=True)
        found = [state(covered, words, exhibit is not None).value for covered, exhibit in pairs]
        rows.append({"verdicts": number, "tenants": count, "states": found})
        for counter, one in zip(states, found, strict=True):
            counter[one] += count
    return {
        "id": framework.name,
        "title": framework.title,
        "version": framework.version,
        "tenants": tenants.total(),
        "controls": [_control(*pair) for pair in zip(controls, states, strict=True)],
        "rows": rows,
    }


def _control(covered: Covered, states: Counter[str]) -> dict[str, Any]:
    control = covered.control
    asked = {"evidence": control.evidence} if covered.standing is Standing.EVIDENCE else {}
    return {
        "id": control.id,
        "title": control.title,
        **asked,
        "rules": list(covered.rules),
        "states": dict(sorted(states.items())),
    }


def rules(held: Iterable[Rule]) -> dict[str, dict[str, Any]]:
    """What a reader has to know of each rule, by its id."""
    return {
        rule.id: {
            "title": rule.title,
            "severity": rule.severity.value,
            "because": rule.because,
            "at": str(rule.span),
            "controls": [f"{one.framework} {one.control}" for one in rule.citations],
        }
        for rule in sorted(held, key=lambda one: one.id)
    }


def failures(
    reach: Mapping[Diagnostic, Sequence[str]], held: Mapping[str, Rule], kept: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """What was said of broken rules, the worst first; `reach` are the tenants that it was said of.

    Those of one tenant alone name it; where a tier breaks a rule, the tenants are those with that verdict. `kept` are
    those of tenants that this build did not look at.
    """
    found = []
    for diagnostic, tenants in reach.items():
        rule = held[dict(diagnostic.facts)["rule"]]
        whose = {"tenant": tenants[0]} if len(tenants) == 1 else {}
        said = as_json(diagnostic)
        found.append({"rule": rule.id, "weight": rule.severity.value, **said, "tenants": len(tenants), **whose})
    told = {(one["rule"], json_text(one["spans"])) for one in found}
    found += [one for one in kept if (one["rule"], json_text(one["spans"])) not in told]
    return sorted(found, key=lambda one: (_WEIGHTS[one["weight"]], -one["tenants"], one["rule"], json_text(one)))


def unseen(earlier: Mapping[str, Any], tenants: Collection[str]) -> Iterator[dict[str, Any]]:
    """The failures that an earlier report tells of these tenants, by themselves or among others."""
    broken = {
        rule
        for one in earlier["tenants"]
        if one["id"] in tenants and one["verdicts"] != UNKNOWN
        for word in ("fail", "missing", "error")
        for rule in earlier["verdicts"][one["verdicts"]].get(word, ())
    }
    for failure in earlier["failures"]:
        if failure["tenant"] in tenants if "tenant" in failure else failure["rule"] in broken:
            yield dict(failure)


def told(diagnostics: Iterable[Diagnostic], codes: frozenset[str]) -> list[dict[str, Any]]:
    """What was said with these codes."""
    return [as_json(one) for one in diagnostics if one.code in codes]


def settled(policies: Iterable[Framework]) -> list[dict[str, Any]]:
    """Rules whose remedies exclude each other, and which of them a policy prefers."""
    found = [
        {
            "policy": policy.name,
            "rules": list(one.rules),
            "prefer": one.prefer,
            "reason": one.reason,
            "approver": one.approver,
            "at": str(one.span),
        }
        for policy in policies
        for one in policy.settle
    ]
    return sorted(found, key=lambda one: (one["policy"], one["rules"]))


def uses(stated: Iterable[Waiver], records: Records) -> list[tuple[Waiver, list[Record]]]:
    """Each waiver with those named, by environment, that break its rule with leave."""
    with_leave = [{rule for rule, word in words if word == "waived"} for words in records.verdicts]
    held: dict[str, list[Record]] = {}
    for record in records.all.values():
        if record.verdicts != UNKNOWN and with_leave[record.verdicts]:
            held.setdefault(record.tenant, []).append(record)
    found = []
    for one in stated:
        places = {named.name for named in one.environments}
        named = [record for tenant in one.tenants for record in held.get(tenant.name, ())]
        here = [record for record in named if not places or record.environment in places]
        found.append((one, [record for record in here if one.rule.name in with_leave[record.verdicts]]))
    return found


def waivers(used: Iterable[tuple[Waiver, list[Record]]], as_of: str, glass: Collection[Waiver]) -> list[dict[str, Any]]:
    """Every waiver, the first to end first, with how many days are left (negative once it ended).

    `uses` counts those who use it; `glass` says that an incident brought it about.
    """
    found = [_waiver(one, as_of, len(users)) | {"glass": one in glass} for one, users in used]
    return sorted(found, key=lambda one: (one["until"], one["rule"], one["at"]))


def evidence(exhibits: Exhibits, as_of: str) -> list[dict[str, Any]]:
    """All evidence, the first to end first; `counts` says whether it shows its control today."""
    found = [
        {
            "framework": one.framework.name,
            "control": one.control.name,
            "owner": one.owner,
            "link": one.link,
            "sha256": one.sha256,
            "date": one.date,
            "until": one.until,
            "days": _days(as_of, one.until),
            "counts": exhibits.shown.get((one.framework.name, one.control.name)) is one,
            "at": str(one.control.span),
        }
        for one in exhibits.all
    ]
    return sorted(found, key=lambda one: (one["until"], one["framework"], one["control"], one["at"]))


def _days(start: str, end: str) -> int:
    return (date.fromisoformat(end) - date.fromisoformat(start)).days


def _waiver(waiver: Waiver, as_of: str, uses: int) -> dict[str, Any]:
    return {
        "rule": waiver.rule.name,
        "tenants": [one.name for one in waiver.tenants],
        "environments": [one.name for one in waiver.environments],
        "items": list(waiver.items),
        "until": waiver.until,
        "days": _days(as_of, waiver.until),
        "reason": waiver.reason,
        "approver": waiver.approver,
        "uses": uses,
        "at": str(waiver.rule.span),
    }


def sets(records: Records) -> list[dict[str, list[str]]]:
    """The verdicts that tenants share, as rules by verdict."""
    return [by_word(words) for words in records.verdicts]


def places(head: Mapping[str, Any], records: Records) -> Iterator[str]:
    """Where what is broken, waived or overridden stands, as `path:line`, as far as that is in the workspace."""
    spans = (f"{span['path']}:{span['line']}" for failure in head["failures"] for span in failure["spans"])
    waived = (waiver["at"] for waiver in head["waivers"])
    own = (said["at"] for record in records.all.values() for said in record.own().values() if "at" in said)
    yield from (place for place in chain(spans, waived, own) if not place.startswith(LIBRARY))
