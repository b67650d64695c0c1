"""Who may call what: tenants the functions that serve them, keepers what looks after everybody, PUBLIC nothing."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Ref
from tenantc.emit.postgres.sharing import ROLES_SCHEMA, SERVICE_SCHEMA
from tenantc.emit.statement import Identifier, Sql, code, sql

_KEEPERS_CALL: Final = (
    "FUNCTION tenantc.apply_retention(text)",
    "FUNCTION tenantc.data_tables(name)",
    "FUNCTION tenantc.kept_days(jsonb, text)",
    "FUNCTION tenantc.place_hold(text, text, text)",
    "FUNCTION tenantc.lift_hold(bigint)",
    "FUNCTION tenantc.write_event(text, text, text, text, text, text)",
    "PROCEDURE tenantc.make_months(timestamptz, integer)",
    "PROCEDURE tenantc.count_usage(date)",
    "PROCEDURE tenantc.expire_records()",
    "PROCEDURE tenantc.maintain()",
)
_READERS_CALL: Final = ("shown(text, boolean)", "masked(text, text)", "quotas()", "usage()", "may_process(text, text)")


def service_schema() -> Sql:
    return sql("CREATE SCHEMA IF NOT EXISTS ", Identifier(SERVICE_SCHEMA), makes=[("schema", SERVICE_SCHEMA)])


def access(callers: str, keepers: str, readers: str) -> list[Sql]:
    """In the transaction that makes the functions, since a new one is PUBLIC's to call until then."""
    caller, keeper, reader = (Ref("role", group) for group in (callers, keepers, readers))
    return [
        sql("REVOKE ALL ON ALL ROUTINES IN SCHEMA ", Identifier(ROLES_SCHEMA), ", ", Identifier(SERVICE_SCHEMA),
            " FROM PUBLIC, ", caller, ", ", keeper, ", ", reader),
        sql("REVOKE ALL ON SCHEMA ", Identifier(SERVICE_SCHEMA), " FROM PUBLIC"),
        sql("GRANT USAGE ON SCHEMA ", Identifier(SERVICE_SCHEMA), " TO ", caller, ", ", reader),
        sql("GRANT EXECUTE ON ALL ROUTINES IN SCHEMA ", Identifier(SERVICE_SCHEMA), " TO ", caller),
        sql("GRANT USAGE ON SCHEMA ", Identifier(ROLES_SCHEMA), " TO ", keeper),
        code("GRANT SELECT ON TABLE tenantc.tenants, tenantc.legal_holds TO {keeper}", keeper=keeper),
        *(sql(f"GRANT EXECUTE ON FUNCTION tenantc_api.{each} TO ", reader) for each in _READERS_CALL),
        *(sql(f"GRANT EXECUTE ON {routine} TO ", keeper) for routine in _KEEPERS_CALL),
    ]  # fmt: skip
