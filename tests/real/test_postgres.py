"""One tenant tries to get at another's rows, on a real PostgreSQL, at each isolation level.

Everything was set up by a role that is no superuser, as on a managed service, and once more by a superuser; every file
was run twice.
"""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tests import sql_files
from tests.real import parts
from tests.real.platform import (
    ACME,
    GLOBEX,
    GROUP,
    HIDDEN,
    HOOLI,
    INITECH,
    TENANTS,
    UMBRELLA,
    WAYNE,
    Platform,
    estate,
    filled,
    prepared,
)
from tests.real.postgres import SUPERUSER, Postgres, _start


@pytest.fixture(scope="module", params=["platform_admin", SUPERUSER])
def platform(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Platform]:
    with postgres.scratch() as database:
        made = prepared(postgres, database, request.param)
        filled(made)
        yield made


# every file runs again


CATALOGS = {
    "policies": "SELECT * FROM pg_policies ORDER BY schemaname, tablename, policyname",
    "tables": "SELECT oid, relname, relacl::text, relrowsecurity, relforcerowsecurity FROM pg_class ORDER BY oid",
    "schemas": "SELECT oid, nspname, nspacl::text FROM pg_namespace ORDER BY oid",
    "defaults": "SELECT defaclobjtype, defaclacl::text FROM pg_default_acl ORDER BY oid",
    "roles": "SELECT rolname, rolcanlogin, rolconnlimit, rolconfig FROM pg_roles ORDER BY rolname",
    "members": "SELECT roleid, member FROM pg_auth_members ORDER BY roleid, member",
    "databases": "SELECT oid, datname, datallowconn, datacl::text FROM pg_database ORDER BY oid",
    "lines": "SELECT * FROM tenantc.tenant_roles ORDER BY role_name",
    "playlists": "SELECT * FROM app.playlists ORDER BY id",
    "notes": f"SELECT * FROM {INITECH}.notes",
}


def test_another_run_changes_nothing(platform: Platform) -> None:
    before = {name: platform.rows(query) for name, query in CATALOGS.items()}
    platform.run(estate())
    for tenant_id, level in TENANTS.items():
        platform.apply(tenant_id, level)
    for name, query in CATALOGS.items():
        assert platform.rows(query) == before[name], name


def test_tables_hold_no_privileges_of_single_tenants(platform: Platform) -> None:
    # or pg_class would run out of room for them
    [(privileges,)] = platform.rows(
        "SELECT string_agg(relacl::text, '') FROM pg_class WHERE relnamespace = 'app'::regnamespace"
    )
    assert GROUP in privileges
    assert not [role for role in (ACME, GLOBEX) if role in privileges]


# shared tables


def test_a_tenant_reads_its_own_rows_alone(platform: Platform) -> None:
    for role, tenant_id in ((ACME, "acme-corp"), (GLOBEX, "globex")):
        for table in sql_files.SHARED_TABLES:
            assert platform.rows(f"SELECT tenant_id, count(*) FROM {table} GROUP BY 1", role) == [(tenant_id, 3)]
    assert platform.rows("SELECT count(*) FROM app.playlists") == [(6,)]


def test_the_lookup_is_made_once_a_statement_and_uses_the_index(platform: Platform) -> None:
    with platform.as_role(ACME) as connection:
        connection.execute("SET enable_seqscan = off")
        plan = "\n".join(line for (line,) in connection.execute("EXPLAIN SELECT * FROM app.playlists"))
    assert "InitPlan" in plan
    assert "SubPlan" not in plan
    assert "playlists_of_tenant" in plan


