"""Limits: what a tenant uses of each is counted, and what goes beyond is refused, or granted for a while."""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import function
from tenantc.emit.statement import Sql

_PERIOD: Final = """
BEGIN
  RETURN CASE limit_name
    WHEN 'api_rate_limit_per_hour' THEN 'hour'
    WHEN 'ai_sessions_per_month' THEN 'month'
    WHEN 'monthly_bandwidth_gb' THEN 'month'
  END;
END
"""
_AMOUNT: Final = """
BEGIN
  -- NaN is above infinity
  IF amount IS NULL OR NOT (amount > 0 AND amount < 'infinity') THEN
    RAISE EXCEPTION 'an amount is a number above zero' USING ERRCODE = 'invalid_parameter_value';
  END IF;
END
"""
# Whoever asks at once waits for the other's answer. Time above a limit runs on from an hour or month to the next, if
# that was above it too.
_TAKE: Final = """
DECLARE
  unit CONSTANT text := tenantc.limit_period(what);
  began CONSTANT timestamptz := CASE WHEN unit IS NULL THEN '-infinity' ELSE date_trunc(unit, now(), 'UTC') END;
  highest numeric;
  mine tenantc.quota_use;
  granted boolean;
BEGIN
  SELECT q.maximum INTO highest FROM tenantc.quotas AS q WHERE q.tenant_id = tenant AND q.limit_name = what;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no limit % is set for the tenant', what USING ERRCODE = 'undefined_object';
  END IF;
  INSERT INTO tenantc.quota_use VALUES (tenant, what, began, 0, NULL) ON CONFLICT DO NOTHING;
  SELECT * INTO mine FROM tenantc.quota_use AS u WHERE u.tenant_id = tenant AND u.limit_name = what FOR UPDATE;
  IF mine.period < began THEN
    IF NOT (mine.used > highest AND mine.period = began - ('1 ' || unit)::interval) THEN
      mine.over_since := NULL;
    END IF;
    mine.period := began;
    mine.used := 0;
  END IF;
  granted := mine.used + amount <= highest OR highest IS NULL;
  IF NOT granted THEN
    granted := NOT coalesce(tenantc.stated(tenant, 'billing.limits_enforcement.hard_limits')::boolean, true)
      OR now() < coalesce(mine.over_since, now()) + make_interval(
        hours => coalesce(tenantc.stated(tenant, 'billing.limits_enforcement.grace_period_hours')::integer, 0));
  END IF;
  IF granted AND takes THEN
    mine.used := mine.used + amount;
  END IF;
  IF mine.used > highest THEN
    mine.over_since := coalesce(mine.over_since, now());
  ELSIF unit IS NULL OR highest IS NULL THEN
    mine.over_since := NULL;
  END IF;
  UPDATE tenantc.quota_use AS u SET period = mine.period, used = mine.used, over_since = mine.over_since
    WHERE u.tenant_id = tenant AND u.limit_name = what;
  RETURN granted;
END
"""
_GIVE: Final = """
BEGIN
  UPDATE tenantc.quota_use AS u SET
    used = greatest(u.used - amount, 0),
    over_since = CASE WHEN greatest(u.used - amount, 0) > (SELECT q.maximum FROM tenantc.quotas AS q
      WHERE q.tenant_id = tenant AND q.limit_name = what) THEN u.over_since END
    WHERE u.tenant_id = tenant AND u.limit_name = what;
END
"""
# Whoever still asks for what rows count is told whether there is room for one; the row itself takes it, and gives it
# back, or a tenant could.
_CLAIM: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
BEGIN
  PERFORM tenantc.check_amount(amount);
  RETURN tenantc.take(tenant, what, amount, NOT tenantc.is_counted(tenant, what));
END
"""
_RELEASE: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
BEGIN
  PERFORM tenantc.check_amount(amount);
  IF tenantc.limit_period(what) IS NOT NULL THEN
    RAISE EXCEPTION '% counts what happened, and nothing of that comes back', what
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  IF NOT tenantc.is_counted(tenant, what) THEN
    PERFORM tenantc.give(tenant, what, amount);
  END IF;
END
"""
_QUOTAS: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant(reads => true);
BEGIN
  RETURN QUERY
    SELECT q.limit_name, q.maximum, coalesce(u.used, 0), u.over_since
    FROM tenantc.quotas AS q
    LEFT JOIN tenantc.quota_use AS u ON u.tenant_id = q.tenant_id AND u.limit_name = q.limit_name
      AND (u.period = '-infinity' OR u.period = date_trunc(tenantc.limit_period(u.limit_name), now(), 'UTC'))
    WHERE q.tenant_id = tenant;
END
"""


def quotas() -> list[Sql]:
    return [
        function("tenantc.limit_period(limit_name text)", "text IMMUTABLE", _PERIOD),
        function("tenantc.check_amount(amount numeric)", "void IMMUTABLE", _AMOUNT),
        function("tenantc.take(tenant text, what text, amount numeric, takes boolean DEFAULT true)", "boolean", _TAKE),
        function("tenantc.give(tenant text, what text, amount numeric)", "void", _GIVE),
        function("tenantc_api.claim(what text, amount numeric DEFAULT 1)", "boolean", _CLAIM, "definer"),
        function("tenantc_api.release(what text, amount numeric DEFAULT 1)", "void", _RELEASE, "definer"),
        function(
            "tenantc_api.quotas()",
            "TABLE (limit_name text, maximum numeric, used numeric, over_since timestamptz) STABLE",
            _QUOTAS,
            "definer",
        ),
    ]
