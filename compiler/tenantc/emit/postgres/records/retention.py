"""What is deleted when its time is over, and in which tables that is looked for.

Retention runs as one of the keepers, whom the shared tables' row security lets at every tenant's rows, and with no
owner's rights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.postgres.records.routines import by_table, function, procedure
from tenantc.emit.postgres.sharing import OWN_PREFIX
from tenantc.emit.statement import Literal, Sql, SqlPart

# Shared tables are those that a policy of ours guards; in a schema of a tenant's own every table is the tenant's.
_TABLES: Final = """
BEGIN
  RETURN QUERY
    SELECT c.oid, c.relname, {kinds},
      (SELECT a.attname FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attname = {subjects} AND NOT a.attisdropped),
      (SELECT a.attname FROM pg_attribute AS a
        WHERE a.attrelid = c.oid AND a.attname = {time_column} AND NOT a.attisdropped)
    FROM pg_class AS c
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND CASE
      WHEN lives_in IS NULL THEN EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid AND p.polname = {policy})
      ELSE c.relnamespace = to_regnamespace(quote_ident(lives_in))
    END;
END
"""
_DAYS: Final = """
BEGIN
  RETURN coalesce(settings -> 'compliance.data_governance.retention_policies' -> kind,
    settings -> 'limits.data_retention_days')::integer;
END
"""
_APPLY: Final = """
DECLARE
  home record;
  one record;
  met bigint;
  total bigint := 0;
BEGIN
  FOR home IN SELECT DISTINCT t.home AS schema FROM tenantc.tenants AS t LOOP
    FOR one IN SELECT d.id::regclass::text AS shown, d.kind AS held, d.subject_column, d.time_column
      FROM tenantc.data_tables(home.schema) AS d WHERE d.time_column IS NOT NULL AND d.kind = apply_retention.kind
    LOOP
      EXECUTE format(
        'DELETE FROM %s AS row USING tenantc.tenants AS t WHERE t.home IS NOT DISTINCT FROM $1'
        ' AND row.%I < now() - make_interval(days => tenantc.kept_days(t.settings, $2))'
        ' AND NOT EXISTS (SELECT FROM tenantc.legal_holds AS h WHERE h.tenant_id = t.tenant_id'
        ' AND h.lifted_at IS NULL AND (h.subject_id IS NULL OR h.subject_id = %s))%s',
        one.shown, one.time_column,
        CASE WHEN one.subject_column IS NULL THEN 'h.subject_id' ELSE format('row.%I::text', one.subject_column) END,
        CASE WHEN home.schema IS NULL THEN format(' AND row.%I = t.tenant_id', {tenant_column}::text) ELSE '' END)
        USING home.schema, one.held;
      GET DIAGNOSTICS met = ROW_COUNT;
      total := total + met;
    END LOOP;
  END LOOP;
  RETURN total;
END
"""
_EXPIRE: Final = """
BEGIN
  DELETE FROM tenantc.audit_events AS e USING tenantc.tenants AS t
    WHERE e.tenant_id = t.tenant_id AND e.recorded_at < now() - tenantc.audit_kept(t.tenant_id);
  DELETE FROM tenantc.requests AS r USING tenantc.tenants AS t
    WHERE r.tenant_id = t.tenant_id AND (r.finished_at IS NOT NULL OR r.outcome = 'refused') AND r.asked_at < now()
      - make_interval(days => (t.settings -> 'compliance.data_governance.request_log_retention_days')::integer);
  DELETE FROM tenantc.usage_events AS e USING tenantc.tenants AS t
    WHERE e.tenant_id = t.tenant_id AND e.occurred_at < now()
      - make_interval(days => tenantc.kept_days(t.settings, 'usage'));
END
"""
_MAINTAIN: Final = """
DECLARE
  one text;
BEGIN
  CALL tenantc.make_months(now(), 2);
  CALL tenantc.count_usage((now() AT TIME ZONE 'UTC')::date - 1);
  FOR one IN SELECT DISTINCT d.kind FROM (SELECT DISTINCT t.home FROM tenantc.tenants AS t) AS h,
    tenantc.data_tables(h.home) AS d
  LOOP
    PERFORM tenantc.apply_retention(one);
  END LOOP;
  CALL tenantc.expire_records();
END
"""


def retention(
    tenant_column: str, subject: str | None, subjects: Mapping[str, str], time: str | None, kinds: Mapping[str, str]
) -> list[Sql]:
    """`subjects` and `kinds` say of single tables, by their names, what differs from `subject` and from `user_data`."""
    parts: dict[str, SqlPart] = {
        "kinds": by_table("c.relname", kinds, Literal("user_data")),
        "subjects": by_table("c.relname", subjects, _or_null(subject)),
        "time_column": _or_null(time),
        "policy": Literal(f"{OWN_PREFIX}select"),
    }
    signature = "TABLE (id oid, name name, kind text, subject_column name, time_column name) STABLE"
    return [
        function("tenantc.data_tables(lives_in name)", signature, _TABLES, "invoker", **parts),
        function("tenantc.kept_days(settings jsonb, kind text)", "integer IMMUTABLE", _DAYS),
        function("tenantc.apply_retention(kind text)", "bigint", _APPLY, tenant_column=Literal(tenant_column)),
        procedure("tenantc.expire_records()", _EXPIRE, "definer"),
        procedure("tenantc.maintain()", _MAINTAIN),
    ]


def _or_null(column: str | None) -> SqlPart:
    return "NULL" if column is None else Literal(column)
