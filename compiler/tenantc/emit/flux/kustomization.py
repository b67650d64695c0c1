"""A Kustomization of Flux for each tenant of an estate, ring after ring."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tenantc.emit.document import Tree, document
from tenantc.emit.flux.gates import GATED, OPTIONS, folder, gate
from tenantc.emit.kubernetes.metadata import MANAGED_BY, PRUNE, TENANT, label_name
from tenantc.emit.rings import ESTATE, RING, RINGS, written_to
from tenantc.source.value import Record

_FILES: Final = "flux"


@document(
    "flux",
    kind="Kustomization",
    scope="estate",
    file=f"{_FILES}/tenants.yaml",
    looks=("workspace.platform", "deployment.environment", OPTIONS),
    rows=("tenant.id", "tenant.ring", "build.folder", "build.estate"),
)
def tenant_kustomizations(
    platform: str, environment: str, flux: Record, tenants: tuple[tuple[str, str, str, str], ...]
) -> Tree:
    """Applies a tenant's folder when all tenants of the rings before have the same commit.

    What depends on another Kustomization of the same source waits until that one is ready at the source's revision. So
    a gate stands behind each ring but the last, which depends on all its tenants, and the next ring on the gate.
    https://fluxcd.io/flux/components/kustomize/kustomizations/#dependencies
    """
    found: list[Tree] = []
    gates: list[str] = []
    for ring in RINGS:
        members = [(id, where, estate) for id, its, where, estate in tenants if its == ring]
        called = {id: label_name(platform, environment, "tenant", id) for id, _, _ in members}
        for id, where, _ in members:
            labels = {TENANT: id, RING: ring}
            found.append(_kustomization(called[id], labels, _path(flux, where, "tenants", id), gates, flux))
        if members and ring in GATED:
            _, where, estate = members[0]
            name, path = gate(platform, environment, ring), _path(flux, where, "estates", estate, folder(ring))
            found.append(_kustomization(name, {RING: ring}, path, called.values(), flux))
            gates = [name]
    return found


@document(
    "flux",
    kind="Kustomization",
    scope="estate",
    file=f"{_FILES}/estate.yaml",
    beside="kubernetes.yaml",
    looks=("workspace.platform", "deployment.environment", OPTIONS),
    rows=("build.folder", "build.estate"),
)
def estate_kustomization(platform: str, environment: str, flux: Record, estates: tuple[tuple[str, str], ...]) -> Tree:
    """Applies the estate's own folder, where there is something for Kubernetes in it."""
    return [
        _kustomization(
            label_name(platform, environment, ESTATE, estate), {}, _path(flux, where, "estates", estate), (), flux
        )
        for where, estate in estates
    ]


def _path(flux: Record, *parts: str) -> str:
    return "/".join(part for part in (".", *written_to(str(flux["path"])), *parts) if part)


def _kustomization(name: str, labels: dict[str, str], path: str, behind: Iterable[str], flux: Record) -> Tree:
    """One Kustomization, which stays when it is in no file any more: with it would go what it applied.

    https://fluxcd.io/flux/components/kustomize/kustomizations/
    """
    metadata: Tree = {
        "name": name,
        "namespace": str(flux["namespace"]),
        "labels": {MANAGED_BY: "tenantc", **labels},
        "annotations": {PRUNE: "disabled"},
    }
    return {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": metadata,
        "spec": {
            "interval": str(flux["interval"]),
            "path": path,
            "prune": True,
            "wait": True,
            "sourceRef": {"kind": "GitRepository", "name": str(flux["source"])},
            "dependsOn": [{"name": one} for one in behind] or None,
        },
    }
