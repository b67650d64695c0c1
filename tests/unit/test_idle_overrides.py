"""Overrides that change nothing, and pins that are meant (language.md §2): a spec in, warnings out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiling import Result, compile_files, tenant

USERS = "limits.max_users"
FILES = {
    "tiers/base.yaml": "tier: base\nsettings: {limits.max_users: 10, features.enabled: [chat]}\n",
    "environments/e.yaml": "environment: staging\nsettings: {limits.max_users: 20}\n---\nenvironment: production\n",
}


def run(root: Path, overrides: str, more: str = "", **files: str) -> Result:
    return compile_files(root, {**FILES, "tenants/acme.yaml": tenant(overrides, tier="base", more=more), **files})


@pytest.mark.parametrize(
    ("override", "idle"),
    [
        ("features.enabled: [chat]", True),
        ("features.enabled+: [chat]", True),
        ("features.enabled-?: [maps]", True),
        ("unset: [limits.storage_gb]", True),
        ("unset: [integrations]", True),
        ("features.enabled: [chat, maps]", False),
        ("unset: [features.enabled]", False),
        ("limits.max_users: ${tier.limits.max_users}", False),
        ("limits.max_users: 10", False),
        ("limits.max_users: 20", False),
    ],
)
def test_an_override_is_idle_if_it_changes_nothing_in_any_environment(
    tmp_path: Path, override: str, idle: bool
) -> None:
    result = run(tmp_path, override)
    assert result.codes == (["T307"] if idle else [])
    assert not result.failed


def test_in_the_one_environment_where_the_tenant_lives_it_is_idle(tmp_path: Path) -> None:
    assert run(tmp_path / "a", "limits.max_users: 20", "environments: {staging: {}}\n").codes == ["T307"]
    assert run(tmp_path / "b", "limits.max_users: 20", "environments: {production: {}}\n").codes == []


def test_an_override_for_one_environment_is_judged_against_the_tenants_own(tmp_path: Path) -> None:
    own = (
        "environments: {staging: {overrides: {limits.max_users: 30}},\n"
        "               production: {overrides: {limits.max_users: 10}}}\n"
    )
    result = run(tmp_path, "limits.max_users: 30", own)
    assert [(one.code, one.blames[0].span.line) for one in result.diagnostics] == [("T307", 5)]
    assert result.get(USERS, environment="production") == 10


def test_a_cap_makes_no_override_idle(tmp_path: Path) -> None:
    capped = {"environments/e.yaml": "environment: e\ncaps: {limits.max_users: 5}\n"}
    assert run(tmp_path / "a", "limits.max_users: 11", **capped).codes == []
    assert run(tmp_path / "b", "limits.max_users: 10", **capped).codes == ["T307"]


@pytest.mark.parametrize("value", [3, 4])
def test_what_settles_a_disagreement_of_mixins_is_not_idle(tmp_path: Path, value: int) -> None:
    mixins = {
        "mixins/one.yaml": "mixin: one\nsettings: {limits.max_users: 3}\n",
        "mixins/two.yaml": "mixin: two\nsettings: {limits.max_users: 4}\n",
    }
    lives = "mixins: [one, two]\nenvironments: {production: {}}\n"
    assert run(tmp_path, f"limits.max_users: {value}", lives, **mixins).codes == []


def test_keep_states_a_pin_for_a_path_and_what_lies_under_it(tmp_path: Path) -> None:
    override = "features.enabled: [chat]\nunset: [limits.storage_gb]"
    assert run(tmp_path / "a", override, "keep: [features]\n").codes == ["T307"]
    assert run(tmp_path / "b", override, "keep: [features.enabled, limits.storage_gb]\n").codes == []
    assert run(tmp_path / "c", override, "keep: [features.disabled]\n").codes == ["T309", "T307", "T307"]
