"""What carries a tenant's rows from one database to another: three files that psql runs, and two that it writes.

A statement reaches one database, and a transaction too, so rows travel in a file of the operator's. Between the steps
they are in both places or in the old one alone: they leave it in the last step, and only where they are still those
that arrived. Who lives where is told by `tenantc.tenant_roles`: the export takes the tenant's lines away, so that no
step can be run on the wrong side.
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.node import Tree
from tenantc.emit.postgres.holdings import Home, comparable, lives_in, side
from tenantc.emit.postgres.records.counting import counted_again, uncounted
from tenantc.emit.postgres.script import atomic, run_as
from tenantc.emit.postgres.sharing import RESERVED_PREFIX
from tenantc.emit.postgres.steps import LEAVE_GROUP, MAKE, acted, acting, at_home, block, numbered
from tenantc.emit.statement import Literal, Sql, SqlPart, code, sql

EXPORT: Final = "export.sql"
IMPORT: Final = "import.sql"
DELETE: Final = "delete.sql"
_ROWS: Final = "rows.copy"
_ARRIVED: Final = "arrived.copy"

_HEAD: Final = (
    "Carries rows from {way} in three steps, each run in a folder that nobody else reads:",
    "{rows} holds all rows and the key of the tenant's pseudonyms, and is yours to destroy after the second step.",
    "Before the first, where the tenant moves to: all files of estate and tenant of the build that it moves to, and",
    "tables to take its rows.",
    "  1. {export}, where it leaves: shuts its role out and writes {rows}",
    "  2. {import_}, where it moves to: takes all rows or none, counts and compares them, and writes {arrived};",
    "     then all files of the tenant once more, and its application may start there",
    "  3. {delete}, where it left, when nobody looks for rows there any more: deletes what arrived, but audit events,",
    "     which go when their time is over. Until then, what is erased in one place still stands in the other.",
    "Each may run again. To go back before its application has started where it moves to: the tenant's files of the",
    "build that it was to leave. To go back later: the third step, and then the three of the other way.",
)
_SHUT_HOME: Final = """
DECLARE
  one name;
BEGIN
  FOR one IN SELECT r.rolname FROM pg_roles AS r WHERE r.rolname = {role} OR r.rolname IN (
    SELECT l.role_name FROM tenantc.tenant_roles AS l WHERE l.tenant_id = {tenant} AND l.role_name <> CURRENT_USER)
  LOOP
    EXECUTE format('ALTER ROLE %I RESET search_path', one);
    EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA %I FROM %I', {home}::text, one);
    EXECUTE format('REVOKE ALL ON SCHEMA %I FROM %I', {home}::text, one);
    IF {is_database} THEN
      EXECUTE format('REVOKE ALL ON DATABASE %I FROM %I', current_database(), one);
    END IF;
  END LOOP;
END
"""
_LINES_GONE: Final = """
DELETE FROM tenantc.tenant_roles AS l WHERE l.tenant_id = {tenant} AND l.role_name <> CURRENT_USER"""
# A session that ends is seen for a moment longer.
_STILL: Final = """
BEGIN
  FOR moment IN 1 .. 20 LOOP
    IF NOT EXISTS (SELECT FROM pg_stat_activity AS a
        WHERE a.usename = {role} AND a.datname = current_database()) THEN
      RETURN;
    END IF;
    PERFORM pg_sleep(0.1);
    PERFORM pg_stat_clear_snapshot();
  END LOOP;
  RAISE EXCEPTION 'role % is logged in: end its sessions, which reach nothing any more, and run this again', {role};
