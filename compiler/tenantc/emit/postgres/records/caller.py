"""Who calls a function that runs with its owner's rights, and what is stated for that tenant."""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import function
from tenantc.emit.statement import Sql

# CURRENT_USER is the owner in there. The setting is empty of a name unless SET ROLE was allowed, and no definer's
# function may set it (https://www.postgresql.org/docs/current/sql-set-role.html).
_ROLE: Final = """
BEGIN
  RETURN CASE current_setting('role') WHEN 'none' THEN SESSION_USER ELSE current_setting('role') END;
END
"""
_TENANT: Final = """
DECLARE
  found text;
BEGIN
  SELECT line.tenant_id INTO found FROM tenantc.tenant_roles AS line
    WHERE line.role_name = tenantc.caller_role() AND (NOT line.reads_only OR reads);
  IF found IS NULL THEN
    RAISE EXCEPTION 'role % acts for no tenant here', tenantc.caller_role() USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN found;
END
"""
_STATED: Final = """
DECLARE
  found jsonb;
BEGIN
  SELECT t.settings -> path INTO found FROM tenantc.tenants AS t WHERE t.tenant_id = tenant;
  RETURN found;
END
"""
_STATED_TEXT: Final = """
BEGIN
  RETURN tenantc.stated(tenant, path) #>> '{}';
END
"""


def callers() -> list[Sql]:
    return [
        function("tenantc.caller_role()", "name STABLE", _ROLE),
        function("tenantc.caller_tenant(reads boolean DEFAULT false)", "text STABLE", _TENANT),
        function("tenantc.stated(tenant text, path text)", "jsonb STABLE", _STATED),
        function("tenantc.stated_text(tenant text, path text)", "text STABLE", _STATED_TEXT),
    ]
