"""Reports for tests of their page: one in which everything occurs, and one of as many tenants as are asked for."""

from __future__ import annotations

import json
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

from tenantc.audit.report.page import page
from tenantc.driver.library import report_page
from tests.building import run
from tests.fleet import write

Report = dict[str, Any]
BROKEN, WAIVED, VARIED = "mfa-required-paid-tiers", "backup-offsite", "log-redaction"
_SPAN = {"path": "tenants/a.yaml", "line": 3, "column": 9, "end_line": 3, "end_column": 12, "label": "`limits` is 3"}
_ORDER = ("fail", "waived", "needs_evidence", "attested", "vacuous", "pass")
_STATES = {"pass": "enforced", "fail": "failing"}


def rendered(report: Report) -> bytes:
    """The page of a report."""
    return b"".join(page(report, report_page(), lambda: [text(report)]))


def text(report: Report) -> bytes:
    """A report as JSON."""
    return json.dumps(report, ensure_ascii=False).encode()


def built(folder: Path, tenants: int = 8) -> Report:
    """The report of a fleet whose texts are hostile."""
    run(write(folder / "fleet", tenants, hostile=True), folder / "build", as_of="2026-11-01")
    found: Report = json.loads((folder / "build" / "audit" / "report.json").read_bytes())
    return found


def varied(report: Report) -> Report:
    """The report with what a page shows and the build did not have: failures, waivers, changes, held tenants."""
    made = deepcopy(report)
    tenants = made["tenants"]
    judged = {rule: word for word, rules in made["verdicts"][tenants[0]["verdicts"]].items() for rule in rules}
    judged |= {BROKEN: "fail", WAIVED: "waived", VARIED: "vacuous"}
    words = sorted(set(judged.values()))
    made["verdicts"].append({word: sorted(rule for rule in judged if judged[rule] == word) for word in words})
    tenants[0]["verdicts"] = len(made["verdicts"]) - 1
    tenants[1] |= {"verdicts": -1, "state": "held", "reason": "T401: `limits.max_users` is 0"}
    made["held"] = [{"tenant": tenants[1]["id"], "reason": tenants[1]["reason"]}]
    made["removed"] = [{"tenant": "left", "as_of": "2026-10-01", "reason": "terminated"}]
    said = {"code": "T531", "severity": "error", "message": "it is broken", "help": "write 4", "spans": [_SPAN]}
    made["failures"] = [
        {"rule": BROKEN, "weight": "critical", **said, "tenants": 1, "tenant": tenants[0]["id"]},
        {"rule": VARIED, "weight": "low", **said, "tenants": 0},
    ]
    made["waivers"] = [_waiver(WAIVED, tenants[0]["id"], *one) for one in ((-3, 1), (12, 1), (40, 0), (200, 9))]
    made["contradictions"] = [{**said, "code": "T511"}]
    made["evidence"] = [_evidence(made["frameworks"][0], days) for days in (-5, 20, 200)]
    made["blame"] = {"tenants/a.yaml:3": {"author": "Ada", "date": "2026-01-02", "commit": "ab" * 20}}
    settled = {"policy": "house", "rules": [BROKEN, VARIED], "prefer": VARIED}
    made["settled"] = [settled | {"reason": "the law", "approver": "dpo@example.com", "at": "policies/house.yaml:3:1"}]
    ids = sorted({one["id"] for one in tenants})
    lists = {"added": ids[:1], "removed": ["left"], "changed": ids[1:]}
    turns = [[one["id"], one["environment"]] for one in tenants[:5]]
    made["changes"] = {
        "since": {"as_of": "2026-10-01", "manifest": "ab" * 32},
        "inputs": {"added": ["tenants/b.yaml"], "removed": [], "changed": ["tenantc.yaml"]},
        "tenants": lists,
        "verdicts": [{"rule": BROKEN, "from": "pass", "to": "fail", "tenants": turns}],
    }
    made["wide"] |= {VARIED: "fail"}
    made["counts"] |= {"held": 1, "removed": 1}
    _tally(made)
    return made


