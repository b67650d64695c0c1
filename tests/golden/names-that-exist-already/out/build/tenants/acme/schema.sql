-- Run in the estate's shared database, after the estate's schema.sql, as the role that ran that:
--   psql --set ON_ERROR_STOP=1 --dbname DATABASE --file schema.sql
BEGIN;
SET LOCAL search_path = "pg_catalog", "pg_temp";
SET LOCAL lock_timeout = '10s';
DO $tenantc$
DECLARE
  tenant_role CONSTANT name := 'acme_app';
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
ALTER ROLE "acme_app" LOGIN CONNECTION LIMIT 50;
ALTER ROLE "acme_app" SET statement_timeout = '30s';
DO $tenantc$
DECLARE
  tenant_schema CONSTANT name := 'demo_acme';
BEGIN
  IF EXISTS (SELECT FROM pg_policies WHERE schemaname = tenant_schema AND starts_with(policyname, 'tenantc_')) THEN
    RAISE EXCEPTION 'schema % holds tables that tenants share', tenant_schema;
  END IF;
END
$tenantc$;
CREATE SCHEMA IF NOT EXISTS "demo_acme";
REVOKE ALL ON SCHEMA "demo_acme" FROM PUBLIC;
GRANT USAGE ON SCHEMA "demo_acme" TO "acme_app";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "demo_acme" TO "acme_app";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA "demo_acme" TO "acme_app";
ALTER DEFAULT PRIVILEGES IN SCHEMA "demo_acme"
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "acme_app";
ALTER DEFAULT PRIVILEGES IN SCHEMA "demo_acme"
  GRANT USAGE ON SEQUENCES TO "acme_app";
ALTER ROLE "acme_app" SET search_path = "demo_acme";
COMMIT;
