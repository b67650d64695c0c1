"""What the web ACL at the edge writes down, and whom it tells."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, document
from tenantc.emit.terraform.alarm import TOPIC, alarm, no_topic
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.log_group import AT_REST, RETENTION, refusal
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.emit.terraform.waf import BALANCER, EDGE, ENABLED, MODE, not_its_own
from tenantc.source.value import Value

# what lets a reader of the log in
_SECRET_HEADERS: Final = ("authorization", "cookie")


@document(
    "terraform",
    kind="aws_wafv2_web_acl_logging_configuration",
    needs=BALANCER,
    looks=(BALANCER, RETENTION, AT_REST, *LOOKS),
    places=PLACES,
)
def waf_logs(
    names: Names,
    balancer: Value,
    days: int | None,
    at_rest: bool | None,
    *tagged: Any,
) -> Result:
    """Every request and what the rules made of it, in a log group whose name AWS WAF asks for.

    https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    """
    refused = not_its_own(balancer) or refusal(days)
    if refused is not None:
        return refused
    group: Tree = {
        "name": names.of("waf_log_group"),
        "retention_in_days": days,
        "kms_key_id": None if at_rest is False else KEY_ARN,
        "tags": tags(names, "logs", *tagged),
        "lifecycle": {"prevent_destroy": True},
        "depends_on": None if at_rest is False else ["aws_kms_key_policy.tenant"],
    }
    logging: Tree = {
        "resource_arn": EDGE,
        "log_destination_configs": [Ref("aws_cloudwatch_log_group", "edge", "arn")],
        "redacted_fields": [{"single_header": {"name": name}} for name in _SECRET_HEADERS],
    }
    return {
        "resource": {
            "aws_cloudwatch_log_group": {"edge": group},
            "aws_wafv2_web_acl_logging_configuration": {"edge": logging},
        }
    }


@document(
    "terraform",
    kind="aws_cloudwatch_metric_alarm",
    needs=BALANCER,
    looks=(BALANCER, TOPIC, ENABLED, MODE, *LOOKS),
    places=PLACES,
)
def waf_alarm(
    names: Names,
    balancer: Value,
    topic: Value | None,
    enabled: bool | None,
    mode: str | None,
    *tagged: Any,
) -> Result:
    """An alarm for requests that look like attacks, where they are let through and somebody is told.

    https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
    """
    if enabled is False or mode != "alert":
        return None
    refused: Unsupported | None = not_its_own(balancer) or no_topic(topic, MODE)
    if refused is not None:
        return refused
    metric: Tree = {
        "namespace": "AWS/WAFV2",
        "metric_name": "CountedRequests",
        "dimensions": {
            "WebACL": Ref("aws_wafv2_web_acl", "edge", "name"),
            "Region": Ref("local", "tenant_region"),
            "Rule": "ALL",
        },
        "statistic": "Sum",
        "period": 300,
        "evaluation_periods": 1,
        "comparison_operator": "GreaterThanOrEqualToThreshold",
        "threshold": 1,
    }
    say = "Requests that look like attacks reach the tenant."
    found = tags(names, "network", *tagged)
    return alarm("attacks", names, say, metric, found)
