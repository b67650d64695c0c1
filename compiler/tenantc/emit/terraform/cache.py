"""The tenant's cache, or its part of the one that its estate shares."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Part, Ref, Result, Slot, Tree, Unsupported, document, text
from tenantc.emit.terraform.aurora import CLIENTS, NETWORK, SUBNETS
from tenantc.emit.terraform.database import ISOLATION
from tenantc.emit.terraform.estate import BEARER, estate_name
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.region import HOME, elsewhere
from tenantc.emit.terraform.standing import lacking, option
from tenantc.emit.terraform.tags import DATA_PLACES, LOOKS, TIER, tags
from tenantc.emit.terraform.valkey import CACHING, ENGINE, LARGEST_MB, Cache, cache
from tenantc.emit.terraform.workload_role import ROLE, allowed
from tenantc.source.path import Path

SIZE: Final[Path] = f"{CACHING}.cache_size_mb"
SPREAD: Final[Path] = f"{CACHING}.distributed_cache"
ENABLED: Final[Path] = f"{CACHING}.enabled"
_REGION: Final[Path] = f"{CACHING}.region"
_STRATEGY: Final[Path] = f"{CACHING}.strategy"
_WRITE_BACK: Final = "write-back"
_USER: Final = Ref("aws_elasticache_user", "tenant", "user_id")


@document(
    "terraform",
    kind="aws_elasticache_replication_group",
    needs=option(SUBNETS),
    looks=(
        *map(option, (SUBNETS, NETWORK, CLIENTS)),
        ISOLATION,
        ENABLED,
        _REGION,
        HOME,
        _STRATEGY,
        SIZE,
        SPREAD,
        "security.encryption_config.at_rest",
        *LOOKS,
    ),
    places=DATA_PLACES,
)
def tenant_cache(
    names: Names,
    _subnets: Any,
    network: Any,
    clients: Any,
    isolation: str | None,
    enabled: bool | None,
    region: str | None,
    home: str | None,
    strategy: str | None,
    megabytes: int | None,
    spread: bool | None,
    at_rest: bool | None,
    *tagged: Any,
) -> Result:
    """A cache of its own, where it is kept apart by clusters."""
    if not enabled:
        return None
    if elsewhere(region, home):
        choices = (f"leave `{_REGION}` out, or set `region` of the tenant: a module has one provider",)
        return Unsupported(_REGION, choices)
    if isolation != "cluster":
        # https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html: one policy for all keys
        instead = (f"set `{_STRATEGY}` to `write-through`, since a shared cache drops what it has no room for",)
        return Unsupported(_STRATEGY, instead) if strategy == _WRITE_BACK else None
    missing = [name for name, one in ((NETWORK, network), (CLIENTS, clients)) if one is None]
    if missing:
        return lacking(*missing)
    wanted = Cache(
        "tenant",
        names.of("aws_resource"),
        "Cached answers of one tenant",
        megabytes or 1,
        spread=spread or False,
        keeps=strategy == _WRITE_BACK,
        encrypted=at_rest is not False,
        key=KEY_ARN,
        tags=tags(names, "cache", *tagged),
    )
    if not wanted.fits:
        return Unsupported(SIZE, (f"set `{SIZE}` to at most {LARGEST_MB}", f"set `{SPREAD}` to true"))
    return [*cache(wanted, [Ref("aws_elasticache_user_group", "tenant", "user_group_id")]), _who_and_where(wanted)]


def _who_and_where(wanted: Cache) -> Tree:
    """Who may sign in, and at which host."""
    users: Tree = {"engine": ENGINE, "user_group_id": wanted.name, "user_ids": [_USER], "tags": wanted.tags}
    endpoint = Ref(
        "aws_elasticache_replication_group",
        "tenant",
        "configuration_endpoint_address" if wanted.spread else "primary_endpoint_address",
    )
    return {
        "resource": {"aws_elasticache_user_group": {"tenant": users}},
        "output": {"cache_endpoint": {"description": "Host name of the cache.", "value": endpoint}},
    }


@document(
    "terraform",
    kind="aws_elasticache_user",
    needs=option(SUBNETS),
    looks=(option(SUBNETS), *BEARER, ISOLATION, ENABLED, f"{CACHING}.tenant_prefix", *LOOKS),
    places=(TIER,),
)
def cache_user(
    names: Names,
    _subnets: Any,
    platform: str,
    environment: str | None,
    cluster: str | None,
    isolation: str | None,
    enabled: bool | None,
    prefixed: bool | None,
    classification: str | None,
    attributed: bool | None,
    tier: Slot | None,
) -> Tree:
    """Whom the tenant's role signs in as: one who reaches keys that begin with the tenant's id, and no other key.

    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html: such a user is called as it is known by.
    """
    if not enabled:
        return None
    keys: tuple[Part, ...] = ("~", names.tenant_id, ":*") if prefixed else ("~*",)
    user: Tree = {
        "engine": ENGINE,
        "user_id": names.of("aws_resource"),
        "user_name": names.of("aws_resource"),
        # nobody needs to switch the server off, or to see what others do
        "access_string": text("on ", *keys, " +@all -@admin -@dangerous"),
        "authentication_mode": {"type": "iam"},
        "tags": tags(names, "cache", classification, attributed, platform, environment, tier),
    }
    shared = estate_name(platform, environment, cluster)
    where = names.of("aws_resource") if isolation == "cluster" else shared
    account = (":elasticache:", Expr("local.tenant_region"), ":", Expr("local.tenant_account"), ":")
    group = text("arn:", Expr("local.tenant_partition"), *account, "replicationgroup:", where)
    connect: Tree = {
        "Effect": "Allow",
        "Action": "elasticache:Connect",
        "Resource": [group, Ref("aws_elasticache_user", "tenant", "arn")],
    }
    membership: Tree = {"user_group_id": shared, "user_id": _USER}
    return {
        "resource": {
            "aws_elasticache_user": {"tenant": user},
            "aws_elasticache_user_group_association": None if isolation == "cluster" else {"tenant": membership},
            "aws_iam_role_policy": {"cache": {"name": "cache", "role": ROLE, "policy": allowed(connect)}},
        }
    }
