"""A database of the tenant's own: making it from outside, and closing it from inside."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Ref, Tree, document
from tenantc.emit.postgres.grants import schema_grants
from tenantc.emit.postgres.sharing import OWN_PREFIX, ROLES_SCHEMA
from tenantc.emit.statement import Dollar, Identifier, Literal, Sql, comment, sql

OWN_DATABASE: Final = ("database", "cluster")
"""The isolation levels at which a tenant has a database of its own."""


@document("sql", kind="database", looks=("infrastructure.isolation_level",), file="database.sql")
def tenant_database(names: Names, isolation: str | None) -> Tree:
    """Makes the database if it isn't there, closed to everybody; the tenant's schema.sql lets its role in.

    CREATE DATABASE runs in no transaction, so the database takes no connections until PUBLIC's right to connect is
    gone. template0, since template1 holds whatever anybody put there
    (https://www.postgresql.org/docs/current/manage-ag-templatedbs.html).
    """
    if isolation not in OWN_DATABASE:
        return None
    database = Identifier(names.postgres_database)
    server = "the tenant's own server" if isolation == "cluster" else "the estate's server"
    return [
        comment(f"Run on {server}, in its maintenance database, as a role that may create databases;"),
        comment("then schema.sql as the same role, in the database made here:"),
        comment("  psql --dbname postgres --file database.sql"),
        sql("\\set ON_ERROR_STOP on", end=""),
        sql(
            "SELECT ",
            Literal(
                sql("CREATE DATABASE ", database, " TEMPLATE template0 ENCODING ", Literal("UTF8"),
                    " ALLOW_CONNECTIONS false")
            ),
            "\n  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = ",
            Literal(names.postgres_database), ") \\gexec",
            makes=[("database", names.postgres_database)],
            end="",
        ),
        sql("REVOKE ALL ON DATABASE ", database, " FROM PUBLIC"),
        sql("ALTER DATABASE ", database, " ALLOW_CONNECTIONS true"),
    ]  # fmt: skip


def own_database(names: Names) -> list[Sql]:
    """The inside of the tenant's database: its role comes in, and `public` is the tenant's schema and nobody else's."""
    return [
        _inside(names),
        sql(
            "GRANT CONNECT, TEMPORARY ON DATABASE ", Ref("database", names.postgres_database),
            " TO ", Ref("role", names.postgres_role),
        ),
        *schema_grants(names, Identifier("public")),
        sql("ALTER ROLE ", Ref("role", names.postgres_role), " SET search_path = ", Identifier("public")),
    ]  # fmt: skip


def _inside(names: Names) -> Sql:
    """Fails in any other database and in one with shared tables: its whole `public` would be granted to the tenant."""
    return sql(
        "DO ",
        Dollar(
            sql(
                "\nBEGIN\n  IF current_database() <> ", Literal(names.postgres_database), " THEN\n    RAISE EXCEPTION ",
                Literal("this belongs in the database %, not in %"), ", ", Literal(names.postgres_database),
                ", current_database();\n  END IF;\n",
                "  IF EXISTS (SELECT FROM pg_policies WHERE starts_with(policyname, ", Literal(OWN_PREFIX),
                ")\n    AND schemaname <> ", Literal(ROLES_SCHEMA), ") THEN\n",
                "    RAISE EXCEPTION ", Literal("database % holds tables that tenants share"),
                ", current_database();\n  END IF;\nEND\n",
            )
        ),
    )  # fmt: skip
