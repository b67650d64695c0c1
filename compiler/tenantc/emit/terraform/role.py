"""What the tenant's workloads may do in AWS: with what is the tenant's own, and nothing else."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Part, Ref, Text, Tree, document, text
from tenantc.emit.terraform.inputs import INPUTS
from tenantc.emit.terraform.place import OF_TENANT, located, says
from tenantc.emit.terraform.secrets import MANAGER, STORES
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.emit.terraform.workload_role import ROLE, ROLE_ARN
from tenantc.source.path import Path
from tenantc.source.value import Record, Value

CLUSTER: Final[Path] = f"{INPUTS}.eks_cluster"
"""The name of the cluster in which workloads run: without it, workloads find their rights elsewhere."""
# that of kubernetes/access, in which every pod of the tenant runs
_SERVICE_ACCOUNT: Final = "tenant"
_PIPELINE: Final[Path] = "ai_configuration.ml_pipeline"
_TRAINS: Final[Path] = f"{_PIPELINE}.train_on_tenant_data"
_AUTOMATIC: Final[Path] = f"{_PIPELINE}.auto_ml_enabled"
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
_TRAINING: Final = (
    "bedrock:CreateModelCustomizationJob",
    "sagemaker:CreateHyperParameterTuningJob",
    "sagemaker:CreateTrainingJob",
)
_SEARCHING: Final = ("sagemaker:CreateAutoMLJob", "sagemaker:CreateAutoMLJobV2")


@document(
    "terraform",
    kind="aws_eks_pod_identity_association",
    needs=CLUSTER,
    looks=(CLUSTER, "infrastructure.isolation_level", *LOOKS),
    places=PLACES,
)
def pod_identity(names: Names, _cluster: Value, isolation: str | None, *tagged: Any) -> Tree:
    """EKS hands the role to the pods of one ServiceAccount in one namespace; a cluster of the tenant's own has its own.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html
    """
    if isolation == "cluster":
        return None
    association: Tree = {
        "cluster_name": Ref("local", "eks_cluster"),
        "namespace": names.kubernetes_namespace,
        "service_account": _SERVICE_ACCOUNT,
        "role_arn": ROLE_ARN,
        "tags": tags(names, "access", *tagged),
    }
    return {"resource": {"aws_eks_pod_identity_association": {"tenant": association}}}


@document("terraform", kind="aws_iam_role_policy", looks=(STORES, _TRAINS, _AUTOMATIC))
def role_policy(names: Names, stores: Record | None, trains: bool | None, automatic: bool | None) -> Tree:
    """Rights to logs and secrets. What the tenant's data may not be used for is denied, whatever else the role has.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    denied = [*(() if trains else _TRAINING), *(() if trains and automatic else _SEARCHING)]
    logs = text(Ref("aws_cloudwatch_log_group", "tenant", "arn"), ":*")
    statements = [
        statement("Log", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [logs]),
        *_secrets(names, stores),
        *([statement("Denied", denied, ["*"], effect="Deny")] if denied else []),
    ]
    return rights("rights", statements)


def rights(label: str, statements: list[Tree]) -> dict[str, Tree]:
    """Rights of the role, told by a document of Terraform's own: it puts whole lists of an input where they belong."""
    policy: Tree = {
        "name": label,
        "role": ROLE,
        "policy": Ref("data.aws_iam_policy_document", label, "json"),
    }
    return {
        "data": {"aws_iam_policy_document": {label: {"statement": statements}}},
        "resource": {"aws_iam_role_policy": {label: policy}},
    }


def _secrets(names: Names, stores: Record | None) -> list[Tree]:
    """Of the stores in Secrets Manager, the paths at which only the tenant's own secrets lie."""
    parts = (
        "local.tenant_partition",
        ":secretsmanager:",
        "local.tenant_region",
        ":",
        "local.tenant_account",
        ":secret:",
    )
    arn = text("arn:", *(Expr(part) if part.startswith("local.") else part for part in parts))
    paths = sorted(
        {
            path
            for store in (stores or {}).values()
            if isinstance(store, Record) and store.get("terraform") == MANAGER
            for path in _listed(store.get("tenant_paths"))
            if says(path, OF_TENANT)
        }
    )
    own: list[Tree] = [text(arn, _placed(path, names), "*") for path in paths]
    return [statement("Secrets", ["secretsmanager:GetSecretValue"], own)] if own else []


def _placed(path: str, names: Names) -> Part:
    found = located(path, {OF_TENANT: names.tenant_id})
    assert isinstance(found, (str, Text)), "a text stays one"
    return found


def _listed(paths: Value | None) -> list[str]:
    return [str(path) for path in paths] if isinstance(paths, tuple) else []


def statement(
    sid: str, actions: list[str], resources: Tree, *, effect: str | None = None, condition: Tree = None
) -> dict[str, Tree]:
    return {"sid": sid, "effect": effect, "actions": actions, "resources": resources, "condition": condition}
