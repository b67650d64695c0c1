"""Where a tenant is deployed and what its status leaves of it (language.md §1): workspaces in, artifacts out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.building import codes, files, run
from tests.compiling import TOP, compile_files, tenant, write

NO_REGION = TOP.replace("defaults: {region: us-east-1}\n", "")
PARTS = ("environment", "account", "region", "cluster", "ring")


def deployment(root: Path, top: str = TOP, more: str = "", environment: str = "", **texts: str) -> list[object]:
    result = compile_files(root, {"tenantc.yaml": top, "tenants/acme.yaml": tenant(more=more), **texts})
    assert result.codes == []
    return [result.get(f"deployment.{part}", environment=environment) for part in PARTS]


def test_without_a_deployment_there_is_one_environment_and_no_account_or_cluster(tmp_path: Path) -> None:
    assert deployment(tmp_path) == ["default", None, "us-east-1", None, "general"]
    root = write(tmp_path, {"tenants/acme.yaml": tenant()})
    run(root, tmp_path / "out")
    found = files(tmp_path / "out")
    assert "tenants/acme/settings.json" in found, "and no folder stands for it"
    assert "estates/us-east-1/schema.sql" in found


BLOCK = (
    "deployment: {account: '1', cluster: c, regions: {us-east-1: us-east-2, eu: {region: eu-west-1, account: '2'}}}\n"
)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", ["default", "1", "us-east-2", "c", "general"]),
        ("region: eu\nring: early\n", ["default", "2", "eu-west-1", "c", "early"]),
    ],
)
def test_a_workspace_without_environments_says_the_same_in_its_own_file(
    tmp_path: Path, more: str, expected: list[object]
) -> None:
    assert deployment(tmp_path / "a", TOP + BLOCK, more) == expected
    texts = {"environments/e.yaml": "environment: e\n" + BLOCK}
    assert deployment(tmp_path / "b", TOP, more, "e", **texts) == ["e", *expected[1:]]


def test_a_region_that_the_workspace_does_not_offer_is_an_error(tmp_path: Path) -> None:
    files = {"tenantc.yaml": TOP + BLOCK, "tenants/acme.yaml": tenant(more="region: mars\n")}
    assert compile_files(tmp_path, files).codes == ["T207"]


def test_a_tenants_region_wins_over_the_default(tmp_path: Path) -> None:
    assert deployment(tmp_path, more="region: eu-west-1\n")[2] == "eu-west-1"


@pytest.mark.parametrize(("targets", "found"), [("[values, sql]", []), ("[values, terraform]", ["T604"])])
def test_no_region_at_all_is_an_error_only_for_documents_that_need_one(
    tmp_path: Path, targets: str, found: list[str]
) -> None:
    top = NO_REGION + f"targets: {targets}\n"
    built = run(write(tmp_path, {"tenantc.yaml": top, "tenants/acme.yaml": tenant()}), tmp_path / "out")
    assert codes(built) == found
    assert all(one.blames[0].span.path == "tenants/acme.yaml" for one in built.ledger.all())


@pytest.mark.parametrize("path", ["deployment.region", "deployment.ring", "deployment.environment", "tenant.ring"])
def test_what_tenantc_fills_is_written_by_no_layer(tmp_path: Path, path: str) -> None:
    block = f"settings: {{{path}: x}}\n"
    files = {
        "mixins/m.yaml": "mixin: m\n" + block,
        "environments/e.yaml": "environment: e\n" + block,
        "tiers/t.yaml": "tier: t\n" + block,
        "tenants/acme.yaml": tenant(f"{path}: x"),
    }
    assert compile_files(tmp_path, files).codes == ["T127"] * 4


def test_a_policy_of_a_library_name_adds_its_spellings_to_the_librarys(tmp_path: Path) -> None:
    files = {
        "policies/gdpr.yaml": "policy: gdpr\naccepts: [DSGVO]\n",
        "tenants/acme.yaml": tenant(more="compliance_requirements: [dsgvo]\n"),
        "tenants/two.yaml": tenant(more="compliance_requirements: [RGPD]\n").replace("acme", "two"),
    }
    result = compile_files(tmp_path, files)
    assert [result.get("compliance.frameworks", name) for name in ("acme", "two")] == [["gdpr"], ["gdpr"]]


# status


def written(root: Path, status: str, *more: str) -> set[str]:
    """The files of a build, but reports, of one tenant with this status and of active ones that are called `more`."""
    specs = {f"tenants/{name}.yaml": tenant().replace("acme", name) for name in more}
    spec = {"tenants/acme.yaml": tenant(more=f"status: {status}\n" if status else "")}
    assert run(write(root / "w", specs | spec), root / "out").written
    return {path for path in files(root / "out") if not path.startswith("audit/")}


@pytest.mark.parametrize("status", ["active", "suspended", "maintenance", "migrating"])
def test_who_is_not_pending_or_terminated_has_everything(tmp_path: Path, status: str) -> None:
    assert written(tmp_path / "a", status) == written(tmp_path / "b", "")


def test_a_pending_tenant_has_its_settings_and_audit_and_no_estate(tmp_path: Path) -> None:
    own = {"manifest.json", "tenants/acme/settings.json", "tenants/acme/audit.json"}
    assert written(tmp_path / "a", "pending") == own
    with_another = written(tmp_path / "b", "pending", "other")
    assert {path for path in with_another if "acme" in path} | {"manifest.json"} == own
    assert "estates/us-east-1/schema.sql" in with_another


@pytest.mark.parametrize("status", ["pending", "active", "suspended", "maintenance", "migrating", "terminated"])
def test_every_status_is_checked(tmp_path: Path, status: str) -> None:
    spec = tenant("limits.max_users: 0", more=f"status: {status}\n")
    assert codes(run(write(tmp_path, {"tenants/acme.yaml": spec}), tmp_path / "out")) == ["T401"]


def test_a_pending_tenants_names_are_its_own_already(tmp_path: Path) -> None:
    home = "names: {kubernetes_namespace: home}\n"
    specs = {
        "tenants/acme.yaml": tenant(more=home + "status: pending\n"),
        "tenants/two.yaml": tenant(more=home).replace("acme", "two"),
    }
    assert codes(run(write(tmp_path, specs), tmp_path / "out")) == ["T602"]


def test_a_terminated_tenants_names_are_free(tmp_path: Path) -> None:
    home = "names: {kubernetes_namespace: home}\n"
    specs = {
        "tenants/acme.yaml": tenant(more=home + "status: terminated\n"),
        "tenants/two.yaml": tenant(more=home).replace("acme", "two"),
    }
    assert run(write(tmp_path, specs), tmp_path / "out").written
