"""Who a tenant is to the shared tables: the table that says which role acts for which tenant, and the tenants' group.

The table lies in a schema that no tenant may use. A tenant's role may read its own line all the same, since a policy
has found the table when it was created; so a policy needs no function of its owner's that a tenant could call for
another's role, and no session setting. The row security of the table itself shows every role its own line alone.

Grants stand on the group: a table's privileges lie in its row of pg_class, which has room for about 2 400 roles
(measured on PostgreSQL 15 and 18: "row is too big") and which two deployments can't change at once.
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Ref, slug
from tenantc.emit.naming import KINDS
from tenantc.emit.statement import Dollar, Identifier, Literal, Sql, sql

OWN_PREFIX: Final = "tenantc_"
"""How the names of our own policies begin."""

RESERVED_PREFIX: Final = "tenantc__"
"""How the names of our own roles begin; no derived name does, as a tenant id begins with a letter."""

KEEPERS_SUFFIX: Final = "__keepers"

ROLES_SCHEMA: Final = "tenantc"
SERVICE_SCHEMA: Final = "tenantc_api"
"""What tenants may call."""
MASKED_SCHEMA: Final = "tenantc_masked"
"""Where views show shared tables, or those of a tenant's own database, to those who may not see all."""
_TABLE: Final = (ROLES_SCHEMA, "tenant_roles")
_OWN_LINE: Final = "tenantc_own_line"


def tenants_group(platform: str, environment: str) -> str:
    """The role whose members are the tenants of the shared tables; roles are a server's, so it bears the platform."""
    return _group(platform, environment, "")


def callers_group(platform: str, environment: str) -> str:
    """The role whose members may call what tenants are served with; every tenant's role is one, at whatever level."""
    return _group(platform, environment, "__callers")


def keepers_group(platform: str, environment: str) -> str:
    """The role whose members look after all tenants' data: the platform's scheduler and its privacy team."""
    return _group(platform, environment, KEEPERS_SUFFIX)


def readers_group(platform: str, environment: str) -> str:
    """The role whose members only read, and sensitive fields masked."""
    return _group(platform, environment, "__readers")


def _group(platform: str, environment: str, suffix: str) -> str:
    limit = KINDS["postgres_role"].limit - len(RESERVED_PREFIX) - len(suffix)
    # two separators stand in no slug
    return RESERVED_PREFIX + slug(f"{platform}_{environment}", limit, "_") + suffix


def group_role(group: str) -> Sql:
    """Makes the group, which nobody logs in as."""
    return sql(
        "DO ",
        Dollar(
            sql(
                "\nBEGIN\n  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ", Literal(group), ") THEN\n",
                "    CREATE ROLE ", Identifier(group), " NOLOGIN;\n  END IF;\nEND\n",
            )
        ),
        makes=[("role", group)],
    )  # fmt: skip


def roles_table(group: str) -> list[Sql]:
    """Makes the table. Its owner alone writes it, and is not bound by its row security, or nobody could."""
    table = Identifier(*_TABLE)
    policy = Identifier(_OWN_LINE)
    return [
        sql("CREATE SCHEMA IF NOT EXISTS ", Identifier(ROLES_SCHEMA), makes=[("schema", ROLES_SCHEMA)]),
        sql("REVOKE ALL ON SCHEMA ", Identifier(ROLES_SCHEMA), " FROM PUBLIC, ", Ref("role", group)),
        sql(
            "CREATE TABLE IF NOT EXISTS ", table, " (\n",
            "  ", Identifier("role_name"), " name PRIMARY KEY,\n",
            "  ", Identifier("tenant_id"), " text NOT NULL\n)",
        ),
        sql("ALTER TABLE ", table, " ADD COLUMN IF NOT EXISTS ", Identifier("reads_only"),
            " boolean NOT NULL DEFAULT false"),
        sql("REVOKE ALL ON TABLE ", table, " FROM PUBLIC, ", Ref("role", group)),
        sql("ALTER TABLE ", table, " ENABLE ROW LEVEL SECURITY"),
        sql("DROP POLICY IF EXISTS ", policy, " ON ", table),
        sql(
            "CREATE POLICY ", policy, " ON ", table, " FOR SELECT\n",
            "  USING (", Identifier("role_name"), " = CURRENT_USER)",
        ),
        sql("GRANT SELECT ON TABLE ", table, " TO ", Ref("role", group)),
    ]  # fmt: skip


def own_tenant() -> Sql:
    """The tenant that the current role acts for, and null if it acts for none.

    Nothing of the row is in it, so PostgreSQL looks it up once a statement (an InitPlan), not once a row.
    """
    return sql(
        "(SELECT ", Identifier("line", "tenant_id"), " FROM ", Identifier(*_TABLE), " AS ", Identifier("line"),
        " WHERE ", Identifier("line", "role_name"), " = CURRENT_USER)",
    )  # fmt: skip


def role_names() -> Sql:
    """The roles that act for tenants, as what a SELECT reads."""
    return sql(Identifier("role_name"), " FROM ", Identifier(*_TABLE))


def tenant_line(names: Names, group: str) -> list[Sql]:
    """Lets the tenant's role act for the tenant, and no role it had before.

    A role that acts for another tenant already violates the primary key: it is never handed on silently.
    """
    return [sql("GRANT ", Identifier(group), " TO ", Ref("role", names.postgres_role)), *role_line(names)]


def role_line(names: Names, suffix: str = "", *, reads_only: bool = False) -> list[Sql]:
    """The line of the tenant's role, or of the one that is longer by `suffix` and only reads."""
    role, tenant = Literal(names.sub("postgres_role", suffix)), Literal(names.tenant_id)
    reads = "true" if reads_only else "false"
    columns = sql(Identifier("role_name"), ", ", Identifier("tenant_id"), ", ", Identifier("reads_only"))
    own = sql(Identifier("tenant_id"), " = ", tenant, " AND ", Identifier("reads_only"), f" = {reads}",
              " AND ", Identifier("role_name"))  # fmt: skip
    return [
        sql("DELETE FROM ", Identifier(*_TABLE), " WHERE ", own, " <> ", role),
        sql(
            "INSERT INTO ", Identifier(*_TABLE), " (", columns, ")\n",
            "  SELECT ", role, ", ", tenant, f", {reads}",
            " WHERE NOT EXISTS (SELECT FROM ", Identifier(*_TABLE), " WHERE ", own, " = ", role, ")",
        ),
    ]  # fmt: skip
