"""A cluster of Aurora PostgreSQL of the tenant's own, where it is kept apart by clusters."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, document
from tenantc.emit.terraform.aurora import (
    CLIENTS,
    DATABASE,
    IN_TRANSIT,
    LEAST_BACKUP,
    MOST_BACKUP,
    NETWORK,
    RETENTION,
    SUBNETS,
    TLS,
    Bearings,
    Wanted,
    cluster,
)
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.region import HOME, elsewhere
from tenantc.emit.terraform.standing import lacking, option
from tenantc.emit.terraform.tags import DATA_PLACES, LOOKS, tags
from tenantc.source.path import Path

ISOLATION: Final[Path] = "infrastructure.isolation_level"
WANTS: Final[tuple[Path, ...]] = (
    f"{DATABASE}.publicly_accessible",
    f"{DATABASE}.connection_pooling",
    f"{DATABASE}.query_optimization",
    f"{DATABASE}.index_tuning",
    f"{DATABASE}.read_replicas",
    f"{DATABASE}.high_availability",
    f"{DATABASE}.point_in_time_recovery",
    RETENTION,
    IN_TRANSIT,
    f"{TLS}.min_version",
    f"{TLS}.max_version",
    f"{DATABASE}.max_connections",
    f"{DATABASE}.query_timeout_seconds",
)
"""What `wants` takes, in its order."""

_REGION: Final[Path] = f"{DATABASE}.region"


@document(
    "terraform",
    kind="aws_rds_cluster",
    needs=option(SUBNETS),
    looks=(
        *map(option, (SUBNETS, NETWORK, CLIENTS)),
        ISOLATION,
        _REGION,
        HOME,
        "security.encryption_config.at_rest",
        *WANTS,
        *LOOKS,
    ),
    places=DATA_PLACES,
)
def database(
    names: Names,
    _subnets: Any,
    network: Any,
    clients: Any,
    isolation: str | None,
    region: str | None,
    home: str | None,
    at_rest: bool | None,
    *said: Any,
) -> Result:
    """Encrypted whatever the settings say: Aurora encrypts a cluster when it is made, or never."""
    if elsewhere(region, home):
        choices = (f"leave `{_REGION}` out, or set `region` of the tenant: a module has one provider",)
        return Unsupported(_REGION, choices)
    if isolation != "cluster":
        return None
    missing = [name for name, one in ((NETWORK, network), (CLIENTS, clients)) if one is None]
    if missing:
        return lacking(*missing)
    wanted, tagged = said[: len(WANTS)], said[len(WANTS) :]
    bearings = Bearings(
        "tenant",
        names.of("aws_resource"),
        names.sub("iam_role", "database-pool"),
        tags(names, "database", *tagged),
        None if at_rest is False else KEY_ARN,
    )
    made = cluster(wants(*wanted), bearings, None if at_rest is False else ["aws_kms_key_policy.tenant"])
    return [*made, outputs("tenant", pooled=wanted[1] is True)]


def wants(
    public: bool | None,
    pooled: bool | None,
    optimized: bool | None,
    tuned: bool | None,
    replicas: int | None,
    standby: bool | None,
    recoverable: bool | None,
    retention: int | None,
    encrypted: bool | None,
    oldest: str | None,
    newest: str | None,
    connections: int | None = None,
    timeout: int | None = None,
) -> Wanted:
    """Any moment of as many days as Aurora can, which is no more than 35; older days are the business of backups."""
    days = min(retention or LEAST_BACKUP, MOST_BACKUP) if recoverable else LEAST_BACKUP
    return Wanted(
        public=public or False,
        pooled=pooled or False,
        optimized=optimized or False,
        tuned=tuned or False,
        replicas=replicas or 0,
        standby=standby or False,
        backup_days=days,
        encrypted=encrypted is not False,
        tls=(oldest or "TLSv1.2", newest or "TLSv1.3"),
        connections=connections,
        timeout_seconds=timeout,
    )


def outputs(label: str, *, pooled: bool) -> Tree:
    """Where workloads find it: behind its pool, where there is one."""
    writer = Ref("aws_db_proxy", label, "endpoint") if pooled else Ref("aws_rds_cluster", label, "endpoint")
    found: dict[str, tuple[str, Tree]] = {
        "database_endpoint": ("Host name of the database.", writer),
        "database_reader_endpoint": (
            "Host name under which its readers answer.",
            Ref("aws_rds_cluster", label, "reader_endpoint"),
        ),
    }
    return {"output": {name: {"description": says, "value": value} for name, (says, value) in found.items()}}
