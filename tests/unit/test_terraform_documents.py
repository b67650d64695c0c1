"""What a tenant's settings become in AWS: spec in, Terraform's resources out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.compiling import TOP, tenant
from tests.terraform_files import TERRAFORM_TOP, Emitted, emit

TIERS = ("free", "professional", "enterprise", "custom")
AT_REST = "security.encryption_config.at_rest"
IN_TRANSIT = "security.encryption_config.in_transit"
ROTATION = "security.encryption_config.key_rotation_days"
WINDOW = "security.encryption_config.kms.deletion_window_days"
KEYS = "security.encryption_config.key_management"
CIPHER = "security.encryption_config.algorithm"
OWN_KEY = "infrastructure.storage.encryption_enabled"
VERSIONS = "infrastructure.storage.versioning_enabled"
ARCHIVE = "infrastructure.storage.lifecycle_policies.archive_after_days"
DELETE = "infrastructure.storage.lifecycle_policies.delete_after_days"
BACKUPS = "compliance.data_governance.retention_policies.backups"
RETENTION = "monitoring.logging.retention_days"
CLASS = "compliance.data_governance.data_classification"
COST = "billing.usage_tracking.cost_attribution"

# what keeps audit records, where the settings leave it to their defaults
AUDIT = {
    "resource.aws_cloudwatch_log_group.audit",
    "resource.aws_cloudwatch_log_subscription_filter.audit",
    "resource.aws_iam_role.audit_delivery",
    "resource.aws_iam_role.audit_stream",
    "resource.aws_iam_role_policy.audit_delivery",
    "resource.aws_iam_role_policy.audit_stream",
    "resource.aws_kinesis_firehose_delivery_stream.audit",
    "resource.aws_s3_bucket.audit",
    "resource.aws_s3_bucket_lifecycle_configuration.audit",
    "resource.aws_s3_bucket_object_lock_configuration.audit",
    "resource.aws_s3_bucket_ownership_controls.audit",
    "resource.aws_s3_bucket_policy.audit",
    "resource.aws_s3_bucket_public_access_block.audit",
    "resource.aws_s3_bucket_server_side_encryption_configuration.audit",
    "resource.aws_s3_bucket_versioning.audit",
}
# Everything that a tenant has in AWS, whatever its settings
ADDRESSES = AUDIT | {
    "data.aws_iam_policy_document.rights",
    "resource.aws_iam_role_policy.rights",
    "data.aws_region.tenant",
    "data.aws_service_principal.logs",
    "resource.aws_cloudwatch_log_anomaly_detector.tenant",
    "resource.aws_cloudwatch_log_group.tenant",
    "resource.aws_iam_role.tenant",
    "resource.aws_iam_role_policy.tenant",
    "resource.aws_kms_alias.tenant",
    "resource.aws_kms_key.tenant",
    "resource.aws_kms_key_policy.tenant",
    "resource.aws_s3_bucket.tenant",
    "resource.aws_s3_bucket_lifecycle_configuration.tenant",
    "resource.aws_s3_bucket_ownership_controls.tenant",
    "resource.aws_s3_bucket_policy.tenant",
    "resource.aws_s3_bucket_public_access_block.tenant",
    "resource.aws_s3_bucket_server_side_encryption_configuration.tenant",
    "resource.aws_s3_bucket_versioning.tenant",
}
# what a tier adds
_BUDGET = {
    "resource.aws_budgets_budget.tenant",
    "resource.aws_ce_anomaly_monitor.tenant",
    "resource.aws_ce_anomaly_subscription.tenant",
}
MORE = {"enterprise": _BUDGET, "custom": _BUDGET}


def one(root: Path, settings: Mapping[str, Any] | None = None, tier: str = "bare", **spec: Any) -> Emitted:
    """Tenant `acme` with these settings on a tier: `bare` says nothing itself, so all else is the schema's default."""
    return many(root, {"acme": settings or {}}, tier, **spec)


def many(root: Path, settings: Mapping[str, Mapping[str, Any]], tier: str = "bare", **spec: Any) -> Emitted:
    """Tenants by id with their settings; a setting that is None is unset."""
    files = {"tiers/bare.yaml": "tier: bare\ngrade: free\nsettings: {infrastructure.isolation_level: shared}\n"}
    for id, overrides in settings.items():
        stated: dict[str, Any] = {path: value for path, value in overrides.items() if value is not None}
        unset = [path for path, value in overrides.items() if value is None]
        body = {"tenant_id": id, "tenant_name": "Acme", "tier": tier, "owner_email": "owner@example.com", **spec}
        body["overrides"] = stated | ({"unset": unset} if unset else {})
        files[f"tenants/{id}.json"] = json.dumps(body)
    return emit(root, files)


