"""What people ask about their data: export, correction and erasure, which run with the tenant's own rights.

So row security and grants hold as for any of its statements: no function that reads or deletes rows of the platform's
tables runs as anybody else. What is asked and what came of it goes through functions that do.
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.records.routines import function
from tenantc.emit.statement import Sql, code

_REQUESTS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.requests (
  request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text NOT NULL,
  subject_id text NOT NULL,
  kind text NOT NULL,
  asked_at timestamptz NOT NULL DEFAULT now(),
  due_at timestamptz,
  finished_at timestamptz,
  outcome text
)"""
_HOLDS: Final = """
CREATE TABLE IF NOT EXISTS tenantc.legal_holds (
  hold_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id text NOT NULL,
  subject_id text, -- null holds what belongs to anybody
  reason text NOT NULL,
  placed_at timestamptz NOT NULL DEFAULT now(),
  lifted_at timestamptz
)"""
_HELD: Final = """
BEGIN
  RETURN EXISTS (SELECT FROM tenantc.legal_holds AS h WHERE h.tenant_id = tenant AND h.lifted_at IS NULL
    AND (h.subject_id = subject OR h.subject_id IS NULL));
END
"""
_PLACE: Final = """
DECLARE
  made bigint;
BEGIN
  INSERT INTO tenantc.legal_holds (tenant_id, subject_id, reason) VALUES (tenant, subject, reason)
    RETURNING hold_id INTO made;
  PERFORM tenantc.decided(tenant, 'legal hold ' || made, 'placed');
  RETURN made;
END
"""
_LIFT: Final = """
DECLARE
  tenant text;
BEGIN
  UPDATE tenantc.legal_holds AS h SET lifted_at = now() WHERE h.hold_id = hold AND h.lifted_at IS NULL
    RETURNING h.tenant_id INTO tenant;
  IF tenant IS NOT NULL THEN
    PERFORM tenantc.decided(tenant, 'legal hold ' || hold, 'lifted');
  END IF;
  RETURN tenant IS NOT NULL;
END
"""
_OPEN: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
  privacy CONSTANT text := 'compliance.data_governance.privacy.';
  setting CONSTANT text := CASE kind WHEN 'export' THEN 'data_portability' WHEN 'correction' THEN 'rectification'
    WHEN 'erasure' THEN 'right_to_deletion' END;
BEGIN
  IF setting IS NULL THEN
    RAISE EXCEPTION 'nobody can ask for %', kind USING ERRCODE = 'undefined_object';
  END IF;
  IF kind = 'export' AND (tenantc.stated(tenant, privacy || 'portability_formats') ? format) IS NOT TRUE THEN
    RAISE EXCEPTION 'nobody gets data as %', format USING ERRCODE = 'invalid_parameter_value';
  END IF;
  state := CASE
    WHEN tenantc.stated(tenant, privacy || setting)::boolean IS NOT TRUE THEN 'refused'
    WHEN kind = 'erasure' AND coalesce(tenantc.stated(tenant, privacy || 'erasure.legal_hold_check')::boolean, true)
      AND tenantc.is_held_for_law(tenant, subject) THEN 'held'
    ELSE 'open'
  END;
  INSERT INTO tenantc.requests (tenant_id, subject_id, kind, due_at, outcome)
    VALUES (tenant, subject, kind, CASE kind WHEN 'erasure' THEN now() + make_interval(
      days => tenantc.stated(tenant, privacy || 'erasure.complete_within_days')::integer) END, nullif(state, 'open'))
    RETURNING requests.request_id INTO request;
  PERFORM tenantc.decided(tenant, kind || ' ' || request, state);