END
"""
_COUNT: Final = """
UPDATE pg_temp.tenantc_side AS s SET (total, digest) =
  (SELECT h.total, h.digest FROM pg_temp.tenantc_held(s.id, s.names, s.whose) AS h)"""
_WRITE: Final = """
SELECT format('COPY ('
    'SELECT ''file''::text, false, %L::text, count(*), NULL::text, NULL::numeric, NULL::text FROM pg_temp.tenantc_side'
    ' UNION ALL SELECT ''table'', s.is_service, s.name, s.total, s.names::text, s.digest, s.tenant_column::text'
    ' FROM pg_temp.tenantc_side AS s', {tenant}::text)
  || string_agg(format(' UNION ALL SELECT ''row'', %L::boolean, %L::text, %s, ROW(%s)::text, NULL, NULL FROM %s%s',
    s.is_service, s.name, coalesce(quote_ident(s.number_column), 'NULL::bigint'), pg_temp.tenantc_listed(s.names),
    s.id::regclass, s.whose), '')
  || ') TO STDOUT'
  FROM pg_temp.tenantc_side AS s \\gexec"""
_LINES: Final = """
CREATE TEMPORARY TABLE tenantc_lines (
  kind text NOT NULL,
  is_service boolean NOT NULL,
  name text NOT NULL,
  number bigint,
  line text,
  digest numeric,
  tenant_column text
)"""
_WHOLE: Final = """
BEGIN
  IF (SELECT count(*) FROM pg_temp.tenantc_lines AS f WHERE f.kind = 'file' AND f.name = {tenant}
      AND f.number = (SELECT count(*) FROM pg_temp.tenantc_lines AS t WHERE t.kind = 'table')) <> 1
    OR {with_rows} AND EXISTS (SELECT FROM pg_temp.tenantc_lines AS t
      WHERE t.kind = 'table' AND (t.number, t.digest) <> (
        SELECT count(*), coalesce(sum(pg_temp.tenantc_digest(r.line)), 0) FROM pg_temp.tenantc_lines AS r
        WHERE r.kind = 'row' AND r.is_service = t.is_service AND r.name = t.name))
  THEN
    RAISE EXCEPTION '% is not the whole of what % writes for tenant %', {read}, {written_by}, {tenant};
  END IF;
END
"""
_LIVES: Final = """
BEGIN
  IF EXISTS (SELECT FROM tenantc.tenant_roles AS l WHERE l.tenant_id = {tenant}) <> {lives} THEN
    RAISE EXCEPTION {otherwise}, {tenant};
  END IF;
END
"""
_MOVES: Final = """
CREATE TEMPORARY TABLE tenantc_moves ON COMMIT DROP AS
  SELECT t.is_service, t.name, t.number AS total, t.digest, t.line::text[] AS names, s.id, s.whose, s.number_column,
    s.depth, array_remove(s.names || s.tenant_column::text, NULL) AS places,
    CASE WHEN s.tenant_column <> ALL (t.line::text[]) THEN s.tenant_column::text
      WHEN t.tenant_column = ANY (s.names) THEN t.tenant_column END AS filled
  FROM pg_temp.tenantc_lines AS t LEFT JOIN pg_temp.tenantc_side AS s USING (is_service, name)
  WHERE t.kind = 'table'"""
_PLACES: Final = """
DECLARE
  found text;
BEGIN
  SELECT string_agg(m.name, ', ' ORDER BY m.name) INTO found FROM pg_temp.tenantc_moves AS m
    WHERE m.id IS NULL AND m.total > 0 AND (m.is_service OR NOT {may_stay});
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'rows come from tables that have to be made here first: %', found;
  END IF;
  SELECT string_agg(m.name, ', ' ORDER BY m.name) INTO found FROM pg_temp.tenantc_moves AS m
    WHERE m.id IS NULL AND m.total > 0;
  IF found IS NOT NULL THEN
    RAISE WARNING 'rows stay where they are, out of the tenant''s reach, as no shared table is called: %', found;
  END IF;
  DELETE FROM pg_temp.tenantc_lines AS t USING pg_temp.tenantc_moves AS m
    WHERE t.kind <> 'file' AND m.id IS NULL AND t.is_service = m.is_service AND t.name = m.name;
  UPDATE pg_temp.tenantc_lines AS f SET number =
    (SELECT count(*) FROM pg_temp.tenantc_lines AS t WHERE t.kind = 'table') WHERE f.kind = 'file';
  SELECT string_agg(format('%I.%I', m.name, n.name), ', ') INTO found
    FROM pg_temp.tenantc_moves AS m, unnest(m.names) AS n (name) WHERE m.id IS NOT NULL AND n.name <> ALL (m.places);
  IF found IS NOT NULL THEN
    RAISE EXCEPTION 'columns have no place where they move to: %', found;
  END IF;
