-- Run in the estate's shared database, after the estate's schema.sql, as the role that ran that:
--   psql --set ON_ERROR_STOP=1 --dbname DATABASE --file schema.sql
BEGIN;
SET LOCAL search_path = "pg_catalog", "pg_temp";
SET LOCAL lock_timeout = '10s';
DO $tenantc$
DECLARE
  tenant_role CONSTANT name := 'demo_acme';
  powers text;
BEGIN
  IF starts_with(tenant_role, 'tenantc__') THEN
    RAISE EXCEPTION 'role names that begin with % belong to tenantc', 'tenantc__';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = tenant_role) THEN
    EXECUTE format('CREATE ROLE %I NOLOGIN', tenant_role);
  END IF;
  SELECT string_agg(r.rolname, ', ' ORDER BY r.rolname) INTO powers
  FROM pg_roles AS r
  WHERE pg_has_role(tenant_role, r.oid, 'MEMBER') AND (
    r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb OR r.rolreplication
    OR starts_with(r.rolname, 'pg_') OR r.rolname IN (CURRENT_USER, SESSION_USER)
    OR (r.rolcanlogin AND r.rolname <> tenant_role)
    OR (starts_with(r.rolname, 'tenantc__') AND right(r.rolname, 9) = '__keepers')
    OR r.oid IN (
      SELECT c.relowner FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
      WHERE starts_with(p.polname, 'tenantc_')
    )
  );
  IF powers IS NOT NULL THEN
    RAISE EXCEPTION 'role % has the powers of %, and no tenant may', tenant_role, powers;
  END IF;
END
$tenantc$;
ALTER ROLE "demo_acme" LOGIN CONNECTION LIMIT 5;
ALTER ROLE "demo_acme" SET statement_timeout = '30s';
GRANT "tenantc__demo_default" TO "demo_acme";
DELETE FROM "tenantc"."tenant_roles" WHERE "tenant_id" = 'acme' AND "reads_only" = false AND "role_name" <> 'demo_acme';
INSERT INTO "tenantc"."tenant_roles" ("role_name", "tenant_id", "reads_only")
  SELECT 'demo_acme', 'acme', false WHERE NOT EXISTS (SELECT FROM "tenantc"."tenant_roles" WHERE "tenant_id" = 'acme' AND "reads_only" = false AND "role_name" = 'demo_acme');
DO $tenantc$
DECLARE
  open_tables text;
BEGIN
  WITH RECURSIVE shared (id, guarded) AS (
    SELECT polrelid, true FROM pg_policy WHERE polname = 'tenantc_select'
    UNION
    SELECT i.inhrelid, EXISTS (SELECT FROM pg_policy WHERE polrelid = i.inhrelid AND polname = 'tenantc_select')
    FROM pg_inherits AS i JOIN shared AS s ON i.inhparent = s.id
  )
  SELECT string_agg(id::regclass::text, ', ') INTO open_tables FROM shared
  WHERE has_table_privilege('demo_acme', id, 'TRUNCATE, TRIGGER')
    OR has_any_column_privilege('demo_acme', id, 'REFERENCES')
    OR (NOT guarded AND (has_table_privilege('demo_acme', id, 'DELETE')
      OR has_any_column_privilege('demo_acme', id, 'SELECT, INSERT, UPDATE')));
  IF open_tables IS NOT NULL THEN
    RAISE EXCEPTION 'role % has privileges on % that pass row security by: revoke them', 'demo_acme', open_tables;
  END IF;
END
$tenantc$;
COMMIT;
