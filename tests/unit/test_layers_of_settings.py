"""Who wins, and what may not be exceeded or changed (language.md §3): a workspace in, settings and diagnostics out."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from tests.compiling import TOP, compile_files, tenant

LEVEL = "monitoring.logging.level"
USERS = "limits.max_users"
BASE = "tier: base\nsettings: {limits.max_users: 10}\n"


def test_a_higher_layer_wins_and_every_definition_is_kept(tmp_path: Path) -> None:
    files = {
        "tenantc.yaml": TOP + "settings: {limits.max_users: 11}\n",
        "tiers/root.yaml": "tier: root\nmixins: [under]\nsettings: {limits.max_users: 13}\n",
        "tiers/leaf.yaml": "tier: leaf\nextends: root\nsettings: {limits.max_users: 14}\n",
        "mixins/under.yaml": "mixin: under\nsettings: {limits.max_users: 12}\n",
        "mixins/over.yaml": "mixin: over\nsettings: {limits.max_users: 15}\n",
        "environments/staging.yaml": "environment: staging\nsettings: {limits.max_users: 16}\n",
        "tenants/acme.yaml": tenant(
            "limits.max_users: 17",
            tier="leaf",
            more="mixins: [over]\nenvironments: {staging: {overrides: {limits.max_users: 18}}}\n",
        ),
    }
    result = compile_files(tmp_path, files)
    assert result.text == ""
    assert result.get(USERS, environment="staging") == 18
    settings = result.tenants["acme"].environments["staging"].resolved.settings
    assert [one.value for one in settings.definitions(USERS)] == [11, 12, 13, 14, 15, 16, 17, 18]


def test_a_tier_of_a_library_name_replaces_it_and_may_extend_it(tmp_path: Path) -> None:
    whole = {"tiers/p.yaml": "tier: professional\n", "tenants/acme.yaml": tenant(tier="professional")}
    extended = {
        "tiers/p.yaml": "tier: professional\nextends: professional\nsettings: {limits.max_users: 101}\n",
        "tenants/acme.yaml": tenant(tier="professional"),
    }
    assert compile_files(tmp_path / "a", whole).get("limits.storage_gb") is None
    result = compile_files(tmp_path / "b", extended)
    assert (result.get(USERS), result.get("limits.storage_gb")) == (101, 100)
    assert result.get("tenant.grade") == "professional"


def test_tier_chains_that_go_in_circles_are_shown(tmp_path: Path) -> None:
    files = {"tiers/a.yaml": "tier: a\nextends: b\n", "tiers/b.yaml": "tier: b\nextends: a\n"}
    result = compile_files(tmp_path, files | {"tenants/acme.yaml": tenant(tier="a")})
    assert set(result.codes) == {"T203"}
    assert "`a` → `b` → `a`" in result.text


DIAMOND = {
    "tiers/base.yaml": BASE,
    "mixins/bottom.yaml": "mixin: bottom\nsettings: {limits.max_users: 20, features.enabled: [a]}\n",
    "mixins/left.yaml": "mixin: left\nextends: bottom\nsettings: {limits.max_users: 21}\n",
    "mixins/right.yaml": "mixin: right\nextends: bottom\nsettings: {features.enabled+: [b]}\n",
}


@pytest.mark.parametrize("order", list(permutations(["left", "right", "bottom"])))
def test_a_diamond_of_mixins_is_put_in_order_whatever_the_order_of_the_list(tmp_path: Path, order: tuple[str]) -> None:
    spec = tenant(tier="base", more=f"mixins: [{', '.join(order)}]\n")
    result = compile_files(tmp_path, DIAMOND | {"tenants/acme.yaml": spec})
    assert result.codes == []
    assert (result.get(USERS), result.get("features.enabled")) == (21, ["a", "b"])


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("limits.max_users: 3", "limits.max_users: 3", True),
        ("limits.max_users: 3", "limits.max_users: 4", False),
        ("features.enabled+: [a]", "features.enabled+: [b]", True),
        ("features.enabled-?: [a]", "features.enabled-?: [b]", True),
        ("features.enabled+: [a]", "features.enabled-?: [b]", True),
        ("features.enabled+: [a]", "features.enabled-?: [a]", False),
        ("features.enabled: [a]", "features.enabled+: [b]", False),
        ("integrations!: {}", "integrations.okta.region: eu", False),
        ("integrations.okta.region: eu", "integrations.okta.enabled: true", True),
    ],
)
def test_mixins_of_one_list_must_agree(tmp_path: Path, one: str, other: str, agree: bool) -> None:
    files = {
        "tiers/base.yaml": BASE,
        "mixins/one.yaml": f"mixin: one\nsettings:\n  {one}\n",
        "mixins/other.yaml": f"mixin: other\nsettings:\n  {other}\n",
        "tenants/acme.yaml": tenant(tier="base", more="mixins: [one, other]\n"),
    }
    result = compile_files(tmp_path, files)
    assert result.codes == ([] if agree else ["T305"])
    if not agree:
        assert {blame.span.path for blame in result.diagnostics[0].blames} == {"mixins/one.yaml", "mixins/other.yaml"}


def test_a_layer_above_settles_what_mixins_disagree_on(tmp_path: Path) -> None:
    files = {
        "tiers/base.yaml": BASE,
        "mixins/one.yaml": "mixin: one\nsettings: {limits.max_users: 3}\n",
        "mixins/other.yaml": "mixin: other\nsettings: {limits.max_users: 4}\n",
        "tenants/acme.yaml": tenant("limits.max_users: 5", tier="base", more="mixins: [one, other]\n"),
    }
    assert compile_files(tmp_path, files).codes == []


CEILING = "tier: base\nsettings: {limits.max_users: 10}\nceilings: {limits.max_users: 100}\n"


def test_a_ceiling_binds_what_stands_above_the_tiers_and_names_the_tier_that_allows_it(tmp_path: Path) -> None:
    files = {
        "tiers/base.yaml": CEILING,
        "tiers/big.yaml": "tier: big\nextends: base\nceilings: {limits.max_users: 1000}\n",
        "tenants/acme.yaml": tenant("limits.max_users: 500", tier="base"),
    }
    result = compile_files(tmp_path, files)
    assert result.codes == ["T402"]
    assert [blame.span.path for blame in result.diagnostics[0].blames] == ["tenants/acme.yaml", "tiers/base.yaml"]
    assert result.diagnostics[0].help == "tier `big` allows it"
    allowed = files | {"tenants/acme.yaml": tenant("limits.max_users: 500", tier="big")}
    assert compile_files(tmp_path / "b", allowed).codes == []


def test_a_tier_itself_may_say_more_than_the_ceiling_it_sets_for_others(tmp_path: Path) -> None:
    tier = "tier: base\nsettings: {limits.max_users: 101}\nceilings: {limits.max_users: 100}\n"
    assert compile_files(tmp_path, {"tiers/base.yaml": tier, "tenants/acme.yaml": tenant(tier="base")}).codes == []


def test_unlimited_is_above_every_ceiling(tmp_path: Path) -> None:
    files = {"tiers/base.yaml": CEILING, "tenants/acme.yaml": tenant("limits.max_users: unlimited", tier="base")}
    assert compile_files(tmp_path, files).codes == ["T402"]


@pytest.mark.parametrize(("grants", "codes"), [("", ["T402"]), ("grants: [limits.max_users]\n", [])])
def test_a_mixin_goes_above_a_ceiling_only_where_it_is_granted(tmp_path: Path, grants: str, codes: list[str]) -> None:
    files = {
        "tiers/base.yaml": CEILING,
        "mixins/more.yaml": f"mixin: more\n{grants}settings: {{limits.max_users: 200}}\n",
        "tenants/acme.yaml": tenant(tier="base", more="mixins: [more]\n"),
    }
    assert compile_files(tmp_path, files).codes == codes


LOCK = """\
tier: base
settings: {limits.max_users: 10, monitoring.logging.level: INFO}
locks: [limits, monitoring.logging]
"""


@pytest.mark.parametrize(
    "files",
    [
        {"tenants/acme.yaml": tenant("limits.max_users: 9", tier="base")},
        {
            "tiers/derived.yaml": "tier: derived\nextends: base\nsettings: {limits.max_users: 9}\n",
            "tenants/acme.yaml": tenant(tier="derived"),
        },
        {
            "mixins/m.yaml": "mixin: m\nsettings: {limits.max_users: 9}\n",
            "tenants/acme.yaml": tenant(tier="base", more="mixins: [m]\n"),
        },
        {
            "environments/e.yaml": "environment: e\nsettings: {limits.max_users: 9}\n",
            "tenants/acme.yaml": tenant(tier="base"),
        },
    ],
)
def test_nothing_above_a_lock_changes_what_it_covers(tmp_path: Path, files: dict[str, str]) -> None:
    result = compile_files(tmp_path, {"tiers/base.yaml": LOCK} | files)
    assert result.codes == ["T403"]
    assert result.diagnostics[0].blames[1].span.path == "tiers/base.yaml"


def test_a_cap_on_a_locked_setting_is_an_error_at_the_cap(tmp_path: Path) -> None:
    files = {
        "tiers/base.yaml": LOCK,
        "environments/e.yaml": "environment: e\ncaps: {limits.max_users: 5}\n",
        "tenants/acme.yaml": tenant(tier="base"),
    }
    result = compile_files(tmp_path, files)
    assert result.codes == ["T407"]
    assert result.diagnostics[0].blames[0].span.path == "environments/e.yaml"


def test_a_locked_reference_ends_in_locked_settings(tmp_path: Path) -> None:
    tier = "tier: base\nsettings: {limits.max_users: 10, limits.integrations: '${limits.max_users}'}\n"
    loose = {"tiers/base.yaml": tier + "locks: [limits.integrations]\n", "tenants/acme.yaml": tenant(tier="base")}
    tight = loose | {"tiers/base.yaml": tier + "locks: [limits.integrations, limits.max_users]\n"}
    assert compile_files(tmp_path / "a", loose).codes == ["T409"]
    assert compile_files(tmp_path / "b", tight).codes == []


def env(caps: str, settings: str = "") -> str:
    return f"environment: e\n{settings}caps:\n  {caps}\n"


@pytest.mark.parametrize(
    ("path", "value", "cap", "capped"),
    [
        ("limits.max_users", "50", "7", 7),
        ("limits.max_users", "3", "7", 3),
        ("limits.max_users", "unlimited", "7", 7),
        ("infrastructure.isolation_level", "database", "schema", "schema"),
        ("infrastructure.storage.cdn_enabled", "true", "false", False),
        ("features.enabled", "[a, b, c]", "[c, a]", ["a", "c"]),
    ],
)
def test_a_cap_meets_the_value_by_its_type(tmp_path: Path, path: str, value: str, cap: str, capped: object) -> None:
    files = {
        "tiers/base.yaml": "tier: base\n",
        "environments/e.yaml": env(f"{path}: {cap}"),
        "tenants/acme.yaml": tenant(f"{path}: {value}", tier="base"),
    }
    result = compile_files(tmp_path, files)
    assert result.get(path, environment="e") == capped
    assert not result.failed


def test_paired_settings_are_capped_together_and_references_read_final_values(tmp_path: Path) -> None:
    most, least = "infrastructure.auto_scaling.max_capacity", "infrastructure.auto_scaling.min_capacity"
    tier = f"tier: base\nsettings:\n  {most}: 10\n  {least}: 4\n  limits.integrations: ${{{most} * 3}}\n"
    files = {
        "tiers/base.yaml": tier,
        "environments/e.yaml": env(f"{most}: 2"),
        "tenants/acme.yaml": tenant(tier="base"),
    }
    result = compile_files(tmp_path, files)
    assert result.codes == []
    assert [result.get(path, environment="e") for path in (most, least, "limits.integrations")] == [2, 2, 6]


def test_ceilings_judge_the_value_before_caps(tmp_path: Path) -> None:
    files = {
        "tiers/base.yaml": CEILING,
        "environments/e.yaml": env("limits.max_users: 5"),
        "tenants/acme.yaml": tenant("limits.max_users: 500", tier="base"),
    }
    assert compile_files(tmp_path, files).codes == ["T402"]


def test_a_tiers_bad_value_is_reported_once_at_its_line(tmp_path: Path) -> None:
    files = {
        "tiers/base.yaml": "tier: base\nsettings:\n  limits.max_users: 0\n",
        **{f"tenants/{name}.yaml": tenant(tier="base").replace("acme", name) for name in ("one", "two", "three")},
    }
    result = compile_files(tmp_path, files)
    assert result.codes == ["T401"]
    assert "tiers/base.yaml:3:21" in result.text


def test_a_tenant_that_overrides_a_tiers_bad_value_is_not_reached_by_it(tmp_path: Path) -> None:
    files = {
        "tiers/base.yaml": "tier: base\nsettings:\n  limits.max_users: 0\n",
        "tenants/acme.yaml": tenant("limits.max_users: 3", tier="base"),
    }
    assert compile_files(tmp_path, files).codes == []


def test_frameworks_are_the_union_of_what_all_layers_require_in_one_spelling(tmp_path: Path) -> None:
    files = {
        "tiers/base.yaml": "tier: base\nframeworks: [SOC2]\n",
        "mixins/m.yaml": "mixin: m\nframeworks: [RGPD]\n",
        "tenants/acme.yaml": tenant(tier="base", more="mixins: [m]\ncompliance_requirements: [soc2, HIPAA]\n"),
    }
    assert compile_files(tmp_path, files).get("compliance.frameworks") == ["gdpr", "hipaa", "soc2"]


@pytest.mark.parametrize("name", ["house", "House", "ours"])
def test_the_house_is_no_framework_that_one_can_list(tmp_path: Path, name: str) -> None:
    files = {
        "policies/house.yaml": "policy: house\naccepts: [ours]\n",
        "tenants/acme.yaml": tenant(more=f"compliance_requirements: [{name}]\n"),
    }
    result = compile_files(tmp_path, files)
    assert result.codes == ["T209"]
    assert result.diagnostics[0].help == "what `house` says holds for every tenant"


def test_the_house_is_not_what_a_slip_was_meant_to_be(tmp_path: Path) -> None:
    result = compile_files(tmp_path, {"tenants/acme.yaml": tenant(more="compliance_requirements: [huose]\n")})
    assert result.codes == ["T209"]
    assert not result.diagnostics[0].help


def test_nobody_writes_the_frameworks(tmp_path: Path) -> None:
    files = {"tenants/acme.yaml": tenant("compliance.frameworks: [gdpr]")}
    assert compile_files(tmp_path, files).codes == ["T127"]


def test_a_workspace_settings_layer_lies_between_default_and_tier(tmp_path: Path) -> None:
    top = TOP + "settings: {limits.max_users: 11, limits.webhook_endpoints: 77}\n"
    files = {"tenantc.yaml": top, "tiers/base.yaml": BASE, "tenants/acme.yaml": tenant(tier="base")}
    result = compile_files(tmp_path, files)
    assert (result.get(USERS), result.get("limits.webhook_endpoints")) == (10, 77)


ENVIRONMENTS = {
    "tiers/base.yaml": "tier: base\n",
    "environments/staging.yaml": "environment: staging\nsettings: {monitoring.logging.level: DEBUG}\n",
    "environments/production.yaml": (
        "environment: production\n"
        "deployment: {account: '1', regions: {us-east-1: us-east-2, eu: {region: eu-west-1, cluster: c}}}\n"
    ),
}


def test_a_tenant_lives_where_it_says_else_where_the_default_says_else_everywhere(tmp_path: Path) -> None:
    plain = tenant(tier="base")
    listed = compile_files(
        tmp_path / "a", ENVIRONMENTS | {"tenants/acme.yaml": tenant(tier="base", more="environments: {staging: {}}\n")}
    )
    assert list(listed.tenants["acme"].environments) == ["staging"]
    top = TOP.replace("region: us-east-1", "region: us-east-1, environments: [production]")
    default = compile_files(tmp_path / "b", ENVIRONMENTS | {"tenants/acme.yaml": plain, "tenantc.yaml": top})
    assert list(default.tenants["acme"].environments) == ["production"]
    every = compile_files(tmp_path / "c", ENVIRONMENTS | {"tenants/acme.yaml": plain})
    assert list(every.tenants["acme"].environments) == ["production", "staging"]


def test_the_deployment_comes_from_the_environments_mapping_of_the_region(tmp_path: Path) -> None:
    files = ENVIRONMENTS | {
        "tenants/acme.yaml": tenant(tier="base", more="environments: {production: {}}\nregion: eu\n")
    }
    result = compile_files(tmp_path, files)
    got = [result.get(f"deployment.{part}", environment="production") for part in ("account", "region", "cluster")]
    assert got == ["1", "eu-west-1", "c"]


def test_a_region_that_an_environment_does_not_offer_is_an_error(tmp_path: Path) -> None:
    files = ENVIRONMENTS | {
        "tenants/acme.yaml": tenant(tier="base", more="environments: {production: {}}\nregion: mars\n")
    }
    assert compile_files(tmp_path, files).codes == ["T207"]


def test_an_override_is_idle_only_if_it_changes_nothing_in_every_environment(tmp_path: Path) -> None:
    spec = tenant("monitoring.logging.level: DEBUG", tier="base")
    assert compile_files(tmp_path, ENVIRONMENTS | {"tenants/acme.yaml": spec}).codes == []
    alone = tenant("monitoring.logging.level: DEBUG", tier="base", more="environments: {staging: {}}\n")
    assert compile_files(tmp_path / "b", ENVIRONMENTS | {"tenants/acme.yaml": alone}).codes == ["T307"]
