"""The tenant's bucket: who gets in, what is encrypted, what can be brought back."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Ref, Result, Slot, Tree, Unsupported, compact_json, document, text
from tenantc.emit.terraform.estate_watch import MALWARE, SERVICES
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path

BUCKET: Final = Ref("aws_s3_bucket", "tenant", "id")
"""Where others find the bucket."""

_ALGORITHM: Final[Path] = "security.encryption_config.algorithm"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html (keys of S3),
# https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html, SYMMETRIC_DEFAULT (keys of KMS)
_CIPHER: Final = "AES-256-GCM"


@document("terraform", kind="aws_s3_bucket", looks=LOOKS, places=PLACES)
def bucket(
    names: Names,
    classification: str | None,
    attributed: bool | None,
    platform: Slot | None,
    environment: Slot | None,
    tier: Slot | None,
) -> Tree:
    """The bucket itself. Terraform refuses to delete it; so does AWS while it holds objects, without `force_destroy`.

    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/s3_bucket
    """
    return {
        "resource": {
            "aws_s3_bucket": {
                "tenant": {
                    "bucket": names.s3_bucket,
                    "tags": tags(names, "storage", classification, attributed, platform, environment, tier),
                    "lifecycle": {"prevent_destroy": True},
                }
            }
        }
    }


@document("terraform", kind="aws_s3_bucket_ownership_controls")
def bucket_owner(_names: Names) -> Tree:
    """No access by lists: whatever anybody writes into the bucket is the account's, and nothing in it becomes public.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    closed: Tree = {
        "bucket": BUCKET,
        "block_public_acls": True,
        "block_public_policy": True,
        "ignore_public_acls": True,
        "restrict_public_buckets": True,
    }
    return {
        "resource": {
            "aws_s3_bucket_ownership_controls": {
                "tenant": {"bucket": BUCKET, "rule": {"object_ownership": "BucketOwnerEnforced"}}
            },
            "aws_s3_bucket_public_access_block": {"tenant": closed},
        }
    }


@document(
    "terraform",
    kind="aws_s3_bucket_policy",
    looks=("security.encryption_config.in_transit", SERVICES, MALWARE),
)
def bucket_policy(
    _names: Names, encrypted: bool | None, services: tuple[str, ...] | None, scanned: bool | None
) -> Tree:
    """A policy that turns plain HTTP away, and readers of what nobody has searched for malicious software.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html, encryption of data in transit
    https://docs.aws.amazon.com/guardduty/latest/ug/tag-based-access-s3-malware-protection.html
    """
    arn = Ref("aws_s3_bucket", "tenant", "arn")
    denied: dict[str, Tree] = {"Effect": "Deny", "Principal": "*"}
    plain: Tree = {
        "Sid": "NoPlainHttp",
        **denied,
        "Action": "s3:*",
        "Resource": [arn, text(arn, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    unsearched: Tree = {
        "Sid": "NothingUnsearched",
        **denied,
        "Action": ["s3:GetObject", "s3:GetObjectVersion"],
        "Resource": text(arn, "/*"),
        "Condition": {
            "StringNotEquals": {"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"},
            "ArnNotEquals": {"aws:PrincipalArn": Ref("aws_iam_role", "malware_scan", "arn")},
        },
    }
    searching = "guardduty" in (services or ()) and scanned is not False
    statements = [*([plain] if encrypted is not False else []), *([unsearched] if searching else [])]
    if not statements:
        return None
    policy: Tree = {
        "bucket": BUCKET,
        "policy": compact_json({"Version": "2012-10-17", "Statement": statements}),
        # S3 refuses to change both at the same time
        "depends_on": ["aws_s3_bucket_public_access_block.tenant"],
    }
    return {"resource": {"aws_s3_bucket_policy": {"tenant": policy}}}


@document(
    "terraform",
    kind="aws_s3_bucket_server_side_encryption_configuration",
    looks=("security.encryption_config.at_rest", "infrastructure.storage.encryption_enabled", _ALGORITHM),
)
def bucket_encryption(_names: Names, at_rest: bool | None, own_key: bool | None, algorithm: str | None) -> Result:
    """What new objects are encrypted with: the tenant's key, or S3's own keys, without which S3 stores nothing.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
    """
    if at_rest is not False and algorithm not in (None, _CIPHER):
        return Unsupported(_ALGORITHM, (f"set `{_ALGORITHM}` to `{_CIPHER}`, the one cipher of S3 and KMS",))
    tenant_key: Tree = {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": KEY_ARN},
        # one call to KMS for many objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
        "bucket_key_enabled": True,
    }
    s3_keys: Tree = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    rule = s3_keys if at_rest is False or own_key is False else tenant_key
    return {
        "resource": {"aws_s3_bucket_server_side_encryption_configuration": {"tenant": {"bucket": BUCKET, "rule": rule}}}
    }


@document("terraform", kind="aws_s3_bucket_versioning", looks=("infrastructure.storage.versioning_enabled",))
def bucket_versioning(_names: Names, versioned: bool | None) -> Tree:
    """Whether old versions are kept. `Suspended` stands for no, since a bucket that once kept versions can't forget it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
    """
    status = "Suspended" if versioned is False else "Enabled"
    versioning: Tree = {"bucket": BUCKET, "versioning_configuration": {"status": status}}
    return {"resource": {"aws_s3_bucket_versioning": {"tenant": versioning}}}
