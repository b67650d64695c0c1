"""How many replicas of each workload run: one HorizontalPodAutoscaler per workload that can be scaled."""

from __future__ import annotations

from decimal import Decimal

from tenantc.emit.document import Names, Result, Slot, Tree, Unsupported, document
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.workload import SCALABLE, WORKLOADS
from tenantc.source.value import Record

_SETTINGS = "infrastructure.auto_scaling"

_METRICS = f"{_SETTINGS}.custom_metrics"
_MEASURED = "workspace.kubernetes.scaling_metrics"

# How often the controller decides, so the length of one step: the default of --horizontal-pod-autoscaler-sync-period
# https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#how-does-a-horizontalpodautoscaler-work
_STEP_SECONDS = 15


@document(
    "kubernetes",
    kind="HorizontalPodAutoscaler",
    each=WORKLOADS,
    looks=(f"{_SETTINGS}.enabled", f"{_SETTINGS}.max_scale_factor", _METRICS, _MEASURED),
    places=(
        f"{_SETTINGS}.min_capacity",
        f"{_SETTINGS}.max_capacity",
        f"{_SETTINGS}.target_utilization",
        f"{_SETTINGS}.scale_up_cooldown",
        f"{_SETTINGS}.scale_down_cooldown",
    ),
)
def horizontal_pod_autoscaler(
    names: Names,
    name: str,
    workload: Record,
    enabled: bool | None,
    factor: int | float | None,
    wanted: tuple[str, ...] | None,
    measured: Record | None,
    least: Slot | None,
    most: Slot | None,
    target: Slot | None,
    up_cooldown: Slot | None,
    down_cooldown: Slot | None,
) -> Result:
    """Follows the CPU that pods use of what they request, and the measures that settings name besides.

    The measure counts that asks for most.

    A cooldown is a stabilisation window: of the recommendations in it Kubernetes takes the lowest before it adds
    replicas and the highest before it takes some away, so the load has to stay high, or low, that long; 0 to 3600 s in
    both (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/).
    What is left out is Kubernetes' default: one replica at least, no wait before growing, 300 s before shrinking.
    """
    kind = str(workload["kind"])
    if not enabled or kind not in SCALABLE:
        return None
    if most is None or target is None:
        lacking = "max_capacity" if most is None else "target_utilization"
        return Unsupported(f"{_SETTINGS}.{lacking}", (f"set it, or set `{_SETTINGS}.enabled` to false",))
    growth, metrics = _growth(factor), _metrics(wanted, measured, target)
    if isinstance(growth, Unsupported):
        return growth
    if isinstance(metrics, Unsupported):
        return metrics
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(names, name),
        "spec": {
            "scaleTargetRef": {"apiVersion": SCALABLE[kind], "kind": kind, "name": name},
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": metrics,
            "behavior": {
                "scaleUp": {"stabilizationWindowSeconds": up_cooldown, **growth},
                "scaleDown": {"stabilizationWindowSeconds": down_cooldown},
            },
        },
    }


def _metrics(wanted: tuple[str, ...] | None, measured: Record | None, target: Slot) -> list[Tree] | Unsupported:
    """CPU, and what settings name besides."""
    found = [_resource("cpu", target)]
    for measure in wanted or ():
        further = _further(measure, measured, target)
        if isinstance(further, Unsupported):
            return further
        found.append(further)
    return found


def _resource(name: str, target: Slot) -> Tree:
    usage: Tree = {"type": "Utilization", "averageUtilization": target}
    return {"type": "Resource", "resource": {"name": name, "target": usage}}


def _further(measure: str, measured: Record | None, target: Slot) -> Tree | Unsupported:
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


def _growth(factor: int | float | None) -> dict[str, Tree] | Unsupported:
    """How much one step may add: a whole percentage of the replicas that run, which Kubernetes rounds up to a replica.

    Stated alone it takes the place of Kubernetes' own policies, one of which (four pods a step) would let a small
    workload grow faster than the factor says.
    https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#scaling-policies
    """
    if factor is None:
        return {}
    percent = (Decimal(str(factor)) - 1) * 100
    if percent != int(percent):
        return Unsupported(f"{_SETTINGS}.max_scale_factor", ("give it at most two decimal places",))
    if percent == 0:  # a policy of 0 % is refused; this is how Kubernetes says never
        return {"selectPolicy": "Disabled"}
    return {"policies": [{"type": "Percent", "value": int(percent), "periodSeconds": _STEP_SECONDS}]}
