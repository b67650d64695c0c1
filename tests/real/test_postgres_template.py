"""The tables that tenants with a schema or a database of their own get, on a real PostgreSQL, run by no superuser."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from psycopg import errors

from tests import sql_files
from tests.real import parts
from tests.real.platform import ACME, HOOLI, INITECH, UMBRELLA, Platform, estate, owned
from tests.real.postgres import Postgres

# not safe to run twice, quotes of every kind, names looked up in the schema, and a statement that needs the one before
FIRST = """
CREATE TABLE notes (id serial PRIMARY KEY, body text DEFAULT '$tenantc$ it''s "x"');
CREATE FUNCTION count_notes() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT count(*) FROM notes); END $$;
INSERT INTO notes DEFAULT VALUES;
"""
SECOND = "ALTER TABLE notes ADD COLUMN IF NOT EXISTS author text;"
HOMES = {"initech": (INITECH, None, INITECH), "hooli": (HOOLI, None, HOOLI), "umbrella": ("public", UMBRELLA, UMBRELLA)}
LEVELS = {"acme-corp": "shared", "initech": "schema", "hooli": "schema", "umbrella": "database"}
HOME = pytest.mark.parametrize("tenant_id", HOMES)


def deploy(platform: Platform, template: str | None, tenants: Mapping[str, str] = LEVELS) -> None:
    settings: dict[str, Any] = {"workspace.sql.template_schema": template}
    text = sql_files.estate(("shared",), settings, file="records.sql")
    assert text is not None
    platform.run(text)
    for tenant_id, level in tenants.items():
        files = sql_files.tenant(tenant_id, level)
        home = HOMES.get(tenant_id, ("", None, ""))[1]
        if home is not None:
            platform.run(files["database.sql"], "postgres")
            platform.run(text, home)
        for file in ("schema.sql", "records.sql"):
            platform.run(files[file], home)


@pytest.fixture
def platform(postgres: Postgres) -> Iterator[Platform]:
    with postgres.scratch() as database:
        made = owned(postgres, database, f"owner_of_{database}")
        made.run(estate())
        yield made


def test_each_tenant_gets_the_tables_once_and_for_itself_alone(platform: Platform) -> None:
    for _ in range(2):
        deploy(platform, FIRST)
    for schema, home, role in HOMES.values():
        assert platform.rows("SELECT body FROM notes", role, home) == [('$tenantc$ it\'s "x"',)]
        assert platform.rows("SELECT count_notes()", role, home) == [(1,)]
        with platform.as_role(role, home) as connection:
            connection.execute("INSERT INTO notes (body) VALUES ('mine')")
            for statement in ("DROP TABLE notes", "CREATE TABLE mine (x int)", f"DROP FUNCTION {schema}.count_notes()"):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(statement.encode())
    for statement in (f"SELECT * FROM {INITECH}.notes", f"SELECT {INITECH}.count_notes()"):
        platform.refuses(HOOLI, statement)
        platform.refuses(ACME, statement)
    assert platform.rows("SELECT count(*) FROM pg_class WHERE relname = 'notes'") == [(2,)], "shared tables stay alone"


def test_a_later_version_changes_what_an_earlier_made(platform: Platform) -> None:
    deploy(platform, FIRST)
    for _ in range(2):
        deploy(platform, SECOND)
    for _, home, role in HOMES.values():
        assert platform.rows("SELECT id, author FROM notes", role, home) == [(1, None)]
    deploy(platform, None)
    assert platform.rows("SELECT count(*) FROM notes", INITECH) == [(1,)], "without a template nothing goes"


def test_a_template_that_fails_changes_nothing(platform: Platform) -> None:
    deploy(platform, FIRST)
    with pytest.raises(parts.RefusedError, match='relation "nothing" does not exist'):
        deploy(platform, "DROP TABLE notes; SELECT * FROM nothing;", {"initech": "schema"})
    assert platform.rows("SELECT count(*) FROM notes", INITECH) == [(1,)]


def test_names_in_a_template_mean_the_tenants_schema(platform: Platform) -> None:
    platform.run("CREATE TABLE public.notes (trap text)")
    deploy(platform, FIRST)
    assert platform.rows("SELECT count(*) FROM public.notes") == [(0,)]
    found = "SELECT tenantc.templates.home FROM tenantc.templates ORDER BY 1"
    assert platform.rows(found) == [(HOOLI,), (INITECH,)]
    assert platform.rows("SHOW search_path", INITECH) == [(INITECH,)]


def test_no_tenant_applies_a_template(platform: Platform) -> None:
    deploy(platform, FIRST)
    platform.refuses(INITECH, f"CALL tenantc.apply_template('{INITECH}')")
