"""What commands found, printed in the formats that other programs read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NoReturn

from tenantc.cli.session import End, print_text
from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.render import in_order
from tenantc.driver.pipeline import Pipeline
from tenantc.report import github, junit, sarif
from tenantc.report.findings import Finding, Report

WRITERS: Mapping[str, Callable[[Report], str]] = {"sarif": sarif.write, "junit": junit.write, "github": github.write}
# what these say of a broken rule is said in its name
_BROKEN = {"T530", "T531", "T532"}


def findings(diagnostics: Iterable[Diagnostic], root: str, pipeline: Pipeline | None = None) -> list[Finding]:
    """Diagnostics as they are reported, and what its pipeline excused, in reading order."""
    rules = pipeline.judgement.court.rules if pipeline is not None else {}
    excused = (pipeline.judgement.excused if pipeline is not None else None) or {}
    found = [Finding(one, root, rules.get(_rule(one))) for one in diagnostics]
    found += [Finding(one, root, rules.get(_rule(one)), excuse) for one, excuse in excused.items()]
    return sorted(found, key=lambda finding: finding.diagnostic.sort_key)


def _rule(diagnostic: Diagnostic) -> str:
    return dict(diagnostic.facts)["rule"] if diagnostic.code in _BROKEN else ""


def unusable(command: str, format_: str) -> End | None:
    """What ends a command whose tenantc.yaml can't be used, in a format that is not the session's own."""
    if format_ not in WRITERS:
        return None

    def end(diagnostics: Iterable[Diagnostic], root: str) -> NoReturn:
        found = in_order(diagnostics)
        print_report(Report(command, tuple(findings(found, root))), format_)
        raise SystemExit(1 if has_errors(found) else 0)

    return end


def print_report(report: Report, format_: str) -> None:
    """The report, which is all of stdout."""
    print_text(WRITERS[format_](report))
