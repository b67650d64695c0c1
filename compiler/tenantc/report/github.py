"""Workflow commands of GitHub Actions, which become annotations on the lines of a pull request.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands. GitHub shows ten errors, ten
warnings and ten notices of a step; the log holds all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.render import LIBRARY, path_of, printable
from tenantc.report.findings import Finding, Report

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
# as in the toolkit of GitHub Actions (packages/core/src/command.ts)
_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def write(report: Report) -> str:
    """A command a line for everything that counts."""
    return "".join(f"{_command(one)}\n" for one in report.findings if one.excuse is None)


def _command(finding: Finding) -> str:
    properties = ",".join(f"{name}={value.translate(_PROPERTY)}" for name, value in _properties(finding))
    return f"::{_COMMANDS[finding.diagnostic.severity]} {properties}::{finding.text.translate(_DATA)}"


def _properties(finding: Finding) -> Iterator[tuple[str, str]]:
    span = next((place.span for place in finding.places), None)
    if span is not None and not span.path.startswith(LIBRARY):  # no repository of tenants holds the library
        yield "file", printable(path_of(span, finding.root))
        yield "line", str(span.line)
        yield "endLine", str(span.end_line)
        if span.line == span.end_line:  # GitHub refuses columns that belong to several lines
            yield "col", str(span.column)
            yield "endColumn", str(span.end_column)
    yield "title", printable(finding.id)