END
"""
# What is there already has to be among what comes, as after a first run or from a template; of audit events, which
# nobody deletes, older ones may be left from an earlier time here. A number of a request or a hold that another tenant
# has here is drawn anew.
_PUT: Final = """
DECLARE
  one record;
  held record;
  month timestamp;
  other bigint;
  fields text;
  sent text;
  came text;
  met text;
  numbers text;
BEGIN
  FOR one IN SELECT m.*, m.is_service AND m.name = 'audit_events' AS is_kept, m.id::regclass AS shown
    FROM pg_temp.tenantc_moves AS m WHERE m.id IS NOT NULL ORDER BY m.depth, m.name
  LOOP
    held := pg_temp.tenantc_held(one.id, one.names, one.whose);
    CONTINUE WHEN held.total = one.total AND held.digest = one.digest;
    IF one.is_service AND one.name = 'hash_keys' THEN
      DELETE FROM tenantc.hash_keys AS k WHERE k.tenant_id = {tenant};
    END IF;
    fields := pg_temp.tenantc_listed(one.names);
    met := format('SELECT ROW(%s)::text AS line FROM %s%s', fields, one.shown, one.whose);
    sent := format(' FROM pg_temp.tenantc_lines AS l WHERE l.kind = ''row'' AND l.is_service = %L AND l.name = %L',
      one.is_service, one.name);
    EXECUTE format('SELECT count(*) FROM (%s EXCEPT ALL SELECT l.line%s) AS o', met, sent) INTO other;
    IF other > 0 AND NOT one.is_kept THEN
      RAISE EXCEPTION '% holds % rows of the tenant that are not among those that come', one.shown, other
        USING HINT = 'Nobody may have worked with them if they are deleted to make room.';
    END IF;
    came := CASE WHEN held.total = 0 THEN 'SELECT l.line, l.number' || sent
      ELSE format('SELECT o.line, NULL::bigint AS number FROM (SELECT l.line%s EXCEPT ALL %s) AS o', sent, met) END;
    EXECUTE format('CREATE TEMPORARY TABLE tenantc_shape ON COMMIT DROP AS SELECT %s FROM %s WHERE false', fields,
      one.shown);
    IF one.is_service AND one.name IN ('usage_events', 'audit_events') THEN
      FOR month IN EXECUTE format('SELECT DISTINCT date_trunc(''month'', (c.line::pg_temp.tenantc_shape).%I'
        ' AT TIME ZONE ''UTC'') FROM (%s) AS c%s', CASE WHEN one.is_kept THEN 'recorded_at' ELSE 'occurred_at' END,
        came, CASE WHEN one.is_kept THEN ' WHERE (c.line::pg_temp.tenantc_shape).is_split' ELSE '' END)
      LOOP
        CALL tenantc.make_months(month AT TIME ZONE 'UTC', 0);
      END LOOP;
    END IF;
    numbers := NULL;
    IF one.number_column IS NOT NULL THEN
      numbers := pg_get_serial_sequence(one.shown::text, one.number_column);
      EXECUTE format('SELECT setval(%L, greatest((SELECT last_value FROM %s), (SELECT max(t.%I) FROM %s AS t),'
        ' (SELECT max(c.number) FROM (%s) AS c)))', numbers, numbers, one.number_column, one.shown, came);
      numbers := format('CASE WHEN r.number IS NULL OR EXISTS (SELECT FROM %s AS t WHERE t.%I = r.number)'
        ' THEN nextval(%L) ELSE r.number END', one.shown, one.number_column, numbers);
    END IF;
    EXECUTE format('INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE SELECT %s FROM'
      ' (SELECT c.line::pg_temp.tenantc_shape AS shape, c.number FROM (%s) AS c OFFSET 0) AS r', one.shown,
      concat_ws(', ', nullif(fields, ''), quote_ident(one.filled), quote_ident(one.number_column)),
      concat_ws(', ', CASE WHEN fields <> '' THEN '(r.shape).*' END,
        CASE WHEN one.filled IS NOT NULL THEN quote_literal({tenant}) END, numbers), came);
    DROP TABLE pg_temp.tenantc_shape;
    IF one.is_kept THEN
      EXECUTE format('SELECT count(*) FROM (SELECT l.line%s EXCEPT ALL %s) AS o', sent, met) INTO other;
    ELSE
      held := pg_temp.tenantc_held(one.id, one.names, one.whose);
    END IF;
    IF one.is_kept AND other > 0 OR NOT one.is_kept AND (held.total, held.digest) <> (one.total, one.digest) THEN
      RAISE EXCEPTION 'rows of % are not what they were: its types or triggers changed them', one.shown;
    END IF;
  END LOOP;
