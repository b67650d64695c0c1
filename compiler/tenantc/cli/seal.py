"""`tenantc seal TENANT`: seals a secret to the workspace's public keys."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tenantc.cli.session import Session, print_line, say
from tenantc.driver.keys import KeyRefusedError
from tenantc.driver.sealed import FOLDER, SealError, load_sealer


@click.command("seal")
@click.argument("tenant")
@click.option("-w", "--workspace", type=click.Path(path_type=Path), default=Path(), help="the workspace's folder")
def command(tenant: str, workspace: Path) -> None:
    """Seal the secret on stdin for TENANT, to the public keys in the workspace's sealing/.

    What is printed stands in the tenant's file where a secret does; only whoever holds the private keys can open it.
    A line break at its end is no part of the secret.
    """
    session = Session(workspace, "human", None)
    try:
        sealed = load_sealer(session.root / FOLDER).seal(read_secret(), tenant)
    except KeyRefusedError as refused:
        say([refused.diagnostic])
        raise click.exceptions.Exit(1) from None
    except SealError as error:
        raise click.UsageError(str(error)) from None
    print_line(sealed)


def read_secret() -> str:
    """What stands on stdin, asked for without an echo on a terminal."""
    if sys.stdin.isatty():
        found: str = click.prompt("secret", hide_input=True, err=True)
        return found
    try:
        text = sys.stdin.buffer.read(_LONGEST).decode()
    except UnicodeDecodeError:
        raise click.UsageError("what stands on stdin is no text in UTF-8") from None
    if not text.strip():
        raise click.UsageError("nothing stands on stdin")
    return text.removesuffix("\n").removesuffix("\r")


# bytes that are read: more than any secret, or sealed value, may have
_LONGEST = 1 << 18
