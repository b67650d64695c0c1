"""Whether the tenant's pods prove who they are to each other, in clusters that have Istio."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Tree, document
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.network import EVERY_POD, namespace_named, policy, suspended
from tenantc.source.value import Record

ISTIO: Final = "workspace.kubernetes.istio"
_NAMESPACE: Final = "istio-system"

# Whom a pod's proxy has its certificate and its configuration from:
# https://istio.io/latest/docs/ops/deployment/requirements/#ports-used-by-istio
_CONTROL_PLANE: Final[dict[str, Tree]] = {"app": "istiod"}
_CONTROL_PORT: Final = 15012


@document(
    "kubernetes",
    kind="PeerAuthentication",
    needs=ISTIO,
    looks=(ISTIO, "security.encryption_config.tls.internal_mtls"),
)
def peer_authentication(names: Names, _istio: Record, internal_mtls: bool | None) -> Tree:
    """Whether pods refuse whoever does not prove who he is; proxies encrypt among themselves in any case.

    It says so for a tenant that asks for nothing as well, since `kubectl apply` deletes nothing.
    https://istio.io/latest/docs/reference/config/security/peer_authentication/
    """
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "PeerAuthentication",
        "metadata": metadata(names, "default"),
        "spec": {"mtls": {"mode": "STRICT" if internal_mtls else "PERMISSIVE"}},
    }


@document("kubernetes", kind="NetworkPolicy", needs=ISTIO, looks=(ISTIO, "tenant.status"))
def allow_mesh(names: Names, istio: Record, status: str) -> Tree:
    """Lets the proxy in every pod reach the mesh's control plane, without which no pod gets ready."""
    rule: Tree = {
        "to": [
            {
                "namespaceSelector": namespace_named(str(istio.get("namespace", _NAMESPACE))),
                "podSelector": {"matchLabels": _CONTROL_PLANE},
            }
        ],
        "ports": [{"protocol": "TCP", "port": _CONTROL_PORT}],
    }
    return policy(names, "allow-mesh", EVERY_POD, egress=[] if suspended(status) else [rule])
