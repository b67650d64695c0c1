"""The tenant's bucket: who gets in, what is encrypted, what can be brought back."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, compact_json, document, text
from tenantc.emit.terraform.estate_watch import MALWARE, SERVICES
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.region import HOME, elsewhere
from tenantc.emit.terraform.standing import option
from tenantc.emit.terraform.tags import DATA_PLACES, LOOKS, tags
from tenantc.source.path import Path
from tenantc.source.value import Unlimited

BUCKET: Final = Ref("aws_s3_bucket", "tenant", "id")
"""Where others find the bucket."""
BUCKET_ARN: Final = Ref("aws_s3_bucket", "tenant", "arn")
DISTRIBUTION: Final = Ref("aws_cloudfront_distribution", "tenant", "arn")
"""What delivers its objects, if `CDN` says so and the platform has a `CERTIFICATE` for it."""
CDN: Final[Path] = "infrastructure.storage.cdn_enabled"
CERTIFICATE: Final = "cdn_certificate"

_REGION: Final[Path] = "infrastructure.storage.region"
_CAPACITY: Final[Path] = "infrastructure.storage.capacity_gb"
_PUBLIC: Final[Path] = "infrastructure.storage.public_access"
OWN_KEY: Final[Path] = "infrastructure.storage.encryption_enabled"
AT_REST: Final[Path] = "security.encryption_config.at_rest"
IN_TRANSIT: Final[Path] = "security.encryption_config.in_transit"

_ALGORITHM: Final[Path] = "security.encryption_config.algorithm"
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingServerSideEncryption.html (keys of S3),
# https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html, SYMMETRIC_DEFAULT (keys of KMS)
_CIPHER: Final = "AES-256-GCM"


@document("terraform", kind="aws_s3_bucket", looks=(_REGION, HOME, _CAPACITY, *LOOKS), places=DATA_PLACES)
def bucket(
    names: Names, region: str | None, home: str | None, capacity: int | Unlimited | None, *tagged: Any
) -> Result:
    """The bucket itself. Terraform refuses to delete it; so does AWS while it holds objects, without `force_destroy`.

    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/s3_bucket
    """
    if elsewhere(region, home):
        return Unsupported(
            _REGION, (f"leave `{_REGION}` out, or set `region` of the tenant: a module has one provider",)
        )
    if isinstance(capacity, int):
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html: a bucket holds any number of objects
        return Unsupported(_CAPACITY, (f"set `{_CAPACITY}` to `unlimited`, since no bucket of S3 has a size",))
    return {
        "resource": {
            "aws_s3_bucket": {
                "tenant": {
                    "bucket": names.s3_bucket,
                    "tags": tags(names, "storage", *tagged),
                    "lifecycle": {"prevent_destroy": True},
                }
            }
        }
    }


@document("terraform", kind="aws_s3_bucket_ownership_controls", looks=(_PUBLIC, AT_REST, OWN_KEY))
def bucket_owner(_names: Names, public: bool | None, at_rest: bool | None, own_key: bool | None) -> Result:
    """No access by lists: whatever anybody writes into the bucket is the account's; a policy alone may open it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    if public and at_rest is not False and own_key is not False:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html: requests have to be signed
        return Unsupported(
            _PUBLIC,
            (
                f"set `{_PUBLIC}` to false",
                f"set `{OWN_KEY}` to false, since S3 shows what a key of KMS encrypts to nobody unknown",
            ),
        )
    return shut("tenant", public=public or False)


def shut(label: str, *, public: bool = False, provider: str | None = None) -> Tree:
    """A bucket, by its label, that nobody opens by lists, nor by a policy unless it is `public`."""
    here = Ref("aws_s3_bucket", label, "id")
    owned: Tree = {"provider": provider, "bucket": here, "rule": {"object_ownership": "BucketOwnerEnforced"}}
    closed: Tree = {
        "provider": provider,
        "bucket": here,
        "block_public_acls": True,
        "block_public_policy": not public,
        "ignore_public_acls": True,
        "restrict_public_buckets": not public,
    }
    return {
        "resource": {
            "aws_s3_bucket_ownership_controls": {label: owned},
            "aws_s3_bucket_public_access_block": {label: closed},
        }
    }


