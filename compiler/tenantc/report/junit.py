"""JUnit XML as CI systems read it: a test case is a file that was looked at, or a test of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from tenantc.diagnostics.render import printable, render, sentence
from tenantc.report.findings import Finding, Report


def write(report: Report) -> str:
    """One suite. A case fails if something in it is an error; what is no error, or waived, is its output."""
    top = Element("testsuites")
    suite = SubElement(top, "testsuite", name=f"tenantc {report.command}")
    told = {finding for test in report.tests for finding in test.findings}
    rest = [finding for finding in report.findings if finding not in told]
    for test in report.tests:
        place = {"file": printable(test.path), "line": str(test.line)}
        _case(suite, printable(test.rule), printable(test.title), place, test.findings)
    for path, findings in _by_file(report.files, rest).items():
        shown = printable(path)
        place = {"file": shown} if path else {}
        _case(suite, f"tenantc.{report.command}", shown or "the workspace", place, findings)
    counts = {"tests": str(len(suite)), "failures": str(len(suite.findall("testcase/failure")))}
    for element in (top, suite):
        element.attrib |= {**counts, "errors": "0", "skipped": "0", "time": "0"}
    indent(top)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(top, encoding="unicode")}\n'


def _by_file(files: Iterable[str], findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {path: [] for path in files}
    for finding in findings:
        found.setdefault(finding.path, []).append(finding)
    return found


def _case(suite: Element, group: str, name: str, place: dict[str, str], findings: Iterable[Finding]) -> None:
    """A test case. The texts hold what `render` lets through, and XML has a character for all of that."""
    case = SubElement(suite, "testcase", {"classname": group, "name": name, **place, "time": "0"})
    failed = [finding for finding in findings if finding.failed]
    if failed:
        first = failed[0]
        message = f"{sentence(first.diagnostic)}{f' (and {len(failed) - 1} more)' if len(failed) > 1 else ''}"
        failure = SubElement(case, "failure", message=message, type=printable(first.id))
        failure.text = "\n".join(render(finding.diagnostic, finding.root) for finding in failed)
    besides = [line for finding in findings if not finding.failed for line in _lines(finding)]
    if besides:
        SubElement(case, "system-out").text = "\n".join(besides)


def _lines(finding: Finding) -> Iterator[str]:
    if finding.leave:
        yield f"not counted: {printable(finding.leave)}"
    yield render(finding.diagnostic, finding.root)
