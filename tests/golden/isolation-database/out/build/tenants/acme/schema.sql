-- Run in the tenant's own database, after database.sql, as the role that ran that:
--   psql --set ON_ERROR_STOP=1 --dbname THE_TENANTS_DATABASE --file schema.sql
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
ALTER ROLE "demo_acme" LOGIN CONNECTION LIMIT 500;
ALTER ROLE "demo_acme" SET statement_timeout = '30s';
DO $tenantc$
BEGIN
  IF current_database() <> 'demo_acme' THEN
    RAISE EXCEPTION 'this belongs in the database %, not in %', 'demo_acme', current_database();
  END IF;
  IF EXISTS (SELECT FROM pg_policies WHERE starts_with(policyname, 'tenantc_')
    AND schemaname <> 'tenantc') THEN
    RAISE EXCEPTION 'database % holds tables that tenants share', current_database();
  END IF;
END
$tenantc$;
GRANT CONNECT, TEMPORARY ON DATABASE "demo_acme" TO "demo_acme";
REVOKE ALL ON SCHEMA "public" FROM PUBLIC;
GRANT USAGE ON SCHEMA "public" TO "demo_acme";
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "public" TO "demo_acme";
GRANT USAGE ON ALL SEQUENCES IN SCHEMA "public" TO "demo_acme";
ALTER DEFAULT PRIVILEGES IN SCHEMA "public"
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "demo_acme";
ALTER DEFAULT PRIVILEGES IN SCHEMA "public"
  GRANT USAGE ON SEQUENCES TO "demo_acme";
ALTER ROLE "demo_acme" SET search_path = "public";
COMMIT;
