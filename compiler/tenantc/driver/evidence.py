"""What vouches for a build: its manifest, attestation and chain, read from a folder and held against each other.

The folder may come from anybody. No link is followed out of it, and what cannot be read is told like what differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tenantc.audit import chain, dsse, merkle, statement, tree
from tenantc.audit.dsse import Envelope, encoded_for_signing
from tenantc.audit.statement import Statement
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver.keys import PublicKey
from tenantc.driver.manifest import Previous, parse_manifest
from tenantc.driver.sealing import ATTESTATION, NONCES
from tenantc.driver.sinks import MANIFEST, read_within
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen


class Keys(Frozen, eq=False):
    """The keys that signatures are checked with; `exactly` if a build has to be signed by these and by no other."""

    known: tuple[PublicKey, ...] = ()
    exactly: bool = False

    def check(self, path: str, envelope: Envelope, *, exactly: bool = False) -> list[Diagnostic]:
        """What is wrong with the signatures of the envelope at a path. By unknown keys is wrong only if `exactly`."""
        known = {key.id: key for key in self.known}
        if not known:
            return []
        data = encoded_for_signing(envelope.payload_type, envelope.payload)
        found = []
        for id, signature in envelope.signatures:
            if id not in known:
                told = diagnose("T703", path=path, problem=f"is signed by `{id}`, which was not given")
                found.append(told if exactly else diagnose("T713", path=path, key=id))
            elif not known[id].verifies(signature, data):
                found.append(diagnose("T704", path=path, problem=f"bears no true signature by `{id}`"))
        missing = (id for id in known if exactly and id not in envelope.keys)
        return found + [diagnose("T703", path=path, problem=f"is not signed by `{id}`") for id in missing]


class Evidence:
    """A build's evidence as it lies in a folder; None for what is not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = self._read(MANIFEST)
        self.attestation = self._read(ATTESTATION)
        self.nonces = self._read(NONCES)
        self.links = dict(self._links())
        self.envelope: Envelope | None = _or_none(lambda: dsse.decode(self.attestation or b""))
        self.said: Previous | None = _or_none(lambda: parse_manifest(self.manifest or b""))

    @property
    def signed(self) -> bool:
        """Whether it says that somebody signed it, rightly or not."""
        newest = _or_none(lambda: chain.decode(self.links[max(self.links)])) if self.links else None
        return bool(
            self.attestation is not None
            or (self.said is not None and self.said.keys)
            or (newest is not None and newest.envelope is not None)
        )

    @property
    def digest(self) -> str:
        """The manifest's."""
        return sha256(self.manifest or b"")

    def newest(self) -> str | None:
        """The digest of the newest link."""
        return sha256(self.links[max(self.links)]) if self.links else None

    def _read(self, path: str) -> bytes | None:
        try:
            return read_within(self.folder, path)
        except FileNotFoundError:
            return None

    def _links(self) -> Iterator[tuple[int, bytes]]:
        folder = self.folder / chain.FOLDER
        for name in sorted(path.name for path in folder.iterdir()) if folder.is_dir() else ():
            path = f"{chain.FOLDER}/{name}"
            number = chain.number_of(path)
            data = self._read(path) if number is not None else None
            if number is not None and data is not None:
                yield number, data