END
"""
_CLOSE: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
  done tenantc.requests;
BEGIN
  UPDATE tenantc.requests AS r SET finished_at = now(), outcome = 'done'
    WHERE r.tenant_id = tenant AND r.request_id = request AND r.finished_at IS NULL AND r.outcome IS NULL
    RETURNING * INTO done;
  IF done.kind = 'erasure' THEN
    DELETE FROM tenantc.consents AS c WHERE c.tenant_id = tenant AND c.subject_id = done.subject_id;
    DELETE FROM tenantc.refusals AS o WHERE o.tenant_id = tenant AND o.subject_id = done.subject_id;
    UPDATE tenantc.usage_events AS e SET subject_id = NULL WHERE e.tenant_id = tenant
      AND e.subject_id IN (done.subject_id, tenantc.pseudonym(tenant, done.subject_id));
  END IF;
END
"""
_ASKED: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
BEGIN
  RETURN QUERY SELECT r.request_id, r.subject_id, r.kind, r.asked_at, r.due_at, r.finished_at, r.outcome
    FROM tenantc.requests AS r WHERE r.tenant_id = tenant;
END
"""
_TABLES: Final = """
DECLARE
  tenant CONSTANT text := tenantc.caller_tenant();
BEGIN
  RETURN QUERY SELECT d.id, d.subject_column FROM tenantc.data_tables(
    (SELECT t.home FROM tenantc.tenants AS t WHERE t.tenant_id = tenant)) AS d WHERE d.subject_column IS NOT NULL;
END
"""
# A row in a format; XML 1.0 has no way to say some characters (https://www.w3.org/TR/xml/#charsets).
_EXPORTED: Final = """
BEGIN
  RETURN CASE format
    WHEN 'json' THEN held::text
    WHEN 'csv' THEN (SELECT string_agg('"' || replace(coalesce(f.value, ''), '"', '""') || '"', ',' ORDER BY f.place)
      FROM json_each_text(held) WITH ORDINALITY AS f (name, value, place)) || chr(13) || chr(10)
    WHEN 'xml' THEN '<row>' || (SELECT string_agg('<field name="' || tenantc_api.escaped(f.name) || '">'
        || tenantc_api.escaped(f.value) || '</field>', '' ORDER BY f.place)
      FROM json_each_text(held) WITH ORDINALITY AS f (name, value, place)) || '</row>'
  END;
