"""The cluster of Aurora PostgreSQL that the tenants of an estate share, all but those that have one of their own."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Result, document
from tenantc.emit.terraform.aurora import CLIENTS, NETWORK, SUBNETS, Bearings, Wanted, cluster
from tenantc.emit.terraform.database import ISOLATION, WANTS, outputs, wants
from tenantc.emit.terraform.estate import BEARER, estate_name
from tenantc.emit.terraform.standing import lacking, option
from tenantc.emit.terraform.tags import estate_tags

# what SQL says of a role, one tenant at a time
_OF_ROLES: Final = 2


@document(
    "terraform",
    kind="aws_rds_cluster",
    scope="estate",
    needs=option(SUBNETS),
    looks=(*map(option, (SUBNETS, NETWORK, CLIENTS)), *BEARER),
    rows=(ISOLATION, *WANTS[:-_OF_ROLES]),
)
def estate_database(
    _subnets: Any, network: Any, clients: Any, platform: str, environment: str | None, cluster_name: str | None,
    rows: tuple[tuple[Any, ...], ...],
) -> Result:  # fmt: skip
    """It keeps what the strictest of them asks for. How many connections each has is said of its role in SQL.

    Encrypted with AWS' own key, since keys of tenants are each tenant's own.
    """
    wanted = [wants(*[None if one == "" else one for one in row[1:]]) for row in rows if row[0] != "cluster"]
    if not wanted:
        return None
    missing = [name for name, one in ((NETWORK, network), (CLIENTS, clients)) if one is None]
    if missing:
        return lacking(*missing)
    name = estate_name(platform, environment, cluster_name)
    bearings = Bearings("shared", name, f"database-pool-{name}", estate_tags(platform, environment), None)
    together = _together(wanted)
    return [*cluster(together, bearings), outputs("shared", pooled=together.pooled)]


def _together(wanted: list[Wanted]) -> Wanted:
    oldest = max(one.tls[0] for one in wanted)
    return Wanted(
        public=all(one.public for one in wanted),
        pooled=any(one.pooled for one in wanted),
        optimized=any(one.optimized for one in wanted),
        tuned=any(one.tuned for one in wanted),
        replicas=max(one.replicas for one in wanted),
        standby=any(one.standby for one in wanted),
        backup_days=max(one.backup_days for one in wanted),
        encrypted=any(one.encrypted for one in wanted),
        tls=(oldest, max(oldest, min(one.tls[1] for one in wanted))),
    )
