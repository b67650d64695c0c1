"""What the platform's own charts run in each tenant's namespace: `kubernetes.workloads` in tenantc.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.source.value import Record

WORKLOADS: Final = "workspace.kubernetes.workloads"

SCALABLE: Final[Mapping[str, str]] = {"Deployment": "apps/v1", "StatefulSet": "apps/v1"}
"""Kinds that have a `scale` subresource, with their API versions; charts run others too (DaemonSet, CronJob)."""


def selector(name: str, workload: Record) -> dict[str, str]:
    """The labels of the workload's pods: its own where it states them, else the name that charts give by convention."""
    stated = workload.get("labels")
    if isinstance(stated, Record) and stated:
        return {key: str(value) for key, value in stated.items()}
    return {"app.kubernetes.io/name": name}
