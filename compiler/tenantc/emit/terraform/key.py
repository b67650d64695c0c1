"""The key that encrypts what is the tenant's alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Result, Tree, compact_json, document, text
from tenantc.emit.terraform.key_limits import LOOKS as LIMITS
from tenantc.emit.terraform.key_limits import STORE, refusal
from tenantc.emit.terraform.standing import option, standing
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED

KEY_ARN: Final = Ref("aws_kms_key", "tenant", "arn")
"""Where others find the key."""

COMPROMISE: Final[Path] = "security.encryption_config.keys.on_compromise"
_CDN: Final[Path] = "infrastructure.storage.cdn_enabled"
_CERTIFICATE: Final = "cdn_certificate"


@document(
    "terraform",
    kind="aws_kms_key",
    looks=(*LIMITS, *LOOKS),
    places=PLACES,
)
def key(names: Names, *said: Any) -> Result:
    """The key itself, whatever is encrypted with it today: without it nothing that it encrypted before can be read.

    So switching encryption off takes the key away from new data and never deletes it.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/kms_key
    """
    limits, tagged = said[: len(LIMITS)], said[len(LIMITS) :]
    refused = refusal(*limits)
    if refused is not None:
        return refused
    _, management, rotation, window, multi_region, *_ = limits
    rotates = rotation is not None and rotation is not UNLIMITED
    return {
        "resource": {
            "aws_kms_key": {
                "tenant": {
                    "description": text("Data of ", names.tenant_name, " (tenant ", names.tenant_id, ")"),
                    "enable_key_rotation": rotates,
                    "rotation_period_in_days": rotation if isinstance(rotation, int) else None,
                    "deletion_window_in_days": window,
                    "multi_region": multi_region or False,
                    "custom_key_store_id": standing(STORE) if management == "hsm" else None,
                    "tags": tags(names, "encryption", *tagged),
                    "lifecycle": {"prevent_destroy": True},
                }
            }
        }
    }


@document("terraform", kind="aws_kms_alias")
def key_alias(names: Names) -> Tree:
    """The name under which people and programs find the key."""
    alias: Tree = {"name": names.kms_alias, "target_key_id": Ref("aws_kms_key", "tenant", "key_id")}
    return {"resource": {"aws_kms_alias": {"tenant": alias}}}


@document("terraform", kind="aws_kms_key_policy", looks=(COMPROMISE, _CDN, option(_CERTIFICATE)))
def key_policy(names: Names, compromised: str | None, delivered: bool | None, certificate: Any) -> Tree:
    """Who may use the key: whom IAM lets, as with every new key, and CloudWatch Logs for the tenant's log groups.

    A resource of its own and not an attribute of the key, since it takes account and partition out of the key's ARN: a
    data source for the account would ask AWS at every plan.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    partition, account = Expr("local.tenant_partition"), Expr("local.tenant_account")
    here = text("arn:", partition, ":logs:", Expr("local.tenant_region"), ":", account, ":log-group:")
    called = (*(names.sub("cloudwatch_log_group", suffix) for suffix in ("", "audit")), names.of("waf_log_group"))
    groups = [text(here, name) for name in called]
    log_groups: dict[str, Tree] = {
        "Sid": "LogGroupsOfTheTenant",
        "Effect": "Allow",
        # its name has another ending in China; the provider knows, without asking AWS
        "Principal": {"Service": Ref("data.aws_service_principal", "logs", "name")},
        "Action": ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
        "Resource": "*",
        "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": groups}},
    }
    detectors = text("arn:", partition, ":logs:", Expr("local.tenant_region"), ":", account, ":anomaly-detector:*")
    delivery = _delivery() if delivered and certificate is not None else None
    statements = [iam_decides(), log_groups, *_review(log_groups, detectors), kept(compromised), delivery]
    policy = compact_json({"Version": "2012-10-17", "Statement": [one for one in statements if one is not None]})
    return {
        # arn:PARTITION:kms:REGION:ACCOUNT:key/ID
        "locals": {
            "tenant_partition": Expr('split(":", aws_kms_key.tenant.arn)[1]'),
            "tenant_account": Expr('split(":", aws_kms_key.tenant.arn)[4]'),
        },
        "data": {"aws_service_principal": {"logs": {"service_name": "logs"}}},
        "resource": {
            "aws_kms_key_policy": {"tenant": {"key_id": Ref("aws_kms_key", "tenant", "key_id"), "policy": policy}}
        },
    }


def iam_decides() -> Tree:
    """Whom IAM lets may use a key, as with every new one."""
    return {
        "Sid": "IamDecides",
        "Effect": "Allow",
        "Principal": {
            "AWS": text("arn:", Expr("local.tenant_partition"), ":iam::", Expr("local.tenant_account"), ":root")
        },
        "Action": "kms:*",
        "Resource": "*",
    }


def _review(logs: Mapping[str, Tree], detectors: Tree) -> list[Tree]:
    """CloudWatch Logs for what reviews log groups, too.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/LogsAnomalyDetection-KMS.html
    """
    contexts = ("aws:logs:arn", "aws-crypto-ec:aws:logs:arn")
    return [
        {
            **logs,
            "Sid": f"LogReview{number}",
            "Condition": {"ArnLike": {f"kms:EncryptionContext:{context}": detectors}},
        }
        for number, context in enumerate(contexts)
    ]


def kept(compromised: str | None) -> Tree:
    """What the platform does not do with a key that somebody else may know, nobody does with any."""
    denied = {"nothing": ["kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion"], "rotate": ["kms:ScheduleKeyDeletion"]}
    if compromised not in denied:
        return None
    return {
        "Sid": "KeyStays",
        "Effect": "Deny",
        "Principal": "*",
        "Action": denied[compromised],
        "Resource": "*",
    }


def _delivery() -> Tree:
    """CloudFront reads what the key encrypts in the bucket.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    """
    return {
        "Sid": "DeliveryOfObjects",
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "kms:Decrypt",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceArn": Ref("aws_cloudfront_distribution", "tenant", "arn")}},
    }
