"""audit/report.json: what an auditor reads of a build (schemas/cli/report.json)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from tests.building import codes, files, fleet, manifest, run
from tests.compiling import tenant, write

ROOT = Path(__file__).parents[2]
SCHEMAS = {path.stem: json.loads(path.read_bytes()) for path in (ROOT / "schemas" / "cli").glob("*.json")}
WARNED = "rule `alert-reachable-contact`"


def report(target: Path) -> dict[str, Any]:
    """The report of a build, which keeps to its schema."""
    found: dict[str, Any] = json.loads((target / "audit" / "report.json").read_bytes())
    met(found)
    return found


def met(found: object, schema: str = "report") -> None:
    """That a report, or another document, keeps to its published schema."""
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
    )
    validator = Draft202012Validator(SCHEMAS[schema], registry=registry)
    errors = [f"{one.json_path}: {one.message}" for one in validator.iter_errors(found)]
    assert errors == []


def entry(found: Mapping[str, Any], id: str, environment: str = "default") -> dict[str, Any]:
    """What a report tells of a tenant, with the numbers replaced by what they stand for."""
    one: dict[str, Any]
    (one,) = [one for one in found["tenants"] if (one["id"], one["environment"]) == (id, environment)]
    stack = [found["sections"][number] for number in found["stacks"][one["stack"]]] if one["stack"] >= 0 else []
    settings = {path: said for section in stack for path, said in section.items()} | one["own"]
    verdicts = found["verdicts"][one["verdicts"]] if one["verdicts"] >= 0 else {}
    words = {rule: word for word, rules in verdicts.items() for rule in rules}
    names = found["names"][one["artifacts"]]
    return {**one, "settings": settings, "words": words, "files": dict(zip(names, one["digests"], strict=True))}


@pytest.fixture(scope="module")
def regulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build of examples/regulated."""
    target = tmp_path_factory.mktemp("regulated") / "build"
    assert run(ROOT / "examples" / "regulated", target).written
    return target


def test_a_report_tells_of_each_tenant_what_its_own_audit_tells(regulated: Path) -> None:
    found = report(regulated)
    audits = {path: json.loads(path.read_bytes()) for path in regulated.glob("*/tenants/*/audit.json")}
    assert len(audits) == len(found["tenants"]) > 7
    for path, audit in audits.items():
        one = entry(found, audit["tenant"], audit["environment"])
        assert one["settings"] == audit["settings"], path
        judged = {rule: _word(verdict) for rule, verdict in audit["verdicts"].items()}
        away = dict.fromkeys((rule for rules in audit["not_applicable"].values() for rule in rules), "not_applicable")
        assert one["words"] == judged | away
        assert (one["tier"], one["frameworks"], one["spec"]) == (audit["tier"], audit["frameworks"], audit["spec"])


def _word(verdict: dict[str, Any]) -> str:
    return "vacuous" if verdict.get("vacuous") else "attested" if verdict.get("attested") else str(verdict["verdict"])


def test_artifacts_have_the_digests_of_the_manifest(regulated: Path) -> None:
    found = report(regulated)
    listed = {one["path"]: one["sha256"] for one in manifest(regulated)["artifacts"] if "tenant" in one}
    told = {
        f"{one['environment']}/tenants/{one['id']}/{name}": digest
        for one in found["tenants"]
        for name, digest in zip(found["names"][one["artifacts"]], one["digests"], strict=True)
    }
    assert told == listed


def test_each_control_of_a_framework_stands_in_one_way_for_each_of_its_tenants(regulated: Path) -> None:
    found = report(regulated)
    for framework in found["frameworks"]:
        mine = [one for one in found["tenants"] if framework["id"] in (*one["frameworks"], "house")]
        assert framework["tenants"] == len(mine) == sum(row["tenants"] for row in framework["rows"])
        for control in framework["controls"]:
            assert sum(control["states"].values()) == framework["tenants"]
    hipaa = next(one for one in found["frameworks"] if one["id"] == "hipaa")
    assert {state for control in hipaa["controls"] for state in control["states"]} >= {"enforced", "needs_evidence"}


