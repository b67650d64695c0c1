"""What the tenant's namespace may use in all, and what a container in it gets that doesn't ask for anything else."""

from __future__ import annotations

from tenantc.emit.document import Names, Slot, Text, Tree, document, text
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.source.value import UNLIMITED, Unlimited

_Amount = Slot | Unlimited | None

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/: `m` is a thousandth, `Mi` is 2^20
_MILLI = "m"
_MEBI = "Mi"


def _quantity(amount: _Amount, unit: str = "") -> Text | None:
    """The amount as Kubernetes writes it, None (which leaves the entry out) where nothing limits it."""
    return None if amount is None or amount is UNLIMITED else text(amount, unit)


def _without_absent(entries: dict[str, Text | None]) -> dict[str, Tree] | None:
    held: dict[str, Tree] = {key: entry for key, entry in entries.items() if entry is not None}
    return held or None


@document(
    "kubernetes",
    kind="ResourceQuota",
    places=(
        "infrastructure.compute.quota_cpu_millicores",
        "infrastructure.compute.quota_memory_mib",
        "infrastructure.compute.quota_pods",
    ),
)
def resource_quota(names: Names, cpu: _Amount, memory: _Amount, pods: _Amount) -> Tree:
    """What all pods of the namespace may use together.

    The settings say what containers may *use*, so limits are what is summed up; a request is never above its limit, so
    the same number holds for requests. Where a setting is `unlimited` its hard limit is left out, which is how
    Kubernetes says that there is none; where all are, there is no quota.
    https://kubernetes.io/docs/concepts/policy/resource-quotas/#compute-resource-quota
    """
    hard = _without_absent(
        {"limits.cpu": _quantity(cpu, _MILLI), "limits.memory": _quantity(memory, _MEBI), "pods": _quantity(pods)}
    )
    if hard is None:
        return None
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata(names, "tenant"),
        "spec": {"hard": hard},
    }


@document(
    "kubernetes",
    kind="LimitRange",
    places=(
        "infrastructure.compute.container_cpu_request_millicores",
        "infrastructure.compute.container_memory_request_mib",
        "infrastructure.compute.container_cpu_limit_millicores",
        "infrastructure.compute.container_memory_limit_mib",
    ),
)
def limit_range(
    names: Names, cpu_request: _Amount, memory_request: _Amount, cpu_limit: _Amount, memory_limit: _Amount
) -> Tree:
    """What a container gets that says nothing; without it the quota above would refuse such a pod.

    These are defaults and no bounds: a container may ask for more, as long as the quota has room.
    https://kubernetes.io/docs/concepts/policy/limit-range/
    """
    request = _without_absent({"cpu": _quantity(cpu_request, _MILLI), "memory": _quantity(memory_request, _MEBI)})
    limit = _without_absent({"cpu": _quantity(cpu_limit, _MILLI), "memory": _quantity(memory_limit, _MEBI)})
    if request is None and limit is None:
        return None
    return {
        "apiVersion": "v1",
        "kind": "LimitRange",
        "metadata": metadata(names, "tenant"),
        "spec": {"limits": [{"type": "Container", "defaultRequest": request, "default": limit}]},
    }
