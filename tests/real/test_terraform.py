"""What tenantc writes for Terraform, read by the real Terraform with the real AWS provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.building import run
from tests.compiling import write
from tests.fleet import HOSTILE
from tests.real.terraform import Terraform
from tests.terraform_files import INPUTS, emit, top

# the levels that each tier's ceilings allow
ISOLATION = {
    "free": ("shared", "schema"),
    "professional": ("shared", "schema"),
    "enterprise": ("shared", "schema", "database"),
    "custom": ("shared", "schema", "database", "cluster"),
}

# names that Terraform would take for something else, had nobody escaped them
INTERPOLATED = (
    "${aws_kms_key.nothing.arn}",
    "%{ if true }yes%{ endif }",
    "%{if",
    "$${once} %%{once}",
    "$$${twice} %%%{twice}",
    "${",
    "ends in $",
    '"}}, "provider": {"aws": {}}, "x": {"',
    "back\\slash \\u0024{x} \x01",
)

# everything off, and everything odd, that the schema lets a tenant of a tier of its own say
SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "nothing-encrypted": {
        "security.encryption_config.at_rest": False,
        "security.encryption_config.in_transit": False,
        "infrastructure.storage.encryption_enabled": False,
    },
    "nothing-kept": {
        "infrastructure.storage.versioning_enabled": False,
        "infrastructure.storage.backup_enabled": False,
        "infrastructure.storage.lifecycle_policies.delete_after_days": 1,
        "monitoring.logging.retention_days": 1,
    },
    "archived-alone": {"infrastructure.storage.lifecycle_policies.archive_after_days": 1},
    "old-versions-alone": {"compliance.data_governance.retention_policies.backups": 36500},
    "never-rotated": {"security.encryption_config.key_rotation_days": "unlimited"},
    "on-hsms": {
        "security.encryption_config.key_management": "hsm",
        "security.encryption_config.key_rotation_days": "unlimited",
    },
    "all-regions": {"security.encryption_config.kms.multi_region": True},
    "public": {
        "infrastructure.storage.public_access": True,
        "infrastructure.storage.encryption_enabled": False,
    },
    "audit-records-in-the-log-group": {
        "monitoring.logging.audit.sink": "siem",
        "monitoring.logging.audit.immutable": False,
    },
    "tagged": {
        "compliance.data_governance.data_classification": "restricted",
        "billing.usage_tracking.cost_attribution": True,
    },
}

BARE = {
    "tiers/bare.yaml": "tier: bare\ngrade: free\n"
    "settings: {infrastructure.isolation_level: shared, limits.backup_retention_days: 30}\n"
}


def spec(id: str, tier: str = "bare", settings: Mapping[str, Any] | None = None, **more: Any) -> dict[str, str]:
    head = {"tenant_id": id, "tenant_name": "Acme", "tier": tier, "owner_email": "owner+%25@example.com"}
    return {f"tenants/{id}.json": json.dumps({**head, **more, "overrides": settings or {}})}


def modules(folder: Path, files: Mapping[str, str]) -> dict[str, Path]:
    """The module of each tenant of a workspace, in a folder of its own."""
    emitted = emit(folder / "workspace", files)
    assert emitted.diagnostics == []
    found = {}
    for id, artifacts in emitted.tenants.items():
        found[id] = folder / "modules" / id
        found[id].mkdir(parents=True)
        for name, data in artifacts.items():
            (found[id] / name).write_bytes(data)
    return found


def without_web_acl(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs by which no module has a web ACL at its edge, whose schema is so large that each takes Terraform a second.

    Of texts, one with a web ACL is enough: it holds none, as `assert_no_text_is_lost` says.
    """
    return {name: one for name, one in inputs.items() if name != "load_balancer"}


def assert_no_text_is_lost(whole: Path, rest: Path, text: str) -> None:
    """What the rest of a module lacks holds nothing of a text, which needs no trying there."""
    made, kept = (json.loads((folder / "main.tf.json").read_bytes())["resource"] for folder in (whole, rest))
    lost = json.dumps([made[kind] for kind in made if made[kind] != kept.get(kind)])
    assert "aws_wafv2_web_acl" in made.keys() - kept.keys()
    assert json.dumps(text)[1:-1] not in lost


@pytest.mark.slow
def test_terraform_takes_every_module(terraform: Terraform, tmp_path: Path) -> None:
    files = {**BARE, "tenantc.yaml": top(INPUTS)}
    for tier, levels in ISOLATION.items():
        for level in levels:
            files |= spec(f"{tier}-{level}", tier, {"infrastructure.isolation_level": level})
    for id, settings in SETTINGS.items():
        files |= spec(id, settings=settings)
    rest = {**BARE, "tenantc.yaml": top(without_web_acl(INPUTS))}
    for number, text in enumerate((*HOSTILE, *INTERPOLATED)):
        rest |= spec(f"hostile-{number}", "enterprise", tenant_name=text, industry=text[:100])
    files |= {name: rest[name] for name in rest if name.endswith("/hostile-0.json")}
    files |= spec("l" * 40, "custom", region="ap-southeast-2", names={"s3_bucket": "b" * 63})
    found, others = modules(tmp_path, files), modules(tmp_path / "rest", rest)
    assert_no_text_is_lost(found["hostile-0"], others["hostile-0"], HOSTILE[0])
    assert terraform.validate_modules(others | found) == []


