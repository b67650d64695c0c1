"""What stands in values.yaml under `pods`: for each of the platform's workloads, what its chart puts into its pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.document import Names, Tree, document
from tenantc.emit.kubernetes.metadata import shared_name
from tenantc.emit.kubernetes.priority import PRIORITIES, priority_class
from tenantc.emit.kubernetes.workload import WORKLOADS, selector
from tenantc.source.value import Record

_SPREAD: Final = "workspace.kubernetes.spread"

# The label by which a controller tells the pods of one version from those of another:
# https://kubernetes.io/docs/reference/labels-annotations-taints/#pod-template-hash
_VERSION: Final[Mapping[str, str]] = {"Deployment": "pod-template-hash", "StatefulSet": "controller-revision-hash"}


@document(
    "values",
    kind="pods",
    looks=(
        "workspace.platform",
        "deployment.environment",
        "tenant.grade",
        WORKLOADS,
        PRIORITIES,
        _SPREAD,
        "support.sla.availability_percent",
    ),
)
def pods(
    names: Names,  # noqa: ARG001 (every document of a tenant is handed its names)
    platform: str,
    environment: str,
    grade: str,
    workloads: Record | None,
    priorities: Record | None,
    spread: Record | None,
    promised: int | float | None,
) -> Tree:
    """A part of a pod's `spec` for each workload, where the platform says anything of it."""
    priority = priorities.get(grade) if priorities is not None else None
    named = None
    if priority is not None:
        named = shared_name(platform, environment, priority_class(grade, int(str(priority))))
    found: dict[str, Tree] = {}
    for name, workload in (workloads or {}).items():
        assert isinstance(workload, Record), "the structure was checked"
        constraints = _spread(name, workload, spread, promised) if spread is not None else None
        if named is not None or constraints is not None:
            found[name] = {"priorityClassName": named, "topologySpreadConstraints": constraints}
    return {"pods": found} if found else None


def _spread(name: str, workload: Record, spread: Record, promised: int | float | None) -> Tree:
    """Spreads the pods of a version over zones, and over nodes.

    Where enough availability is promised, a pod rather waits than makes a zone hold two more than another; not that of
    a StatefulSet, which has to run where its volume lies and might wait for ever.
    https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/
    """
    kind, enough = str(workload["kind"]), spread.get("required_from_percent")
    waits = kind == "Deployment" and enough is not None and promised is not None and promised >= float(str(enough))
    return [
        {
            "maxSkew": 1,
            "topologyKey": key,
            "whenUnsatisfiable": "DoNotSchedule" if required else "ScheduleAnyway",
            "labelSelector": {"matchLabels": {**selector(name, workload)}},
            "matchLabelKeys": [_VERSION[kind]] if kind in _VERSION else None,
        }
        for key, required in (("topology.kubernetes.io/zone", waits), ("kubernetes.io/hostname", False))
    ]
