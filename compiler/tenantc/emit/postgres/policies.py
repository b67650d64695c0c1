"""Row security of the shared tables: one policy for each table and command, the same for every tenant."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Ref, Slot
from tenantc.emit.postgres.sharing import OWN_PREFIX, own_tenant, role_names
from tenantc.emit.statement import Dollar, Identifier, Literal, Sql, sql

# USING picks the rows that a command meets, WITH CHECK those that it may leave behind; an UPDATE without the second
# would take the first (https://www.postgresql.org/docs/current/sql-createpolicy.html), which is spelled out here.
_CLAUSES: Final = (
    ("SELECT", ("USING",)),
    ("INSERT", ("WITH CHECK",)),
    ("UPDATE", ("USING", "WITH CHECK")),
    ("DELETE", ("USING",)),
)


def row_security(table: str, column: str, group: str) -> list[Sql]:
    """Rows are the tenant's own in everything that a tenant may do with the table, its owner included.

    Policies hold for all roles, so that a view shows its reader's rows whoever owns it.
    """
    name = Identifier(*table.split("."))
    return [
        sql("REVOKE ALL ON TABLE ", name, " FROM PUBLIC, ", Ref("role", group)),
        sql("GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE ", name, " TO ", Ref("role", group)),
        sql("ALTER TABLE ", name, " ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"),
        *(
            statement
            for command, clauses in _CLAUSES
            for statement in _policy(name, command, clauses, sql(Identifier(column), " = ", own_tenant()))
        ),
    ]


def keepers_policy(table: str, keepers: str) -> list[Sql]:
    """Lets those who look after all tenants' data at every row, to delete what nobody may keep."""
    name, policy, role = Identifier(*table.split(".")), Identifier(f"{OWN_PREFIX}keepers"), Ref("role", keepers)
    return [
        sql("GRANT SELECT, DELETE ON TABLE ", name, " TO ", role),
        sql("DROP POLICY IF EXISTS ", policy, " ON ", name),
        sql("CREATE POLICY ", policy, " ON ", name, " TO ", role, " USING (true)"),
    ]


def _policy(table: Identifier, command: str, clauses: tuple[str, ...], own: Sql) -> list[Sql]:
    """Says the policy anew, in the file's one transaction, so that a changed one never survives a run."""
    name = Identifier(OWN_PREFIX + command.lower())
    conditions = [part for clause in clauses for part in (f"\n  {clause} (", own, ")")]
    return [
        sql("DROP POLICY IF EXISTS ", name, " ON ", table),
        sql("CREATE POLICY ", name, " ON ", table, f" FOR {command}", *conditions),
    ]


def sequence_grants(group: str) -> Sql:
    """Lets tenants draw numbers for `serial` columns of the shared tables; identity columns need no grant.

    https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-SERIAL: such a column owns its sequence.
    """
    return sql(
        "DO ",
        Dollar(
            sql(
                "\nDECLARE\n  owned regclass;\nBEGIN\n  FOR owned IN\n",
                "    SELECT s.oid FROM pg_policy AS p\n",
                "    JOIN pg_depend AS d ON d.refclassid = ", _REGCLASS, " AND d.refobjid = p.polrelid\n",
                "    JOIN pg_class AS s ON d.classid = ", _REGCLASS, " AND d.objid = s.oid\n",
                "    WHERE p.polname = ", Literal(f"{OWN_PREFIX}insert"), " AND d.deptype = ", Literal("a"),
                " AND s.relkind = ", Literal("S"), "\n  LOOP\n    EXECUTE format(",
                Literal("GRANT USAGE ON SEQUENCE %s TO %I"), ", owned, ", Literal(group),
                ");\n  END LOOP;\nEND\n",
            )
        ),
    )  # fmt: skip


def no_other_policy(group: str) -> Sql:
    """Fails where another policy lets tenants at more rows, since permissive policies add up.

    https://www.postgresql.org/docs/current/ddl-rowsecurity.html: so the platform's older policy that trusts a session
    setting would stay in force beside ours. One for a role that no tenant can act as is the platform's own business.
    """
    return sql(
        "DO ",
        Dollar(
            sql(
                "\nDECLARE\n  opening text;\nBEGIN\n",
                "  SELECT format(", Literal("%I on %s"), ", p.polname, p.polrelid::regclass) INTO opening\n",
                "  FROM pg_policy AS p\n",
                "  WHERE p.polpermissive AND p.polname NOT IN (",
                *[part for command, _ in _CLAUSES for part in (Literal(OWN_PREFIX + command.lower()), ", ")][:-1],
                ")\n    AND p.polrelid IN (SELECT polrelid FROM pg_policy WHERE polname = ", _SELECT,
                ")\n    AND EXISTS (\n",
                "      SELECT FROM pg_roles AS tenant CROSS JOIN unnest(p.polroles) AS meant (role)\n",
                "      WHERE (tenant.rolname = ", Literal(group), "\n",
                "          OR tenant.rolname IN (SELECT ", role_names(), "))\n",
                "        AND (meant.role = 0 OR pg_has_role(tenant.oid, meant.role, ", Literal("MEMBER"), "))\n",
                "    )\n  LIMIT 1;\n  IF opening IS NOT NULL THEN\n    RAISE EXCEPTION ",
                Literal("policy % opens more rows to tenants than their own: drop it, or make it restrictive"),
                ", opening;\n  END IF;\nEND\n",
            )
        ),
    )  # fmt: skip


def no_way_around(role: str | Slot) -> Sql:
    """Fails where the role may do with a shared table what row security does not see.

    That is TRUNCATE, foreign keys and triggers (https://www.postgresql.org/docs/current/ddl-rowsecurity.html), and
    anything with a partition, which has no row security but its own: only the missing grant protects it.
    """
    name = Literal(role)
    return sql(
        "DO ",
        Dollar(
            sql(
                "\nDECLARE\n  open_tables text;\nBEGIN\n",
                "  WITH RECURSIVE shared (id, guarded) AS (\n",
                "    SELECT polrelid, true FROM pg_policy WHERE polname = ", _SELECT, "\n    UNION\n",
                "    SELECT i.inhrelid, EXISTS (SELECT FROM pg_policy WHERE polrelid = i.inhrelid AND polname = ",
                _SELECT, ")\n    FROM pg_inherits AS i JOIN shared AS s ON i.inhparent = s.id\n  )\n",
                "  SELECT string_agg(id::regclass::text, ", Literal(", "), ") INTO open_tables FROM shared\n",
                "  WHERE has_table_privilege(", name, ", id, ", Literal("TRUNCATE, TRIGGER"), ")\n",
                "    OR has_any_column_privilege(", name, ", id, ", Literal("REFERENCES"), ")\n",
                "    OR (NOT guarded AND (has_table_privilege(", name, ", id, ", Literal("DELETE"), ")\n",
                "      OR has_any_column_privilege(", name, ", id, ", Literal("SELECT, INSERT, UPDATE"), ")));\n",
                "  IF open_tables IS NOT NULL THEN\n    RAISE EXCEPTION ",
                Literal("role % has privileges on % that pass row security by: revoke them"),
                ", ", name, ", open_tables;\n  END IF;\nEND\n",
            )
        ),
    )  # fmt: skip


_REGCLASS: Final = sql(Literal("pg_class"), "::regclass")
_SELECT: Final = Literal(f"{OWN_PREFIX}select")