@document(
    "terraform", kind="aws_s3_bucket_policy", looks=(IN_TRANSIT, _PUBLIC, CDN, option(CERTIFICATE), SERVICES, MALWARE)
)
def bucket_policy(
    _names: Names,
    encrypted: bool | None,
    public: bool | None,
    delivered: bool | None,
    certificate: Any,
    services: tuple[str, ...] | None,
    scanned: bool | None,
) -> Tree:
    """Who is turned away, and who is let in besides those whom IAM lets.

    Where objects are searched for malicious software, nobody reads one in which some was found. What was there before
    is never searched, so that turning away whatever has no good word would take everybody's files away.
    https://docs.aws.amazon.com/guardduty/latest/ug/tag-based-access-s3-malware-protection.html
    """
    read: Tree = {
        "Sid": "AnybodyReads",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": text(BUCKET_ARN, "/*"),
    }
    delivery: Tree = {
        "Sid": "Delivery",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": text(BUCKET_ARN, "/*"),
        "Condition": {"StringEquals": {"aws:SourceArn": DISTRIBUTION}},
    }
    statements = [
        None if encrypted is False else no_plain_http("tenant"),
        nothing_malicious("tenant") if searched(services, scanned) else None,
        read if public else None,
        delivery if delivered and certificate is not None else None,
    ]
    return policy("tenant", statements)


def searched(services: tuple[str, ...] | None, scanned: bool | None) -> bool:
    """Whether objects are searched for malicious software."""
    return "guardduty" in (services or ()) and scanned is not False


def nothing_malicious(label: str) -> Tree:
    """A statement of a bucket's policy."""
    return {
        "Sid": "NothingMalicious",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:GetObjectVersion"],
        "Resource": text(Ref("aws_s3_bucket", label, "arn"), "/*"),
        "Condition": {
            "StringEquals": {"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "THREATS_FOUND"},
            "ArnNotEquals": {"aws:PrincipalArn": Ref("aws_iam_role", "malware_scan", "arn")},
        },
    }


def policy(label: str, statements: list[Tree], provider: str | None = None) -> Tree:
    """A bucket's policy, if it says anything."""
    stated = [one for one in statements if one is not None]
    if not stated:
        return None
    entry: Tree = {
        "provider": provider,
        "bucket": Ref("aws_s3_bucket", label, "id"),
        "policy": compact_json({"Version": "2012-10-17", "Statement": stated}),
        # S3 refuses to change both at the same time
        "depends_on": [f"aws_s3_bucket_public_access_block.{label}"],
    }
    return {"resource": {"aws_s3_bucket_policy": {label: entry}}}


def no_plain_http(label: str) -> Tree:
    """A statement of a bucket's policy.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html, encryption of data in transit
    """
    arn = Ref("aws_s3_bucket", label, "arn")
    return {
        "Sid": "NoPlainHttp",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, text(arn, "/*")],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


@document(
    "terraform",
    kind="aws_s3_bucket_server_side_encryption_configuration",
    looks=(AT_REST, OWN_KEY, _ALGORITHM),
)
def bucket_encryption(_names: Names, at_rest: bool | None, own_key: bool | None, algorithm: str | None) -> Result:
    """What new objects are encrypted with: the tenant's key, or S3's own keys, without which S3 stores nothing.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-bucket-encryption.html
    """
    if at_rest is not False and algorithm not in (None, _CIPHER):
        return Unsupported(_ALGORITHM, (f"set `{_ALGORITHM}` to `{_CIPHER}`, the one cipher of S3 and KMS",))
    return encryption("tenant", KEY_ARN if encrypted(at_rest, own_key) else None)


def encrypted(at_rest: bool | None, own_key: bool | None) -> bool:
    """Whether new objects are encrypted with the tenant's key."""
    return at_rest is not False and own_key is not False


def encryption(label: str, key: Ref | None, provider: str | None = None) -> Tree:
    """What a bucket, by its label, encrypts new objects with: a key of KMS, by default S3's own."""
    tenant_key: Tree = {
        "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key},
        # one call to KMS for many objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
        "bucket_key_enabled": True,
    }
    s3_keys: Tree = {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    rule = s3_keys if key is None else tenant_key
    entry: Tree = {"provider": provider, "bucket": Ref("aws_s3_bucket", label, "id"), "rule": rule}
    return {"resource": {"aws_s3_bucket_server_side_encryption_configuration": {label: entry}}}


@document("terraform", kind="aws_s3_bucket_versioning", looks=("infrastructure.storage.versioning_enabled",))
def bucket_versioning(_names: Names, versioned: bool | None) -> Tree:
    """Whether old versions are kept. `Suspended` stands for no, since a bucket that once kept versions can't forget it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/manage-versioning-examples.html
    """
    status = "Suspended" if versioned is False else "Enabled"
    versioning: Tree = {"bucket": BUCKET, "versioning_configuration": {"status": status}}
    return {"resource": {"aws_s3_bucket_versioning": {"tenant": versioning}}}
