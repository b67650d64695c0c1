"""The caches of tenants and estates in AWS: specs in, Terraform's resources out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import Emitted, acme, estate, policy

CACHING = "infrastructure.caching"
NEEDS = ("subnets", "vpc", "workload_security_group")
CLUSTER = {"infrastructure.isolation_level": "cluster"}


def own(root: Path, settings: Mapping[str, Any] | None = None) -> Emitted:
    return acme(root, {**CLUSTER, **(settings or {})}, *NEEDS)


@pytest.mark.parametrize("enabled", [True, False])
def test_a_tenant_in_a_cluster_of_its_own_has_a_cache_of_its_own(tmp_path: Path, enabled: bool) -> None:
    main = own(tmp_path, {f"{CACHING}.enabled": enabled}).main()
    assert ("aws_elasticache_replication_group" in main["resource"]) is enabled
    assert ("aws_elasticache_user" in main["resource"]) is enabled


@pytest.mark.parametrize(
    ("megabytes", "spread", "node", "shards"),
    [
        (64, False, "cache.t4g.micro", 1),
        (512, False, "cache.t4g.micro", 1),
        (513, False, "cache.t4g.small", 1),
        (64, True, "cache.t4g.micro", 2),
        (65536, True, "cache.r7g.2xlarge", 2),
        (429154, False, "cache.r7g.16xlarge", 1),
        (1000000, True, "cache.r7g.16xlarge", 3),
    ],
)
def test_nodes_have_the_memory_that_is_asked_for(
    tmp_path: Path, megabytes: int, spread: bool, node: str, shards: int
) -> None:
    emitted = own(tmp_path, {f"{CACHING}.cache_size_mb": megabytes, f"{CACHING}.distributed_cache": spread})
    group = emitted.resource("aws_elasticache_replication_group")
    assert (group["node_type"], group["num_node_groups"]) == (node, shards)
    assert (group["replicas_per_node_group"], group["multi_az_enabled"]) == (int(spread), spread)
    assert (group["automatic_failover_enabled"], group["transit_encryption_enabled"]) == (spread, True)


@pytest.mark.parametrize(
    ("settings", "path"),
    [
        ({**CLUSTER, f"{CACHING}.cache_size_mb": 429155}, f"{CACHING}.cache_size_mb"),
        ({**CLUSTER, f"{CACHING}.region": "eu-west-1"}, f"{CACHING}.region"),
        ({f"{CACHING}.strategy": "write-back"}, f"{CACHING}.strategy"),
    ],
)
def test_what_a_cache_cannot_keep_is_refused(tmp_path: Path, settings: dict[str, Any], path: str) -> None:
    [(code, message)] = acme(tmp_path, settings, *NEEDS).refusals
    assert code == "T603"
    assert f"cannot express `{path}`" in message


@pytest.mark.parametrize(
    ("strategy", "keeps"), [("write-back", True), ("write-through", False), ("cache-aside", False)]
)
def test_what_the_store_does_not_have_yet_is_never_dropped(tmp_path: Path, strategy: str, keeps: bool) -> None:
    emitted = own(tmp_path, {f"{CACHING}.strategy": strategy})
    [dropped] = emitted.resource("aws_elasticache_parameter_group")["parameter"]
    assert dropped == {"name": "maxmemory-policy", "value": "noeviction" if keeps else "allkeys-lru"}
    group = emitted.resource("aws_elasticache_replication_group")
    assert group["snapshot_retention_limit"] == int(keeps)
    assert group.get("lifecycle") == ({"prevent_destroy": True} if keeps else None)


@pytest.mark.parametrize("at_rest", [True, False])
def test_it_is_encrypted_with_the_tenants_key(tmp_path: Path, at_rest: bool) -> None:
    group = own(tmp_path, {"security.encryption_config.at_rest": at_rest}).resource("aws_elasticache_replication_group")
    assert group["at_rest_encryption_enabled"] is at_rest
    assert group.get("kms_key_id") == ("${aws_kms_key.tenant.arn}" if at_rest else None)


@pytest.mark.parametrize(("prefixed", "keys"), [(True, "~acme:*"), (False, "~*")])
def test_a_tenant_reaches_its_own_keys_of_the_shared_cache(tmp_path: Path, prefixed: bool, keys: str) -> None:
    emitted = acme(tmp_path, {f"{CACHING}.tenant_prefix": prefixed}, *NEEDS)
    found = emitted.resource("aws_elasticache_user")
    assert found["access_string"] == f"on {keys} +@all -@admin -@dangerous"
    assert found["user_id"] == found["user_name"] == "demo-acme"
    connect = emitted.main()["resource"]["aws_iam_role_policy"]["cache"]["policy"]
    [statement] = policy(connect)
    shared = emitted.resource("aws_elasticache_user_group_association")["user_group_id"]
    assert statement["Action"] == "elasticache:Connect"
    [group, user] = statement["Resource"]
    assert group.startswith("arn:${local.tenant_partition}:elasticache:${local.tenant_region}:${local.tenant_account}:")
    assert group.endswith(f":replicationgroup:{shared}")
    assert user == "${aws_elasticache_user.tenant.arn}"


def test_the_estates_cache_has_room_for_all_who_share_it(tmp_path: Path) -> None:
    found = estate(
        tmp_path,
        NEEDS,
        {f"{CACHING}.cache_size_mb": 1000},
        {f"{CACHING}.cache_size_mb": 1000},
        {f"{CACHING}.cache_size_mb": 9000, f"{CACHING}.enabled": False},
        {f"{CACHING}.cache_size_mb": 9000, **CLUSTER},
    )
    assert found is not None
    group = found["aws_elasticache_replication_group"]["shared"]
    assert (group["node_type"], group["num_node_groups"]) == ("cache.t4g.medium", 1)
    tenant = acme(tmp_path / "t", {}, *NEEDS).resource("aws_elasticache_user_group_association")
    assert group["replication_group_id"] == tenant["user_group_id"]
    users = found["aws_elasticache_user_group"]["shared"]
    assert users["user_group_id"] == tenant["user_group_id"]
    assert users["lifecycle"] == {"ignore_changes": ["user_ids"]}
    assert found["aws_elasticache_user"]["shared"]["access_string"] == "off -@all"


def test_it_is_spread_once_one_of_them_asks_for_that(tmp_path: Path) -> None:
    found = estate(tmp_path, NEEDS, {f"{CACHING}.distributed_cache": True}, {})
    assert found is not None
    assert found["aws_elasticache_replication_group"]["shared"]["num_node_groups"] == 2
