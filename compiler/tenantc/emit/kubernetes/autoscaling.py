"""How many replicas of each workload run: one HorizontalPodAutoscaler per workload that can be scaled."""

from __future__ import annotations

from tenantc.emit.document import Names, Result, Slot, Tree, Unsupported, document
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.scaling import DOWN, FACTOR, SETTINGS, TARGET, UP, behavior, growth, tolerances
from tenantc.emit.kubernetes.workload import SCALABLE, WORKLOADS
from tenantc.source.value import Record

_METRICS = f"{SETTINGS}.custom_metrics"
_MEASURED = "workspace.kubernetes.scaling_metrics"


@document(
    "kubernetes",
    kind="HorizontalPodAutoscaler",
    each=WORKLOADS,
    looks=(f"{SETTINGS}.enabled", _METRICS, _MEASURED, TARGET, FACTOR, UP, DOWN, "workspace.kubernetes.version"),
    places=(
        f"{SETTINGS}.min_capacity",
        f"{SETTINGS}.max_capacity",
        f"{SETTINGS}.scale_up_cooldown",
        f"{SETTINGS}.scale_down_cooldown",
    ),
)
def horizontal_pod_autoscaler(
    names: Names,
    name: str,
    workload: Record,
    enabled: bool | None,
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
    if not enabled or kind not in SCALABLE:
        return None
    if most is None or target is None:
        lacking = "max_capacity" if most is None else "target_utilization"
        return Unsupported(f"{SETTINGS}.{lacking}", (f"set it, or set `{SETTINGS}.enabled` to false",))
    metrics, steps, slack = _metrics(wanted, measured, target), growth(factor), tolerances(version, target, up, down)
    if isinstance(metrics, Unsupported):
        return metrics
    if isinstance(steps, Unsupported):
        return steps
    if isinstance(slack, Unsupported):
        return slack
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(names, name),
        "spec": {
            "scaleTargetRef": {"apiVersion": SCALABLE[kind], "kind": kind, "name": name},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": metrics,
            "behavior": behavior(steps, slack, up_cooldown, down_cooldown),
        },
    }


def _metrics(wanted: tuple[str, ...] | None, measured: Record | None, target: int) -> list[Tree] | Unsupported:
    """CPU, and what settings name besides."""
    found = [_resource("cpu", target)]
    for measure in wanted or ():
        further = _further(measure, measured, target)
        if isinstance(further, Unsupported):
            return further
        found.append(further)
    return found


def _resource(name: str, target: int) -> Tree:
    usage: Tree = {"type": "Utilization", "averageUtilization": target}
    return {"type": "Resource", "resource": {"name": name, "target": usage}}


def _further(measure: str, measured: Record | None, target: int) -> Tree | Unsupported:
    """What the number of replicas follows besides CPU; None where it is CPU, or where the platform measures nothing.

    Memory is one that Kubernetes knows itself. What any other means is said in tenantc.yaml: the metric of a pod, as
    the custom metrics API gives it, and how much of it a replica bears.
    """
    if measure == "memory_usage":
        return _resource("memory", target)
    if measure == "cpu_usage" or measured is None:
        return None
    stated = measured.get(measure)
    if not isinstance(stated, Record):
        said = f"say in tenantc.yaml what `{measure}` is, under `kubernetes.scaling_metrics`"
        return Unsupported(_METRICS, (said, f"take `{measure}` out"))
    bears: Tree = {"type": "AverageValue", "averageValue": str(stated["per_replica"])}
    return {"type": "Pods", "pods": {"metric": {"name": str(stated["metric"])}, "target": bears}}
