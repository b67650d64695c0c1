"""What the ApplicationSet has to know of each tenant and each estate to make its Application."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Slot, Tree, document
from tenantc.emit.kubernetes.metadata import label_name
from tenantc.emit.rings import ESTATE

FILE: Final = "application.json"
# what Argo CD calls the cluster that it runs in
_OWN_CLUSTER: Final = "in-cluster"


@document(
    "argocd", kind="parameters", file=FILE, beside="kubernetes.yaml", places=("tenant.ring", "deployment.cluster")
)
def parameters(names: Names, ring: Slot | None, cluster: Slot | None) -> Tree:
    """A tenant's."""
    cluster_name = cluster if cluster is not None else _OWN_CLUSTER
    return {"name": names.of("argocd_application"), "ring": ring, "cluster": cluster_name}


@document(
    "argocd",
    kind="parameters",
    scope="estate",
    file=FILE,
    beside="kubernetes.yaml",
    looks=(
        "workspace.platform",
        "deployment.environment",
        "deployment.account",
        "deployment.region",
        "deployment.cluster",
    ),
)
def estate_parameters(
    platform: str, environment: str, account: str | None, region: str | None, cluster: str | None
) -> Tree:
    """An estate's, which bears the name of where it lies."""
    place = "-".join(part for part in (account, region, cluster) if part is not None)
    name = label_name(platform, environment, ESTATE, place)
    return {"name": name, "ring": ESTATE, "cluster": cluster or _OWN_CLUSTER}