END
"""
# One line, as psql wants it. Of rows no more than what tells them apart, so that nobody has to keep them.
_ACKNOWLEDGE: Final = (
    "\\copy (SELECT l.kind, l.is_service, l.name, CASE l.kind WHEN 'row' THEN NULL ELSE l.number END,"
    " CASE l.kind WHEN 'row' THEN NULL ELSE l.line END,"
    " CASE l.kind WHEN 'row' THEN pg_temp.tenantc_digest(l.line) ELSE l.digest END, l.tenant_column"
    " FROM pg_temp.tenantc_lines AS l) TO {file}"
)
# Retention goes on where the tenant left, and so do monthly totals, and what rows count of a limit.
_DELETE: Final = """
DECLARE
  one record;
  held record;
  found text;
  late bigint;
BEGIN
  SELECT format('%s refers to %s', f.conrelid::regclass, f.confrelid::regclass) INTO found FROM pg_constraint AS f
    JOIN pg_temp.tenantc_side AS s ON s.id = f.confrelid
    WHERE f.contype = 'f' AND f.confdeltype IN ('c', 'n', 'd') AND f.conparentid = 0 AND NOT EXISTS (
      SELECT FROM pg_temp.tenantc_side AS o JOIN pg_temp.tenantc_lines AS t USING (is_service, name)
      WHERE o.id = f.conrelid AND t.kind = 'table')
      AND s.id NOT IN (SELECT c.oid FROM pg_class AS c WHERE c.relnamespace = 'tenantc'::regnamespace);
  IF found IS NOT NULL THEN
    RAISE EXCEPTION '% and did not move, but would lose rows or what they refer to', found;
  END IF;
  FOR one IN SELECT t.*, s.id, s.id::regclass AS shown, s.whose, t.line::text[] AS names,
      t.is_service AND t.name IN ('usage_totals', 'quota_use') AS is_counted
    FROM pg_temp.tenantc_lines AS t JOIN pg_temp.tenantc_side AS s USING (is_service, name)
    WHERE t.kind = 'table' AND NOT (t.is_service AND t.name = 'audit_events') ORDER BY s.depth DESC, t.name
  LOOP
    held := pg_temp.tenantc_held(one.id, one.names, one.whose);
    CONTINUE WHEN held.total = 0;
    IF (held.total, held.digest) <> (one.number, one.digest) AND NOT one.is_counted THEN
      EXECUTE format('SELECT count(*) FROM (SELECT pg_temp.tenantc_digest(ROW(%s)::text) FROM %s%s EXCEPT ALL'
        ' SELECT l.digest FROM pg_temp.tenantc_lines AS l WHERE l.kind = ''row'' AND l.is_service = %L'
        ' AND l.name = %L) AS o', pg_temp.tenantc_listed(one.names), one.shown, one.whose, one.is_service, one.name)
        INTO late;
      IF late > 0 THEN
        RAISE EXCEPTION '% rows of % are not among those that arrived: somebody wrote to it after the export', late,
          one.shown;
      END IF;
    END IF;
    EXECUTE format('DELETE FROM %s%s', one.shown, one.whose);
  END LOOP;
