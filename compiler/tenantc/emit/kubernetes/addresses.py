"""Which addresses the tenant's pods may reach, and what passes that no policy names."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from tenantc.emit.document import Names, Result, Tree, Unsupported, document
from tenantc.emit.kubernetes.metadata import TENANT
from tenantc.emit.kubernetes.network import EVERY_POD, NETWORK, policy, suspended
from tenantc.emit.kubernetes.segments import SEGMENTS, handles_cards
from tenantc.source.value import Record

_EGRESS = f"{NETWORK}.allowed_egress_cidrs"
_POD_NETWORKS = "workspace.kubernetes.pod_networks"

# Cloud providers hand out the node's credentials at these addresses: link-local (RFC 3927), and for IPv6 those of
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html and
# https://cloud.google.com/compute/docs/metadata/querying-metadata
_EVERYTHING = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_CREDENTIALS = tuple(ip_network(text) for text in ("169.254.0.0/16", "fd00:ec2::254/128", "fd20:ce::254/128"))


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
    closed = suspended(status) or not blocks  # an empty `to` would let out to everywhere
    return policy(names, "allow-networks", EVERY_POD, egress=[] if closed else [{"to": blocks}])


@document(
    "kubernetes",
    kind="NetworkPolicy",
    looks=(
        "tenant.status",
        f"{NETWORK}.default_ingress",
        f"{NETWORK}.default_egress",
        SEGMENTS,
        "infrastructure.isolation_level",
        _POD_NETWORKS,
    ),
)
def allow_by_default(
    names: Names,
    status: str,
    ingress: str | None,
    egress: str | None,
    segments: Record | None,
    isolation: str | None,
    pod_networks: tuple[str, ...] | None,
) -> Result:
    """Lets through what no other policy names where settings say so, in each direction by itself.

    The addresses where clouds hand out credentials stay closed, and so does the way from other tenants in the cluster.
    """
    lets_in = _everybody(segments, isolation, pod_networks) if ingress == "allow" else []
    if isinstance(lets_in, Unsupported):
        return lets_in
    if egress == "allow" and segments and handles_cards(segments):
        choice = f"deny it, and list in `{_EGRESS}` what the part that handles cards has to reach"
        return Unsupported(f"{NETWORK}.default_egress", (choice,))
    lets_out: list[Tree] = [{"to": [{"namespaceSelector": {}}, *_world(_CREDENTIALS)]}] if egress == "allow" else []
    if suspended(status):
        lets_in, lets_out = [], []
    return policy(names, "allow-by-default", EVERY_POD, ingress=lets_in, egress=lets_out)


def _everybody(
    segments: Record | None, isolation: str | None, pod_networks: tuple[str, ...] | None
) -> list[Tree] | Unsupported:
    """Rules that let in everybody but other tenants, of whom a cluster of its own has none.

    Whether a block of addresses holds those of pods is each network plugin's to decide, so theirs are left out:
    https://kubernetes.io/docs/concepts/services-networking/network-policies/#behavior-of-ipblock-selectors
    """
    path = f"{NETWORK}.default_ingress"
    if segments:
        return Unsupported(path, ("deny it: policies add up, so no part of the network could keep anybody out",))
    if isolation == "cluster":
        return [{}]
    if not pod_networks:
        said = "say in tenantc.yaml which addresses pods have, as `kubernetes.pod_networks`"
        return Unsupported(path, ("deny it, and list who may come in", said, "give the tenant a cluster of its own"))
    try:
        networks = tuple(ip_network(cidr, strict=False) for cidr in pod_networks)
    except ValueError:
        return Unsupported(_POD_NETWORKS, ("write networks, such as 10.0.0.0/8 or fd00::/8",))
    strangers: Tree = {"namespaceSelector": {"matchExpressions": [{"key": TENANT, "operator": "DoesNotExist"}]}}
    return [{"from": [strangers, *_world(networks)]}]


def _world(but: Sequence[IPv4Network | IPv6Network]) -> list[Tree]:
    """All addresses but some."""
    found: list[Tree] = []
    for whole in _EVERYTHING:
        held_back = [str(inner) for inner in but if _wider(whole, inner)]
        found.append({"ipBlock": {"cidr": str(whole), "except": held_back or None}})
    return found


def _wider(outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network) -> bool:
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return outer != inner and outer.supernet_of(inner)
    if isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network):
        return outer != inner and outer.supernet_of(inner)
    return False
