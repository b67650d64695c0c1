"""What a tenant's role may do in a schema that is the tenant's alone: read and write rows, and change no table."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Ref
from tenantc.emit.postgres.sharing import OWN_PREFIX
from tenantc.emit.statement import Dollar, Identifier, Literal, Sql, sql

_ROWS: Final = "SELECT, INSERT, UPDATE, DELETE"


def schema_grants(names: Names, schema: Identifier) -> list[Sql]:
    """Shuts the schema to everybody and opens it to the tenant's role, for tables of today and of tomorrow.

    Default privileges hold for what the role that runs this creates later; tables that another role creates are
    granted by the next run. Who may not use a schema reaches nothing in it, whatever is granted on the tables.
    """
    role = Ref("role", names.postgres_role)
    return [
        sql("REVOKE ALL ON SCHEMA ", schema, " FROM PUBLIC"),
        sql("GRANT USAGE ON SCHEMA ", schema, " TO ", role),
        sql(f"GRANT {_ROWS} ON ALL TABLES IN SCHEMA ", schema, " TO ", role),
        sql("GRANT USAGE ON ALL SEQUENCES IN SCHEMA ", schema, " TO ", role),
        sql("ALTER DEFAULT PRIVILEGES IN SCHEMA ", schema, f"\n  GRANT {_ROWS} ON TABLES TO ", role),
        sql("ALTER DEFAULT PRIVILEGES IN SCHEMA ", schema, "\n  GRANT USAGE ON SEQUENCES TO ", role),
    ]


def own_schema(names: Names) -> list[Sql]:
    """The tenant's schema, where its role's unqualified names are looked up."""
    schema = Identifier(names.postgres_schema)
    return [
        _not_shared(names),
        sql("CREATE SCHEMA IF NOT EXISTS ", schema, makes=[("schema", names.postgres_schema)]),
        *schema_grants(names, schema),
        sql("ALTER ROLE ", Ref("role", names.postgres_role), " SET search_path = ", schema),
    ]


def _not_shared(names: Names) -> Sql:
    """Fails where the name is pinned to a schema with shared tables: all tables in it would be granted."""
    return sql(
        "DO ",
        Dollar(
            sql(
                "\nDECLARE\n  tenant_schema CONSTANT name := ", Literal(names.postgres_schema), ";\nBEGIN\n",
                "  IF EXISTS (SELECT FROM pg_policies WHERE schemaname = tenant_schema AND starts_with(policyname, ",
                Literal(OWN_PREFIX), ")) THEN\n    RAISE EXCEPTION ",
                Literal("schema % holds tables that tenants share"), ", tenant_schema;\n  END IF;\nEND\n",
            )
        ),
    )  # fmt: skip
