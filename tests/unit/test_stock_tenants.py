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


def contradictions(root: Path, spec: str, more: dict[str, str] | None = None) -> dict[str, set[str]]:
    """The settings on which remedies exclude each other, and the rules that do."""
    result = compile_files(root, {"tenants/acme.yaml": spec, **(more or {})}, library=True)
    found = [dict(one.facts) for one in result.diagnostics if one.code == "T511"]
    return {one["path"]: set(one["rules"].replace("`", "").split(", ")) for one in found}


BOTH = "compliance_requirements: [PCI_DSS, FedRAMP]\n"
COMPOSITION = {"password-alphanumeric-pci", "password-no-composition-rules"}
AGE = {"password-max-age-single-factor", "password-no-forced-rotation"}


def test_what_pci_dss_and_fedramp_say_of_passwords_is_named_and_not_chosen(tmp_path: Path) -> None:
    found = contradictions(tmp_path, tenant(tier="professional", more=BOTH))
    assert found == {
        "security.password_policy.require_numbers": COMPOSITION,
        "security.password_policy.require_lowercase": COMPOSITION,
    }


def test_they_differ_on_the_age_of_passwords_only_without_a_second_factor(tmp_path: Path) -> None:
    """The free tier asks for none; from the next tier on a rule does, and the question is gone."""
    assert contradictions(tmp_path / "free", tenant(more=BOTH))["security.password_policy.max_age_days"] == AGE
    paid = contradictions(tmp_path / "paid", tenant(tier="professional", more=BOTH))
    assert "security.password_policy.max_age_days" not in paid


def test_a_policy_settles_it_with_a_reason_and_an_approver(tmp_path: Path) -> None:
    policy = (
        "policy: house\nsettle:\n  - rules: [password-alphanumeric-pci, password-no-composition-rules]\n"
        "    prefer: password-alphanumeric-pci\n    reason: the card brands audit us first\n"
        "    approver: ciso@example.com\n"
    )
    spec = tenant(tier="professional", more=BOTH)
    assert contradictions(tmp_path, spec, {"policies/house.yaml": policy}) == {}
