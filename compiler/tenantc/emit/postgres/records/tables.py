"""The tables, in a schema that no tenant may use: one row each that a tenant's file states, and what happens.

Nobody but their owner, and functions that run as the owner, reach them; row security would bind nobody else.
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import procedure
from tenantc.emit.statement import Sql, code

_TENANTS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.tenants (
  tenant_id text PRIMARY KEY,
  home name, -- the schema of the tenant alone; null where its rows lie in shared tables
  settings jsonb NOT NULL -- by their paths, as in values.yaml
)"""
_QUOTAS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.quotas (
  tenant_id text NOT NULL REFERENCES tenantc.tenants ON DELETE CASCADE,
  limit_name text NOT NULL,
  maximum numeric, -- null is unlimited; a limit without a row grants nothing
  PRIMARY KEY (tenant_id, limit_name)
)"""
_QUOTA_USE: Final = """
CREATE TABLE IF NOT EXISTS tenantc.quota_use (
  tenant_id text NOT NULL,
  limit_name text NOT NULL,
  period timestamptz NOT NULL, -- when the hour or month began, minus infinity for what is held
  used numeric NOT NULL,
  over_since timestamptz,
  PRIMARY KEY (tenant_id, limit_name)
)"""
_USAGE_EVENTS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.usage_events (
  tenant_id text NOT NULL,
  metric text NOT NULL,
  amount numeric NOT NULL,
  occurred_at timestamptz NOT NULL DEFAULT now(),
  subject_id text,
  feature text
) PARTITION BY RANGE (occurred_at)"""
_USAGE_TOTALS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.usage_totals (
  tenant_id text NOT NULL,
  metric text NOT NULL,
  month date NOT NULL,
  amount numeric NOT NULL,
  PRIMARY KEY (tenant_id, metric, month)
)"""
# Whether a tenant's large tables are split is the tenant's setting, and two kinds of partitions serve both at once: a
# row goes where the setting sent it on its day, so a change moves none.
_AUDIT_EVENTS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.audit_events (
  tenant_id text NOT NULL,
  is_split boolean NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  recorded_by name NOT NULL,
  type text,
  actor text,
  object text,
  outcome text,
  origin text
) PARTITION BY LIST (is_split)"""
_AUDIT_WHOLE: Final = """
CREATE TABLE IF NOT EXISTS tenantc.audit_events_whole PARTITION OF tenantc.audit_events FOR VALUES IN (false)"""
_AUDIT_SPLIT: Final = """
CREATE TABLE IF NOT EXISTS tenantc.audit_events_split PARTITION OF tenantc.audit_events FOR VALUES IN (true)
  PARTITION BY RANGE (recorded_at)"""
_INDEXES: Final = (
    "CREATE INDEX IF NOT EXISTS usage_events_of_tenant ON tenantc.usage_events (tenant_id, metric, occurred_at)",
    "CREATE INDEX IF NOT EXISTS audit_events_of_tenant ON tenantc.audit_events (tenant_id, recorded_at)",
)
_MONTHS: Final = """
DECLARE
  parent text;
  month date;
BEGIN
  FOREACH parent IN ARRAY ARRAY['usage_events', 'audit_events_split'] LOOP
    FOR step IN 0 .. ahead LOOP
      month := date_trunc('month', first AT TIME ZONE 'UTC') + make_interval(months => step);
      IF to_regclass(format('tenantc.%I', parent || to_char(month, '_YYYY_MM'))) IS NULL THEN
        -- two who come at once would both make it
        PERFORM pg_advisory_xact_lock(hashtext('tenantc.make_months'));
        EXECUTE format(
          'CREATE TABLE IF NOT EXISTS tenantc.%I PARTITION OF tenantc.%I FOR VALUES FROM (%L) TO (%L)',
          parent || to_char(month, '_YYYY_MM'), parent,
          month::timestamp AT TIME ZONE 'UTC', (month + interval '1 month') AT TIME ZONE 'UTC');
      END IF;
    END LOOP;
  END LOOP;
END
"""
# What was used of a limit that the settings no longer state stays, for the day when it comes back.
_SETTLE: Final = """
DECLARE
  lived name;
  is_known boolean;
BEGIN
  SELECT t.home INTO lived FROM tenantc.tenants AS t WHERE t.tenant_id = tenant;
  is_known := FOUND;
  INSERT INTO tenantc.tenants AS old (tenant_id, home, settings) VALUES (tenant, lives_in, stated)
    ON CONFLICT (tenant_id) DO UPDATE SET home = excluded.home, settings = excluded.settings
    WHERE (old.home, old.settings) IS DISTINCT FROM (excluded.home, excluded.settings);
  DELETE FROM tenantc.quotas AS q WHERE q.tenant_id = tenant AND NOT stated ? ('limits.' || q.limit_name);
  INSERT INTO tenantc.quotas AS old (tenant_id, limit_name, maximum)
    SELECT tenant, substr(key, 8), nullif(value, 'unlimited')::numeric
    FROM jsonb_each_text(stated)
    WHERE starts_with(key, 'limits.') AND key <> 'limits.data_retention_days'
    ON CONFLICT (tenant_id, limit_name) DO UPDATE SET maximum = excluded.maximum
    WHERE old.maximum IS DISTINCT FROM excluded.maximum;
  PERFORM tenantc.make_key(tenant);
  IF lives_in IS NOT NULL THEN
    CALL tenantc.apply_template(lives_in);
    CALL tenantc.count_tables(lives_in, tenant);
  END IF;
  IF NOT is_known OR lived IS DISTINCT FROM lives_in THEN
    PERFORM tenantc.recount(tenant);
  END IF;
  PERFORM tenantc.mark_over(tenant);
END
"""


def tables() -> list[Sql]:
    """The tables, their partitions for this month and two to come, and how a tenant's file fills its rows."""
    return [
        *(code(one) for one in (_TENANTS, _QUOTAS, _QUOTA_USE, _USAGE_EVENTS, _USAGE_TOTALS, _AUDIT_EVENTS)),
        *(code(one) for one in (_AUDIT_WHOLE, _AUDIT_SPLIT, *_INDEXES)),
        procedure("tenantc.make_months(first timestamptz, ahead integer)", _MONTHS, "definer"),
        code("CALL tenantc.make_months(now(), 2)"),
        procedure("tenantc.settle(tenant text, lives_in name, stated jsonb)", _SETTLE),
    ]
