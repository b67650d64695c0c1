"""What the operators of a block do (language.md §2): a spec in, the setting or the diagnostic out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiling import TOP, Result, compile_files, tenant

BASE = """
    tier: base
    settings:
      features.enabled: [chat, search]
      monitoring.logging.level: INFO
      ai_configuration.model_access: {gpt-4: true, "gpt-4.1": false}
      integrations.okta: {enabled: true, region: eu}
"""


def run(root: Path, overrides: str, **more: str) -> Result:
    return compile_files(root, {"tiers/base.yaml": BASE, "tenants/acme.yaml": tenant(overrides, tier="base"), **more})


def test_set_replaces_a_scalar_and_a_list_and_merges_a_mapping(tmp_path: Path) -> None:
    result = run(
        tmp_path, "monitoring.logging.level: DEBUG\nfeatures.enabled: [video]\nintegrations.okta: {region: us}"
    )
    assert result.get("monitoring.logging.level") == "DEBUG"
    assert result.get("features.enabled") == ["video"]
    assert result.get("integrations.okta.region") == "us"
    assert result.get("integrations.okta.enabled") is True
    assert result.codes == []


def test_plus_appends_what_is_not_there_yet(tmp_path: Path) -> None:
    assert run(tmp_path, "features.enabled+: [search, video, video]").get("features.enabled") == [
        "chat",
        "search",
        "video",
    ]


def test_minus_takes_items_away(tmp_path: Path) -> None:
    assert run(tmp_path, "features.enabled-: [chat]").get("features.enabled") == ["search"]


def test_minus_of_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    result = run(tmp_path, "features.enabled-: [video]")
    assert result.codes == ["T306"]
    assert "tenants/acme.yaml:6:22" in result.text


def test_minus_with_a_question_mark_takes_away_what_may_not_be_there(tmp_path: Path) -> None:
    result = run(tmp_path, "features.enabled-?: [video, chat]")
    assert result.get("features.enabled") == ["search"]
    assert not result.failed


def test_minus_takes_entries_of_an_open_map_away(tmp_path: Path) -> None:
    result = run(tmp_path, "ai_configuration.model_access-: [gpt-4.1]\nintegrations-: [okta]")
    assert result.get('ai_configuration.model_access["gpt-4.1"]') is None
    assert result.get("ai_configuration.model_access.gpt-4") is True
    assert result.get("integrations.okta.enabled") is None
    assert result.codes == []


def test_minus_of_an_entry_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    assert run(tmp_path, "integrations-: [slack]").codes == ["T306"]
    assert not run(tmp_path, "integrations-?: [slack]").failed


def test_minus_of_settings_whose_names_are_fixed_is_an_error(tmp_path: Path) -> None:
    assert run(tmp_path, "monitoring.logging-: [level]").codes == ["T128"]


def test_exclamation_mark_replaces_a_mapping_whole(tmp_path: Path) -> None:
    result = run(tmp_path, "ai_configuration.model_access!: {claude-3: true}")
    assert result.get("ai_configuration.model_access.gpt-4") is None
    assert result.get("ai_configuration.model_access.claude-3") is True


def test_unset_goes_back_to_the_schema_default_or_to_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, "unset: [monitoring.logging.level, integrations.okta]")
    before = compile_files(
        tmp_path / "plain", {"tiers/none.yaml": "tier: none\n", "tenants/acme.yaml": tenant(tier="none")}
    )
    assert result.get("monitoring.logging.level") == before.get("monitoring.logging.level")
    assert result.get("integrations.okta.region") is None


@pytest.mark.parametrize(
    "spelling",
    [
        'ai_configuration.model_access["gpt-4.1"]: true',
        "ai_configuration.model_access.gpt-4.1: true",
        "ai_configuration:\n  model_access: {gpt-4.1: true}",
        "ai_configuration:\n  model_access: {'[\"gpt-4.1\"]': true}",
    ],
)
def test_names_with_other_characters_have_four_equal_spellings(tmp_path: Path, spelling: str) -> None:
    assert run(tmp_path, spelling).get('ai_configuration.model_access["gpt-4.1"]') is True


def test_under_an_open_map_of_mappings_the_name_ends_at_the_next_dot(tmp_path: Path) -> None:
    assert run(tmp_path, "integrations.okta.region: us").get("integrations.okta.region") == "us"


def test_nested_and_dotted_spellings_are_equal(tmp_path: Path) -> None:
    nested = run(tmp_path / "a", "monitoring:\n  logging:\n    level: DEBUG")
    dotted = run(tmp_path / "b", "monitoring.logging.level: DEBUG")
    mixed = run(tmp_path / "c", "monitoring:\n  logging.level: DEBUG")
    assert nested.get("monitoring.logging.level") == dotted.get("monitoring.logging.level") == "DEBUG"
    assert mixed.get("monitoring.logging.level") == "DEBUG"


@pytest.mark.parametrize(
    "both",
    [
        "monitoring.logging.level: DEBUG\nmonitoring:\n  logging: {level: INFO}",
        "features.enabled: [a]\nfeatures.enabled+: [b]",
        "features.enabled-: [chat]\nfeatures.enabled+: [chat]",
        "integrations!: {}\nintegrations.okta.region: us",
        "unset: [integrations]\nintegrations.okta.region: us",
        "integrations-: [okta]\nintegrations.okta.region: us",
        "unset: [features.enabled]\nfeatures.enabled: [a]",
    ],
)
def test_a_block_decides_a_setting_once(tmp_path: Path, both: str) -> None:
    result = run(tmp_path, both)
    assert "T125" in result.codes
    diagnostic = next(one for one in result.diagnostics if one.code == "T125")
    assert len(diagnostic.blames) == 2, "both lines are shown"


def test_minus_then_plus_of_other_items_go_together_whatever_the_order_of_the_keys(tmp_path: Path) -> None:
    one = run(tmp_path / "a", "features.enabled-: [chat]\nfeatures.enabled+: [video]")
    other = run(tmp_path / "b", "features.enabled+: [video]\nfeatures.enabled-: [chat]")
    assert one.get("features.enabled") == other.get("features.enabled") == ["search", "video"]


def test_an_unknown_path_is_an_error_with_a_suggestion(tmp_path: Path) -> None:
    result = run(tmp_path, "limits.max_user: 3")
    assert result.codes == ["T126"]
    assert result.diagnostics[0].help == "did you mean `max_users`?"


def test_a_dated_entry_holds_until_its_day_and_then_counts_as_not_written(tmp_path: Path) -> None:
    overrides = "monitoring.logging.level: {value: DEBUG, until: 2026-10-31, reason: pilot}"
    files = {"tiers/base.yaml": BASE, "tenants/acme.yaml": tenant(overrides, tier="base")}
    assert compile_files(tmp_path, files, "2026-10-31").get("monitoring.logging.level") == "DEBUG"
    after = compile_files(tmp_path, files, "2026-11-01")
    assert after.get("monitoring.logging.level") == "INFO"
    assert after.codes == ["T308"]
    assert not after.failed


@pytest.mark.parametrize(
    "entry",
    ["{value: DEBUG}", "{value: DEBUG, until: soon, reason: x}", "{value: DEBUG, until: 2027-02-30, reason: x}",
     "{value: DEBUG, until: 2027-02-03, reason: ''}", "{value: DEBUG, until: 2027-02-03, reason: x, by: me}"],
)  # fmt: skip
def test_a_dated_entry_has_all_three_parts_and_no_other(tmp_path: Path, entry: str) -> None:
    assert run(tmp_path, f"monitoring.logging.level: {entry}").codes == ["T129"]


def test_dated_entries_go_with_operators_that_take_a_value(tmp_path: Path) -> None:
    result = run(tmp_path, "features.enabled+: {value: [video], until: 2027-01-01, reason: pilot}")
    assert result.get("features.enabled") == ["chat", "search", "video"]


def test_only_tenants_have_dated_entries(tmp_path: Path) -> None:
    tier = "tier: base\nsettings:\n  limits.max_users: {value: 3, until: 2027-01-01, reason: x}\n"
    result = compile_files(tmp_path, {"tiers/base.yaml": tier, "tenants/acme.yaml": tenant(tier="base")})
    assert "T133" in result.codes


def test_an_override_that_changes_nothing_is_a_warning_and_keep_pins_it(tmp_path: Path) -> None:
    idle = run(tmp_path / "a", "monitoring.logging.level: INFO\nfeatures.enabled+: [chat]")
    assert idle.codes == ["T307", "T307"]
    assert not idle.failed
    spec = tenant("monitoring.logging.level: INFO", tier="base", more="keep: [monitoring.logging.level]\n")
    assert compile_files(tmp_path / "b", {"tiers/base.yaml": BASE, "tenants/acme.yaml": spec}).codes == []


def test_nulls_say_nothing_and_are_errors(tmp_path: Path) -> None:
    assert run(tmp_path, "monitoring.logging.level: null").codes == ["T109"]


def test_equality_is_typed_and_one_point_zero_is_the_integer_one(tmp_path: Path) -> None:
    assert run(tmp_path / "a", "limits.max_users: 3.0").get("limits.max_users") == 3
    assert run(tmp_path / "b", 'limits.max_users: "3"').codes == ["T133"]
    assert run(tmp_path / "c", "limits.max_users: true").codes == ["T133"]
    assert run(tmp_path / "d", "limits.max_users: 3.5").codes == ["T133"]


LAYERS = {
    "tier": {"tiers/base.yaml": BASE + "    mixins: []\n", "tiers/own.yaml": "tier: own\nextends: base\nsettings:\n{}"},
    "mixin": {"mixins/own.yaml": "mixin: own\nsettings:\n{}"},
    "environment": {"environments/own.yaml": "environment: own\nsettings:\n{}"},
    "tenant": {},
    "tenant in one environment": {"environments/own.yaml": "environment: own\n"},
}


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize(
    ("block", "path", "value"),
    [
        ("features.enabled: [video]", "features.enabled", ["video"]),
        ("features.enabled+: [chat, video]", "features.enabled", ["chat", "search", "video"]),
        ("features.enabled-: [chat]", "features.enabled", ["search"]),
        ("features.enabled-?: [chat, maps]", "features.enabled", ["search"]),
        ("integrations.okta: {region: us}", "integrations.okta.enabled", True),
        ("integrations.okta!: {region: us}", "integrations.okta.enabled", None),
        ("integrations-: [okta]", "integrations.okta.region", None),
        ("unset: [features]", "features.enabled", []),
        ("features.enabled-: [maps]", "T306", None),
    ],
)
def test_operators_do_the_same_in_every_layer(tmp_path: Path, layer: str, block: str, path: str, value: object) -> None:
    texts = {name: text.replace("{}", f"  {block}\n") for name, text in LAYERS[layer].items()}
    lives = "tenant in one environment"
    more = {"mixin": "mixins: [own]\n", lives: f"environments:\n  own:\n    overrides:\n      {block}\n"}.get(layer, "")
    spec = tenant(block if layer == "tenant" else "", tier="own" if layer == "tier" else "base", more=more)
    result = compile_files(tmp_path, {"tiers/base.yaml": BASE, "tenants/acme.yaml": spec, **texts})
    environment = "own" if "environments/own.yaml" in texts else ""
    if path.startswith("T3"):
        assert result.codes == [path]
    else:
        assert (result.codes, result.get(path, environment=environment)) == ([], value)


def test_unset_drops_every_lower_definition_at_and_under_the_path(tmp_path: Path) -> None:
    """Down to the schema default, past the tier, its mixins and the workspace; what is said above it holds again."""
    files = {
        "tenantc.yaml": TOP + "settings: {monitoring.logging.level: CRITICAL, monitoring.metrics.retention_days: 3}\n",
        "tiers/base.yaml": BASE,
        "environments/own.yaml": "environment: own\nsettings: {unset: [monitoring]}\n",
        "tenants/acme.yaml": tenant("monitoring.metrics.retention_days: 4", tier="base"),
    }
    result = compile_files(tmp_path, files)
    assert result.codes == []
    assert result.get("monitoring.logging.level", environment="own") == "INFO"
    assert result.get("monitoring.metrics.retention_days", environment="own") == 4
    level = result.tenants["acme"].environments["own"].resolved.settings.definitions("monitoring.logging.level")
    assert [one.operator.value for one in level] == ["", "=", "=", "unset"], "what was dropped is still told"


def test_exclamation_mark_on_a_plain_value_or_list_is_a_set(tmp_path: Path) -> None:
    result = run(tmp_path, "features.enabled!: [video]\nlimits.max_users!: 3")
    assert (result.codes, result.get("features.enabled"), result.get("limits.max_users")) == ([], ["video"], 3)


def test_exclamation_mark_leaves_nothing_of_a_mapping_but_its_defaults_and_what_it_says(tmp_path: Path) -> None:
    result = run(tmp_path, "integrations!: {slack: {region: us}}\nmonitoring!: {metrics.retention_days: 4}")
    assert result.codes == []
    assert [result.get(f"integrations.{path}") for path in ("okta.region", "okta.enabled", "slack.region")] == [
        None,
        None,
        "us",
    ]
    assert result.get("monitoring.metrics.retention_days") == 4
    assert result.get("monitoring.logging.level") == "INFO", "the schema's default"


@pytest.mark.parametrize(
    ("key", "codes"),
    [
        ("integrations.okta.region", []),
        ("integrations.identity.okta.region", ["T126"]),
        ("integrations.custom.api_access", []),
        ("integrations.custom.region", ["T126"]),
        ('integrations["okta"].region', []),
    ],
)
def test_vendors_stand_directly_under_integrations_and_custom_is_a_section_of_its_own(
    tmp_path: Path, key: str, codes: list[str]
) -> None:
    value = "true" if key.endswith("access") else "us"
    assert run(tmp_path, f"{key}: {value}").codes == codes


FEATURES = """
    x-section: features
    type: object
    additionalProperties: false
    properties:
      enabled: {type: array, items: {type: string, enum: [chat, search]}}