UPSERT = """
INSERT INTO app.playlists (id, tenant_id, title) SELECT max, 'acme-corp', 'x' FROM other
ON CONFLICT (id) DO UPDATE"""


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO app.playlists (tenant_id, title) VALUES ('globex', 'x')",
        "INSERT INTO app.tracks (tenant_id, title) VALUES ('globex', 'x')",
        "UPDATE app.playlists SET tenant_id = 'globex'",
        f"{UPSERT} SET tenant_id = 'acme-corp'",
        f"{UPSERT} SET title = excluded.title RETURNING title",
        "MERGE INTO app.playlists AS p USING other ON false WHEN NOT MATCHED THEN INSERT VALUES (0, 'globex', 'x')",
        # it reads no column, so PostgreSQL hides no row from it and refuses at the first of another's
        "MERGE INTO app.playlists AS p USING other ON true WHEN MATCHED THEN DELETE",
    ],
)
def test_no_row_is_written_for_or_taken_from_another_tenant(platform: Platform, statement: str) -> None:
    [(taken,)] = platform.rows("SELECT max(id) FROM app.playlists WHERE tenant_id = 'globex'")
    before = platform.rows("SELECT * FROM app.playlists ORDER BY id")
    with platform.as_role(ACME) as connection:
        connection.execute(f"CREATE TEMP TABLE other AS SELECT {taken} AS max".encode())
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            connection.execute(statement.encode())
    assert platform.rows("SELECT * FROM app.playlists ORDER BY id") == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE app.playlists SET tenant_id = 'acme-corp', title = 'stolen'",
        "DELETE FROM app.playlists",
        "WITH gone AS (DELETE FROM app.playlists RETURNING *) SELECT * FROM gone",
        "UPDATE app.playlists AS p SET title = q.title FROM app.playlists AS q WHERE q.tenant_id <> p.tenant_id",
        "MERGE INTO app.playlists AS p USING (VALUES (1)) AS one ON p.id > 0 WHEN MATCHED THEN DELETE",
    ],
)
def test_changes_meet_the_tenants_own_rows_alone(platform: Platform, statement: str) -> None:
    others = b"SELECT * FROM app.playlists WHERE tenant_id = 'globex' ORDER BY id"
    with platform.as_role(SUPERUSER) as connection, connection.transaction(force_rollback=True):
        before = connection.execute(others).fetchall()
        connection.execute(f"SET LOCAL ROLE {ACME}".encode())
        connection.execute(statement.encode())
        connection.execute("RESET ROLE")
        assert connection.execute(others).fetchall() == before
        assert len(before) == 3
        [(kept,)] = connection.execute("SELECT count(*) FROM app.playlists WHERE title LIKE 'unreleased%'").fetchall()
        assert kept == 3


def test_copy_gives_out_own_rows_alone_and_takes_none_in(platform: Platform) -> None:
    for source in ("app.playlists", "(SELECT * FROM app.playlists)", "(TABLE app.tracks)"):
        with (
            platform.as_role(ACME) as connection,
            connection.cursor().copy(f"COPY {source} TO STDOUT".encode()) as copy,
        ):
            lines = b"".join(bytes(block) for block in copy).decode().splitlines()
        assert [line.split("\t")[1] for line in lines] == ["acme-corp"] * 3
    platform.refuses(ACME, "COPY app.playlists FROM STDIN", errors.FeatureNotSupported)
    platform.refuses(ACME, "COPY app.playlists TO PROGRAM 'cat'")
    platform.refuses(ACME, "COPY app.playlists TO '/tmp/playlists'")


@pytest.mark.parametrize(
    "statement",
    [
        f"SET ROLE {GLOBEX}",
        f"SET ROLE {INITECH}",
        "SET ROLE postgres",
        f"SET SESSION AUTHORIZATION {GLOBEX}",
        f"GRANT {GLOBEX} TO {ACME}",
        f"GRANT {GROUP} TO {INITECH}",
        f"ALTER ROLE {ACME} BYPASSRLS",
        f"ALTER ROLE {ACME} CONNECTION LIMIT -1",
        f"ALTER ROLE {GLOBEX} PASSWORD 'x'",
        "CREATE ROLE puppet",
    ],
)
def test_a_tenant_becomes_nobody_else(platform: Platform, statement: str) -> None:
    platform.refuses(ACME, statement)


def test_the_group_acts_for_nobody(platform: Platform) -> None:
    with platform.as_role(ACME) as connection:
        connection.execute(f"SET ROLE {GROUP}".encode())
        assert connection.execute("SELECT count(*) FROM app.playlists").fetchone() == (0,)


def test_no_session_setting_helps(platform: Platform) -> None:
    with platform.as_role(ACME) as connection:
        for setting in ("app.tenant_id", "app.current_tenant", "tenantc.tenant_id"):
            connection.execute("SELECT set_config(%s, 'globex', false)", (setting,))
        connection.execute("SET search_path = pg_temp, app")
        connection.execute("CREATE TEMP TABLE tenant_roles AS SELECT current_user AS role_name, 'globex' AS tenant_id")
        assert connection.execute("SELECT DISTINCT tenant_id FROM playlists").fetchall() == [("acme-corp",)]
        connection.execute("SET row_security = off")
        with pytest.raises(errors.InsufficientPrivilege, match="row-level security"):
            connection.execute("SELECT * FROM playlists")


def test_a_prepared_statement_follows_the_role(platform: Platform) -> None:
    """A pooler's own login, which may become any tenant, keeps its plans."""
    with platform.as_role(SUPERUSER) as connection:
        for role in (ACME, GLOBEX):
            found = []
            connection.execute("RESET ROLE")
            connection.execute(f"SET ROLE {role}".encode())
            for _ in range(7):  # past the five that PostgreSQL plans anew before it keeps a plan
                found += connection.execute("SELECT DISTINCT tenant_id FROM app.playlists", prepare=True).fetchall()
            assert set(found) == {("acme-corp",) if role == ACME else ("globex",)}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM tenantc.tenant_roles",
        "INSERT INTO tenantc.tenant_roles VALUES ('x', 'globex')",
        "UPDATE tenantc.tenant_roles SET tenant_id = 'globex'",
        "DELETE FROM tenantc.tenant_roles",
        "TRUNCATE tenantc.tenant_roles",
    ],
)
def test_the_table_of_roles_is_out_of_reach(platform: Platform, statement: str) -> None:
    platform.refuses(ACME, statement)


