"""Limits that are counted by the rows of the platform's own tables, by triggers, whoever writes them and however.

A trigger for each statement and not for each row, so that a bulk load asks once. PostgreSQL fires it for the table that
the statement names, so partitions and children have their own, and nothing is counted twice
(https://www.postgresql.org/docs/current/trigger-definition.html). Rows count for the tenant whose they are, where it
lives, and not for whoever writes them. A move counts its rows when it is done, by `recount`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.postgres.records.routines import by_table, function, procedure
from tenantc.emit.statement import Dollar, Literal, Sql, SqlPart, code, sql

_COUNTED: Final = """
BEGIN
  RETURN QUERY SELECT d.id, {limits} FROM tenantc.data_tables(lives_in) AS d WHERE {limits} IS NOT NULL;
END
"""
# What is not counted by rows anywhere is told without a look at the catalogue.
_IS_COUNTED: Final = """
BEGIN
  IF what <> ALL ({stated}::text[]) THEN
    RETURN false;
  END IF;
  RETURN EXISTS (
    SELECT FROM tenantc.counted_tables((SELECT t.home FROM tenantc.tenants AS t WHERE t.tenant_id = tenant)) AS c
    JOIN pg_trigger AS g ON g.tgrelid = c.id AND g.tgname = 'tenantc_count_insert' WHERE c.limit_name = what);
END
"""
# The caller is the owner of all this in here, and has a line only while it moves a tenant or counts its rows. Tenants
# in one order, or two statements would wait for each other.
_COUNT: Final = """
DECLARE
  what CONSTANT text := TG_ARGV[0];
  lives_in CONSTANT text := TG_ARGV[1];
  whose CONSTANT text := CASE WHEN lives_in = '' THEN format('%I::text', TG_ARGV[2]) ELSE quote_literal(TG_ARGV[2]) END;
  came CONSTANT text := format('SELECT %s AS tenant, 1 AS amount FROM new_rows', whose);
  went CONSTANT text := format('SELECT %s, -1 FROM old_rows', whose);
  changes text;
  one record;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM tenantc.recount(u.tenant_id) FROM tenantc.quota_use AS u JOIN tenantc.tenants AS t USING (tenant_id)
      WHERE u.limit_name = what AND u.used > 0 AND coalesce(t.home, '') = lives_in;
    RETURN NULL;
  END IF;
  changes := CASE
    WHEN TG_LEVEL = 'ROW' THEN format('SELECT ($1).%1$I::text, 1 UNION ALL SELECT ($2).%1$I::text, -1', TG_ARGV[2])
    WHEN TG_OP = 'INSERT' THEN came
    WHEN TG_OP = 'DELETE' THEN went
    ELSE came || ' UNION ALL ' || went
  END;
  FOR one IN EXECUTE 'SELECT c.tenant, sum(c.amount) AS amount FROM (' || changes || ') AS c (tenant, amount)'
    ' GROUP BY 1 HAVING sum(c.amount) <> 0 ORDER BY 1' USING new, old
  LOOP
    CONTINUE WHEN NOT EXISTS (SELECT FROM tenantc.tenants AS t
        WHERE t.tenant_id = one.tenant AND coalesce(t.home, '') = lives_in)
      OR EXISTS (SELECT FROM tenantc.tenant_roles AS l
        WHERE l.role_name = CURRENT_USER AND l.tenant_id = one.tenant);
    IF one.amount < 0 THEN
      PERFORM tenantc.give(one.tenant, what, -one.amount);
    ELSIF NOT tenantc.take(one.tenant, what, one.amount) THEN
      RAISE EXCEPTION 'limit % grants no more rows of %', what, TG_RELID::regclass USING ERRCODE = 'check_violation',
        CONSTRAINT = what, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
  END LOOP;
  RETURN NULL;
END
"""
# What rows count may be above a limit without anybody asking: it was lowered, or rows were there before.
_MARK_OVER: Final = """
BEGIN
  UPDATE tenantc.quota_use AS u SET over_since = CASE WHEN u.over_since IS NULL THEN now() END FROM tenantc.quotas AS q
    WHERE u.tenant_id = tenant AND u.limit_name = ANY ({stated}::text[])
      AND q.tenant_id = tenant AND q.limit_name = u.limit_name
      AND (u.over_since IS NOT NULL) <> coalesce(u.used > q.maximum, false);
END
"""
# Whoever has written holds the line of quota_use until it is done, so each row is either seen here or counted after.
_RECOUNT: Final = """
DECLARE
  lives_in CONSTANT name := (SELECT t.home FROM tenantc.tenants AS t WHERE t.tenant_id = tenant);
  one record;
  held bigint;
  is_acting boolean := false;
