"""When somebody is told that a tenant is not well: one PrometheusRule, with a group for each alerting switch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from tenantc.emit.document import Names, Part, Slot, Tree, document, text
from tenantc.emit.kubernetes.metadata import TENANT
from tenantc.emit.kubernetes.metrics import NAMESPACE, PROMETHEUS, of_tenant, watched
from tenantc.source.frozen import Frozen
from tenantc.source.value import Record

_SWITCHES: Final = (
    "system_health",
    "security_events",
    "usage_limits",
    "performance",
    "business_metrics",
    "compliance_violations",
    "log_pipeline_failure",
)
_CONTROLS: Final = "control_failures"
_LIMITS: Final = (
    "max_users",
    "concurrent_sessions",
    "storage_gb",
    "monthly_bandwidth_gb",
    "ai_sessions_per_month",
    "api_rate_limit_per_hour",
    "integrations",
    "webhook_endpoints",
    "scheduled_jobs",
    "custom_models",
)
# a label of Prometheus has no slash
_TENANT: Final = TENANT.replace("/", "_")
_HERE: Final = f'namespace="{NAMESPACE}"'
_WAIT: Final = "5m"


class _Alert(Frozen):
    """An alert, in whose PromQL `$namespace` stands for the tenant's namespace."""

    name: str
    expr: str
    wait: str | None
    severity: str
    summary: str
    label: tuple[str, str] | None = None


class _Burn(Frozen):
    """A speed at which the month's errors are used up, and the windows over which it is measured."""

    factor: Decimal
    long: str
    short: str
    severity: str


# https://sre.google/workbook/alerting-on-slos/, table 5-8: 2 % and 5 % of a month's errors call somebody, 10 % do not
_BURNS: Final = (
    _Burn(Decimal("14.4"), "1h", "5m", "critical"),
    _Burn(Decimal(6), "6h", "30m", "critical"),
    _Burn(Decimal(3), "1d", "2h", "warning"),
    _Burn(Decimal(1), "3d", "6h", "warning"),
)


def _per_container(metric: str) -> str:
    return f'sum by (pod, container) (increase({metric}{{{_HERE},container!=""}}[5m]))'


# Metrics of kube-state-metrics (https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics) and cAdvisor
# (https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md)
_BUILT_IN: Final[Mapping[str, tuple[_Alert, ...]]] = {
    "system_health": (
        _Alert(
            "TenantPodNotRunning",
            f'max by (pod) (kube_pod_status_phase{{{_HERE},phase=~"Pending|Unknown"}}) > 0',
            "15m", "critical", "pod {{ $labels.pod }} does not run",
        ),
        _Alert(
            "TenantContainerRestarting",
            f"increase(kube_pod_container_status_restarts_total{{{_HERE}}}[15m]) > 3",
            "5m", "warning", "container {{ $labels.container }} of pod {{ $labels.pod }} restarts again and again",
        ),
        _Alert(
            "TenantReplicasMissing",
            f"kube_deployment_status_replicas_available{{{_HERE}}} < kube_deployment_spec_replicas{{{_HERE}}}",
            "15m", "critical", "deployment {{ $labels.deployment }} has fewer replicas than it should",
        ),
    ),
    "performance": (
        # a quarter, as in https://runbooks.prometheus-operator.dev/runbooks/kubernetes/cputhrottlinghigh/
        _Alert(
            "TenantCpuThrottled",
            f"{_per_container('container_cpu_cfs_throttled_periods_total')}"
            f" / {_per_container('container_cpu_cfs_periods_total')} > 0.25",
            "15m", "warning", "container {{ $labels.container }} of pod {{ $labels.pod }} waits for CPU",
        ),
        _Alert(
            "TenantCannotGrow",
            f"kube_horizontalpodautoscaler_status_current_replicas{{{_HERE}}}"
            f" >= kube_horizontalpodautoscaler_spec_max_replicas{{{_HERE}}}",
            "15m", "warning", "autoscaler {{ $labels.horizontalpodautoscaler }} has no replica left to add",
        ),
    ),
}  # fmt: skip
_QUOTA: Final = (
    f'100 * kube_resourcequota{{{_HERE},type="used"}}'
    f' / ignoring (type) (kube_resourcequota{{{_HERE},type="hard"}} > 0) >= '
)


