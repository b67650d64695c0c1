"""Verifies a folder that says it is a build, or a proof: every byte in it, against what was signed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tenantc.audit import proof, statement, tree
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose, has_errors
from tenantc.diagnostics.render import in_order
from tenantc.driver.evidence import Evidence, Examination, Keys
from tenantc.driver.inventory import CHANGED, EXTRA, MISSING, Deviant, deviants
from tenantc.driver.keys import Signer
from tenantc.driver.manifest import Previous
from tenantc.driver.sealing import is_seal
from tenantc.driver.sinks import MANIFEST, read_within


@dataclass(slots=True)
class Verification:
    """What was verified, and everything that does not match."""

    kind: str
    signed: bool
    as_of: str = ""
    keys: tuple[str, ...] = ()
    tenants: int = 0
    files: int = 0
    links: int = 0
    glass: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return has_errors(self.diagnostics)


def is_proof(folder: Path) -> bool:
    """Whether a folder holds a proof for one tenant, and no build."""
    return (folder / proof.FILE).is_file() and not (folder / MANIFEST).exists()


def verify_build(evidence: Evidence, keys: Keys) -> Verification:
    """Verifies a build of which the evidence was read."""
    examined = Examination(evidence, keys)
    found = Verification("build", evidence.signed)
    if examined.sound:
        manifest = examined.manifest
        examined.tree()
        examined.found += _told(_foreign(evidence.folder, manifest), manifest)
        found.as_of, found.keys = manifest.as_of, manifest.keys
        found.tenants, found.links = len(manifest.tenants()), len(evidence.links)
        found.files = sum(map(len, manifest.files.values()))
        found.glass = examined.statement.predicate["break_glass"] if examined.statement is not None else 0
    if not evidence.signed:
        examined.found.append(diagnose("T712", path=evidence.folder.name))
    found.diagnostics = in_order(dict.fromkeys(examined.found))
    return found


def verify_proof(folder: Path, keys: Keys) -> Verification:
    """Verifies a proof and the report beside it."""
    found = Verification("proof", signed=True)
    files = dict.fromkeys((proof.FILE, tree.REPORT), "")
    found.diagnostics += _told([one for one in deviants(folder, files) if one.kind != CHANGED], None)
    if has_errors(one for one in found.diagnostics if one.code == "T706"):
        return found
    try:
        held = proof.decode(read_within(folder, proof.FILE))
        said = statement.decode(held.envelope.payload_type, held.envelope.payload)
    except ValueError as error:
        found.diagnostics.append(proof.wrong(str(error)))
        return found
    found.diagnostics += keys.check(proof.FILE, held.envelope, exactly=True)
    found.diagnostics += proof.problems(held, read_within(folder, tree.REPORT), said)
    found.as_of, found.keys = str(said.predicate.get("as_of")), held.envelope.keys
    found.tenants, found.files = 1, len(files)
    found.diagnostics = in_order(found.diagnostics)
    return found


def is_as_built(folder: Path, signer: Signer | None) -> bool:
    """Whether a build is as it was made, by this signer or, without one, unsigned; files beside it do not count."""
    keys = Keys(signer.public, exactly=True) if signer is not None else Keys()
    found = verify_build(Evidence(folder), keys)
    return not has_errors(one for one in found.diagnostics if one.code != "T707")


def _foreign(folder: Path, manifest: Previous) -> list[Deviant]:
    """What lies in a build and should not, or not so, beside the files that seal it."""
    return [one for one in deviants(folder, manifest.digests()) if one.path != MANIFEST and not _seals(one)]


def _seals(one: Deviant) -> bool:
    return one.kind == EXTRA and is_seal(one.path)


_CODES: Final = {CHANGED: "T705", MISSING: "T706"}


def _told(found: Sequence[Deviant], manifest: Previous | None) -> list[Diagnostic]:
    """Deviants as they are told: where the bytes of a missing or changed file lie now is said with it."""
    if not found:
        return []
    lying = {one.digest: one.path for one in found if one.digest}
    listed = manifest.digests() if manifest is not None else {}
    told = []
    for path, kind, _ in found:
        elsewhere = lying.get(listed.get(path, ""), "")
        help = f"its bytes lie in `{elsewhere}`" if elsewhere else ""
        if kind in _CODES:
            told.append(diagnose(_CODES[kind], path=path, help=help))
        else:
            told.append(diagnose("T707", path=path, kind=kind))
    return told