"""
# what a workspace closes has to hold what the library's tiers name
MODELS = """
    x-section: ai_configuration
    type: object
    additionalProperties: false
    properties:
      model_access:
        type: object
        additionalProperties: false
        properties:
""" + "".join(
    f"          {name}: {{type: boolean, description: Whether it may be used., x-kind: control}}\n"
    for name in ("gpt-4", "gpt-4.1", "gpt-4o-mini", "claude-3", "custom_models", "fine_tuned_models")
)


@pytest.mark.parametrize(
    ("override", "schema", "code"),
    [
        ("features.enabled+: [teleport]", FEATURES, "T401"),
        ("ai_configuration.model_access.claude-9: true", MODELS, "T126"),
    ],
    ids=["features", "models"],
)
def test_features_and_models_are_open_and_a_workspace_may_close_them(
    tmp_path: Path, override: str, schema: str, code: str
) -> None:
    assert run(tmp_path / "open", override).codes == []
    closed = run(tmp_path / "closed", override, **{"schemas/s.yaml": schema})
    assert [(one.code, one.blames[0].span.path) for one in closed.diagnostics] == [(code, "tenants/acme.yaml")]


def test_a_name_with_a_dot_in_it_means_the_same_when_its_map_is_closed(tmp_path: Path) -> None:
    result = run(tmp_path, "ai_configuration.model_access.gpt-4.1: true", **{"schemas/s.yaml": MODELS})
    assert (result.codes, result.get('ai_configuration.model_access["gpt-4.1"]')) == ([], True)


@pytest.mark.parametrize("value", ["300", "true"])
def test_flattening_stops_at_a_leaf(tmp_path: Path, value: str) -> None:
    assert run(tmp_path, f"limits.max_users: {{soft: {value}}}").codes == ["T129"], "a dated entry that lacks its parts"
    tier = f"tier: base\nsettings:\n  limits.max_users: {{soft: {value}}}\n"
    result = compile_files(tmp_path / "b", {"tiers/base.yaml": tier, "tenants/acme.yaml": tenant(tier="base")})
    assert result.codes == ["T133"]
