"""As whom the tenant's workloads speak to AWS: a role that reaches the tenant's own objects."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Tree, compact_json, document, text
from tenantc.emit.terraform.bucket import AT_REST, BUCKET_ARN, OWN_KEY, encrypted
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.region import LOOKS as REGIONS
from tenantc.emit.terraform.region import replicas
from tenantc.emit.terraform.second_key import second_key_arn
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
    looks=(
        *("infrastructure.storage.tenant_scoped", "compliance.data_governance.cross_border_transfers"),
        *(AT_REST, OWN_KEY, *REGIONS),
    ),
)
def workload_rights(
    _names: Names, scoped: bool | None, transfers: bool | None, at_rest: bool | None, own_key: bool | None, *said: Any
) -> Tree:
    """What the role may do: everything with the tenant's objects, nothing with the bucket itself.

    Whatever another policy allows it, it reaches no other bucket and no other region, unless the settings leave that to
    other policies. What lies in a second region is the tenant's, too.
    """
    second = replicas(*said)
    has_key = second is not None and (second.keys or encrypted(at_rest, own_key))
    replica = [Ref("aws_s3_bucket", "secondary", "arn")] if second is not None and second.objects else []
    buckets: list[Ref] = [BUCKET_ARN, *replica]
    keys: list[Tree] = [KEY_ARN, *([second_key_arn(second)] if second is not None and has_key else [])]
    objects: Tree = {
        "Sid": "OwnObjects",
        "Effect": "Allow",
        "Action": ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject*", "s3:ListMultipartUploadParts",
                   "s3:PutObject"],
        "Resource": _one([text(bucket, "/*") for bucket in buckets]),
    }  # fmt: skip
    listing: Tree = {
        "Sid": "OwnBucket",
        "Effect": "Allow",
        "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
        "Resource": _one([*buckets]),
    }
    key: Tree = {
        "Sid": "OwnKey",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"],
        "Resource": _one(keys),
    }
    nobody_elses, nowhere_else = _denied(buckets, elsewhere=second is not None)
    denied = [None if scoped is False else nobody_elses, None if transfers else nowhere_else]
    entry: Tree = {
        "name": "own-data",
        "role": ROLE,
        "policy": allowed(objects, listing, key, *denied),
    }
    return {"resource": {"aws_iam_role_policy": {"tenant": entry}}}


def _denied(buckets: list[Ref], *, elsewhere: bool) -> tuple[Tree, Tree]:
    regions: list[Tree] = [Expr("local.tenant_region"), Expr("local.tenant_second_region") if elsewhere else None]
    nobody_elses: Tree = {
        "Sid": "NobodyElsesObjects",
        "Effect": "Deny",
        "Action": "s3:*",
        "NotResource": [part for bucket in buckets for part in (bucket, text(bucket, "/*"))],
    }
    # services without a region answer as us-east-1
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples_general.html
    nowhere_else: Tree = {
        "Sid": "NoOtherRegion",
        "Effect": "Deny",
        "NotAction": ["cloudfront:*", "iam:*", "route53:*", "sts:*"],
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": _one(regions)}},
    }
    return nobody_elses, nowhere_else


def _one(items: list[Tree]) -> Tree:
    """A list as policies have it, in which one item stands by itself."""
    held = [item for item in items if item is not None]
    return held[0] if len(held) == 1 else held
