"""Who reaches a tenant in AWS, and how much it may ask: spec in, security groups and usage plans out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import EDGE, Emitted, on_inputs

PORTS = "infrastructure.network.allowed_ports"
PROTOCOL = "infrastructure.network.admin_protocol"
ADMINS = "security.access_control.admin_allowed_cidrs"
ALLOWED = "security.access_control.ip_allowlist"
RATE = "infrastructure.network.rate_limits.requests_per_second"
BURST = "infrastructure.network.rate_limits.burst_requests"
ACCESS = "integrations.custom.api_access"


def open_to(emitted: Emitted, label: str) -> set[tuple[int, str]]:
    """The ports of a group with the networks from which they are reached."""
    rules = emitted.main()["resource"]["aws_vpc_security_group_ingress_rule"].values()
    return {
        (rule["from_port"], rule.get("cidr_ipv4") or rule["cidr_ipv6"])
        for rule in rules
        if rule["security_group_id"] == f"${{aws_security_group.{label}.id}}" and "from_port" in rule
    }


def test_a_tenant_has_no_groups_where_there_is_no_network(tmp_path: Path) -> None:
    main = on_inputs(tmp_path, {}, {"alarm_topic": EDGE["alarm_topic"]}).main()
    assert not [kind for kind in main["resource"] if "security_group" in kind]


@pytest.mark.parametrize(
    ("settings", "users", "admins"),
    [
        (
            {PORTS: [443, 8443], PROTOCOL: "ssh"},
            {(port, anywhere) for port in (443, 8443) for anywhere in ("0.0.0.0/0", "::/0")},
            {(22, "0.0.0.0/0"), (22, "::/0")},
        ),
        (
            {ALLOWED: ["192.0.2.0/24"], PROTOCOL: "https"},
            {(443, "192.0.2.0/24")},
            {(443, "192.0.2.0/24")},
        ),
        (
            {ALLOWED: ["192.0.2.0/24"], ADMINS: ["192.0.2.7/32", "2001:db8::/64"]},
            {(443, "192.0.2.0/24")},
            {(443, "192.0.2.7/32"), (443, "2001:db8::/64")},
        ),
        ({PORTS: []}, set(), {(443, "0.0.0.0/0"), (443, "::/0")}),
    ],
)
def test_ports_are_open_to_whoever_may_come(
    tmp_path: Path, settings: Mapping[str, Any], users: set[Any], admins: set[Any]
) -> None:
    emitted = on_inputs(tmp_path, settings)
    assert (open_to(emitted, "tenant"), open_to(emitted, "admin")) == (users, admins)


def test_nothing_leaves_a_group_but_to_its_own_members(tmp_path: Path) -> None:
    resources = on_inputs(tmp_path, {}).main()["resource"]
    for label, rule in resources["aws_vpc_security_group_egress_rule"].items():
        group = f"${{aws_security_group.{label.removesuffix('-inside')}.id}}"
        assert (rule["security_group_id"], rule["referenced_security_group_id"]) == (group, group)


def test_a_rule_keeps_its_address_when_another_goes(tmp_path: Path) -> None:
    kind = "aws_vpc_security_group_ingress_rule"
    both = on_inputs(tmp_path / "a", {ALLOWED: ["192.0.2.0/24", "198.51.100.0/24"]}).main()["resource"][kind]
    second = on_inputs(tmp_path / "b", {ALLOWED: ["198.51.100.0/24"]}).main()["resource"][kind]
    assert second.items() < both.items()


@pytest.mark.parametrize(
    ("settings", "throttle"),
    [
        ({RATE: 50, BURST: 100}, {"rate_limit": 50, "burst_limit": 100}),
        ({RATE: 5, BURST: 0}, {"rate_limit": 5, "burst_limit": 1}),
        ({RATE: "unlimited", BURST: "unlimited"}, None),
        ({}, None),
    ],
)
def test_a_plan_lets_through_what_the_edge_does(
    tmp_path: Path, settings: Mapping[str, Any], throttle: Mapping[str, int] | None
) -> None:
    plan = on_inputs(tmp_path, settings).resource("aws_api_gateway_usage_plan")
    assert plan.get("throttle_settings") == throttle


def test_a_plan_needs_a_stage_and_an_average(tmp_path: Path) -> None:
    without = {name: value for name, value in EDGE.items() if name != "stage"}
    [(code, message)] = on_inputs(tmp_path / "a", {}, without).refusals
    assert (code, "`terraform.inputs.rest_api`" in message) == ("T603", True)
    assert {code for code, _ in on_inputs(tmp_path / "b", {RATE: 5, BURST: "unlimited"}).refusals} == {"T603"}


@pytest.mark.parametrize("access", [True, False])
def test_a_key_opens_the_api_to_whoever_may_call_it(tmp_path: Path, access: bool) -> None:
    assert on_inputs(tmp_path, {ACCESS: access}).resource("aws_api_gateway_api_key")["enabled"] is access
