"""Who reaches whom: spec in, what the NetworkPolicies let through out."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantc.driver.emission import Emission
from tests.real.kubernetes import minors, validate
from tests.unit.test_why import compiled

# `tools` shares a part with `api`
WORKLOADS: Mapping[str, Mapping[str, Any]] = {
    "api": {"kind": "Deployment", "port": 8080, "segment": "front"},
    "tools": {"kind": "Deployment", "segment": "front"},
    "core": {"kind": "Deployment", "port": 9000, "segment": "middle", "labels": {"app": "core", "part": "x"}},
    "vault": {"kind": "StatefulSet", "port": 5432, "segment": "cards"},
}
SEGMENTS: Mapping[str, Any] = {
    "world": {"zone": "untrusted"},
    "front": {"zone": "dmz", "reachable_from": ["world"]},
    "middle": {"zone": "trusted", "reachable_from": ["front"]},
    "cards": {"zone": "cde", "reachable_from": ["middle"]},
}
NETWORK = "infrastructure.network"
PODS = ["10.0.0.0/8", "fd00::/8"]
OTHER_TENANT = {"kubernetes.io/metadata.name": "demo-globex", "tenantc/tenant": "globex"}
INGRESS = {"kubernetes.io/metadata.name": "ingress-nginx"}
OWN = {"kubernetes.io/metadata.name": "demo-acme", "tenantc/tenant": "acme"}

Policies = list[dict[str, Any]]


def built(
    root: Path,
    overrides: Mapping[str, Any],
    workloads: Mapping[str, Any] = WORKLOADS,
    status: str = "active",
    tier: str = "professional",
    **options: Any,
) -> tuple[Policies, list[str]]:
    """A tenant's policies, and what is refused."""
    root.mkdir(exist_ok=True)
    kubernetes = {"workloads": workloads, **options}
    top = {"platform": "demo", "language": 1, "naming": 1, "targets": ["kubernetes"], "kubernetes": kubernetes}
    named = {f"{NETWORK}.allowed_ingress_namespaces": ["ingress-nginx"], **overrides}
    pipeline, one = compiled(root, tier, named, top, status)
    assert one.judged is not None
    files, refused = Emission(pipeline).tenant(one.judged)
    documents = yaml.safe_load_all(dict(files)["kubernetes.yaml"])
    found = [document for document in documents if document["kind"] == "NetworkPolicy"]
    return found, [f"{one.code} {one.message} ({one.help})" for one in refused]


def policies(root: Path, overrides: Mapping[str, Any], **options: Any) -> Policies:
    found, refused = built(root, overrides, **options)
    assert refused == []
    return found


def pod(name: str) -> dict[str, str]:
    stated = WORKLOADS.get(name, {}).get("labels")
    return dict(stated) if stated else {"app.kubernetes.io/name": name}


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    for expression in selector.get("matchExpressions", ()):
        assert expression["operator"] == "DoesNotExist"
        if expression["key"] in labels:
            return False
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", {}).items())


def reaches(
    found: Policies, target: str, port: int, pod_labels: Mapping[str, str], namespace: Mapping[str, str] = OWN
) -> bool:
    """Whether a pod in some namespace reaches one of a workload of the tenant, as policies that add up let it."""
    return any(
        selects(one["spec"]["podSelector"], pod(target)) and _lets_in(rule, port, pod_labels, namespace)
        for one in found
        for rule in one["spec"].get("ingress", ())
    )


def _lets_in(rule: dict[str, Any], port: int, labels: Mapping[str, str], namespace: Mapping[str, str]) -> bool:
    if "ports" in rule and port not in {one["port"] for one in rule["ports"]}:
        return False
    if "from" not in rule:
        return True
    for peer in rule["from"]:
        if "ipBlock" in peer:
            continue
        # without a selector of namespaces a peer is of the policy's own
        near = selects(peer["namespaceSelector"], namespace) if "namespaceSelector" in peer else namespace is OWN
        if near and selects(peer.get("podSelector", {}), labels):
            return True
    return False


def test_the_strict_schemas_accept_every_policy(tmp_path: Path) -> None:
    with_parts = policies(tmp_path / "a", {f"{NETWORK}.segments": SEGMENTS})
    without = policies(tmp_path / "b", {f"{NETWORK}.default_ingress": "allow"}, pod_networks=PODS)
    assert [problem for version in minors() for one in with_parts + without for problem in validate(one, version)] == []


# --- parts of a network ---


def test_a_part_is_reached_from_where_it_says_and_from_within(tmp_path: Path) -> None:
    found = policies(tmp_path, {f"{NETWORK}.segments": SEGMENTS})
    ports = {"api": 8080, "tools": 1, "core": 9000, "vault": 5432}
    passes = {
        (source, target)
        for source in ports
        for target, port in ports.items()
        if reaches(found, target, port, pod(source))
    }
    within = {(one, one) for one in ports} | {("api", "tools"), ("tools", "api")}
    assert passes == within | {("api", "core"), ("tools", "core"), ("core", "vault")}


def test_another_part_reaches_a_workload_on_its_port_alone(tmp_path: Path) -> None:
    found = policies(tmp_path, {f"{NETWORK}.segments": SEGMENTS})
    assert not reaches(found, "vault", 22, pod("core"))
    assert reaches(found, "vault", 22, pod("vault")), "its own part reaches it on all"


