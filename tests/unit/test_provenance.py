"""audit.json prints what a tenant changes, and has the rest from what the tenant inherits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.audit.provenance import Provenance
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tenantc.model.settings import Section
from tests.compiling import tenant, write


def test_only_what_differs_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = write(
        tmp_path,
        {
            "tenants/one.yaml": tenant().replace("acme", "one"),
            "tenants/two.yaml": tenant("limits.max_users: 3").replace("acme", "two"),
        },
    )
    workspace = load(root.resolve()).value
    assert workspace is not None
    pipeline = Pipeline(workspace, "2026-11-01")
    provenance = Provenance("2026-11-01", pipeline.judgement.court.rules)
    checked = []
    for path in workspace.tenant_files():
        (spec,) = workspace.specs(path)[0]
        checked += [compiled.judged for compiled in pipeline.tenant(spec).environments.values()]
    one, two = checked
    assert one is not None
    assert two is not None
    provenance.audit_json(one)
    printed: list[str] = []
    line = Provenance.line

    def spy(self: Provenance, section: Section, path: str) -> str:
        printed.append(path)
        return line(self, section, path)

    monkeypatch.setattr(Provenance, "line", spy)
    shared = provenance.audit_json(two)
    assert printed == ["limits.max_users"]
    assert shared == Provenance("2026-11-01", pipeline.judgement.court.rules).audit_json(two)
