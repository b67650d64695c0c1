"""The tenant's namespace, and the Pod Security Standard it enforces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.document import Names, Result, Slot, Tree, Unsupported, document
from tenantc.emit.kubernetes.mesh import ISTIO
from tenantc.emit.kubernetes.metadata import ENVIRONMENT, PART_OF, PRUNE, is_label_value, labels
from tenantc.source.value import Record

POD_SECURITY: Final = "pod-security.kubernetes.io"
_STRICTEST = "restricted"

# https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#automatic-sidecar-injection
INJECTION: Final = "istio-injection"

_KEPT: Final[Mapping[str, Tree]] = {
    # Prune is for the day when the document goes, Delete for the day when the whole application does:
    # https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
    "argocd.argoproj.io/sync-options": "Prune=false,Delete=false",
    PRUNE: "disabled",
}


@document(
    "kubernetes",
    kind="Namespace",
    looks=(
        "infrastructure.compute.pod_security",
        "workspace.kubernetes.version",
        ISTIO,
        "tenant.tier",
        "tenant.ring",
        "tenant.status",
    ),
    places=("workspace.platform", "deployment.environment"),
)
def namespace(
    names: Names,
    pod_security: str | None,
    version: str,
    istio: Record | None,
    tier: str,
    ring: str,
    status: str,
    platform: Slot | None,
    environment: Slot | None,
) -> Result:
    """The namespace with everything that people select namespaces by, and its Pod Security Standard.

    Pods that break the tenant's own standard are refused; those that break the strictest one are let in with a warning
    and an entry in the audit log, so that everybody sees how far away it is. The version is pinned, or a cluster's
    upgrade would change what is let in
    (https://kubernetes.io/docs/concepts/security/pod-security-admission/#pod-security-admission-labels-for-namespaces).

    Deleting a namespace deletes all in it, volumes too, so neither Argo CD nor Flux may do it because a file is gone.
    """
    if not is_label_value(tier):
        return Unsupported(
            "tenant.tier", ("give the tier a name of at most 63 characters, ending in a letter or digit",)
        )
    pinned = f"v{version}"
    modes = {"enforce": pod_security or _STRICTEST, "audit": _STRICTEST, "warn": _STRICTEST}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": names.kubernetes_namespace,
            "labels": {
                **labels(names),
                PART_OF: platform,
                ENVIRONMENT: environment,
                "tenantc/tier": tier,
                "tenantc/ring": ring,
                "tenantc/status": status,
                **{f"{POD_SECURITY}/{mode}": level for mode, level in modes.items()},
                **{f"{POD_SECURITY}/{mode}-version": pinned for mode in modes},
                INJECTION: "enabled" if istio is not None else None,
            },
            "annotations": {"tenantc/tenant-name": names.tenant_name, **_KEPT},
        },
    }
