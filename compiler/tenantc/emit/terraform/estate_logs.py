"""What an estate writes down for all its tenants: who spoke to whom in its network, and who asked AWS for what."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Ref, Result, Tree, Unsupported, compact_json, document, text
from tenantc.emit.terraform.estate_watch import SERVICES
from tenantc.emit.terraform.inputs import own
from tenantc.emit.terraform.security_group import VPC
from tenantc.source.value import Value

_PLATFORM: Final = ("workspace.platform", "deployment.environment")


@document(
    "terraform",
    kind="aws_flow_log",
    scope="estate",
    needs=VPC,
    looks=(VPC, *_PLATFORM),
    columns=("infrastructure.network.flow_logs", "monitoring.logging.retention_days"),
)
def estate_flow_log(
    vpc: Value, platform: str, environment: str, asked: tuple[bool, ...], days: tuple[int, ...]
) -> Result:
    """The log of the network, where one tenant at least asks for it; kept as long as anybody's lines are.

    Tenants share the network, so none has a log of it: it would read in it what others do.
    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html
    """
    if own(vpc):
        return Unsupported(VPC, ("name one network for all tenants of an estate, without `{tenant.id}`",))
    if True not in asked:
        return None
    group = Ref("aws_cloudwatch_log_group", "network", "arn")
    trust: Tree = {
        "Effect": "Allow",
        "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    writing = ("CreateLogStream", "DescribeLogGroups", "DescribeLogStreams", "PutLogEvents")
    rights: Tree = {
        "Effect": "Allow",
        "Action": [f"logs:{what}" for what in writing],
        "Resource": [group, text(group, ":*")],
    }
    log: Tree = {
        "name": f"/estates/{platform}/{environment}/network",
        "retention_in_days": max(days, default=None),
        "lifecycle": {"prevent_destroy": True},
    }
    role: Tree = {"name_prefix": "flow-log-", "assume_role_policy": _policy(trust)}
    flow: Tree = {
        "vpc_id": Ref("local", "vpc"),
        "traffic_type": "ALL",
        "log_destination": group,
        "iam_role_arn": Ref("aws_iam_role", "network", "arn"),
    }
    return {
        "resource": {
            "aws_cloudwatch_log_group": {"network": log},
            "aws_iam_role": {"network": role},
            "aws_iam_role_policy": {
                "network": {"role": Ref("aws_iam_role", "network", "id"), "policy": _policy(rights)}
            },
            "aws_flow_log": {"network": flow},
        }
    }


@document("terraform", kind="aws_cloudtrail", scope="estate", needs=SERVICES, looks=(SERVICES, *_PLATFORM))
def estate_trail(services: tuple[str, ...], platform: str, environment: str) -> Tree:
    """Who asked AWS for what, in every region, with digests that show whether somebody changed the log.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html
    """
    if "cloudtrail" not in services:
        return None
    name = f"{platform}-{environment}"
    bucket, arn = Ref("aws_s3_bucket", "trail", "id"), Ref("aws_s3_bucket", "trail", "arn")
    cloudtrail: dict[str, Tree] = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    owned: Tree = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    policy = _policy(
        {**cloudtrail, "Action": "s3:GetBucketAcl", "Resource": arn},
        {**cloudtrail, "Action": "s3:PutObject", "Resource": text(arn, "/AWSLogs/*"), "Condition": owned},
    )
    closed: Tree = {
        "bucket": bucket,
        **dict.fromkeys(("block_public_acls", "block_public_policy", "ignore_public_acls"), True),
        "restrict_public_buckets": True,
    }
    trail: Tree = {
        "name": name,
        "s3_bucket_name": bucket,
        "is_multi_region_trail": True,
        "include_global_service_events": True,
        "enable_log_file_validation": True,
        "depends_on": ["aws_s3_bucket_policy.trail"],
    }
    versions: Tree = {"bucket": bucket, "versioning_configuration": {"status": "Enabled"}}
    return {
        "resource": {
            "aws_s3_bucket": {"trail": {"bucket_prefix": "cloudtrail-", "lifecycle": {"prevent_destroy": True}}},
            "aws_s3_bucket_public_access_block": {"trail": closed},
            "aws_s3_bucket_versioning": {"trail": versions},
            "aws_s3_bucket_policy": {"trail": {"bucket": bucket, "policy": policy}},
            "aws_cloudtrail": {"estate": trail},
        }
    }


def _policy(*statements: Tree) -> Tree:
    return compact_json({"Version": "2012-10-17", "Statement": list(statements)})
