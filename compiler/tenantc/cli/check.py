"""`tenantc check [PATHS]…`: checks and writes nothing."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli import hook
from tenantc.cli.options import as_of_option, fail_on_option, format_option


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@as_of_option
@fail_on_option
@format_option
def command(paths: tuple[Path, ...], as_of: str | None, fail_on: str, format_: str) -> None:
    """Check a workspace, or the given files of one as a pre-commit hook passes them.

    A tenant file checks its tenants; any other file checks itself and every tenant that it is part of.
    """
    raise click.exceptions.Exit(hook.check(paths, as_of, fail_on, format_))
