"""Signs a build that is written: nonces and tree over its tenants, the attestation, and its link in the chain."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from tenantc import __version__
from tenantc.audit import chain, dsse, merkle, statement, tree
from tenantc.audit.dsse import Envelope
from tenantc.audit.statement import Place, Statement
from tenantc.audit.tally import Tally
from tenantc.driver.keys import Signer
from tenantc.driver.listing import Listing
from tenantc.driver.sinks import Folder
from tenantc.driver.state import package
from tenantc.source.digest import sha256

FOLDER: Final = "audit"
ATTESTATION: Final = f"{FOLDER}/attestation.dsse.json"
NONCES: Final = f"{FOLDER}/nonces.json"
# counts stand at the beginning of a report
_BEGINNING: Final = 8_192


def is_seal(path: str) -> bool:
    """Whether a file is one that seals a build, and so stands in no manifest."""
    return path in (ATTESTATION, NONCES) or chain.number_of(path) is not None


class Sealed:
    """What is signed of a build: its manifest's digest, and what the manifest was made of.

    `glass` counts the tenants that break a rule with the leave of an incident.
    """

    def __init__(
        self, folder: Folder, manifest: str, as_of: str, inputs: dict[str, str], listing: Listing, glass: int
    ) -> None:
        self._folder = folder
        self._manifest = manifest
        self._as_of = as_of
        self._inputs = inputs
        self._listing = listing
        self._glass = glass

    def seal(self, place: Place, signer: Signer | None) -> None:
        """Writes the build's link and, if somebody signs, what is signed."""
        envelope = self._sign(place, signer) if signer is not None else None
        link = chain.Link(place.number, self._as_of, place.previous, self._manifest, envelope)
        self._write(chain.path_of(place.number), chain.encode(link))

    def _sign(self, place: Place, signer: Signer) -> Envelope:
        reports = tree.reports(self._listing.named(tree.REPORT))
        secret, manifest = signer.secret(), bytes.fromhex(self._manifest)
        nonces = [tree.nonce(secret, manifest, report) for report in reports]
        entries = ((one.tenant, one.environment, nonce) for one, nonce in zip(reports, nonces, strict=True))
        self._write(NONCES, tree.encode(tree.Nonces(tuple(entries))))
        predicate = {
            "as_of": self._as_of,
            "tool": {"name": "tenantc", "version": __version__, "sha256": _tool()},
            **statement.of_inputs(self._inputs),
            "tenants": len({report.tenant for report in reports}),
            "verdicts": self._verdicts(reports),
            "break_glass": self._glass,
            "tree": statement.of_tree(merkle.head(tree.leaves(reports, nonces)), len(reports)),
            "chain": statement.of_place(place),
        }
        envelope = signer.sign(statement.PAYLOAD_TYPE, statement.encode(Statement(self._manifest, predicate)))
        self._write(ATTESTATION, dsse.encode(envelope))
        return envelope

    def _verdicts(self, reports: list[tree.Report]) -> Any:
        tally = Tally()
        for report in reports:
            with (self._folder.staging / report.path).open("rb") as file:
                if not tally.add(file.read(_BEGINNING)):
                    file.seek(0)
                    tally.add(file.read())
        return tally.verdicts()

    def _write(self, path: str, data: bytes) -> None:
        self._folder.write_pieces(path, [data])


@lru_cache(maxsize=1)
def _tool() -> str:
    """The digest of tenantc's own files together, the page's among them; the library is an input."""
    root = Path(package())
    files = (path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc")
    named = {path.relative_to(root).as_posix(): path for path in files}
    digests = {name: sha256(path.read_bytes()) for name, path in named.items() if not name.startswith("library/")}
    found = statement.combined(digests)["sha256"]
    assert isinstance(found, str), "a digest"
    return found
