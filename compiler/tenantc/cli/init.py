"""`tenantc init DIR`: begins a workspace."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.options import format_option
from tenantc.cli.session import print_json
from tenantc.driver.files import WORKSPACE_FILE, shown
from tenantc.driver.scaffold import new_workspace


@click.command("init")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--platform", help="the platform's short name, part of every derived name; by default the folder's name")
@format_option
def command(directory: Path, platform: str | None, format_: str) -> None:
    """Begin a workspace in DIR: a tenantc.yaml and a first tenant, with comments that say what is what."""
    if (directory / WORKSPACE_FILE).exists():
        raise click.UsageError(f"`{shown(directory)}` is a workspace already")
    try:
        written = [shown(path) for path in new_workspace(directory, platform)]
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    if format_ == "json":
        print_json({"version": 1, "written": written})
        return
    for path in written:
        click.echo(f"wrote {path}")
    click.echo(f"next: tenantc compile {shown(directory)}")
