"""What a tenant costs in AWS, and what AI may do there: spec in, budgets and guardrails out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import EDGE, MODEL_MONITOR, Emitted, on_inputs

SAFETY = "ai_configuration.safety_settings"
CHECKS = tuple(
    f"{SAFETY}.{name}"
    for name in (
        "content_filter",
        "bias_detection",
        "hallucination_detection",
        "personal_info_detection",
        "prompt_injection_detection",
    )
)
NOTHING: Mapping[str, Any] = dict.fromkeys(CHECKS, False)
PIPELINE = "ai_configuration.ml_pipeline"
BUDGETS = "billing.usage_tracking.budget_management"


def guardrail(emitted: Emitted) -> dict[str, Any]:
    return emitted.resource("aws_bedrock_guardrail")


def watched(root: Path, settings: Mapping[str, Any], inputs: Mapping[str, Any] = EDGE, **stated: Any) -> Emitted:
    """The tenant where the platform has Model Monitor, with a model of two features."""
    monitor = {**MODEL_MONITOR, **stated}
    said = {f"{PIPELINE}.{name}": value for name, value in settings.items()}
    options = {"terraform": {"model_monitor": {key: value for key, value in monitor.items() if value is not None}}}
    return on_inputs(root, said, inputs, options=options)


def drifts(emitted: Emitted) -> list[dict[str, Any]]:
    alarms = emitted.main()["resource"].get("aws_cloudwatch_metric_alarm", {})
    return [alarm for label, alarm in alarms.items() if label.startswith("drift_")]


def strengths(emitted: Emitted) -> dict[str, tuple[str, str]]:
    filters = guardrail(emitted)["content_policy_config"]["filters_config"]
    return {one["type"]: (one["input_strength"], one["output_strength"]) for one in filters}


def test_nobody_is_guarded_who_may_ask_no_model(tmp_path: Path) -> None:
    assert "aws_bedrock_guardrail" not in on_inputs(tmp_path, {}, {"vpc": "vpc-1"}).main()["resource"]


def test_a_guardrail_that_checks_nothing_is_none(tmp_path: Path) -> None:
    assert "aws_bedrock_guardrail" not in on_inputs(tmp_path, NOTHING).main()["resource"]


@pytest.mark.parametrize("strength", ["low", "medium", "high"])
def test_prompts_and_answers_are_filtered_as_strictly_as_said(tmp_path: Path, strength: str) -> None:
    found = strengths(on_inputs(tmp_path, {f"{SAFETY}.content_filter_strength": strength}))
    said = strength.upper()
    # an attack is something that is said to a model, and never by one
    assert found.pop("PROMPT_ATTACK") == (said, "NONE")
    assert found == dict.fromkeys(("HATE", "INSULTS", "MISCONDUCT", "SEXUAL", "VIOLENCE"), (said, said))


def test_answers_alone_are_checked_for_bias(tmp_path: Path) -> None:
    found = strengths(on_inputs(tmp_path, {**NOTHING, f"{SAFETY}.bias_detection": True}))
    assert found == {"HATE": ("NONE", "MEDIUM")}


@pytest.mark.parametrize(
    ("check", "policy"),
    [
        ("hallucination_detection", "contextual_grounding_policy_config"),
        ("personal_info_detection", "sensitive_information_policy_config"),
        ("prompt_injection_detection", "content_policy_config"),
    ],
)
def test_each_check_is_a_policy_of_its_own(tmp_path: Path, check: str, policy: str) -> None:
    found = guardrail(on_inputs(tmp_path, {**NOTHING, f"{SAFETY}.{check}": True}))
    assert {name for name in found if name.endswith("_policy_config")} == {policy}


def test_an_answer_is_as_grounded_as_it_has_to_be_safe(tmp_path: Path) -> None:
    found = guardrail(on_inputs(tmp_path / "a", {f"{SAFETY}.safety_threshold": 0.9}))
    assert found["contextual_grounding_policy_config"]["filters_config"] == {"type": "GROUNDING", "threshold": 0.9}
    certain = {f"{SAFETY}.safety_threshold": 1}
    [(code, message)] = on_inputs(tmp_path / "b", certain).refusals
    assert (code, f"`{SAFETY}.safety_threshold`" in message) == ("T603", True)
    unchecked = on_inputs(tmp_path / "c", {**certain, f"{SAFETY}.hallucination_detection": False})
    assert "contextual_grounding_policy_config" not in guardrail(unchecked)


def test_the_owner_is_warned_before_a_budget_is_spent(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path, {BUDGETS: True, "billing.usage_alerts.first_at_percent": 60}, {"vpc": "vpc-1"})
    budget = emitted.resource("aws_budgets_budget")
    assert budget["cost_filter"] == {"name": "TagKeyValue", "values": ["user:tenantc:tenant$acme"]}
    assert {(one["notification_type"], one["threshold"]) for one in budget["notification"]} == {
        ("FORECASTED", 100),
        ("ACTUAL", 60),
    }
    assert all(one["subscriber_email_addresses"] == ["owner@example.com"] for one in budget["notification"])
    monitor = json.loads(emitted.resource("aws_ce_anomaly_monitor")["monitor_specification"])
    assert monitor == {"Tags": {"Key": "tenantc:tenant", "Values": ["acme"]}}


def test_nobody_has_a_budget_who_asked_for_none(tmp_path: Path) -> None:
    found = on_inputs(tmp_path, {BUDGETS: False}).main()["resource"]
    assert not [kind for kind in found if kind.startswith(("aws_budgets", "aws_ce_"))]


def test_training_runs_are_kept_in_the_tenants_bucket(tmp_path: Path) -> None:
    tracked = {"ai_configuration.ml_pipeline.experiment_tracking": True}
    options = {"terraform": {"mlflow_size": "Small"}}
    emitted = on_inputs(tmp_path / "a", tracked, options=options)
    server = emitted.resource("aws_sagemaker_mlflow_tracking_server")
    assert server["artifact_store_uri"] == "s3://${aws_s3_bucket.tenant.id}/experiments"
    assert (server["tracking_server_size"], server["lifecycle"]) == ("Small", {"prevent_destroy": True})
    rights = json.loads(emitted.main()["resource"]["aws_iam_role_policy"]["experiments"]["policy"])["Statement"]
    assert [one["Resource"] for one in rights] == [
        "${aws_s3_bucket.tenant.arn}",
        "${aws_s3_bucket.tenant.arn}/experiments/*",
        "${aws_kms_key.tenant.arn}",
    ]
    for root, settings, stated in (("b", {}, options), ("c", tracked, {})):
        main = on_inputs(tmp_path / root, settings, options=stated).main()
        assert "aws_sagemaker_mlflow_tracking_server" not in main["resource"]


@pytest.mark.parametrize("asked", ["model_monitoring", "drift_detection"])
def test_models_are_compared_with_their_training_data_each_day(tmp_path: Path, asked: str) -> None:
    emitted = watched(tmp_path, {asked: True})
    schedule = emitted.resource("aws_sagemaker_monitoring_schedule")["monitoring_schedule_config"]
    assert schedule["schedule_config"] == {"schedule_expression": "cron(0 0 ? * * *)"}
    job = emitted.resource("aws_sagemaker_data_quality_job_definition")
    assert job["data_quality_job_input"] == {"endpoint_input": {"endpoint_name": "acme-models"}}
    assert job["data_quality_baseline_config"] == {
        f"{name}_resource": {"s3_uri": f"s3://${{aws_s3_bucket.tenant.id}}/models/baseline/{name}.json"}
        for name in ("constraints", "statistics")
    }


def test_what_watches_models_stays_with_the_tenant(tmp_path: Path) -> None:
    """Its reports lie in the tenant's bucket, its disk and reports have the tenant's key, and it reaches no network."""
    emitted = watched(tmp_path / "a", {"model_monitoring": True})
    job = emitted.resource("aws_sagemaker_data_quality_job_definition")
    assert job["network_config"]["enable_network_isolation"] is True
    output, key = job["data_quality_job_output_config"], "${aws_kms_key.tenant.arn}"
    assert (output["kms_key_id"], job["job_resources"]["cluster_config"]["volume_kms_key_id"]) == (key, key)
    assert output["monitoring_outputs"]["s3_output"]["s3_uri"].startswith("s3://${aws_s3_bucket.tenant.id}/")
    rights = emitted.main()["data"]["aws_iam_policy_document"]["model_monitor"]["statement"]
    objects = {one["sid"]: one["resources"] for one in rights if "s3:" in one["actions"][0]}
    bucket = "${aws_s3_bucket.tenant.arn}"
    assert objects == {
        "List": [bucket],
        "Read": [f"{bucket}/models/baseline/*", f"{bucket}/models/captured/*"],
        "Report": [f"{bucket}/model-monitor/*"],
    }


def test_an_alarm_is_raised_for_each_feature_that_drifts_so_far(tmp_path: Path) -> None:
    found = drifts(watched(tmp_path, {"drift_detection": True, "drift_threshold": 0.35}))
    assert {one["metric_name"] for one in found} == {
        "feature_baseline_drift_age",
        "feature_baseline_drift_Income.2024",
    }
    assert len({one["alarm_name"] for one in found}) == len(found)
    for one in found:
        assert (one["comparison_operator"], one["threshold"]) == ("GreaterThanOrEqualToThreshold", 0.35)
        assert one["dimensions"] == {
            "Endpoint": "acme-models",
            "MonitoringSchedule": "${aws_sagemaker_monitoring_schedule.tenant.name}",
        }
        assert one["alarm_actions"] == ["${local.alarm_topic}"]


def test_who_is_watched_alone_hears_of_no_drift(tmp_path: Path) -> None:
    assert drifts(watched(tmp_path, {"model_monitoring": True, "drift_detection": False})) == []


@pytest.mark.parametrize(
    ("settings", "inputs", "stated", "path", "choice"),
    [
        ({"model_monitoring": True, "drift_check_interval_days": 7}, EDGE, {}, "drift_check_interval_days", "to 1"),
        ({"drift_detection": True}, {"vpc": "vpc-1"}, {}, "drift_detection", "`terraform.inputs.alarm_topic`"),
        ({"drift_detection": True}, EDGE, {"features": None}, "drift_detection", "`terraform.model_monitor.features`"),
    ],
)
def test_what_model_monitor_cannot_do_is_refused(
    tmp_path: Path,
    settings: Mapping[str, Any],
    inputs: Mapping[str, Any],
    stated: Mapping[str, Any],
    path: str,
    choice: str,
) -> None:
    emitted = watched(tmp_path, settings, inputs, **stated)
    [(code, message)] = emitted.refusals
    assert (code, f"cannot express `{PIPELINE}.{path}`" in message) == ("T603", True)
    assert choice in emitted.diagnostics[0].help


def test_no_model_is_watched_unless_tenant_and_platform_say_so(tmp_path: Path) -> None:
    often = {f"{PIPELINE}.model_monitoring": True, f"{PIPELINE}.drift_detection": True}
    for emitted in (watched(tmp_path / "a", {"drift_check_interval_days": 7}), on_inputs(tmp_path / "b", often)):
        assert "sagemaker" not in json.dumps(emitted.main()["resource"]).replace("sagemaker:Create", "")


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "models"},  # whose reports would be everybody's
        {"endpoint": "{tenant.id}/models"},
        {"baseline": "../globex/baseline"},
        {"baseline": "models/*"},
        {"captured": "models/"},
        {"instance": "ml.m5d.xlarge"},  # whose disk no key of the tenant's encrypts
        {"features": ["a b"]},
    ],
)
def test_a_slip_in_what_is_said_of_model_monitor_is_told(tmp_path: Path, wrong: Mapping[str, Any]) -> None:
    with pytest.raises(AssertionError, match=f"model_monitor.{next(iter(wrong))}"):
        watched(tmp_path, {"model_monitoring": True}, **wrong)
