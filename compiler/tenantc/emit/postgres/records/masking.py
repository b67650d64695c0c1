"""Views of a tenant's tables for those who read them and may not see all: masked by what the fields hold.

A view shows what its owner may see, so each says itself whose rows it shows, and hides them from conditions of its
reader's that would meet them first (https://www.postgresql.org/docs/current/rules-privileges.html).
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import function, procedure
from tenantc.emit.postgres.sharing import MASKED_SCHEMA
from tenantc.emit.statement import Identifier, Literal, Sql, sql

# The strictest of all kinds of data that list the field decides. What a card was authorised with, what is special to
# the law and what is restricted is nobody's to read here.
_SHOWN: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant(reads => true);
  most integer;
BEGIN
  SELECT max(CASE
      WHEN c.value ->> 'kind' IN ('cardholder_auth', 'special', 'health') OR c.value ->> 'classification' = 'restricted'
        THEN 3
      WHEN c.value ->> 'kind' = 'cardholder' THEN 2
      WHEN c.value ->> 'classification' = 'confidential' THEN 1
    END)
    INTO most FROM jsonb_each(tenantc.stated(tenant, 'compliance.data_governance.categories')) AS c
    WHERE c.value -> 'fields' ? field;
  RETURN CASE
    WHEN most = 3 THEN 'nothing'
    WHEN most = 2 THEN coalesce(tenantc.stated_text(tenant, 'compliance.data_governance.masking.pan'), 'nothing')
    WHEN most = 1 OR (names_person
      AND tenantc.stated(tenant, 'compliance.data_governance.privacy.pseudonymised_analytics')::boolean IS NOT FALSE)
      THEN 'pseudonym'
    ELSE 'everything'
  END;
END
"""
# A card number has 12 digits at least (ISO/IEC 7812-1); of what is shorter than what would be shown, nothing is.
_MASKED: Final = """
DECLARE
  first CONSTANT integer := CASE extent WHEN 'first_eight_last_four' THEN 8 WHEN 'first_six_last_four' THEN 6
    ELSE 0 END;
BEGIN
  RETURN CASE
    WHEN value IS NULL OR extent = 'nothing' THEN NULL
    WHEN extent = 'everything' THEN value
    WHEN extent = 'pseudonym' THEN tenantc.pseudonym(tenantc.caller_tenant(reads => true), value)
    WHEN length(value) < greatest(first + 4, 12) THEN repeat('*', length(value))
    ELSE left(value, first) || repeat('*', length(value) - first - 4) || right(value, 4)
  END;
END
"""
_VIEWS: Final = """
DECLARE
  one record;
  shown text;
  query text;
BEGIN
  IF (SELECT count(*) > count(DISTINCT d.name) FROM tenantc.data_tables(home) AS d) THEN
    RAISE EXCEPTION 'two tables that tenants share have one name, and so have their masked views';
  END IF;
  FOR one IN SELECT d.id, d.name, d.subject_column FROM tenantc.data_tables(home) AS d ORDER BY d.name LOOP
    SELECT string_agg(CASE
        WHEN a.attname = one.subject_column OR a.atttypid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype)
        THEN format('tenantc_api.masked(t.%I::text, (SELECT tenantc_api.shown(%L, %L))) AS %I',
          a.attname, a.attname, a.attname IS NOT DISTINCT FROM one.subject_column, a.attname)
        ELSE format('CASE WHEN (SELECT tenantc_api.shown(%L, false)) = %L THEN t.%I END AS %I',
          a.attname, 'everything', a.attname, a.attname)
      END, ', ' ORDER BY a.attnum)
      INTO shown FROM pg_attribute AS a WHERE a.attrelid = one.id AND a.attnum > 0 AND NOT a.attisdropped
        AND (home IS NOT NULL OR a.attname <> {column});
    query := format('VIEW %I.%I WITH (security_barrier) AS SELECT %s FROM %s AS t', target, one.name, shown,
      one.id::regclass);
    IF home IS NULL THEN
      query := query || format(' WHERE t.%I = (SELECT line.tenant_id FROM tenantc.tenant_roles AS line'
        ' WHERE line.role_name = CURRENT_USER)', {column}::text);
    END IF;
    BEGIN
      EXECUTE 'CREATE OR REPLACE ' || query;
    EXCEPTION WHEN invalid_table_definition THEN -- a column went or changed its type
      EXECUTE format('DROP VIEW %I.%I', target, one.name);
      EXECUTE 'CREATE ' || query;
    END;
    EXECUTE format('GRANT SELECT ON %I.%I TO %I', target, one.name, reader);
  END LOOP;
END
"""


def masking(column: str) -> list[Sql]:
    return [
        function("tenantc_api.shown(field text, names_person boolean)", "text STABLE", _SHOWN, "definer"),
        function("tenantc_api.masked(value text, extent text)", "text STABLE", _MASKED, "definer"),
        procedure("tenantc.make_masked_views(home name, target name, reader name)", _VIEWS, column=Literal(column)),
    ]


def masked_views(readers: str) -> list[Sql]:
    """Views of the shared tables, made anew with every run, since tables change."""
    schema, role = Identifier(MASKED_SCHEMA), Identifier(readers)
    return [
        sql("CREATE SCHEMA IF NOT EXISTS ", schema),
        sql("REVOKE ALL ON SCHEMA ", schema, " FROM PUBLIC"),
        sql("GRANT USAGE ON SCHEMA ", schema, " TO ", role),
        sql("CALL tenantc.make_masked_views(NULL, ", Literal(MASKED_SCHEMA), ", ", Literal(readers), ")"),
    ]
