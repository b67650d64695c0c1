"""What watches over an account and its tenants' files in AWS: a workspace in, an estate's module and tenants' out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tenantc.driver.build import Request, build
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.building import codes, files
from tests.compiling import AS_OF, without_rules, write
from tests.terraform_files import ACCOUNT_SERVICES, EDGE, Emitted, on_inputs, policy

SETTINGS: Mapping[str, Any] = {"infrastructure.isolation_level": "shared"}
WATCHED = "security.threat_detection.enabled"
MALWARE = "security.threat_detection.malware_scan"
SEARCHED = "compliance.data_governance.data_loss_prevention.enabled"
FLOWS = "infrastructure.network.flow_logs"


def build_of(
    root: Path, tenants: Mapping[str, Mapping[str, Any]], terraform: Mapping[str, Any], **spec: Any
) -> dict[str, bytes]:
    """The files of the estate of these tenants, of a tier that says nothing itself, whatever the rules would say."""
    top = {"platform": "demo", "language": 1, "naming": 1, "targets": ["terraform"], "terraform": terraform}
    body: dict[str, Any] = {
        "tenantc.yaml": {**top, "defaults": {"region": "us-east-1"}},
        "tiers/bare.json": {"tier": "bare", "grade": "free", "settings": dict(SETTINGS)},
    }
    for id, overrides in tenants.items():
        head = {"tenant_id": id, "tenant_name": id, "tier": "bare", "owner_email": "a@b.example", **spec}
        body[f"tenants/{id}.json"] = {**head, "overrides": overrides}
    loaded = load(write(root / "in", {name: json.dumps(text) for name, text in body.items()}).resolve()).value
    assert loaded is not None
    built = build(Pipeline(without_rules(loaded), AS_OF), Request(root / "out", "out"))
    assert built.written, codes(built)
    return {name.rpartition("/")[2]: data for name, data in files(root / "out").items() if name.startswith("estates/")}


def estate(root: Path, tenants: Mapping[str, Mapping[str, Any]], **terraform: Any) -> dict[str, Any]:
    """The resources of the estate in which these tenants live."""
    found: dict[str, Any] = json.loads(build_of(root, tenants, terraform).get("main.tf.json", b"{}")).get(
        "resource", {}
    )
    return found


def on_services(root: Path, settings: Mapping[str, Any]) -> Emitted:
    return on_inputs(root, settings, options={"terraform": {"account_services": ACCOUNT_SERVICES}})


def test_an_account_is_left_alone_where_nothing_is_said_of_it(tmp_path: Path) -> None:
    assert estate(tmp_path, {"acme": {WATCHED: True, SEARCHED: True}}) == {}


@pytest.mark.parametrize(
    ("service", "switch", "kind"),
    [
        ("guardduty", WATCHED, "aws_guardduty_detector"),
        ("macie", SEARCHED, "aws_macie2_account"),
    ],
)
def test_a_service_watches_where_one_tenant_asks_for_it(tmp_path: Path, service: str, switch: str, kind: str) -> None:
    one = estate(tmp_path / "a", {"acme": {switch: True}, "other": {switch: False}}, account_services=[service])
    assert kind in one
    none = estate(tmp_path / "b", {"acme": {switch: False}, "other": {switch: False}}, account_services=[service])
    assert kind not in none


def test_weaknesses_are_looked_for_by_inspector(tmp_path: Path) -> None:
    enabler = estate(tmp_path, {"acme": {}}, account_services=["inspector"])["aws_inspector2_enabler"]["estate"]
    assert enabler["account_ids"] == ["${data.aws_caller_identity.inspector.account_id}"]


def test_security_hub_checks_the_standards_of_the_tenants_frameworks(tmp_path: Path) -> None:
    services = {"account_services": ["security_hub"]}
    main = build_of(tmp_path, {"acme": {}}, services, compliance_requirements=["PCI-DSS", "SOC2"])["main.tf.json"]
    standards = json.loads(main)["resource"]["aws_securityhub_standards_subscription"].values()
    assert {one["standards_arn"].partition("standards/")[2] for one in standards} == {
        "aws-foundational-security-best-practices/v/1.0.0",
        "pci-dss/v/4.0.1",
    }


def test_the_network_is_logged_once_and_as_long_as_anybodys_lines(tmp_path: Path) -> None:
    days = "monitoring.logging.retention_days"
    tenants = {"acme": {FLOWS: True, days: 30}, "other": {FLOWS: False, days: 90}}
    found = estate(tmp_path, tenants, inputs={"vpc": "vpc-1"})
    assert found["aws_flow_log"]["network"]["vpc_id"] == "${local.vpc}"
    group = found["aws_cloudwatch_log_group"]["network"]
    assert (group["name"], group["retention_in_days"]) == ("/estates/demo/default/network", 90)


def test_a_trail_shows_whether_somebody_changed_it(tmp_path: Path) -> None:
    found = estate(tmp_path, {"acme": {}}, account_services=["cloudtrail"])
    assert found["aws_cloudtrail"]["estate"]["enable_log_file_validation"] is True
    assert found["aws_s3_bucket"]["trail"]["lifecycle"] == {"prevent_destroy": True}


def test_what_everything_looked_like_is_recorded_where_nobody_reads_it(tmp_path: Path) -> None:
    found = estate(tmp_path, {"acme": {}}, account_services=["config"])
    recorder = found["aws_config_configuration_recorder"]["estate"]
    assert recorder["recording_group"] == {"all_supported": True, "include_global_resource_types": True}
    # it is on only once there is where to put it
    assert found["aws_config_configuration_recorder_status"]["estate"]["depends_on"] == [
        "aws_config_delivery_channel.estate"
    ]
    assert found["aws_s3_bucket_public_access_block"]["config"]["restrict_public_buckets"] is True
    assert [one["Sid"] for one in policy(found["aws_s3_bucket_policy"]["config"]["policy"])] == ["NoPlainHttp"]
    put, look = policy(found["aws_iam_role_policy"]["config"]["policy"])
    assert (put["Resource"], look["Action"]) == ("${aws_s3_bucket.config.arn}/AWSLogs/*", "s3:GetBucketAcl")
    assert estate(tmp_path / "b", {"acme": {}}, account_services=["guardduty"]).keys().isdisjoint(found)


def test_an_input_of_one_tenant_is_none_of_the_estates(tmp_path: Path) -> None:
    found = build_of(tmp_path, {"acme": {}}, {"inputs": EDGE, "account_services": ["cloudtrail"]})["inputs.tf.json"]
    assert b"tenant.id" not in found
    assert "load_balancer" not in json.loads(found)["locals"]


# --- what tenants have of these services ---


def test_nobody_opens_what_was_found_malicious(tmp_path: Path) -> None:
    emitted = on_services(tmp_path / "a", {MALWARE: True})
    plan = emitted.resource("aws_guardduty_malware_protection_plan")
    assert plan["protected_resource"] == {"s3_bucket": {"bucket_name": "${aws_s3_bucket.tenant.id}"}}
    statements = {
        one["Sid"]: one for one in json.loads(emitted.resource("aws_s3_bucket_policy")["policy"])["Statement"]
    }
    condition = statements["NothingMalicious"]["Condition"]
    assert condition["StringEquals"] == {"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "THREATS_FOUND"}
    # whoever searches has to read
    assert condition["ArnNotEquals"] == {"aws:PrincipalArn": "${aws_iam_role.malware_scan.arn}"}
    for settings, options in (({MALWARE: False}, True), ({MALWARE: True}, False)):
        root = tmp_path / f"{settings}{options}"
        other = on_services(root, settings) if options else on_inputs(root, settings)
        assert "aws_guardduty_malware_protection_plan" not in other.main()["resource"]
        assert "NothingMalicious" not in other.resource("aws_s3_bucket_policy")["policy"]


def test_what_must_not_leave_is_looked_for_every_day(tmp_path: Path) -> None:
    emitted = on_services(tmp_path / "a", {SEARCHED: True})
    job = emitted.resource("aws_macie2_classification_job")
    assert job["schedule_frequency"] == {"daily_schedule": True}
    [grant] = emitted.main()["resource"]["aws_kms_grant"].values()
    assert (grant["key_id"], grant["operations"]) == ("${aws_kms_key.tenant.arn}", ["Decrypt"])
    assert "aws_macie2_classification_job" not in on_services(tmp_path / "b", {SEARCHED: False}).main()["resource"]
