"""The passphrase of signing keys: from a file, the environment or whoever sits at the terminal; printed nowhere."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

_VARIABLE = "TENANTC_PASSPHRASE"


def passphrase_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--passphrase-file` and `--no-passphrase`."""
    command = click.option("--no-passphrase", is_flag=True, help="the private keys are not encrypted")(command)
    return click.option(
        "--passphrase-file",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help=f"a file that holds the passphrase of the private keys; else {_VARIABLE}, else you are asked",
    )(command)


def passphrase(file: Path | None, none: bool, *, new: bool) -> bytes | None:
    """The passphrase, None for keys without one; a `new` one is asked for twice. Ends the command if there is none."""
    if file is not None and none:
        raise click.UsageError("`--passphrase-file` and `--no-passphrase` exclude each other")
    if none:
        return None
    if file is not None:
        found = file.read_bytes().removesuffix(b"\n").removesuffix(b"\r")
    elif _VARIABLE in os.environ:
        found = os.environb[_VARIABLE.encode()]
    elif sys.stdin.isatty():
        text: str = click.prompt("passphrase", hide_input=True, confirmation_prompt=new, err=True)
        found = text.encode()
    else:
        raise click.UsageError(f"there is no passphrase: say --passphrase-file, {_VARIABLE} or --no-passphrase")
    if not found:
        raise click.UsageError("the passphrase is empty: say --no-passphrase if that is meant")
    return found
