"""A proof that a tenant's report belongs to a signed build: what its auditor needs, and nothing of other tenants."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tenantc.audit import canonical, dsse, merkle, tree
from tenantc.audit.dsse import Envelope
from tenantc.audit.statement import Statement
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen

FILE: Final = "proof.json"


class Proof(Frozen):
    """A report's leaf and its way to the tree's head; `report` is the SHA-256 of audit.json in hexadecimal digits."""

    tenant: str
    environment: str
    report: str
    nonce: bytes
    index: int
    size: int
    path: tuple[bytes, ...]
    envelope: Envelope


def prove(reports: Sequence[tree.Report], nonces: Sequence[bytes], wanted: tree.Report, envelope: Envelope) -> Proof:
    """The proof for one of a build's reports."""
    index = reports.index(wanted)
    path = merkle.inclusion(index, tree.leaves(reports, nonces))
    return Proof(
        wanted.tenant,
        wanted.environment,
        wanted.digest.hex(),
        nonces[index],
        index,
        len(reports),
        tuple(path),
        envelope,
    )


def problems(proof: Proof, report: bytes, said: Statement) -> Iterator[Diagnostic]:
    """What does not match in a proof, its report's bytes and what was signed."""
    if sha256(report) != proof.report:
        yield diagnose("T711", path=tree.REPORT, problem="is not the report that the proof is for")
    elif not _is_about(report, proof):
        yield wrong("names another tenant or environment than the report")
    leaf = tree.leaf(proof.nonce, bytes.fromhex(proof.report))
    root = merkle.implied(leaf, proof.index, proof.size, proof.path)
    signed = said.predicate["tree"]
    if root is None or (signed.get("size"), signed.get("root")) != (proof.size, root.hex()):
        yield wrong("does not lead to the tree that was signed")


def wrong(problem: str) -> Diagnostic:
    return diagnose("T711", path=FILE, problem=problem)


def _is_about(report: bytes, proof: Proof) -> bool:
    try:
        found = json.loads(report)
        return (found["tenant"], found["environment"]) == (proof.tenant, proof.environment)
    except (ValueError, LookupError, TypeError, RecursionError):
        return False


def encode(proof: Proof) -> bytes:
    return canonical.encode(
        {
            "version": 1,
            "tenant": proof.tenant,
            "environment": proof.environment,
            "report": proof.report,
            "nonce": proof.nonce.hex(),
            "index": proof.index,
            "size": proof.size,
            "path": [digest.hex() for digest in proof.path],
            "envelope": dsse.document(proof.envelope),
        }
    )


def decode(data: bytes) -> Proof:
    """A proof from its canonical encoding. Raises ValueError for any other bytes."""
    return canonical.decode(data, _shaped, encode)


def _shaped(plain: Any) -> Proof:
    digests = [bytes.fromhex(text) for text in (plain["report"], plain["nonce"], *plain["path"])]
    is_plain = isinstance(plain["index"], int) and isinstance(plain["size"], int)
    if not is_plain or any(len(digest) != 32 for digest in digests):
        raise TypeError
    return Proof(
        plain["tenant"],
        plain["environment"],
        digests[0].hex(),
        digests[1],
        plain["index"],
        plain["size"],
        tuple(digests[2:]),
        dsse.shaped(plain["envelope"]),
    )
