"""How what tenants share is backed up: as often, for as long and in as many places as any of them is promised."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Ref, Result, Tree, compact_json, document, text
from tenantc.emit.terraform.aurora import SUBNETS
from tenantc.emit.terraform.backup import (
    BACKUP,
    COPIES,
    COPY,
    EVERY,
    HOUR,
    KEPT,
    KNOWN,
    POLICY,
    THIRD,
    lies,
    periodic,
)
from tenantc.emit.terraform.database import ISOLATION
from tenantc.emit.terraform.estate import BEARER, estate_name
from tenantc.emit.terraform.region import RECOVERY
from tenantc.emit.terraform.standing import lacking, option
from tenantc.emit.terraform.tags import estate_tags
from tenantc.source.path import Path

_ASKED: Final[tuple[Path, ...]] = (
    ISOLATION, f"{BACKUP}.enabled", EVERY, COPIES, KEPT,
    f"{RECOVERY}.cross_region_backup", f"{BACKUP}.regions", f"{RECOVERY}.secondary_region",
)  # fmt: skip


@document(
    "terraform",
    kind="aws_backup_plan",
    scope="estate",
    needs=option(COPY),
    looks=(*map(option, (COPY, THIRD, SUBNETS)), *BEARER),
    rows=_ASKED,
)
def estate_backup(
    _copy: Any, third: Any, subnets: Any, platform: str, environment: str | None, cluster: str | None,
    rows: tuple[tuple[Any, ...], ...],
) -> Result:  # fmt: skip
    """The database that tenants share, whose own backups end with it, and after 35 days.

    It follows changes at once by itself, in its own region, so that nothing is backed up more often than every hour.
    """
    asked = [row[2:] for row in rows if row[0] != "cluster" and row[1]]
    kept = max((row[2] for row in asked if isinstance(row[2], int)), default=None)
    if subnets is None or kept is None:
        return None
    # a number that is nought stands there as if there were none
    every = min(row[0] or 0 for row in asked)
    wanted = max(max(row[1] or 1, 2 if row[3] else 1) for row in asked)
    if wanted > 2 and third is None:
        return lacking(THIRD)
    vaults = [COPY, THIRD][: wanted - 1]
    places = [row[4] or ((row[5],) if row[5] else ()) for row in asked if (row[1] or 1) > 1 or row[3]]
    name, tags = estate_name(platform, environment, cluster), estate_tags(platform, environment)
    minutes = max((one for one in KNOWN if one <= every), default=HOUR)
    return [_vault(name, tags, kept), _plan(name, tags, periodic(_HERE, minutes, kept, vaults), vaults, places)]


_HERE: Final = Ref("aws_backup_vault", "shared", "name")


def _vault(name: str, tags: Tree, kept: int) -> Tree:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html"""
    return {
        "resource": {
            "aws_backup_vault": {"shared": {"name": name, "tags": tags, "lifecycle": {"prevent_destroy": True}}},
            "aws_backup_vault_lock_configuration": {
                "shared": {"backup_vault_name": _HERE, "min_retention_days": 1, "max_retention_days": kept}
            },
        }
    }


def _plan(name: str, tags: Tree, rule: Tree, vaults: list[str], places: list[tuple[str, ...]]) -> Tree:
    """Copies lie where each of those who ask for some names the region, if any of them names one."""
    named = [{*one} for one in places if one]
    regions: list[Tree] = [*sorted(set.intersection(*named))] if named else []
    checked = bool(vaults and named)
    conditions = [lies(vault, "local.shared_backup_regions") for vault in vaults] if checked else []
    plan: Tree = {
        "name": name,
        "rule": rule,
        "tags": tags,
        "lifecycle": {"precondition": conditions} if checked else None,
    }
    selection: Tree = {
        "name": name,
        "plan_id": Ref("aws_backup_plan", "shared", "id"),
        "iam_role_arn": Ref("aws_iam_role", "backup", "arn"),
        "resources": [Ref("aws_rds_cluster", "shared", "arn")],
    }
    service: Tree = {"Effect": "Allow", "Principal": {"Service": "backup.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role: Tree = {
        "name_prefix": "backup-",
        "assume_role_policy": compact_json({"Version": "2012-10-17", "Statement": [service]}),
        "tags": tags,
    }
    partition = Ref("data.aws_partition", "backup", "partition")
    attached: Tree = {
        "role": Ref("aws_iam_role", "backup", "name"),
        "policy_arn": text("arn:", partition, f":iam::aws:policy/{POLICY}"),
    }
    return {
        "locals": {"shared_backup_regions": regions} if checked else None,
        "data": {"aws_partition": {"backup": {}}},
        "resource": {
            "aws_backup_plan": {"shared": plan},
            "aws_backup_selection": {"shared": selection},
            "aws_iam_role": {"backup": role},
            "aws_iam_role_policy_attachment": {"backup": attached},
        },
    }
