"""What the Kustomization behind a ring applies: a ConfigMap that says that the ring has the change."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Document, Tree, document
from tenantc.emit.kubernetes.metadata import MANAGED_BY, label_name
from tenantc.emit.rings import RING, RINGS
from tenantc.source.value import Record

OPTIONS: Final = "workspace.flux"
GATED: Final = RINGS[:-1]
"""The rings that others wait for."""


def gate(platform: str, environment: str, ring: str) -> str:
    """The name of what opens when all tenants of a ring have the change."""
    return label_name(platform, environment, "ring", ring)


def folder(ring: str) -> str:
    """Where in its estate's folder it lies."""
    return f"gates/{ring}"


def _gate(ring: str) -> Document:
    @document(
        "flux",
        kind="ConfigMap",
        scope="estate",
        file=f"{folder(ring)}/gate.yaml",
        looks=("workspace.platform", "deployment.environment", OPTIONS),
        rows=("tenant.ring",),
    )
    def ring_gate(platform: str, environment: str, flux: Record, rings: tuple[tuple[str], ...]) -> Tree:
        """Flux applies no folder that holds nothing."""
        if (ring,) not in rings:
            return None
        return {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": gate(platform, environment, ring),
                "namespace": str(flux["namespace"]),
                "labels": {MANAGED_BY: "tenantc", RING: ring},
            },
        }

    return ring_gate


GATES: Final[tuple[Document, ...]] = tuple(map(_gate, GATED))
