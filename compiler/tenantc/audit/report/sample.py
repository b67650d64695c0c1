"""A sample of the tenants of a control, for an auditor who looks at some of them: the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from tenantc.audit.report.narrow import AbsentError
from tenantc.audit.report.records import UNKNOWN
from tenantc.model.spec import HOUSE
from tenantc.source.digest import sha256

Report: TypeAlias = Mapping[str, Any]
# path and digest of the audit.json of a tenant in an environment, None if the build has none
Evidence: TypeAlias = Callable[[str, str], tuple[str, str] | None]

COLUMNS: Final = (
    *("framework", "control", "tenant", "environment", "tier", "spec", "state"),
    *("rule", "verdict", "rule_at", "waived_until", "waived_by", "audit", "sha256"),
)


def sample(
    report: Report, framework: str, control: str, count: int, seed: str, evidence: Evidence
) -> Iterator[tuple[str, ...]]:
    """Up to `count` tenants of a framework in their environments, a row for each rule that the control cites.

    They are drawn by the digest of seed and name, so whoever knows the seed draws the same, and a tenant that comes or
    goes changes nothing for the others. Raises AbsentError if there is no such framework or control.
    """
    chosen = _chosen(report["frameworks"], framework, "no tenant of the build is to meet")
    place = _chosen(chosen["controls"], control, f"the policy `{framework}` lists no control")
    one = chosen["controls"].index(place)
    states = {row["verdicts"]: row["states"][one] for row in chosen["rows"]}
    entries = [entry for entry in report["tenants"] if framework in (HOUSE, *entry["frameworks"])]
    drawn = sorted(entries, key=lambda entry: sha256("\0".join([seed, entry["environment"], entry["id"]]).encode()))
    for entry in sorted(drawn[:count], key=lambda entry: (entry["id"], entry["environment"])):
        head = (framework, control, entry["id"], entry["environment"], entry.get("tier", ""), entry.get("spec", ""))
        file = evidence(entry["id"], entry["environment"]) or ("", "")
        words = _words(report, entry["verdicts"])
        for rule in place["rules"] or [""]:
            at = report["rules"][rule]["at"] if rule else ""
            word = words.get(rule, "")
            waiver = _waiver(report["waivers"], rule, entry) if word == "waived" else ("", "")
            yield (*head, states[entry["verdicts"]], rule, word, at, *waiver, *file)


def _chosen(listed: Sequence[Report], id: str, missing: str) -> Report:
    found = next((one for one in listed if one["id"] == id), None)
    if found is None:
        known = ", ".join(one["id"] for one in listed)
        raise AbsentError(f"{missing} `{id}`, but: {known or 'none at all'}")
    return found


def _words(report: Report, number: int) -> dict[str, str]:
    by_word = {} if number == UNKNOWN else report["verdicts"][number]
    return {rule: word for word, rules in by_word.items() for rule in rules} | dict(report["wide"])


def _waiver(waivers: Sequence[Report], rule: str, entry: Report) -> tuple[str, str]:
    """Until when the rule may be broken, and who said so; of several waivers the last to end."""
    found = [
        (one["until"], one["approver"])
        for one in waivers
        if one["rule"] == rule
        and entry["id"] in one["tenants"]
        and (not one["environments"] or entry["environment"] in one["environments"])
    ]
    return max(found, default=("", ""))
