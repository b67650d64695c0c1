"""What a database holds of a tenant, table by table, said so that two databases can compare it."""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.steps import block, guarded_by
from tenantc.emit.statement import Dollar, Literal, Sql, SqlPart, code, sql
from tenantc.source.frozen import Frozen

SERVED: Final = (
    "quota_use", "usage_events", "usage_totals", "audit_events", "consents", "refusals", "requests", "legal_holds",
    "hash_keys",
)  # fmt: skip
"""The tables of the schema `tenantc` whose rows go with the tenant; its files state what the others hold."""
# Text is the same in both databases, whatever they are set to: https://www.postgresql.org/docs/current/app-pgdump.html
# does likewise.
_FORMS: Final = {
    "datestyle": "ISO, YMD",
    "intervalstyle": "postgres",
    "timezone": "UTC",
    "extra_float_digits": "3",
    "bytea_output": "hex",
}
# A sum of hashes is the same in whatever order rows lie.
_DIGEST: Final = """
BEGIN
  RETURN ('x' || encode(substr(sha256(convert_to(line, 'UTF8')), 1, 7), 'hex'))::bit(56)::bigint;
END
"""
_LISTED: Final = """
BEGIN
  RETURN coalesce((SELECT string_agg(quote_ident(n.name), ', ' ORDER BY n.place)
    FROM unnest(names) WITH ORDINALITY AS n (name, place)), '');
END
"""
_HELD: Final = """
BEGIN
  EXECUTE format('SELECT count(*), coalesce(sum(pg_temp.tenantc_digest(ROW(%s)::text)), 0) FROM %s%s',
    pg_temp.tenantc_listed(names), holder::regclass, whose) INTO total, digest;
END
"""
# What an extension made is the extension's. A table that others refer to comes first.
_SIDE: Final = """
CREATE TEMPORARY TABLE tenantc_side ON COMMIT DROP AS
  WITH RECURSIVE held AS (
    SELECT false AS is_service, s.name::text, s.id, {tenant_column}::name AS tenant_column
    FROM tenantc.data_tables({home}) AS s{guarded}
    WHERE NOT EXISTS (SELECT FROM pg_depend AS e
      WHERE e.classid = 'pg_class'::regclass AND e.objid = s.id AND e.deptype = 'e')
    UNION ALL
    SELECT true, c.relname::text, c.oid, 'tenant_id' FROM pg_class AS c
    WHERE c.relnamespace = 'tenantc'::regnamespace AND c.relname = ANY ({served}::name[])
  ), refers AS (
    SELECT DISTINCT f.conrelid AS id, f.confrelid AS to_id FROM pg_constraint AS f
    WHERE f.contype = 'f' AND f.conrelid <> f.confrelid
  ), depths AS (
    SELECT id, 0 AS depth FROM held
    UNION
    SELECT r.id, d.depth + 1 FROM refers AS r JOIN depths AS d ON d.id = r.to_id
      WHERE d.depth < (SELECT count(*) FROM held)
  )
  SELECT h.*, number.attname AS number_column, fields.names, 0::bigint AS total, 0::numeric AS digest,
    (SELECT max(d.depth) FROM depths AS d WHERE d.id = h.id) AS depth,
    CASE WHEN h.tenant_column IS NULL THEN '' ELSE format(' WHERE %I = %L', h.tenant_column, {tenant}::text) END
      AS whose
  FROM held AS h
  LEFT JOIN pg_attribute AS number ON h.is_service AND number.attrelid = h.id AND number.attidentity <> ''
  CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(a.attname::text ORDER BY a.attname), '{}') AS names FROM pg_attribute AS a
    WHERE a.attrelid = h.id AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND a.attname IS DISTINCT FROM h.tenant_column AND a.attname IS DISTINCT FROM number.attname
  ) AS fields"""
_ONE_OF_A_NAME: Final = """
DECLARE
  found text;
BEGIN
  SELECT s.name INTO found FROM pg_temp.tenantc_side AS s GROUP BY s.is_service, s.name HAVING count(*) > 1;
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'two tables that tenants share are called %, and rows find their tables by name', found;
  END IF;
END
"""


class Home(Frozen):
    """Where rows lie in a database: in shared tables, or in `schema`, which is the tenant's as its whole database is.

    `schema` is empty where it lives in shared tables. `role` is the one that its sessions log in as there.
    """

    role: str
    schema: str
    is_database: bool

    def __str__(self) -> str:
        if not self.schema:
            return "the shared tables"
        return "the tenant's own database" if self.is_database else "the tenant's schema"


def comparable() -> list[Sql]:
    return [
        sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
        *(sql(f"SET LOCAL {name} = ", Literal(value)) for name, value in _FORMS.items()),
        _function("tenantc_digest(line text)", "RETURNS bigint", _DIGEST),
        _function("tenantc_listed(names text[])", "RETURNS text", _LISTED),
        _function(
            "tenantc_held(holder oid, names text[], whose text, OUT total bigint, OUT digest numeric)", "", _HELD
        ),
    ]


def side(tenant: str, home: Home) -> list[Sql]:
    """What of the tenant's this database holds, table by table."""
    shared = not home.schema
    parts: dict[str, SqlPart] = {
        "tenant": Literal(tenant),
        "home": lives_in(home),
        "served": Literal("{" + ",".join(SERVED) + "}"),
        "tenant_column": "a.attname" if shared else "NULL",
        "guarded": guarded_by() if shared else sql(),
    }
    return [code(_SIDE.strip(), **parts), block(_ONE_OF_A_NAME)]


def lives_in(home: Home) -> SqlPart:
    return Literal(home.schema) if home.schema else "NULL"


def _function(signature: str, returns: str, body: str) -> Sql:
    head = f"CREATE OR REPLACE FUNCTION pg_temp.{signature} {returns} LANGUAGE plpgsql AS "
    return sql(head, Dollar(code(body)))
