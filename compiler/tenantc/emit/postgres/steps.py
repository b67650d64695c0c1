"""What every move of a tenant's rows is made of, whether they stay in their database or not."""

from __future__ import annotations

from typing import Final

from tenantc.emit.postgres.sharing import OWN_PREFIX
from tenantc.emit.statement import Dollar, Literal, Sql, SqlPart, code, sql

_AT_HOME: Final = """
BEGIN
  IF NOT EXISTS (SELECT FROM tenantc.tenants AS t
      WHERE t.tenant_id = {tenant} AND t.home IS NOT DISTINCT FROM {lives_in}) THEN
    RAISE EXCEPTION {otherwise}, {tenant};
  END IF;
END
"""
# Keys go on being drawn from the shared table's sequence, or rows that are written there could never come back.
MAKE: Final = """
DECLARE
  one record;
  key record;
BEGIN
  FOR one IN SELECT s.id, s.id::regclass AS shown, format('%I.%I', {home}::text, s.name) AS made
    FROM tenantc.data_tables(NULL) AS s
  LOOP
    IF to_regclass(one.made) IS NOT NULL THEN
      CONTINUE;
    END IF;
    EXECUTE format('CREATE TABLE %s (LIKE %s INCLUDING ALL EXCLUDING IDENTITY)', one.made, one.shown);
    FOR key IN SELECT a.attname, pg_get_serial_sequence(one.shown::text, a.attname) AS sequence
      FROM pg_attribute AS a WHERE a.attrelid = one.id AND a.attnum > 0 AND NOT a.attisdropped
    LOOP
      IF key.sequence IS NOT NULL THEN
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT nextval(%L)', one.made, key.attname, key.sequence);
        EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', key.sequence, {role}::text);
      END IF;
    END LOOP;
  END LOOP;
END
"""
"""Makes in a schema of the tenant's own what it lacks of the shared tables."""
# A column's own sequence, or the one that its default draws from.
_NUMBER: Final = """
DECLARE
  one record;
  top bigint;
  last bigint;
BEGIN
  FOR one IN SELECT t.id::regclass AS shown, a.attname, coalesce(
      pg_get_serial_sequence(t.id::regclass::text, a.attname),
      (SELECT s.oid::regclass::text FROM pg_attrdef AS f
        JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
          AND d.refclassid = 'pg_class'::regclass
        JOIN pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S'
        WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum LIMIT 1)) AS sequence
    FROM {filled} AS t JOIN pg_attribute AS a ON a.attrelid = t.id WHERE a.attnum > 0 AND NOT a.attisdropped
  LOOP
    IF one.sequence IS NOT NULL THEN
      EXECUTE format('SELECT max(%I) FROM %s', one.attname, one.shown) INTO top;
      EXECUTE format('SELECT last_value FROM %s', one.sequence) INTO last;
      IF top >= last THEN
        PERFORM setval(one.sequence, top);
      END IF;
    END IF;
  END LOOP;
END
"""
# A member of the tenants' group could go on writing to the shared tables, where nobody would look for it.
LEAVE_GROUP: Final = """
DECLARE
  joined name;
BEGIN
  FOR joined IN SELECT r.rolname FROM pg_auth_members AS m JOIN pg_roles AS r ON r.oid = m.roleid
    JOIN pg_roles AS own ON own.oid = m.member
    WHERE own.rolname = {role} AND starts_with(r.rolname, {reserved})
      AND EXISTS (SELECT FROM tenantc.data_tables(NULL) AS s WHERE has_table_privilege(r.oid, s.id, 'INSERT'))
  LOOP
    EXECUTE format('REVOKE %I FROM %I', joined, {role}::text);
  END LOOP;
END
"""
# The tenant's column is the one that the policy names of its own table.
_GUARDED: Final = """
    JOIN pg_policy AS p ON p.polrelid = s.id AND p.polname = {policy}
    JOIN pg_depend AS d ON d.classid = 'pg_policy'::regclass AND d.objid = p.oid
      AND d.refclassid = 'pg_class'::regclass AND d.refobjid = s.id AND d.refobjsubid > 0
    JOIN pg_attribute AS a ON a.attrelid = s.id AND a.attnum = d.refobjsubid"""


def block(body: str, **parts: SqlPart) -> Sql:
    return sql("DO ", Dollar(code(body, **parts)))


def guarded_by() -> Sql:
    """Joins to each shared table `s` the column `a` by which the policy tells whose its rows are."""
    return code(_GUARDED, policy=Literal(f"{OWN_PREFIX}select"))


def at_home(tenant: SqlPart, lives_in: SqlPart, otherwise: SqlPart) -> Sql:
    """Fails with `otherwise` where the tenant lives elsewhere in this database, or not at all."""
    return block(_AT_HOME, tenant=tenant, lives_in=lives_in, otherwise=otherwise)


def acting(tenant: SqlPart) -> Sql:
    """From here to `acted`, whoever runs this meets the tenant's rows in shared tables, and nobody else's.

    Row security binds the tables' owner too. This locks no table, and shows nobody another tenant's rows.
    """
    return code(
        "INSERT INTO tenantc.tenant_roles (role_name, tenant_id) VALUES (CURRENT_USER, {tenant})", tenant=tenant
    )


def acted() -> Sql:
    return code("DELETE FROM tenantc.tenant_roles AS l WHERE l.role_name = CURRENT_USER")


def numbered(filled: str) -> Sql:
    """Lets keys be drawn above those that came, in tables whose oids are the column `id` of `filled`."""
    return block(_NUMBER, filled=filled)
