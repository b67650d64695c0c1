"""What of a tenant's also lies in a second region, made by a second provider: only where settings ask for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import Emitted, on_inputs, policy
from tests.unit.test_cli import run
from tests.unit.test_terraform_roots import compiled, read, spec

RECOVERY = "infrastructure.disaster_recovery"
SECOND: Mapping[str, Any] = {f"{RECOVERY}.secondary_region": "us-west-2"}
RECOVERS: Mapping[str, Any] = {
    **SECOND,
    f"{RECOVERY}.enabled": True,
    f"{RECOVERY}.rpo_minutes": 60,
    "infrastructure.storage.versioning_enabled": True,
}
EVERYWHERE: Mapping[str, Any] = {**SECOND, "security.encryption_config.kms.multi_region": True}
REPLICAS: Mapping[str, Any] = {"terraform": {"replicas": ["keys", "objects"], "provider": {}}}


def replicated(root: Path, settings: Mapping[str, Any], options: Mapping[str, Any] = REPLICAS) -> Emitted:
    return on_inputs(root, settings, {"vpc": "vpc-1"}, options)


def there(emitted: Emitted) -> dict[str, Any]:
    """What a tenant has in its second region, by type."""
    return {kind: held["secondary"] for kind, held in emitted.main()["resource"].items() if "secondary" in held}


def aliases(emitted: Emitted) -> list[str]:
    block = json.loads(emitted.tenants["acme"]["versions.tf.json"])["terraform"]["required_providers"]["aws"]
    found: list[str] = block.get("configuration_aliases", [])
    return found


@pytest.mark.parametrize(
    ("settings", "options"),
    [
        (RECOVERS, {"terraform": {"provider": {}}}),
        (EVERYWHERE, {"terraform": {"provider": {}, "replicas": ["objects"]}}),
        ({**RECOVERS, f"{RECOVERY}.enabled": False}, REPLICAS),
        ({**RECOVERS, f"{RECOVERY}.secondary_region": None}, REPLICAS),
        ({**RECOVERS, f"{RECOVERY}.secondary_region": "us-east-1"}, REPLICAS),
    ],
)
def test_a_module_that_makes_nothing_elsewhere_asks_for_one_provider(
    tmp_path: Path, settings: Mapping[str, Any], options: Mapping[str, Any]
) -> None:
    emitted = replicated(tmp_path, {path: value for path, value in settings.items() if value is not None}, options)
    assert (there(emitted), aliases(emitted)) == ({}, [])
    assert b"secondary" not in emitted.tenants["acme"]["provider.tf.json"]


def test_a_root_configures_both_providers_and_neither_works_elsewhere(tmp_path: Path) -> None:
    emitted = replicated(tmp_path, RECOVERS)
    assert aliases(emitted) == ["aws.secondary"]
    first, second = json.loads(emitted.tenants["acme"]["provider.tf.json"])["provider"]["aws"]
    assert (first["region"], second["region"], second["alias"]) == ("us-east-1", "us-west-2", "secondary")
    checked = emitted.main()["data"]["aws_region"]["secondary"]
    assert checked["provider"] == "aws.secondary"
    assert checked["lifecycle"]["postcondition"]["condition"] == "${self.name == local.tenant_second_region}"
    assert {one["provider"] for one in there(emitted).values()} == {"aws.secondary"}


def test_a_key_that_may_be_copied_is_and_another_one_is_made_for_objects(tmp_path: Path) -> None:
    copied = there(replicated(tmp_path / "a", EVERYWHERE))
    assert copied["aws_kms_replica_key"]["primary_key_arn"] == "${aws_kms_key.tenant.arn}"
    assert {"aws_kms_key", "aws_s3_bucket"}.isdisjoint(copied)
    made = there(replicated(tmp_path / "b", RECOVERS))
    assert "aws_kms_replica_key" not in made
    assert made["aws_kms_key"]["lifecycle"] == {"prevent_destroy": True}
    assert made["aws_kms_alias"]["target_key_id"] == "${aws_kms_key.secondary.key_id}"
    unencrypted = there(replicated(tmp_path / "c", {**RECOVERS, "security.encryption_config.at_rest": False}))
    assert "aws_kms_key" not in unencrypted


def test_nobody_destroys_a_second_key_where_nobody_destroys_the_first(tmp_path: Path) -> None:
    settings = {**RECOVERS, "security.encryption_config.keys.on_compromise": "rotate"}
    statements = policy(there(replicated(tmp_path, settings))["aws_kms_key_policy"]["policy"])
    assert [(one["Sid"], one["Action"]) for one in statements] == [
        ("IamDecides", "kms:*"),
        ("KeyStays", ["kms:ScheduleKeyDeletion"]),
    ]


def test_objects_are_replicated_encrypted_and_in_time(tmp_path: Path) -> None:
    emitted = replicated(tmp_path, {**RECOVERS, **EVERYWHERE})
    rule = emitted.resource("aws_s3_bucket_replication_configuration")["rule"]
    assert rule["source_selection_criteria"] == {"sse_kms_encrypted_objects": {"status": "Enabled"}}
    assert rule["delete_marker_replication"] == {"status": "Enabled"}
    assert rule["destination"] == {
        "bucket": "${aws_s3_bucket.secondary.arn}",
        "encryption_configuration": {"replica_kms_key_id": "${aws_kms_replica_key.secondary.arn}"},
        "replication_time": {"status": "Enabled", "time": {"minutes": 15}},
        "metrics": {"status": "Enabled", "event_threshold": {"minutes": 15}},
    }
    role = emitted.main()["resource"]["aws_iam_role_policy"]["replication"]["policy"]
    said = {one["Sid"]: one for one in policy(role)}
    assert said["Decrypt"]["Resource"] == "${aws_kms_key.tenant.arn}"
    assert said["Encrypt"]["Resource"] == "${aws_kms_replica_key.secondary.arn}"
    assert said["Write"]["Resource"] == "${aws_s3_bucket.secondary.arn}/*"


def test_a_replica_is_as_closed_and_ages_as_the_first(tmp_path: Path) -> None:
    delete = "infrastructure.storage.lifecycle_policies.delete_after_days"
    emitted = replicated(tmp_path, {**RECOVERS, delete: 30, "infrastructure.storage.public_access": False})
    found = there(emitted)
    assert found["aws_s3_bucket_public_access_block"]["restrict_public_buckets"] is True
    assert [one["Sid"] for one in policy(found["aws_s3_bucket_policy"]["policy"])] == ["NoPlainHttp"]
    rules = emitted.resource("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert found["aws_s3_bucket_lifecycle_configuration"]["rule"] == rules
    assert rules[0]["expiration"] == {"days": 30}


def test_workloads_reach_what_is_the_tenants_in_both_regions(tmp_path: Path) -> None:
    entry = replicated(tmp_path, RECOVERS).resource("aws_iam_role_policy")
    said = {one["Sid"]: one for one in policy(entry["policy"])}
    assert said["OwnKey"]["Resource"] == ["${aws_kms_key.tenant.arn}", "${aws_kms_key.secondary.arn}"]
    assert "${aws_s3_bucket.secondary.arn}/*" in said["OwnObjects"]["Resource"]
    assert "${aws_s3_bucket.secondary.arn}/*" in said["NobodyElsesObjects"]["NotResource"]
    regions = said["NoOtherRegion"]["Condition"]["StringNotEquals"]["aws:RequestedRegion"]
    assert regions == ["${local.tenant_region}", "${local.tenant_second_region}"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("infrastructure.storage.versioning_enabled", False),
        (f"{RECOVERY}.rpo_minutes", 14),
        (f"{RECOVERY}.secondary_region", "the-other"),
    ],
)
def test_what_cannot_be_replicated_is_refused(tmp_path: Path, path: str, value: Any) -> None:
    emitted = replicated(tmp_path, {**RECOVERS, path: value})
    assert [(code, f"`{path}`" in said) for code, said in emitted.refusals] == [("T603", True)]


def test_an_hsm_lends_no_key_to_another_region(tmp_path: Path) -> None:
    keys = {"key_management": "hsm", "key_rotation_days": "unlimited"}
    settings = {**RECOVERS, **{f"security.encryption_config.{name}": value for name, value in keys.items()}}
    emitted = on_inputs(tmp_path, settings, {"key_store": "cks-1"}, REPLICAS)
    assert [code for code, _ in emitted.refusals] == ["T603"]


def test_a_shared_root_hands_a_second_provider_to_those_that_ask(tmp_path: Path) -> None:
    # whoever has this tier is prepared for the loss of a region, once it says to which it goes
    acme = spec("acme", f"overrides: {json.dumps(SECOND)}\n")
    built = compiled(tmp_path, "  layout: environment\n  replicas: [objects]\n", acme, spec("globex"))
    calls = read(built / "terraform", "main")["module"]
    assert calls["acme"]["providers"] == {
        "aws": "aws.eu-west-1-123456789012",
        "aws.secondary": "aws.us-west-2-123456789012",
    }
    assert calls["globex"]["providers"] == {"aws": "aws.eu-west-1-123456789012"}
    providers = read(built / "terraform", "provider")["provider"]["aws"]
    assert [(one["alias"], one["region"]) for one in providers] == [
        ("eu-west-1-123456789012", "eu-west-1"),
        ("us-west-2-123456789012", "us-west-2"),
    ]


@pytest.mark.parametrize(
    ("layout", "provider"), [("tenant", "aws.secondary"), ("environment", "aws.us-west-2-123456789012")]
)
def test_what_lies_there_is_looked_up_there(tmp_path: Path, layout: str, provider: str) -> None:
    acme = spec("acme", f"overrides: {json.dumps(SECOND)}\n")
    built = compiled(tmp_path, f"  layout: {layout}\n  provider: {{}}\n  replicas: [objects]\n", acme)
    told = run("adopt", "acme", "--only", "aws_kms_key.secondary", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    root = built / ("terraform" if layout == "environment" else "tenants/acme")
    [looked] = read(root, "adopt-acme")["data"]["aws_kms_key"].values()
    assert looked == {"key_id": "alias/demo-acme", "provider": provider}
