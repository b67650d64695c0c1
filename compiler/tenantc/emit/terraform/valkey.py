"""What a cache is made of, whether it is a tenant's own or an estate's: ElastiCache with the engine Valkey."""

from __future__ import annotations

from math import ceil
from typing import Final, NamedTuple

from tenantc.emit.document import Ref, Slot, Tree
from tenantc.emit.terraform.aurora import CLIENTS, NETWORK, SUBNETS
from tenantc.emit.terraform.standing import standing
from tenantc.source.path import Path

CACHING: Final[Path] = "infrastructure.caching"
ENGINE: Final = "valkey"
PORT: Final = 6379
_VERSION, _FAMILY = "8.0", "valkey8"
# MiB that a node has for keys, smallest first.
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html#ParameterGroups.Redis.NodeSpecific
_NODES: Final = {
    "cache.t4g.micro": 512,
    "cache.t4g.small": 1402,
    "cache.t4g.medium": 3164,
    "cache.m7g.large": 6537,
    "cache.r7g.large": 13387,
    "cache.r7g.xlarge": 26952,
    "cache.r7g.2xlarge": 54083,
    "cache.r7g.4xlarge": 108347,
    "cache.r7g.8xlarge": 214577,
    "cache.r7g.12xlarge": 325399,
    "cache.r7g.16xlarge": 429154,
}
LARGEST_MB: Final = max(_NODES.values())
# https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheNodes.NodeGroups.html: without asking AWS for more
_MOST_SHARDS: Final = 90


class Cache(NamedTuple):
    """A cache as it is wanted. What it must not lose is kept until it is written to the store behind it."""

    label: str
    name: str | Slot
    description: str
    megabytes: int
    spread: bool
    keeps: bool
    encrypted: bool
    key: Tree
    tags: dict[str, Tree]

    @property
    def shards(self) -> int:
        """Several nodes share the keys where it is spread, as many as it takes."""
        return max(2, ceil(self.megabytes / LARGEST_MB)) if self.spread else 1

    @property
    def fits(self) -> bool:
        return self.shards <= _MOST_SHARDS and self.megabytes <= self.shards * LARGEST_MB


def cache(wanted: Cache, users: Tree) -> list[Tree]:
    """Nodes in the platform's network, which those who may speak to databases reach.

    A node is the smallest that has the memory that is asked for, since nodes come in sizes of AWS'. A cache that is
    spread has another node behind each, in another zone, which takes over.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/elasticache_replication_group
    """
    label = wanted.label
    node = next(name for name, size in _NODES.items() if size * wanted.shards >= wanted.megabytes)
    parameters: list[Tree] = [
        # nobody's write is lost to make room where the cache holds what its store does not have yet
        {"name": "maxmemory-policy", "value": "noeviction" if wanted.keeps else "allkeys-lru"},
        {"name": "cluster-enabled", "value": "yes"} if wanted.spread else None,
    ]
    group: Tree = {
        "replication_group_id": wanted.name,
        "description": wanted.description,
        "engine": ENGINE,
        "engine_version": _VERSION,
        "node_type": node,
        "port": PORT,
        "num_node_groups": wanted.shards,
        "replicas_per_node_group": 1 if wanted.spread else 0,
        "automatic_failover_enabled": wanted.spread,
        "multi_az_enabled": wanted.spread,
        "parameter_group_name": Ref("aws_elasticache_parameter_group", label, "name"),
        "subnet_group_name": Ref("aws_elasticache_subnet_group", label, "name"),
        "security_group_ids": [Ref("aws_security_group", f"{label}_cache", "id")],
        "user_group_ids": users,
        "transit_encryption_enabled": True,
        "at_rest_encryption_enabled": wanted.encrypted,
        "kms_key_id": wanted.key if wanted.encrypted else None,
        "snapshot_retention_limit": 1 if wanted.keeps else 0,
        "tags": wanted.tags,
        "lifecycle": {"prevent_destroy": True} if wanted.keeps else None,
    }
    named: dict[str, Tree] = {"name": wanted.name, "tags": wanted.tags}
    return [
        _network(wanted),
        {
            "resource": {
                "aws_elasticache_replication_group": {label: group},
                "aws_elasticache_parameter_group": {label: {**named, "family": _FAMILY, "parameter": parameters}},
                "aws_elasticache_subnet_group": {label: {**named, "subnet_ids": standing(SUBNETS)}},
            }
        },
    ]


def _network(wanted: Cache) -> Tree:
    label = f"{wanted.label}_cache"
    entrance: Tree = {
        "security_group_id": Ref("aws_security_group", label, "id"),
        "referenced_security_group_id": standing(CLIENTS),
        "ip_protocol": "tcp",
        "from_port": PORT,
        "to_port": PORT,
    }
    group: Tree = {"description": "Who may speak to the cache", "vpc_id": standing(NETWORK), "tags": wanted.tags}
    return {
        "resource": {
            "aws_security_group": {label: group},
            "aws_vpc_security_group_ingress_rule": {f"{label}_clients": entrance},
        }
    }
