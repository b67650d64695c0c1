"""The estate's schema.sql: what must stand in the shared database before a tenant comes in."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Ref, Tree, document
from tenantc.emit.postgres.policies import keepers_policy, no_other_policy, no_way_around, row_security, sequence_grants
from tenantc.emit.postgres.records.guard import guarded
from tenantc.emit.postgres.records.masking import masked_views
from tenantc.emit.postgres.script import transaction
from tenantc.emit.postgres.sharing import group_role, keepers_group, readers_group, roles_table, tenants_group
from tenantc.emit.statement import Dollar, Identifier, Literal, Sql, joined, sql

IN_SHARED_DATABASE: Final = frozenset({"shared", "schema"})
"""The isolation levels at which tenants live in the estate's shared database."""

_HEAD: Final = (
    "Run in the estate's shared database, after records.sql and before the files of its tenants, as the owner of",
    "database and shared tables, who may create roles and is better no superuser, whose views and functions no row",
    "security binds:",
)


@document(
    "sql",
    kind="role",
    scope="estate",
    looks=(
        "workspace.platform",
        "deployment.environment",
        "workspace.sql.shared_tables",
        "workspace.sql.tenant_column",
        "workspace.sql.ciphertext",
    ),
    columns=("infrastructure.isolation_level",),
)
def shared_database(
    platform: str,
    environment: str,
    tables: tuple[str, ...] | None,
    column: str,
    ciphertext: str | None,
    levels: tuple[str, ...],
) -> Tree:
    """Row security on the shared tables, for as long as a tenant lives in their database.

    Their owner is bound by it too. Whoever works on all tenants' rows needs a role with BYPASSRLS.
    """
    if IN_SHARED_DATABASE.isdisjoint(levels):
        return None
    statements = [_public_shut()]
    if tables:
        groups = tenants_group, keepers_group, readers_group
        statements += _sharing(tables, column, *(group(platform, environment) for group in groups))
        statements += [guarded("NULL", ciphertext), sql("CALL tenantc.count_tables(NULL, NULL)")]
    return transaction(_HEAD, "DATABASE", statements)


def _sharing(tables: tuple[str, ...], column: str, group: str, keepers: str, readers: str) -> list[Sql]:
    schemas = dict.fromkeys(table.split(".")[0] for table in tables)
    roles = joined(", ", [Ref("role", group), Ref("role", keepers)])
    return [
        group_role(group),
        group_role(keepers),
        group_role(readers),
        *roles_table(group),
        *(sql("GRANT USAGE ON SCHEMA ", Identifier(schema), " TO ", roles) for schema in schemas),
        *(statement for table in tables for statement in row_security(table, column, group)),
        *(statement for table in tables for statement in keepers_policy(table, keepers)),
        sequence_grants(group),
        *masked_views(readers),
        no_other_policy(group),
        no_way_around(group),
    ]


def _public_shut() -> Sql:
    """Nobody may leave a function or operator in `public` for another tenant to stumble over.

    So it is since PostgreSQL 15 (https://www.postgresql.org/docs/release/15.0/), but not in databases that were
    upgraded. REVOKE by somebody who may not only warns, hence the question. Some platforms drop the schema.
    """
    public = Literal("public")
    return sql(
        "DO ",
        Dollar(
            sql(
                "\nBEGIN\n  IF to_regnamespace(", public, ") IS NOT NULL THEN\n",
                "    REVOKE CREATE ON SCHEMA public FROM PUBLIC;\n",
                "    IF has_schema_privilege(", public, ", ", public, ", ", Literal("CREATE"), ") THEN\n",
                "      RAISE EXCEPTION ",
                Literal("PUBLIC may create objects in schema public, and only its owner can revoke that"),
                ";\n    END IF;\n  END IF;\nEND\n",
            )
        ),
    )  # fmt: skip
