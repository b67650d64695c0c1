"""What settings drive: no setting of the library changes nothing in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tenantc.driver import library
from tenantc.driver.effects import Effect, effects
from tenantc.driver.workspace import load
from tenantc.emit.targets import TARGETS
from tenantc.source.path import covers
from tests.compiling import tenant, write
from tests.unit.test_cli import run, valid

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def found() -> dict[str, Effect]:
    workspace = load(ROOT / "examples" / "streaming").value
    assert workspace is not None
    return {one.path: one for one in effects(workspace)}


def test_every_control_drives_a_document_or_awaits_a_target(found: dict[str, Effect]) -> None:
    controls = [one for one in found.values() if one.kind == "control"]
    assert [one.path for one in controls if not one.documents and one.awaiting is None] == []


def test_what_awaits_a_target_drives_nothing_yet(found: dict[str, Effect]) -> None:
    for target, paths in library.awaiting().items():
        for upper in paths:
            awaited = [one for one in found.values() if covers(upper, one.path) and one.kind == "control"]
            assert awaited, f"{upper} covers no control"
            assert {one.awaiting for one in awaited if not one.documents} == {target}, upper
            assert any(not one.documents for one in awaited), f"{upper} drives documents"


def test_facts_need_drive_nothing_and_await_nothing(found: dict[str, Effect]) -> None:
    assert {one.awaiting for one in found.values() if one.kind == "fact"} == {None}


def test_what_documents_and_rules_read_is_told(found: dict[str, Effect]) -> None:
    level = found["infrastructure.isolation_level"]
    assert {(one.target, one.kind) for one in level.documents} >= {("sql", "role"), ("sql", "database")}
    assert "residency-stores" not in level.rules
    assert "secrets-by-reference" in found["integrations.*.api_key"].rules
    assert "feature-tier-entitlement" in found["features.enabled"].rules


def test_targets_are_known() -> None:
    later = {"gateway", "flags", "alertmanager", "identity", "vendors", "plan"}
    assert library.awaiting().keys() <= {target.name for target in TARGETS} | later


def test_the_command_tells_people_and_programs(tmp_path: Path) -> None:
    root = write(tmp_path, {"tenants/acme.yaml": tenant()})
    told = run("effects", "infrastructure.compute.quota_pods", cwd=root)
    assert told.stdout == (
        "infrastructure.compute.quota_pods (control)\n"
        "  drives kubernetes/resource_quota, ResourceQuota\n"
        "1 setting: 1 driving documents\n"
    )
    document = valid(run("effects", "integrations.okta.api_key", "--format", "json", cwd=root).stdout, "effects")
    assert [one["path"] for one in document] == ["integrations.*.api_key"]
    assert run("effects", "support.business_hours", cwd=root).stdout.endswith("4 settings: 4 awaiting alertmanager\n")


def test_a_slip_in_the_path_is_told(tmp_path: Path) -> None:
    root = write(tmp_path, {"tenants/acme.yaml": tenant()})
    told = run("effects", "limits.max_user", cwd=root)
    assert told.returncode == 2
    assert "`limits.max_user` is not a setting: did you mean `limits.max_users`?" in told.stderr


def test_a_setting_of_a_target_that_is_not_chosen_drives_nothing_here(tmp_path: Path) -> None:
    root = write(tmp_path, {"tenants/acme.yaml": tenant()})
    top = root / "tenantc.yaml"
    top.write_text(f"{top.read_text()}targets: [values]\n")
    found = json.loads(run("effects", "infrastructure.compute.quota_pods", "--format", "json", cwd=root).stdout)
    assert (found[0]["documents"], found[0]["awaiting"]) == ([], None)
    told = run("effects", "infrastructure.compute.quota_pods", cwd=root).stdout
    assert "drives no document of the workspace's targets" in told
