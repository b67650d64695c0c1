"""By which steps a tenant comes, moves up, is suspended and goes (schemas/cli/plan.json).

The order of provisioning is that of `lifecycle.provisioning.order`; what stands above tenants comes before them, and of
what a tenant has, cloud before database before cluster: each needs the one before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from tenantc.source.frozen import Frozen
from tenantc.source.path import Path
from tenantc.source.value import Value

Step: TypeAlias = dict[str, Any]
Look: TypeAlias = Mapping[Path, Value]

_LIFE: Final = "lifecycle"
READS: Final[tuple[Path, ...]] = (
    f"{_LIFE}.provisioning",
    f"{_LIFE}.upgrade",
    f"{_LIFE}.suspension",
    f"{_LIFE}.deprovisioning",
)
"""The settings that decide about the steps."""
ORDER: Final[Path] = f"{_LIFE}.provisioning.order"
_NEEDS: Final = (
    ("configuration", "resource_allocation"),
    ("integration", "configuration"),
    ("verification", "configuration"),
    ("activation", "configuration"),
)


class Where(Frozen):
    """Where a tenant's artifacts lie in a build: its folder with the files in it, its estate's, its root's.

    A root is empty where Terraform makes nothing; `module` is the tenant's address in one that it shares.
    """

    folder: str
    files: frozenset[str]
    estate: str
    root: str
    module: str

    @property
    def own_root(self) -> bool:
        return self.root == self.folder

    def having(self, name: str) -> list[str]:
        """The path of a file, if there is one."""
        return [f"{self.folder}/{name}"] if name in self.files else []


def misplaced(order: Sequence[Value]) -> tuple[str, str] | None:
    """A stage of provisioning that would be taken before another which it needs; None where all is well."""
    places = {stage: index for index, stage in enumerate(order)}
    wrong = ((one, other) for one, other in _NEEDS if one in places and other in places)
    return next(((one, other) for one, other in wrong if places[one] < places[other]), None)


def flows(look: Look, where: Where) -> dict[str, Any]:
    """Every flow of a tenant."""
    return {
        "provisioning": _provisioning(look, where),
        "upgrade": _upgrade(look, where),
        "suspension": _suspension(look, where),
        "deprovisioning": _deprovisioning(look, where),
    }


def _provisioning(look: Look, where: Where) -> dict[str, Any]:
    order = look.get(ORDER, ())
    assert isinstance(order, tuple), "the schema says a list"
    made: Mapping[str, Sequence[Step]] = {
        "validation": _validation(where),
        "resource_allocation": [_estate(where), *_cloud(where), *_database(where)],
        "configuration": [*_schema(where), *_cluster(where), *_charts(where)],
        "integration": _secrets(where),
        "verification": _verification(where),
        "activation": [{"does": "set_status", "status": "active"}],
    }
    return {
        "timeout_minutes": look.get(f"{_LIFE}.provisioning.timeout"),
        "on_failure": "undo" if look.get(f"{_LIFE}.provisioning.rollback_on_failure") else "stop",
        "steps": [{"stage": stage, **step} for stage in map(str, order) for step in made[stage]],
    }


def _upgrade(look: Look, where: Where) -> dict[str, Any]:
    """From one build to the next, which may say another tier or another isolation level."""
    told = {part: look.get(f"{_LIFE}.upgrade.{part}") for part in ("validation", "backup", "migration", "verification")}
    steps: list[Step] = []
    if told["validation"] == "check_compatibility":
        steps += [{"stage": "validation", **step} for step in ({"does": "compare_builds"}, *_validation(where))]
    if told["backup"] == "create_snapshot":
        steps.append({"stage": "backup", "does": "back_up", "keep_until": "verified"})
    moves = [_estate(where), *_cloud(where), *_database(where), *_migration(where), *_cluster(where), *_charts(where)]
    if told["migration"] == "maintenance_window":
        moves = [{"does": "set_status", "status": "maintenance"}, *moves, {"does": "set_status", "status": "active"}]
    steps += [{"stage": "migration", **step} for step in moves]
    if told["verification"] != "none":
        tests = {"does": "test", "suite": str(told["verification"]).removeprefix("run_")}
        steps += [{"stage": "verification", **step} for step in (*_verification(where), tests)]
    rollback = look.get(f"{_LIFE}.upgrade.rollback")
    return {
        "strategy": told["migration"],
        "on_failure": "undo" if rollback == "automatic_if_failure" else "ask",
        "steps": steps,
    }


def _suspension(look: Look, where: Where) -> dict[str, Any]:
    steps: list[Step] = [{"does": "set_status", "status": "suspended"}, *_schema(where), *_cluster(where)]
    if look.get(f"{_LIFE}.suspension.revoke_integrations"):
        steps.append({"does": "revoke_integrations"})
    return {"audit_logging": look.get(f"{_LIFE}.suspension.audit_logging"), "steps": steps}


def _deprovisioning(look: Look, where: Where) -> dict[str, Any]:
    """By days after the end of the contract; what destroys waits while a legal hold stands."""
    said = {path.rpartition(".")[2]: value for path, value in look.items() if path.startswith(READS[3])}
    grace, kept = int(said["grace_period_days"]), int(said["data_retention_days"])  # type: ignore[arg-type]
    steps: list[Step] = [{"day": 0, "does": "set_status", "status": "suspended"}]
    if said.get("export_enabled"):
        steps.append({"day": 0, "until_day": said.get("export_window_days"), "does": "export_data"})
    steps.append({"day": grace, "does": "end_grace"})
    if said.get("backup_before_deletion"):
        steps.append({"day": kept, "does": "back_up", "keep_until": "backups_purged"})
    steps += [{"day": kept, "unless": "legal_hold", **step} for step in _destruction(said, where)]
    # counted from the destruction, as its schema says
    purged = kept + int(said.get("purge_backups_days") or 0)  # type: ignore[arg-type]
    steps.append({"day": purged, "unless": "legal_hold", "does": "purge_backups"})
    if said.get("compliance_certificates"):
        certificate = {"does": "certify_destruction", "signed": bool(said.get("certificate_signed"))}
        steps.append({"day": purged, "unless": "legal_hold", **certificate})
    return {"legal_hold": bool(said.get("legal_hold")), "steps": steps}


def _destruction(said: Mapping[str, Value], where: Where) -> list[Step]:
    method = said.get("destruction_method") if said.get("secure_data_destruction") else "delete"
    steps: list[Step] = [{"does": "revoke_integrations"}]
    if "kubernetes.yaml" in where.files:
        steps.append({"does": "delete_kubernetes", "artifacts": where.having("kubernetes.yaml")})
    if "schema.sql" in where.files:
        steps.append({"does": "erase_database", "artifacts": where.having("schema.sql")})
    if where.root:
        alone = {"target": where.module} if where.module else {}
        steps.append({"does": "destroy_terraform", "folder": where.root, **alone})
    steps.append({"does": "destroy_data", "method": method})
    return [*steps, {"does": "set_status", "status": "terminated"}]


def _validation(where: Where) -> list[Step]:
    steps: list[Step] = [{"does": "verify_manifest"}]
    if where.root:
        steps.append({"does": "plan_terraform", "folder": where.root})
    if "kubernetes.yaml" in where.files:
        steps.append({"does": "compare_kubernetes", "artifacts": where.having("kubernetes.yaml")})
    return steps


def _verification(where: Where) -> list[Step]:
    """Everything once more: whatever would still change is not there."""
    steps: list[Step] = []
    if where.root:
        steps.append({"does": "plan_terraform", "folder": where.root, "expect": "no_changes"})
    if "kubernetes.yaml" in where.files:
        artifacts = where.having("kubernetes.yaml")
        steps.append({"does": "compare_kubernetes", "artifacts": artifacts, "expect": "no_changes"})
    return steps


def _estate(where: Where) -> Step:
    return {"does": "apply_estate", "folder": where.estate}


def _cloud(where: Where) -> list[Step]:
    return [{"does": "apply_terraform", "folder": where.root}] if where.root else []


def _database(where: Where) -> list[Step]:
    found = where.having("database.sql")
    return [{"does": "run_sql", "in": "maintenance_database", "artifacts": found}] if found else []


def _schema(where: Where) -> list[Step]:
    """The tenant's schema and role, its settings for what serves every tenant of a database, and who only reads.

    What serves them is the estate's; a database of the tenant's own gets it first.
    """
    own = "database.sql" in where.files
    serves = [f"{where.estate}/records.sql"] if own and "records.sql" in where.files else []
    after = [path for name in ("records.sql", "reader.sql") for path in where.having(name)]
    found = [*serves, *where.having("schema.sql"), *after]
    return (
        [{"does": "run_sql", "in": "tenant_database" if own else "shared_database", "artifacts": found}]
        if found
        else []
    )


def _migration(where: Where) -> list[Step]:
    """Rows move before what the new build says holds, where it keeps them elsewhere."""
    return [{"does": "migrate_sql"}, *_schema(where)] if "schema.sql" in where.files else []


def _cluster(where: Where) -> list[Step]:
    found = where.having("kubernetes.yaml")
    return [{"does": "apply_kubernetes", "artifacts": found}] if found else []


def _charts(where: Where) -> list[Step]:
    found = where.having("values.yaml")
    return [{"does": "deploy_charts", "artifacts": found}] if found else []


def _secrets(where: Where) -> list[Step]:
    found = where.having("kubernetes.yaml")
    return [{"does": "await_secrets", "artifacts": found}] if found else []
