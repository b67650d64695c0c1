"""Digests of bytes and of plain values."""

from __future__ import annotations

import hashlib


def sha256(data: bytes) -> str:
    """The SHA-256 digest (FIPS 180-4) as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
