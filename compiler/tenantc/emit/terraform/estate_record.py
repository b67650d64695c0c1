"""What every resource of an account looked like, and when somebody changed it."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Ref, Tree, compact_json, document, text
from tenantc.emit.terraform.bucket import encryption, no_plain_http, policy, shut
from tenantc.emit.terraform.estate_watch import SERVICES

_POLICY: Final = "service-role/AWS_ConfigRole"


@document("terraform", kind="aws_config_configuration_recorder", scope="estate", needs=SERVICES, looks=(SERVICES,))
def estate_record(services: tuple[str, ...]) -> Tree:
    """AWS Config, through which Security Hub sees, with a day's picture of everything.

    https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html
    """
    if "config" not in services:
        return None
    recorder = Ref("aws_config_configuration_recorder", "estate", "name")
    recorded: Tree = {
        "name": "estate",
        "role_arn": Ref("aws_iam_role", "config", "arn"),
        "recording_group": {"all_supported": True, "include_global_resource_types": True},
    }
    channel: Tree = {
        "name": "estate",
        "s3_bucket_name": Ref("aws_s3_bucket", "config", "id"),
        "snapshot_delivery_properties": {"delivery_frequency": "TwentyFour_Hours"},
        "depends_on": ["aws_config_configuration_recorder.estate", "aws_iam_role_policy.config"],
    }
    on: Tree = {"name": recorder, "is_enabled": True, "depends_on": ["aws_config_delivery_channel.estate"]}
    return [
        _bucket(),
        shut("config"),
        encryption("config", None),
        policy("config", [no_plain_http("config")]),
        _role(),
        {
            "resource": {
                "aws_config_configuration_recorder": {"estate": recorded},
                "aws_config_delivery_channel": {"estate": channel},
                "aws_config_configuration_recorder_status": {"estate": on},
            }
        },
    ]


def _bucket() -> Tree:
    versions: Tree = {
        "bucket": Ref("aws_s3_bucket", "config", "id"),
        "versioning_configuration": {"status": "Enabled"},
    }
    return {
        "resource": {
            "aws_s3_bucket": {"config": {"bucket_prefix": "config-", "lifecycle": {"prevent_destroy": True}}},
            "aws_s3_bucket_versioning": {"config": versions},
        }
    }


def _role() -> Tree:
    service: Tree = {"Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": "sts:AssumeRole"}
    arn = Ref("aws_s3_bucket", "config", "arn")
    owned: Tree = {"StringLike": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    put: Tree = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": text(arn, "/AWSLogs/*"), "Condition": owned}
    look: Tree = {"Effect": "Allow", "Action": "s3:GetBucketAcl", "Resource": arn}
    here = Ref("aws_iam_role", "config", "name")
    partition = Ref("data.aws_partition", "config", "partition")
    attached: Tree = {"role": here, "policy_arn": text("arn:", partition, f":iam::aws:policy/{_POLICY}")}
    return {
        "data": {"aws_partition": {"config": {}}},
        "resource": {
            "aws_iam_role": {"config": {"name_prefix": "config-", "assume_role_policy": _statements(service)}},
            "aws_iam_role_policy": {"config": {"role": here, "policy": _statements(put, look)}},
            "aws_iam_role_policy_attachment": {"config": attached},
        },
    }


def _statements(*statements: Tree) -> Tree:
    return compact_json({"Version": "2012-10-17", "Statement": list(statements)})
