"""The cache that the tenants of an estate share, all but those that have one of their own."""

from __future__ import annotations

from typing import Any

from tenantc.emit.document import Ref, Result, Tree, Unsupported, document
from tenantc.emit.terraform.aurora import CLIENTS, NETWORK, SUBNETS
from tenantc.emit.terraform.cache import ENABLED, SIZE, SPREAD
from tenantc.emit.terraform.database import ISOLATION
from tenantc.emit.terraform.estate import BEARER, estate_name
from tenantc.emit.terraform.standing import lacking, option
from tenantc.emit.terraform.tags import estate_tags
from tenantc.emit.terraform.valkey import ENGINE, Cache, cache


@document(
    "terraform",
    kind="aws_elasticache_replication_group",
    scope="estate",
    needs=option(SUBNETS),
    looks=(*map(option, (SUBNETS, NETWORK, CLIENTS)), *BEARER),
    rows=("tenant.id", ISOLATION, ENABLED, SIZE, SPREAD),
)
def estate_cache(
    _subnets: Any, network: Any, clients: Any, platform: str, environment: str | None, cluster: str | None,
    rows: tuple[tuple[str, str, bool | str, int | str, bool | str], ...],
) -> Result:  # fmt: skip
    """It has room for what all of them may cache, and is spread as soon as one of them asks for that."""
    sharers = [row for row in rows if row[1] != "cluster" and row[2] is True]
    if not sharers:
        return None
    missing = [name for name, one in ((NETWORK, network), (CLIENTS, clients)) if one is None]
    if missing:
        return lacking(*missing)
    name, tagged = estate_name(platform, environment, cluster), estate_tags(platform, environment)
    wanted = Cache(
        "shared",
        name,
        "Cached answers of the tenants that share it",
        sum(size for *_, size, _ in sharers if isinstance(size, int)) or 1,
        spread=any(row[4] is True for row in sharers),
        keeps=False,
        encrypted=True,
        key=None,
        tags=tagged,
    )
    if not wanted.fits:
        wanted = wanted._replace(spread=True)
    if not wanted.fits:
        return Unsupported(SIZE, ("spread the tenants over more clusters, each of which has a cache",))
    return [*cache(wanted, [Ref("aws_elasticache_user_group", "shared", "user_group_id")]), _users(name, tagged)]


def _users(name: str, tagged: dict[str, Tree]) -> Tree:
    """Without a member there is no group; this one is let in by nothing, and tenants' modules bring in the others."""
    nobody: Tree = {
        "engine": ENGINE,
        "user_id": name,
        "user_name": name,
        "access_string": "off -@all",
        "authentication_mode": {"type": "iam"},
        "tags": tagged,
    }
    users: Tree = {
        "engine": ENGINE,
        "user_group_id": name,
        "user_ids": [Ref("aws_elasticache_user", "shared", "user_id")],
        "tags": tagged,
        "lifecycle": {"ignore_changes": ["user_ids"]},
    }
    return {
        "resource": {
            "aws_elasticache_user": {"shared": nobody},
            "aws_elasticache_user_group": {"shared": users},
        }
    }
