"""What the tenant costs: a budget that follows what it cost before, and whoever is told when it is exceeded."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Tree, compact_json, document, text
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path

_BUDGETS: Final[Path] = "billing.usage_tracking.budget_management"
_FIRST: Final[Path] = "billing.usage_alerts.first_at_percent"
# House: half a year shows a season and forgets a launch; AWS takes a year at most.
# https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_HistoricalOptions.html
_MONTHS: Final = 6
# House: a day that costs a third more than usual is worth a mail
_SURPRISE_PERCENT: Final = 33


@document("terraform", kind="aws_budgets_budget", looks=(_BUDGETS, _FIRST, *LOOKS), places=PLACES)
def budget(
    names: Names,
    managed: bool | None,
    first: int | None,
    *tagged: Any,
) -> Tree:
    """The monthly budget of all that bears the tenant's tag, once that is activated as a cost allocation tag.

    No setting names an amount, so AWS takes it from the months before. The owner is warned before it is spent: by what
    was spent, and by where the month is heading.
    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
    """
    if not managed:
        return None
    warnings: list[tuple[str, int]] = [("FORECASTED", 100), *([("ACTUAL", first)] if first is not None else [])]
    found = tags(names, "billing", *tagged)
    limit: Tree = {
        "name": names.of("aws_name"),
        "budget_type": "COST",
        "time_unit": "MONTHLY",
        "auto_adjust_data": {
            "auto_adjust_type": "HISTORICAL",
            "historical_options": {"budget_adjustment_period": _MONTHS},
        },
        "cost_filter": {"name": "TagKeyValue", "values": [text("user:tenantc:tenant$", names.tenant_id)]},
        "notification": [
            {
                "notification_type": kind,
                "comparison_operator": "GREATER_THAN",
                "threshold": percent,
                "threshold_type": "PERCENTAGE",
                "subscriber_email_addresses": [names.owner_email],
            }
            for kind, percent in warnings
        ],
        "tags": found,
    }
    return {"resource": {"aws_budgets_budget": {"tenant": limit}, **_anomalies(names, found)}}


def _anomalies(names: Names, found: Tree) -> dict[str, Tree]:
    """Days that cost more than the tenant's days do.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_AnomalyMonitor.html
    """
    specification: Tree = {"Tags": {"Key": "tenantc:tenant", "Values": [names.tenant_id]}}
    monitor: Tree = {
        "name": names.of("aws_name"),
        "monitor_type": "CUSTOM",
        "monitor_specification": compact_json(specification),
        "tags": found,
    }
    subscription: Tree = {
        "name": names.of("aws_name"),
        "frequency": "DAILY",
        "monitor_arn_list": [Ref("aws_ce_anomaly_monitor", "tenant", "arn")],
        "subscriber": {"type": "EMAIL", "address": names.owner_email},
        "threshold_expression": {
            "dimension": {
                "key": "ANOMALY_TOTAL_IMPACT_PERCENTAGE",
                "match_options": ["GREATER_THAN_OR_EQUAL"],
                "values": [str(_SURPRISE_PERCENT)],
            }
        },
        "tags": found,
    }
    return {"aws_ce_anomaly_monitor": {"tenant": monitor}, "aws_ce_anomaly_subscription": {"tenant": subscription}}
