"""A hook that finds its stacks settled says what one says that settles them itself."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tenantc.diagnostics.render import render
from tenantc.driver.checking import check_files
from tenantc.driver.judgement import Judgement
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.stacks import Settled
from tenantc.driver.workspace import load
from tenantc.model.resolved import Resolved
from tenantc.model.settings import Settings
from tenantc.model.stack import Stack

ROOT = Path(__file__).parents[2]
CASES = [ROOT / "examples" / "streaming", ROOT / "examples" / "regulated"]
CASES += sorted(path.parent for path in (ROOT / "tests" / "golden").glob("*/in/rules"))


def said(root: Path, as_of: str = "2026-11-01") -> list[str]:
    workspace = load(root).value
    assert workspace is not None
    ledger, _ = check_files(Pipeline(workspace, as_of), workspace.tenant_files())
    return [render(one) for one in ledger.all()]


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """The tiers of the stacks that are settled from here on, with a cache of their own."""
    monkeypatch.setenv("TENANTC_CACHE_DIR", str(tmp_path / "cache"))
    seen: list[str] = []
    settle = Judgement._settled

    def noted(self: Judgement, stack: Stack, inherited: Resolved, tier: Settings) -> Settled:
        seen.append(stack.tier)
        return settle(self, stack, inherited, tier)

    monkeypatch.setattr(Judgement, "_settled", noted)
    return seen


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.parent.name if path.name == "in" else path.name)
def test_what_is_remembered_of_a_stack_is_what_is_found_anew(tmp_path: Path, settled: list[str], case: Path) -> None:
    root = shutil.copytree(case, tmp_path / "w").resolve()
    first = said(root)
    count = len(settled)
    assert said(root) == first
    assert len(settled) == count, "each stack was settled once"


def test_a_stack_is_settled_anew_when_what_it_rests_on_changes(tmp_path: Path, settled: list[str]) -> None:
    root = shutil.copytree(ROOT / "examples" / "streaming", tmp_path / "w").resolve()
    said(root)
    for change in ("tiers/label.yaml", "mixins/catalogue.yaml", "tenantc.yaml"):
        count = len(settled)
        (root / change).write_text((root / change).read_text() + "\n# read anew\n")
        said(root)
        assert len(settled) > count, change
    count = len(settled)
    said(root, "2026-11-02")
    assert len(settled) > count
    count = len(settled)
    spec = root / "tenants" / "acme-corp.yaml"
    spec.write_text(spec.read_text().replace("max_users: 500", "max_users: 600"))
    said(root, "2026-11-02")
    assert len(settled) == count, "a tenant's own overrides lie above its stack"
