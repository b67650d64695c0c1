"""Merkle trees of RFC 6962 (§2.1) over SHA-256: the head of a list, and proofs that something is in it.

A list is that of its leaves' hashes, 32 bytes each; an entry itself is seen by `leaf` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256


def leaf(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def head(leaves: Sequence[bytes]) -> bytes:
    """The Merkle Tree Hash of a list, that of no bytes for an empty one."""
    level = leaves
    while len(level) > 1:
        level = _above(level)
    return level[0] if level else sha256().digest()


def inclusion(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The audit path of a leaf, from the bottom up. Raises IndexError if there is none at `index`, from 0."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    path: list[bytes] = []
    level = leaves
    while len(level) > 1:
        beside = index ^ 1
        if beside < len(level):
            path.append(level[beside])
        level, index = _above(level), index >> 1
    return path


def implied(leaf: bytes, index: int, size: int, path: Iterable[bytes]) -> bytes | None:
    """The head of a list of `size` leaves in which `leaf` has this audit path; None if no path is like that.

    As RFC 9162 §2.1.3.2 verifies inclusion.
    """
    if not 0 <= index < size:
        return None
    last, found = size - 1, leaf
    for beside in path:
        if last == 0:
            return None
        if index & 1 or index == last:
            found = _node(beside, found)
            while not index & 1:
                index, last = index >> 1, last >> 1
        else:
            found = _node(found, beside)
        index, last = index >> 1, last >> 1
    return found if last == 0 else None


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def _above(level: Sequence[bytes]) -> list[bytes]:
    """The level above: a node for each pair, and a last one without a pair as it is."""
    above = [_node(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
    return [*above, level[-1]] if len(level) & 1 else above
