"""A program that searches the tenant's log lines for what somebody should look at."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, document
from tenantc.emit.terraform.alarm import TOPIC, alarm
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.log_group import AT_REST
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import Value

_REVIEWED: Final[Path] = "monitoring.logging.automated_review"


@document("terraform", kind="aws_cloudwatch_log_anomaly_detector", looks=(_REVIEWED, AT_REST, *LOOKS), places=PLACES)
def log_review(
    names: Names,
    reviewed: bool | None,
    at_rest: bool | None,
    *tagged: Any,
) -> Tree:
    """A model of what the lines usually say, which learns and notices what is new, missing or more than usual.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/LogsAnomalyDetection.html
    """
    if reviewed is False:
        return None
    detector: Tree = {
        "detector_name": names.of("aws_name"),
        "log_group_arn_list": [Ref("aws_cloudwatch_log_group", "tenant", "arn")],
        "evaluation_frequency": "FIVE_MIN",
        "enabled": True,
        "kms_key_id": None if at_rest is False else KEY_ARN,
        "tags": tags(names, "logs", *tagged),
        "depends_on": None if at_rest is False else ["aws_kms_key_policy.tenant"],
    }
    return {"resource": {"aws_cloudwatch_log_anomaly_detector": {"tenant": detector}}}


@document("terraform", kind="aws_cloudwatch_metric_alarm", needs=TOPIC, looks=(TOPIC, _REVIEWED, *LOOKS), places=PLACES)
def log_review_alarm(
    names: Names,
    _topic: Value,
    reviewed: bool | None,
    *tagged: Any,
) -> Result:
    """An alarm for what the model holds to be grave.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/LogsAnomalyDetection-Alarms.html
    """
    if reviewed is False:
        return None
    metric: Tree = {
        "namespace": "AWS/Logs",
        "metric_name": "AnomalyCount",
        "dimensions": {"LogAnomalyDetector": names.of("aws_name"), "LogAnomalyPriority": "HIGH"},
        "statistic": "Sum",
        "period": 300,
        "evaluation_periods": 1,
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        "threshold": 1,
    }
    found = tags(names, "logs", *tagged)
    return alarm("log-anomalies", names, "The tenant's log says what it never said before.", metric, found)
