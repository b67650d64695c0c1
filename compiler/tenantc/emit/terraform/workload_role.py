"""As whom the tenant's workloads speak to AWS: a role that reaches the tenant's own objects."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Tree, compact_json, document, text
from tenantc.emit.terraform.bucket import BUCKET_ARN
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags

ROLE: Final = Ref("aws_iam_role", "tenant", "name")
ROLE_ARN: Final = Ref("aws_iam_role", "tenant", "arn")


def trusted(service: str, condition: Tree = None) -> Tree:
    """A role's trust policy: one service of AWS may act in the role, for this account alone."""
    statement: Tree = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sts:AssumeRole",
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
        "Condition": condition or {"StringEquals": {"aws:SourceAccount": Expr("local.tenant_account")}},
    }
    return compact_json({"Version": "2012-10-17", "Statement": [statement]})


def allowed(*statements: Tree) -> Tree:
    """What a role may do, as a policy in it."""
    return compact_json({"Version": "2012-10-17", "Statement": [one for one in statements if one is not None]})


@document("terraform", kind="aws_iam_role", looks=LOOKS, places=PLACES)
def workload_role(names: Names, *tagged: Any) -> Tree:
    """Only pods of the tenant's service account get it, as EKS Pod Identity says who they are by tags of the session.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    """
    pods: Tree = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {
            "StringEquals": {
                "aws:SourceAccount": Expr("local.tenant_account"),
                "aws:RequestTag/kubernetes-namespace": names.kubernetes_namespace,
                "aws:RequestTag/kubernetes-service-account": "tenant",
            }
        },
    }
    role: Tree = {
        "name": names.iam_role,
        "assume_role_policy": compact_json({"Version": "2012-10-17", "Statement": [pods]}),
        "tags": tags(names, "access", *tagged),
    }
    return {"resource": {"aws_iam_role": {"tenant": role}}}


@document(
    "terraform",
    kind="aws_iam_role_policy",
    looks=("infrastructure.storage.tenant_scoped", "compliance.data_governance.cross_border_transfers"),
)
def workload_rights(_names: Names, scoped: bool | None, transfers: bool | None) -> Tree:
    """What the role may do: everything with the tenant's objects, nothing with the bucket itself.

    Whatever another policy allows it, it reaches no other bucket and no other region, unless the settings leave that to
    other policies.
    """
    objects: Tree = {
        "Sid": "OwnObjects",
        "Effect": "Allow",
        "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject*", "s3:ListMultipartUploadParts",
                   "s3:PutObject"],
        "Resource": text(BUCKET_ARN, "/*"),
    }  # fmt: skip
    listing: Tree = {
        "Sid": "OwnBucket",
        "Effect": "Allow",
        "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        "Resource": BUCKET_ARN,
    }
    key: Tree = {
        "Sid": "OwnKey",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        "Resource": KEY_ARN,
    }
    nobody_elses: Tree = {
        "Sid": "NobodyElsesObjects",
        "Effect": "Deny",
        "Action": "s3:*",
        "NotResource": [BUCKET_ARN, text(BUCKET_ARN, "/*")],
    }
    # services without a region answer as us-east-1
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
    nowhere_else: Tree = {
        "Sid": "NoOtherRegion",
        "Effect": "Deny",
        "NotAction": ["cloudfront:*", "iam:*", "route53:*", "sts:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": Expr("local.tenant_region")}},
    }
    denied = [None if scoped is False else nobody_elses, None if transfers else nowhere_else]
    entry: Tree = {
        "name": "own-data",
        "role": ROLE,
        "policy": allowed(objects, listing, key, *denied),
    }
    return {"resource": {"aws_iam_role_policy": {"tenant": entry}}}