@pytest.mark.slow
def test_terraform_takes_what_tenants_share(terraform: Terraform, tmp_path: Path) -> None:
    files: dict[str, str] = {**BARE, "tenantc.yaml": top(INPUTS)}
    for tier in ("bare", "enterprise"):
        files |= spec(tier, tier, {"infrastructure.disaster_recovery.secondary_region": "us-west-2"})
    run(write(tmp_path / "w", files), tmp_path / "out")
    [folder] = (tmp_path / "out" / "estates").iterdir()
    assert "aws_rds_cluster" in (folder / "main.tf.json").read_text()
    assert terraform.validate_modules({"estate": folder}) == []


@pytest.mark.slow
def test_terraform_reads_a_name_that_is_not_escaped(terraform: Terraform, tmp_path: Path) -> None:
    """The test above could fail: the same module with its escapes taken out is refused."""
    found = modules(tmp_path, {**BARE, **spec("acme", tenant_name="${aws_kms_key.nothing.arn}"), **spec("other")})
    main = found["acme"] / "main.tf.json"
    text = main.read_text()
    assert text.count("$${") == 1
    main.write_text(text.replace("$${", "${"))
    [problem] = terraform.validate_modules(found)
    assert problem.startswith("acme/main.tf.json:")
    assert "aws_kms_key" in problem


# a provider that asks nobody anything
OFFLINE = {
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": True,
    "skip_requesting_account_id": True,
}


def plan(terraform: Terraform, root: Path, found: Mapping[str, Path], region: str) -> tuple[dict[str, Any], str]:
    """What a root that calls these modules would make in a region, by module, and what Terraform has against it."""
    root.mkdir()
    calls = {id: {"source": str(folder)} for id, folder in found.items()}
    main = {"provider": {"aws": {**OFFLINE, "region": region}}, "module": calls}
    (root / "main.tf.json").write_text(json.dumps(main))
    assert terraform.run(root, "init", "-input=false").returncode == 0
    done = terraform.run(root, "plan", "-input=false", "-no-color", "-refresh=false", "-out=plan")
    if done.returncode:
        return {}, done.stderr
    planned = json.loads(terraform.run(root, "show", "-json", "plan").stdout)["planned_values"]["root_module"]
    made = {
        module["address"].removeprefix("module."): {
            # what is known only after the apply has no values
            f"{resource['type']}.{resource['name']}": resource.get("values", {})
            for resource in module["resources"]
            if resource["mode"] == "managed"
        }
        for module in planned["child_modules"]
    }
    return made, ""


@pytest.mark.slow
def test_terraform_plans_what_the_settings_say(terraform: Terraform, tmp_path: Path) -> None:
    # a plan costs a second a module, so of the harmless texts only one is here
    names = {f"t{number}": text for number, text in enumerate((HOSTILE[0], *INTERPOLATED))}
    files = dict(BARE)
    for id, name in names.items():
        files |= spec(id, "professional", tenant_name=name)
    made, problem = plan(terraform, tmp_path / "root", modules(tmp_path, files), "us-east-1")
    assert problem == ""
    found = {id: resources["aws_kms_key.tenant"]["description"] for id, resources in made.items()}
    assert found == {id: f"Data of {name} (tenant {id})" for id, name in names.items()}
    first = made["t0"]
    assert first["aws_kms_key.tenant"]["rotation_period_in_days"] == 180
    assert first["aws_cloudwatch_log_group.tenant"]["retention_in_days"] == 90
    assert first["aws_s3_bucket_versioning.tenant"]["versioning_configuration"][0]["status"] == "Enabled"
    rules = first["aws_s3_bucket_lifecycle_configuration.tenant"]["rule"]
    assert [rule["id"] for rule in rules] == ["ageing", "unfinished-uploads"]
    assert (rules[0]["transition"][0]["days"], rules[0]["expiration"][0]["days"]) == (90, 365)


@pytest.mark.slow
def test_terraform_refuses_a_provider_of_another_region(terraform: Terraform, tmp_path: Path) -> None:
    found = modules(tmp_path, {**BARE, **spec("acme", region="eu-west-1")})
    made, problem = plan(terraform, tmp_path / "root", found, "us-east-1")
    assert made == {}
    assert "The tenant belongs in eu-west-1, but this provider works in us-east-1." in problem
