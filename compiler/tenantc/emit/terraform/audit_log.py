"""Where the tenant's audit records are written first, and how they come into the bucket that keeps them."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Result, Tree, Unsupported, document, text
from tenantc.emit.terraform.audit_bucket import AUDIT, AUDIT_BUCKET_ARN, HOT, IMMUTABLE, RETENTION, SINK
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.log_group import KNOWN_DAYS, refused_days
from tenantc.emit.terraform.standing import option, standing
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.emit.terraform.workload_role import allowed, trusted
from tenantc.source.path import Path
from tenantc.source.value import Unlimited

STORE: Final[Path] = f"{AUDIT}.store"
_GROUP: Final = Ref("aws_cloudwatch_log_group", "audit", "name")
_STREAM: Final = "aws_kinesis_firehose_delivery_stream"
_AT_REST: Final[Path] = "security.encryption_config.at_rest"
_DESTINATION: Final = "log_destination"


@document(
    "terraform",
    kind="aws_cloudwatch_log_group",
    looks=(STORE, SINK, IMMUTABLE, RETENTION, HOT, _AT_REST, *LOOKS),
    places=PLACES,
)
def audit_log(
    names: Names,
    store: str | None,
    sink: str | None,
    immutable: bool | None,
    retention: int | Unlimited | None,
    hot: int | Unlimited | None,
    at_rest: bool | None,
    *tagged: Any,
) -> Result:
    """The group that they are written to, where that is a log group.

    Where a bucket keeps them to the day, the group holds those of the last days, as many as CloudWatch knows a number
    for, and no longer than the bucket may. Where nothing else does, it keeps them itself, to the day or not at all.
    """
    if store != "log_group":
        return None
    kept = retention if isinstance(retention, int) else None
    if sink == "object_storage":
        wanted = min([days for days in (kept, hot) if isinstance(days, int)], default=None)
        kept = max(known for known in KNOWN_DAYS if known <= wanted) if wanted is not None else None
    elif immutable:
        # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html
        return Unsupported(
            IMMUTABLE, (f"set `{SINK}` to `object_storage`, where S3 locks records: a log group has no lock",)
        )
    elif kept is not None and kept not in KNOWN_DAYS:
        return refused_days(RETENTION, kept)
    group: Tree = {
        "name": names.sub("cloudwatch_log_group", "audit"),
        "retention_in_days": kept,
        "kms_key_id": None if at_rest is False else KEY_ARN,
        "tags": tags(names, "audit", *tagged),
        "lifecycle": {"prevent_destroy": True},
        "depends_on": None if at_rest is False else ["aws_kms_key_policy.tenant"],
    }
    return {
        "resource": {"aws_cloudwatch_log_group": {"audit": group}},
        "output": {"audit_log_group": {"description": "Name of the log group of audit records.", "value": _GROUP}},
    }


@document("terraform", kind=_STREAM, looks=(STORE, SINK, _AT_REST, *LOOKS), places=PLACES)
def audit_stream(names: Names, store: str | None, sink: str | None, at_rest: bool | None, *tagged: Any) -> Tree:
    """Every line of that group goes into the bucket as it comes.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#FirehoseExample
    """
    if store != "log_group" or sink != "object_storage":
        return None
    # what is held in between is encrypted, too: by the key of Firehose, since the records come from a log group
    stream: Tree = {
        "name": names.of("aws_resource"),
        "destination": "extended_s3",
        "extended_s3_configuration": {
            "bucket_arn": AUDIT_BUCKET_ARN,
            "role_arn": Ref("aws_iam_role", "audit_delivery", "arn"),
            "kms_key_arn": None if at_rest is False else KEY_ARN,
            "compression_format": "GZIP",
        },
        "server_side_encryption": {"enabled": True} if at_rest is not False else None,
        "tags": tags(names, "audit", *tagged),
    }
    subscription: Tree = {
        "name": "audit-bucket",
        "log_group_name": _GROUP,
        "filter_pattern": "",
        "destination_arn": Ref(_STREAM, "audit", "arn"),
        "role_arn": Ref("aws_iam_role", "audit_stream", "arn"),
    }
    return [
        *_roles(names, tagged),
        {
            "resource": {
                _STREAM: {"audit": stream},
                "aws_cloudwatch_log_subscription_filter": {"audit": subscription},
            }
        },
    ]


def _roles(names: Names, tagged: Any) -> list[Tree]:
    """As whom Firehose writes into the bucket, and as whom CloudWatch Logs writes to Firehose."""
    objects: Tree = {
        "Effect": "Allow",
        "Action": ["s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:GetObject", "s3:ListBucket",
                   "s3:ListBucketMultipartUploads", "s3:PutObject"],
        "Resource": [AUDIT_BUCKET_ARN, text(AUDIT_BUCKET_ARN, "/*")],
    }  # fmt: skip
    key: Tree = {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": KEY_ARN}
    put: Tree = {
        "Effect": "Allow",
        "Action": ["firehose:PutRecord", "firehose:PutRecordBatch"],
        "Resource": Ref(_STREAM, "audit", "arn"),
    }
    logs = trusted("logs.amazonaws.com", _of_this_account())
    return [
        _role(names, "audit_delivery", trusted("firehose.amazonaws.com"), allowed(objects, key), tagged),
        _role(names, "audit_stream", logs, allowed(put), tagged),
    ]


def _of_this_account() -> Tree:
    source = text("arn:", Expr("local.tenant_partition"), ":logs:*:", Expr("local.tenant_account"), ":*")
    return {"StringLike": {"aws:SourceArn": source}}


def _role(names: Names, label: str, trust: Tree, rights: Tree, tagged: Any) -> Tree:
    role: Tree = {
        "name": names.sub("iam_role", label.replace("_", "-")),
        "assume_role_policy": trust,
        "tags": tags(names, "audit", *tagged),
    }
    entry: Tree = {"name": label.replace("_", "-"), "role": Ref("aws_iam_role", label, "name"), "policy": rights}
    return {"resource": {"aws_iam_role": {label: role}, "aws_iam_role_policy": {label: entry}}}


@document(
    "terraform",
    kind="aws_cloudwatch_log_subscription_filter",
    needs=option(_DESTINATION),
    looks=(option(_DESTINATION), "monitoring.logging.log_aggregation"),
)
def log_aggregation(_names: Names, _destination: Any, together: bool | None) -> Tree:
    """The tenant's lines also go where the platform brings all lines together: a destination of CloudWatch Logs.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CrossAccountSubscriptions.html
    """
    if not together:
        return None
    subscription: Tree = {
        "name": "platform",
        "log_group_name": Ref("aws_cloudwatch_log_group", "tenant", "name"),
        "filter_pattern": "",
        "destination_arn": standing(_DESTINATION),
    }
    return {"resource": {"aws_cloudwatch_log_subscription_filter": {"tenant": subscription}}}
