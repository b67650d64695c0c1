"""The bucket that keeps the tenant's audit records: for as long as the settings say, and changed by nobody before."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, compact_json, document
from tenantc.emit.terraform.alarm import TOPIC, told_to
from tenantc.emit.terraform.bucket import encryption, no_plain_http, policy, shut
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.tags import DATA_PLACES, LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import Unlimited

AUDIT: Final[Path] = "monitoring.logging.audit"
SINK: Final[Path] = f"{AUDIT}.sink"
RETENTION: Final[Path] = f"{AUDIT}.retention_days"
IMMUTABLE: Final[Path] = f"{AUDIT}.immutable"
HOT: Final[Path] = f"{AUDIT}.hot_retention_days"
AUDIT_BUCKET_ARN: Final = Ref("aws_s3_bucket", "audit", "arn")

_HERE: Final = Ref("aws_s3_bucket", "audit", "id")
_AT_REST: Final[Path] = "security.encryption_config.at_rest"
_IN_TRANSIT: Final[Path] = "security.encryption_config.in_transit"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html: a hundred years
_LONGEST_LOCK: Final = 36500


@document("terraform", kind="aws_s3_bucket", looks=(SINK, *LOOKS), places=DATA_PLACES)
def audit_bucket(names: Names, sink: str | None, *tagged: Any) -> Tree:
    """A bucket of its own, where records are copied to object storage: locks hold for whole buckets.

    It always keeps versions, without which nothing can be locked.
    """
    if sink != "object_storage":
        return None
    entry: Tree = {
        "bucket": names.sub("s3_bucket", "audit"),
        "tags": tags(names, "audit", *tagged),
        "lifecycle": {"prevent_destroy": True},
    }
    versioning: Tree = {"bucket": _HERE, "versioning_configuration": {"status": "Enabled"}}
    return {
        "resource": {
            "aws_s3_bucket": {"audit": entry},
            "aws_s3_bucket_versioning": {"audit": versioning},
        },
        "output": {
            "audit_bucket_arn": {"description": "ARN of the bucket of audit records.", "value": AUDIT_BUCKET_ARN}
        },
    }


@document("terraform", kind="aws_s3_bucket_ownership_controls", looks=(SINK, _AT_REST, _IN_TRANSIT))
def audit_bucket_shut(_names: Names, sink: str | None, at_rest: bool | None, encrypted: bool | None) -> Tree:
    """Nobody from outside reads the records, and what they are encrypted with."""
    if sink != "object_storage":
        return None
    return [
        shut("audit"),
        policy("audit", [None if encrypted is False else no_plain_http("audit")]),
        encryption("audit", KEY_ARN if at_rest is not False else None),
    ]


@document("terraform", kind="aws_s3_bucket_object_lock_configuration", looks=(SINK, IMMUTABLE, RETENTION))
def audit_lock(_names: Names, sink: str | None, immutable: bool | None, retention: int | Unlimited | None) -> Result:
    """Nobody deletes or changes a record before its time is over, not even the account's root.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html#object-lock-retention-modes
    """
    if sink != "object_storage" or not immutable:
        return None
    if not isinstance(retention, int) or retention > _LONGEST_LOCK:
        return Unsupported(
            RETENTION, (f"set `{RETENTION}` to at most {_LONGEST_LOCK}, the days for which S3 can lock an object",)
        )
    lock: Tree = {
        "bucket": _HERE,
        "rule": {"default_retention": {"mode": "COMPLIANCE", "days": retention}},
        "depends_on": ["aws_s3_bucket_versioning.audit"],
    }
    return {"resource": {"aws_s3_bucket_object_lock_configuration": {"audit": lock}}}


@document("terraform", kind="aws_s3_bucket_lifecycle_configuration", looks=(SINK, RETENTION, HOT))
def audit_lifecycle(
    _names: Names, sink: str | None, retention: int | Unlimited | None, hot: int | Unlimited | None
) -> Tree:
    """Records move to an archive once they need not be searched at once any more, and go when their time is over.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html: from Flexible Retrieval they take
    hours to come back.
    """
    if sink != "object_storage":
        return None
    ends = retention if isinstance(retention, int) else None
    archived = isinstance(hot, int) and (ends is None or hot < ends)
    ageing: Tree = {
        "id": "ageing",
        "status": "Enabled",
        "filter": {},
        "transition": {"days": hot, "storage_class": "GLACIER"} if archived and isinstance(hot, int) else None,
        "expiration": {"days": ends} if ends is not None else None,
        # what has expired is a version behind a marker, whose lock ended on the same day
        "noncurrent_version_expiration": {"noncurrent_days": 1} if ends is not None else None,
    }
    unfinished: Tree = {
        "id": "unfinished-uploads",
        "status": "Enabled",
        "filter": {},
        "abort_incomplete_multipart_upload": {"days_after_initiation": 1},
    }
    lifecycle: Tree = {
        "bucket": _HERE,
        "rule": [ageing if archived or ends is not None else None, unfinished],
        "depends_on": ["aws_s3_bucket_versioning.audit"],
    }
    return {"resource": {"aws_s3_bucket_lifecycle_configuration": {"audit": lifecycle}}}


@document(
    "terraform",
    kind="aws_s3_bucket_notification",
    needs=TOPIC,
    looks=(TOPIC, SINK, f"{AUDIT}.integrity_alerts", *LOOKS),
    places=PLACES,
)
def audit_alerts(names: Names, _topic: Any, sink: str | None, alerts: bool | None, *tagged: Any) -> Tree:
    """Somebody is told when a record is deleted by hand, and not by its age.

    Where records are locked, this tells of an attempt: a marker hides the record, and the record stays behind it.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
    """
    if sink != "object_storage" or not alerts:
        return None
    pattern: Tree = {
        "source": ["aws.s3"],
        "detail-type": ["Object Deleted"],
        "detail": {"bucket": {"name": [_HERE]}, "reason": ["DeleteObject"]},
    }
    rule: Tree = {
        "name": names.sub("aws_name", "audit"),
        "description": "An audit record was deleted.",
        "event_pattern": compact_json(pattern),
        "tags": tags(names, "audit", *tagged),
    }
    resources: Tree = {
        "aws_s3_bucket_notification": {"audit": {"bucket": _HERE, "eventbridge": True}},
        "aws_cloudwatch_event_rule": {"audit": rule},
    }
    return [{"resource": resources}, told_to("audit")]
