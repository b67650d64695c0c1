"""Secrets sealed to a workspace: whoever has its public keys can seal one, and only the private keys open it.

HPKE (RFC 9180) in its base mode with MLKEM768-X25519 (draft-ietf-hpke-pq, 0x647A; draft-connolly-cfrg-xwing-kem),
HKDF-SHA-256 and AES-256-GCM: a value stays sealed as long as one of X25519 and ML-KEM-768 (FIPS 203) holds.
"""

from __future__ import annotations

import base64
import binascii
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tenantc.driver.keys import private_file, public_file, read_private, read_public, write_pairs
from tenantc.source.digest import sha256

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey, Suite

X25519: Final = "x25519"
ML_KEM_768: Final = "ml-kem-768"
# where a workspace keeps the public keys to which its secrets are sealed
FOLDER: Final = "sealing"

_PREFIX: Final = "sealed:"
_VERSION: Final = b"\x01"
_ID: Final = 8  # bytes of the digest by which a value names its keys
_LONGEST: Final = 65_536  # bytes of a secret


class SealError(ValueError):
    """A value can't be sealed or opened; the message says why and holds nothing of it."""


class Sealer:
    """The public keys of a workspace."""

    def __init__(self, ml_kem: Any, x25519: Any) -> None:
        from cryptography.hazmat.primitives.hpke import MLKEM768X25519PublicKey

        self._key: Final[MLKEM768X25519PublicKey] = MLKEM768X25519PublicKey(ml_kem, x25519)
        self.id: Final = key_id(ml_kem, x25519)

    def seal(self, secret: str, tenant: str) -> str:
        """A secret of a tenant as specs hold it: it opens for this tenant only. Raises SealError for one too long."""
        data = secret.encode()
        if len(data) > _LONGEST:
            raise SealError(f"the secret has more than {_LONGEST} bytes")
        sealed = _VERSION + self.id + _suite().encrypt(data, self._key, _info(tenant))
        return _PREFIX + base64.urlsafe_b64encode(sealed).decode()


class Opener:
    """The private keys of a workspace. Nothing prints them."""

    def __init__(self, ml_kem: Any, x25519: Any) -> None:
        from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey

        self._key: Final[MLKEM768X25519PrivateKey] = MLKEM768X25519PrivateKey(ml_kem, x25519)
        self._id: Final = key_id(ml_kem.public_key(), x25519.public_key())

    def unseal(self, sealed: str, tenant: str) -> str:
        """The secret in a sealed value of a tenant. Raises SealError for one of others, or that was changed."""
        from cryptography.exceptions import InvalidTag

        try:
            data = base64.b64decode(sealed.removeprefix(_PREFIX), b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise SealError("this is no sealed value") from None
        version, id, rest = data[:1], data[1 : 1 + _ID], data[1 + _ID :]
        if not sealed.startswith(_PREFIX) or version != _VERSION:
            raise SealError("this is no sealed value")
        if id != self._id:
            raise SealError("this value is sealed to other keys")
        try:
            return _suite().decrypt(rest, self._key, _info(tenant)).decode()
        except (InvalidTag, ValueError):
            raise SealError(f"this value was changed, or is none of tenant `{tenant}`") from None


def key_id(ml_kem: Any, x25519: Any) -> bytes:
    """By what a sealed value names the keys that it was sealed to."""
    return bytes.fromhex(sha256(ml_kem.public_bytes_raw() + x25519.public_bytes_raw()))[:_ID]


def generate(folder: Path, passphrase: bytes | None) -> list[Path]:
    """Makes both pairs of keys, and tells the files; the private ones are the user's alone.

    Raises KeyRefusedError if one of the files is there, and writes none then.
    """
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    made = {X25519: X25519PrivateKey.generate(), ML_KEM_768: MLKEM768PrivateKey.generate()}
    return write_pairs(folder, made, passphrase)


def load_sealer(folder: Path) -> Sealer:
    """The public keys of a folder. Raises KeyRefusedError if one is missing or can't be used."""
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

    ml_kem = read_public(public_file(folder, ML_KEM_768), MLKEM768PublicKey)
    return Sealer(ml_kem, read_public(public_file(folder, X25519), X25519PublicKey))


def load_opener(folder: Path, passphrase: bytes | None) -> Opener:
    """The private keys of a folder. Raises KeyRefusedError if one is missing or can't be used."""
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

    ml_kem = read_private(private_file(folder, ML_KEM_768), MLKEM768PrivateKey, passphrase)
    return Opener(ml_kem, read_private(private_file(folder, X25519), X25519PrivateKey, passphrase))


def _suite() -> Suite:
    from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

    return Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _info(tenant: str) -> bytes:
    """What a value is bound to: nobody moves it to another tenant."""
    return b"tenantc sealed value 1\0" + tenant.encode()
