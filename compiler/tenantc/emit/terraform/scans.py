"""What searches the tenant's files: for malicious software, and for what must not leave."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Tree, compact_json, document, text
from tenantc.emit.terraform.bucket import BUCKET
from tenantc.emit.terraform.estate_watch import MALWARE, SERVICES
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path

SEARCHED: Final[Path] = "compliance.data_governance.data_loss_prevention.enabled"
_PLAN: Final = "malware-protection-plan.guardduty.amazonaws.com"


@document(
    "terraform",
    kind="aws_guardduty_malware_protection_plan",
    needs=SERVICES,
    looks=(SERVICES, MALWARE, *LOOKS),
    places=PLACES,
)
def malware_scan(
    names: Names,
    services: tuple[str, ...],
    scanned: bool | None,
    *tagged: Any,
) -> Tree:
    """GuardDuty reads every new object and tags it by what it found.

    https://docs.aws.amazon.com/guardduty/latest/ug/malware-protection-s3-iam-policy-prerequisite.html
    """
    if "guardduty" not in services or scanned is False:
        return None
    found = tags(names, "security", *tagged)
    trust: Tree = {"Effect": "Allow", "Principal": {"Service": _PLAN}, "Action": "sts:AssumeRole"}
    role: Tree = {
        "name": names.sub("iam_role", "malware-scan"),
        "assume_role_policy": compact_json({"Version": "2012-10-17", "Statement": [trust]}),
        "tags": found,
    }
    policy: Tree = {
        "role": Ref("aws_iam_role", "malware_scan", "id"),
        "policy": compact_json({"Version": "2012-10-17", "Statement": _rights()}),
    }
    plan: Tree = {
        "role": Ref("aws_iam_role", "malware_scan", "arn"),
        "protected_resource": {"s3_bucket": {"bucket_name": BUCKET}},
        "actions": [{"tagging": [{"status": "ENABLED"}]}],
        "tags": found,
        "depends_on": ["aws_iam_role_policy.malware_scan"],
    }
    return {
        "resource": {
            "aws_iam_role": {"malware_scan": role},
            "aws_iam_role_policy": {"malware_scan": policy},
            "aws_guardduty_malware_protection_plan": {"tenant": plan},
        }
    }


def _rights() -> list[Tree]:
    """What the page above asks for."""
    bucket = Ref("aws_s3_bucket", "tenant", "arn")
    account, region = Expr("local.tenant_account"), Expr("local.tenant_region")
    rule = text("arn:", Expr("local.tenant_partition"), ":events:", region, ":", account, ":rule/")
    managed: Tree = {"StringLike": {"events:ManagedBy": _PLAN}}
    tagging = [f"s3:{verb}Object{what}Tagging" for verb in ("Get", "Put") for what in ("", "Version")]

    def may(actions: list[str], resource: Tree, condition: Tree = None) -> Tree:
        return {"Effect": "Allow", "Action": actions, "Resource": resource, "Condition": condition}

    events = text(rule, "DO-NOT-DELETE-AmazonGuardDutyMalwareProtectionS3*")
    return [
        may([f"events:{what}" for what in ("DeleteRule", "PutRule", "PutTargets", "RemoveTargets")], events, managed),
        may(["events:DescribeRule", "events:ListTargetsByRule"], events),
        may(["s3:GetBucketNotification", "s3:ListBucket", "s3:PutBucketNotification"], bucket),
        may(["s3:GetObject", "s3:GetObjectVersion", *tagging], text(bucket, "/*")),
        may(["s3:PutObject"], text(bucket, "/malware-protection-resource-validation-object")),
        may(["kms:Decrypt", "kms:GenerateDataKey"], KEY_ARN),
    ]


@document(
    "terraform",
    kind="aws_macie2_classification_job",
    needs=SERVICES,
    looks=(SERVICES, SEARCHED, *LOOKS),
    places=PLACES,
)
def data_search(
    names: Names,
    services: tuple[str, ...],
    searched: bool | None,
    *tagged: Any,
) -> Tree:
    """Macie searches what came into the bucket, every day.

    https://docs.aws.amazon.com/macie/latest/user/discovery-jobs.html
    """
    if "macie" not in services or not searched:
        return None
    job: Tree = {
        "name": names.of("aws_name"),
        "job_type": "SCHEDULED",
        "schedule_frequency": {"daily_schedule": True},
        "initial_run": True,
        "s3_job_definition": {"bucket_definitions": {"account_id": Expr("local.tenant_account"), "buckets": [BUCKET]}},
        "tags": tags(names, "security", *tagged),
    }
    # https://docs.aws.amazon.com/macie/latest/user/discovery-supported-encryption-types.html
    macie = ":role/aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
    account = text("arn:", Expr("local.tenant_partition"), ":iam::", Expr("local.tenant_account"), macie)
    grant: Tree = {"key_id": KEY_ARN, "grantee_principal": account, "operations": ["Decrypt"]}
    return {
        "resource": {
            "aws_macie2_classification_job": {"tenant": job},
            "aws_kms_grant": {"macie": grant},
        }
    }