BEGIN
  FOR one IN SELECT c.limit_name, string_agg(format('SELECT 1 FROM %s%s', c.id::regclass,
      CASE WHEN lives_in IS NULL THEN format(' WHERE %I = %L', {tenant_column}::text, tenant) ELSE '' END),
      ' UNION ALL ') AS held_rows
    FROM tenantc.counted_tables(lives_in) AS c
    JOIN pg_trigger AS g ON g.tgrelid = c.id AND g.tgname = 'tenantc_count_insert' GROUP BY 1 ORDER BY 1
  LOOP
    IF NOT is_acting AND lives_in IS NULL AND NOT EXISTS (SELECT FROM tenantc.tenant_roles AS l
        WHERE l.role_name = CURRENT_USER AND l.tenant_id = tenant) THEN
      INSERT INTO tenantc.tenant_roles (role_name, tenant_id) VALUES (CURRENT_USER, tenant);
      is_acting := true;
    END IF;
    INSERT INTO tenantc.quota_use VALUES (tenant, one.limit_name, '-infinity', 0, NULL) ON CONFLICT DO NOTHING;
    PERFORM FROM tenantc.quota_use AS u WHERE u.tenant_id = tenant AND u.limit_name = one.limit_name FOR UPDATE;
    EXECUTE format('SELECT count(*) FROM (%s) AS r', one.held_rows) INTO held;
    UPDATE tenantc.quota_use AS u SET used = held
      WHERE u.tenant_id = tenant AND u.limit_name = one.limit_name AND u.used <> held;
  END LOOP;
  IF is_acting THEN
    DELETE FROM tenantc.tenant_roles AS l WHERE l.role_name = CURRENT_USER;
  END IF;
  PERFORM tenantc.mark_over(tenant);
END
"""
# An UPDATE that leaves a row with its tenant costs nothing; where it moves one to another partition, no trigger for
# rows sees an UPDATE.
_TABLES: Final = """
DECLARE
  shared CONSTANT boolean := lives_in IS NULL;
  args CONSTANT text[] := ARRAY[coalesce(lives_in, ''), CASE WHEN shared THEN {tenant_column} ELSE tenant END];
  one record;
  event text;
  is_changed boolean := false;
BEGIN
  FOR one IN
    WITH RECURSIVE wanted AS (
      SELECT c.id, c.limit_name, r.relkind = 'p' AS is_split FROM tenantc.counted_tables(lives_in) AS c
      JOIN pg_class AS r ON r.oid = c.id
      UNION
      SELECT i.inhrelid, w.limit_name, w.is_split FROM wanted AS w JOIN pg_inherits AS i ON i.inhparent = w.id
    ), ours AS (
      SELECT g.tgrelid AS id, g.tgargs, g.tgenabled FROM pg_trigger AS g JOIN pg_class AS r ON r.oid = g.tgrelid
      WHERE g.tgfoid = 'tenantc.count_rows()'::regprocedure AND CASE WHEN shared
        THEN position('\\x0000'::bytea IN g.tgargs) > 0 ELSE r.relnamespace = to_regnamespace(quote_ident(lives_in)) END
    )
    SELECT coalesce(w.id, o.id)::regclass AS shown, w.id IS NOT NULL AS is_wanted, w.is_split, w.limit_name
    FROM (SELECT w.* FROM wanted AS w JOIN pg_class AS r ON r.oid = w.id WHERE r.relkind IN ('r', 'p')) AS w
    FULL JOIN (SELECT DISTINCT o.id FROM ours AS o) AS o USING (id)
    WHERE w.id IS NULL OR (SELECT count(*) FROM ours AS o WHERE o.id = w.id AND o.tgenabled = 'O'
      AND o.tgargs = (SELECT string_agg(convert_to(a.arg, getdatabaseencoding()) || '\\x00'::bytea, '' ORDER BY a.place)
        FROM unnest(w.limit_name || args) WITH ORDINALITY AS a (arg, place))
    ) <> CASE WHEN shared THEN 4 ELSE 3 END
  LOOP
    FOREACH event IN ARRAY ARRAY['insert', 'delete', 'truncate', 'update'] LOOP
      IF NOT one.is_wanted THEN
        EXECUTE format('DROP TRIGGER IF EXISTS %I ON %s', 'tenantc_count_' || event, one.shown);
        CONTINUE;
      END IF;
      CONTINUE WHEN event = 'update' AND NOT shared;
      EXECUTE format('CREATE OR REPLACE TRIGGER %I AFTER %s ON %s %s EXECUTE FUNCTION tenantc.count_rows(%L, %L, %L)',
        'tenantc_count_' || event, event, one.shown, CASE
          WHEN event = 'insert' THEN 'REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT'
          WHEN event = 'delete' THEN 'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT'
          WHEN event = 'truncate' THEN 'FOR EACH STATEMENT'
          WHEN one.is_split THEN 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT'
          ELSE format('FOR EACH ROW WHEN (old.%1$I IS DISTINCT FROM new.%1$I)', args[2])
        END, one.limit_name, args[1], args[2]);
    END LOOP;
    is_changed := true;
  END LOOP;
  IF is_changed AND shared THEN
    PERFORM tenantc.recount_shared();
  ELSIF is_changed THEN
    PERFORM tenantc.recount(tenant);
  END IF;
