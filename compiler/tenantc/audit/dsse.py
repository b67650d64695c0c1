"""Envelopes of signatures: DSSE v1 (https://github.com/secure-systems-lab/dsse, protocol.md and envelope.md)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any

from tenantc.audit import canonical
from tenantc.source.frozen import Frozen


class Envelope(Frozen):
    """What was signed, and the signatures: each with the id of its key."""

    payload_type: str
    payload: bytes
    signatures: tuple[tuple[str, bytes], ...]

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key, _ in self.signatures)


def encoded_for_signing(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: PAE, the Pre-Authentication Encoding of the protocol."""
    type_ = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(type_), type_, len(payload), payload)


def document(envelope: Envelope) -> dict[str, Any]:
    """An envelope as plain data."""
    signatures = [{"keyid": key, "sig": b64encode(signature).decode()} for key, signature in envelope.signatures]
    payload = b64encode(envelope.payload).decode()
    return {"payload": payload, "payloadType": envelope.payload_type, "signatures": signatures}


def shaped(plain: Any) -> Envelope:
    """An envelope from plain data; raises ValueError, LookupError or TypeError where that is none."""
    signatures = tuple((one["keyid"], b64decode(one["sig"], validate=True)) for one in plain["signatures"])
    if not all(isinstance(text, str) for text in (plain["payloadType"], *(key for key, _ in signatures))):
        raise TypeError
    return Envelope(plain["payloadType"], b64decode(plain["payload"], validate=True), signatures)


def encode(envelope: Envelope) -> bytes:
    return canonical.encode(document(envelope))


def decode(data: bytes) -> Envelope:
    """An envelope from its canonical encoding. Raises ValueError for any other bytes."""
    return canonical.decode(data, shaped, encode)
