"""What a tenant costs in AWS, and what AI may do there: spec in, budgets and guardrails out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import Emitted, on_inputs

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
BUDGETS = "billing.usage_tracking.budget_management"


def guardrail(emitted: Emitted) -> dict[str, Any]:
    return emitted.resource("aws_bedrock_guardrail")


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
