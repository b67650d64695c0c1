"""The key that encrypts what is the tenant's alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.document import Expr, Names, Ref, Result, Slot, Tree, Unsupported, compact_json, document, text
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED, Unlimited

KEY_ARN: Final = Ref("aws_kms_key", "tenant", "arn")
"""Where others find the key."""

_MANAGEMENT: Final[Path] = "security.encryption_config.key_management"
_ROTATION: Final[Path] = "security.encryption_config.key_rotation_days"
_WINDOW: Final[Path] = "security.encryption_config.kms.deletion_window_days"

# https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html, RotationPeriodInDays
_SHORTEST_ROTATION, _LONGEST_ROTATION = 90, 2560
# https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html, PendingWindowInDays
_SHORTEST_WINDOW, _LONGEST_WINDOW = 7, 30


def _refusal(management: str | None, rotation: int | Unlimited | None, window: int | None) -> Unsupported | None:
    """What KMS has no way to say.

    A period outside its bounds is refused and not moved to the nearest one that it knows: whoever wrote 30 days has to
    decide between 90 and a mechanism of their own, and whoever reads the artifact finds the number that was asked for.
    """
    if management not in (None, "kms"):
        # A key store on an HSM or outside AWS has to exist before a key can lie in it, and no setting names one yet.
        return Unsupported(
            _MANAGEMENT, (f"set `{_MANAGEMENT}` to `kms`", "take `terraform` out of `targets` in tenantc.yaml")
        )
    if isinstance(rotation, int) and not _SHORTEST_ROTATION <= rotation <= _LONGEST_ROTATION:
        bounds = f"between {_SHORTEST_ROTATION} and {_LONGEST_ROTATION}, the days after which AWS KMS can rotate a key"
        return Unsupported(_ROTATION, (f"set `{_ROTATION}` {bounds}",))
    if window is not None and not _SHORTEST_WINDOW <= window <= _LONGEST_WINDOW:
        bounds = f"between {_SHORTEST_WINDOW} and {_LONGEST_WINDOW}, the days that AWS KMS can wait"
        return Unsupported(_WINDOW, (f"set `{_WINDOW}` {bounds}",))
    return None


@document(
    "terraform",
    kind="aws_kms_key",
    looks=(_MANAGEMENT, _ROTATION, _WINDOW, "security.encryption_config.kms.multi_region", *LOOKS),
    places=PLACES,
)
def key(
    names: Names,
    management: str | None,
    rotation: int | Unlimited | None,
    window: int | None,
    multi_region: bool | None,
    classification: str | None,
    attributed: bool | None,
    platform: Slot | None,
    environment: Slot | None,
    tier: Slot | None,
) -> Result:
    """The key itself, whatever is encrypted with it today: without it nothing that it encrypted before can be read.

    So switching encryption off takes the key away from new data and never deletes it.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/kms_key
    """
    refusal = _refusal(management, rotation, window)
    if refusal is not None:
        return refusal
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
                    "tags": tags(names, "encryption", classification, attributed, platform, environment, tier),
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


@document("terraform", kind="aws_kms_key_policy")
def key_policy(names: Names) -> Tree:
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
    iam: Tree = {
        "Sid": "IamDecides",
        "Effect": "Allow",
        "Principal": {"AWS": text("arn:", partition, ":iam::", account, ":root")},
        "Action": "kms:*",
        "Resource": "*",
    }
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
    policy = compact_json({"Version": "2012-10-17", "Statement": [iam, log_groups, *_review(log_groups, detectors)]})
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
