"""`tenantc roots [BUILD]`: the folders that Terraform runs in, all or those that changed."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.builds import roots_of
from tenantc.cli.options import format_option
from tenantc.cli.session import print_json, print_line
from tenantc.driver.build_roots import changed


@click.command("roots")
@click.argument("build", type=click.Path(path_type=Path), default=Path("build"))
@click.option(
    "--since", metavar="OLD_BUILD", type=click.Path(path_type=Path), help="only those that differ from this build"
)
@format_option
def command(build: Path, since: Path | None, format_: str) -> None:
    """List the roots in BUILD, a line each: the folders that Terraform runs in.

    With --since only those in which, or in a module of which, a file is another than in an older build: what CI plans.
    """
    new = roots_of(build)
    chosen = changed(roots_of(since), new) if since is not None else new.roots()
    if format_ == "human":
        for root in chosen:
            print_line(root)
        return
    tenants: dict[str, list[str]] = {}
    for standing in new.standings.values():
        tenants.setdefault(standing.root, []).append(standing.tenant)
    print_json({"version": 1, "roots": [{"folder": root, "tenants": sorted(tenants.get(root, []))} for root in chosen]})
