"""How many pods of a workload may be taken away at once, as when a node is drained."""

from __future__ import annotations

from tenantc.emit.document import Names, Tree, document
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.workload import WORKLOADS, selector
from tenantc.source.value import Record


@document("kubernetes", kind="PodDisruptionBudget", each=WORKLOADS)
def pod_disruption_budget(names: Names, name: str, workload: Record) -> Tree:
    """One pod after the other; so a workload of one pod may be moved, and none is emptied at once.

    Pods that are not well may always be taken away, or a broken workload would keep a node from being drained.
    https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy
    """
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(names, name),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": {**selector(name, workload)}},
        },
    }
