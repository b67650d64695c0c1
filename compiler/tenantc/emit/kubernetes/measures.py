"""What the number of replicas follows: `infrastructure.auto_scaling.custom_metrics`, and who measures it."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Unsupported
from tenantc.emit.kubernetes.scaling import METRICS
from tenantc.source.value import Record

RESOURCES: Final = {"cpu_usage": "cpu", "memory_usage": "memory"}
"""Measures that Kubernetes knows itself."""


def by_keda(
    keda: Record | None, predictive: bool | None, wanted: tuple[str, ...] | None, measured: Record | None
) -> bool:
    """Whether KEDA scales the tenant's workloads: only what no autoscaler can follow by itself is left to it."""
    stated = [measured.get(name) for name in wanted or ()] if measured is not None else []
    return keda is not None and (bool(predictive) or any(isinstance(one, Record) and "query" in one for one in stated))


def explained(wanted: tuple[str, ...] | None, measured: Record | None) -> dict[str, Record] | Unsupported:
    """What tenantc.yaml says of each measure but those of Kubernetes; nothing where the platform measures nothing."""
    found: dict[str, Record] = {}
    for name in wanted or ():
        if name in RESOURCES or measured is None:
            continue
        stated = measured.get(name)
        if not isinstance(stated, Record):
            said = f"say in tenantc.yaml what `{name}` is, under `kubernetes.scaling_metrics`"
            return Unsupported(METRICS, (said, f"take `{name}` out"))
        found[name] = stated
    return found
