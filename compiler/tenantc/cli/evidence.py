"""What commands on evidence share: a build, keys, and the end."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NoReturn

import click

from tenantc.cli.session import print_json, say
from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.render import as_json
from tenantc.driver.evidence import Evidence
from tenantc.driver.files import shown
from tenantc.driver.keys import KeyRefusedError, PublicKey, load_public

build_argument = click.argument(
    "build", type=click.Path(exists=True, file_okay=False, path_type=Path), default=Path("build")
)
keys_option = click.option(
    "--keys",
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="the folder of the public keys (*.pub.pem) of whoever should have signed",
)


def public_keys(folder: Path | None) -> tuple[PublicKey, ...]:
    """The public keys of a folder; ends the command where they can't be used."""
    try:
        return load_public(folder) if folder is not None else ()
    except KeyRefusedError as refused:
        say([refused.diagnostic])
        raise click.exceptions.Exit(1) from None


def evidence_of(build: Path) -> Evidence:
    """The evidence of a build; ends the command where the folder holds none."""
    found = Evidence(build)
    if found.manifest is None and found.attestation is None and not found.links:
        raise click.UsageError(f"`{shown(build)}` holds no build")
    return found


def end(document: dict[str, Any], lines: Iterable[str], diagnostics: Iterable[Diagnostic], format_: str) -> NoReturn:
    """Says what was found and ends the command: exit 1 if anything is an error."""
    found = list(diagnostics)
    if format_ == "json":
        print_json({"version": 1} | document | {"diagnostics": [as_json(one) for one in found]})
    else:
        for line in lines:
            click.echo(line)
        say(found)
    raise click.exceptions.Exit(1 if has_errors(found) else 0)
