"""Where the tenant's training runs are kept: MLflow, run by SageMaker."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Tree, compact_json, document, text
from tenantc.emit.terraform.bucket import BUCKET
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path

_SIZE: Final[Path] = "workspace.terraform.mlflow_size"
_TRACKED: Final[Path] = "ai_configuration.ml_pipeline.experiment_tracking"
_PREFIX: Final = "/experiments"


@document(
    "terraform",
    kind="aws_sagemaker_mlflow_tracking_server",
    needs=_SIZE,
    looks=(_SIZE, _TRACKED, *LOOKS),
    places=PLACES,
)
def experiments(
    names: Names,
    size: str,
    tracked: bool | None,
    *tagged: Any,
) -> Tree:
    """A tracking server, which keeps what runs leave behind in the tenant's bucket and reaches nothing else.

    https://docs.aws.amazon.com/sagemaker/latest/dg/mlflow-create-tracking-server-iam.html
    """
    if not tracked:
        return None
    found = tags(names, "ai", *tagged)
    trust: Tree = {
        "Effect": "Allow",
        "Principal": {"Service": "sagemaker.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role: Tree = {"name": names.sub("iam_role", "experiments"), "assume_role_policy": _policy(trust), "tags": found}
    rights: Tree = {"role": Ref("aws_iam_role", "experiments", "id"), "policy": _policy(*_rights())}
    server: Tree = {
        "tracking_server_name": names.of("aws_name"),
        "tracking_server_size": size,
        "artifact_store_uri": text("s3://", BUCKET, _PREFIX),
        "role_arn": Ref("aws_iam_role", "experiments", "arn"),
        "automatic_model_registration": False,
        "tags": found,
        "lifecycle": {"prevent_destroy": True},
        "depends_on": ["aws_iam_role_policy.experiments"],
    }
    url = Ref("aws_sagemaker_mlflow_tracking_server", "tenant", "tracking_server_url")
    return {
        "resource": {
            "aws_iam_role": {"experiments": role},
            "aws_iam_role_policy": {"experiments": rights},
            "aws_sagemaker_mlflow_tracking_server": {"tenant": server},
        },
        "output": {"experiments_url": {"description": "Address of the tenant's MLflow.", "value": url}},
    }


def _rights() -> list[Tree]:
    bucket = Ref("aws_s3_bucket", "tenant", "arn")
    return [
        {
            "Effect": "Allow",
            "Action": "s3:ListBucket",
            "Resource": bucket,
            "Condition": {"StringLike": {"s3:prefix": f"{_PREFIX[1:]}*"}},
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": text(bucket, f"{_PREFIX}/*"),
        },
        {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": KEY_ARN},
    ]


def _policy(*statements: Tree) -> Tree:
    return compact_json({"Version": "2012-10-17", "Statement": list(statements)})
