"""The standard library is data: schemas, tiers, mixins and policies that stock YAML and JSON Schema tools can read.

These tests read it with such tools alone, so that they also hold for whoever reads the files without tenantc.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema_rs
import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).parents[2]

# requirements.md §1, a column a tier
TIERS = {
    "free": (5, 1, 50, 100, 1, "community", 99, "shared", "shared"),
    "professional": (100, 100, 5000, 10_000, 25, "business", 99.5, "shared", "schema"),
    "enterprise": (10_000, 10_000, "unlimited", 1_000_000, "unlimited", "premium", 99.9, "dedicated", "database"),
    "custom": ("unlimited",) * 5 + ("white_glove", 99.99, "own_estate", "cluster"),
}
TIER_ROWS = (
    "limits.max_users",
    "limits.storage_gb",
    "limits.ai_sessions_per_month",
    "limits.api_rate_limit_per_hour",
    "limits.integrations",
    "support.level",
    "support.sla.availability_percent",
    "infrastructure.tenancy",
    "infrastructure.isolation_level",
)

# requirements.md §4, a line a mapping
REQUIRED = {
    "limits": "max_users storage_gb ai_sessions_per_month api_rate_limit_per_hour integrations concurrent_sessions "
    "webhook_endpoints file_upload_size_mb monthly_bandwidth_gb scheduled_jobs custom_models data_retention_days "
    "backup_retention_days",
    "features": "enabled disabled",
    "security.password_policy": "min_length require_special_chars require_numbers require_uppercase require_lowercase "
    "max_age_days history_count lockout_attempts lockout_duration_minutes complexity_score_minimum",
    "security.mfa_config": "required methods backup_codes grace_period_days adaptive_mfa risk_based_auth",
    "security.session_config": "timeout_minutes idle_timeout_minutes absolute_timeout_hours concurrent_sessions_limit "
    "remember_me_days device_binding behavioral_biometrics",
    "security.encryption_config": "algorithm key_rotation_days at_rest in_transit field_level key_management "
    "quantum_resistant",
    "security.access_control": "default_policy rbac_enabled abac_enabled audit_enabled ip_allowlist geo_restrictions "
    "just_in_time_access session_recording",
    "security.threat_detection": "enabled ml_anomaly_detection geo_blocking suspicious_activity_threshold "
    "auto_suspend_on_threat notification_channels",
    "ai_configuration.model_access": "gpt-4 claude-3 custom_models fine_tuned_models",
    "ai_configuration.rate_limits": "requests_per_minute tokens_per_day concurrent_requests",
    "ai_configuration.safety_settings": "content_filter bias_detection hallucination_detection safety_threshold "
    "personal_info_detection prompt_injection_detection",
    "ai_configuration.ml_pipeline": "auto_ml_enabled model_monitoring drift_detection a_b_testing performance_tracking "
    "experiment_tracking",
    "ai_configuration.governance": "model_approval_workflow human_oversight_required impact_assessment_required "
    "bias_testing_required audit_trail",
    "integrations": "okta azure_ad google_workspace auth0 slack microsoft_teams discord zoom aws azure gcp "
    "digital_ocean snowflake databricks bigquery redshift datadog new_relic splunk elastic github gitlab jira "
    "confluence",
    "integrations.custom": "webhook_endpoints api_access sdk_support oauth2_flows scim_provisioning saml_sso",
    "compliance": "frameworks",
    "compliance.data_governance": "data_classification data_residency_region cross_border_transfers",
    "compliance.data_governance.retention_policies": "user_data logs backups",
    "compliance.data_governance.privacy": "data_minimization consent_required right_to_deletion data_portability",
    "infrastructure": "isolation_level",
    "infrastructure.auto_scaling": "enabled min_capacity max_capacity target_utilization scale_up_cooldown "
    "scale_down_cooldown custom_metrics scale_up_threshold scale_down_threshold max_scale_factor predictive_scaling",
    "infrastructure.storage": "encryption_enabled versioning_enabled backup_enabled cdn_enabled",
    "infrastructure.storage.lifecycle_policies": "archive_after_days delete_after_days",
    "infrastructure.database": "connection_pooling query_optimization index_tuning partitioning read_replicas "
    "max_connections query_timeout_seconds high_availability point_in_time_recovery",
    "infrastructure.caching": "enabled ttl_seconds strategy cache_size_mb distributed_cache",
    "infrastructure.network": "edge_locations custom_domains rate_limits waf_enabled ddos_protection",
    "infrastructure.disaster_recovery": "enabled rpo_minutes rto_minutes cross_region_backup backup_testing "
    "failover_automation",
    "monitoring.metrics": "enabled retention_days granularity_minutes custom_metrics real_time_metrics",
    "monitoring.alerting_rules": "system_health security_events usage_limits performance business_metrics "
    "compliance_violations",
    "monitoring.logging": "level retention_days structured_logging log_aggregation categories",
    "billing.usage_tracking": "real_time_tracking detailed_usage_analytics cost_attribution budget_management",
    "billing.limits_enforcement": "hard_limits grace_period_hours upgrade_prompts",
    "billing.subscription": "plan cycle start end trial",
    "lifecycle.provisioning": "order timeout rollback_on_failure",
    "lifecycle.upgrade": "validation backup migration verification rollback",
    "lifecycle.deprovisioning": "grace_period_days data_retention_days backup_before_deletion secure_data_destruction "
    "compliance_certificates",
    "support": "level response_hours business_hours round_the_clock",
    "support.response_hours": "critical high medium low",
}

FRAMEWORKS = {
    "gdpr": "GDPR RGPD",
    "ccpa": "CCPA",
    "hipaa": "HIPAA",
    "soc2": "SOC2",
    "iso_27001": "ISO27001",
    "pci_dss": "PCI_DSS",
    "fedramp": "FedRAMP",
    "eu_ai_act": "EU_AI_ACT",
    "iso_42001": "ISO42001",
    "nist_ai_rmf": "NIST_AI_RMF",
    "nist_800_63b": "",
    "nist_800_53": "",
    "nist_csf": "NIST_CSF",
    "sox": "SOX",
}

NUMBERS = ("integer", "number", ["integer", "string"], ["number", "string"])
SENTENCE = r"[A-Z](?:[^.!?]|\.(?=\S))*\."

# Mixins that exclude each other by what they are; any other pair can be taken together.
AT_ODDS = {("cost-saver", "high-availability"), ("eu-residency", "us-residency")}


class _Strict(yaml.CSafeLoader):
    """Refuses a key that stands twice, which PyYAML lets pass."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        twice = {key for key in keys if keys.count(key) > 1}
        assert not twice, f"{node.start_mark}: {twice} stand twice"
        return super().construct_mapping(node, deep)


