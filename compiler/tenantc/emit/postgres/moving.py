"""What moves a tenant's rows between the shared tables and a schema of its own, in the database that holds both."""

from __future__ import annotations

from typing import Final

from tenantc.emit.node import Tree
from tenantc.emit.postgres.records.counting import counted_again
from tenantc.emit.postgres.script import transaction
from tenantc.emit.postgres.sharing import RESERVED_PREFIX
from tenantc.emit.postgres.steps import LEAVE_GROUP, MAKE, acted, acting, at_home, block, guarded_by, numbered
from tenantc.emit.statement import Identifier, Literal, Sql, SqlPart, code, sql

_HEAD: Final = (
    "Moves rows from {way}. Run in the estate's shared database, as the role that runs the other files there,",
    "and while the tenant's application stands still:",
    "  1. of the build that the tenant moves to, records.sql and schema.sql of the estate and all files of the tenant",
    "  2. this file, once or more often: it moves what is there to move, or fails and changes nothing",
    "  3. all files of the tenant once more, for rights, guards and views on tables made here",
)
_OTHERWISE: Final = "the records.sql of the build that tenant % moves to comes first"
# A table that others refer to comes first.
_PLAN: Final = """
CREATE TEMPORARY TABLE tenantc_moves ON COMMIT DROP AS
  WITH RECURSIVE pairs AS (
    SELECT s.name, s.id AS shared, o.id AS own, a.attname AS tenant_column
    FROM tenantc.data_tables(NULL) AS s
    JOIN tenantc.data_tables({home}) AS o ON o.name = s.name{guarded}
  ), refers AS (
    SELECT DISTINCT child.name, parent.name AS to_name FROM pg_constraint AS f
    JOIN pairs AS child ON f.conrelid IN (child.shared, child.own)
    JOIN pairs AS parent ON f.confrelid IN (parent.shared, parent.own)
    WHERE f.contype = 'f' AND child.name <> parent.name
  ), depths AS (
    SELECT name, 0 AS depth FROM pairs
    UNION
    SELECT r.name, d.depth + 1 FROM refers AS r JOIN depths AS d ON d.name = r.to_name
      WHERE d.depth < (SELECT count(*) FROM pairs)
  )
  SELECT p.name, p.tenant_column, {from_column} AS from_id, {to_column} AS to_id,
    (SELECT max(d.depth) FROM depths AS d WHERE d.name = p.name) AS depth, 0::bigint AS copied
  FROM pairs AS p"""
