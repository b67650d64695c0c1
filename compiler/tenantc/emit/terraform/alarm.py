"""Alarms of CloudWatch, told to the platform's topic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.document import Names, Ref, Tree, Unsupported
from tenantc.emit.terraform.standing import option, unmet
from tenantc.source.path import Path
from tenantc.source.value import Value

TOPIC: Final[Path] = option("alarm_topic")


def told_to(rule: str) -> Tree:
    """That the platform's topic is told of events by a rule; its name lets it be found again, as by `adopt`."""
    target: Tree = {
        "rule": Ref("aws_cloudwatch_event_rule", rule, "name"),
        "target_id": "alarm-topic",
        "arn": Ref("local", "alarm_topic"),
    }
    return {"resource": {"aws_cloudwatch_event_target": {rule: target}}}


def no_topic(topic: Value | None, path: Path) -> Unsupported | None:
    """What a setting can't do that asks for an alarm where nobody would hear it."""
    return None if topic is not None else unmet("alarm_topic", "which topic of SNS alarms go to", path)


def alarm(label: str, names: Names, says: str, metric: Tree, tags: Tree) -> Tree:
    """An alarm that a period without any sample doesn't raise, unless the metric says otherwise.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    assert isinstance(metric, Mapping), "a metric is told by name"
    told: Tree = {
        "alarm_name": names.sub("aws_name", label),
        "alarm_description": says,
        "treat_missing_data": "notBreaching",
        **metric,
        "alarm_actions": [Ref("local", "alarm_topic")],
        "ok_actions": [Ref("local", "alarm_topic")],
        "tags": tags,
    }
    return {"resource": {"aws_cloudwatch_metric_alarm": {label.replace("-", "_"): told}}}
