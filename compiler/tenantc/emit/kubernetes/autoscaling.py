"""How many replicas of each workload run: one HorizontalPodAutoscaler per workload that can be scaled."""

from __future__ import annotations

from tenantc.emit.document import Names, Result, Slot, Tree, Unsupported, document
from tenantc.emit.kubernetes.measures import by_keda, explained
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.scaling import COOLDOWNS, LEAST, LOOKS, METRICS, MOST, behavior, lacking
from tenantc.emit.kubernetes.workload import SCALABLE, WORKLOADS
from tenantc.source.value import Record


@document(
    "kubernetes",
    kind="HorizontalPodAutoscaler",
    each=WORKLOADS,
    looks=LOOKS,
    places=(LEAST, MOST, *COOLDOWNS),
)
def horizontal_pod_autoscaler(
    names: Names,
    name: str,
    workload: Record,
    enabled: bool | None,
    keda: Record | None,
    predictive: bool | None,
    wanted: tuple[str, ...] | None,
    measured: Record | None,
    target: int | None,
    factor: int | float | None,
    up: int | float | None,
    down: int | float | None,
    version: str,
    least: Slot | None,
    most: Slot | None,
    up_cooldown: Slot | None,
    down_cooldown: Slot | None,
) -> Result:
    """Follows the CPU that pods use of what they request, and the measures that settings name besides.

    The measure counts that asks for most. Without a least number there is one replica. The thresholds count from
    Kubernetes 1.35 on; before, replicas change when use is more than a tenth away from the target.
    """
    kind = str(workload["kind"])
    if not enabled or kind not in SCALABLE or by_keda(keda, predictive, wanted, measured):
        return None
    if most is None or target is None:
        return lacking(most)
    metrics = _metrics(wanted, measured, target)
    if isinstance(metrics, Unsupported):
        return metrics
    changes = behavior(version, target, factor, (up, down), (up_cooldown, down_cooldown))
    if isinstance(changes, Unsupported):
        return changes
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(names, name),
        "spec": {
            "scaleTargetRef": {"apiVersion": SCALABLE[kind], "kind": kind, "name": name},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": metrics,
            "behavior": changes,
        },
    }


def _metrics(wanted: tuple[str, ...] | None, measured: Record | None, target: int) -> list[Tree] | Unsupported:
    """CPU, and what settings name besides: the metric of a pod is what the custom metrics API gives."""
    stated = explained(wanted, measured)
    if isinstance(stated, Unsupported):
        return stated
    found = [_resource("cpu", target)]
    for name in wanted or ():
        if name == "memory_usage":
            found.append(_resource("memory", target))
        elif name in stated:
            if "metric" not in stated[name]:
                said = "say in tenantc.yaml that the cluster has KEDA, as `kubernetes.keda`"
                return Unsupported(METRICS, (said, f"take `{name}` out"))
            bears: Tree = {"type": "AverageValue", "averageValue": str(stated[name]["per_replica"])}
            pods: Tree = {"metric": {"name": str(stated[name]["metric"])}, "target": bears}
            found.append({"type": "Pods", "pods": pods})
    return found


def _resource(name: str, target: int) -> Tree:
    usage: Tree = {"type": "Utilization", "averageUtilization": target}
    return {"type": "Resource", "resource": {"name": name, "target": usage}}
