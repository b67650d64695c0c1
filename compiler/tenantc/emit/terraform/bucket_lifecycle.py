"""What happens to objects as they grow old."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Slot, Tree, document
from tenantc.emit.terraform.region import ELSEWHERE, OBJECTS, replicas

# Cheaper, and still read at once; the classes below it answer after minutes or hours, which would break whoever reads.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
_ARCHIVE: Final = "GLACIER_IR"
# House: S3 allows any, and security tools ask for at most a week.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
_UNFINISHED_DAYS: Final = 7


@document(
    "terraform",
    kind="aws_s3_bucket_lifecycle_configuration",
    looks=(
        "infrastructure.storage.lifecycle_policies.archive_after_days",
        "infrastructure.storage.lifecycle_policies.delete_after_days",
        *OBJECTS,
    ),
    places=("compliance.data_governance.retention_policies.backups",),
)
def bucket_lifecycle(_names: Names, archive: int | None, delete: int | None, *said: Any) -> Tree:
    """Objects are archived and deleted by age; their old versions go when backups of the same age do.

    In a bucket with versions, deleting hides an object behind a marker and leaves the data in an old version, so old
    versions need an end of their own. An old version is a backup, and goes that many days after it was replaced or
    deleted; where nothing says how long backups are kept, after as many as the object itself. A marker goes once
    nothing is behind it, by itself where objects expire. Replicas know nothing of that and age by the same rules
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-what-is-isnt-replicated.html).
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
    """
    *looked, backups = said
    second = replicas(*looked)
    old: int | Slot | None = backups if isinstance(backups, Slot) else delete
    if delete is not None:
        expiration: Tree = {"days": delete}
    elif old is not None:
        expiration = {"expired_object_delete_marker": True}
    else:
        expiration = None
    # On the day on which an object is deleted it needs no cheaper place: deletion goes before transition
    # (https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html), and S3 refuses a rule with both.
    archived = archive is not None and (delete is None or archive < delete)
    ageing: dict[str, Tree] = {
        "id": "ageing",
        "status": "Enabled",
        "filter": {},
        "transition": {"days": archive, "storage_class": _ARCHIVE} if archived else None,
        "expiration": expiration,
        "noncurrent_version_expiration": {"noncurrent_days": old} if old is not None else None,
    }
    unfinished: Tree = {
        "id": "unfinished-uploads",
        "status": "Enabled",
        "filter": {},
        # the parts of an upload are data too, so they don't outlive what they would have become
        "abort_incomplete_multipart_upload": {
            "days_after_initiation": min(_UNFINISHED_DAYS, delete or _UNFINISHED_DAYS)
        },
    }
    rules: list[Tree] = [ageing if archived or expiration is not None else None, unfinished]
    replica = _configured("secondary", rules, ELSEWHERE) if second is not None else None
    return {
        "resource": {
            "aws_s3_bucket_lifecycle_configuration": {"tenant": _configured("tenant", rules), "secondary": replica}
        }
    }


def _configured(label: str, rules: list[Tree], provider: str | None = None) -> Tree:
    return {
        "provider": provider,
        "bucket": Ref("aws_s3_bucket", label, "id"),
        "rule": rules,
        # https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/s3_bucket_lifecycle_configuration
        # asks for this where rules speak of old versions
        "depends_on": [f"aws_s3_bucket_versioning.{label}"],
    }
