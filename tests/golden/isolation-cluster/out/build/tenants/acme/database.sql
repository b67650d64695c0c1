-- Run on the tenant's own server, in its maintenance database, as a role that may create databases;
-- then schema.sql as the same role, in the database made here:
--   psql --dbname postgres --file database.sql
\set ON_ERROR_STOP on
SELECT 'CREATE DATABASE "demo_acme" TEMPLATE template0 ENCODING ''UTF8'' ALLOW_CONNECTIONS false'
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = 'demo_acme') \gexec
REVOKE ALL ON DATABASE "demo_acme" FROM PUBLIC;
ALTER DATABASE "demo_acme" ALLOW_CONNECTIONS true;