def _waiver(rule: str, tenant: str, days: int, uses: int) -> dict[str, Any]:
    named = {"rule": rule, "tenants": [tenant], "environments": [], "items": ["a"], "until": "2026-12-01"}
    stated = {"reason": "until it is replaced", "approver": "ciso@example.com", "at": "waivers/a.yaml:2:9"}
    return named | {"days": days, "uses": uses, "glass": days == 40} | stated


def _evidence(framework: dict[str, Any], days: int) -> dict[str, Any]:
    control = next(one["id"] for one in framework["controls"] if "evidence" in one)
    kept = {"link": "https://wiki.example/risks", "sha256": "cd" * 32, "date": "2026-01-01", "until": "2026-12-01"}
    stands = {"days": days, "counts": days >= 0, "at": "evidence/a.yaml:2:3"}
    return {"framework": framework["id"], "control": control, "owner": "ciso@example.com"} | kept | stands


def _tally(report: Report) -> None:
    """Lets frameworks tell of the tenants as they now are; a control stands as the worst of a few words."""
    sets = [{rule: word for word, rules in one.items() for rule in rules} for one in report["verdicts"]]
    for framework in report["frameworks"]:
        theirs = [one for one in report["tenants"] if framework["id"] in (*one["frameworks"], "house")]
        counted = Counter(one["verdicts"] for one in theirs)
        controls = framework["controls"]
        rows = [
            {"verdicts": number, "tenants": many, "states": [_state(one, sets, number) for one in controls]}
            for number, many in counted.most_common()
        ]
        framework |= {"rows": rows, "tenants": counted.total()}
        for at, control in enumerate(controls):
            states = Counter[str]()
            for row in rows:
                states[row["states"][at]] += row["tenants"]
            control["states"] = dict(states)


def _state(control: dict[str, Any], sets: list[dict[str, str]], number: int) -> str:
    if not control["rules"] and "evidence" not in control:
        return "not_covered"
    if number < 0:
        return "unjudged"
    words = {sets[number][rule] for rule in control["rules"] if rule in sets[number]}
    if "evidence" in control:
        words.add("needs_evidence")
    word = next((one for one in _ORDER if one in words), "not_applicable")
    return _STATES.get(word, word)


def grown(report: Report, tenants: int) -> Report:
    """The report of a fleet of that many, each as one of the report's; every tenth has verdicts of its own."""
    made = deepcopy(report)
    entries = made["tenants"]
    made["tenants"] = []
    rules = sorted(made["rules"])
    for number in range(tenants):
        one = dict(entries[number % len(entries)])
        one |= {"id": f"tenant-{number:05d}", "name": f"Tenant {number}", "digests": [f"{number:064x}"] * 12}
        one["artifacts"] = 0
        if number % 50 == 0 and one["verdicts"] >= 0:
            found = {word: list(of) for word, of in made["verdicts"][one["verdicts"]].items()}
            rule = rules[number // 50 % len(rules)]
            found = {word: [other for other in of if other != rule] for word, of in found.items()}
            found["fail"] = sorted([*found.get("fail", []), rule])
            one["verdicts"] = len(made["verdicts"])
            made["verdicts"].append(dict(sorted(found.items())))
            made["failures"].append({**made["failures"][0], "rule": rule, "tenants": 1, "tenant": one["id"]})
        made["tenants"].append(one)
    made["names"] = [[f"file-{at}.yaml" for at in range(12)]]
    made["counts"] |= {"tenants": tenants, "held": sum(one["state"] == "held" for one in made["tenants"])}
    made["held"] = [{"tenant": one["id"], "reason": one["reason"]} for one in made["tenants"] if one["state"] == "held"]
    made["waivers"] *= 250
    _tally(made)
    return made
