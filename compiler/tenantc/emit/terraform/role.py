"""What the tenant's workloads may do in AWS: with what is the tenant's own, and nothing else."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Expr, Names, Ref, Slot, Tree, document, text
from tenantc.emit.terraform.inputs import INPUTS, mentions_tenant, placed
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.secrets import MANAGER, STORES
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
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
    kind="aws_iam_role",
    needs=CLUSTER,
    looks=(CLUSTER, *LOOKS),
    places=PLACES,
)
def role(
    names: Names,
    _cluster: Value,
    classification: str | None,
    attributed: bool | None,
    platform: Slot | None,
    environment: Slot | None,
    tier: Slot | None,
) -> Tree:
    """The role, which EKS hands to the pods of one ServiceAccount in one namespace.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-association.html
    """
    session = "aws:RequestTag/kubernetes"
    trust: Tree = {
        "actions": ["sts:AssumeRole", "sts:TagSession"],
        "principals": {"type": "Service", "identifiers": ["pods.eks.amazonaws.com"]},
        "condition": [
            {"test": "StringEquals", "variable": f"{session}-namespace", "values": [names.kubernetes_namespace]},
            {"test": "StringEquals", "variable": f"{session}-service-account", "values": [_SERVICE_ACCOUNT]},
        ],
    }
    found = tags(names, "workloads", classification, attributed, platform, environment, tier)
    made: Tree = {
        "name": names.iam_role,
        "description": text("Workloads of tenant ", names.tenant_id),
        "assume_role_policy": Ref("data.aws_iam_policy_document", "trust", "json"),
        "tags": found,
    }
    association: Tree = {
        "cluster_name": Ref("local", "eks_cluster"),
        "namespace": names.kubernetes_namespace,
        "service_account": _SERVICE_ACCOUNT,
        "role_arn": Ref("aws_iam_role", "tenant", "arn"),
        "tags": found,
    }
    arn: Tree = {
        "description": "ARN of the role of the tenant's workloads.",
        "value": Ref("aws_iam_role", "tenant", "arn"),
    }
    return {
        "data": {"aws_iam_policy_document": {"trust": {"statement": trust}}},
        "resource": {
            "aws_iam_role": {"tenant": made},
            "aws_eks_pod_identity_association": {"tenant": association},
        },
        "output": {"role_arn": arn},
    }


@document(
    "terraform",
    kind="aws_iam_role_policy",
    needs=CLUSTER,
    looks=(CLUSTER, STORES, _TRAINS, _AUTOMATIC),
)
def role_policy(
    names: Names,
    _cluster: Value,
    stores: Record | None,
    trains: bool | None,
    automatic: bool | None,
) -> Tree:
    """Its rights. What the tenant's data may not be used for is denied, whatever else is attached to the role.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    denied = [*(() if trains else _TRAINING), *(() if trains and automatic else _SEARCHING)]
    statements = [
        *_own(),
        *_secrets(names, stores),
        *([statement("Denied", denied, ["*"], effect="Deny")] if denied else []),
    ]
    return rights("rights", statements)


def rights(label: str, statements: list[Tree]) -> dict[str, Tree]:
    """Rights of the role, told by a document of Terraform's own: it puts whole lists of an input where they belong."""
    policy: Tree = {
        "role": Ref("aws_iam_role", "tenant", "id"),
        "policy": Ref("data.aws_iam_policy_document", label, "json"),
    }
    return {
        "data": {"aws_iam_policy_document": {label: {"statement": statements}}},
        "resource": {"aws_iam_role_policy": {label: policy}},
    }


def _own() -> list[Tree]:
    bucket, logs = Ref("aws_s3_bucket", "tenant", "arn"), Ref("aws_cloudwatch_log_group", "tenant", "arn")
    objects = [f"s3:{what}" for what in ("AbortMultipartUpload", "DeleteObject", "GetObject", "PutObject")]
    return [
        statement("Bucket", ["s3:ListBucket", "s3:ListBucketMultipartUploads"], [bucket]),
        statement("Objects", objects, [text(bucket, "/*")]),
        statement("Key", ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"], [KEY_ARN]),
        statement("Log", ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [text(logs, ":*")]),
    ]


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
            if mentions_tenant(path)
        }
    )
    own: list[Tree] = [text(arn, placed(path, names), "*") for path in paths]
    return [statement("Secrets", ["secretsmanager:GetSecretValue"], own)] if own else []


def _listed(paths: Value | None) -> list[str]:
    return [str(path) for path in paths] if isinstance(paths, tuple) else []


def statement(
    sid: str, actions: list[str], resources: Tree, *, effect: str | None = None, condition: Tree = None
) -> dict[str, Tree]:
    return {"sid": sid, "effect": effect, "actions": actions, "resources": resources, "condition": condition}