def test_a_waiver_says_how_long_it_holds_and_whether_somebody_needs_it(regulated: Path) -> None:
    (waiver,) = report(regulated)["waivers"]
    assert (waiver["rule"], waiver["until"], waiver["days"], waiver["uses"]) == ("backup-offsite", "2027-10-31", 364, 2)


def test_a_failure_says_what_is_wrong_and_where(regulated: Path) -> None:
    (failure,) = report(regulated)["failures"]
    assert (failure["rule"], failure["weight"], failure["tenant"]) == ("lifecycle-trial-expiry", "low", "trial-dentist")
    assert failure["spans"][0]["path"] == "tenants/trials.yaml"


def test_what_changed_since_the_build_before(tmp_path: Path) -> None:
    root = fleet(tmp_path / "w", "one", "two")
    run(root, tmp_path / "out")
    assert report(tmp_path / "out")["changes"] is None
    (root / "tenants/two.yaml").unlink()
    fleet(root, "three")
    fleet(root, "one", overrides="limits.max_users: 3")
    run(root, tmp_path / "out", allow_removals=True)
    changes = report(tmp_path / "out")["changes"]
    assert changes["inputs"] == {
        "added": ["tenants/three.yaml"], "removed": ["tenants/two.yaml"], "changed": ["tenants/one.yaml"]
    }  # fmt: skip
    assert changes["tenants"] == {"added": ["three"], "removed": ["two"], "changed": ["one"]}
    assert changes["verdicts"] == []


def test_a_tenant_that_is_held_is_told_as_it_stands_today_and_why(tmp_path: Path) -> None:
    root = fleet(tmp_path / "w", "one", "two")
    run(root, tmp_path / "out")
    before = entry(report(tmp_path / "out"), "two")
    fleet(root, "two", overrides="limits.max_users: 0")
    run(root, tmp_path / "out", keep_going=True)
    one = entry(report(tmp_path / "out"), "two")
    assert (one["state"], one["reason"][:4], one["files"]) == ("held", "T401", before["files"])
    assert one["verdicts"] == -1, "nobody judged it"


def test_of_whom_nobody_judged_no_control_holds(tmp_path: Path) -> None:
    spec = tenant("limits.max_users: 0", more="compliance_requirements: [SOC2]\n")
    root = write(tmp_path / "w", {"tenants/acme.yaml": spec})
    fleet(root, "one")
    run(root, tmp_path / "out", keep_going=True)
    (soc2,) = report(tmp_path / "out")["frameworks"]
    assert {state for control in soc2["controls"] for state in control["states"]} == {"unjudged", "needs_evidence"}


def test_a_tenant_whose_file_cannot_be_read_is_told_as_it_was(tmp_path: Path) -> None:
    root = fleet(tmp_path / "w", "one", "two", overrides="limits.max_users: 3")
    run(root, tmp_path / "out")
    before = entry(report(tmp_path / "out"), "two")
    (root / "tenants/two.yaml").write_text("tenant_id: two\ntenant_id: two\n")
    run(root, tmp_path / "out", keep_going=True)
    one = entry(report(tmp_path / "out"), "two")
    assert one["state"] == "held"
    assert {key: one[key] for key in ("settings", "words", "files", "name")} == {
        key: before[key] for key in ("settings", "words", "files", "name")
    }


def test_a_partial_build_tells_of_all_tenants(tmp_path: Path) -> None:
    root = fleet(tmp_path / "w", "one", "two")
    run(root, tmp_path / "out")
    fleet(root, "one", "two", overrides="limits.max_users: 3")
    run(root, tmp_path / "out", tenants=("one",))
    found = report(tmp_path / "out")
    assert found["partial"] is True
    assert "limits.max_users" in entry(found, "one")["own"]
    assert "limits.max_users" not in entry(found, "two")["own"]
    whole = tmp_path / "whole"
    run(root, whole, tenants=("one", "two"))
    assert entry(found, "two")["words"] == entry(report(whole), "two")["words"]


