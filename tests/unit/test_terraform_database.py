"""The database clusters of tenants and estates in AWS: specs in, Terraform's resources out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import Emitted, acme, estate

DATABASE = "infrastructure.database"
TLS = "security.encryption_config.tls"
NEEDS = ("subnets", "vpc", "workload_security_group")
CLUSTER = {"infrastructure.isolation_level": "cluster"}


def own(root: Path, settings: Mapping[str, Any] | None = None) -> Emitted:
    return acme(root, {**CLUSTER, **(settings or {})}, *NEEDS)


def parameters(resources: Mapping[str, Any], label: str = "tenant") -> dict[str, str]:
    return {one["name"]: one["value"] for one in resources["aws_rds_cluster_parameter_group"][label]["parameter"]}


@pytest.mark.parametrize("level", ["shared", "schema", "database", "cluster"])
def test_a_cluster_of_its_own_has_who_is_kept_apart_by_clusters(tmp_path: Path, level: str) -> None:
    main = acme(tmp_path, {"infrastructure.isolation_level": level}, *NEEDS).main()
    assert ("aws_rds_cluster" in main["resource"]) is (level == "cluster")


def test_without_a_network_there_is_none(tmp_path: Path) -> None:
    assert "aws_rds_cluster" not in acme(tmp_path, CLUSTER).main()["resource"]


def test_what_else_it_needs_is_told(tmp_path: Path) -> None:
    emitted = acme(tmp_path, {**CLUSTER, "infrastructure.caching.enabled": False}, "subnets")
    assert [code for code, _ in emitted.refusals] == ["T603"]
    assert "say `vpc` under `terraform.inputs`; or say `workload_security_group`" in emitted.diagnostics[0].help


def test_another_region_than_the_modules_is_refused(tmp_path: Path) -> None:
    emitted = own(tmp_path, {f"{DATABASE}.region": "eu-west-1"})
    assert emitted.refusals == [("T603", f"terraform cannot express `{DATABASE}.region` = eu-west-1")]


def test_nobody_knows_the_password_and_nothing_deletes_the_data(tmp_path: Path) -> None:
    cluster = own(tmp_path).resource("aws_rds_cluster")
    assert (cluster["manage_master_user_password"], "master_password" in cluster) == (True, False)
    assert (cluster["deletion_protection"], cluster["lifecycle"]) == (True, {"prevent_destroy": True})
    assert cluster["cluster_identifier"] == cluster["final_snapshot_identifier"] == "demo-acme"
    for key in ("kms_key_id", "master_user_secret_kms_key_id"):
        assert cluster[key] == "${aws_kms_key.tenant.arn}"


@pytest.mark.parametrize(
    ("replicas", "standby", "instances"), [(0, False, 1), (0, True, 2), (1, True, 2), (3, False, 4), (15, True, 16)]
)
def test_readers_stand_by(tmp_path: Path, replicas: int, standby: bool, instances: int) -> None:
    emitted = own(tmp_path, {f"{DATABASE}.read_replicas": replicas, f"{DATABASE}.high_availability": standby})
    assert emitted.resource("aws_rds_cluster_instance")["count"] == instances


@pytest.mark.parametrize(
    ("recoverable", "days", "kept"), [(True, 7, 7), (True, 35, 35), (True, 365, 35), (False, 30, 1)]
)
def test_any_moment_can_come_back(tmp_path: Path, recoverable: bool, days: int, kept: int) -> None:
    emitted = own(tmp_path, {f"{DATABASE}.point_in_time_recovery": recoverable, "limits.backup_retention_days": days})
    assert emitted.resource("aws_rds_cluster")["backup_retention_period"] == kept


@pytest.mark.parametrize("encrypted", [True, False])
def test_connections_are_encrypted_as_the_settings_say(tmp_path: Path, encrypted: bool) -> None:
    emitted = own(
        tmp_path,
        {
            "security.encryption_config.in_transit": encrypted,
            f"{TLS}.min_version": "TLSv1.2",
            f"{TLS}.max_version": "TLSv1.2",
            f"{DATABASE}.connection_pooling": True,
        },
    )
    found = parameters(emitted.main()["resource"])
    assert found["rds.force_ssl"] == ("1" if encrypted else "0")
    assert (found["ssl_min_protocol_version"], found["ssl_max_protocol_version"]) == ("TLSv1.2", "TLSv1.2")
    assert emitted.resource("aws_db_proxy")["require_tls"] is encrypted


def test_a_tenants_own_cluster_holds_it_to_its_limits(tmp_path: Path) -> None:
    limits = {f"{DATABASE}.max_connections": 300, f"{DATABASE}.query_timeout_seconds": 20}
    found = parameters(own(tmp_path, limits).main()["resource"])
    assert (found["max_connections"], found["statement_timeout"]) == ("300", "20000")


@pytest.mark.parametrize("pooled", [True, False])
def test_connections_go_through_a_pool(tmp_path: Path, pooled: bool) -> None:
    main = own(tmp_path, {f"{DATABASE}.connection_pooling": pooled}).main()
    assert ("aws_db_proxy" in main["resource"]) is pooled
    endpoint = "aws_db_proxy" if pooled else "aws_rds_cluster"
    assert main["output"]["database_endpoint"]["value"] == f"${{{endpoint}.tenant.endpoint}}"


@pytest.mark.parametrize(
    ("optimized", "tuned", "libraries", "days", "mode"),
    [
        (False, False, None, None, "standard"),
        (True, False, "pg_stat_statements,auto_explain", 7, "standard"),
        (False, True, "pg_stat_statements", 465, "advanced"),
    ],
)
def test_slow_queries_and_idle_indexes_are_looked_for(
    tmp_path: Path, optimized: bool, tuned: bool, libraries: str | None, days: int | None, mode: str
) -> None:
    emitted = own(tmp_path, {f"{DATABASE}.query_optimization": optimized, f"{DATABASE}.index_tuning": tuned})
    cluster = emitted.resource("aws_rds_cluster")
    assert parameters(emitted.main()["resource"]).get("shared_preload_libraries") == libraries
    assert (cluster.get("performance_insights_retention_period"), cluster["database_insights_mode"]) == (days, mode)


@pytest.mark.parametrize("public", [True, False])
def test_the_internet_gets_in_where_the_settings_say_so(tmp_path: Path, public: bool) -> None:
    emitted = own(tmp_path, {f"{DATABASE}.publicly_accessible": public})
    rules = emitted.main()["resource"]["aws_vpc_security_group_ingress_rule"]
    assert ({"tenant_database_ipv4", "tenant_database_ipv6"} <= set(rules)) is public
    assert rules["tenant_database_clients"]["referenced_security_group_id"] == "${local.workload_security_group}"
    assert emitted.resource("aws_rds_cluster_instance")["publicly_accessible"] is public


# --- the estate's ---


def test_an_estate_has_a_cluster_while_somebody_shares_it(tmp_path: Path) -> None:
    alone = estate(tmp_path / "a", NEEDS, CLUSTER)
    assert alone is not None
    assert "aws_rds_cluster" not in alone
    found = estate(tmp_path / "b", NEEDS, CLUSTER, {"infrastructure.isolation_level": "database"})
    assert found is not None
    assert found["aws_rds_cluster"]["shared"]["lifecycle"] == {"prevent_destroy": True}


def test_it_keeps_what_the_strictest_of_its_tenants_asks_for(tmp_path: Path) -> None:
    found = estate(
        tmp_path,
        NEEDS,
        {**CLUSTER, f"{DATABASE}.read_replicas": 9},
        {f"{DATABASE}.read_replicas": 2, "limits.backup_retention_days": 7},
        {f"{TLS}.min_version": "TLSv1.3", "limits.backup_retention_days": 30, f"{DATABASE}.connection_pooling": False},
    )
    assert found is not None
    assert found["aws_rds_cluster_instance"]["shared"]["count"] == 3
    assert found["aws_rds_cluster"]["shared"]["backup_retention_period"] == 30
    assert parameters(found, "shared")["ssl_min_protocol_version"] == "TLSv1.3"
    assert "shared" in found["aws_db_proxy"]
    assert "max_connections" not in parameters(found, "shared")
