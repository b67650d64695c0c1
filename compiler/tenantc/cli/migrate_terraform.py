"""`tenantc migrate-terraform OLD_BUILD NEW_BUILD`: tenants move to other roots, and nothing is made anew."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.builds import roots_of, write
from tenantc.cli.options import format_option
from tenantc.cli.session import print_json, print_line
from tenantc.driver.library import imports
from tenantc.driver.relocation import Relocation


@click.command("migrate-terraform")
@click.argument("old_build", type=click.Path(path_type=Path))
@click.argument("new_build", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(path_type=Path), required=True, help="the folder to write to"
)
@format_option
def command(old_build: Path, new_build: Path, output: Path, format_: str) -> None:
    """Write what Terraform has to be told when tenants stand in other roots of NEW_BUILD than of OLD_BUILD.

    DIR/enter holds files to lay into roots of the new build: `import` blocks, and `moved` blocks where both roots keep
    one state. Apply there first. DIR/leave holds roots to apply afterwards: they forget what left and destroy nothing.
    """
    found = Relocation(roots_of(old_build), roots_of(new_build), imports())
    files = write(output, found.files)
    if format_ == "json":
        print_json({"version": 1, "written": files, "tenants": found.tenants, "left": found.left})
        return
    for address in found.left:
        print_line(f"leaves {address} alone: the new build has no such resource")
    for file in files:
        print_line(f"wrote {file}")
    print_line(f"{len(found.tenants)} tenant{'' if len(found.tenants) == 1 else 's'} in other roots than before")
