"""What a row must not hold: a sensitive field in plain text, and a field that no purpose needs.

The database can't encrypt a field without the key beside it, but it can refuse what is no ciphertext.
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import function, procedure
from tenantc.emit.statement import Literal, Sql, SqlPart, code

_TRIGGER: Final = "tenantc_guard"
# No message tells a value.
_GUARD: Final = """
DECLARE
  row CONSTANT jsonb := to_jsonb(new);
  stated jsonb;
  field text;
BEGIN
  SELECT t.settings INTO stated FROM tenantc.tenants AS t
    WHERE CASE WHEN TG_ARGV[0] = '' THEN t.home = TG_ARGV[1]
      ELSE t.home IS NULL AND t.tenant_id = row ->> TG_ARGV[0] END;
  IF (stated -> 'security.encryption_config.field_level')::boolean THEN
    SELECT f.name INTO field
      FROM jsonb_each(stated -> 'compliance.data_governance.categories') AS c,
        jsonb_array_elements_text(c.value -> 'fields') AS f (name)
      WHERE (c.value ->> 'classification' IN ('confidential', 'restricted')
          OR c.value ->> 'kind' IN ('cardholder', 'cardholder_auth', 'special', 'health'))
        AND row ->> f.name !~ TG_ARGV[2] LIMIT 1;
    IF field IS NOT NULL THEN
      RAISE EXCEPTION 'field % of % takes ciphertext alone', field, TG_RELID::regclass
        USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  IF (stated -> 'compliance.data_governance.privacy.data_minimization')::boolean THEN
    SELECT f.name INTO field
      FROM jsonb_each(stated -> 'compliance.data_governance.categories') AS c,
        jsonb_array_elements_text(c.value -> 'fields') AS f (name)
      WHERE NOT c.value -> 'allowed_fields' ? f.name AND row ->> f.name IS NOT NULL LIMIT 1;
    IF field IS NOT NULL THEN
      RAISE EXCEPTION 'no purpose needs field % of %', field, TG_RELID::regclass USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN new;
END
"""
_TABLES: Final = """
DECLARE
  one record;
BEGIN
  FOR one IN SELECT d.id::regclass::text AS shown FROM tenantc.data_tables(home) AS d LOOP
    IF ciphertext IS NOT NULL THEN
      EXECUTE format('CREATE OR REPLACE TRIGGER %I BEFORE INSERT OR UPDATE ON %s FOR EACH ROW'
        ' EXECUTE FUNCTION tenantc.guard_row(%L, %L, %L)', {trigger}::text, one.shown,
        CASE WHEN home IS NULL THEN {column} ELSE '' END, coalesce(home, ''), ciphertext);
    ELSIF EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgrelid = one.shown::regclass AND t.tgname = {trigger}) THEN
      EXECUTE format('DROP TRIGGER %I ON %s', {trigger}::text, one.shown);
    END IF;
  END LOOP;
END
"""


def guard(column: str) -> list[Sql]:
    parts: dict[str, SqlPart] = {"column": Literal(column), "trigger": Literal(_TRIGGER)}
    return [
        function("tenantc.guard_row()", "trigger", _GUARD, "definer"),
        procedure("tenantc.guard_tables(home name, ciphertext text)", _TABLES, "invoker", **parts),
    ]


def guarded(home: SqlPart, ciphertext: str | None) -> Sql:
    """The triggers of shared tables or of a schema's; without an expression for ciphertext they go."""
    expression: SqlPart = "NULL" if ciphertext is None else Literal(ciphertext)
    return code("CALL tenantc.guard_tables({home}, {expression})", home=home, expression=expression)
