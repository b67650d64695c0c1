"""What a cluster of Aurora PostgreSQL is made of, whether it is a tenant's own or an estate's."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Expr, Ref, Slot, Tree, compact_json, text
from tenantc.emit.terraform.standing import standing
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path

SUBNETS: Final = "subnets"
NETWORK: Final = "vpc"
CLIENTS: Final = "workload_security_group"
"""The security group of what speaks to databases and caches, such as a cluster's nodes."""

DATABASE: Final[Path] = "infrastructure.database"
TLS: Final[Path] = "security.encryption_config.tls"
IN_TRANSIT: Final[Path] = "security.encryption_config.in_transit"
RETENTION: Final[Path] = "limits.backup_retention_days"

# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.Managing.Backups.html: continuous, 1 to 35 days
LEAST_BACKUP, MOST_BACKUP = 1, 35
_ENGINE: Final = "aurora-postgresql"
# House: the newest major version that the SQL target is tested with; minor versions come by themselves.
_VERSION: Final = "16"
# House: it grows with the load, and eight times the smallest is what Performance Insights asks for.
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
_SMALLEST, _LARGEST = 1, 32
# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_DatabaseInsights.Engines.html: both go together
_INSIGHTS_DAYS, _ADVANCED_DAYS = 7, 465
PORT: Final = 5432


class Wanted(Frozen):
    """What its tenants want of a cluster."""

    public: bool
    pooled: bool
    optimized: bool
    tuned: bool
    replicas: int
    standby: bool
    backup_days: int
    encrypted: bool
    tls: tuple[str, str]
    connections: int | None = None
    timeout_seconds: int | None = None

    @property
    def instances(self) -> int:
        """A standby is a reader too, since Aurora lets any of them take over.

        https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
        """
        return 1 + max(self.replicas, int(self.standby))


class Bearings(Frozen):
    """How a cluster and the role of its pool are called and tagged, and a key, where it is not AWS' own."""

    label: str
    name: str | Slot
    role: str | Slot
    tags: dict[str, Tree]
    key: Tree


def cluster(wanted: Wanted, of: Bearings, depends_on: list[str] | None = None) -> list[Tree]:
    """The cluster with its instances, its network, its parameters and its pool."""
    return [
        _network(wanted, of),
        _parameters(wanted, of),
        _cluster(wanted, of, depends_on),
        *(_pool(wanted, of) if wanted.pooled else ()),
    ]


def _network(wanted: Wanted, of: Bearings) -> Tree:
    group = Ref("aws_security_group", f"{of.label}_database", "id")
    entrances: dict[str, dict[str, Tree]] = {"clients": {"referenced_security_group_id": standing(CLIENTS)}}
    if wanted.pooled:
        entrances["pool"] = {"referenced_security_group_id": group}
    if wanted.public:
        entrances |= {"ipv4": {"cidr_ipv4": "0.0.0.0/0"}, "ipv6": {"cidr_ipv6": "::/0"}}
    tcp: dict[str, Tree] = {"security_group_id": group, "ip_protocol": "tcp", "from_port": PORT, "to_port": PORT}
    # the pool speaks to the database from within the group, and the database to nobody
    inside: dict[str, Tree] | None = {**tcp, "referenced_security_group_id": group} if wanted.pooled else None
    return {
        "resource": {
            "aws_db_subnet_group": {
                of.label: {"name": of.name, "subnet_ids": standing(SUBNETS), "tags": of.tags},
            },
            "aws_security_group": {
                f"{of.label}_database": {
                    "description": "Who may speak to the database",
                    "vpc_id": standing(NETWORK),
                    "tags": of.tags,
                }
            },
            "aws_vpc_security_group_ingress_rule": {
                f"{of.label}_database_{source}": {**tcp, **entry} for source, entry in entrances.items()
            },
            "aws_vpc_security_group_egress_rule": {f"{of.label}_database": inside} if inside else None,
        }
    }


def _parameters(wanted: Wanted, of: Bearings) -> Tree:
    """https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/AuroraPostgreSQL.Reference.ParameterGroups.html"""
    oldest, newest = (version.removesuffix(".0") for version in wanted.tls)
    watched = wanted.optimized or wanted.tuned
    libraries = ["pg_stat_statements", *(["auto_explain"] if wanted.optimized else [])]
    # those that are read only when an instance starts wait for that
    stated: dict[str, tuple[str | None, str]] = {
        "rds.force_ssl": ("1" if wanted.encrypted else "0", "immediate"),
        "ssl_min_protocol_version": (oldest, "immediate"),
        "ssl_max_protocol_version": (newest, "immediate"),
        "max_connections": (str(wanted.connections) if wanted.connections else None, "pending-reboot"),
        "statement_timeout": (str(wanted.timeout_seconds * 1000) if wanted.timeout_seconds else None, "immediate"),
        "shared_preload_libraries": (",".join(libraries) if watched else None, "pending-reboot"),
        "pg_stat_statements.track": ("ALL" if watched else None, "immediate"),
        "auto_explain.log_min_duration": ("1000" if wanted.optimized else None, "immediate"),
    }
    parameters: list[Tree] = [
        {"name": name, "value": value, "apply_method": method}
        for name, (value, method) in stated.items()
        if value is not None
    ]
    group: Tree = {
        "name": of.name,
        "family": f"{_ENGINE}{_VERSION}",
        "parameter": parameters,
        "tags": of.tags,
    }
    return {"resource": {"aws_rds_cluster_parameter_group": {of.label: group}}}