class Examination:
    """Holds a build's evidence against each other, and tells what does not match.

    `statement` is what was signed, None unless it is true and of this manifest; `sound` says whether the manifest is
    the one that was built, as far as there is anything that tells.
    """

    def __init__(self, evidence: Evidence, keys: Keys) -> None:
        self.evidence = evidence
        self.keys = keys
        self.statement: Statement | None = None
        self.found: list[Diagnostic] = []
        self.sound = self._manifest() and self._attested()
        if self.sound:
            self._chain()

    @property
    def manifest(self) -> Previous:
        said = self.evidence.said
        assert said is not None, "a sound manifest was read"
        return said

    def tree(self) -> list[bytes]:
        """The nonces of the tree that was signed; empty, and said so, where they don't lead to it."""
        data = self.evidence.nonces
        if not self.evidence.signed:
            return []
        if data is None:
            self.found.append(diagnose("T706", path=NONCES))
            return []
        reports = tree.reports(self.manifest.files)
        try:
            nonces = tree.decode(data).of(reports)
        except ValueError as error:
            self.found.append(diagnose("T709", path=NONCES, problem=str(error)))
            return []
        root = merkle.head(tree.leaves(reports, nonces)).hex()
        if self.statement is not None and self.statement.predicate["tree"].get("root") != root:
            self.found.append(diagnose("T709", path=NONCES, problem="does not give the tree that was signed"))
            return []
        return nonces

    def _manifest(self) -> bool:
        if self.evidence.manifest is None:
            self.found.append(diagnose("T706", path=MANIFEST))
        elif self.evidence.said is None:
            self.found.append(diagnose("T705", path=MANIFEST, help="it cannot be read"))
        return self.evidence.manifest is not None and self.evidence.said is not None

    def _attested(self) -> bool:
        """Whether the manifest is the one that was signed; of an unsigned build that is not known, and so is true."""
        if not self.evidence.signed:
            if self.keys.exactly:
                problem = "is not signed, and keys were given"
                self.found.append(diagnose("T703", path=MANIFEST, problem=problem))
            return True
        if self.evidence.attestation is None:
            self.found.append(diagnose("T706", path=ATTESTATION))
            return True
        envelope = self.evidence.envelope
        if envelope is None:
            self._attestation(self._unreadable())
            return True
        wrong = self.keys.check(ATTESTATION, envelope, exactly=self.keys.exactly)
        self.found += wrong
        if any(one.code == "T704" for one in wrong):
            return True
        try:
            said = statement.decode(envelope.payload_type, envelope.payload)
        except ValueError as error:
            self._attestation(str(error))
            return True
        if said.manifest != self.evidence.digest:
            if self._linked():
                self._attestation("is that of another build")
                return True
            self.found.append(diagnose("T705", path=MANIFEST, help=f"`{ATTESTATION}` was signed over another"))
            return False
        if envelope.keys != self.manifest.keys:
            self._attestation("is signed by other keys than the manifest names")
        self.statement = said
        self._stated(said)
        return True

    def _unreadable(self) -> str:
        try:
            dsse.decode(self.evidence.attestation or b"")
        except ValueError as error:
            return str(error)
        return ""

    def _linked(self) -> bool:
        """Whether the newest link names this manifest, though the attestation does not."""
        links = self.evidence.links
        newest = _or_none(lambda: chain.decode(links[max(links)])) if links else None
        return newest is not None and newest.manifest == self.evidence.digest

    def _attestation(self, problem: str) -> None:
        self.found.append(diagnose("T704", path=ATTESTATION, problem=problem))

    def _stated(self, said: Statement) -> None:
        """Holds what was signed against what the build says of itself."""
        manifest = self.manifest
        reports = tree.reports(manifest.files)
        follows = manifest.follows.link if manifest.follows is not None else None
        has: dict[str, Any] = {
            "as_of": manifest.as_of,
            **statement.of_inputs(manifest.inputs),
            "tenants": len({report.tenant for report in reports}),
        }
        pairs = [(what, said.predicate.get(what), found) for what, found in has.items()]
        pairs.append(("tree.size", said.predicate["tree"].get("size"), len(reports)))
        pairs.append(("chain.previous", said.place.previous, follows))
        for what, stated, found in pairs:
            if stated != found:
                self.found.append(diagnose("T708", path=ATTESTATION, what=what, said=stated, found=found))

    def _chain(self) -> None:
        evidence, manifest = self.evidence, self.manifest
        follows = manifest.follows
        if not manifest.chained:
            # made before builds had links
            self.found += [chain.broken(number, "is no part of this build") for number in evidence.links]
            return
        newest = None
        if self.statement is not None or not evidence.signed:
            link = follows.link if follows is not None else None
            number = self.statement.place.number if self.statement is not None else self._number(link)
            envelope = evidence.envelope if self.statement is not None else None
            newest = chain.Link(number, manifest.as_of, link, evidence.digest, envelope)
        held = chain.Chain(evidence.links, newest, follows.manifest if follows is not None else None)
        self.found += held.problems(self.keys.check)

    def _number(self, previous: str | None) -> int:
        """The number of an unsigned build's own link, which only its chain tells."""
        last = max(self.evidence.links, default=0)
        is_before = last > 0 and sha256(self.evidence.links[last]) == previous
        return 1 if previous is None else last + 1 if is_before else max(last, 2)


def _or_none(read: Callable[[], Any]) -> Any:
    """What is read, None if it is not as it should be."""
    try:
        return read()
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
