"""Digests of bytes and of plain values."""

from __future__ import annotations

import hashlib


def sha256(data: bytes) -> str:
    """The SHA-256 digest (FIPS 180-4) as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def uuid5(namespace: bytes, name: str) -> str:
    """The UUID of a name in a namespace of 16 bytes: version 5 of RFC 9562 §5.5, which leaves nothing to chance."""
    digest = bytearray(hashlib.sha1(namespace + name.encode(), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    text = digest.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
