"""Kubernetes clusters of tenants' own in AWS: spec in, Terraform's resources out."""

from __future__ import annotations

import tomllib
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import Emitted, acme

NEEDS = ("subnets", "vpc", "workload_security_group", "cluster_admin_role")
CIDRS = "security.access_control.admin_allowed_cidrs"
COMPUTE = "infrastructure.compute"


def own(root: Path, settings: Mapping[str, Any] | None = None) -> Emitted:
    return acme(root, {"infrastructure.isolation_level": "cluster", **(settings or {})}, *NEEDS)


@pytest.mark.parametrize("level", ["shared", "schema", "database", "cluster"])
def test_only_who_is_kept_apart_by_clusters_has_one(tmp_path: Path, level: str) -> None:
    resources = acme(tmp_path, {"infrastructure.isolation_level": level}, *NEEDS).main()["resource"]
    found = {kind for kind in resources if kind.startswith("aws_eks_")}
    assert len(found) == (6 if level == "cluster" else 0)


@pytest.mark.parametrize(
    ("admins", "users", "answered"),
    [
        (["198.51.100.0/24", "203.0.113.0/24"], ["192.0.2.0/24"], ["198.51.100.0/24", "203.0.113.0/24"]),
        ([], ["192.0.2.0/24"], ["192.0.2.0/24"]),
        ([], [], ["0.0.0.0/0"]),
    ],
)
def test_its_endpoint_answers_administrators_networks_or_those_of_users(
    tmp_path: Path, admins: list[str], users: list[str], answered: list[str]
) -> None:
    emitted = own(tmp_path, {CIDRS: admins, "security.access_control.ip_allowlist": users})
    assert emitted.resource("aws_eks_cluster")["vpc_config"]["public_access_cidrs"] == answered


def test_networks_of_ipv6_are_refused(tmp_path: Path) -> None:
    [(code, message)] = own(tmp_path, {CIDRS: ["2001:db8::/32"]}).refusals
    assert (code, CIDRS in message) == ("T603", True)


@pytest.mark.parametrize("at_rest", [True, False])
def test_secrets_are_encrypted_with_the_tenants_key_and_all_is_logged(tmp_path: Path, at_rest: bool) -> None:
    cluster = own(tmp_path, {"security.encryption_config.at_rest": at_rest}).resource("aws_eks_cluster")
    secrets = {"resources": ["secrets"], "provider": {"key_arn": "${aws_kms_key.tenant.arn}"}}
    assert cluster.get("encryption_config") == (secrets if at_rest else None)
    assert set(cluster["enabled_cluster_log_types"]) >= {"api", "audit", "authenticator"}
    assert (cluster["version"], cluster["lifecycle"]) == ("1.30", {"prevent_destroy": True})


@pytest.mark.parametrize(
    ("millicores", "mebibytes", "nodes"), [(1000, 1024, 2), (79000, 1024, 10), (79001, 1024, 11), (1000, 290001, 11)]
)
def test_nodes_are_as_many_as_the_quota_fills(tmp_path: Path, millicores: int, mebibytes: int, nodes: int) -> None:
    quota = {f"{COMPUTE}.quota_cpu_millicores": millicores, f"{COMPUTE}.quota_memory_mib": mebibytes}
    assert own(tmp_path, quota).resource("aws_eks_node_group")["scaling_config"]["max_size"] == nodes


@pytest.mark.parametrize("source", [None, "time.aws.com", "169.254.169.123"])
def test_nodes_go_by_the_clock_that_is_said(tmp_path: Path, source: str | None) -> None:
    main = own(tmp_path, {"monitoring.logging.time_sync.source": source}).main()
    assert main["resource"]["aws_eks_node_group"]["tenant"]["launch_template"] == {
        "id": "${aws_launch_template.node.id}",
        "version": "${aws_launch_template.node.latest_version}",
    }
    data = main["resource"]["aws_launch_template"]["node"].get("user_data")
    told = tomllib.loads(b64decode(data).decode()) if data is not None else None
    assert told == (None if source is None else {"settings": {"ntp": {"time-servers": [source]}}})


@pytest.mark.parametrize("source", ['a"]\n[settings.host-containers.admin]\nenabled = true # ', "a b", "a\n", "-a"])
def test_a_clock_is_a_host_and_nothing_else(tmp_path: Path, source: str) -> None:
    [(code, message)] = own(tmp_path, {"monitoring.logging.time_sync.source": source}).refusals
    assert (code, "time_sync" in message) == ("T401", True)


def test_the_platforms_role_administers_it_and_nobody_who_made_it(tmp_path: Path) -> None:
    main = own(tmp_path).main()["resource"]
    assert main["aws_eks_access_entry"]["admins"]["principal_arn"] == "${local.cluster_admin_role}"
    assert main["aws_eks_cluster"]["tenant"]["access_config"] == {
        "authentication_mode": "API",
        "bootstrap_cluster_creator_admin_permissions": False,
    }


@pytest.mark.parametrize("cached", [True, False])
def test_its_pods_have_the_tenants_role_and_reach_its_data(tmp_path: Path, cached: bool) -> None:
    main = own(tmp_path, {"infrastructure.caching.enabled": cached}).main()["resource"]
    identity = main["aws_eks_pod_identity_association"]["tenant"]
    assert (identity["namespace"], identity["service_account"]) == ("demo-acme", "tenant")
    assert identity["role_arn"] == "${aws_iam_role.tenant.arn}"
    nodes = {name for name in main["aws_vpc_security_group_ingress_rule"] if name.endswith("_nodes")}
    assert nodes == {"tenant_database_nodes", *(["tenant_cache_nodes"] if cached else [])}
