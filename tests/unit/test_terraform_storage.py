"""The tenant's objects and audit records in AWS: spec in, Terraform's resources out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import Emitted, acme, policy

STORAGE = "infrastructure.storage"
AUDIT = "monitoring.logging.audit"
AT_REST = "security.encryption_config.at_rest"


def audit(emitted: Emitted, kind: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = emitted.main()["resource"].get(kind, {}).get("audit")
    return found


# --- objects ---


@pytest.mark.parametrize(
    ("settings", "path", "choice"),
    [
        ({f"{STORAGE}.region": "eu-west-1"}, f"{STORAGE}.region", f"leave `{STORAGE}.region` out"),
        ({f"{STORAGE}.capacity_gb": 100}, f"{STORAGE}.capacity_gb", "to `unlimited`, since no bucket of S3 has a size"),
        (
            {f"{STORAGE}.public_access": True},
            f"{STORAGE}.public_access",
            f"set `{STORAGE}.encryption_enabled` to false",
        ),
        ({f"{AUDIT}.retention_days": "unlimited"}, f"{AUDIT}.retention_days", "to at most 36500, the days for which"),
        ({f"{AUDIT}.retention_days": 36501}, f"{AUDIT}.retention_days", "to at most 36500, the days for which"),
        ({f"{AUDIT}.sink": "siem"}, f"{AUDIT}.immutable", f"set `{AUDIT}.sink` to `object_storage`"),
        (
            {f"{AUDIT}.sink": "siem", f"{AUDIT}.immutable": False, f"{AUDIT}.retention_days": 364},
            f"{AUDIT}.retention_days",
            f"set `{AUDIT}.retention_days` to 365, the next longer",
        ),
    ],
)
def test_what_s3_cannot_say_is_refused(tmp_path: Path, settings: dict[str, Any], path: str, choice: str) -> None:
    emitted = acme(tmp_path, settings)
    [(code, message)] = emitted.refusals
    assert (code, f"cannot express `{path}`" in message) == ("T603", True)
    assert choice in emitted.diagnostics[0].help


def test_a_bucket_in_the_tenants_own_region_is_said_twice(tmp_path: Path) -> None:
    there = acme(tmp_path / "a", {f"{STORAGE}.region": "us-east-1"}).main()
    assert there == acme(tmp_path / "b").main()


def test_what_is_public_is_read_by_anybody_and_changed_by_nobody(tmp_path: Path) -> None:
    emitted = acme(tmp_path, {f"{STORAGE}.public_access": True, f"{STORAGE}.encryption_enabled": False})
    [plain, read] = policy(emitted.resource("aws_s3_bucket_policy")["policy"])
    assert (plain["Effect"], plain["Sid"]) == ("Deny", "NoPlainHttp")
    assert (read["Effect"], read["Principal"], read["Action"]) == ("Allow", "*", "s3:GetObject")
    assert read["Resource"] == "${aws_s3_bucket.tenant.arn}/*"
    block = emitted.resource("aws_s3_bucket_public_access_block")
    assert {name for name, value in block.items() if value is False} == {
        "block_public_policy",
        "restrict_public_buckets",
    }
    closed = audit(emitted, "aws_s3_bucket_public_access_block")
    assert closed is not None
    assert False not in closed.values()


@pytest.mark.parametrize("scoped", [True, False])
def test_who_acts_for_the_tenant_reaches_its_own_objects_only(tmp_path: Path, scoped: bool) -> None:
    emitted = acme(tmp_path, {f"{STORAGE}.tenant_scoped": scoped})
    statements = policy(emitted.resource("aws_iam_role_policy")["policy"])
    denied = [one["NotResource"] for one in statements if "NotResource" in one]
    own = ["${aws_s3_bucket.tenant.arn}", "${aws_s3_bucket.tenant.arn}/*"]
    assert denied == ([own] if scoped else [])
    assert {text for one in statements if one["Effect"] == "Allow" for text in [one["Resource"]]} == {
        *own,
        "${aws_kms_key.tenant.arn}",
    }


@pytest.mark.parametrize("transfers", [True, False])
def test_data_is_worked_on_where_it_lies(tmp_path: Path, transfers: bool) -> None:
    emitted = acme(tmp_path, {"compliance.data_governance.cross_border_transfers": transfers})
    statements = policy(emitted.resource("aws_iam_role_policy")["policy"])
    denied = [one["Condition"] for one in statements if one.get("Sid") == "NoOtherRegion"]
    assert denied == ([] if transfers else [{"StringNotEquals": {"aws:RequestedRegion": "${local.tenant_region}"}}])


@pytest.mark.parametrize(
    ("regions", "residency", "places"),
    [
        (["us-east-1", "us-west-2"], None, ["us-east-1", "us-west-2"]),
        (["us-east-1", "us-west-2"], "us-east-1", ["us-east-1"]),
        (["us"], None, None),
        (["us", "eu-west-1"], None, None),
        (None, "us", None),
        (None, "us-east-1", ["us-east-1"]),
        (None, None, None),
    ],
)
def test_a_plan_fails_where_data_may_not_lie(
    tmp_path: Path, regions: list[str] | None, residency: str | None, places: list[str] | None
) -> None:
    governance = "compliance.data_governance"
    stated = {f"{governance}.residency.regions": regions, f"{governance}.data_residency_region": residency}
    main = acme(tmp_path, {path: value for path, value in stated.items() if value is not None}).main()
    assert main["locals"].get("tenant_residency") == places
    conditions = main["data"]["aws_region"]["tenant"]["lifecycle"]["postcondition"]
    told = [one["condition"] for one in conditions] if isinstance(conditions, list) else []
    assert ("${contains(local.tenant_residency, self.name)}" in told) is (places is not None)


def test_what_holds_data_says_where_it_belongs_and_with_whom(tmp_path: Path) -> None:
    settings = {"compliance.data_governance.data_residency_region": "us", "infrastructure.tenancy": "dedicated"}
    tags = acme(tmp_path, settings).resource("aws_s3_bucket")["tags"]
    assert (tags["tenantc:data-residency"], tags["tenantc:tenancy"]) == ("us", "dedicated")


def test_only_the_tenants_own_pods_act_for_it(tmp_path: Path) -> None:
    [trust] = policy(acme(tmp_path).resource("aws_iam_role")["assume_role_policy"])
    assert trust["Principal"] == {"Service": "pods.eks.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {
        "aws:SourceAccount": "${local.tenant_account}",
        "aws:RequestTag/kubernetes-namespace": "demo-acme",
        "aws:RequestTag/kubernetes-service-account": "tenant",
    }


# --- audit records ---


@pytest.mark.parametrize("days", [1, 365, 2557, 36500])
def test_nobody_deletes_a_record_before_its_time(tmp_path: Path, days: int) -> None:
    emitted = acme(tmp_path, {f"{AUDIT}.retention_days": days})
    lock = audit(emitted, "aws_s3_bucket_object_lock_configuration")
    assert lock is not None
    assert lock["rule"] == {"default_retention": {"mode": "COMPLIANCE", "days": days}}
    versioning = audit(emitted, "aws_s3_bucket_versioning")
    assert versioning is not None
    assert versioning["versioning_configuration"] == {"status": "Enabled"}


def test_records_that_may_change_are_not_locked(tmp_path: Path) -> None:
    emitted = acme(tmp_path, {f"{AUDIT}.immutable": False, f"{AUDIT}.retention_days": "unlimited"})
    assert audit(emitted, "aws_s3_bucket_object_lock_configuration") is None


@pytest.mark.parametrize(
    ("retention", "hot", "archived", "expires", "logged"),
    [
        (365, 90, 90, 365, 90),
        (365, 92, 92, 365, 90),
        (90, 365, None, 90, 90),
        (90, 90, None, 90, 90),
        (2000, "unlimited", None, 2000, 1827),
        (1, 1, None, 1, 1),
    ],
)
def test_records_are_at_hand_for_a_while_and_go_when_their_time_is_over(
    tmp_path: Path, retention: int, hot: int | str, archived: int | None, expires: int, logged: int
) -> None:
    emitted = acme(tmp_path, {f"{AUDIT}.retention_days": retention, f"{AUDIT}.hot_retention_days": hot})
    lifecycle = audit(emitted, "aws_s3_bucket_lifecycle_configuration")
    assert lifecycle is not None
    ageing = lifecycle["rule"][0]
    assert ageing.get("transition") == ({"days": archived, "storage_class": "GLACIER"} if archived else None)
    assert ageing["expiration"] == {"days": expires}
    group = audit(emitted, "aws_cloudwatch_log_group")
    assert group is not None
    assert group["retention_in_days"] == logged


def test_records_that_nothing_else_keeps_stay_in_the_log_group_to_the_day(tmp_path: Path) -> None:
    settings = {f"{AUDIT}.sink": "siem", f"{AUDIT}.immutable": False, f"{AUDIT}.retention_days": 731}
    emitted = acme(tmp_path, settings)
    group = audit(emitted, "aws_cloudwatch_log_group")
    assert group is not None
    assert group["retention_in_days"] == 731
    assert "aws_kinesis_firehose_delivery_stream" not in emitted.main()["resource"]
    assert audit(emitted, "aws_s3_bucket") is None


@pytest.mark.parametrize("store", ["database", "workload_disk"])
def test_a_database_s_records_have_a_bucket_and_no_log_group(tmp_path: Path, store: str) -> None:
    emitted = acme(tmp_path, {f"{AUDIT}.store": store})
    assert audit(emitted, "aws_s3_bucket") is not None
    assert audit(emitted, "aws_cloudwatch_log_group") is None
    assert "aws_kinesis_firehose_delivery_stream" not in emitted.main()["resource"]


@pytest.mark.parametrize("at_rest", [True, False])
def test_records_come_into_the_bucket_as_they_are_written(tmp_path: Path, at_rest: bool) -> None:
    emitted = acme(tmp_path, {AT_REST: at_rest})
    stream = audit(emitted, "aws_kinesis_firehose_delivery_stream")
    subscription = audit(emitted, "aws_cloudwatch_log_subscription_filter")
    assert stream is not None
    assert subscription is not None
    assert stream["extended_s3_configuration"]["bucket_arn"] == "${aws_s3_bucket.audit.arn}"
    key = stream["extended_s3_configuration"].get("kms_key_arn")
    assert key == ("${aws_kms_key.tenant.arn}" if at_rest else None)
    assert subscription["destination_arn"] == "${aws_kinesis_firehose_delivery_stream.audit.arn}"
    assert (subscription["log_group_name"], subscription["filter_pattern"]) == (
        "${aws_cloudwatch_log_group.audit.name}",
        "",
    )


@pytest.mark.parametrize(
    ("inputs", "settings", "told"),
    [
        (["alarm_topic"], {}, True),
        ([], {}, False),
        (["alarm_topic"], {f"{AUDIT}.integrity_alerts": False}, False),
        (["alarm_topic"], {f"{AUDIT}.sink": "siem", f"{AUDIT}.immutable": False}, False),
    ],
)
def test_somebody_is_told_of_a_record_that_disappears(
    tmp_path: Path, inputs: list[str], settings: dict[str, Any], told: bool
) -> None:
    emitted = acme(tmp_path, settings, *inputs)
    rule = audit(emitted, "aws_cloudwatch_event_rule")
    assert (rule is not None) is told
    if rule is not None:
        assert '"reason":["DeleteObject"]' in rule["event_pattern"]
        assert "${aws_s3_bucket.audit.id}" in rule["event_pattern"]
        target = audit(emitted, "aws_cloudwatch_event_target")
        assert target is not None
        assert target["arn"] == "${local.alarm_topic}"


@pytest.mark.parametrize("together", [True, False])
def test_lines_of_all_workloads_come_together(tmp_path: Path, together: bool) -> None:
    emitted = acme(tmp_path, {"monitoring.logging.log_aggregation": together}, "log_destination")
    found = emitted.main()["resource"]["aws_cloudwatch_log_subscription_filter"].get("tenant")
    assert (found is not None) is together
    if found is not None:
        assert (found["destination_arn"], found["log_group_name"]) == (
            "${local.log_destination}",
            "${aws_cloudwatch_log_group.tenant.name}",
        )
