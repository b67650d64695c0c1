"""What AWS watches of a tenant, and whom it tells: spec in, alarms out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.real.test_terraform import spec
from tests.terraform_files import EDGE, INPUTS, Emitted, emit, on_inputs, top

REVIEWED = "monitoring.logging.automated_review"
RULES = "monitoring.alerting_rules"
STORAGE = "limits.storage_gb"
SUSPICIOUS = "security.threat_detection.suspicious_activity_threshold"


def alarms(emitted: Emitted) -> dict[str, Any]:
    found: dict[str, Any] = emitted.main()["resource"].get("aws_cloudwatch_metric_alarm", {})
    return found


def test_alarms_go_to_the_platforms_topic(tmp_path: Path) -> None:
    found = alarms(on_inputs(tmp_path, {STORAGE: 10}))
    assert set(found) == {"silent_log", "storage", "log_anomalies"}
    assert {alarm["alarm_actions"][0] for alarm in found.values()} == {"${local.alarm_topic}"}


def test_nobody_is_told_where_there_is_no_topic(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path, {STORAGE: 10}, {"vpc": "vpc-1"})
    assert alarms(emitted) == {}
    assert "aws_cloudwatch_event_rule" not in emitted.main()["resource"]


@pytest.mark.parametrize(
    ("switch", "label"),
    [
        (f"{RULES}.log_pipeline_failure", "silent_log"),
        (f"{RULES}.usage_limits", "storage"),
        (REVIEWED, "log_anomalies"),
    ],
)
def test_each_switch_switches_its_alarm_off(tmp_path: Path, switch: str, label: str) -> None:
    assert label not in alarms(on_inputs(tmp_path, {STORAGE: 10, switch: False}))


def test_a_silent_log_is_no_good_sign(tmp_path: Path) -> None:
    found = alarms(on_inputs(tmp_path, {}))
    assert found["silent_log"]["treat_missing_data"] == "breaching"
    assert found["log_anomalies"]["treat_missing_data"] == "notBreaching"


@pytest.mark.parametrize(
    ("settings", "bytes_"),
    [
        ({STORAGE: 10}, 8_000_000_000),
        ({STORAGE: 10, "billing.usage_alerts.first_at_percent": 95}, 9_500_000_000),
        ({STORAGE: "unlimited"}, None),
        ({}, None),
    ],
)
def test_a_bucket_is_nearly_full_where_the_first_warning_is_due(
    tmp_path: Path, settings: Mapping[str, Any], bytes_: int | None
) -> None:
    assert alarms(on_inputs(tmp_path, settings)).get("storage", {}).get("threshold") == bytes_


def test_a_program_reads_the_log_as_secretly_as_it_is_kept(tmp_path: Path) -> None:
    found = on_inputs(tmp_path / "a", {}).resource("aws_cloudwatch_log_anomaly_detector")
    assert found["log_group_arn_list"] == ["${aws_cloudwatch_log_group.tenant.arn}"]
    assert found["kms_key_id"] == "${aws_kms_key.tenant.arn}"
    off = on_inputs(tmp_path / "b", {REVIEWED: False}).main()["resource"]
    assert "aws_cloudwatch_log_anomaly_detector" not in off


@pytest.mark.parametrize(("score", "severity"), [(0.8, 8), (0, 0), (1, 10), (0.35, 3.5)])
def test_threats_to_the_tenants_bucket_are_told_from_the_score_on(
    tmp_path: Path, score: float, severity: float
) -> None:
    emitted = on_inputs(tmp_path, {SUSPICIOUS: score})
    detail = json.loads(emitted.resource("aws_cloudwatch_event_rule")["event_pattern"])["detail"]
    assert detail["severity"] == [{"numeric": [">=", severity]}]
    assert detail["resource"]["s3BucketDetails"]["name"] == [emitted.resource("aws_s3_bucket")["bucket"]]


@pytest.mark.parametrize("switch", [f"{RULES}.security_events", "security.threat_detection.enabled"])
def test_threats_that_nobody_looks_for_are_told_to_nobody(tmp_path: Path, switch: str) -> None:
    rules = on_inputs(tmp_path, {switch: False}).main()["resource"].get("aws_cloudwatch_event_rule", {})
    assert "tenant" not in rules


# --- what a tenant would be restored from ---


def test_a_backup_that_fails_is_told(tmp_path: Path) -> None:
    inputs = {**EDGE, "backup_vault_copy": "arn:aws:backup:us-west-2:111122223333:backup-vault:copies"}
    kept = {"limits.backup_retention_days": 30}
    emitted = on_inputs(tmp_path / "a", kept, inputs)
    pattern = json.loads(emitted.main()["resource"]["aws_cloudwatch_event_rule"]["backups"]["event_pattern"])
    assert pattern["detail"] == {
        "state": ["ABORTED", "EXPIRED", "FAILED"],
        "$or": [{"backupVaultName": ["demo-acme"]}, {"sourceBackupVaultArn": ["${aws_backup_vault.tenant.arn}"]}],
    }
    off = on_inputs(tmp_path / "b", {**kept, f"{RULES}.system_health": False}, inputs)
    without = on_inputs(tmp_path / "c", {})
    for other in (off, without):
        assert "backups" not in other.main()["resource"]["aws_cloudwatch_event_rule"]


def test_objects_that_are_not_replicated_are_told(tmp_path: Path) -> None:
    recovery = "infrastructure.disaster_recovery"
    settings = {f"{recovery}.enabled": True, f"{recovery}.secondary_region": "us-west-2"}
    options = {"terraform": {"replicas": ["objects"]}}
    found = alarms(on_inputs(tmp_path / "a", settings, options=options))["replication"]
    assert found["dimensions"] == {
        "SourceBucket": "${aws_s3_bucket.tenant.id}",
        "DestinationBucket": "${aws_s3_bucket.secondary.id}",
        "RuleId": "everything",
    }
    off = on_inputs(tmp_path / "b", {**settings, f"{RULES}.system_health": False}, options=options)
    assert "replication" not in alarms(off)
    assert "replication" not in alarms(on_inputs(tmp_path / "c", settings))


def test_no_two_resources_of_a_type_share_a_name(tmp_path: Path) -> None:
    """AWS would take the second for a change of the first."""
    settings = {
        "infrastructure.isolation_level": "cluster",
        "infrastructure.disaster_recovery.secondary_region": "us-west-2",
        "monitoring.logging.audit.immutable": True,
        "security.encryption_config.key_rotation_days": "unlimited",
    }
    files = {"tenantc.yaml": top(INPUTS), **spec("acme", "custom", settings, region="us-east-1")}
    resources = emit(tmp_path, files).main()["resource"]
    assert {"audit", "backups", "tenant"} <= resources["aws_cloudwatch_event_rule"].keys()
    for kind, labelled in resources.items():
        # policies have names in their roles, and records one for each type
        called = [
            (one.get("provider"), one.get("role"), one.get("type"), one[name])
            for one in labelled.values()
            for name in ("name", "bucket", "alarm_name")
            if name in one
        ]
        assert len(called) == len({*called}), kind
