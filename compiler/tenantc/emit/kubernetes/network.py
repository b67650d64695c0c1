"""Who may talk to the tenant's pods, and to whom they may talk: nothing is allowed but what a policy here allows.

Policies add up, and none of them can forbid (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
So for a suspended tenant, or when the last entry of a list goes, a policy is written *without rules* and not left out:
`kubectl apply` deletes nothing, and a policy that stayed in the cluster from last time would still let traffic in.
"""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network

from tenantc.emit.document import Names, Result, Tree, Unsupported, document
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.workload import WORKLOADS, selector
from tenantc.source.value import Record

_EGRESS = "infrastructure.network.allowed_egress_cidrs"

_EVERY_POD: Mapping[str, Tree] = {}

# The API server gives every namespace this label:
# https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name
_NAMESPACE_NAME = "kubernetes.io/metadata.name"

# https://kubernetes.io/docs/tasks/administer-cluster/dns-debugging-resolution/: CoreDNS too goes by kube-dns
_CLUSTER_DNS = ("kube-system", {"k8s-app": "kube-dns"})
# The pods of NodeLocal DNSCache use the host's network, where no selector finds them; its address by default is this:
# https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
_NODE_LOCAL_DNS = "169.254.20.10/32"

# Cloud providers hand out the node's credentials at these addresses: link-local (RFC 3927), and for IPv6 those of
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html and
# https://cloud.google.com/compute/docs/metadata/querying-metadata
_EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_CREDENTIALS = tuple(ip_network(text) for text in ("169.254.0.0/16", "fd00:ec2::254/128", "fd20:ce::254/128"))


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


def _suspended(status: str) -> bool:
    return status == "suspended"


def namespace_named(name: str) -> dict[str, Tree]:
    return {"matchLabels": {_NAMESPACE_NAME: name}}


@document("kubernetes", kind="NetworkPolicy")
def default_deny(names: Names) -> Tree:
    """Selects every pod in both directions and allows nothing, so that the others decide what passes."""
    return policy(names, "default-deny", _EVERY_POD, ingress=[], egress=[])


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
    return policy(names, "allow-dns", _EVERY_POD, egress=[] if _suspended(status) else [rule])


@document("kubernetes", kind="NetworkPolicy", looks=("tenant.status",))
def allow_same_namespace(names: Names, status: str) -> Tree:
    """Lets the tenant's pods talk to each other."""
    if _suspended(status):
        return policy(names, "allow-same-namespace", _EVERY_POD, ingress=[], egress=[])
    siblings: Tree = [{"podSelector": {}}]
    return policy(names, "allow-same-namespace", _EVERY_POD, ingress=[{"from": siblings}], egress=[{"to": siblings}])


@document(
    "kubernetes",
    kind="NetworkPolicy",
    each=WORKLOADS,
    looks=("tenant.status", "infrastructure.network.allowed_ingress_namespaces"),
)
def allow_ingress(names: Names, name: str, workload: Record, status: str, namespaces: tuple[str, ...] | None) -> Tree:
    """Lets the pods of the namespaces listed, such as the ingress controller's, reach a workload on its port.

    A workload that states no port is reached on all of them.
    """
    port = workload.get("port")
    rule: Tree = {
        "from": [{"namespaceSelector": namespace_named(namespace)} for namespace in namespaces or ()],
        "ports": None if port is None else [{"protocol": "TCP", "port": int(str(port))}],
    }
    closed = _suspended(status) or not namespaces  # an empty `from` would let in everybody
    return policy(names, f"allow-ingress-{name}", selector(name, workload), ingress=[] if closed else [rule])


@document("kubernetes", kind="NetworkPolicy", looks=("tenant.status", _EGRESS))
def allow_networks(names: Names, status: str, cidrs: tuple[str, ...] | None) -> Result:
    """Lets every pod reach the networks listed, on any port.

    A network that is wider than the addresses where clouds hand out credentials leaves those out, visibly: `0.0.0.0/0`
    means the internet. Whoever needs such an address lists it by itself.
    """
    blocks: list[Tree] = []
    for cidr in cidrs or ():
        try:
            network = ip_network(cidr, strict=False)
        except ValueError:
            return Unsupported(_EGRESS, (f"write `{cidr}` as a network, such as 192.0.2.0/24 or 2001:db8::/32",))
        held_back = [str(inner) for inner in _CREDENTIALS if _wider(network, inner)]
        blocks.append({"ipBlock": {"cidr": cidr, "except": held_back or None}})
    closed = _suspended(status) or not blocks  # an empty `to` would let out to everywhere
    return policy(names, "allow-networks", _EVERY_POD, egress=[] if closed else [{"to": blocks}])


@document(
    "kubernetes",
    kind="NetworkPolicy",
    looks=("tenant.status", "infrastructure.network.default_ingress", "infrastructure.network.default_egress"),
)
def allow_by_default(names: Names, status: str, ingress: str | None, egress: str | None) -> Tree:
    """Lets through what no other policy names where settings say so, in each direction by itself.

    The addresses where clouds hand out credentials stay closed.
    """
    everywhere: list[Tree] = [{"namespaceSelector": {}}]
    for whole in _EVERYTHING:
        held_back = [str(inner) for inner in _CREDENTIALS if _wider(whole, inner)]
        everywhere.append({"ipBlock": {"cidr": str(whole), "except": held_back}})
    lets_in = ingress == "allow" and not _suspended(status)
    lets_out = egress == "allow" and not _suspended(status)
    return policy(
        names,
        "allow-by-default",
        _EVERY_POD,
        ingress=[{}] if lets_in else [],
        egress=[{"to": everywhere}] if lets_out else [],
    )


def _wider(outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network) -> bool:
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return outer != inner and outer.supernet_of(inner)
    if isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network):
        return outer != inner and outer.supernet_of(inner)
    return False
