"""Where the tenant's objects also lie: a bucket in a second region, to which S3 copies whatever is written."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, compact_json, document, text
from tenantc.emit.terraform.bucket import (
    AT_REST,
    BUCKET,
    BUCKET_ARN,
    IN_TRANSIT,
    OWN_KEY,
    encrypted,
    encryption,
    no_plain_http,
    nothing_malicious,
    policy,
    searched,
    shut,
)
from tenantc.emit.terraform.estate_watch import MALWARE, SERVICES
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.region import ELSEWHERE, OBJECTS, RECOVERY, replicas
from tenantc.emit.terraform.region import LOOKS as REGIONS
from tenantc.emit.terraform.second_key import second_key_arn
from tenantc.emit.terraform.tags import DATA_PLACES, LOOKS, PLACES, tags
from tenantc.emit.terraform.workload_role import allowed
from tenantc.source.path import Path

RULE: Final = "everything"
SECOND_ARN: Final = Ref("aws_s3_bucket", "secondary", "arn")
_VERSIONS: Final[Path] = "infrastructure.storage.versioning_enabled"
_RPO: Final[Path] = f"{RECOVERY}.rpo_minutes"
# what Replication Time Control promises; without it nothing promises any time at all
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-time-control.html
_MINUTES: Final = 15
_DAY: Final = 1440


@document("terraform", kind="aws_s3_bucket", looks=(_VERSIONS, *OBJECTS, *LOOKS), places=DATA_PLACES)
def second_bucket(names: Names, versioned: bool | None, *said: Any) -> Result:
    """The bucket itself, with versions, without which S3 replicates nothing."""
    looked, tagged = said[: len(OBJECTS)], said[len(OBJECTS) :]
    if replicas(*looked) is None:
        return None
    if versioned is False:
        return Unsupported(_VERSIONS, (f"set `{_VERSIONS}` to true, without which S3 replicates no bucket",))
    bucket: Tree = {
        "provider": ELSEWHERE,
        "bucket": names.sub("s3_bucket", "replica"),
        "tags": tags(names, "storage", *tagged),
        "lifecycle": {"prevent_destroy": True},
    }
    versioning: Tree = {
        "provider": ELSEWHERE,
        "bucket": Ref("aws_s3_bucket", "secondary", "id"),
        "versioning_configuration": {"status": "Enabled"},
    }
    return {
        "resource": {
            "aws_s3_bucket": {"secondary": bucket},
            "aws_s3_bucket_versioning": {"secondary": versioning},
        },
        "output": {
            "second_bucket": {
                "description": "Name of the tenant's bucket in the second region.",
                "value": Ref("aws_s3_bucket", "secondary", "id"),
            },
            "second_bucket_arn": {
                "description": "ARN of the tenant's bucket in the second region.",
                "value": SECOND_ARN,
            },
        },
    }


@document(
    "terraform",
    kind="aws_s3_bucket_policy",
    looks=(AT_REST, OWN_KEY, IN_TRANSIT, SERVICES, MALWARE, *REGIONS),
)
def second_bucket_shut(
    _names: Names,
    at_rest: bool | None,
    own_key: bool | None,
    in_transit: bool | None,
    services: tuple[str, ...] | None,
    scanned: bool | None,
    *said: Any,
) -> Result:
    """It is as closed and as encrypted as the first, and public in no case."""
    second = replicas(*said)
    if second is None or not second.objects:
        return None
    statements = [
        None if in_transit is False else no_plain_http("secondary"),
        nothing_malicious("secondary") if searched(services, scanned) else None,
    ]
    key = second_key_arn(second) if encrypted(at_rest, own_key) else None
    return [
        shut("secondary", provider=ELSEWHERE),
        policy("secondary", statements, ELSEWHERE),
        encryption("secondary", key, ELSEWHERE),
    ]


@document(
    "terraform",
    kind="aws_s3_bucket_replication_configuration",
    looks=(AT_REST, OWN_KEY, _RPO, *REGIONS, *LOOKS),
    places=PLACES,
)
def replication(names: Names, at_rest: bool | None, own_key: bool | None, rpo: int | None, *said: Any) -> Result:
    """Everything that is written from then on goes there, and so does what hides it when it is deleted.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication.html
    """
    looked, tagged = said[: len(REGIONS)], said[len(REGIONS) :]
    second = replicas(*looked)
    if second is None or not second.objects:
        return None
    if rpo is not None and rpo < _MINUTES:
        choice = f"set `{_RPO}` to at least {_MINUTES}, the minutes in which S3 promises to replicate"
        return Unsupported(_RPO, (choice,))
    key = second_key_arn(second) if encrypted(at_rest, own_key) else None
    soon: Tree = {"status": "Enabled", "time": {"minutes": _MINUTES}} if rpo is not None and rpo < _DAY else None
    rule: Tree = {
        "id": RULE,
        "status": "Enabled",
        "filter": {},
        "delete_marker_replication": {"status": "Enabled"},
        "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}} if key is not None else None,
        "destination": {
            "bucket": SECOND_ARN,
            "encryption_configuration": {"replica_kms_key_id": key} if key is not None else None,
            "replication_time": soon,
            "metrics": {"status": "Enabled", "event_threshold": {"minutes": _MINUTES} if soon is not None else None},
        },
    }
    configuration: Tree = {
        "bucket": BUCKET,
        "role": Ref("aws_iam_role", "replication", "arn"),
        "rule": rule,
        "depends_on": ["aws_s3_bucket_versioning.tenant", "aws_s3_bucket_versioning.secondary"],
    }
    return [
        _role(names, tagged, key),
        {"resource": {"aws_s3_bucket_replication_configuration": {"tenant": configuration}}},
    ]


def _role(names: Names, tagged: Any, key: Ref | None) -> Tree:
    """As whom S3 replicates; whoever makes S3 do so has to be allowed to pass the role, so S3 alone is no deputy.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-config-for-kms-objects.html
    """
    service: Tree = {
        "Effect": "Allow",
        "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role: Tree = {
        "name": names.sub("iam_role", "replication"),
        "assume_role_policy": compact_json({"Version": "2012-10-17", "Statement": [service]}),
        "tags": tags(names, "storage", *tagged),
    }
    reads = ["s3:GetObjectVersionAcl", "s3:GetObjectVersionForReplication", "s3:GetObjectVersionTagging"]
    writes = ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"]
    statements: list[Tree] = [
        _may("Look", ["s3:GetReplicationConfiguration", "s3:ListBucket"], BUCKET_ARN),
        _may("Read", [*reads], text(BUCKET_ARN, "/*")),
        _may("Write", [*writes], text(SECOND_ARN, "/*")),
    ]
    if key is not None:
        statements += [
            _may("Decrypt", ["kms:Decrypt"], KEY_ARN, BUCKET_ARN),
            _may("Encrypt", ["kms:Encrypt", "kms:GenerateDataKey"], key, SECOND_ARN),
        ]
    rights: Tree = {
        "name": "replication",
        "role": Ref("aws_iam_role", "replication", "name"),
        "policy": allowed(*statements),
    }
    return {"resource": {"aws_iam_role": {"replication": role}, "aws_iam_role_policy": {"replication": rights}}}


def _may(sid: str, actions: list[Tree], resource: Tree, bucket: Ref | None = None) -> Tree:
    """A statement, of a key for what lies in a bucket alone; with a bucket's own key, S3 names the bucket itself."""
    context: Tree = None
    if bucket is not None:
        context = {"StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket, text(bucket, "/*")]}}
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource, "Condition": context}
