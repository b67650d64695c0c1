"""SARIF 2.1.0 (OASIS), within what GitHub takes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from tenantc import __version__
from tenantc.diagnostics.codes import CODES
from tenantc.diagnostics.diagnostic import Replacement
from tenantc.diagnostics.render import LIBRARY, path_of, printable
from tenantc.model.spec import Waiver
from tenantc.report.descriptors import descriptor
from tenantc.report.findings import Finding, Report
from tenantc.source.digest import sha256
from tenantc.source.span import Span
from tenantc.source.value import plain

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub keeps 5 000 results of a run, not always the worst, and refuses a file with more than 25 000
# (docs.github.com, "SARIF results exceed one or more limits").
RESULTS = 5000
# the same page: of the locations of a result, a hundred are shown
LOCATIONS = 100


def write(report: Report) -> str:
    """One run. What has no place is a notification: GitHub refuses a file in which a result has none."""
    placed = [finding for finding in report.findings if finding.places]
    prints = _fingerprints(placed)
    kept = _worst(placed)
    ids = {finding.id: finding for finding in kept}
    index = {id: number for number, id in enumerate(ids)}
    notes = [_notification(finding) for finding in report.findings if not finding.places]
    if len(kept) < len(placed):
        text = f"{len(kept)} of {len(placed)} results are listed, the worst of them: code scanning keeps no more"
        notes.append({"level": "note", "message": {"text": text}})
    driver = {"name": "tenantc", "version": __version__, "rules": [descriptor(finding) for finding in ids.values()]}
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index, prints[finding]) for finding in kept],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _worst(findings: list[Finding]) -> list[Finding]:
    """As many as there may be in the order they came in: what counts first, errors before warnings before notes."""
    weights = list(type(CODES["T530"].severity))
    ranked = sorted(findings, key=lambda one: (one.excuse is not None, weights.index(one.diagnostic.severity)))
    kept = set(ranked[:RESULTS])
    return [finding for finding in findings if finding in kept]


def _fingerprints(findings: Iterable[Finding]) -> dict[Finding, str]:
    """What tells a finding from others, whatever lines it moves to.

    That is what is said of what in which file; a value that gets worse is another finding, which nobody has dismissed
    yet. Where two say the same, they are counted.
    """
    seen: Counter[str] = Counter()
    found = {}
    for finding in findings:
        said = (finding.id, finding.diagnostic.message, *_culprits(finding))
        digest = sha256("\n".join(printable(text) for text in said).encode())[:32]
        seen[digest] += 1
        found[finding] = f"{digest}:{seen[digest]}"
    return found


def _culprits(finding: Finding) -> list[str]:
    """The workspace's files that share the blame, and how; the library's, where it has none."""
    blames = finding.diagnostic.blames or finding.places
    own = [blame for blame in blames if not blame.span.path.startswith(LIBRARY)] or blames
    return [text for blame in own for text in (path_of(blame.span, finding.root), blame.label)]


def _result(finding: Finding, index: Mapping[str, int], fingerprint: str) -> dict[str, Any]:
    diagnostic = finding.diagnostic
    first, *others = finding.places[:LOCATIONS]
    result: dict[str, Any] = {
        "ruleId": finding.id,
        "ruleIndex": index[finding.id],
        "level": diagnostic.severity.value,
        "message": _message(finding.text),
        "locations": [_location(first.span, finding.root)],
        # the one name that GitHub looks at
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
        # an empty list says that a result counts; without one, nobody knows
        "suppressions": _suppressions(finding),
    }
    if others:
        result["relatedLocations"] = [_location(one.span, finding.root, one.label) for one in others]
    if diagnostic.fix is not None:
        result["fixes"] = [_fix(diagnostic.fix, finding.root)]
    if diagnostic.tenants:
        result["properties"] = {"tenants": diagnostic.tenants}
    return result


def _message(text: str) -> dict[str, str]:
    """A text as a message: `[text](target)` would be a link (SARIF 3.11.6)."""
    return {"text": text.replace("](", "] (")}


def _notification(finding: Finding) -> dict[str, Any]:
    return {
        "level": finding.diagnostic.severity.value,
        "message": _message(finding.text),
        "descriptor": {"id": finding.id},
    }


def _suppressions(finding: Finding) -> list[dict[str, Any]]:
    if finding.excuse is None:
        return []
    found: dict[str, Any] = {"kind": "external", "status": "accepted", "justification": printable(finding.leave)}
    if isinstance(finding.excuse, Waiver):
        found["location"] = _location(finding.excuse.rule.span, finding.root)
    return [found]


def _fix(fix: Replacement, root: str) -> dict[str, Any]:
    # a scalar of JSON is one of YAML, and a spec may be either
    text = json.dumps(plain(fix.value), ensure_ascii=False)
    replaced = {"deletedRegion": _region(fix.span), "insertedContent": {"text": text}}
    change = {"artifactLocation": _artifact(fix.span, root), "replacements": [replaced]}
    return {"description": _message(f"write {printable(text)} here"), "artifactChanges": [change]}


def _location(span: Span, root: str, label: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(span, root), "region": _region(span)},
    }
    if label:
        found["message"] = _message(printable(label))
    return found


def _artifact(span: Span, root: str) -> dict[str, str]:
    return {"uri": quote(path_of(span, root).encode("utf-8", "surrogateescape"))}


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }
