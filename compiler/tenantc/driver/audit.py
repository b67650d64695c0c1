"""Reads the report of a build, narrows it, and renders it anew: no workspace is needed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from tenantc.audit.report.comment import comment
from tenantc.audit.report.document import narrowed_json
from tenantc.audit.report.groups import Subject
from tenantc.audit.report.narrow import ids, mentions, narrow
from tenantc.audit.report.oscal import Sources, assessment_results
from tenantc.audit.report.page import page
from tenantc.audit.report.sample import sample
from tenantc.driver.library import report_page
from tenantc.driver.manifest import read_previous
from tenantc.driver.reporting import REPORT, SHELF, evidence, policies
from tenantc.source.digest import sha256


class Audit:
    """The report of a build, narrowed to a tenant, a framework, or both; empty texts narrow nothing.

    Raises ValueError where the folder holds no build of tenantc's, or none with a report that is as it was written,
    AbsentError where there is nothing to narrow it to, and OSError as reading does.
    """

    def __init__(self, build: Path, tenant: str = "", framework: str = "") -> None:
        self._manifest = read_previous(build)
        digest = self._manifest.files.get("", {}).get(REPORT)
        if digest is None:
            raise ValueError("it has no report")
        data = (build / REPORT).read_bytes()
        if sha256(data) != digest:
            raise ValueError(f"{REPORT} is not what was built")
        self.report: Mapping[str, Any] = json.loads(data)
        if self.report["version"] != 1:
            raise ValueError(f"{REPORT} is of another version")
        self._digest = digest
        self._scope = json.dumps([tenant, framework]) if tenant or framework else ""
        self._whole = data if not self._scope else b""
        self._others: set[str] = set()
        if self._scope:
            everybody = ids(self.report)
            self.report = narrow(self.report, tenant, framework)
            self._others = everybody - ids(self.report)

    def json(self) -> Iterable[bytes]:
        """As report.json (schemas/cli/report.json), in pieces."""
        return [self._whole] if self._whole else narrowed_json(self.report)

    def markdown(self) -> Iterable[bytes]:
        """As report.md, in pieces."""
        return [comment(self.report).encode()]

    def html(self) -> Iterable[bytes]:
        """As report.html, in pieces."""
        return page(self.report, report_page(), self.json, SHELF)

    def oscal(self) -> Iterable[bytes]:
        """As oscal-assessment-results.json, in pieces; none if no policy lists controls."""
        tenants = self.report["tenants"]
        subjects = (
            Subject(one["id"], one["environment"], tuple(one["frameworks"]), one["verdicts"]) for one in tenants
        )
        held = [file for file in policies(self._manifest.inputs) if not mentions(file[0], self._others)]
        sources = Sources((REPORT, self._digest), held, self._audit, self._scope)
        return assessment_results(self.report, self.report["verdicts"], subjects, sources)

    def sample(self, framework: str, control: str, count: int, seed: str) -> Iterable[tuple[str, ...]]:
        """Rows about some of the tenants of a control, with the columns of audit/report/sample.py."""
        return sample(self.report, framework, control, count, seed, self._audit)

    def _audit(self, tenant: str, environment: str) -> tuple[str, str] | None:
        return evidence(self._manifest.files.get(tenant, {}), tenant, environment)


FORMATS: Final[Mapping[str, Callable[[Audit], Iterable[bytes]]]] = {
    "html": Audit.html,
    "json": Audit.json,
    "md": Audit.markdown,
    "oscal": Audit.oscal,
}
"""What a report can be rendered as."""
