"""The tenant's schema.sql, at each isolation level."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Result, Slot, Unsupported, document
from tenantc.emit.postgres.database import OWN_DATABASE, own_database
from tenantc.emit.postgres.grants import own_schema
from tenantc.emit.postgres.policies import no_way_around
from tenantc.emit.postgres.role import tenant_role
from tenantc.emit.postgres.script import transaction
from tenantc.emit.postgres.sharing import tenant_line, tenants_group

_IN_SHARED: Final = ("Run in the estate's shared database, after the estate's schema.sql, as the role that ran that:",)
_IN_OWN: Final = ("Run in the tenant's own database, after database.sql, as the role that ran that:",)

_ROW_SECURITY: Final = "infrastructure.database.row_level_security"
_SCHEMA: Final = "give the tenant a schema of its own with `infrastructure.isolation_level`"


@document(
    "sql",
    kind="role",
    looks=(
        "infrastructure.isolation_level",
        _ROW_SECURITY,
        "tenant.status",
        "workspace.platform",
        "deployment.environment",
        "workspace.sql.shared_tables",
    ),
    places=("infrastructure.database.max_connections", "infrastructure.database.query_timeout_seconds"),
)
def tenant_schema(
    names: Names,
    isolation: str | None,
    row_security: str | None,
    status: str,
    platform: str,
    environment: str,
    tables: tuple[str, ...] | None,
    connections: Slot | None,
    timeout: Slot | None,
) -> Result:
    """The tenant's role, and what it may reach: its rows in shared tables, its schema, or its database.

    Shared tables force row security on whoever comes; where all rows are the tenant's, none are there to hide.

    Nothing in it drops or empties anything. What a tenant leaves behind when its level changes stays.
    """
    if isolation is None:
        return None
    if isolation == "shared" and row_security in ("none", "enabled"):
        return Unsupported(_ROW_SECURITY, (f"set `{_ROW_SECURITY}` to `forced`", _SCHEMA))
    role = tenant_role(names, status, connections, timeout)
    if isolation in OWN_DATABASE:
        return transaction(_IN_OWN, "THE_TENANTS_DATABASE", [*role, *own_database(names)])
    if isolation == "schema":
        return transaction(_IN_SHARED, "DATABASE", [*role, *own_schema(names)])
    if tables:
        role += tenant_line(names, tenants_group(platform, environment))
        role.append(no_way_around(names.postgres_role))
    return transaction(_IN_SHARED, "DATABASE", role)
