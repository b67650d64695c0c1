"""`tenantc audit sample CONTROL [BUILD]`: some of the tenants of a control, as a table."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.audit.report.narrow import AbsentError
from tenantc.audit.report.sample import COLUMNS
from tenantc.cli.builds import write
from tenantc.cli.session import print_line, print_text
from tenantc.driver.audit import Audit
from tenantc.driver.files import shown
from tenantc.report import table


@click.command("sample")
@click.argument("control")
@click.argument("build", type=click.Path(path_type=Path), default=Path("build"))
@click.option("--framework", metavar="ID", required=True, help="the control's framework, called as policies call it")
@click.option(
    "--count", type=click.IntRange(min=1), metavar="N", default=25, show_default=True, help="how many tenants"
)
@click.option("--seed", metavar="TEXT", required=True, help="what decides who is drawn: the same for the same text")
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="the file to write; by default stdout"
)
def command(control: str, build: Path, framework: str, count: int, seed: str, output: Path | None) -> None:
    """Draw N tenants that are to meet CONTROL, and print how its rules came out for each, as comma-separated values.

    A row holds the verdict on a rule, where the rule and the tenant's spec stand, and the audit.json that proves it. A
    cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    try:
        text = table.write(COLUMNS, list(Audit(build).sample(framework, control, count, seed)))
    except AbsentError as error:
        raise click.UsageError(str(error)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise click.UsageError(f"`{shown(build)}` holds no report as tenantc wrote it: {error}") from None
    if output is None:
        print_text(text)
        return
    [file] = write(output.parent, {output.name: text.encode()})
    print_line(f"wrote {file}")