def _cluster(wanted: Wanted, of: Bearings, depends_on: list[str] | None) -> Tree:
    """https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/rds_cluster"""
    insights = wanted.optimized or wanted.tuned
    days = _ADVANCED_DAYS if wanted.tuned else _INSIGHTS_DAYS
    here: Tree = {
        "cluster_identifier": of.name,
        "engine": _ENGINE,
        "engine_version": _VERSION,
        "master_username": "postgres",
        # nobody knows it but Secrets Manager, which also changes it
        "manage_master_user_password": True,
        "master_user_secret_kms_key_id": of.key,
        "storage_encrypted": True,
        "kms_key_id": of.key,
        "db_subnet_group_name": Ref("aws_db_subnet_group", of.label, "name"),
        "vpc_security_group_ids": [Ref("aws_security_group", f"{of.label}_database", "id")],
        "db_cluster_parameter_group_name": Ref("aws_rds_cluster_parameter_group", of.label, "name"),
        "serverlessv2_scaling_configuration": {"min_capacity": _SMALLEST, "max_capacity": _LARGEST},
        "backup_retention_period": wanted.backup_days,
        "copy_tags_to_snapshot": True,
        "final_snapshot_identifier": of.name,
        "deletion_protection": True,
        "enabled_cloudwatch_logs_exports": ["postgresql"],
        "database_insights_mode": "advanced" if wanted.tuned else "standard",
        "performance_insights_enabled": insights,
        "performance_insights_kms_key_id": of.key if insights else None,
        "performance_insights_retention_period": days if insights else None,
        "tags": of.tags,
        "lifecycle": {"prevent_destroy": True},
        "depends_on": depends_on,
    }
    # they are all alike, and any of them may come to be the one that writes
    instance: Tree = {
        "count": wanted.instances,
        # the one name that is put together here: no cluster is called as an instance, and instances are numbered
        "identifier": text(Ref("aws_rds_cluster", of.label, "cluster_identifier"), "-", Expr("count.index + 1")),
        "cluster_identifier": Ref("aws_rds_cluster", of.label, "id"),
        "engine": Ref("aws_rds_cluster", of.label, "engine"),
        "engine_version": Ref("aws_rds_cluster", of.label, "engine_version"),
        "instance_class": "db.serverless",
        "publicly_accessible": wanted.public,
        "tags": of.tags,
    }
    return {
        "resource": {
            "aws_rds_cluster": {of.label: here},
            "aws_rds_cluster_instance": {of.label: instance},
        }
    }


def _pool(wanted: Wanted, of: Bearings) -> list[Tree]:
    """RDS Proxy, which signs in with what Secrets Manager keeps.

    https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/rds-proxy.html
    """
    secret = Expr(f"aws_rds_cluster.{of.label}.master_user_secret[0].secret_arn")
    role, pool = f"{of.label}_database_pool", Ref("aws_db_proxy", of.label, "name")
    proxy: Tree = {
        "name": of.name,
        "engine_family": "POSTGRESQL",
        "require_tls": wanted.encrypted,
        "role_arn": Ref("aws_iam_role", role, "arn"),
        "vpc_subnet_ids": standing(SUBNETS),
        "vpc_security_group_ids": [Ref("aws_security_group", f"{of.label}_database", "id")],
        "auth": {"auth_scheme": "SECRETS", "iam_auth": "DISABLED", "secret_arn": secret},
        "tags": of.tags,
        "depends_on": [f"aws_iam_role_policy.{role}"],
    }
    target: Tree = {
        "db_proxy_name": pool,
        "target_group_name": Ref("aws_db_proxy_default_target_group", of.label, "name"),
        "db_cluster_identifier": Ref("aws_rds_cluster", of.label, "id"),
        "depends_on": [f"aws_rds_cluster_instance.{of.label}"],
    }
    return [
        _pool_role(of, role, secret),
        {
            "resource": {
                "aws_db_proxy": {of.label: proxy},
                "aws_db_proxy_default_target_group": {of.label: {"db_proxy_name": pool}},
                "aws_db_proxy_target": {of.label: target},
            }
        },
    ]


def _pool_role(of: Bearings, role: str, secret: Expr) -> Tree:
    """As whom the pool fetches that."""
    trust: Tree = {"Effect": "Allow", "Principal": {"Service": "rds.amazonaws.com"}, "Action": "sts:AssumeRole"}
    rights: list[Tree] = [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": secret}]
    if of.key is not None:
        rights.append({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": of.key})
    return {
        "resource": {
            "aws_iam_role": {
                role: {
                    "name": of.role,
                    "assume_role_policy": compact_json({"Version": "2012-10-17", "Statement": [trust]}),
                    "tags": of.tags,
                }
            },
            "aws_iam_role_policy": {
                role: {
                    "name": "database-secret",
                    "role": Ref("aws_iam_role", role, "name"),
                    "policy": compact_json({"Version": "2012-10-17", "Statement": rights}),
                }
            },
        }
    }
