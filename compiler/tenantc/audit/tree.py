"""The tree over a build's tenants: a leaf for each one's audit.json, in each environment.

A leaf's entry is a nonce and the report's digest, so whoever sees the tree's head, or another tenant's way to it, can't
confirm what he guesses of a report. Only the holder of the signing key makes nonces; they differ from build to build.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from tenantc.audit import canonical, merkle
from tenantc.source.frozen import Frozen

# RFC 5869: says for what the secret is derived from the signing key
PURPOSE: Final = b"tenantc/audit/nonces/v1"
REPORT: Final = "audit.json"
_NOWHERE: Final = "default"


class Report(Frozen):
    """A tenant's report in an environment, and the SHA-256 of its bytes."""

    tenant: str
    environment: str
    path: str
    digest: bytes


def reports(files: Mapping[str, Mapping[str, str]]) -> list[Report]:
    """The reports among the files of a manifest, by tenant, then environment: the order of the leaves."""
    found = []
    for tenant, paths in files.items():
        end = f"tenants/{tenant}/{REPORT}"
        for path, digest in paths.items() if tenant else ():
            if path.endswith(end):
                environment = path[: -len(end)].rstrip("/") or _NOWHERE
                found.append(Report(tenant, environment, path, bytes.fromhex(digest)))
    return sorted(found, key=lambda report: (report.tenant, report.environment))


def digest(report: bytes) -> bytes:
    return sha256(report).digest()


def nonce(secret: bytes, manifest: bytes, report: Report) -> bytes:
    """The nonce of a report in the build whose manifest has this digest."""
    about = manifest + report.environment.encode() + b"\x00" + report.tenant.encode()
    return hmac.digest(secret, about, "sha256")


def leaf(nonce: bytes, digest: bytes) -> bytes:
    return merkle.leaf(nonce + digest)


def leaves(reports: Iterable[Report], nonces: Iterable[bytes]) -> list[bytes]:
    """The leaves of a tree. Raises ValueError unless there is a nonce for each report."""
    return [leaf(nonce, report.digest) for report, nonce in zip(reports, nonces, strict=True)]


class Nonces(Frozen):
    """What nonces.json holds: of each leaf its tenant, its environment and its nonce."""

    entries: tuple[tuple[str, str, bytes], ...]

    def of(self, reports: Sequence[Report]) -> list[bytes]:
        """The nonces of these reports. Raises ValueError if they are those of others."""
        if [(tenant, environment) for tenant, environment, _ in self.entries] != [
            (report.tenant, report.environment) for report in reports
        ]:
            raise ValueError("holds the nonces of other tenants than the manifest lists")
        return [nonce for *_, nonce in self.entries]


def encode(nonces: Nonces) -> bytes:
    entries = [
        {"tenant": tenant, "environment": environment, "nonce": nonce.hex()}
        for tenant, environment, nonce in nonces.entries
    ]
    return canonical.encode({"version": 1, "nonces": entries})


def decode(data: bytes) -> Nonces:
    """Nonces from their canonical encoding. Raises ValueError for any other bytes."""
    return canonical.decode(data, _shaped, encode)


def _shaped(plain: Any) -> Nonces:
    return Nonces(tuple((one["tenant"], one["environment"], bytes.fromhex(one["nonce"])) for one in plain["nonces"]))
