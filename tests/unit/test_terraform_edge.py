"""What stands between the internet and a tenant in AWS: spec in, web ACLs out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import EDGE, Emitted, on_inputs

RATE = "infrastructure.network.rate_limits.requests_per_second"
BURST = "infrastructure.network.rate_limits.burst_requests"
WAF = "infrastructure.network.waf_enabled"
MODE = "infrastructure.network.waf_mode"
FLOODS = "infrastructure.network.ddos_protection"
ALLOWED = "security.access_control.ip_allowlist"
COUNTRIES = "security.access_control.geo_restrictions"
GEO = "security.threat_detection.geo_blocking"
LEARNED = "security.threat_detection.ml_anomaly_detection"
BOTS = "AWSManagedRulesBotControlRuleSet"


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in EDGE.items() if key != name}


def resources(emitted: Emitted, kind: str) -> dict[str, Any]:
    found: dict[str, Any] = emitted.main()["resource"].get(kind, {})
    return found


def rules(emitted: Emitted, label: str = "edge") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resources(emitted, "aws_wafv2_web_acl")[label]["rule"]
    return found


def names(emitted: Emitted, label: str = "edge") -> list[str]:
    return [rule["name"] for rule in rules(emitted, label)]


def test_each_tenants_load_balancer_is_found_by_its_id(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path, {})
    association = resources(emitted, "aws_wafv2_web_acl_association")["edge"]
    assert association["resource_arn"] == "${local.load_balancer}"
    inputs = emitted.tenants["acme"]["inputs.tf.json"].decode()
    assert '"tenant": "acme"' in inputs
    assert '"https://acme.music.example/callback"' in inputs


def test_a_load_balancer_that_tenants_share_is_refused(tmp_path: Path) -> None:
    emitted = on_inputs(
        tmp_path, {}, {"load_balancer": "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/all"}
    )
    assert {code for code, _ in emitted.refusals} == {"T603"}
    assert "`terraform.inputs.load_balancer`" in emitted.refusals[0][1]


def test_nothing_stands_before_what_is_not_there(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path, {ALLOWED: ["192.0.2.0/24"], FLOODS: "advanced"}, {"vpc": "vpc-1"})
    assert not [kind for kind in emitted.main()["resource"] if "waf" in kind or "shield" in kind]


@pytest.mark.parametrize(("mode", "override"), [("log", "count"), ("alert", "count"), ("block", "none")])
def test_the_mode_decides_what_attacks_meet(tmp_path: Path, mode: str, override: str) -> None:
    emitted = on_inputs(tmp_path, {MODE: mode})
    assert [rule["override_action"] for rule in rules(emitted)] == [{override: {}}] * 4
    alarms = resources(emitted, "aws_cloudwatch_metric_alarm")
    assert set(alarms) & {"attacks"} == ({"attacks"} if mode == "alert" else set())


def test_an_alert_that_nobody_would_hear_is_refused(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path, {MODE: "alert"}, without("alarm_topic"))
    assert emitted.refusals == [("T603", f"terraform cannot express `{MODE}` = alert")]


def test_a_learned_model_finds_bots(tmp_path: Path) -> None:
    found = {rule["name"]: rule["statement"] for rule in rules(on_inputs(tmp_path, {LEARNED: True}))}
    own = found[BOTS]["managed_rule_group_statement"]["managed_rule_group_configs"]
    assert own["aws_managed_rules_bot_control_rule_set"]["enable_machine_learning"] is True


@pytest.mark.parametrize(
    ("settings", "limit"),
    [
        ({RATE: 50, BURST: 100}, 3100),
        ({RATE: 1}, 60),
        ({RATE: "unlimited", BURST: "unlimited"}, None),
        ({BURST: 100}, None),
    ],
)
def test_a_minute_takes_the_average_and_one_burst(
    tmp_path: Path, settings: Mapping[str, Any], limit: int | None
) -> None:
    found = {rule["name"]: rule for rule in rules(on_inputs(tmp_path, settings))}
    assert ("rate" in found) == (limit is not None)
    if limit is not None:
        statement = found["rate"]["statement"]["rate_based_statement"]
        assert (statement["limit"], statement["evaluation_window_sec"]) == (limit, 60)
        # the tenant's limit, and not that of each address
        assert statement["aggregate_key_type"] == "CONSTANT"


@pytest.mark.parametrize(
    ("settings", "path"),
    [({RATE: 40_000_000}, RATE), ({RATE: 5, BURST: "unlimited"}, BURST), ({ALLOWED: [":::/64"]}, ALLOWED)],
)
def test_what_waf_cannot_count_or_read_is_refused(tmp_path: Path, settings: Mapping[str, Any], path: str) -> None:
    refusals = on_inputs(tmp_path, settings).refusals
    assert {code for code, _ in refusals} == {"T603"}
    assert all(f"`{path}`" in message for _, message in refusals)


def test_limits_and_lists_hold_without_the_firewall(tmp_path: Path) -> None:
    settings = {WAF: False, RATE: 5, ALLOWED: ["192.0.2.0/24"], COUNTRIES: ["KP"], GEO: True}
    emitted = on_inputs(tmp_path, settings)
    assert names(emitted) == ["outside-allowlist", "countries", "rate"]
    assert [rule["priority"] for rule in rules(emitted)] == [0, 1, 2]


def test_countries_are_turned_away_at_the_edge_where_asked(tmp_path: Path) -> None:
    countries = [f"{first}{second}" for first in "ABC" for second in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    assert "countries" not in names(on_inputs(tmp_path / "a", {COUNTRIES: countries}))
    found = {rule["name"]: rule for rule in rules(on_inputs(tmp_path / "b", {COUNTRIES: countries, GEO: True}))}
    statements = found["countries"]["statement"]["or_statement"]["statement"]
    assert [len(one["geo_match_statement"]["country_codes"]) for one in statements] == [50, 28]


def test_sign_in_turns_away_what_may_look_at_the_edge(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path, {COUNTRIES: ["KP"], ALLOWED: ["192.0.2.0/24"]})
    assert names(emitted, "sign_in") == ["outside-allowlist", "countries"]
    association = resources(emitted, "aws_wafv2_web_acl_association")["sign_in"]
    assert association["resource_arn"] == "${aws_cognito_user_pool.tenant.arn}"


def test_networks_are_kept_by_the_version_of_ip(tmp_path: Path) -> None:
    networks = ["192.0.2.7/24", "192.0.2.0/24", "2001:db8::/32", "0.0.0.0/0"]
    emitted = on_inputs(tmp_path, {ALLOWED: networks})
    sets = resources(emitted, "aws_wafv2_ip_set")
    # `/0` is written as two halves, for WAF takes no such network
    assert sets["edge_ipv4"]["addresses"] == ["0.0.0.0/1", "128.0.0.0/1", "192.0.2.0/24"]
    assert sets["edge_ipv6"]["addresses"] == ["2001:db8::/32"]
    outside = rules(emitted)[0]["statement"]["not_statement"]["statement"]["or_statement"]["statement"]
    assert [one["ip_set_reference_statement"]["arn"] for one in outside] == [
        "${aws_wafv2_ip_set.edge_ipv4.arn}",
        "${aws_wafv2_ip_set.edge_ipv6.arn}",
    ]


def test_the_firewalls_log_hides_what_lets_a_reader_in_and_is_the_tenants(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path, {"monitoring.logging.retention_days": 30})
    [logging] = resources(emitted, "aws_wafv2_web_acl_logging_configuration").values()
    assert [one["single_header"]["name"] for one in logging["redacted_fields"]] == ["authorization", "cookie"]
    group = resources(emitted, "aws_cloudwatch_log_group")["edge"]
    assert group["name"] == "aws-waf-logs-demo-acme"
    assert (group["retention_in_days"], group["lifecycle"]) == (30, {"prevent_destroy": True})
    assert ":log-group:aws-waf-logs-demo-acme" in emitted.resource("aws_kms_key_policy")["policy"]


@pytest.mark.parametrize(
    ("settings", "action"),
    [({}, None), ({FLOODS: "advanced"}, "BLOCK"), ({FLOODS: "advanced", MODE: "log"}, "COUNT")],
)
def test_shield_answers_as_the_firewall_does(tmp_path: Path, settings: Mapping[str, Any], action: str | None) -> None:
    answers = resources(on_inputs(tmp_path, settings), "aws_shield_application_layer_automatic_response")
    assert [answer["action"] for answer in answers.values()] == ([action] if action else [])