def test_the_table_of_roles_shows_each_role_its_own_line_even_where_its_schema_is_open(platform: Platform) -> None:
    with platform.as_role(platform.admin) as connection, connection.transaction(force_rollback=True):
        connection.execute(f"GRANT USAGE ON SCHEMA tenantc TO {ACME}".encode())
        connection.execute(f"GRANT {ACME} TO {platform.admin}".encode())
        connection.execute(f"SET LOCAL ROLE {ACME}".encode())
        assert connection.execute("SELECT * FROM tenantc.tenant_roles").fetchall() == [(ACME, "acme-corp", False)]


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE app.playlists",
        "ALTER TABLE app.playlists DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenantc_select ON app.playlists",
        "CREATE POLICY mine ON app.playlists USING (true)",
        "CREATE TRIGGER spy BEFORE UPDATE ON app.playlists EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "CREATE RULE spy AS ON UPDATE TO app.playlists DO ALSO NOTHING",
        "SELECT * FROM app.tracks_first",
        "SELECT * FROM app.tracks_rest",
        "INSERT INTO app.tracks_first (tenant_id, title) VALUES ('globex', 'x')",
        "SELECT * FROM app.audit",
        "CREATE TABLE app.mine (x int)",
        "CREATE TABLE public.mine (x int)",
        "CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = text, FUNCTION = texteq)",
        "CREATE FUNCTION pg_temp.spy(text) RETURNS bool LANGUAGE sql LEAKPROOF AS 'SELECT true'",
        "CREATE SCHEMA mine",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_statistic",
        "SELECT pg_read_file('PG_VERSION')",
    ],
)
def test_what_passes_row_security_by_is_refused(platform: Platform, statement: str) -> None:
    platform.refuses(ACME, statement)


def test_a_condition_of_the_tenants_own_never_meets_a_row_of_anothers(platform: Platform) -> None:
    noticed: list[str] = []
    with platform.as_role(ACME) as connection:
        connection.add_notice_handler(lambda notice: noticed.append(notice.message_primary or ""))
        connection.execute(
            "CREATE FUNCTION pg_temp.spy(text) RETURNS bool LANGUAGE plpgsql IMMUTABLE COST 0.0000001 AS "
            "$$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
        )
        connection.execute("CREATE OPERATOR pg_temp.<-> (RIGHTARG = text, FUNCTION = pg_temp.spy)")
        for table in sql_files.SHARED_TABLES:
            connection.execute(f"SELECT * FROM {table} WHERE pg_temp.spy(title)".encode())
            connection.execute(f"SELECT * FROM {table} WHERE OPERATOR(pg_temp.<->) title".encode())
            # an error tells as much as an answer
            connection.execute(f"SELECT * FROM {table} WHERE 1 / (length(title) - {len(HIDDEN) + 2}) <> 5".encode())
    assert noticed
    assert not [message for message in noticed if HIDDEN in message]


def test_errors_and_statistics_show_nothing_of_others(platform: Platform) -> None:
    [(taken,)] = platform.rows("SELECT max(id) FROM app.playlists WHERE tenant_id = 'globex'")
    with platform.as_role(platform.admin) as connection:
        connection.execute("ANALYZE app.playlists")
    with platform.as_role(ACME) as connection:
        with pytest.raises(errors.UniqueViolation) as refused:
            connection.execute(
                "INSERT INTO app.playlists (id, tenant_id, title) VALUES (%s, 'acme-corp', 'x')", (taken,)
            )
        assert refused.value.diag.message_detail is None, "that there is such a row can't be hidden; what is in it can"
        assert connection.execute("SELECT * FROM pg_stats WHERE schemaname = 'app'").fetchall() == []
        plan = str(connection.execute("EXPLAIN (ANALYZE, VERBOSE) SELECT * FROM app.playlists").fetchall())
    assert "globex" not in plan
    assert HIDDEN not in plan


def test_a_view_or_function_of_the_owners_shows_what_its_caller_may_see(platform: Platform) -> None:
    with platform.as_role(platform.admin) as connection:
        connection.execute("CREATE OR REPLACE VIEW app.titles AS SELECT tenant_id, title FROM app.playlists")
        connection.execute(f"GRANT SELECT ON app.titles TO {GROUP}".encode())
        connection.execute(
            "CREATE OR REPLACE FUNCTION app.total() RETURNS bigint LANGUAGE sql SECURITY DEFINER "
            "SET search_path = pg_catalog AS 'SELECT count(*) FROM app.playlists'"
        )
    total = platform.rows("SELECT app.total()", ACME)
    tenants = platform.rows("SELECT DISTINCT tenant_id FROM app.titles", ACME)
    if platform.admin == SUPERUSER:
        # the documentation says so: nothing binds a superuser's objects
        assert total == [(6,)]
        assert tenants == [("acme-corp",), ("globex",)]
    else:
        assert total == [(0,)]
        assert tenants == [("acme-corp",)]