def test_a_pod_of_no_workload_reaches_and_is_reached_by_none(tmp_path: Path) -> None:
    found = policies(tmp_path, {f"{NETWORK}.segments": SEGMENTS})
    assert not any(reaches(found, name, 8080, {"app": "stray"}) for name in WORKLOADS)
    assert not any(reaches(found, "stray", 8080, pod(name)) for name in WORKLOADS)
    assert reaches(policies(tmp_path, {}), "api", 8080, {"app": "stray"}), "where there are no parts, it does"


def test_what_comes_from_outside_enters_where_a_part_without_workloads_is_let_in(tmp_path: Path) -> None:
    found = policies(tmp_path, {f"{NETWORK}.segments": SEGMENTS})
    controller = {"app": "controller"}
    assert reaches(found, "api", 8080, controller, INGRESS)
    assert not reaches(found, "core", 9000, controller, INGRESS)
    assert not reaches(found, "vault", 5432, controller, INGRESS)
    everywhere = policies(tmp_path, {})
    assert reaches(everywhere, "vault", 5432, controller, INGRESS), "where there are no parts, everywhere"


def test_no_way_in_is_left_to_a_suspended_tenant(tmp_path: Path) -> None:
    found = policies(tmp_path, {f"{NETWORK}.segments": SEGMENTS}, status="suspended")
    assert not any("ingress" in one["spec"] or "egress" in one["spec"] for one in found)
    assert {f"allow-segment-{name}" for name in WORKLOADS} <= {one["metadata"]["name"] for one in found}


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        ({name: SEGMENTS[name] for name in ("world", "front", "middle")}, "describe `cards`, in which `vault` stands"),
        (
            {**SEGMENTS, "cards": {"reachable_from": ["midle"]}},
            "describe `midle`, from which `cards` is reachable",
        ),
    ],
)
def test_a_part_that_nobody_describes_is_told(tmp_path: Path, segments: Mapping[str, Any], said: str) -> None:
    _, refused = built(tmp_path, {f"{NETWORK}.segments": segments})
    [found] = refused
    assert found.startswith("T603")
    assert f"({said})" in found


def test_a_workload_that_stands_in_no_part_is_told(tmp_path: Path) -> None:
    workloads = {**WORKLOADS, "job": {"kind": "Deployment"}}
    _, refused = built(tmp_path, {f"{NETWORK}.segments": SEGMENTS}, workloads)
    [found] = refused
    assert "say in tenantc.yaml in which part `job` stands, as `segment` of this workload" in found
    assert built(tmp_path, {}, workloads)[1] == []


@pytest.mark.parametrize(
    ("way", "segments", "refused"),
    [
        ("ingress", SEGMENTS, True),
        ("ingress", {}, False),
        ("egress", SEGMENTS, True),
        ("egress", {**SEGMENTS, "cards": {"zone": "trusted"}}, False),
        ("egress", {}, False),
    ],
)
def test_what_parts_keep_out_cannot_be_let_through_by_default(
    tmp_path: Path, way: str, segments: Mapping[str, Any], refused: bool
) -> None:
    overrides = {f"{NETWORK}.segments": segments, f"{NETWORK}.default_{way}": "allow"}
    _, said = built(tmp_path, overrides, pod_networks=PODS)
    assert [f"`{NETWORK}.default_{way}`" in one for one in said] == ([True] if refused else [])


# --- levels of isolation ---

LEVELS = ("shared", "schema", "database")


@pytest.mark.parametrize("level", LEVELS)
def test_a_tenant_beside_others_lets_in_everybody_but_them(tmp_path: Path, level: str) -> None:
    overrides = {f"{NETWORK}.default_ingress": "allow", "infrastructure.isolation_level": level}
    found = policies(tmp_path, overrides, tier="custom", pod_networks=PODS)
    assert reaches(found, "api", 1, {"app": "x"}, {"kubernetes.io/metadata.name": "anything"})
    assert not reaches(found, "api", 1, {"app": "x"}, OTHER_TENANT)
    [rule] = next(one["spec"]["ingress"] for one in found if one["metadata"]["name"] == "allow-by-default")

    def from_address(text: str) -> bool:
        blocks = [one["ipBlock"] for one in rule["from"] if "ipBlock" in one]
        return any(
            ip_address(text) in ip_network(one["cidr"])
            and not any(ip_address(text) in ip_network(hole) for hole in one.get("except", ()))
            for one in blocks
        )

    assert [from_address(one) for one in ("192.0.2.1", "2001:db8::1", "10.1.2.3", "fd00::1")] == [
        True,
        True,
        False,
        False,
    ]


def test_a_tenant_beside_others_needs_the_addresses_of_pods_to_be_told(tmp_path: Path) -> None:
    overrides = {f"{NETWORK}.default_ingress": "allow", "infrastructure.isolation_level": "shared"}
    _, [said] = built(tmp_path, overrides, tier="free")
    assert said.startswith("T603")
    assert "say in tenantc.yaml which addresses pods have, as `kubernetes.pod_networks`" in said
    _, [said] = built(tmp_path, overrides, tier="free", pod_networks=["300.0.0.0/8"])
    assert "write networks, such as 10.0.0.0/8 or fd00::/8" in said


def test_a_tenant_in_a_cluster_of_its_own_lets_in_everybody(tmp_path: Path) -> None:
    overrides = {f"{NETWORK}.default_ingress": "allow", "infrastructure.isolation_level": "cluster"}
    found = policies(tmp_path, overrides, tier="custom")
    assert reaches(found, "api", 1, {"app": "x"}, OTHER_TENANT)