END
"""
# Row security would show their owner no row. Nobody else sees that it is gone meanwhile, nor writes to these tables. To
# act for one tenant after the other took minutes where there are 10 000.
_RECOUNT_SHARED: Final = """
DECLARE
  one record;
BEGIN
  FOR one IN SELECT c.limit_name, array_agg(c.id::regclass::text ORDER BY c.id) AS holders,
      string_agg(format('SELECT %I::text FROM %s', {tenant_column}::text, c.id::regclass), ' UNION ALL ') AS tenants
    FROM tenantc.counted_tables(NULL) AS c GROUP BY 1 ORDER BY 1
  LOOP
    EXECUTE 'ALTER TABLE ' || array_to_string(one.holders, ' NO FORCE ROW LEVEL SECURITY; ALTER TABLE ')
      || ' NO FORCE ROW LEVEL SECURITY';
    EXECUTE format('INSERT INTO tenantc.quota_use AS u'
      ' SELECT t.tenant_id, %L, ''-infinity'', count(r.tenant), NULL FROM tenantc.tenants AS t'
      ' LEFT JOIN (%s) AS r (tenant) ON r.tenant = t.tenant_id WHERE t.home IS NULL GROUP BY 1'
      ' ON CONFLICT (tenant_id, limit_name) DO UPDATE SET used = excluded.used WHERE u.used <> excluded.used',
      one.limit_name, one.tenants);
    EXECUTE 'ALTER TABLE ' || array_to_string(one.holders, ' FORCE ROW LEVEL SECURITY; ALTER TABLE ')
      || ' FORCE ROW LEVEL SECURITY';
  END LOOP;
  PERFORM tenantc.mark_over(t.tenant_id) FROM tenantc.tenants AS t WHERE t.home IS NULL;
END
"""
_AGAIN: Final = """
BEGIN
  IF to_regprocedure('tenantc.recount(text)') IS NOT NULL THEN
    {made}PERFORM tenantc.recount({tenant});
  END IF;
END
"""
_FORGET: Final = """
BEGIN
  IF to_regprocedure('tenantc.is_counted(text, text)') IS NOT NULL THEN
    DELETE FROM tenantc.quota_use AS u WHERE u.tenant_id = {tenant} AND tenantc.is_counted({tenant}, u.limit_name);
  END IF;
END
"""


def counting(counted: Mapping[str, str], tenant_column: str) -> list[Sql]:
    """`counted` says which limit each row of a table counts towards, by the table's name without its schema."""
    parts: dict[str, SqlPart] = {
        "limits": by_table("d.name", counted, "NULL::text"),
        "stated": Literal("{" + ",".join(sorted(set(counted.values()))) + "}"),
        "tenant_column": Literal(tenant_column),
    }
    signature = "TABLE (id oid, limit_name text) STABLE"
    return [
        function("tenantc.counted_tables(lives_in name)", signature, _COUNTED, "invoker", **parts),
        function("tenantc.is_counted(tenant text, what text)", "boolean STABLE", _IS_COUNTED, "invoker", **parts),
        function("tenantc.mark_over(tenant text)", "void", _MARK_OVER, "invoker", **parts),
        function("tenantc.recount(tenant text)", "void", _RECOUNT, "invoker", **parts),
        function("tenantc.recount_shared()", "void", _RECOUNT_SHARED, "invoker", **parts),
        function("tenantc.count_rows()", "trigger", _COUNT, "definer"),
        procedure("tenantc.count_tables(lives_in name, tenant text)", _TABLES, "invoker", **parts),
    ]


def counted_again(tenant: SqlPart, home: SqlPart | None) -> Sql:
    """Counts what moved to `home`, or to shared tables, where records.sql of a tenantc that counts rows has run."""
    made = sql() if home is None else sql("CALL tenantc.count_tables(", home, ", ", tenant, ");\n    ")
    return sql("DO ", Dollar(code(_AGAIN, made=made, tenant=tenant)))


def uncounted(tenant: SqlPart) -> Sql:
    """Forgets what rows that are here already count, since the number of them comes with those that come."""
    return sql("DO ", Dollar(code(_FORGET, tenant=tenant)))
