"""`tenantc audit log BUILD`: the builds before this one, back to the first of its chain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tenantc.audit import chain
from tenantc.cli.evidence import build_argument, end, evidence_of, keys_option, public_keys
from tenantc.cli.options import format_option
from tenantc.diagnostics.render import in_order, printable
from tenantc.driver.evidence import Evidence, Examination, Keys


@click.command("log")
@build_argument
@keys_option
@format_option
def command(build: Path, folder: Path | None, format_: str) -> None:
    """Show the chain of BUILD, a line a build, the newest first; a link that was changed, moved or taken out is told.

    With --keys the signatures in its links are verified, too.
    """
    keys = Keys(public_keys(folder))
    evidence = evidence_of(build)
    examined = Examination(evidence, keys)
    links = [_link(number, evidence, keys) for number in sorted(evidence.links, reverse=True)]
    end({"links": links}, map(_line, links), in_order(dict.fromkeys(examined.found)), format_)


def _link(number: int, evidence: Evidence, keys: Keys) -> dict[str, Any]:
    """A link as JSON documents hold it (schemas/cli/audit-log.json)."""
    try:
        link = chain.decode(evidence.links[number])
    except ValueError:
        return {"number": number, "readable": False}
    document: dict[str, Any] = {
        "number": number,
        "readable": True,
        "as_of": link.as_of,
        "manifest": link.manifest,
        "previous": link.previous,
        "keys": list(link.envelope.keys) if link.envelope is not None else [],
    }
    if keys.known and link.envelope is not None:
        document["verified"] = not keys.check(chain.path_of(number), link.envelope)
    return document


def _line(link: dict[str, Any]) -> str:
    if not link["readable"]:
        return f"{link['number']:>6}  cannot be read"
    algorithms = ", ".join(printable(key.partition(":")[0]) for key in link["keys"])
    signed = f"signed ({algorithms})" if algorithms else "unsigned"
    if "verified" in link:
        signed += ", verified" if link["verified"] else ", NOT verified"
    return f"{link['number']:>6}  as of {printable(link['as_of'])}  manifest {link['manifest'][:12]}  {signed}"
