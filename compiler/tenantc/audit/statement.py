"""What a build's signature says: an in-toto Statement v1 over manifest.json.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. One tenant's proof carries it to that tenant's
auditor, so it holds counts and digests of many files together, and no name of a file or a tenant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any, Final

from tenantc.audit import canonical
from tenantc.source.frozen import Frozen

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:tenantc:attestation:build:v1"
SUBJECT: Final = "manifest.json"

# the inputs that say what is asked of tenants, and who need not keep it
_POLICIES: Final = ("policies/", "rules/", "library/policies/", "library/rules/")
_WAIVERS: Final = ("waivers/",)
_LIBRARY: Final = ("library/",)


class Place(Frozen):
    """A build's place in its chain: the number of its link, and the SHA-256 of the one before in hexadecimal digits."""

    number: int
    previous: str | None


class Statement(Frozen):
    """A statement: the digest of the manifest in hexadecimal digits, and what is said of the build."""

    manifest: str
    predicate: Mapping[str, Any]

    @property
    def place(self) -> Place:
        return Place(self.predicate["chain"]["number"], self.predicate["chain"]["previous"])


def combined(digests: Mapping[str, str], begin: Iterable[str] = ("",)) -> dict[str, Any]:
    """Files together, those whose paths begin so: how many, and the digest of what `sha256sum` prints of them."""
    chosen = sorted(path for path in digests if path.startswith(tuple(begin)))
    lines = "".join(f"{digests[path]}  {path}\n" for path in chosen)
    return {"count": len(chosen), "sha256": sha256(lines.encode()).hexdigest()}


def of_inputs(inputs: Mapping[str, str]) -> dict[str, Any]:
    """What the predicate says of the files that a build was made from."""
    return {
        "library": combined(inputs, _LIBRARY),
        "inputs": combined(inputs),
        "policies": combined(inputs, _POLICIES),
        "waivers": combined(inputs, _WAIVERS),
    }


def of_tree(root: bytes, size: int) -> dict[str, Any]:
    return {"hash": "sha256", "size": size, "root": root.hex()}


def of_place(place: Place) -> dict[str, Any]:
    return {"number": place.number, "previous": place.previous}


def encode(statement: Statement) -> bytes:
    """A statement as the payload of an envelope."""
    subject = {"name": SUBJECT, "digest": {"sha256": statement.manifest}}
    head = {"_type": TYPE, "subject": [subject], "predicateType": PREDICATE_TYPE}
    return canonical.encode(head | {"predicate": statement.predicate})


def decode(payload_type: str, payload: bytes) -> Statement:
    """A statement from an envelope's payload. Raises ValueError for any other."""
    if payload_type != PAYLOAD_TYPE:
        raise ValueError("holds no in-toto statement")
    return canonical.decode(payload, _shaped, encode)


def _shaped(plain: Any) -> Statement:
    [subject] = plain["subject"]
    predicate = plain["predicate"]
    number, before = predicate["chain"]["number"], predicate["chain"]["previous"]
    if not isinstance(number, int) or not isinstance(before, str | None) or not isinstance(predicate["tree"], dict):
        raise TypeError
    return Statement(subject["digest"]["sha256"], predicate)
