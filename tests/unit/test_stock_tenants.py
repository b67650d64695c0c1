"""Stock tenants ship: what the library gives a tenant passes the library's own rules, as far as a library can know."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tenantc.driver.rulebook import library_documents
from tests.compiling import compile_files, tenant

TIERS = ("free", "professional", "enterprise", "custom")
# by framework, the rules that block and why no library can mend that
UNMET: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parents[1] / "data" / "stock.yaml").read_text())
FRAMEWORKS = ("", *sorted(name for name in library_documents().frameworks if name != "house"))


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("tier", TIERS)
def test_a_tenant_without_overrides_ships_or_it_is_listed_why_not(tmp_path: Path, tier: str, framework: str) -> None:
    more = f"compliance_requirements: [{framework}]\n" if framework else ""
    result = compile_files(tmp_path, {"tenants/acme.yaml": tenant(tier=tier, more=more)}, library=True)
    blocking = {dict(one.facts)["rule"] for one in result.diagnostics if one.code == "T530"}
    assert blocking == set(UNMET.get(framework, {}))
    assert not [one for one in result.diagnostics if one.code in {"T511", "T512"}], result.text


@pytest.mark.parametrize("example", ["minimal", "streaming", "regulated"])
def test_the_examples_ship(example: str) -> None:
    from tenantc.driver.checking import check_workspace
    from tenantc.driver.pipeline import Pipeline
    from tenantc.driver.workspace import load

    workspace = load(Path("examples").resolve() / example).value
    assert workspace is not None
    ledger, tenants = check_workspace(Pipeline(workspace, "2026-11-01"))
    assert tenants > 0
    assert not ledger.failed, [one.message for one in ledger.all()]