@document(
    "kubernetes",
    kind="PrometheusRule",
    needs=PROMETHEUS,
    looks=(
        PROMETHEUS,
        *(f"monitoring.alerting_rules.{switch}" for switch in _SWITCHES),
        f"monitoring.alerting_rules.{_CONTROLS}",
        "support.sla.availability_percent",
    ),
    places=(
        "billing.usage_alerts.first_at_percent",
        "monitoring.logging.time_sync.max_drift_seconds",
        *(f"limits.{name}" for name in _LIMITS),
    ),
)
def prometheus_rule(names: Names, prometheus: Record, *said: object) -> Tree:
    """The alerts of a tenant, each with the tenant's id as a label; it is written without any, too, so that they go.

    What there is to measure besides the cluster's own metrics is what tenantc.yaml names: a counter of requests for
    the promised availability, what is used of limits, how far clocks are off, and alerts of the platform's own.
    https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.PrometheusRule
    """
    switches = dict(zip(_SWITCHES, said, strict=False))
    controls, availability, first, drift, *limits = said[len(_SWITCHES) :]
    own = prometheus.get("alerts")
    groups: list[Tree] = []
    for switch, is_on in switches.items():
        alerts = [*_BUILT_IN.get(switch, ()), *_own(own, switch)] if is_on else []
        rules = [_rule(names, alert) for alert in alerts]
        if switch == "usage_limits" and is_on:
            rules += _usage(names, prometheus, first, dict(zip(_LIMITS, limits, strict=True)))
        groups += [_group(switch, rules)]
    wanted = controls if isinstance(controls, tuple) else ()
    groups += [_group(_CONTROLS, [_rule(names, alert) for alert in _own(own, _CONTROLS) if alert.name in wanted])]
    groups += [_group("availability", [*_availability(names, prometheus, availability)])]
    groups += [_group("clocks", [*_clocks(names, prometheus, drift)])]
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": watched(names, "tenant", prometheus),
        "spec": {"groups": groups},
    }


def _group(name: str, rules: list[Tree]) -> Tree:
    return {"name": name.replace("_", "-"), "rules": rules} if rules else None


def _own(alerts: object, switch: str) -> Iterator[_Alert]:
    """The platform's own alerts of a switch."""
    held = alerts.get(switch) if isinstance(alerts, Record) else None
    for name, stated in held.items() if isinstance(held, Record) else ():
        assert isinstance(stated, Record), "the schema says so"
        expr, severity, summary = (str(stated[key]) for key in ("expr", "severity", "summary"))
        yield _Alert(name, expr, str(stated.get("for", _WAIT)), severity, summary)


def _rule(names: Names, alert: _Alert, *bounds: Part) -> Tree:
    """An alert as Prometheus reads it; `bounds` stand at the end of its PromQL."""
    return {
        "alert": alert.name,
        "expr": text(*of_tenant(names, alert.expr), *bounds),
        "for": alert.wait,
        "labels": {"severity": alert.severity, _TENANT: names.tenant_id, **dict([alert.label] if alert.label else [])},
        "annotations": {"summary": alert.summary},
    }


def _usage(names: Names, prometheus: Record, first: object, limits: Mapping[str, object]) -> Iterator[Tree]:
    """Warns when the first share of a limit is used up, and of the namespace's own quota.

    `unlimited` is never used up. A limit of 0 of which anything is used is.
    """
    if not isinstance(first, Slot):
        return
    summary = "{{ $value | humanize }} % of the quota of {{ $labels.resource }} is used"
    yield _rule(names, _Alert("TenantQuotaNearlyUsed", _QUOTA, "15m", "warning", summary), first)
    used = prometheus.get("usage")
    for limit, expr in used.items() if isinstance(used, Record) else ():
        most = limits[limit]
        if isinstance(most, Slot):
            summary = f"{{{{ $value | humanize }}}} % of limits.{limit} is used"
            alert = _Alert("TenantLimitNearlyUsed", f"100 * ({expr}) / ", "15m", "warning", summary, ("limit", limit))
            yield _rule(names, alert, most, " >= ", first)


def _clocks(names: Names, prometheus: Record, drift: object) -> Iterator[Tree]:
    """Warns when a clock is further off than it may be."""
    measured = prometheus.get("clock_offset")
    if isinstance(measured, str) and isinstance(drift, Slot):
        summary = "a clock that stamps the tenant's lines is {{ $value | humanize }} seconds off"
        yield _rule(names, _Alert("TenantClockOff", f"({measured}) > ", _WAIT, "warning", summary), drift)


def _availability(names: Names, prometheus: Record, percent: object) -> Iterator[Tree]:
    """Tells when the requests that may fail in a month are used up too fast, in two windows at once.

    A speed at which even all requests failing would not use them up is left out: no alert could be given for it.
    """
    requests = prometheus.get("requests")
    if not isinstance(requests, Record) or not isinstance(percent, (int, float)):
        return
    budget = 1 - Decimal(str(percent)) / 100
    metric, errors = requests["metric"], requests["errors"]
    summary = f"requests fail so often that the promise of {percent} % would be broken early"
    for burn in _BURNS:
        threshold = burn.factor * budget
        if threshold >= 1:
            continue
        ratios = [
            f"(sum(rate({metric}{{{_HERE},{errors}}}[{window}])) / sum(rate({metric}{{{_HERE}}}[{window}]))"
            f" > {threshold.normalize():f})"
            for window in (burn.long, burn.short)
        ]
        label = ("window", burn.long)
        yield _rule(
            names, _Alert("TenantAvailabilityAtRisk", " and ".join(ratios), None, burn.severity, summary, label)
        )
