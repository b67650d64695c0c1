"""`tenantc audit verify BUILD`: whether anything was changed since it was built."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from tenantc.cli.evidence import build_argument, end, evidence_of, keys_option, public_keys
from tenantc.cli.options import format_option
from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.render import printable
from tenantc.driver.evidence import Keys
from tenantc.driver.files import shown
from tenantc.driver.verification import Verification, is_proof, verify_build, verify_proof


@click.command("verify")
@build_argument
@keys_option
@format_option
def command(build: Path, folder: Path | None, format_: str) -> None:
    """Verify every byte in BUILD: a build, or the folder of a proof.

    That takes the public keys alone: no workspace, no network, and no look at today's date. Without --keys, only an
    unsigned build is verified, by its own digests.
    """
    keys = Keys(public_keys(folder), exactly=True)
    if is_proof(build):
        if folder is None:
            raise click.UsageError("a proof is signed: say with --keys by whom it should be")
        found = verify_proof(build, keys)
    else:
        evidence = evidence_of(build)
        if evidence.signed and folder is None:
            raise click.UsageError(f"`{shown(build)}` is signed: say with --keys by whom it should be")
        found = verify_build(evidence, keys if folder is not None else Keys())
    document = {
        "kind": found.kind,
        "path": shown(build),
        "verified": not found.failed,
        "signed": found.signed,
        "as_of": found.as_of,
        "keys": list(found.keys),
        "tenants": found.tenants,
        "files": found.files,
        "links": found.links,
        "break_glass": found.glass,
    }
    end(document, _lines(found, shown(build)), found.diagnostics, format_)


def _lines(found: Verification, path: str) -> Iterator[str]:
    if found.failed:
        wrong = sum(one.severity is Severity.ERROR for one in found.diagnostics)
        yield f"{printable(path)}: NOT verified, {wrong} error{'' if wrong == 1 else 's'}"
        return
    counts = [(found.tenants, "tenant"), (found.files, "file")]
    if found.kind == "build":
        counts.append((found.links, "link"))
    shown_counts = ", ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in counts)
    yield f"{printable(path)}: a {found.kind} as of {printable(found.as_of)}, {shown_counts}: as it was built"
    for key in found.keys:
        yield f"signed by {printable(key)}"
    if found.glass:
        yield f"glass was broken: tenants that an incident lets ship though rules block them: {found.glass}"
    if not found.signed:
        yield "unsigned"