def test_whoever_is_no_tenant_sees_nothing_and_the_owner_neither(platform: Platform) -> None:
    seen = 6 if platform.admin == SUPERUSER else 0  # nothing binds a superuser
    assert platform.rows("SELECT count(*) FROM app.playlists", platform.admin) == [(seen,)]
    platform.refuses(INITECH, "SELECT * FROM app.playlists")
    platform.refuses(UMBRELLA, "SELECT * FROM app.playlists")


# a schema each


@pytest.mark.parametrize("role", [HOOLI, ACME, UMBRELLA])
@pytest.mark.parametrize(
    "statement",
    [
        f"SELECT * FROM {INITECH}.notes",
        f"INSERT INTO {INITECH}.notes (body) VALUES ('x')",
        f"UPDATE {INITECH}.notes SET body = 'x'",
        f"DELETE FROM {INITECH}.notes",
        f"COPY {INITECH}.notes TO STDOUT",
        f"SELECT nextval('{INITECH}.notes_id_seq')",
        f"CREATE TABLE {INITECH}.mine (x int)",
        f"CREATE VIEW pg_temp.mine AS SELECT * FROM {INITECH}.notes",
        f"SET ROLE {INITECH}",
    ],
)
def test_a_schema_is_its_tenants_alone(platform: Platform, role: str, statement: str) -> None:
    platform.refuses(role, statement)


def test_a_search_path_opens_no_schema(platform: Platform) -> None:
    with platform.as_role(HOOLI) as connection:
        assert connection.execute("SELECT body FROM notes").fetchall() == [(f"{HIDDEN} of {HOOLI}",)]
        connection.execute(f"SET search_path = {INITECH}".encode())
        with pytest.raises(errors.UndefinedTable):
            connection.execute("SELECT * FROM notes")


def test_a_tenants_tables_are_not_the_tenants_to_change(platform: Platform) -> None:
    for statement in ("DROP TABLE notes", "ALTER TABLE notes DROP COLUMN body", "TRUNCATE notes"):
        platform.refuses(INITECH, statement)
    platform.refuses(INITECH, f"DROP SCHEMA {INITECH} CASCADE")
    platform.refuses(INITECH, f"CREATE TABLE {INITECH}.mine (x int)")


# a database each


@pytest.mark.parametrize("role", [WAYNE, ACME, INITECH])
def test_a_database_lets_its_own_tenant_in_alone(platform: Platform, role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        platform.as_role(role, UMBRELLA)
    assert platform.rows("SELECT body FROM notes", UMBRELLA, UMBRELLA) == [(f"{HIDDEN} of {UMBRELLA}",)]


def test_inside_its_database_a_tenant_works_and_builds_nothing(platform: Platform) -> None:
    with platform.as_role(UMBRELLA, UMBRELLA) as connection:
        connection.execute("CREATE TEMP TABLE scratch (x int)")
        connection.execute("UPDATE notes SET body = body")
        for statement in ("CREATE TABLE mine (x int)", "DROP TABLE notes", "TRUNCATE notes", "CREATE SCHEMA mine"):
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.encode())
        with pytest.raises(psycopg.Error):
            connection.execute(f"DROP DATABASE {UMBRELLA}".encode())


# a cluster each


@pytest.fixture(scope="module")
def other_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    parts.need(parts.POSTGRES)
    folder = Path(tempfile.mkdtemp(prefix="tenantc-postgres-"))
    folder.chmod(0o755)
    server = _start(folder, tmp_path_factory)
    try:
        sockets = server.get_postmaster_info().socket_dir
        assert sockets is not None
        yield Postgres(sockets, server.bin_path)
    finally:
        server.cleanup()


@pytest.mark.slow
def test_a_cluster_knows_no_other_tenant(platform: Platform, other_server: Postgres) -> None:
    with other_server.scratch() as maintenance:
        own = Platform(other_server, maintenance, SUPERUSER)
        for _ in range(2):
            assert own.apply("stark", "cluster") == "streaming_stark"
        assert own.rows("SELECT current_user::text", "streaming_stark", "streaming_stark") == [("streaming_stark",)]
        for role in (ACME, INITECH, UMBRELLA):
            with pytest.raises(psycopg.OperationalError, match="does not exist"):
                own.as_role(role, "streaming_stark")
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            platform.as_role("streaming_stark")
