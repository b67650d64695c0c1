"""Who may talk to the tenant's pods, and to whom they may talk: nothing is allowed but what a policy here allows.

Policies add up, and none of them can forbid (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
So for a suspended tenant, or when the last entry of a list goes, a policy is written *without rules* and not left out:
`kubectl apply` deletes nothing, and a policy that stayed in the cluster from last time would still let traffic in.
"""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.emit.document import Names, Result, Tree, Unsupported, document
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.segments import SEGMENTS, sources
from tenantc.emit.kubernetes.workload import WORKLOADS, selector
from tenantc.source.value import Record

NETWORK = "infrastructure.network"

EVERY_POD: Mapping[str, Tree] = {}

# The API server gives every namespace this label:
# https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name
_NAMESPACE_NAME = "kubernetes.io/metadata.name"

# https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/: CoreDNS too goes by kube-dns
_CLUSTER_DNS = ("kube-system", {"k8s-app": "kube-dns"})
# The pods of NodeLocal DNSCache use the host's network, where no selector finds them; its address by default is this:
# https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
_NODE_LOCAL_DNS = "169.254.20.10/32"


def policy(names: Names, name: str, pods: Mapping[str, Tree], **rules: list[Tree]) -> Tree:
    """A policy for those pods and the directions named; a direction without rules allows nothing."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(names, name),
        "spec": {
            "podSelector": {"matchLabels": pods} if pods else {},
            "policyTypes": [direction.capitalize() for direction in rules],
            **{direction: listed or None for direction, listed in rules.items()},
        },
    }


def suspended(status: str) -> bool:
    return status == "suspended"


def namespace_named(name: str) -> dict[str, Tree]:
    return {"matchLabels": {_NAMESPACE_NAME: name}}


@document("kubernetes", kind="NetworkPolicy")
def default_deny(names: Names) -> Tree:
    """Selects every pod in both directions and allows nothing, so that the others decide what passes."""
    return policy(names, "default-deny", EVERY_POD, ingress=[], egress=[])


@document("kubernetes", kind="NetworkPolicy", looks=("tenant.status",))
def allow_dns(names: Names, status: str) -> Tree:
    """Lets every pod ask the cluster's DNS, without which it finds nothing else."""
    where, pods = _CLUSTER_DNS
    rule: Tree = {
        "to": [
            {"namespaceSelector": namespace_named(where), "podSelector": {"matchLabels": pods}},
            {"ipBlock": {"cidr": _NODE_LOCAL_DNS}},
        ],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    }
    return policy(names, "allow-dns", EVERY_POD, egress=[] if suspended(status) else [rule])


@document("kubernetes", kind="NetworkPolicy", looks=("tenant.status", SEGMENTS))
def allow_same_namespace(names: Names, status: str, segments: Record | None) -> Tree:
    """Lets the tenant's pods talk to each other; where the network has parts, each says whom it lets in."""
    if suspended(status):
        return policy(names, "allow-same-namespace", EVERY_POD, ingress=[], egress=[])
    siblings: Tree = [{"podSelector": {}}]
    lets_in: list[Tree] = [] if segments else [{"from": siblings}]
    return policy(names, "allow-same-namespace", EVERY_POD, ingress=lets_in, egress=[{"to": siblings}])


@document("kubernetes", kind="NetworkPolicy", each=WORKLOADS, looks=("tenant.status", SEGMENTS, WORKLOADS))
def allow_segment(
    names: Names, name: str, workload: Record, status: str, segments: Record | None, workloads: Record
) -> Result:
    """Lets the workloads of a part talk to each other, and those of parts that are let in reach each on its port.

    A pod that belongs to no workload is reached by none.
    """
    if not segments:
        return None
    found = sources(name, segments, workloads)
    if isinstance(found, Unsupported):
        return found
    rules: list[Tree] = [{"from": _pods(found.beside, workloads)}]
    if found.others:
        rules.append({"from": _pods(found.others, workloads), "ports": _port(workload)})
    closed = suspended(status)
    return policy(names, f"allow-segment-{name}", selector(name, workload), ingress=[] if closed else rules)


def _pods(named: tuple[str, ...], workloads: Record) -> Tree:
    held = {name: workloads[name] for name in named}
    return [
        {"podSelector": {"matchLabels": {**selector(name, workload)}}}
        for name, workload in held.items()
        if isinstance(workload, Record)
    ]


def _port(workload: Record) -> Tree:
    """The port on which a workload is reached, all of them (None) if it states none."""
    port = workload.get("port")
    return None if port is None else [{"protocol": "TCP", "port": int(str(port))}]


@document(
    "kubernetes",
    kind="NetworkPolicy",
    each=WORKLOADS,
    looks=("tenant.status", f"{NETWORK}.allowed_ingress_namespaces", SEGMENTS, WORKLOADS),
)
def allow_ingress(
    names: Names,
    name: str,
    workload: Record,
    status: str,
    namespaces: tuple[str, ...] | None,
    segments: Record | None,
    workloads: Record,
) -> Tree:
    """Lets the pods of the namespaces listed, such as the ingress controller's, reach a workload on its port.

    A workload that states no port is reached on all of them. Where the network has parts, this is for those that are
    reachable from a part outside the namespace; what is wrong with one is said by `allow_segment`.
    """
    rule: Tree = {
        "from": [{"namespaceSelector": namespace_named(namespace)} for namespace in namespaces or ()],
        "ports": _port(workload),
    }
    found = sources(name, segments, workloads) if segments else None
    inside = found is not None and (isinstance(found, Unsupported) or not found.outside)
    closed = suspended(status) or inside or not namespaces  # an empty `from` would let in everybody
    return policy(names, f"allow-ingress-{name}", selector(name, workload), ingress=[] if closed else [rule])
