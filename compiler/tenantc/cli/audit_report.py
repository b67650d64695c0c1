"""`tenantc audit report [BUILD]`: the report of a build, narrowed and rendered."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tenantc.audit.report.narrow import AbsentError
from tenantc.cli.builds import write
from tenantc.cli.session import print_line
from tenantc.driver.audit import FORMATS, Audit
from tenantc.driver.files import shown


@click.command("report")
@click.argument("build", type=click.Path(path_type=Path), default=Path("build"))
@click.option("--tenant", metavar="ID", default="", help="this tenant only: the report says nothing of others")
@click.option("--framework", metavar="ID", default="", help="this framework only, called as policies call it")
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    default="md",
    show_default=True,
    help="how to print: as a page, for programs, for a pull request, as assessment results of OSCAL",
)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="the file to write; by default stdout"
)
def command(build: Path, tenant: str, framework: str, format_: str, output: Path | None) -> None:
    """Print the report of BUILD: what was decided for each tenant, and how each control of its frameworks stands.

    No workspace is needed. With --tenant it is a report for that tenant's own auditor.
    """
    try:
        pieces = list(FORMATS[format_](Audit(build, tenant, framework)))
    except AbsentError as error:
        raise click.UsageError(str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(f"`{shown(build)}` holds no report as tenantc wrote it: {error}") from None
    if not pieces:
        raise click.UsageError("nothing was assessed: no framework that tenants are to meet lists controls")
    if output is not None:
        [file] = write(output.parent, {output.name: b"".join(pieces)})
        print_line(f"wrote {file}")
        return
    sys.stdout.flush()
    for piece in pieces:
        sys.stdout.buffer.write(piece)
