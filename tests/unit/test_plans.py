"""plan.json: by which steps a deployer takes a tenant in, moves it up and lets it go."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tenantc.audit.flows import READS, Where, flows, misplaced
from tenantc.driver.effects import PLAN
from tenantc.emit.targets import driven
from tenantc.emit.variants import variants
from tests.building import codes, run
from tests.compiling import write
from tests.unit.test_cli import valid
from tests.unit.test_why import compiled

TOP = "platform: demo\nlanguage: 1\nnaming: 1\ndefaults: {region: eu-west-1}\ndeployment: {cluster: one}\n"
HEAD = "tenant_id: acme\ntenant_name: Acme\ntier: {tier}\nowner_email: owner@example.com\n"


def plan(root: Path, overrides: str = "", tier: str = "professional", top: str = "", more: str = "") -> Any:
    """The plan.json of tenant `acme`, held to its published schema."""
    spec = HEAD.format(tier=tier) + more + (f"overrides: {{{overrides}}}\n" if overrides else "")
    files = {"tenantc.yaml": TOP + top, "tenants/acme.yaml": spec}
    built = run(write(root, files), root / "build")
    assert {*codes(built)} <= {"T307", "T531"}
    return valid((root / "build/tenants/acme/plan.json").read_text(), "plan")


def told(flow: Any) -> list[tuple[str, ...]]:
    """A flow in short: what each step does, with what."""
    return [
        (
            step["does"],
            *(str(step[key]) for key in ("folder", "status", "in") if key in step),
            *step.get("artifacts", ()),
        )
        for step in flow["steps"]
    ]


def test_provisioning_goes_from_estate_and_cloud_to_database_and_cluster(tmp_path: Path) -> None:
    flow = plan(tmp_path)["provisioning"]
    assert (flow["timeout_minutes"], flow["on_failure"]) == (15, "undo")
    here = "tenants/acme"
    assert told(flow) == [
        ("verify_manifest",),
        ("plan_terraform", here),
        ("compare_kubernetes", f"{here}/kubernetes.yaml"),
        ("apply_estate", "estates/eu-west-1-one"),
        ("apply_terraform", here),
        ("run_sql", "shared_database", f"{here}/schema.sql", f"{here}/records.sql"),
        ("apply_kubernetes", f"{here}/kubernetes.yaml"),
        ("deploy_charts", f"{here}/values.yaml"),
        ("await_secrets", f"{here}/kubernetes.yaml"),
        ("plan_terraform", here),
        ("compare_kubernetes", f"{here}/kubernetes.yaml"),
        ("set_status", "active"),
    ]
    stages = ["validation", "resource_allocation", "configuration", "integration", "verification", "activation"]
    assert [*dict.fromkeys(step["stage"] for step in flow["steps"])] == stages


def test_every_artifact_that_a_plan_names_is_there(tmp_path: Path) -> None:
    for tier in ("free", "professional", "enterprise", "custom"):
        found = plan(tmp_path / tier, tier=tier)
        steps = [step for flow in found.values() if isinstance(flow, dict) for step in flow["steps"]]
        named = {path for step in steps for path in step.get("artifacts", ())}
        assert named
        assert all((tmp_path / tier / "build" / path).is_file() for path in named)


def test_a_database_of_the_tenants_own_is_made_before_its_schema(tmp_path: Path) -> None:
    steps = told(plan(tmp_path, tier="enterprise")["provisioning"])
    made = steps.index(("run_sql", "maintenance_database", "tenants/acme/database.sql"))
    files = ("estates/eu-west-1-one/records.sql", "tenants/acme/schema.sql", "tenants/acme/records.sql")
    assert made < next(index for index, step in enumerate(steps) if step[:5] == ("run_sql", "tenant_database", *files))


def test_the_order_is_the_tenants(tmp_path: Path) -> None:
    flow = plan(tmp_path, "lifecycle.provisioning: {order: [resource_allocation, configuration], timeout: 5}")
    stages = [step["stage"] for step in flow["provisioning"]["steps"]]
    assert [*dict.fromkeys(stages)] == ["resource_allocation", "configuration"]
    assert flow["provisioning"]["timeout_minutes"] == 5


@pytest.mark.parametrize(
    ("order", "wrong"),
    [
        (("validation", "resource_allocation", "configuration", "activation"), None),
        (("configuration", "activation"), None),
        (("resource_allocation", "validation", "configuration", "verification", "integration"), None),
        (("configuration", "resource_allocation"), ("configuration", "resource_allocation")),
        (("integration", "configuration"), ("integration", "configuration")),
        (("verification", "configuration"), ("verification", "configuration")),
        (("activation", "configuration"), ("activation", "configuration")),
    ],
)
def test_no_stage_comes_before_what_it_needs(order: tuple[str, ...], wrong: tuple[str, str] | None) -> None:
    assert misplaced(order) == wrong


def test_a_root_that_others_share_is_destroyed_for_this_tenant_alone(tmp_path: Path) -> None:
    [step] = [
        step
        for step in plan(tmp_path, top="terraform: {layout: environment}\n")["deprovisioning"]["steps"]
        if step["does"] == "destroy_terraform"
    ]
    assert (step["folder"], step["target"]) == ("terraform", "module.acme")


def test_without_a_target_its_steps_are_left_out(tmp_path: Path) -> None:
    found = plan(tmp_path, top="targets: [sql]\n")
    does = {step["does"] for flow in found.values() if isinstance(flow, dict) for step in flow["steps"]}
    assert "run_sql" in does
    assert does.isdisjoint({"apply_terraform", "plan_terraform", "apply_kubernetes", "deploy_charts", "await_secrets"})


def test_an_upgrade_saves_moves_and_tests(tmp_path: Path) -> None:
    flow = plan(tmp_path)["upgrade"]
    assert (flow["strategy"], flow["on_failure"]) == ("zero_downtime_deployment", "undo")
    does = [step["does"] for step in flow["steps"]]
    assert does[0] == "compare_builds"
    assert does.index("back_up") < does.index("apply_estate") < does.index("migrate_sql") < does.index("run_sql")
    assert flow["steps"][-1] == {"stage": "verification", "does": "test", "suite": "integration_tests"}


def test_an_upgrade_in_a_window_closes_the_tenant_meanwhile(tmp_path: Path) -> None:
    upgrade = "validation: none, backup: none, migration: maintenance_window, verification: none, rollback: manual"
    flow = plan(tmp_path, f"lifecycle.upgrade: {{{upgrade}}}")["upgrade"]
    statuses = [step["status"] for step in flow["steps"] if step["does"] == "set_status"]
    assert (flow["on_failure"], statuses) == ("ask", ["maintenance", "active"])
    assert {step["stage"] for step in flow["steps"]} == {"migration"}


def test_what_goes_is_destroyed_after_grace_and_retention(tmp_path: Path) -> None:
    terms = "grace_period_days: 10, data_retention_days: 40, export_window_days: 20, purge_backups_days: 50"
    flow = plan(tmp_path, f"lifecycle.deprovisioning: {{{terms}, compliance_certificates: true}}")["deprovisioning"]
    days = {step["does"]: step["day"] for step in flow["steps"]}
    assert days == {
        "export_data": 0, "end_grace": 10, "back_up": 40, "revoke_integrations": 40, "delete_kubernetes": 40,
        "erase_database": 40, "destroy_terraform": 40, "destroy_data": 40, "set_status": 40, "purge_backups": 90,
        "certify_destruction": 90,
    }  # fmt: skip
    assert [step["day"] for step in flow["steps"]] == sorted(step["day"] for step in flow["steps"])
    method = next(step["method"] for step in flow["steps"] if step["does"] == "destroy_data")
    assert method == "crypto_erase"
    waits = {step["does"] for step in flow["steps"] if step.get("unless") == "legal_hold"}
    assert waits >= {"erase_database", "destroy_terraform", "destroy_data", "purge_backups"}
    assert flow["legal_hold"] is False


def test_a_pending_tenant_has_no_plan(tmp_path: Path) -> None:
    write(tmp_path, {"tenantc.yaml": TOP, "tenants/acme.yaml": HEAD.format(tier="free") + "status: pending\n"})
    run(tmp_path, tmp_path / "build")
    assert {path.name for path in (tmp_path / "build/tenants/acme").iterdir()} == {"settings.json", "audit.json"}


def test_every_setting_of_the_lifecycle_changes_the_plan(tmp_path: Path) -> None:
    """And so `effects` is right to say that it drives plan.json."""
    pipeline, one = compiled(tmp_path, "professional", {})
    values = one.resolved.settings.sections["lifecycle"].values
    names = frozenset({"main.tf.json", "schema.sql", "kubernetes.yaml", "values.yaml"})
    where = Where("tenants/acme", names, "estates/default", "tenants/acme", "")
    certified = {**values, "lifecycle.deprovisioning.compliance_certificates": True}
    leaves = [leaf for leaf in pipeline.schema.leaves() if driven(leaf.path, [PLAN])]
    assert {leaf.path for leaf in leaves} == {
        leaf.path for leaf in pipeline.schema.leaves() if leaf.path.startswith(READS)
    }
    for leaf in leaves:
        assert any(
            flows({**base, leaf.path: other}, where) != flows(base, where)
            for base in (values, certified)
            for other in variants(base.get(leaf.path), leaf)
            if other is not None
        ), leaf.path