RULE = """rule few-users
  title    "Few users"
  require  limits.max_users <= 3
  severity medium
  basis    house
"""


def test_a_partial_build_tells_what_others_break(tmp_path: Path) -> None:
    root = write(fleet(tmp_path / "w", "one", "two", "three"), {"rules/few-users.rule": RULE})
    fleet(root, "two", overrides="limits.max_users: 4")
    run(root, tmp_path / "out")
    assert _told(tmp_path / "out") == {("library/tiers/free.yaml", None), ("tenants/two.yaml", "two")}
    run(root, tmp_path / "out", tenants=("one",))
    assert {path for path, _ in _told(tmp_path / "out")} == {"library/tiers/free.yaml", "tenants/two.yaml"}
    fleet(root, "two", overrides="limits.max_users: 3")
    run(root, tmp_path / "out", tenants=("two",))
    assert {path for path, _ in _told(tmp_path / "out")} == {"library/tiers/free.yaml"}


def _told(target: Path) -> set[tuple[str, str | None]]:
    """Where what is broken stands, and the tenant that does it alone."""
    return {(one["spans"][0]["path"], one.get("tenant")) for one in report(target)["failures"]}


def test_a_report_that_somebody_changed_is_not_believed(tmp_path: Path) -> None:
    root = fleet(tmp_path / "w", "one", "two")
    run(root, tmp_path / "out")
    path = tmp_path / "out" / "audit" / "report.json"
    path.write_text(path.read_text().replace('"fail"', '"pass"') + " ")
    run(root, tmp_path / "out", tenants=("one",))
    two = entry(report(tmp_path / "out"), "two")
    assert (two["verdicts"], two["stack"], two["words"]) == (-1, -1, {})


def test_the_same_input_gives_the_same_report_wherever_it_is_compiled(tmp_path: Path) -> None:
    for name in ("a", "b"):
        run(fleet(tmp_path / name, "one", "two"), tmp_path / f"out-{name}")
    one, other = (files(tmp_path / f"out-{name}" / "audit") for name in ("a", "b"))
    assert one == other != {}


EVIDENCE = """
- {framework: soc2, control: CC1.1, owner: people@example.com, link: "https://example.com/code",
   sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, date: 2025-12-01, until: %s}
"""


@pytest.mark.parametrize(
    ("until", "state", "told"),
    [
        ("2027-06-30", "shown", []),
        ("2026-12-01", "shown", ["T523"]),
        ("2026-11-01", "shown", ["T523"]),
        ("2026-10-31", "needs_evidence", ["T523"]),
    ],
)
def test_a_control_is_shown_while_its_evidence_counts(tmp_path: Path, until: str, state: str, told: list[str]) -> None:
    files = {
        "tenants/acme.yaml": tenant(more="compliance_requirements: [SOC2]\n"),
        "evidence/soc2.yaml": EVIDENCE % until,
    }
    built = run(write(tmp_path / "w", files), tmp_path / "out")
    assert [code for code in codes(built) if code in ("T522", "T523")] == told
    found = report(tmp_path / "out")
    (soc2,) = found["frameworks"]
    control = next(one for one in soc2["controls"] if one["id"] == "CC1.1")
    assert control["states"] == {state: 1}
    assert [one["counts"] for one in found["evidence"]] == [state == "shown"]


def test_newer_evidence_takes_the_place_of_what_ended(tmp_path: Path) -> None:
    files = {
        "tenants/acme.yaml": tenant(more="compliance_requirements: [SOC2]\n"),
        "evidence/old.yaml": EVIDENCE % "2026-10-31",
        "evidence/new.yaml": EVIDENCE % "2027-10-31",
    }
    built = run(write(tmp_path / "w", files), tmp_path / "out")
    assert not {"T522", "T523"} & set(codes(built))
    assert [one["counts"] for one in report(tmp_path / "out")["evidence"]] == [False, True]
