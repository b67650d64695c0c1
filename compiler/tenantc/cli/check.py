"""`tenantc check [PATHS]…`: checks and writes nothing."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli import hook, reports
from tenantc.cli.options import as_of_option, fail_on_option, report_format_option
from tenantc.cli.session import print_line
from tenantc.driver.files import shown
from tenantc.report.findings import Finding, Report


@click.command("check")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@as_of_option
@fail_on_option
@report_format_option
def command(paths: tuple[Path, ...], as_of: str | None, fail_on: str, format_: str) -> None:
    """Check a workspace, or the given files of one as a pre-commit hook passes them.

    A tenant file checks its tenants; any other file checks itself and every tenant that it is part of.
    """
    if format_ in reports.WRITERS:
        raise click.exceptions.Exit(_reported(paths, as_of, fail_on, format_))
    raise click.exceptions.Exit(hook.check(paths, as_of, fail_on, format_))


def _reported(paths: tuple[Path, ...], as_of: str | None, fail_on: str, format_: str) -> int:
    found: list[Finding] = []
    looked_at: list[str] = []
    done = list(hook.checked(paths, as_of, fail_on, format_, reports.unusable("check", format_)))
    for one in done:
        found += reports.findings(one.ledger.all(), one.session.prefix, one.pipeline)
        looked_at += [shown(path) for path in one.files or one.pipeline.workspace.tenant_files()]
    reports.print_report(Report("check", tuple(found), tuple(looked_at)), format_)
    if format_ == "github":
        for one in done:
            print_line(one.summary)
    return 1 if any(one.ledger.failed for one in done) else 0