END
"""
_ESCAPED: Final = """
BEGIN
  RETURN replace(replace(replace(replace(regexp_replace(coalesce(plain, ''),
    '[\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f]', '', 'g'), '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;');
END
"""
_EXPORT: Final = """
DECLARE
  asked record;
  one record;
  held json;
  lines text;
  answer text := '';
BEGIN
  asked := tenantc_api.open_request('export', subject, format);
  IF asked.state <> 'open' THEN
    RETURN NULL;
  END IF;
  FOR one IN SELECT d.id, d.id::regclass::text AS shown, d.subject_column FROM tenantc_api.tables_of_people() AS d
    ORDER BY 2
  LOOP
    lines := CASE format WHEN 'csv' THEN (
      SELECT string_agg('"' || replace(a.attname, '"', '""') || '"', ',' ORDER BY a.attnum) || chr(13) || chr(10)
      FROM pg_attribute AS a WHERE a.attrelid = one.id AND a.attnum > 0 AND NOT a.attisdropped) END;
    FOR held IN
      EXECUTE format('SELECT row_to_json(t) FROM %s AS t WHERE t.%I::text = $1', one.shown, one.subject_column)
      USING subject
    LOOP
      lines := concat(lines, CASE WHEN format = 'json' AND lines IS NOT NULL THEN ',' END,
        tenantc_api.exported(held, format));
    END LOOP;
    answer := concat(answer, CASE format
      WHEN 'json' THEN concat(CASE WHEN answer <> '' THEN ',' END, to_json(one.shown), ':[', lines, ']')
      WHEN 'csv' THEN concat(CASE WHEN answer <> '' THEN chr(13) || chr(10) END, one.shown, chr(13), chr(10), lines)
      ELSE concat('<table name="', tenantc_api.escaped(one.shown), '">', lines, '</table>')
    END);
  END LOOP;
  PERFORM tenantc_api.close_request(asked.request);
  RETURN CASE format WHEN 'json' THEN '{' || answer || '}' WHEN 'xml' THEN '<export>' || answer || '</export>'
    ELSE answer END;
END
"""
# A row that another refers to goes after it, in whatever order the tables stand: as long as a round deletes something,
# there may be another.
_ERASE: Final = """
DECLARE
  asked record;
  one record;
  waiting text[] := ARRAY[]::text[];
  still text[];
BEGIN
  asked := tenantc_api.open_request('erasure', subject);
  IF asked.state <> 'open' THEN
    RETURN asked.state;
  END IF;
  FOR one IN SELECT d.id::regclass::text AS shown, d.subject_column FROM tenantc_api.tables_of_people() AS d LOOP
    waiting := waiting || format('DELETE FROM %s WHERE %I::text = $1', one.shown, one.subject_column);
  END LOOP;
  WHILE cardinality(waiting) > 0 LOOP
    still := ARRAY[]::text[];
    FOR one IN SELECT command FROM unnest(waiting) AS command LOOP
      BEGIN
        EXECUTE one.command USING subject;
      EXCEPTION WHEN foreign_key_violation THEN
        IF cardinality(still) = cardinality(waiting) - 1 THEN
          RAISE;
        END IF;
        still := still || one.command;
      END;
    END LOOP;
    waiting := still;
  END LOOP;
  PERFORM tenantc_api.close_request(asked.request);
  RETURN 'done';
END
"""
_CORRECT: Final = """
DECLARE
  asked record;
  found name;
  met bigint;
BEGIN
  asked := tenantc_api.open_request('correction', subject);
  IF asked.state <> 'open' THEN
    RETURN NULL;
  END IF;
  SELECT d.subject_column INTO found FROM tenantc_api.tables_of_people() AS d WHERE d.id = holder::oid;
  IF found IS NULL THEN
    RAISE EXCEPTION 'table % holds nothing about people', holder USING ERRCODE = 'undefined_table';
  END IF;
  EXECUTE format('UPDATE %s SET %I = $2 WHERE %I::text = $1', holder, field, found) USING subject, corrected;
  GET DIAGNOSTICS met = ROW_COUNT;
  PERFORM tenantc_api.close_request(asked.request);
  RETURN met;
END
"""


def requests() -> list[Sql]:
    return [
        code(_REQUESTS),
        code(_HOLDS),
        function("tenantc.is_held_for_law(tenant text, subject text)", "boolean STABLE", _HELD, "definer"),
        function("tenantc.place_hold(tenant text, subject text, reason text)", "bigint", _PLACE, "definer"),
        function("tenantc.lift_hold(hold bigint)", "boolean", _LIFT, "definer"),
        function(
            "tenantc_api.open_request(kind text, subject text, format text DEFAULT NULL, OUT request bigint,"
            " OUT state text)",
            "record", _OPEN, "definer",
        ),
        function("tenantc_api.close_request(request bigint)", "void", _CLOSE, "definer"),
        function(
            "tenantc_api.requests()",
            "TABLE (request_id bigint, subject_id text, kind text, asked_at timestamptz, due_at timestamptz,"
            " finished_at timestamptz, outcome text) STABLE",
            _ASKED, "definer",
        ),
        function(
            "tenantc_api.tables_of_people()", "TABLE (id oid, subject_column name) STABLE", _TABLES, "definer"
        ),
        function("tenantc_api.escaped(plain text)", "text IMMUTABLE", _ESCAPED),
        function("tenantc_api.exported(held json, format text)", "text STABLE", _EXPORTED),
        function("tenantc_api.export_subject(subject text, format text)", "text", _EXPORT),
        function("tenantc_api.erase_subject(subject text)", "text", _ERASE),
        function(
            "tenantc_api.correct(subject text, holder regclass, field name, corrected text)", "bigint", _CORRECT
        ),
    ]  # fmt: skip
