"""Whose pods go first when there is not room for all: a PriorityClass for each grade of tier that tenants have."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Tree, document, slug
from tenantc.emit.kubernetes.metadata import shared_metadata
from tenantc.source.value import Record

PRIORITIES: Final = "workspace.kubernetes.priorities"


def priority_class(grade: str, priority: int) -> str:
    """A grade's class, within its platform and environment.

    A class never changes its priority, so its name holds it: another priority is another class, to which pods move when
    they are rolled out. https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#priorityclass
    """
    return f"{slug(grade)}-{priority}"


@document(
    "kubernetes",
    kind="PriorityClass",
    scope="estate",
    needs=PRIORITIES,
    looks=("workspace.platform", "deployment.environment", PRIORITIES),
    columns=("tenant.grade",),
)
def priority_classes(platform: str, environment: str, priorities: Record, grades: tuple[str, ...]) -> Tree:
    """The classes of the grades that the estate's tenants have, as far as they have a priority.

    Where nodes are full, a pod takes the place of one of lower priority. If it only stood first in the queue (`Never`),
    tenants that were there earlier would keep out those that are promised more.
    """
    return [
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": shared_metadata(platform, environment, priority_class(grade, int(str(priority)))),
            "value": int(str(priority)),
            "preemptionPolicy": "PreemptLowerPriority",
            "description": f"Pods of {platform}'s tenants of grade {grade}.",
        }
        for grade in grades
        if (priority := priorities.get(grade)) is not None
    ]
