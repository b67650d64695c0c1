"""What fails of what a tenant would be restored from, told to the platform while there still is the original."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Tree, compact_json, document
from tenantc.emit.terraform.alarm import TOPIC, alarm, told_to
from tenantc.emit.terraform.backup import COPY
from tenantc.emit.terraform.bucket import BUCKET
from tenantc.emit.terraform.region import OBJECTS, replicas
from tenantc.emit.terraform.second_bucket import RULE
from tenantc.emit.terraform.standing import option
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import Value

_HEALTH: Final[Path] = "monitoring.alerting_rules.system_health"
# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DescribeBackupJob.html, State
_FAILED: Final = ("ABORTED", "EXPIRED", "FAILED")


@document(
    "terraform",
    kind="aws_cloudwatch_metric_alarm",
    needs=TOPIC,
    looks=(TOPIC, _HEALTH, *OBJECTS, *LOOKS),
    places=PLACES,
)
def replication_alarm(names: Names, _topic: Value, told: bool | None, *said: Any) -> Tree:
    """An alarm for objects that S3 could not replicate, which alone of its figures is told in the first region.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
    """
    looked, tagged = said[: len(OBJECTS)], said[len(OBJECTS) :]
    if told is False or replicas(*looked) is None:
        return None
    metric: Tree = {
        "namespace": "AWS/S3",
        "metric_name": "OperationsFailedReplication",
        "dimensions": {
            "SourceBucket": BUCKET,
            "DestinationBucket": Ref("aws_s3_bucket", "secondary", "id"),
            "RuleId": RULE,
        },
        "statistic": "Sum",
        "period": 300,
        "evaluation_periods": 1,
        "comparison_operator": "GreaterThanThreshold",
        "threshold": 0,
    }
    return alarm("replication", names, "Objects were not replicated.", metric, tags(names, "storage", *tagged))


@document(
    "terraform",
    kind="aws_cloudwatch_event_rule",
    needs=TOPIC,
    looks=(TOPIC, _HEALTH, option(COPY), *LOOKS),
    places=PLACES,
)
def backup_failures(names: Names, _topic: Value, told: bool | None, copies: Value | None, *tagged: Any) -> Tree:
    """Backups of the tenant's vault that failed, and copies of them.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    """
    if told is False or copies is None:
        return None
    vault = Ref("aws_backup_vault", "tenant", "arn")
    detail: Tree = {
        "state": [*_FAILED],
        "$or": [{"backupVaultName": [names.of("aws_resource")]}, {"sourceBackupVaultArn": [vault]}],
    }
    pattern: Tree = {
        "source": ["aws.backup"],
        "detail-type": ["Backup Job State Change", "Copy Job State Change"],
        "detail": detail,
    }
    rule: Tree = {
        "name": names.sub("aws_name", "backups"),
        "description": "Backups of the tenant that failed, and copies of them.",
        "event_pattern": compact_json(pattern),
        "tags": tags(names, "backup", *tagged),
    }
    return [{"resource": {"aws_cloudwatch_event_rule": {"backups": rule}}}, told_to("backups")]
