"""Overrides that end on a day (language.md §2): a spec in, the setting before and after, and what is said, out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.driver.checking import check_workspace
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.compiling import TOP, Result, compile_files, tenant, with_own_rules, write

BASE = """
    tier: base
    settings:
      features.enabled: [chat, search]
      limits.max_users: 10
      integrations.okta: {enabled: true, region: eu}
"""
LAST, AFTER = "2026-10-31", "2026-11-01"


def run(root: Path, spec: str, day: str, **more: str) -> Result:
    return compile_files(root, {"tiers/base.yaml": BASE, "tenants/acme.yaml": spec, **more}, day)


def dated(key: str, value: str) -> str:
    return f"{key}: {{value: {value}, until: {LAST}, reason: pilot}}"


@pytest.mark.parametrize(
    ("key", "value", "path", "before", "after"),
    [
        ("limits.max_users", "20", "limits.max_users", 20, 10),
        ("limits.max_users!", "20", "limits.max_users", 20, 10),
        ("features.enabled", "[video]", "features.enabled", ["video"], ["chat", "search"]),
        ("features.enabled+", "[video]", "features.enabled", ["chat", "search", "video"], ["chat", "search"]),
        ("features.enabled-", "[chat]", "features.enabled", ["search"], ["chat", "search"]),
        ("features.enabled-?", "[chat, maps]", "features.enabled", ["search"], ["chat", "search"]),
        ("integrations-", "[okta]", "integrations.okta.region", None, "eu"),
        ("integrations-?", "[okta, slack]", "integrations.okta.region", None, "eu"),
    ],
)
def test_an_entry_holds_through_its_day_under_every_operator_that_takes_a_value(
    tmp_path: Path, key: str, value: str, path: str, before: object, after: object
) -> None:
    spec = tenant(dated(key, value), tier="base")
    held, ended = run(tmp_path, spec, LAST), run(tmp_path, spec, AFTER)
    assert (held.get(path), held.codes) == (before, [])
    assert (ended.get(path), ended.codes) == (after, ["T308"])


def test_two_dated_entries_of_one_list_end_each_on_its_own_day(tmp_path: Path) -> None:
    overrides = dated("features.enabled-", "[chat]") + "\nfeatures.enabled+: [video]"
    spec = tenant(overrides, tier="base")
    assert run(tmp_path, spec, LAST).get("features.enabled") == ["search", "video"]
    assert run(tmp_path, spec, AFTER).get("features.enabled") == ["chat", "search", "video"]


def test_taking_away_what_is_not_there_is_no_error_once_the_entry_has_ended(tmp_path: Path) -> None:
    spec = tenant(dated("features.enabled-", "[maps]"), tier="base")
    assert run(tmp_path, spec, LAST).codes == ["T306"]
    assert run(tmp_path, spec, AFTER).codes == ["T308"]


def test_an_entry_that_ended_breaks_no_ceiling(tmp_path: Path) -> None:
    spec = tenant(dated("limits.max_users", "500"), tier="base")
    tier = BASE + "    ceilings: {limits.max_users: 100}\n"
    files = {"tiers/base.yaml": tier, "tenants/acme.yaml": spec}
    assert compile_files(tmp_path, files, LAST).codes == ["T402"]
    assert compile_files(tmp_path, files, AFTER).codes == ["T308"]


def test_an_entry_for_one_environment_ends_there_and_is_told_once(tmp_path: Path) -> None:
    more = f"environments: {{staging: {{overrides: {{{dated('limits.max_users', '20')}}}}}}}\n"
    files = {"environments/e.yaml": "environment: staging\n"}
    spec = tenant(tier="base", more=more)
    assert run(tmp_path, spec, LAST, **files).get("limits.max_users", environment="staging") == 20
    ended = run(tmp_path, spec, AFTER, **files)
    assert ended.get("limits.max_users", environment="staging") == 10
    assert ended.codes == ["T308"], "and not T307: it counts as not written, so it is no override that changes nothing"


def test_a_mapping_of_settings_is_no_dated_entry(tmp_path: Path) -> None:
    result = run(tmp_path, tenant(dated("limits", "{max_users: 20}"), tier="base"), LAST)
    assert set(result.codes) == {"T126"}


ENTRY = "settings: {limits.max_users: {value: 3, until: 2027-01-01, reason: x}}\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tenantc.yaml", TOP + ENTRY),
        ("tiers/other.yaml", "tier: other\n" + ENTRY),
        ("mixins/m.yaml", "mixin: m\n" + ENTRY),
        ("environments/e.yaml", "environment: e\n" + ENTRY),
    ],
)
def test_only_a_tenants_overrides_have_an_end(tmp_path: Path, name: str, text: str) -> None:
    assert "T133" in run(tmp_path, tenant(tier="base"), LAST, **{name: text}).codes


def test_a_build_knows_the_next_day_on_which_something_changes_by_itself(tmp_path: Path) -> None:
    dated = "limits.max_users: {value: 4, until: 2026-11-30, reason: pilot}"
    rule = (
        'rule few-codes\n  title "Few"\n  effective 2026-12-01 until 2026-12-31\n'
        "  require security.mfa_config.backup_codes >= 1\n  severity low\n  basis house\n"
    )
    waiver = "- {rule: few-codes, tenants: [acme], until: 2026-12-30, reason: r, approver: a}\n"
    root = write(tmp_path, {"tenants/acme.yaml": tenant(dated), "rules/few-codes.rule": rule, "waivers/w.yaml": waiver})
    for day, then, changes in (
        (
            "2026-11-29",
            "2026-12-01",
            ["rule `few-codes` comes into force", "tenant `acme` no longer sets `limits.max_users`"],
        ),
        ("2026-12-01", "2026-12-31", ["a waiver of `few-codes` has ended"]),
        ("2026-12-31", "2027-01-01", ["rule `few-codes` is no longer in force"]),
    ):
        workspace = load(root.resolve()).value
        assert workspace is not None
        pipeline = Pipeline(with_own_rules(workspace), day)
        check_workspace(pipeline)
        found = pipeline.boundaries()
        assert (found.day, found.changes) == (then, changes)


def test_what_comes_into_force_for_nobody_is_no_change(tmp_path: Path) -> None:
    rule = (
        'rule few-codes\n  title "Few"\n  applies to frameworks hipaa\n  effective 2026-12-01\n'
        "  require security.mfa_config.backup_codes >= 1\n  severity low\n  basis house\n"
    )
    for frameworks, then in (("[]", ""), ("[HIPAA]", "2026-12-01")):
        spec = tenant(more=f"compliance_requirements: {frameworks}\n")
        root = write(tmp_path / then, {"tenants/acme.yaml": spec, "rules/few-codes.rule": rule})
        workspace = load(root.resolve()).value
        assert workspace is not None
        pipeline = Pipeline(with_own_rules(workspace), "2026-11-01")
        check_workspace(pipeline)
        assert pipeline.boundaries().day == then
