"""The tenant's records.sql: its row among those that it is served by, and its role's way to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.document import Names, Ref, Result, Slot, Tree, Unsupported, compact_json, document
from tenantc.emit.postgres.database import OWN_DATABASE
from tenantc.emit.postgres.records.guard import guarded
from tenantc.emit.postgres.records.pseudonyms import KNOWN_HASHES
from tenantc.emit.postgres.script import transaction
from tenantc.emit.postgres.service import FILE
from tenantc.emit.postgres.sharing import callers_group, keepers_group, role_line
from tenantc.emit.statement import Identifier, Literal, Sql, sql
from tenantc.source.value import UNLIMITED, Unlimited

_AFTER: Final = "after the estate's records.sql and the tenant's schema.sql, as the role that ran those:"

_HASH: Final = "security.encryption_config.field_hash"
_FORMATS: Final = "compliance.data_governance.privacy.portability_formats"
_PRIVACY: Final = "compliance.data_governance.privacy."
_SETTINGS: Final = (
    *(
        f"limits.{name}"
        for name in (
            "max_users", "concurrent_sessions", "storage_gb", "monthly_bandwidth_gb", "ai_sessions_per_month",
            "api_rate_limit_per_hour", "integrations", "webhook_endpoints", "scheduled_jobs", "custom_models",
            "data_retention_days",
        )
    ),
    "billing.limits_enforcement.hard_limits",
    "billing.limits_enforcement.grace_period_hours",
    "billing.usage_tracking.measured",
    "billing.usage_tracking.real_time_tracking",
    "billing.usage_tracking.detailed_usage_analytics",
    "infrastructure.database.partitioning",
    "security.access_control.audit_enabled",
    "security.encryption_config.field_level",
    *(
        f"monitoring.logging.audit.{name}"
        for name in ("events", "fields", "retention_days", "read_roles", "tenant_readable")
    ),
    "compliance.data_governance.categories",
    "compliance.data_governance.masking.pan",
    "compliance.data_governance.retention_policies",
    "compliance.data_governance.request_log_retention_days",
    *(
        _PRIVACY + name
        for name in (
            "data_minimization", "consent_required", "right_to_deletion", "data_portability", "rectification",
            "optional_processing_by_default", "pseudonymised_analytics", "consent.record_proof",
            "consent.withdrawal_enabled", "consent.minimum_age", "consent.parental_consent",
            "erasure.complete_within_days", "erasure.legal_hold_check", "opt_out.sale_or_sharing",
            "opt_out.honour_gpc", "opt_out.limit_sensitive", "opt_out.complete_within_business_days",
        )
    ),
)  # fmt: skip


@document(
    "sql",
    kind="row",
    file=FILE,
    looks=(
        "infrastructure.isolation_level",
        "workspace.platform",
        "deployment.environment",
        "workspace.sql.ciphertext",
        _HASH,
        _FORMATS,
    ),
    places=_SETTINGS,
)
def tenant_entry(
    names: Names,
    isolation: str | None,
    platform: str,
    environment: str,
    ciphertext: str | None,
    field_hash: str | None,
    formats: tuple[str, ...] | None,
    *settings: Slot | Unlimited | None,
) -> Result:
    """What the tenant's settings say to functions that are the same for all, and the role that may call them."""
    if isolation is None:
        return None
    if field_hash is not None and field_hash not in KNOWN_HASHES:
        return Unsupported(_HASH, tuple(f"set `{_HASH}` to `{one}`" for one in ("hmac_sha256", "sha512")))
    if formats is not None and "pdf" in formats:
        return Unsupported(_FORMATS, (f"take `pdf` from `{_FORMATS}`, of which PostgreSQL makes the others",))
    stated: dict[str, Tree] = {_HASH: field_hash, _FORMATS: formats}
    for path, value in zip(_SETTINGS, settings, strict=True):
        stated[path] = UNLIMITED.value if isinstance(value, Unlimited) else value
    held = {path: value for path, value in sorted(stated.items()) if value is not None}
    own = isolation in OWN_DATABASE
    home, keepers = _home(names, isolation), Identifier(keepers_group(platform, environment))
    statements = [
        sql("GRANT ", Identifier(callers_group(platform, environment)), " TO ", Ref("role", names.postgres_role)),
        *role_line(names),
        *([_reachable(names, keepers)] if own else []),
        *([] if home is None else _kept(Identifier(home), keepers)),
        _settled(names, home, held),
        *([] if home is None else [guarded(Literal(home), ciphertext)]),
    ]
    head = f"Run in the {'tenant' if own else 'estate'}'s {'own' if own else 'shared'} database, {_AFTER}"
    return transaction((head,), "THE_TENANTS_DATABASE" if own else "DATABASE", statements, FILE)


def _home(names: Names, isolation: str) -> str | Slot | None:
    """The schema that is the tenant's alone."""
    return {"shared": None, "schema": names.postgres_schema}.get(isolation, "public")


def _reachable(names: Names, keepers: Identifier) -> Sql:
    return sql("GRANT CONNECT ON DATABASE ", Identifier(names.postgres_database), " TO ", keepers)


def _kept(schema: Identifier, keepers: Identifier) -> list[Sql]:
    """Lets those who delete what nobody may keep at the tenant's tables, of today and of tomorrow."""
    return [
        sql("GRANT USAGE ON SCHEMA ", schema, " TO ", keepers),
        sql("GRANT SELECT, DELETE ON ALL TABLES IN SCHEMA ", schema, " TO ", keepers),
        sql("ALTER DEFAULT PRIVILEGES IN SCHEMA ", schema, "\n  GRANT SELECT, DELETE ON TABLES TO ", keepers),
    ]


def _settled(names: Names, home: str | Slot | None, held: Mapping[str, Tree]) -> Sql:
    return sql(
        "CALL tenantc.settle(",
        Literal(names.tenant_id), ", ", "NULL" if home is None else Literal(home), ", ", Literal(compact_json(held)),
        ")",
        makes=[("row", names.tenant_id)],
    )  # fmt: skip
