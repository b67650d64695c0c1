"""`tenantc audit report`: the report of a build without its workspace, of all tenants or of one, in each format."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tenantc.audit.report.narrow import AbsentError, narrow
from tenantc.driver.audit import FORMATS, Audit
from tests.auditing import audited
from tests.building import manifest, run
from tests.unit.test_cli import run as tenantc
from tests.unit.test_report import entry, met

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """The builds of examples/regulated, and of a workspace in which a rule turned and tenants are held and gone."""
    folder = tmp_path_factory.mktemp("narrow")
    run(ROOT / "examples" / "regulated", folder / "regulated")
    root = audited(folder / "w")
    for id in ("goneco", "thiefco"):
        spec = (root / "tenants/goodco.yaml").read_text().replace("goodco", id)
        (root / f"tenants/{id}.yaml").write_text(spec)
    (root / "policies/badco.yaml").write_text("policy: gdpr\naccepts: [badco's GDPR]\n")
    waiver = root / "waivers/w.yaml"
    waiver.write_text(waiver.read_text().replace('"reason": "', '"reason": "as with badco: '))
    run(root, folder / "audited")
    (root / "tenants/goneco.yaml").unlink()
    changes = {
        "goodco": ("max_users: 3", "max_users: 9"),
        "badco": ("max_users: 5", "max_users: 0"),
        # what is wrong with a tenant may name another
        "thiefco": ("tenant_id: thiefco", "tenant_id: goodco"),
    }
    for id, (before, after) in changes.items():
        path = root / "tenants" / f"{id}.yaml"
        path.write_text(path.read_text().replace(before, after))
    run(root, folder / "audited", keep_going=True, allow_removals=True)
    return {"regulated": folder / "regulated", "audited": folder / "audited"}


def whole(build: Path) -> dict[str, Any]:
    """The report of a build."""
    found: dict[str, Any] = json.loads((build / "audit" / "report.json").read_bytes())
    return found


def named(text: str) -> set[str]:
    """The words that an id may be."""
    return set(re.findall("[a-z0-9-]+", text))


@pytest.mark.parametrize("name", ["regulated", "audited"])
def test_a_report_of_one_tenant_tells_what_the_whole_tells_and_names_no_other(
    builds: Mapping[str, Path], name: str
) -> None:
    build = builds[name]
    report = whole(build)
    told = [*report["held"], *report["removed"]]
    ids = {one["id"] for one in report["tenants"]} | {one["tenant"] for one in told}
    assert len(ids) > 4
    for id in sorted({one["id"] for one in report["tenants"]}):
        audit = Audit(build, id)
        found = audit.report
        met(found)
        for one in found["tenants"]:
            at = id, one["environment"]
            shared = ("verdicts", "stack", "artifacts")
            assert [
                {key: value for key, value in entry(each, *at).items() if key not in shared} for each in (found, report)
            ] == [{key: value for key, value in entry(report, *at).items() if key not in shared}] * 2
        for format_ in FORMATS:
            text = b"".join(FORMATS[format_](audit)).decode()
            assert not named(text) & (ids - {id}), (id, format_)


def test_whoever_takes_anothers_id_is_told_apart(builds: Mapping[str, Path]) -> None:
    report = whole(builds["audited"])
    assert {one["tenant"] for one in report["held"]} >= {"badco", "goodco"}
    found = Audit(builds["audited"], "goodco").report
    assert found["counts"] == {"tenants": 1, "held": 1, "removed": 0}
    assert [one["tenant"] for one in found["held"]] == ["goodco"]


def test_controls_are_counted_anew(builds: Mapping[str, Path]) -> None:
    report = whole(builds["regulated"])
    for id in ("mercy-hospital", "first-bank"):
        found = Audit(builds["regulated"], id).report
        assert {one["id"] for one in found["frameworks"]} == {
            name for one in report["tenants"] if one["id"] == id for name in one["frameworks"]
        }
        for framework in found["frameworks"]:
            assert framework["tenants"] == len(found["tenants"]) == sum(row["tenants"] for row in framework["rows"])
            (before,) = [one for one in report["frameworks"] if one["id"] == framework["id"]]
            rows = {row["verdicts"]: row["states"] for row in before["rows"]}
            stands = [rows[one["verdicts"]] for one in report["tenants"] if one["id"] == id]
            for place, control in enumerate(framework["controls"]):
                theirs = [states[place] for states in stands]
                assert control["states"] == {state: theirs.count(state) for state in sorted(set(theirs))}


def test_waivers_name_the_tenant_alone_and_count_its_uses(builds: Mapping[str, Path]) -> None:
    (waiver,) = whole(builds["regulated"])["waivers"]
    assert (waiver["tenants"], waiver["uses"]) == (["first-bank", "mercy-hospital"], 2)
    (other,) = Audit(builds["audited"], "excusedco").report["waivers"]
    assert other["reason"].startswith("as with (another tenant): ")
    (mine,) = Audit(builds["regulated"], "first-bank").report["waivers"]
    assert (mine["tenants"], mine["uses"]) == (["first-bank"], 1)
    assert Audit(builds["regulated"], "trial-dentist").report["waivers"] == []


def test_changes_are_the_tenants_own(builds: Mapping[str, Path]) -> None:
    changes = Audit(builds["audited"], "badco").report["changes"]
    assert changes["inputs"] == {"added": [], "removed": [], "changed": ["tenants/badco.yaml"]}
    assert changes["tenants"] == {"added": [], "removed": [], "changed": []}
    turned = Audit(builds["audited"], "excusedco").report["changes"]["verdicts"]
    assert turned == []


def test_a_failure_is_told_to_whoever_breaks_the_rule(tmp_path: Path) -> None:
    run(audited(tmp_path / "w"), tmp_path / "build")
    (failure,) = Audit(tmp_path / "build", "badco").report["failures"]
    assert (failure["rule"], failure["tenant"], failure["tenants"]) == ("few-users", "badco", 1)
    assert Audit(tmp_path / "build", "goodco").report["failures"] == []


def test_a_report_of_one_framework_has_its_tenants_and_rules_alone(builds: Mapping[str, Path]) -> None:
    found = Audit(builds["regulated"], framework="hipaa").report
    met(found)
    (framework,) = found["frameworks"]
    assert framework["id"] == "hipaa"
    assert {one["id"] for one in found["tenants"]} < {one["id"] for one in whole(builds["regulated"])["tenants"]}
    assert all("hipaa" in one["frameworks"] for one in found["tenants"])
    cited = {rule for control in framework["controls"] for rule in control["rules"]}
    assert {rule for words in found["verdicts"] for rules in words.values() for rule in rules} == cited
    assert found["rules"].keys() == cited
    both = narrow(whole(builds["regulated"]), "mercy-hospital", "hipaa")
    assert [one["id"] for one in both["frameworks"]] == ["hipaa"]
    assert {one["id"] for one in both["tenants"]} == {"mercy-hospital"}


@pytest.mark.parametrize(
    ("tenant", "framework", "why"),
    [
        ("nobody", "", "the build tells of no tenant `nobody`"),
        ("", "sox2", "no tenant of the build is to meet `sox2`, but: "),
        ("trial-dentist", "sox", "tenant `trial-dentist` is not to meet `sox`"),
    ],
)
def test_what_there_is_not_is_refused(builds: Mapping[str, Path], tenant: str, framework: str, why: str) -> None:
    with pytest.raises(AbsentError, match=re.escape(why)):
        narrow(whole(builds["regulated"]), tenant, framework)


@pytest.mark.parametrize(
    ("format_", "file"),
    [("html", "report.html"), ("json", "report.json"), ("md", "report.md"), ("oscal", "oscal-assessment-results.json")],
)
def test_the_whole_report_is_rendered_as_the_build_has_it(builds: Mapping[str, Path], format_: str, file: str) -> None:
    for build in builds.values():
        assert b"".join(FORMATS[format_](Audit(build))) == (build / "audit" / file).read_bytes()


def test_the_command_prints_or_writes(builds: Mapping[str, Path], tmp_path: Path) -> None:
    build = str(builds["regulated"])
    shown = tenantc("audit", "report", build, "--tenant", "first-bank", "--format", "json", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    written = tenantc(
        *("audit", "report", build, "--tenant", "first-bank", "--format", "json", "-o", "x/r.json"), cwd=tmp_path
    )
    assert written.stdout == "wrote x/r.json\n"
    assert (tmp_path / "x/r.json").read_text() == shown.stdout
    assert tenantc("audit", cwd=tmp_path).returncode == 2


def test_a_build_that_is_none_or_was_changed_is_refused(builds: Mapping[str, Path], tmp_path: Path) -> None:
    missing = tenantc("audit", "report", cwd=tmp_path)
    assert (missing.returncode, "`build` holds no report as tenantc wrote it" in missing.stderr) == (2, True)
    (tmp_path / "audit").mkdir()
    (tmp_path / "manifest.json").write_text(json.dumps(manifest(builds["regulated"])))
    (tmp_path / "audit/report.json").write_text("{}")
    changed = tenantc("audit", "report", ".", cwd=tmp_path)
    assert (changed.returncode, "audit/report.json is not what was built" in changed.stderr) == (2, True)
    (tmp_path / "manifest.json").write_text('{"tool": {"name": "tenantc"}, "version": 1, "as_of": ""}')
    assert tenantc("audit", "report", ".", cwd=tmp_path).returncode == 2
