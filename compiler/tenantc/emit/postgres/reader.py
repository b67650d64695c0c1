"""The tenant's reader.sql: a role that only reads, for replicas, and sees what sensitive fields hold masked."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Ref, Slot, Tree, document
from tenantc.emit.postgres.database import OWN_DATABASE
from tenantc.emit.postgres.role import made_role, session_settings
from tenantc.emit.postgres.script import transaction
from tenantc.emit.postgres.sharing import MASKED_SCHEMA, readers_group, role_line
from tenantc.emit.statement import Identifier, Literal, Sql, sql

FILE: Final = "reader.sql"
_SUFFIX: Final = "reader"


@document(
    "sql",
    kind="role",
    file=FILE,
    looks=(
        "infrastructure.isolation_level",
        "infrastructure.database.read_replicas",
        "tenant.status",
        "workspace.platform",
        "deployment.environment",
    ),
    places=("infrastructure.database.max_connections", "infrastructure.database.query_timeout_seconds"),
)
def tenant_reader(
    names: Names,
    isolation: str | None,
    replicas: int | None,
    status: str,
    platform: str,
    environment: str,
    connections: Slot | None,
    timeout: Slot | None,
) -> Tree:
    """Made on the primary, from which a replica has its roles.

    That its transactions only read is a default that a session may change; that it may only read is not.
    """
    if isolation is None or not replicas:
        return None
    role = names.sub("postgres_role", _SUFFIX)
    own = isolation in OWN_DATABASE
    readers = readers_group(platform, environment)
    statements = [
        made_role(role),
        *session_settings(role, status, connections, timeout),
        sql("ALTER ROLE ", Ref("role", role), " SET default_transaction_read_only = on"),
        *role_line(names, _SUFFIX, reads_only=True),
        sql("GRANT ", Identifier(readers), " TO ", Ref("role", role)),
    ]
    if own:
        statements.append(
            sql("GRANT CONNECT ON DATABASE ", Identifier(names.postgres_database), " TO ", Ref("role", role))
        )
    if isolation == "shared":
        masked: str | Slot = MASKED_SCHEMA
    else:
        masked = MASKED_SCHEMA if own else names.sub("postgres_schema", "masked")
        statements += _views(Literal("public") if own else Literal(names.postgres_schema), masked, role)
    statements.append(sql("ALTER ROLE ", Ref("role", role), " SET search_path = ", Identifier(masked)))
    where = "the tenant's own" if own else "the estate's shared"
    head = f"Run in {where} database, after the tenant's records.sql, as the role that ran that:"
    return transaction((head,), "THE_TENANTS_DATABASE" if own else "DATABASE", statements, FILE)


def _views(home: Literal, masked: str | Slot, role: Slot) -> list[Sql]:
    schema = Identifier(masked)
    return [
        sql("CREATE SCHEMA IF NOT EXISTS ", schema),
        sql("REVOKE ALL ON SCHEMA ", schema, " FROM PUBLIC"),
        sql("GRANT USAGE ON SCHEMA ", schema, " TO ", Ref("role", role)),
        sql("CALL tenantc.make_masked_views(", home, ", ", Literal(masked), ", ", Literal(role), ")"),
    ]
