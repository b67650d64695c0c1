"""Usage: an event each time something is used, and what that makes in a month."""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import function, procedure
from tenantc.emit.statement import Sql

# Of people and bytes that are there, a month has the most that were; all else adds up.
_IS_HELD: Final = """
BEGIN
  IF metric NOT IN (
    'users', 'user_activity', 'storage', 'ai_sessions', 'api_calls', 'bandwidth', 'custom_features'
  ) THEN
    RAISE EXCEPTION 'no usage is called %', metric USING ERRCODE = 'undefined_object';
  END IF;
  RETURN metric IN ('users', 'storage');
END
"""
_RECORD: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
  is_held CONSTANT boolean := tenantc.is_held(metric);
  in_detail CONSTANT boolean := tenantc.stated(tenant, 'billing.usage_tracking.detailed_usage_analytics');
  who text := CASE WHEN in_detail THEN subject END;
BEGIN
  PERFORM tenantc.check_amount(amount);
  IF (tenantc.stated(tenant, 'billing.usage_tracking.measured') ? metric) IS NOT TRUE THEN
    RETURN false;
  END IF;
  IF who IS NOT NULL AND tenantc.stated(tenant, 'compliance.data_governance.privacy.pseudonymised_analytics')::boolean
  THEN
    who := tenantc.pseudonym(tenant, who);
  END IF;
  IF to_regclass('tenantc.usage_events_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL THEN
    CALL tenantc.make_months(now(), 0);
  END IF;
  INSERT INTO tenantc.usage_events (tenant_id, metric, amount, subject_id, feature)
    VALUES (tenant, metric, amount, who, CASE WHEN in_detail THEN feature END);
  IF tenantc.stated(tenant, 'billing.usage_tracking.real_time_tracking')::boolean THEN
    INSERT INTO tenantc.usage_totals AS t VALUES (tenant, metric, date_trunc('month', now() AT TIME ZONE 'UTC'), amount)
      ON CONFLICT ON CONSTRAINT usage_totals_pkey DO UPDATE
      SET amount = CASE WHEN is_held THEN greatest(t.amount, excluded.amount) ELSE t.amount + excluded.amount END;
  END IF;
  RETURN true;
END
"""
# Counts from the events, so that it may run again; what the month has already seen of today waits for tomorrow.
_COUNT: Final = """
DECLARE
  first CONSTANT date := date_trunc('month', day::timestamp);
BEGIN
  INSERT INTO tenantc.usage_totals AS t (tenant_id, metric, month, amount)
    SELECT e.tenant_id, e.metric, first,
      CASE WHEN tenantc.is_held(e.metric) THEN max(e.amount) ELSE sum(e.amount) END
    FROM tenantc.usage_events AS e JOIN tenantc.tenants AS one USING (tenant_id)
    WHERE e.occurred_at >= first::timestamp AT TIME ZONE 'UTC'
      AND e.occurred_at < (day + 1)::timestamp AT TIME ZONE 'UTC'
      AND (one.settings -> 'billing.usage_tracking.real_time_tracking')::boolean IS NOT TRUE
    GROUP BY e.tenant_id, e.metric
    ON CONFLICT ON CONSTRAINT usage_totals_pkey DO UPDATE SET amount = excluded.amount;
END
"""
_TOTALS: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant(reads => true);
BEGIN
  RETURN QUERY SELECT t.metric, t.month, t.amount FROM tenantc.usage_totals AS t WHERE t.tenant_id = tenant;
END
"""


def usage() -> list[Sql]:
    return [
        function("tenantc.is_held(metric text)", "boolean IMMUTABLE", _IS_HELD),
        function(
            "tenantc_api.record_usage(metric text, amount numeric DEFAULT 1, subject text DEFAULT NULL,"
            " feature text DEFAULT NULL)",
            "boolean",
            _RECORD,
            "definer",
        ),
        procedure("tenantc.count_usage(day date)", _COUNT, "definer"),
        function("tenantc_api.usage()", "TABLE (metric text, month date, amount numeric) STABLE", _TOTALS, "definer"),
    ]
