-- Run in the estate's shared database, after records.sql and before the files of its tenants, as the owner of
-- database and shared tables, who may create roles and is better no superuser, whose views and functions no row
-- security binds:
--   psql --set ON_ERROR_STOP=1 --dbname DATABASE --file schema.sql
BEGIN;
SET LOCAL search_path = "pg_catalog", "pg_temp";
SET LOCAL lock_timeout = '10s';
DO $tenantc$
BEGIN
  IF to_regnamespace('public') IS NOT NULL THEN
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    IF has_schema_privilege('public', 'public', 'CREATE') THEN
      RAISE EXCEPTION 'PUBLIC may create objects in schema public, and only its owner can revoke that';
    END IF;
  END IF;
END
$tenantc$;
DO $tenantc$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenantc__demo_default') THEN
    CREATE ROLE "tenantc__demo_default" NOLOGIN;
  END IF;
END
$tenantc$;
DO $tenantc$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenantc__demo_default__keepers') THEN
    CREATE ROLE "tenantc__demo_default__keepers" NOLOGIN;
  END IF;
END
$tenantc$;
DO $tenantc$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'tenantc__demo_default__readers') THEN
    CREATE ROLE "tenantc__demo_default__readers" NOLOGIN;
  END IF;
END
$tenantc$;
CREATE SCHEMA IF NOT EXISTS "tenantc";
REVOKE ALL ON SCHEMA "tenantc" FROM PUBLIC, "tenantc__demo_default";
CREATE TABLE IF NOT EXISTS "tenantc"."tenant_roles" (
  "role_name" name PRIMARY KEY,
  "tenant_id" text NOT NULL
);
ALTER TABLE "tenantc"."tenant_roles" ADD COLUMN IF NOT EXISTS "reads_only" boolean NOT NULL DEFAULT false;
REVOKE ALL ON TABLE "tenantc"."tenant_roles" FROM PUBLIC, "tenantc__demo_default";
ALTER TABLE "tenantc"."tenant_roles" ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "tenantc_own_line" ON "tenantc"."tenant_roles";
CREATE POLICY "tenantc_own_line" ON "tenantc"."tenant_roles" FOR SELECT
  USING ("role_name" = CURRENT_USER);
GRANT SELECT ON TABLE "tenantc"."tenant_roles" TO "tenantc__demo_default";
GRANT USAGE ON SCHEMA "app" TO "tenantc__demo_default", "tenantc__demo_default__keepers";
REVOKE ALL ON TABLE "app"."notes" FROM PUBLIC, "tenantc__demo_default";
GRANT SELECT, INSERT, UPDATE, DELETE ON TABLE "app"."notes" TO "tenantc__demo_default";
ALTER TABLE "app"."notes" ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS "tenantc_select" ON "app"."notes";
CREATE POLICY "tenantc_select" ON "app"."notes" FOR SELECT
  USING ("tenant_id" = (SELECT "line"."tenant_id" FROM "tenantc"."tenant_roles" AS "line" WHERE "line"."role_name" = CURRENT_USER));
DROP POLICY IF EXISTS "tenantc_insert" ON "app"."notes";
CREATE POLICY "tenantc_insert" ON "app"."notes" FOR INSERT
  WITH CHECK ("tenant_id" = (SELECT "line"."tenant_id" FROM "tenantc"."tenant_roles" AS "line" WHERE "line"."role_name" = CURRENT_USER));
DROP POLICY IF EXISTS "tenantc_update" ON "app"."notes";
CREATE POLICY "tenantc_update" ON "app"."notes" FOR UPDATE
  USING ("tenant_id" = (SELECT "line"."tenant_id" FROM "tenantc"."tenant_roles" AS "line" WHERE "line"."role_name" = CURRENT_USER))
  WITH CHECK ("tenant_id" = (SELECT "line"."tenant_id" FROM "tenantc"."tenant_roles" AS "line" WHERE "line"."role_name" = CURRENT_USER));
DROP POLICY IF EXISTS "tenantc_delete" ON "app"."notes";
CREATE POLICY "tenantc_delete" ON "app"."notes" FOR DELETE
  USING ("tenant_id" = (SELECT "line"."tenant_id" FROM "tenantc"."tenant_roles" AS "line" WHERE "line"."role_name" = CURRENT_USER));
GRANT SELECT, DELETE ON TABLE "app"."notes" TO "tenantc__demo_default__keepers";
DROP POLICY IF EXISTS "tenantc_keepers" ON "app"."notes";
CREATE POLICY "tenantc_keepers" ON "app"."notes" TO "tenantc__demo_default__keepers" USING (true);
DO $tenantc$
DECLARE
  owned regclass;
BEGIN
  FOR owned IN
    SELECT s.oid FROM pg_policy AS p
    JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = p.polrelid
    JOIN pg_class AS s ON d.classid = 'pg_class'::regclass AND d.objid = s.oid
    WHERE p.polname = 'tenantc_insert' AND d.deptype = 'a' AND s.relkind = 'S'
  LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', owned, 'tenantc__demo_default');
  END LOOP;
END
$tenantc$;
CREATE SCHEMA IF NOT EXISTS "tenantc_masked";
REVOKE ALL ON SCHEMA "tenantc_masked" FROM PUBLIC;
GRANT USAGE ON SCHEMA "tenantc_masked" TO "tenantc__demo_default__readers";
CALL tenantc.make_masked_views(NULL, 'tenantc_masked', 'tenantc__demo_default__readers');
DO $tenantc$
DECLARE
  opening text;
BEGIN
  SELECT format('%I on %s', p.polname, p.polrelid::regclass) INTO opening
  FROM pg_policy AS p
  WHERE p.polpermissive AND p.polname NOT IN ('tenantc_select', 'tenantc_insert', 'tenantc_update', 'tenantc_delete')
    AND p.polrelid IN (SELECT polrelid FROM pg_policy WHERE polname = 'tenantc_select')
    AND EXISTS (
      SELECT FROM pg_roles AS tenant CROSS JOIN unnest(p.polroles) AS meant (role)
      WHERE (tenant.rolname = 'tenantc__demo_default'
          OR tenant.rolname IN (SELECT "role_name" FROM "tenantc"."tenant_roles"))
        AND (meant.role = 0 OR pg_has_role(tenant.oid, meant.role, 'MEMBER'))
    )
  LIMIT 1;
  IF opening IS NOT NULL THEN
    RAISE EXCEPTION 'policy % opens more rows to tenants than their own: drop it, or make it restrictive', opening;
  END IF;
END
$tenantc$;
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
  WHERE has_table_privilege('tenantc__demo_default', id, 'TRUNCATE, TRIGGER')
    OR has_any_column_privilege('tenantc__demo_default', id, 'REFERENCES')
    OR (NOT guarded AND (has_table_privilege('tenantc__demo_default', id, 'DELETE')
      OR has_any_column_privilege('tenantc__demo_default', id, 'SELECT, INSERT, UPDATE')));
  IF open_tables IS NOT NULL THEN
    RAISE EXCEPTION 'role % has privileges on % that pass row security by: revoke them', 'tenantc__demo_default', open_tables;
  END IF;
END
$tenantc$;
CALL tenantc.guard_tables(NULL, NULL);
CALL tenantc.count_tables(NULL, NULL);
COMMIT;
