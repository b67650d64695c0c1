"""In which shard a tenant stands."""

from __future__ import annotations

from tenantc.source.digest import sha256

_HASH_BITS = 64


def shard(tenant_id: str, count: int) -> int:
    """The number of a tenant's shard, from 0 to `count` - 1; one shard more moves one tenant in so many to it.

    Jump consistent hashing: J. Lamping and E. Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm", 2014.
    """
    key = int(sha256(tenant_id.encode())[: _HASH_BITS // 4], 16)
    here, there = -1, 0
    while there < count:
        here = there
        key = (key * 2862933555777941757 + 1) % (1 << _HASH_BITS)
        there = (here + 1) * (1 << 31) // ((key >> 33) + 1)
    return here
