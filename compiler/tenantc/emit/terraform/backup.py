"""How the tenant's data is backed up: a vault that nobody empties early, a plan that fills it, and copies elsewhere."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Result, Tree, Unsupported, document, text
from tenantc.emit.terraform.aurora import SUBNETS
from tenantc.emit.terraform.bucket import BUCKET_ARN
from tenantc.emit.terraform.database import ISOLATION
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.region import RECOVERY
from tenantc.emit.terraform.standing import lacking, option, standing
from tenantc.emit.terraform.tags import DATA_PLACES, LOOKS, PLACES, tags
from tenantc.emit.terraform.workload_role import trusted
from tenantc.source.path import Path

COPY: Final = "backup_vault_copy"
THIRD: Final = "backup_vault_third_copy"
POLICY: Final = "service-role/AWSBackupServiceRolePolicyForBackup"
"""What AWS Backup needs for all but buckets."""
BACKUP: Final[Path] = f"{RECOVERY}.backup"
_OBJECTS: Final[Path] = "infrastructure.storage.backup_enabled"
_VERSIONS: Final[Path] = "infrastructure.storage.versioning_enabled"
EVERY: Final[Path] = f"{BACKUP}.incremental_interval_minutes"
COPIES: Final[Path] = f"{BACKUP}.copies"
_RPO: Final[Path] = f"{RECOVERY}.rpo_minutes"
_RTO: Final[Path] = f"{RECOVERY}.rto_minutes"
KEPT: Final[Path] = "limits.backup_retention_days"

# The last five minutes may be missing: https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
_CONTINUOUS_MINUTES, _CONTINUOUS_DAYS = 5, 35
HOUR, DAY, _WEEK = 60, 1440, 10080
# what cron can say at the same distance all day: https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html
KNOWN: Final = (*(HOUR * hours for hours in (1, 2, 3, 4, 6, 8, 12)), DAY, _WEEK)
# House: AWS promises no time for a restore, and nobody should promise a tenant less than an hour on its behalf.
_LEAST_RTO: Final = 60


def _schedule(minutes: int) -> str:
    if minutes == _WEEK:
        return "cron(0 5 ? * SUN *)"
    return "cron(0 5 ? * * *)" if minutes == DAY else f"cron(0 0/{minutes // HOUR} ? * * *)"


def _refusal(every: int, copies: int, *, unkept: bool, rpo: int | None, rto: int | None) -> Unsupported | None:
    """What no plan of AWS Backup can keep."""
    if every >= HOUR and every not in KNOWN:
        near = max(known for known in KNOWN if known < every)
        return Unsupported(EVERY, (f"set `{EVERY}` to {near}, the next that AWS Backup can keep",))
    if copies > 3:
        return Unsupported(COPIES, (f"set `{COPIES}` to at most 3, as many vaults as `terraform.inputs` names",))
    if unkept:
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
        return Unsupported(_OBJECTS, (f"set `{_VERSIONS}` to true, without which AWS Backup takes no bucket",))
    least = every if every >= HOUR else _CONTINUOUS_MINUTES
    if rpo is not None and rpo < least:
        choices = (f"set `{_RPO}` to at least {least}",) + ((f"set `{EVERY}` to 0",) if every >= HOUR else ())
        return Unsupported(_RPO, choices)
    if rto is not None and rto < _LEAST_RTO:
        return Unsupported(_RTO, (f"set `{_RTO}` to at least {_LEAST_RTO}: nobody promises how long a restore takes",))
    return None


@document(
    "terraform",
    kind="aws_backup_vault",
    needs=option(COPY),
    looks=(option(COPY), f"{BACKUP}.encrypted", KEPT, *LOOKS),
    places=DATA_PLACES,
)
def backup_vault(names: Names, _copy: Any, encrypted: bool | None, kept: int | None, *tagged: Any) -> Tree:
    """It is there even if nothing is backed up today, for what was. Encrypted with AWS' own key, or the tenant's.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html: nobody shortens what a plan has promised.
    """
    vault: Tree = {
        "name": names.of("aws_resource"),
        "kms_key_arn": KEY_ARN if encrypted else None,
        "tags": tags(names, "backup", *tagged),
        "lifecycle": {"prevent_destroy": True},
    }
    here = Ref("aws_backup_vault", "tenant", "name")
    lock: Tree = {
        "backup_vault_name": here,
        "min_retention_days": min(kept or 1, _CONTINUOUS_DAYS),
        "max_retention_days": kept,
    }
    return {
        "resource": {
            "aws_backup_vault": {"tenant": vault},
            "aws_backup_vault_lock_configuration": {"tenant": lock},
        },
        "output": {"backup_vault": {"description": "Name of the vault of backups.", "value": here}},
    }


@document(
    "terraform",
    kind="aws_backup_plan",
    needs=option(COPY),
    looks=(
        *map(option, (COPY, THIRD, SUBNETS)),
        ISOLATION,
        _OBJECTS,
        _VERSIONS,
        f"{BACKUP}.enabled",
        EVERY,
        COPIES,
        KEPT,
        f"{BACKUP}.regions",
        f"{RECOVERY}.secondary_region",
        f"{RECOVERY}.cross_region_backup",
        f"{RECOVERY}.enabled",
        _RPO,
        _RTO,
        *LOOKS,
    ),
    places=PLACES,
)
def backup_plan(
    names: Names,
    _copy: Any,
    third: Any,
    subnets: Any,
    isolation: str | None,
    objects: bool | None,
    versions: bool | None,
    enabled: bool | None,
    every: int | None,
    copies: int | None,
    kept: int | None,
    regions: tuple[str, ...] | None,
    secondary: str | None,
    elsewhere: bool | None,
    recovers: bool | None,
    rpo: int | None,
    rto: int | None,
    *tagged: Any,
) -> Result:
    """What is backed up, how often, for how long, and where copies go."""
    database = enabled and isolation == "cluster" and subnets is not None
    if not objects and not database:
        return None
    every, copies = DAY if every is None else every, copies or 1
    unkept = objects is True and versions is False
    refusal = _refusal(every, copies, unkept=unkept, rpo=rpo if recovers else None, rto=rto if recovers else None)
    if refusal is not None:
        return refusal
    if kept is None:
        return Unsupported(KEPT, ("say for how many days a backup is kept",))
    if copies > 2 and third is None:
        return lacking(THIRD)
    vaults = [COPY, THIRD][: max(copies - 1, int(elsewhere or False))]
    places = regions if regions is not None else (secondary,) if secondary is not None else ()
    taken: list[Tree] = [BUCKET_ARN if objects else None, Ref("aws_rds_cluster", "tenant", "arn") if database else None]
    return [_role(names, tagged), _plan(names, tagged, _rules(every, kept, vaults), taken, vaults, places)]


def _plan(
    names: Names, tagged: Any, rules: list[Tree], taken: list[Tree], vaults: list[str], places: tuple[str, ...]
) -> Tree:
    named = vaults and places
    plan: Tree = {
        "name": names.of("aws_resource"),
        "rule": rules,
        "tags": tags(names, "backup", *tagged),
        "lifecycle": {"precondition": [lies(vault) for vault in vaults]} if named else None,
    }
    selection: Tree = {
        "name": names.of("aws_resource"),
        "plan_id": Ref("aws_backup_plan", "tenant", "id"),
        "iam_role_arn": Ref("aws_iam_role", "backup", "arn"),
        "resources": taken,
    }
    return {
        "locals": {"tenant_backup_regions": [*places]} if named else None,
        "resource": {"aws_backup_plan": {"tenant": plan}, "aws_backup_selection": {"tenant": selection}},
    }


def _rules(every: int, kept: int, vaults: list[str]) -> list[Tree]:
    """One rule, or two where changes are copied at once: such backups end after 35 days and are copied nowhere.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
    """
    here = Ref("aws_backup_vault", "tenant", "name")
    # copies go to another region as often as AWS Backup can
    found = [periodic(here, every if every >= HOUR else HOUR if vaults else DAY, kept, vaults)]
    if every < HOUR:
        found.append(
            {
                "rule_name": "continuous",
                "target_vault_name": here,
                "schedule": _schedule(DAY),
                "enable_continuous_backup": True,
                "lifecycle": {"delete_after": min(kept, _CONTINUOUS_DAYS)},
            }
        )
    return found


def periodic(here: Ref, minutes: int, kept: int, vaults: list[str]) -> Tree:
    """A rule that fills a vault every so many minutes, and copies what it put there to others."""
    copies: list[Tree] = [
        {"destination_vault_arn": standing(vault), "lifecycle": {"delete_after": kept}} for vault in vaults
    ]
    return {
        "rule_name": "periodic",
        "target_vault_name": here,
        "schedule": _schedule(minutes),
        "lifecycle": {"delete_after": kept},
        "copy_action": copies or None,
    }


def lies(vault: str, named: str = "local.tenant_backup_regions") -> Tree:
    """A condition that fails the plan where a copy would lie in a region that the settings do not name.

    `named` is the local that does.
    """
    region = f'split(":", local.{vault})[3]'
    return {
        "condition": Expr(f"contains({named}, {region})"),
        "error_message": text("Copies of backups would lie in ", Expr(region), ", which no setting names."),
    }


def _role(names: Names, tagged: Any) -> Tree:
    """As whom AWS Backup reads and restores: https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html"""
    role: Tree = {
        "name": names.sub("iam_role", "backup"),
        "assume_role_policy": trusted("backup.amazonaws.com"),
        "tags": tags(names, "backup", *tagged),
    }
    managed = (POLICY, "AWSBackupServiceRolePolicyForS3Backup")
    return {
        "resource": {
            "aws_iam_role": {"backup": role},
            "aws_iam_role_policy_attachment": {
                f"backup_{part}": {
                    "role": Ref("aws_iam_role", "backup", "name"),
                    "policy_arn": text("arn:", Expr("local.tenant_partition"), f":iam::aws:policy/{policy}"),
                }
                for part, policy in zip(("data", "objects"), managed, strict=True)
            },
        }
    }
