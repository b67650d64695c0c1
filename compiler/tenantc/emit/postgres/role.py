"""The role that a tenant's sessions log in as. Roles are a server's, not a database's."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Ref, Slot, text
from tenantc.emit.postgres.sharing import KEEPERS_SUFFIX, OWN_PREFIX, RESERVED_PREFIX
from tenantc.emit.statement import Dollar, Literal, Sql, sql

_UNLIMITED_CONNECTIONS: Final = -1
"""PostgreSQL's own default (https://www.postgresql.org/docs/current/sql-createrole.html)."""


def tenant_role(names: Names, status: str, connections: Slot | None, timeout: Slot | None) -> list[Sql]:
    """The role, without a password (the platform sets one or uses another way in); shut while suspended."""
    role = names.postgres_role
    return [made_role(role), *session_settings(role, status, connections, timeout)]


def session_settings(role: Slot, status: str, connections: Slot | None, timeout: Slot | None) -> list[Sql]:
    """The timeout is a default that a session may change, since PostgreSQL has no ceiling for it."""
    named = Ref("role", role)
    login = "NOLOGIN" if status == "suspended" else "LOGIN"
    limit = _UNLIMITED_CONNECTIONS if connections is None else connections
    return [
        sql("ALTER ROLE ", named, f" {login} CONNECTION LIMIT ", limit),
        sql("ALTER ROLE ", named, " RESET statement_timeout")
        if timeout is None
        else sql("ALTER ROLE ", named, " SET statement_timeout = ", Literal(text(timeout, "s"))),
    ]


def made_role(role: Slot) -> Sql:
    """Makes the role, and fails where one of that name can do more than a tenant may.

    A pinned name may be any role's. One that passes row security by, makes roles or databases, owns shared tables, or
    can act as PostgreSQL's predefined roles, as whoever runs this or as somebody else who logs in, would undo every
    level of isolation. A membership that opens nothing, such as `rds_iam`, is the platform's own business.
    """
    return sql(
        "DO ",
        Dollar(
            sql(
                "\nDECLARE\n  tenant_role CONSTANT name := ", Literal(role), ";\n",
                "  powers text;\nBEGIN\n",
                "  IF starts_with(tenant_role, ", Literal(RESERVED_PREFIX), ") THEN\n    RAISE EXCEPTION ",
                Literal("role names that begin with % belong to tenantc"), ", ", Literal(RESERVED_PREFIX), ";\n",
                "  END IF;\n",
                "  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = tenant_role) THEN\n",
                "    EXECUTE format(", Literal("CREATE ROLE %I NOLOGIN"), ", tenant_role);\n",
                "  END IF;\n",
                "  SELECT string_agg(r.rolname, ", Literal(", "), " ORDER BY r.rolname) INTO powers\n",
                "  FROM pg_roles AS r\n",
                "  WHERE pg_has_role(tenant_role, r.oid, ", Literal("MEMBER"), ") AND (\n",
                "    r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication\n",
                "    OR starts_with(r.rolname, ", Literal("pg_"), ") OR r.rolname IN (CURRENT_USER, SESSION_USER)\n",
                "    OR (r.rolcanlogin AND r.rolname <> tenant_role)\n",
                "    OR (starts_with(r.rolname, ", Literal(RESERVED_PREFIX), ") AND right(r.rolname, ",
                f"{len(KEEPERS_SUFFIX)}) = ", Literal(KEEPERS_SUFFIX), ")\n",
                "    OR r.oid IN (\n",
                "      SELECT c.relowner FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid\n",
                "      WHERE starts_with(p.polname, ", Literal(OWN_PREFIX), ")\n    )\n  );\n",
                "  IF powers IS NOT NULL THEN\n    RAISE EXCEPTION ",
                Literal("role % has the powers of %, and no tenant may"), ", tenant_role, powers;\n",
                "  END IF;\nEND\n",
            )
        ),
        makes=[("role", role)],
    )  # fmt: skip
