"""Audit events: each is written once, and goes when its time is over."""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import function
from tenantc.emit.statement import Sql, code

_WRITE: Final = """
DECLARE
  held CONSTANT jsonb := tenantc.stated(tenant, 'monitoring.logging.audit.fields');
  is_split CONSTANT boolean := coalesce(tenantc.stated(tenant, 'infrastructure.database.partitioning')::boolean, false);
BEGIN
  IF is_split
    AND to_regclass('tenantc.audit_events_split_' || to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')) IS NULL
  THEN
    CALL tenantc.make_months(now(), 0);
  END IF;
  INSERT INTO tenantc.audit_events (tenant_id, is_split, recorded_by, type, actor, object, outcome, origin)
    SELECT tenant, is_split, tenantc.caller_role(),
      CASE WHEN held ? 'type' THEN type END, CASE WHEN held ? 'actor' THEN actor END,
      CASE WHEN held ? 'object' THEN object END, CASE WHEN held ? 'outcome' THEN outcome END,
      CASE WHEN held ? 'origin' THEN origin END;
END
"""
# What the functions of this schema grant or refuse is a decision about access.
_DECIDED: Final = """
BEGIN
  IF tenantc.stated(tenant, 'security.access_control.audit_enabled')::boolean THEN
    PERFORM tenantc.write_event(tenant, 'data_access', tenantc.caller_role(), object, outcome, NULL);
  END IF;
END
"""
_RECORD: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
BEGIN
  IF (tenantc.stated(tenant, 'monitoring.logging.audit.events') ? type) IS NOT TRUE THEN
    RETURN false;
  END IF;
  PERFORM tenantc.write_event(tenant, type, actor, object, outcome, origin);
  RETURN true;
END
"""
# The application says in which role its user acts: to PostgreSQL they are all the tenant's one role.
_READ: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
  readers CONSTANT jsonb := tenantc.stated(tenant, 'monitoring.logging.audit.read_roles');
  extent CONSTANT text := tenantc.stated_text(tenant, 'monitoring.logging.audit.tenant_readable');
  timed CONSTANT boolean := tenantc.stated(tenant, 'monitoring.logging.audit.fields') ? 'time';
BEGIN
  IF (readers ? reader OR readers ? '*') IS NOT TRUE THEN
    RAISE EXCEPTION 'the role % may not read audit events', reader USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF tenantc.stated(tenant, 'monitoring.logging.audit.events') ? 'log_access' THEN
    PERFORM tenantc.write_event(tenant, 'log_access', reader, 'audit events', extent, NULL);
  END IF;
  RETURN QUERY
    SELECT CASE WHEN timed THEN e.recorded_at END, e.type, e.actor, e.object, e.outcome, e.origin
    FROM tenantc.audit_events AS e
    WHERE e.tenant_id = tenant AND (
      extent = 'all_entries' OR (extent = 'own_entries' AND EXISTS (
        SELECT FROM tenantc.tenant_roles AS line
        WHERE line.tenant_id = tenant AND line.role_name = e.recorded_by)))
    ORDER BY e.recorded_at;
END
"""
# Holds for the owner too. What is deleted has lived as long as the settings say, whoever deletes it.
_KEEP: Final = """
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF old.recorded_at < now() - tenantc.audit_kept(old.tenant_id) THEN
      RETURN old;
    END IF;
  END IF;
  RAISE EXCEPTION 'audit events are only added' USING ERRCODE = 'insufficient_privilege';
END
"""
_KEPT: Final = """
DECLARE
  days CONSTANT text := tenantc.stated_text(tenant, 'monitoring.logging.audit.retention_days');
BEGIN
  -- null where they are kept for ever, and for a tenant that nobody knows
  RETURN make_interval(days => nullif(days, 'unlimited')::integer);
END
"""
_TRIGGERS: Final = (
    """CREATE OR REPLACE TRIGGER only_added BEFORE UPDATE OR DELETE ON tenantc.audit_events
  FOR EACH ROW EXECUTE FUNCTION tenantc.keep_event()""",
    """CREATE OR REPLACE TRIGGER never_emptied BEFORE TRUNCATE ON tenantc.audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION tenantc.keep_event()""",
)
_EVENT: Final = "type text, actor text, object text, outcome text, origin text"


def audit() -> list[Sql]:
    return [
        function(f"tenantc.write_event(tenant text, {_EVENT})", "void", _WRITE, "definer"),
        function("tenantc.decided(tenant text, object text, outcome text)", "void", _DECIDED),
        function(f"tenantc_api.record_event({_EVENT})", "boolean", _RECORD, "definer"),
        function(
            "tenantc_api.audit_events(reader text)", f"TABLE (recorded_at timestamptz, {_EVENT})", _READ, "definer"
        ),
        function("tenantc.audit_kept(tenant text)", "interval STABLE", _KEPT),
        function("tenantc.keep_event()", "trigger", _KEEP, "definer"),
        *(code(one) for one in _TRIGGERS),
    ]
