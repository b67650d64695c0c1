"""The keys that sign builds: Ed25519 (RFC 8032) and, beside it, ML-DSA-65 (FIPS 204), in PEM files of a folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tenantc.audit import tree
from tenantc.audit.dsse import Envelope, encoded_for_signing
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver.files import shown
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey

ED25519: Final = "ed25519"
ML_DSA_65: Final = "ml-dsa-65"
ALGORITHMS: Final = (ED25519, ML_DSA_65)

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
# a PEM file of ours has less than 3 kB
_LARGEST: Final = 65_536


class KeyRefusedError(Exception):
    """A key that cannot be made or used; `diagnostic` says why."""

    def __init__(self, path: Path, problem: str, help: str = "") -> None:
        self.diagnostic: Diagnostic = diagnose("T702", path=shown(path), problem=problem, help=help)
        super().__init__(self.diagnostic.message)


class PublicKey(Frozen, eq=False):
    """A key that signatures are checked with. Its id is its algorithm and the SHA-256 of its SubjectPublicKeyInfo."""

    id: str
    key: Ed25519PublicKey | MLDSA65PublicKey

    def verifies(self, signature: bytes, data: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature

        try:
            self.key.verify(signature, data)
        except InvalidSignature:
            return False
        return True


class Signer:
    """Both private keys of a folder. Nothing prints them."""

    def __init__(self, ed25519: Ed25519PrivateKey, ml_dsa_65: MLDSA65PrivateKey) -> None:
        self._ed25519: Final = ed25519
        self._keys: Final[tuple[Ed25519PrivateKey | MLDSA65PrivateKey, ...]] = (ed25519, ml_dsa_65)
        self.public = (_public(ED25519, ed25519.public_key()), _public(ML_DSA_65, ml_dsa_65.public_key()))

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(key.id for key in self.public)

    def sign(self, payload_type: str, payload: bytes) -> Envelope:
        """The payload with a signature by each key."""
        data = encoded_for_signing(payload_type, payload)
        signatures = zip(self.ids, (key.sign(data) for key in self._keys), strict=True)
        return Envelope(payload_type, payload, tuple(signatures))

    def secret(self) -> bytes:
        """32 bytes for nonces, derived from the Ed25519 key (HKDF-SHA-256, RFC 5869)."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(SHA256(), 32, salt=None, info=tree.PURPOSE).derive(self._ed25519.private_bytes_raw())


def generate(folder: Path, passphrase: bytes | None) -> list[Path]:
    """Makes a pair of keys of each algorithm, and tells the files; the private ones are the user's alone.

    Raises KeyRefusedError if one of the files is there, and writes none then.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

    made = {ED25519: Ed25519PrivateKey.generate(), ML_DSA_65: MLDSA65PrivateKey.generate()}
    return write_pairs(folder, made, passphrase)


def write_pairs(folder: Path, made: Mapping[str, Any], passphrase: bytes | None) -> list[Path]:
    """Writes private keys, by algorithm, and their public ones, as `generate` says."""
    from cryptography.hazmat.primitives import serialization

    pem = serialization.Encoding.PEM
    sealed = (
        serialization.BestAvailableEncryption(passphrase) if passphrase is not None else serialization.NoEncryption()
    )
    texts: dict[Path, tuple[bytes, int]] = {}
    for algorithm, key in made.items():
        public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
        texts[private_file(folder, algorithm)] = (
            key.private_bytes(pem, serialization.PrivateFormat.PKCS8, sealed),
            0o600,
        )
        texts[public_file(folder, algorithm)] = public, 0o644
    for path in texts:
        if os.path.lexists(path):
            raise KeyRefusedError(path, "is there already", "name another folder: a key is never replaced")
    folder.mkdir(parents=True, exist_ok=True)
    for path, (text, mode) in texts.items():
        with os.fdopen(os.open(path, _NEW, mode), "wb") as file:
            file.write(text)
    return list(texts)


def private_file(folder: Path, algorithm: str) -> Path:
    return folder / f"{algorithm}.key.pem"


def public_file(folder: Path, algorithm: str) -> Path:
    return folder / f"{algorithm}.pub.pem"


def load_signer(folder: Path, passphrase: bytes | None) -> Signer:
    """The private keys of a folder. Raises KeyRefusedError if one is missing or can't be used."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey

    ed25519 = read_private(private_file(folder, ED25519), Ed25519PrivateKey, passphrase)
    return Signer(ed25519, read_private(private_file(folder, ML_DSA_65), MLDSA65PrivateKey, passphrase))


def load_public(folder: Path) -> tuple[PublicKey, ...]:
    """The public keys that a folder holds. Raises KeyRefusedError if it holds none, or one can't be used."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

    kinds = {ED25519: Ed25519PublicKey, ML_DSA_65: MLDSA65PublicKey}
    paths = {algorithm: public_file(folder, algorithm) for algorithm in ALGORITHMS}
    there = {algorithm: path for algorithm, path in paths.items() if path.is_file()}
    found = [_public(algorithm, read_public(path, kinds[algorithm])) for algorithm, path in there.items()]
    if not found:
        raise KeyRefusedError(public_file(folder, ED25519), "is missing", _WHOSE)
    return tuple(found)


_WHOSE: Final = "name the folder that `tenantc keygen` wrote, or a copy of its public keys"


def read_public(path: Path, kind: type) -> Any:
    """A public key of this kind in a PEM file. Raises KeyRefusedError if it is missing or can't be used."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        return _of(kind, load_pem_public_key(_bytes(path)), path)
    except ValueError:
        raise KeyRefusedError(path, "holds no public key in PEM") from None


def read_private(path: Path, kind: type, passphrase: bytes | None) -> Any:
    """As `read_public`, a private one."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    text = _bytes(path)
    try:
        return _of(kind, load_pem_private_key(text, passphrase), path)
    except TypeError:  # a passphrase where none is needed, or none where one is
        problem = "is encrypted, and there is no passphrase" if passphrase is None else "is not encrypted"
        raise KeyRefusedError(path, problem, "" if passphrase is None else "say --no-passphrase") from None
    except ValueError:
        sealed = passphrase is not None and b"ENCRYPTED" in text
        raise KeyRefusedError(path, "has another passphrase" if sealed else "holds no private key in PEM") from None


def _of(kind: type, key: object, path: Path) -> object:
    if not isinstance(key, kind):
        raise KeyRefusedError(path, "holds a key of another algorithm")
    return key


def _public(algorithm: str, key: Any) -> PublicKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return PublicKey(f"{algorithm}:{sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))}", key)


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        raise KeyRefusedError(path, "is missing", "name the folder that `tenantc keygen` wrote")
    with path.open("rb") as file:
        return file.read(_LARGEST)
