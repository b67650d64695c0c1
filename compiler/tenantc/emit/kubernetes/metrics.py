"""What Prometheus collects from the tenant's workloads, and how it reaches them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.document import Names, Part, Slot, Tree, document, text
from tenantc.emit.kubernetes.mesh import ISTIO
from tenantc.emit.kubernetes.metadata import labels, metadata
from tenantc.emit.kubernetes.network import namespace_named, policy
from tenantc.emit.kubernetes.workload import WORKLOADS, selector
from tenantc.source.value import Record

PROMETHEUS: Final = "workspace.kubernetes.prometheus"
NAMESPACE: Final = "$namespace"
"""What stands for the tenant's namespace in PromQL of the platform's."""
_DEFAULT_NAMESPACE: Final = "monitoring"
_PATH: Final = "/metrics"
_SCRAPE_CLASS: Final = "istio-mtls"
# a certificate of Istio names its bearer in a way that Prometheus does not understand
_PROVEN: Final[Mapping[str, Tree]] = {"scheme": "https", "tlsConfig": {"insecureSkipVerify": True}}


def of_tenant(names: Names, promql: str) -> list[Part]:
    """The platform's PromQL for one tenant: a name of a namespace needs no quoting there."""
    parts: list[Part] = []
    for piece in promql.split(NAMESPACE):
        parts += [names.kubernetes_namespace, piece] if parts else [piece]
    return parts


def watched(names: Names, name: str, prometheus: Record) -> dict[str, Tree]:
    """The metadata of what Prometheus has to find."""
    own = prometheus.get("labels")
    found = {key: str(value) for key, value in own.items()} if isinstance(own, Record) else {}
    return {**metadata(names, name), "labels": {**labels(names), **found}}


@document(
    "kubernetes",
    kind="ServiceMonitor",
    each=WORKLOADS,
    needs=PROMETHEUS,
    looks=(PROMETHEUS, ISTIO, "monitoring.metrics.enabled"),
    places=("monitoring.metrics.granularity_minutes",),
)
def service_monitor(
    names: Names,
    name: str,
    workload: Record,
    prometheus: Record,
    istio: Record | None,
    enabled: bool | None,
    granularity: Slot | None,
) -> Tree:
    """Collects what a workload tells of itself, on the port on which it listens.

    A Service is found by the labels that its pods have: charts give both the same. Where no metrics are collected it is
    written without anything to collect, since `kubectl apply` deletes nothing. In a mesh Prometheus proves who it is
    by the certificate of a scrape class, since a monitor that names files of its own is one that may read others.
    https://istio.io/latest/docs/ops/integrations/prometheus/#tls-settings
    https://prometheus-operator.dev/docs/api-reference/api/#monitoring.coreos.com/v1.ServiceMonitor
    """
    port = workload.get("port")
    if port is None:
        return None
    scrape: dict[str, Tree] = {
        "targetPort": int(str(port)),
        "path": _PATH,
        **(_PROVEN if istio is not None else {}),
        "interval": None if granularity is None else text(granularity, "m"),
    }
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "ServiceMonitor",
        "metadata": watched(names, name, prometheus),
        "spec": {
            "selector": {"matchLabels": {**selector(name, workload)}},
            "scrapeClass": str(istio.get("scrape_class", _SCRAPE_CLASS)) if istio is not None else None,
            "endpoints": [scrape] if enabled else [],
        },
    }


@document(
    "kubernetes",
    kind="NetworkPolicy",
    each=WORKLOADS,
    needs=PROMETHEUS,
    looks=(PROMETHEUS, "monitoring.metrics.enabled"),
)
def allow_scraping(names: Names, name: str, workload: Record, prometheus: Record, enabled: bool | None) -> Tree:
    """Lets Prometheus reach a workload on its port; a tenant that is suspended is watched on.

    It is written without rules where no metrics are collected, so that it goes from the cluster, too.
    """
    port = workload.get("port")
    if port is None:
        return None
    where = str(prometheus.get("namespace", _DEFAULT_NAMESPACE))
    rule: Tree = {
        "from": [{"namespaceSelector": namespace_named(where)}],
        "ports": [{"protocol": "TCP", "port": int(str(port))}],
    }
    return policy(names, f"allow-scraping-{name}", selector(name, workload), ingress=[rule] if enabled else [])