def addresses(main: Mapping[str, Any]) -> set[str]:
    return {
        f"{block}.{kind}.{label}"
        for block in ("data", "resource")
        for kind in main[block]
        for label in main[block][kind]
    }


def texts(tree: Any) -> Iterator[str]:
    """Every text in a tree, keys left out."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, (dict, list)):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from texts(item)


# --- the module ---


@pytest.mark.parametrize("tier", TIERS)
def test_a_tenant_of_any_tier_has_a_key_a_bucket_and_a_log_group(tmp_path: Path, tier: str) -> None:
    assert addresses(one(tmp_path, tier=tier).main()) == ADDRESSES | MORE.get(tier, set())


def test_isolation_changes_nothing_that_is_the_tenants_own(tmp_path: Path) -> None:
    levels = ("shared", "schema", "database", "cluster")
    found = [one(tmp_path / level, {"infrastructure.isolation_level": level}).main() for level in levels]
    assert addresses(found[0]) == ADDRESSES
    assert found == found[:1] * 4


@pytest.mark.parametrize("status", ["suspended", "migrating", "maintenance"])
def test_data_stays_untouched_whatever_the_status(tmp_path: Path, status: str) -> None:
    assert one(tmp_path / "a", status=status).main() == one(tmp_path / "b").main()


def test_a_pending_tenant_has_no_module(tmp_path: Path) -> None:
    assert one(tmp_path, status="pending").tenants == {"acme": {}}


def test_main_serves_as_a_module(tmp_path: Path) -> None:
    emitted = one(tmp_path)
    assert set(emitted.tenants["acme"]) == {"main.tf.json", "versions.tf.json"}
    assert set(emitted.main()) == {"locals", "data", "resource", "output"}
    assert {name: output["value"] for name, output in emitted.main()["output"].items()} == {
        "audit_bucket_arn": "${aws_s3_bucket.audit.arn}",
        "audit_log_group": "${aws_cloudwatch_log_group.audit.name}",
        "bucket": "${aws_s3_bucket.tenant.id}",
        "bucket_arn": "${aws_s3_bucket.tenant.arn}",
        "key_alias": "${aws_kms_alias.tenant.name}",
        "key_arn": "${aws_kms_key.tenant.arn}",
        "log_group": "${aws_cloudwatch_log_group.tenant.name}",
        "log_group_arn": "${aws_cloudwatch_log_group.tenant.arn}",
        "role_arn": "${aws_iam_role.tenant.arn}",
    }


@pytest.mark.parametrize(
    ("options", "terraform", "aws"),
    [
        ("", ">= 1.9", "~> 5.100"),
        (
            "terraform: {required_version: '~> 1.11, != 1.11.1', provider_version: 5.100.0}",
            "~> 1.11, != 1.11.1",
            "5.100.0",
        ),
    ],
)
def test_versions_are_the_workspaces(tmp_path: Path, options: str, terraform: str, aws: str) -> None:
    emitted = emit(tmp_path, {"tenantc.yaml": TERRAFORM_TOP + options, "tenants/acme.yaml": tenant()})
    assert json.loads(emitted.tenants["acme"]["versions.tf.json"]) == {
        "terraform": {
            "required_version": terraform,
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": aws}},
        }
    }


def test_what_holds_data_refuses_to_be_destroyed(tmp_path: Path) -> None:
    main = one(tmp_path).main()["resource"]
    kept = {
        f"{kind}.{label}"
        for kind, labels in main.items()
        for label, one in labels.items()
        if one.get("lifecycle") == {"prevent_destroy": True}
    }
    assert kept == {
        "aws_kms_key.tenant",
        *(f"{kind}.{label}" for kind in ("aws_s3_bucket", "aws_cloudwatch_log_group") for label in ("tenant", "audit")),
    }
    assert "force_destroy" not in main["aws_s3_bucket"]["tenant"]


def test_every_reference_leads_to_something(tmp_path: Path) -> None:
    main = one(tmp_path).main()
    known = {address.removeprefix("resource.") for address in addresses(main)}
    known |= {f"local.{name}" for name in main["locals"]}
    found = {
        ".".join(reference.split(".")[: 3 if reference.startswith("data.") else 2])
        for text in texts(main)
        for expression in re.findall(r"\$\{(.*?)\}", text)
        for reference in re.findall(r"(?:data\.|local\.|aws_)[a-z0-9_.]+", expression)
    }
    waited = {
        name for labels in main["resource"].values() for one in labels.values() for name in one.get("depends_on", ())
    }
    assert {"aws_kms_key.tenant", "local.tenant_region", "data.aws_service_principal.logs"} <= found
    assert waited == {
        *("aws_kms_key_policy.tenant", "aws_s3_bucket_public_access_block.tenant", "aws_s3_bucket_versioning.tenant"),
        *("aws_s3_bucket_public_access_block.audit", "aws_s3_bucket_versioning.audit"),
    }
    assert found | waited <= known


# --- identity and region ---


def test_addresses_are_constant_and_names_are_the_tenants(tmp_path: Path) -> None:
    emitted = many(tmp_path, {"acme": {}, "other": {}})
    assert addresses(emitted.main("acme")) == addresses(emitted.main("other")) == ADDRESSES
    found = {
        (
            emitted.resource("aws_s3_bucket", id)["bucket"],
            emitted.resource("aws_kms_alias", id)["name"],
            emitted.resource("aws_cloudwatch_log_group", id)["name"],
        )
        for id in ("acme", "other")
    }
    assert {names[1:] for names in found} == {
        ("alias/demo-acme", "/tenants/demo-acme"),
        ("alias/demo-other", "/tenants/demo-other"),
    }
    assert all(re.fullmatch(r"demo-(acme|other)-[0-9a-f]{8}", names[0]) for names in found)


def test_names_that_exist_already_are_adopted(tmp_path: Path) -> None:
    pinned = {"s3_bucket": "acme-files", "kms_alias": "alias/acme", "cloudwatch_log_group": "acme/logs"}
    emitted = one(tmp_path, names=pinned)
    assert emitted.resource("aws_s3_bucket")["bucket"] == "acme-files"
    assert emitted.resource("aws_kms_alias")["name"] == "alias/acme"
    assert emitted.resource("aws_cloudwatch_log_group")["name"] == "acme/logs"
    assert ":log-group:acme/logs" in emitted.resource("aws_kms_key_policy")["policy"]


def test_a_hostile_name_stands_in_the_description_alone_and_is_inert(tmp_path: Path) -> None:
    emitted = one(tmp_path, tenant_name='${aws_kms_key.tenant.arn} %{if true}"\n')
    found = [text for text in texts(emitted.main()) if "if true" in text]
    assert found == ['Data of $${aws_kms_key.tenant.arn} %%{if true}"\n (tenant acme)']
    assert emitted.resource("aws_kms_key")["description"] == found[0]


def test_the_module_refuses_any_other_region(tmp_path: Path) -> None:
    main = one(tmp_path, region="eu-west-1").main()
    condition = main["data"]["aws_region"]["tenant"]["lifecycle"]["postcondition"]
    assert main["locals"]["tenant_region"] == "eu-west-1"
    assert condition["condition"] == "${self.name == local.tenant_region}"


def test_without_a_region_there_is_one_error_at_the_tenants_line(tmp_path: Path) -> None:
    top = TOP.replace("defaults: {region: us-east-1}\n", "targets: [terraform]\n")
    emitted = emit(tmp_path, {"tenantc.yaml": top, "tenants/acme.yaml": tenant()})
    told = "tenant `acme` has no region, and terraform needs one for its check of the region of the provider"
    assert emitted.refusals == [("T604", told)]
    assert emitted.diagnostics[0].blames[0].span.path == "tenants/acme.yaml"


def test_tags_tell_whose_a_resource_is(tmp_path: Path) -> None:
    emitted = one(tmp_path, {CLASS: "restricted"}, tier="professional")
    expected = {
        "tenantc:tenant": "acme",
        "tenantc:platform": "demo",
        "tenantc:environment": "default",
        "tenantc:tier": "professional",
        "tenantc:data-classification": "restricted",
    }
    for kind in ("aws_kms_key", "aws_s3_bucket", "aws_cloudwatch_log_group"):
        where = {"tenantc:tenancy": "shared"} if kind == "aws_s3_bucket" else {}
        assert emitted.resource(kind)["tags"] == expected | where


def test_a_class_that_nobody_stated_is_no_tag(tmp_path: Path) -> None:
    assert "tenantc:data-classification" not in one(tmp_path).resource("aws_s3_bucket")["tags"]


def test_attributed_cost_splits_by_tenant_and_component(tmp_path: Path) -> None:
    emitted = one(tmp_path, {COST: True})
    found = {
        (tags["tenantc:cost-center"], tags["tenantc:cost-component"])
        for kind in ("aws_kms_key", "aws_s3_bucket", "aws_cloudwatch_log_group")
        for tags in [emitted.resource(kind)["tags"]]
    }
    assert found == {("acme", "encryption"), ("acme", "storage"), ("acme", "logs")}


# --- the key ---


@pytest.mark.parametrize("days", [90, 180, 2560])
def test_the_key_rotates_as_often_as_the_settings_say(tmp_path: Path, days: int) -> None:
    key = one(tmp_path, {ROTATION: days}).resource("aws_kms_key")
    assert (key["enable_key_rotation"], key["rotation_period_in_days"]) == (True, days)


def test_a_key_that_never_rotates(tmp_path: Path) -> None:
    key = one(tmp_path, {ROTATION: "unlimited"}).resource("aws_kms_key")
    assert (key["enable_key_rotation"], key.get("rotation_period_in_days")) == (False, None)


@pytest.mark.parametrize("days", [7, 30])
def test_the_key_waits_for_its_deletion(tmp_path: Path, days: int) -> None:
    assert one(tmp_path, {WINDOW: days}).resource("aws_kms_key")["deletion_window_in_days"] == days


@pytest.mark.parametrize("multi_region", [True, False])
def test_the_key_spans_regions_if_the_settings_say_so(tmp_path: Path, multi_region: bool) -> None:
    key = one(tmp_path, {"security.encryption_config.kms.multi_region": multi_region}).resource("aws_kms_key")
    assert key["multi_region"] is multi_region


@pytest.mark.parametrize(
    ("path", "value", "choice"),
    [
        (ROTATION, 30, f"set `{ROTATION}` between 90 and 2560, "),
        (ROTATION, 89, f"set `{ROTATION}` between 90 and 2560, "),
        (ROTATION, 2561, f"set `{ROTATION}` between 90 and 2560, "),
        (WINDOW, 6, f"set `{WINDOW}` between 7 and 30, "),
        (WINDOW, 31, f"set `{WINDOW}` between 7 and 30, "),
        (KEYS, "hsm", f"set `{KEYS}` to `kms`; or say `key_store` under `terraform.inputs`"),
        (KEYS, "vault", f"set `{KEYS}` to `kms`; or take `terraform` out of `targets`"),
        (CIPHER, "AES-256-CBC", f"set `{CIPHER}` to `AES-256-GCM`, "),
        (RETENTION, 2, f"set `{RETENTION}` to 1, the next shorter"),
        (RETENTION, 2190, f"set `{RETENTION}` to 1827, the next shorter"),
        (RETENTION, 2190, f"or set `{RETENTION}` to 2192, the next longer"),
        (RETENTION, 3654, f"set `{RETENTION}` to 3653, the next shorter"),
    ],
)
def test_what_aws_cannot_say_is_refused_and_never_rounded(tmp_path: Path, path: str, value: Any, choice: str) -> None:
    emitted = one(tmp_path, {path: value})
    assert emitted.refusals == [("T603", f"terraform cannot express `{path}` = {value}")]
    assert choice in emitted.diagnostics[0].help
    assert emitted.diagnostics[0].blames[0].span.path == "tenants/acme.json"


def test_the_longest_retention_has_no_longer_neighbour(tmp_path: Path) -> None:
    assert "longer" not in one(tmp_path, {RETENTION: 3654}).diagnostics[0].help


def test_the_key_lets_in_iam_and_the_tenants_own_log_groups(tmp_path: Path) -> None:
    main = one(tmp_path).main()
    groups = "arn:${local.tenant_partition}:logs:${local.tenant_region}:${local.tenant_account}:log-group:"
    names = ("/tenants/demo-acme", "/tenants/demo-acme--audit", "aws-waf-logs-demo-acme")
    arns = [f"{groups}{name}" for name in names]
    iam = {
        "Sid": "IamDecides",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:${local.tenant_partition}:iam::${local.tenant_account}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    logs = {
        "Sid": "LogGroupsOfTheTenant",
        "Effect": "Allow",
        "Principal": {"Service": "${data.aws_service_principal.logs.name}"},
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": arns}},
    }
    policy = main["resource"]["aws_kms_key_policy"]["tenant"]
    assert policy["key_id"] == "${aws_kms_key.tenant.key_id}"
    found = json.loads(policy["policy"])
    assert (found["Version"], found["Statement"][:2]) == ("2012-10-17", [iam, logs])
    detectors = groups.replace(":log-group:", ":anomaly-detector:*")
    assert [statement["Condition"] for statement in found["Statement"][2:]] == [
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": detectors}},
        {"ArnLike": {"kms:EncryptionContext:aws-crypto-ec:aws:logs:arn": detectors}},
    ]
    assert main["data"]["aws_service_principal"] == {"logs": {"service_name": "logs"}}
    assert main["locals"]["tenant_partition"] == '${split(":", aws_kms_key.tenant.arn)[1]}'
    assert main["locals"]["tenant_account"] == '${split(":", aws_kms_key.tenant.arn)[4]}'


def test_the_alias_is_the_keys(tmp_path: Path) -> None:
    assert one(tmp_path).resource("aws_kms_alias")["target_key_id"] == "${aws_kms_key.tenant.key_id}"


# --- the bucket ---


def test_what_is_said_of_a_bucket_is_said_of_the_tenants(tmp_path: Path) -> None:
    found = {
        kind: {label: entry["bucket"] for label, entry in labels.items()}
        for kind, labels in one(tmp_path).main()["resource"].items()
        if kind.startswith("aws_s3_bucket_")
    }
    lock = found.pop("aws_s3_bucket_object_lock_configuration")
    assert len(found) == 6
    assert lock == {"audit": "${aws_s3_bucket.audit.id}"}
    assert all(entry == {**lock, "tenant": "${aws_s3_bucket.tenant.id}"} for entry in found.values())


def test_nothing_in_the_bucket_becomes_public(tmp_path: Path) -> None:
    emitted = one(tmp_path)
    block = emitted.resource("aws_s3_bucket_public_access_block")
    assert block == {
        "bucket": "${aws_s3_bucket.tenant.id}",
        "block_public_acls": True,
        "block_public_policy": True,
        "ignore_public_acls": True,
        "restrict_public_buckets": True,
    }
    ownership = emitted.resource("aws_s3_bucket_ownership_controls")
    assert ownership["rule"] == {"object_ownership": "BucketOwnerEnforced"}


def test_plain_http_is_turned_away(tmp_path: Path) -> None:
    policy = json.loads(one(tmp_path).resource("aws_s3_bucket_policy")["policy"])
    [statement] = policy["Statement"]
    assert policy["Version"] == "2012-10-17"
    assert statement == {
        "Sid": "NoPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["${aws_s3_bucket.tenant.arn}", "${aws_s3_bucket.tenant.arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_plain_http_is_let_in_where_the_settings_say_so(tmp_path: Path) -> None:
    assert "aws_s3_bucket_policy" not in one(tmp_path, {IN_TRANSIT: False}).main()["resource"]


@pytest.mark.parametrize(
    ("settings", "algorithm", "key"),
    [
        ({}, "aws:kms", "${aws_kms_key.tenant.arn}"),
        ({OWN_KEY: False}, "AES256", None),
        ({AT_REST: False}, "AES256", None),
        ({AT_REST: False, CIPHER: "AES-256-CBC"}, "AES256", None),
    ],
)
def test_objects_are_encrypted(tmp_path: Path, settings: dict[str, Any], algorithm: str, key: str | None) -> None:
    emitted = one(tmp_path, settings)
    rule = emitted.resource("aws_s3_bucket_server_side_encryption_configuration")["rule"]
    applied = rule["apply_server_side_encryption_by_default"]
    assert (applied["sse_algorithm"], applied.get("kms_master_key_id")) == (algorithm, key)
    assert rule.get("bucket_key_enabled") == (True if key else None)
    # what it encrypted before stays readable
    assert "aws_kms_key" in emitted.main()["resource"]


@pytest.mark.parametrize(("versioned", "status"), [(True, "Enabled"), (False, "Suspended")])
def test_old_versions_are_kept_if_the_settings_say_so(tmp_path: Path, versioned: bool, status: str) -> None:
    versioning = one(tmp_path, {VERSIONS: versioned}).resource("aws_s3_bucket_versioning")
    assert versioning["versioning_configuration"] == {"status": status}


MARKERS_GO = {"expired_object_delete_marker": True}


@pytest.mark.parametrize(
    ("archive", "delete", "backups", "archived", "expiration", "old"),
    [
        (90, 365, 30, 90, {"days": 365}, 30),
        (90, 365, None, 90, {"days": 365}, 365),
        (90, None, 30, 90, MARKERS_GO, 30),
        (90, None, None, 90, None, None),
        (None, 365, 30, None, {"days": 365}, 30),
        (None, None, 30, None, MARKERS_GO, 30),
        # what is deleted on the same day need not move first
        (90, 90, 30, None, {"days": 90}, 30),
        (89, 90, 30, 89, {"days": 90}, 30),
    ],
)
def test_objects_grow_old(
    tmp_path: Path,
    archive: int | None,
    delete: int | None,
    backups: int | None,
    archived: int | None,
    expiration: dict[str, Any] | None,
    old: int | None,
) -> None:
    emitted = one(tmp_path, {ARCHIVE: archive, DELETE: delete, BACKUPS: backups})
    ageing, unfinished = emitted.resource("aws_s3_bucket_lifecycle_configuration")["rule"]
    entries = {
        "transition": {"days": archived, "storage_class": "GLACIER_IR"} if archived else None,
        "expiration": expiration,
        "noncurrent_version_expiration": {"noncurrent_days": old} if old else None,
    }
    assert ageing == {
        "id": "ageing",
        "status": "Enabled",
        "filter": {},
        **{key: entry for key, entry in entries.items() if entry is not None},
    }
    assert unfinished == {
        "id": "unfinished-uploads",
        "status": "Enabled",
        "filter": {},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
    }


def test_objects_that_never_grow_old_have_no_rule(tmp_path: Path) -> None:
    [rule] = one(tmp_path).resource("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["id"] == "unfinished-uploads"


def test_parts_of_uploads_do_not_outlive_objects(tmp_path: Path) -> None:
    *_, rule = one(tmp_path, {DELETE: 3}).resource("aws_s3_bucket_lifecycle_configuration")["rule"]
    assert rule["abort_incomplete_multipart_upload"] == {"days_after_initiation": 3}


# --- the log group ---

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
KNOWN_DAYS = [
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
]


def test_lines_are_kept_for_every_number_of_days_that_cloudwatch_knows(tmp_path: Path) -> None:
    emitted = many(tmp_path, {f"days-{days}": {RETENTION: days} for days in KNOWN_DAYS})
    found = [emitted.resource("aws_cloudwatch_log_group", f"days-{days}")["retention_in_days"] for days in KNOWN_DAYS]
    assert found == KNOWN_DAYS


def test_lines_without_a_retention_stay(tmp_path: Path) -> None:
    assert "retention_in_days" not in one(tmp_path).resource("aws_cloudwatch_log_group")


def test_lines_are_encrypted_with_the_tenants_key_once_it_may_be_used(tmp_path: Path) -> None:
    group = one(tmp_path).resource("aws_cloudwatch_log_group")
    assert (group["kms_key_id"], group["depends_on"]) == ("${aws_kms_key.tenant.arn}", ["aws_kms_key_policy.tenant"])


def test_lines_are_not_encrypted_with_it_where_nothing_is(tmp_path: Path) -> None:
    group = one(tmp_path, {AT_REST: False}).resource("aws_cloudwatch_log_group")
    assert "kms_key_id" not in group
    assert "depends_on" not in group


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(
    "mixin", sorted(path.stem for path in (Path(__file__).parents[2] / "tiers" / "mixins").glob("*.yaml"))
)
def test_the_librarys_tiers_and_mixins_ask_for_nothing_that_aws_lacks(tmp_path: Path, tier: str, mixin: str) -> None:
    emitted = one(tmp_path, tier=tier, mixins=[mixin])
    assert "T603" not in {diagnostic.code for diagnostic in emitted.diagnostics}