def read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Strict)  # noqa: S506 (a SafeLoader)


def folder(name: str) -> dict[str, Any]:
    return {path.stem: read(path) for path in sorted((ROOT / name).glob("*.yaml"))}


SECTIONS = folder("schemas")
DOCUMENTS = folder("schemas/documents")
TIER_FILES = folder("tiers")
MIXINS = folder("tiers/mixins")
POLICIES = folder("policies")
SCHEMA = {"properties": SECTIONS}


class Line(NamedTuple):
    path: str
    operator: str
    value: Any
    leaf: dict[str, Any]


def is_mapping(schema: dict[str, Any]) -> bool:
    return "properties" in schema or isinstance(schema.get("additionalProperties"), dict)


def member(schema: dict[str, Any], name: str) -> dict[str, Any]:
    """What a mapping says about one of its names; a KeyError if it has no such name."""
    inner: dict[str, Any] | bool = schema.get("properties", {}).get(name) or schema.get("additionalProperties", False)
    if not isinstance(inner, dict):
        raise KeyError(name)
    return inner


def find(path: str) -> dict[str, Any]:
    schema: dict[str, Any] = SCHEMA
    for name in path.split("."):
        schema = member(schema, name)
    return schema


def leaves(schema: dict[str, Any] = SCHEMA, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    inner = dict(schema.get("properties", {}))
    if isinstance(schema.get("additionalProperties"), dict):
        inner["*"] = schema["additionalProperties"]
    for name, below in inner.items():
        here = f"{path}.{name}".lstrip(".")
        if is_mapping(below):
            yield from leaves(below, here)
        else:
            yield here, below


def lines(block: dict[str, Any], schema: dict[str, Any] = SCHEMA, path: str = "") -> Iterator[Line]:
    """A block of settings as (path, operator, value), whether it is nested or dotted."""
    for key, value in block.items():
        bare, operator = re.fullmatch(r"(.*?)(\+|-\??|!)?", key).groups("")  # type: ignore[union-attr]
        one_name = "properties" not in schema  # an open map of plain values: a model's name may hold dots
        below, here = schema, path
        for name in [bare] if one_name else bare.split("."):
            below, here = member(below, name), f"{here}.{name}".lstrip(".")
        if is_mapping(below):
            yield from lines(value, below, here)
        else:
            yield Line(here, operator, value, below)


def chain(tier: str) -> list[str]:
    """The tier and those it extends, from the root."""
    below = TIER_FILES[tier].get("extends")
    return [*(chain(below) if below else []), tier]


def merged(layers: list[dict[str, Any]]) -> dict[str, Any]:
    """What a stack of settings blocks comes to, above the schema's defaults; references stay text."""
    values = {path: leaf["default"] for path, leaf in leaves() if "default" in leaf}
    for line in itertools.chain.from_iterable(lines(layer) for layer in layers):
        assert line.operator in ("", "+"), f"{line.path}{line.operator} is more than this test can merge"
        values[line.path] = [*values[line.path], *line.value] if line.operator else line.value
    return values


def tier_settings(tier: str) -> list[dict[str, Any]]:
    return [TIER_FILES[name].get("settings", {}) for name in chain(tier)]


def ceilings(tier: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in chain(tier):
        found |= TIER_FILES[name].get("ceilings", {})
    return found


def keys(schema: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a document may hold, with its schema."""
    for name, inner in schema.get("properties", {}).items():
        yield f"{path}.{name}", inner
        yield from keys(inner, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from keys(schema[keyword], f"{path}.*")
    for name, inner in schema.get("$defs", {}).items():
        yield from keys(inner, f"#{name}")


def is_reference(value: object) -> bool:
    return isinstance(value, str) and "${" in value


def same(left: object, right: object) -> bool:
    """Typed equality: true and 1 differ."""
    return left == right and isinstance(left, bool) == isinstance(right, bool)


def rank(leaf: dict[str, Any], value: Any) -> float:
    """Where a value stands in what more means; bigger is more."""
    order = leaf.get("x-order", "ascending")
    if isinstance(order, list):
        return float(order.index(value))
    number = float("inf") if value == "unlimited" else float(value)
    return -number if order == "descending" else number


def disorder(values: dict[str, Any]) -> list[str]:
    """Paths above their `x-at-most`; a value that is nothing but another setting's is followed there."""

    def follow(path: str) -> Any:
        value = values.get(path)
        other = re.fullmatch(r"\$\{([a-z0-9_.]+)\}", str(value))
        return follow(other[1]) if other else value

    pairs = {path: (follow(path), follow(leaf["x-at-most"])) for path, leaf in LEAVES.items() if "x-at-most" in leaf}
    return [path for path, (low, high) in pairs.items() if None not in (low, high) and rank({}, low) > rank({}, high)]


def problems(schema: dict[str, Any], value: object) -> list[str]:
    errors = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(value)
    return [f"{error.json_path}: {error.message}" for error in errors]


def nested(values: dict[str, Any]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path, value in values.items():
        *parents, last = path.split(".")
        here = root
        for name in parents:
            here = here.setdefault(name, {})
        here[last] = value
    return root


LEAVES = dict(leaves())


def test_every_section_is_there() -> None:
    assert set(SECTIONS) == {path.split(".")[0] for path in REQUIRED}


@pytest.mark.parametrize("name", SECTIONS)
def test_section_is_a_schema_that_every_reader_takes(name: str) -> None:
    section = SECTIONS[name]
    Draft202012Validator.check_schema(section)
    jsonschema_rs.validator_for(section)
    assert not problems(DOCUMENTS["schema"], section)
    assert (section["$id"], section["x-section"]) == (f"urn:tenantc:schema:{name}", name)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_document_schema_is_described_and_closed(name: str) -> None:
    document = DOCUMENTS[name]
    Draft202012Validator.check_schema(document)
    jsonschema_rs.validator_for(document)
    assert document["$id"] == f"urn:tenantc:schema:document:{name}"
    wrong = [{"no_such_key": 1}] if document["type"] == "array" else {"no_such_key": 1}
    assert any("no_such_key" in problem for problem in problems(document, wrong))
    for path, inner in (("", document), *keys(document)):
        assert re.fullmatch(SENTENCE, inner["description"]), path


@pytest.mark.parametrize("path", LEAVES)
def test_leaf_says_what_it_is(path: str) -> None:
    leaf = LEAVES[path]
    assert re.fullmatch(SENTENCE, leaf["description"])
    assert leaf["x-kind"] in ("control", "fact")
    if leaf["x-kind"] == "fact" or leaf.get("x-computed") or "*" in path:
        assert "default" not in leaf
    if "default" in leaf:
        assert not problems(leaf, leaf["default"])
    if "enum" in leaf:
        assert sorted(leaf["x-order"]) == sorted(leaf["enum"])
    elif leaf["type"] in NUMBERS:
        assert leaf["x-order"] in ("ascending", "descending")
        assert "minimum" in leaf
        assert isinstance(leaf["type"], str) == ("pattern" not in leaf), "a number with `unlimited`, or one without"
    else:
        assert "x-order" not in leaf
    if leaf["type"] == "array":
        assert leaf["uniqueItems"] is True


def test_at_most_names_a_number_of_the_same_unit() -> None:
    pairs = {path: leaf["x-at-most"] for path, leaf in LEAVES.items() if "x-at-most" in leaf}
    assert len(pairs) >= 10
    for path, target in pairs.items():
        assert target in LEAVES, f"{path} may not exceed {target}, which is not there"
        assert LEAVES[target].get("x-unit") == LEAVES[path].get("x-unit"), f"{path} and {target}"


@pytest.mark.parametrize(("mapping", "names"), REQUIRED.items())
def test_every_setting_of_the_requirements_exists(mapping: str, names: str) -> None:
    schema = find(mapping)
    for name in names.split():
        member(schema, name)


def test_vendors_of_the_requirements_are_listed() -> None:
    listed = itertools.chain.from_iterable(SECTIONS["integrations"]["x-examples"].values())
    assert sorted(listed) == sorted(REQUIRED["integrations"].split())


@pytest.mark.parametrize(
    ("kind", "files"),
    [("tier", TIER_FILES), ("mixin", MIXINS), ("policy", POLICIES)],
    ids=["tiers", "mixins", "policies"],
)
def test_library_documents_fit_their_schema(kind: str, files: dict[str, Any]) -> None:
    assert files
    for name, document in files.items():
        assert document[kind] == name
        assert not problems(DOCUMENTS[kind], document), name


def test_tiers_extend_the_one_to_their_left() -> None:
    assert chain("custom") == list(TIERS)
    assert set(TIER_FILES) == set(TIERS)
    assert all(TIER_FILES[name]["grade"] == name for name in TIERS)


@pytest.mark.parametrize("tier", TIERS)
def test_tier_has_the_numbers_of_the_requirements(tier: str) -> None:
    values = merged(tier_settings(tier))
    assert tuple(values[row] for row in TIER_ROWS) == TIERS[tier]


@pytest.mark.parametrize("tier", TIERS)
def test_no_tier_line_equals_what_it_inherits(tier: str) -> None:
    inherited = merged(tier_settings(tier)[:-1])
    for line in lines(TIER_FILES[tier]["settings"]):
        here = inherited.get(line.path)
        if line.operator == "+":
            assert not set(line.value) & set(here or []), line.path
        else:
            assert not same(line.value, here), f"{line.path} is {line.value} already"
    *below, _ = chain(tier)
    inherited_ceilings = ceilings(below[-1]) if below else {}
    for path, value in TIER_FILES[tier]["ceilings"].items():
        assert inherited_ceilings.get(path) != value, path


@pytest.mark.parametrize("tier", TIERS)
def test_plain_values_of_a_tier_fit_the_schema(tier: str) -> None:
    values = {path: value for path, value in merged(tier_settings(tier)).items() if not is_reference(value)}
    for section, tree in nested(values).items():
        assert not problems(SECTIONS[section], tree)


@pytest.mark.parametrize("name", MIXINS)
def test_plain_values_of_a_mixin_fit_the_schema(name: str) -> None:
    for line in lines(MIXINS[name]["settings"]):
        assert is_reference(line.value) or not problems(line.leaf, line.value), line.path


def test_facts_and_computed_settings_are_stated_by_no_tier_or_mixin() -> None:
    for document in (*TIER_FILES.values(), *MIXINS.values()):
        for line in lines(document["settings"]):
            assert line.leaf["x-kind"] == "control", line.path
            assert not line.leaf.get("x-computed"), line.path


@pytest.mark.parametrize("tier", TIERS)
def test_pairs_are_in_order_in_every_tier(tier: str) -> None:
    assert not disorder(merged(tier_settings(tier)))


@pytest.mark.parametrize("tier", TIERS)
def test_ceilings_are_values_of_settings_and_leave_room_for_the_tier(tier: str) -> None:
    values = merged(tier_settings(tier))
    for path, ceiling in ceilings(tier).items():
        leaf = LEAVES[path]
        assert not problems(leaf, ceiling), path
        assert rank(leaf, values[path]) <= rank(leaf, ceiling), path


@pytest.mark.parametrize("tier", ["professional", "enterprise", "custom"])
def test_a_paid_tier_allows_every_mixin(tier: str) -> None:
    limits, values = ceilings(tier), merged(tier_settings(tier))
    for name, mixin in MIXINS.items():
        stated = {line.path: line.value for line in lines(mixin["settings"])}
        for path, value in stated.items():
            if path in limits:
                assert rank(LEAVES[path], value) <= rank(LEAVES[path], limits[path]), f"{name}: {path}"
        assert not disorder(values | stated), name


def test_a_professional_tenant_may_ask_for_what_the_language_page_shows() -> None:
    limits, values = ceilings("professional"), merged(tier_settings("professional"))
    assert limits["limits.max_users"] == 1000
    assert limits["limits.storage_gb"] >= 300
    # overrides that would change nothing are warned about
    assert "custom_integrations" not in values["features.enabled"]
    assert values["security.mfa_config.required"] is False
    assert "ai_configuration.model_access.gpt-4.1" not in values


def test_locks_stand_on_encryption_only() -> None:
    locks = ["security.encryption_config.at_rest", "security.encryption_config.in_transit"]
    assert TIER_FILES["free"]["locks"] == locks
    assert not any("locks" in TIER_FILES[name] for name in TIERS if name != "free")
    assert all(merged(tier_settings("free"))[path] is True for path in locks)


def test_mixins_can_be_taken_together_unless_they_mean_opposites() -> None:
    at_odds = set()
    for (left, ours), (right, theirs) in itertools.combinations(MIXINS.items(), 2):
        mine = {line.path: line.value for line in lines(ours["settings"])}
        if any(line.path in mine and not same(mine[line.path], line.value) for line in lines(theirs["settings"])):
            at_odds.add((left, right))
    assert at_odds == AT_ODDS


def test_policies_know_every_framework_of_the_requirements() -> None:
    assert set(POLICIES) == {*FRAMEWORKS, "house"}
    for name, spellings in FRAMEWORKS.items():
        assert set(spellings.split()) <= set(POLICIES[name]["accepts"]), name
        assert {"title", "version"} <= set(POLICIES[name]), name


def test_a_spelling_names_one_framework() -> None:
    owner: dict[str, str] = {}
    for name, policy in POLICIES.items():
        for spelling in {name, *(accepted.casefold() for accepted in policy.get("accepts", ()))}:
            assert owner.setdefault(spelling, name) == name, f"{spelling} is {owner[spelling]} and {name}"
    # a framework that mixins or tiers require has to be one of these
    for document in (*TIER_FILES.values(), *MIXINS.values()):
        assert {framework.casefold() for framework in document.get("frameworks", [])} <= set(owner)
