"""Networks as AWS writes them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

from tenantc.emit.document import Unsupported
from tenantc.source.path import Path

Families: TypeAlias = dict[int, list[str]]


def families(path: Path, networks: Sequence[str] | None) -> Families | Unsupported:
    """Networks by their version of IP, each once, without bits of a host."""
    found: set[IPv4Network | IPv6Network] = set()
    for network in networks or ():
        try:
            found.add(ip_network(network, strict=False))
        except ValueError:
            return Unsupported(path, (f"write `{network}` as a network, such as 192.0.2.0/24 or 2001:db8::/32",))
    return {
        version: [one.compressed for one in sorted(found, key=str) if one.version == version]
        for version in sorted({one.version for one in found})
    }


def halved(networks: Sequence[str]) -> list[str]:
    """The same networks where `/0` can't be said: all addresses are those of two halves."""
    return [
        half.compressed
        for network in map(ip_network, networks)
        for half in (network.subnets() if network.prefixlen == 0 else (network,))
    ]
