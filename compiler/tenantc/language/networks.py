"""Networks in CIDR notation (RFC 4632, RFC 4291)."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network


@lru_cache(maxsize=4096)
def network(text: str) -> IPv4Network | IPv6Network | None:
    """The network, or None if the text names none."""
    try:
        return ip_network(text)
    except ValueError:
        return None


def lies_within(networks: str | tuple[str, ...], others: str | tuple[str, ...]) -> bool:
    """Whether every network lies in one of the others; what is no network lies in none."""
    wide = [network(text) for text in ((others,) if isinstance(others, str) else others)]
    return all(
        any(_inside(inner, outer) for outer in wide)
        for inner in map(network, (networks,) if isinstance(networks, str) else networks)
    )


def _inside(inner: IPv4Network | IPv6Network | None, outer: IPv4Network | IPv6Network | None) -> bool:
    if isinstance(inner, IPv4Network) and isinstance(outer, IPv4Network):
        return inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and isinstance(outer, IPv6Network) and inner.subnet_of(outer)