_CHECK: Final = """
DECLARE
  found text;
BEGIN
  SELECT m.name INTO found FROM pg_temp.tenantc_moves AS m GROUP BY m.name HAVING count(*) > 1;
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'two tables that tenants share are called %, and a schema holds one', found;
  END IF;
  SELECT format('%s refers to %s', f.conrelid::regclass, f.confrelid::regclass) INTO found FROM pg_constraint AS f
    WHERE f.contype = 'f' AND f.confdeltype IN ('c', 'n', 'd') AND f.conparentid = 0
      AND f.confrelid IN (SELECT m.from_id FROM pg_temp.tenantc_moves AS m)
      AND f.conrelid NOT IN (SELECT m.from_id FROM pg_temp.tenantc_moves AS m);
  IF found IS NOT NULL THEN
    RAISE EXCEPTION '% and does not move, but would lose rows or what they refer to', found;
  END IF;
  SELECT string_agg(format('%s.%I', m.from_id::regclass, a.attname), ', ') INTO found
    FROM pg_temp.tenantc_moves AS m JOIN pg_attribute AS a ON a.attrelid = m.from_id
    WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attname <> m.tenant_column
      AND NOT EXISTS (SELECT FROM pg_attribute AS b WHERE b.attrelid = m.to_id AND b.attname = a.attname
        AND b.attnum > 0 AND NOT b.attisdropped);
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'columns have no place where they move to: %', found;
  END IF;
END
"""
_COPY: Final = """
DECLARE
  one record;
  columns text;
  has_tenant boolean;
  rows_met bigint;
BEGIN
  FOR one IN SELECT m.*, {whose} AS whose FROM pg_temp.tenantc_moves AS m ORDER BY m.depth, m.name LOOP
    SELECT string_agg(quote_ident(a.attname), ', ') INTO columns FROM pg_attribute AS a
      WHERE a.attrelid = one.from_id AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
        AND a.attname <> one.tenant_column
        AND EXISTS (SELECT FROM pg_attribute AS b WHERE b.attrelid = one.to_id AND b.attname = a.attname
          AND b.attgenerated = '');
    SELECT EXISTS (SELECT FROM pg_attribute AS b WHERE b.attrelid = one.to_id AND b.attname = one.tenant_column
      AND NOT b.attisdropped) INTO has_tenant;
    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM %s%s', one.to_id::regclass,
      concat_ws(', ', columns, CASE WHEN has_tenant THEN quote_ident(one.tenant_column) END),
      concat_ws(', ', columns, CASE WHEN has_tenant THEN quote_literal({tenant}) END),
      one.from_id::regclass, one.whose);
    GET DIAGNOSTICS rows_met = ROW_COUNT;
    UPDATE pg_temp.tenantc_moves AS m SET copied = rows_met WHERE m.name = one.name;
  END LOOP;
  FOR one IN SELECT m.*, {whose} AS whose FROM pg_temp.tenantc_moves AS m ORDER BY m.depth DESC, m.name LOOP
    EXECUTE format('DELETE FROM %s%s', one.from_id::regclass, one.whose);
    GET DIAGNOSTICS rows_met = ROW_COUNT;
    IF rows_met <> one.copied THEN
      RAISE EXCEPTION 'of % rows of % only % arrived or left', one.copied, one.from_id::regclass, rows_met;
    END IF;
  END LOOP;
END
"""
_STAYS: Final = """
DECLARE
  one record;
  is_held boolean;
BEGIN
  FOR one IN SELECT o.id::regclass AS shown FROM tenantc.data_tables({home}) AS o
    WHERE o.id NOT IN (SELECT m.from_id FROM pg_temp.tenantc_moves AS m)
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.shown) INTO is_held;
    IF is_held THEN
      RAISE WARNING 'rows of % stay there, out of the tenant''s reach: no shared table has its name', one.shown;
    END IF;
  END LOOP;
END
"""


def moved(tenant: str, role: str, schema: str, file: str, *, to_schema: bool) -> Tree:
    """Moves the rows of all shared tables to tables of the same names in the tenant's schema, or those back."""
    parts: dict[str, SqlPart] = {
        "tenant": Literal(tenant),
        "home": Literal(schema),
        "role": Literal(role),
        "reserved": Literal(RESERVED_PREFIX),
        "lives_in": Literal(schema) if to_schema else "NULL",
        "guarded": guarded_by(),
        "from_column": "p.shared" if to_schema else "p.own",
        "to_column": "p.own" if to_schema else "p.shared",
        "whose": code("format(' WHERE %I = %L', m.tenant_column, {tenant}::text)", tenant=Literal(tenant))
        if to_schema
        else Literal(""),
    }
    places = ("the shared tables", "the tenant's schema")
    way = " to ".join(places if to_schema else reversed(places))
    statements = [
        sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"),
        at_home(parts["tenant"], parts["lives_in"], Literal(_OTHERWISE)),
        acting(parts["tenant"]),
        *([block(MAKE, **parts)] if to_schema else []),
        code(_PLAN.strip(), **parts),
        *(block(body, **parts) for body in (_CHECK, _COPY)),
        numbered("(SELECT m.to_id AS id FROM pg_temp.tenantc_moves AS m)"),
        counted_again(parts["tenant"], parts["home"] if to_schema else None),
        *([block(LEAVE_GROUP, **parts)] if to_schema else [block(_STAYS, **parts), *_left_schema(role, schema)]),
        acted(),
    ]
    return transaction([line.format(way=way) for line in _HEAD], "DATABASE", statements, file)


def _left_schema(role: str, schema: str) -> list[Sql]:
    """The role finds no way to the schema, where nobody would look for what it wrote."""
    named, home = Identifier(role), Identifier(schema)
    return [
        sql("ALTER ROLE ", named, " RESET search_path"),
        sql("REVOKE ALL ON ALL TABLES IN SCHEMA ", home, " FROM ", named),
        sql("REVOKE ALL ON SCHEMA ", home, " FROM ", named),
    ]
