"""What gives a tenant's role, schema or database another name, where the next build calls it so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from tenantc.emit.node import Tree
from tenantc.emit.postgres.script import atomic, run_as
from tenantc.emit.postgres.steps import block
from tenantc.emit.statement import Identifier, Literal, Sql, SqlPart, code, sql
from tenantc.source.frozen import Frozen

_HEAD: Final = (
    "Gives other names to what the tenant has, which keeps what it holds and who may reach it. Run it {where},",
    "once or more often, as the role that runs the other files, while the tenant's application stands still and before",
    "any file of the build that calls them so; then all files of the tenant of that build.",
)
_CATALOGS: Final = {
    "ROLE": ("pg_roles", "rolname"),
    "SCHEMA": ("pg_namespace", "nspname"),
    "DATABASE": ("pg_database", "datname"),
}
# A name that is taken may be another tenant's, or of one that was adopted: only a reader can tell.
_RENAME: Final = """
DECLARE
  found name[];
BEGIN
  SELECT array_agg(c.{column}) INTO found FROM {catalog} AS c WHERE c.{column} IN ({old}, {new});
  IF cardinality(found) = 2 THEN
    RAISE EXCEPTION 'both % and % are there, and one of them has to be somebody else''s', {old}, {new};
  ELSIF found = ARRAY[{old}]::name[] THEN
    EXECUTE format('ALTER %s %I RENAME TO %I', {kind}, {old}::text, {new}::text);
  END IF;
END
"""
_LINE: Final = """
UPDATE tenantc.tenant_roles AS l SET role_name = {new} WHERE l.role_name = {old} AND l.tenant_id = {tenant}"""
# What a template made in the schema is made, whatever it is called.
_HOMES: Final = (
    "UPDATE tenantc.tenants AS t SET home = {new} WHERE t.home = {old} AND t.tenant_id = {tenant}",
    "UPDATE tenantc.templates AS t SET home = {new} WHERE t.home = {old}",
)


class Renaming(Frozen):
    """A ROLE, SCHEMA or DATABASE and its names. `is_home` is the schema that holds the tenant's rows."""

    kind: str
    old: str
    new: str
    is_home: bool = False


def renamed(tenant: str, renamings: Iterable[Renaming], database: str, file: str) -> Tree:
    """`database` is the tenant's own as it is called afterwards, empty where it lives in the estate's shared one."""
    held = list(renamings)
    named = [_renamed(one) for one in held]
    told = [
        *(_line(tenant, one) for one in held if one.kind == "ROLE"),
        *(code(text, **_parts(one), tenant=Literal(tenant)) for one in held if one.is_home for text in _HOMES),
    ]
    where = "on the server of the tenant's own database, in another" if database else "in the estate's shared database"
    head = [line.format(where=where) for line in _HEAD]
    return [
        *run_as(head, "postgres" if database else "DATABASE", file),
        sql("\\set ON_ERROR_STOP on", end=""),
        *(_in_two_databases(named, database, told) if database else atomic([*named, *told])),
    ]


def _in_two_databases(named: Sequence[Sql], database: str, told: Sequence[Sql]) -> list[Sql]:
    """Nobody renames the database that he is in, but names of databases and roles are the server's."""
    return [*atomic(named), sql("\\connect ", Identifier(database), end=""), *atomic(told)]


def _renamed(one: Renaming) -> Sql:
    catalog, column = _CATALOGS[one.kind]
    return block(_RENAME, **_parts(one), catalog=catalog, column=column, kind=Literal(one.kind))


def _line(tenant: str, one: Renaming) -> Sql:
    return code(_LINE.strip(), **_parts(one), tenant=Literal(tenant))


def _parts(one: Renaming) -> dict[str, SqlPart]:
    return {"old": Literal(one.old), "new": Literal(one.new)}
