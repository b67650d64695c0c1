"""How many replicas of each workload run where KEDA has to say so: one ScaledObject in place of an autoscaler."""

from __future__ import annotations

from decimal import ROUND_CEILING, Decimal
from typing import Final

from tenantc.emit.document import Names, Result, Slot, Tree, Unsupported, document, text
from tenantc.emit.kubernetes.measures import RESOURCES, by_keda, explained
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.metrics import of_tenant
from tenantc.emit.kubernetes.scaling import (
    COOLDOWNS,
    KEDA,
    LEAST,
    LOOKS,
    METRICS,
    MOST,
    PREDICTIVE,
    behavior,
    lacking,
)
from tenantc.emit.kubernetes.workload import SCALABLE, WORKLOADS
from tenantc.source.value import Record

# https://keda.sh/docs/2.17/concepts/scaling-deployments/#transfer-ownership-of-an-existing-hpa
_TAKES_OVER: Final = "scaledobject.keda.sh/transfer-hpa-ownership"


@document(
    "kubernetes", kind="ScaledObject", each=WORKLOADS, needs=KEDA, looks=(*LOOKS, MOST), places=(LEAST, *COOLDOWNS)
)
def scaled_object(
    names: Names,
    name: str,
    workload: Record,
    enabled: bool | None,
    keda: Record,
    predictive: bool | None,
    wanted: tuple[str, ...] | None,
    measured: Record | None,
    target: int | None,
    factor: int | float | None,
    up: int | float | None,
    down: int | float | None,
    version: str,
    most: int | None,
    least: Slot | None,
    up_cooldown: Slot | None,
    down_cooldown: Slot | None,
) -> Result:
    """Follows CPU, what settings name besides, and the load that is expected: whichever asks for most counts.

    KEDA makes an autoscaler of it with the same bounds and the same pace as one of ours, and takes over the one of the
    workload's name that was there; no workload has two. Left to itself it would go down to no replicas.
    https://keda.sh/docs/2.17/reference/scaledobject-spec/
    """
    kind = str(workload["kind"])
    if not enabled or kind not in SCALABLE or not by_keda(keda, predictive, wanted, measured):
        return None
    if most is None or target is None:
        return lacking(most)
    measures = _measures(names, keda, wanted, measured, target)
    triggers = _ahead(measures, _expected(keda, most)) if predictive else measures
    changes = behavior(version, target, factor, (up, down), (up_cooldown, down_cooldown))
    if isinstance(triggers, Unsupported):
        return triggers
    if isinstance(changes, Unsupported):
        return changes
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {**metadata(names, name), "annotations": {_TAKES_OVER: "true"}},
        "spec": {
            "scaleTargetRef": {"apiVersion": SCALABLE[kind], "kind": kind, "name": name},
            "minReplicaCount": 1 if least is None else least,
            "maxReplicaCount": most,
            "advanced": {"horizontalPodAutoscalerConfig": {"name": name, "behavior": changes}},
            "triggers": triggers,
        },
    }


def _measures(
    names: Names, keda: Record, wanted: tuple[str, ...] | None, measured: Record | None, target: int
) -> list[Tree] | Unsupported:
    """CPU, and what settings name besides, as far as Prometheus knows it.

    A query that gives nothing is an error and not no load, or replicas would go when Prometheus loses sight of them.
    https://keda.sh/docs/2.17/scalers/prometheus/
    """
    stated = explained(wanted, measured)
    if isinstance(stated, Unsupported):
        return stated
    server = keda.get("prometheus")
    used = ["cpu", *(RESOURCES[name] for name in wanted or () if name == "memory_usage")]
    found: list[Tree] = [
        {"type": resource, "metricType": "Utilization", "metadata": {"value": str(target)}} for resource in used
    ]
    for name, one in stated.items():
        if "query" not in one:
            said = f"say in tenantc.yaml what `{name}` is as a `query`, since KEDA scales the tenant's workloads"
            return Unsupported(METRICS, (said, f"take `{name}` out"))
        if server is None:
            said = "say in tenantc.yaml where Prometheus is asked, as `kubernetes.keda.prometheus`"
            return Unsupported(METRICS, (said, f"take `{name}` out"))
        query: Tree = {
            "serverAddress": str(server),
            "query": text(*of_tenant(names, str(one["query"]))),
            "threshold": str(one["per_replica"]),
            "ignoreNullValues": "false",
        }
        found.append({"type": "prometheus", "metricType": "AverageValue", "metadata": query})
    return found


def _ahead(measures: list[Tree] | Unsupported, expected: list[Tree] | Unsupported) -> list[Tree] | Unsupported:
    """Both, or what is refused."""
    if isinstance(measures, Unsupported):
        return measures
    return expected if isinstance(expected, Unsupported) else [*measures, *expected]


def _expected(keda: Record, most: int) -> list[Tree] | Unsupported:
    """When load is expected, and how many replicas it needs: https://keda.sh/docs/2.17/scalers/cron/."""
    stated = keda.get("expected")
    if not isinstance(stated, tuple):
        said = "say in tenantc.yaml when load is expected, as `kubernetes.keda.expected`"
        return Unsupported(PREDICTIVE, (said, "set it to false"))
    found: list[Tree] = []
    for one in stated:
        assert isinstance(one, Record), "the schema says so"
        start, end = str(one["start"]), str(one["end"])
        if start == end:
            return Unsupported(f"{KEDA}.expected", ("let it end at another time than it begins",))
        replicas = (Decimal(str(one["share"])) * most).to_integral_value(ROUND_CEILING)
        when: dict[str, Tree] = {"timezone": str(one["timezone"]), "start": start, "end": end}
        found.append({"type": "cron", "metadata": {**when, "desiredReplicas": str(replicas)}})
    return found
