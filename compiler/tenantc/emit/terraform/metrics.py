"""Where the tenant's metrics are kept: a workspace of its own in Amazon Managed Service for Prometheus."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, document
from tenantc.emit.terraform.bucket import AT_REST
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.role import rights, statement
from tenantc.emit.terraform.tags import DATA_PLACES, LOOKS, tags
from tenantc.source.path import Path
from tenantc.source.value import Record, Value

PROMETHEUS: Final[Path] = "workspace.terraform.prometheus"
_ENABLED: Final[Path] = "monitoring.metrics.enabled"
_CUSTOM: Final[Path] = "monitoring.metrics.custom_metrics"
_RETENTION: Final[Path] = "monitoring.metrics.retention_days"
# https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-workspace-configuration.html
_LONGEST_DAYS: Final = 1095
_WORKSPACE: Final = "aws_prometheus_workspace"


@document(
    "terraform",
    kind=_WORKSPACE,
    needs=PROMETHEUS,
    looks=(PROMETHEUS, _ENABLED, _CUSTOM, _RETENTION, AT_REST, *LOOKS),
    places=DATA_PLACES,
)
def metrics(
    names: Names,
    stated: Record,
    enabled: bool | None,
    custom: bool | None,
    days: int | None,
    at_rest: bool | None,
    *tagged: Any,
) -> Result:
    """The workspace, in which a sample goes after as many days as settings say; it bears the tenant's name.

    The tenant's workloads write there themselves only where it may send metrics of its own.
    https://docs.aws.amazon.com/prometheus/latest/userguide/encryption-at-rest-Amazon-Service-Prometheus.html
    https://docs.aws.amazon.com/prometheus/latest/userguide/AMP-and-IAM.html
    """
    if enabled is False:
        return None
    if days is not None and days > _LONGEST_DAYS:
        choice = f"set `{_RETENTION}` to {_LONGEST_DAYS} at most, the longest that Amazon keeps metrics"
        return Unsupported(_RETENTION, (choice,))
    workspace: Tree = {
        "alias": names.of("aws_name"),
        "kms_key_arn": None if at_rest is False else KEY_ARN,
        "tags": tags(names, "metrics", *tagged),
        "lifecycle": {"prevent_destroy": True},
    }
    here = Ref(_WORKSPACE, "tenant", "arn")
    return [
        {"resource": {_WORKSPACE: {"tenant": workspace}}},
        _configured(days, stated.get("max_series")),
        rights("metrics", [statement("Metrics", ["aps:RemoteWrite"], [here])]) if custom else None,
        {"output": _told(here)},
    ]


def _configured(days: int | None, series: Value | None) -> Tree:
    """A label set without labels is of all series."""
    limit: Tree = {"label_set": {}, "limits": {"max_series": int(str(series))}} if series is not None else None
    if days is None and limit is None:
        return None
    configured: Tree = {
        "workspace_id": Ref(_WORKSPACE, "tenant", "id"),
        "retention_period_in_days": days,
        "limits_per_label_set": limit,
    }
    return {"resource": {"aws_prometheus_workspace_configuration": {"tenant": configured}}}


def _told(here: Ref) -> dict[str, Tree]:
    endpoint = Ref(_WORKSPACE, "tenant", "prometheus_endpoint")
    return {
        "metrics_endpoint": {"description": "Address of the Prometheus of the tenant.", "value": endpoint},
        "metrics_workspace_arn": {"description": "ARN of that Prometheus.", "value": here},
    }
