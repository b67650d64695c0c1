"""What AWS itself sees going wrong, told to the platform's topic, by the same switches as the alerts in the cluster."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, compact_json, document
from tenantc.emit.terraform.alarm import TOPIC, alarm, told_to
from tenantc.emit.terraform.bucket import BUCKET
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import Unlimited, Value

_PIPELINE: Final[Path] = "monitoring.alerting_rules.log_pipeline_failure"
_USAGE: Final[Path] = "monitoring.alerting_rules.usage_limits"
_STORAGE: Final[Path] = "limits.storage_gb"
_FIRST: Final[Path] = "billing.usage_alerts.first_at_percent"
_SECURITY: Final[Path] = "monitoring.alerting_rules.security_events"
_WATCHED: Final[Path] = "security.threat_detection.enabled"
_SUSPICIOUS: Final[Path] = "security.threat_detection.suspicious_activity_threshold"
# of the classes that bucket_lifecycle uses: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
_CLASSES: Final = {"standard": "StandardStorage", "archive": "GlacierInstantRetrievalStorage"}
_DAY: Final = 86400
# https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
_WORST: Final = 10


@document("terraform", kind="aws_cloudwatch_metric_alarm", needs=TOPIC, looks=(TOPIC, _PIPELINE, *LOOKS), places=PLACES)
def log_alarm(
    names: Names,
    _topic: Value,
    told: bool | None,
    *tagged: Any,
) -> Result:
    """An alarm for an hour without a line.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Monitoring-CloudWatch-Metrics.html
    """
    if told is False:
        return None
    metric: Tree = {
        "namespace": "AWS/Logs",
        "metric_name": "IncomingLogEvents",
        "dimensions": {"LogGroupName": Ref("aws_cloudwatch_log_group", "tenant", "name")},
        "statistic": "Sum",
        "period": 3600,
        "evaluation_periods": 1,
        "comparison_operator": "LessThanThreshold",
        "threshold": 1,
        # no sample is what it looks like when nothing arrives
        "treat_missing_data": "breaching",
    }
    found = tags(names, "logs", *tagged)
    return alarm("silent-log", names, "No line of the tenant's log arrives any more.", metric, found)


@document(
    "terraform",
    kind="aws_cloudwatch_metric_alarm",
    needs=TOPIC,
    looks=(TOPIC, _USAGE, _STORAGE, _FIRST, *LOOKS),
    places=PLACES,
)
def storage_alarm(
    names: Names,
    _topic: Value,
    told: bool | None,
    most: int | Unlimited | None,
    first: int | None,
    *tagged: Any,
) -> Result:
    """An alarm for a bucket that is nearly full, as S3 measures it once a day."""
    if told is False or first is None or not isinstance(most, int):
        return None
    measured: list[Tree] = [
        {
            "id": name,
            "metric": {
                "namespace": "AWS/S3",
                "metric_name": "BucketSizeBytes",
                "dimensions": {"BucketName": BUCKET, "StorageType": kind},
                "stat": "Average",
                "period": _DAY,
            },
        }
        for name, kind in _CLASSES.items()
    ]
    whole: Tree = {"id": "all", "expression": "SUM(FILL(METRICS(), 0))", "label": "bytes", "return_data": True}
    metric: Tree = {
        "metric_query": [*measured, whole],
        "evaluation_periods": 1,
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        "threshold": most * 10**9 * first // 100,
    }
    found = tags(names, "storage", *tagged)
    return alarm("storage", names, "The tenant's bucket is nearly full.", metric, found)


@document(
    "terraform",
    kind="aws_cloudwatch_event_rule",
    needs=TOPIC,
    looks=(TOPIC, _SECURITY, _WATCHED, _SUSPICIOUS, *LOOKS),
    places=PLACES,
)
def threats(
    names: Names,
    _topic: Value,
    told: bool | None,
    watched: bool | None,
    suspicious: float | None,
    *tagged: Any,
) -> Result:
    """What GuardDuty finds at the tenant's bucket from the score on that counts as suspicious, of ten instead of one.

    https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
    """
    if told is False or watched is False:
        return None
    detail: Tree = {
        "severity": [{"numeric": [">=", round((suspicious or 0) * _WORST, 2)]}],
        "resource": {"s3BucketDetails": {"name": [names.s3_bucket]}},
    }
    pattern: Tree = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"], "detail": detail}
    rule: Tree = {
        "name": names.of("aws_name"),
        "description": "What GuardDuty finds at the tenant's bucket.",
        "event_pattern": compact_json(pattern),
        "tags": tags(names, "security", *tagged),
    }
    return [{"resource": {"aws_cloudwatch_event_rule": {"tenant": rule}}}, told_to("tenant")]
