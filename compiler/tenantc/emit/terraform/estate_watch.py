"""What watches over a whole account and region: services that AWS has once there, for all tenants of an estate.

https://docs.aws.amazon.com/prescriptive-guidance/latest/security-reference-architecture/welcome.html
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Ref, Tree, document, slug, text
from tenantc.source.path import Path

SERVICES: Final[Path] = "workspace.terraform.account_services"
MALWARE: Final[Path] = "security.threat_detection.malware_scan"
# https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-features-activation-model.html
_SOURCES: Final = ("EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS")
# frameworks with a standard of their own: https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html
_STANDARDS: Final = {
    "nist_800_53": "nist-800-53/v/5.0.0",
    "fedramp": "nist-800-53/v/5.0.0",
    "pci_dss": "pci-dss/v/4.0.1",
}
_BEST_PRACTICES: Final = "aws-foundational-security-best-practices/v/1.0.0"


@document(
    "terraform",
    kind="aws_guardduty_detector",
    scope="estate",
    needs=SERVICES,
    looks=(SERVICES,),
    columns=("security.threat_detection.enabled",),
)
def estate_threats(services: tuple[str, ...], watched: tuple[bool, ...]) -> Tree:
    """GuardDuty, where one tenant at least is watched for attacks.

    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/guardduty_detector
    """
    if "guardduty" not in services or True not in watched:
        return None
    features: dict[str, Tree] = {
        source.lower(): {
            "detector_id": Ref("aws_guardduty_detector", "estate", "id"),
            "name": source,
            "status": "ENABLED",
        }
        for source in _SOURCES
    }
    return {
        "resource": {
            "aws_guardduty_detector": {"estate": {"enable": True, "finding_publishing_frequency": "FIFTEEN_MINUTES"}},
            "aws_guardduty_detector_feature": features,
        }
    }


@document(
    "terraform",
    kind="aws_inspector2_enabler",
    scope="estate",
    needs=SERVICES,
    looks=(SERVICES,),
    columns=("security.threat_detection.vulnerability_scan.internal_interval_days",),
)
def estate_weaknesses(services: tuple[str, ...], days: tuple[int, ...]) -> Tree:
    """Inspector, which scans whenever something changes or becomes known, and so as often as anybody asks for.

    https://docs.aws.amazon.com/inspector/latest/user/scanning-resources.html
    """
    if "inspector" not in services or not days:
        return None
    enabler: Tree = {
        "account_ids": [Ref("data.aws_caller_identity", "inspector", "account_id")],
        "resource_types": ["EC2", "ECR", "LAMBDA"],
    }
    return {
        "data": {"aws_caller_identity": {"inspector": {}}},
        "resource": {"aws_inspector2_enabler": {"estate": enabler}},
    }


@document(
    "terraform",
    kind="aws_macie2_account",
    scope="estate",
    needs=SERVICES,
    looks=(SERVICES,),
    columns=("compliance.data_governance.data_loss_prevention.enabled",),
)
def estate_sensitive_data(services: tuple[str, ...], searched: tuple[bool, ...]) -> Tree:
    """Macie, whose jobs are the tenants'."""
    if "macie" not in services or True not in searched:
        return None
    return {"resource": {"aws_macie2_account": {"estate": {"status": "ENABLED"}}}}


@document(
    "terraform",
    kind="aws_securityhub_account",
    scope="estate",
    needs=SERVICES,
    looks=(SERVICES,),
    columns=("compliance.frameworks",),
)
def estate_frameworks(services: tuple[str, ...], required: tuple[tuple[str, ...], ...]) -> Tree:
    """Security Hub, which checks what runs against the standards of the frameworks that tenants require.

    A framework without a standard there is kept by rules alone. Security Hub sees through AWS Config.
    """
    if "security_hub" not in services:
        return None
    frameworks = {framework for one in required for framework in one}
    found = sorted({_BEST_PRACTICES, *(_STANDARDS[one] for one in frameworks if one in _STANDARDS)})
    partition, region = Ref("data.aws_partition", "standards", "partition"), Ref("data.aws_region", "standards", "name")
    standards: dict[str, Tree] = {
        slug(standard): {
            "standards_arn": text("arn:", partition, ":securityhub:", region, f"::standards/{standard}"),
            "depends_on": ["aws_securityhub_account.estate"],
        }
        for standard in found
    }
    return {
        "data": {"aws_partition": {"standards": {}}, "aws_region": {"standards": {}}},
        "resource": {
            "aws_securityhub_account": {"estate": {"enable_default_standards": False}},
            "aws_securityhub_standards_subscription": standards,
        },
    }
