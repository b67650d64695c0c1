"""`tenantc test [PATHS]…`: the tests that stand in rule files."""

from __future__ import annotations

from pathlib import Path

import click

from tenantc.cli import reports
from tenantc.cli.options import report_format_option
from tenantc.cli.session import print_json, say, summary
from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.render import as_json, in_order
from tenantc.driver import rules
from tenantc.driver.mutation import unnoticed
from tenantc.driver.rule_tests import Tested, Tester
from tenantc.driver.rules import RuleFile
from tenantc.driver.surroundings import documents_for
from tenantc.report.findings import Report, RuleTest


@click.command("test")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--mutate", is_flag=True, help="also move each number by one and see whether a test notices")
@report_format_option
def command(paths: tuple[Path, ...], mutate: bool, format_: str) -> None:
    """Run the tests of rule files: those given, or in these folders; by default the workspace's and the library's.

    Each requirement has to be seen to pass and to fail.
    """
    documents, wrong = documents_for(paths[0] if paths else Path())
    files, diagnostics = rules.read(paths or rules.all_rules(Path()), documents)
    tester, tested = Tester(documents), Tested()
    catalogue = rules.catalogue(documents)
    for file in files:
        before = len(tested.diagnostics)
        tester.run(file, tested)
        if mutate and file.rule is not None and len(tested.diagnostics) == before:
            tested.diagnostics += unnoticed(file, tester, documents.schema, catalogue)
    found = in_order([*wrong, *diagnostics, *tested.diagnostics])
    if format_ == "json":
        shown = [as_json(one) for one in found]
        print_json({"version": 1, "rules": len(files), "tests": len(tested.tests), "diagnostics": shown})
    else:
        if format_ in reports.WRITERS:
            reports.print_report(_report(files, tested, found), format_)
        else:
            say(found)
        if format_ in {"human", "github"}:
            errors = sum(one.severity is Severity.ERROR for one in found)
            click.echo(f"{len(files)} rules, {len(tested.tests)} tests: {summary(errors, len(found) - errors)}")
    raise click.exceptions.Exit(1 if has_errors(found) else 0)


def _report(files: list[RuleFile], tested: Tested, found: list[Diagnostic]) -> Report:
    findings = dict(zip(found, reports.findings(found, ""), strict=True))
    tests = tuple(
        RuleTest(ran.rule, ran.title, ran.span.path, ran.span.line, tuple(findings[one] for one in ran.diagnostics))
        for ran in tested.tests
    )
    return Report("test", tuple(findings.values()), tuple(file.text.path for file in files), tests)
