"""`tenantc migrate-sql OLD_BUILD NEW_BUILD`: tenants' rows move to where another build keeps them."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli.builds import roots_of, write
from tenantc.cli.options import format_option
from tenantc.cli.session import print_json, print_line
from tenantc.driver.sql_migration import SqlMigration, UnwrittenError


@click.command("migrate-sql")
@click.argument("old_build", type=click.Path(path_type=Path))
@click.argument("new_build", type=click.Path(path_type=Path))
@click.option("--tenant", "tenants", metavar="ID", multiple=True, help="this tenant only; may be given several times")
@click.option(
    "-o", "--output", metavar="DIR", type=click.Path(path_type=Path), required=True, help="the folder to write to"
)
@format_option
def command(old_build: Path, new_build: Path, tenants: tuple[str, ...], output: Path, format_: str) -> None:
    """Write how the rows of tenants that live elsewhere in NEW_BUILD get there from OLD_BUILD, and back.

    For each such tenant DIR holds, in its folder, migrate.sql and rollback.sql, or between two databases folders of
    these names with export.sql, import.sql and delete.sql. Their heads say how to run them. What a tenant loses between
    the builds is told, whether its rows move or not, and for those listed what a rollback loses.
    """
    old, new = roots_of(old_build), roots_of(new_build)
    try:
        found = SqlMigration(old, new, frozenset(tenants))
    except UnwrittenError as error:
        raise click.UsageError(str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(f"the builds are not as tenantc wrote them: {error}") from None
    files = write(output, found.files)
    if format_ == "json":
        print_json({"version": 1, "written": files, "tenants": found.tenants})
        return
    for one in found.tenants:
        print_line(f"{one['folder']}: {one['from'] or 'new'} -> {one['to'] or 'gone'}")
        for loss in one["loses"]:
            print_line(f"  loses: {loss}")
        for loss in one["rollback_loses"]:
            print_line(f"  rollback loses: {loss}")
    for file in files:
        print_line(f"wrote {file}")
    count = found.moved
    print_line(f"{count} tenant{'' if count == 1 else 's'} to move or to rename")