END
"""


def carried(tenant: str, source: Home, target: Home) -> dict[str, Tree]:
    """The three files, by name."""
    return {
        EXPORT: _exported(tenant, source, target),
        IMPORT: _imported(tenant, source, target),
        DELETE: _deleted(tenant, source, target),
    }


def _exported(tenant: str, source: Home, target: Home) -> Tree:
    named = Literal(tenant)
    shut = [block(LEAVE_GROUP, role=Literal(source.role), reserved=Literal(RESERVED_PREFIX))]
    if source.schema:
        is_database = "true" if source.is_database else "false"
        home = Literal(source.schema)
        shut = [block(_SHUT_HOME, role=Literal(source.role), tenant=named, home=home, is_database=is_database)]
    return [
        *_begun(source, target, source, EXPORT),
        *atomic([_at_home(tenant, source), *shut, code(_LINES_GONE.strip(), tenant=named)]),
        block(_STILL, role=Literal(source.role)),
        # what an earlier move brought says nothing of this one
        sql("\\copy (SELECT 1 WHERE false) TO ", Literal(_ARRIVED), end=""),
        *atomic(
            [
                *comparable(),
                acting(named),
                *side(tenant, source),
                code(_COUNT.strip()),
                sql("\\o ", Literal(_ROWS), end=""),
                sql(code(_WRITE.strip(), tenant=named), end=""),
                sql("\\o", end=""),
                acted(),
            ]
        ),
    ]


def _imported(tenant: str, source: Home, target: Home) -> Tree:
    named = Literal(tenant)
    made = [block(MAKE, home=Literal(target.schema), role=Literal(target.role))]
    return [
        *_begun(source, target, target, IMPORT),
        *atomic(
            [
                *comparable(),
                sql("SET CONSTRAINTS ALL DEFERRED"),
                *_read(tenant, _ROWS, EXPORT, with_rows=True),
                _lines_stand(tenant, "true", "all files of tenant % come first, of the build that it moves to"),
                _at_home(tenant, target),
                acting(named),
                *(made if target.schema and not target.is_database else []),
                *side(tenant, target),
                code(_MOVES.strip()),
                block(_PLACES, may_stay="false" if target.schema else "true"),
                uncounted(named),
                block(_PUT, tenant=named),
                numbered("(SELECT m.id FROM pg_temp.tenantc_moves AS m WHERE m.id IS NOT NULL)"),
                counted_again(named, Literal(target.schema) if target.schema else None),
                acted(),
            ]
        ),
        sql(code(_ACKNOWLEDGE, file=Literal(_ARRIVED)), end=""),
    ]


def _deleted(tenant: str, source: Home, target: Home) -> Tree:
    return [
        *_begun(source, target, source, DELETE),
        *atomic(
            [
                *comparable(),
                sql("SET CONSTRAINTS ALL DEFERRED"),
                *_read(tenant, _ARRIVED, IMPORT, with_rows=False),
                _lines_stand(tenant, "false", "tenant % lives here: its export was undone, or came from elsewhere"),
                _at_home(tenant, source),
                acting(Literal(tenant)),
                *side(tenant, source),
                block(_DELETE),
                acted(),
            ]
        ),
    ]


_ELSEWHERE: Final = "the records.sql that ran here last says that tenant % lives elsewhere"


def _begun(source: Home, target: Home, here: Home, file: str) -> list[Sql]:
    says = {
        "way": f"{source} to {target} in another database",
        "rows": _ROWS,
        "arrived": _ARRIVED,
        "export": EXPORT,
        "import_": IMPORT,
        "delete": DELETE,
    }
    database = "THE_TENANTS_DATABASE" if here.is_database else "DATABASE"
    return [
        *run_as([line.format(**says) for line in _HEAD], database, file),
        sql("\\set ON_ERROR_STOP on", end=""),
        sql("\\encoding UTF8", end=""),
    ]


def _read(tenant: str, file: str, written_by: str, *, with_rows: bool) -> list[Sql]:
    read: dict[str, SqlPart] = {"read": Literal(file), "written_by": Literal(written_by), "tenant": Literal(tenant)}
    return [
        code(_LINES.strip()),
        sql("\\copy pg_temp.tenantc_lines FROM ", Literal(file), end=""),
        sql("CREATE INDEX ON pg_temp.tenantc_lines (is_service, name)"),
        sql("ANALYZE pg_temp.tenantc_lines"),
        block(_WHOLE, **read, with_rows="true" if with_rows else "false"),
    ]


def _lines_stand(tenant: str, lives: str, otherwise: str) -> Sql:
    return block(_LIVES, tenant=Literal(tenant), lives=lives, otherwise=Literal(otherwise))


def _at_home(tenant: str, home: Home) -> Sql:
    return at_home(Literal(tenant), lives_in(home), Literal(_ELSEWHERE))
