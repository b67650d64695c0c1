"""The next day that `compile` prints is also that of dates which rules compare the day with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.driver.build import Request, build
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.compiling import tenant, with_own_rules, write

END = "billing.subscription.trial.end"


def following(root: Path, day: str, require: str, overrides: str = "", more: str = "") -> tuple[str, list[str]]:
    rule = f'rule dated\n  title    "Dated"\n{more}  require  {require}\n  severity low\n  basis    house\n'
    files = {"tenants/acme.yaml": tenant(overrides), "rules/dated.rule": rule}
    workspace = load(write(root, files).resolve()).value
    assert workspace is not None
    pipeline = Pipeline(with_own_rules(workspace), day)
    built = build(pipeline, Request(root / "build", "build"))
    assert built.written, [one.message for one in built.ledger.all()]
    found = pipeline.boundaries()
    return found.day, found.changes


@pytest.mark.parametrize(
    ("require", "then"),
    [
        ("as_of < 2026-12-01", "2026-12-01"),
        ("2026-12-01 > as_of", "2026-12-01"),
        ("as_of <= 2026-12-01", "2026-12-02"),
        ("2026-12-01 >= as_of", "2026-12-02"),
        ("as_of != 2026-12-01", "2026-12-01"),
        ("as_of == 2026-11-05", "2026-11-06"),
        ("as_of between 2026-11-01 and 2026-12-01", "2026-12-02"),
        ("as_of in [2026-11-05, 2026-12-01]", "2026-11-06"),
        (f"{END} >= as_of", "2026-11-21"),
        (f"as_of >= {END} - 20 days", ""),
        (f"{END} - 10 days > as_of", "2026-11-10"),
        # what is not asked does not turn
        ("as_of >= 2026-11-01 or as_of >= 2026-11-09", ""),
        ("as_of >= 2026-10-01", ""),
        ("security.mfa_config.backup_codes >= 1", ""),
    ],
)
def test_a_build_names_the_day_on_which_a_rule_turns(tmp_path: Path, require: str, then: str) -> None:
    found = following(tmp_path, "2026-11-05", require, f'{END}: "2026-11-20"')
    assert found == (then, ["rule `dated` may come out otherwise"] if then else [])


def test_each_tenants_own_date_counts_and_that_of_a_rule_for_nobody_does_not(tmp_path: Path) -> None:
    require = "all v in integrations: v.pci_reviewed_on + 12 months >= as_of"
    slack = "integrations.slack.receives_personal_data: false\n"
    own = slack + 'integrations.slack.pci_reviewed_on: "2026-01-01"'
    assert following(tmp_path / "one", "2026-11-05", require, own)[0] == "2027-01-02"
    away = "  applies  to frameworks hipaa\n"
    assert following(tmp_path / "away", "2026-11-05", require, own, away)[0] == ""
    guarded = "  when     as_of >= 2026-12-24\n"
    assert following(tmp_path / "guard", "2026-11-05", require, own, guarded)[0] == "2026-12-24"


def test_a_date_that_lifts_what_hardens_a_setting_counts(tmp_path: Path) -> None:
    codes = "security.mfa_config.backup_codes"
    require = f"{codes} <= 5 or as_of > 2026-12-01\n           remedy lower {codes} to 5"
    assert following(tmp_path, "2026-11-05", require)[0] == "2026-12-02"
