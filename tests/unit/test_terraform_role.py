"""What the workloads of a tenant may do in AWS: spec in, a role and its rights out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import EDGE, STORES, Emitted, on_inputs
from tests.unit.test_terraform_costs_and_ai import NOTHING

TRAINS = "ai_configuration.ml_pipeline.train_on_tenant_data"
AUTOMATIC = "ai_configuration.ml_pipeline.auto_ml_enabled"
TRAINING = "sagemaker:CreateTrainingJob"
SEARCHING = "sagemaker:CreateAutoMLJobV2"


def statements(emitted: Emitted, label: str = "rights") -> dict[str, dict[str, Any]]:
    found = emitted.main()["data"]["aws_iam_policy_document"][label]["statement"]
    return {one["sid"]: one for one in (found if isinstance(found, list) else [{"sid": "", **found}])}


def test_pods_of_the_cluster_that_is_named_are_given_the_role(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path / "a", {})
    association = emitted.resource("aws_eks_pod_identity_association")
    assert (association["namespace"], association["cluster_name"]) == ("demo-acme", "${local.eks_cluster}")
    assert association["role_arn"] == "${aws_iam_role.tenant.arn}"
    without = on_inputs(tmp_path / "b", {}, {"vpc": "vpc-1"}).main()["resource"]
    assert "aws_eks_pod_identity_association" not in without


def test_rights_end_at_what_is_the_tenants_own(tmp_path: Path) -> None:
    allowed = [one for one in statements(on_inputs(tmp_path, {}, options=STORES)).values() if "effect" not in one]
    reached = [resource for one in allowed for resource in one["resources"]]
    secrets = "arn:${local.tenant_partition}:secretsmanager:${local.tenant_region}:${local.tenant_account}:secret:"
    assert reached == [
        "${aws_cloudwatch_log_group.tenant.arn}:*",
        # what lies under `shared/` is not the tenant's alone
        f"{secrets}tenants/acme/*",
    ]
    assert not [action for one in allowed for action in one["actions"] if "*" in action]


@pytest.mark.parametrize(
    ("settings", "denied"),
    [
        ({}, {TRAINING, SEARCHING}),
        ({AUTOMATIC: True}, {TRAINING, SEARCHING}),
        ({TRAINS: True}, {SEARCHING}),
        ({TRAINS: True, AUTOMATIC: True}, set()),
    ],
)
def test_data_trains_no_model_unless_it_may(tmp_path: Path, settings: Mapping[str, Any], denied: set[str]) -> None:
    found = statements(on_inputs(tmp_path, settings)).get("Denied", {"actions": [], "effect": "Deny"})
    assert {TRAINING, SEARCHING} & set(found["actions"]) == denied
    assert found["effect"] == "Deny"


def test_models_are_asked_with_the_tenants_guardrail_alone(tmp_path: Path) -> None:
    guarded = on_inputs(tmp_path / "a", {}).main()
    [asks] = guarded["data"]["aws_iam_policy_document"]["models"]["statement"]
    assert asks["resources"] == "${local.bedrock_models}"
    assert asks["dynamic"]["condition"]["content"]["variable"] == "bedrock:GuardrailIdentifier"
    arn = "${aws_bedrock_guardrail.tenant.guardrail_arn}"
    assert guarded["locals"]["tenant_guardrails"] == [arn, f"{arn}:*"]
    # `for_each` makes no condition of an empty list
    assert on_inputs(tmp_path / "b", NOTHING).main()["locals"]["tenant_guardrails"] == []
    without = {name: value for name, value in EDGE.items() if name != "bedrock_models"}
    assert "models" not in on_inputs(tmp_path / "c", {}, without).main()["data"]["aws_iam_policy_document"]
