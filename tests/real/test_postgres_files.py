"""What the SQL files do to a platform's own database: all or nothing, and nothing where that would open a hole.

Run by the owner of the database, who is no superuser.
"""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from tests import sql_files
from tests.real import parts
from tests.real.platform import ACME, GLOBEX, GROUP, TABLES, UMBRELLA, Platform, estate
from tests.real.postgres import SUPERUSER, Postgres


@pytest.fixture
def bare(postgres: Postgres) -> Iterator[Platform]:
    """The platform's tables alone, and a role that owns them."""
    with postgres.scratch() as database:
        admin = f"owner_of_{database}"
        with postgres.connect() as connection:
            connection.execute(f"CREATE ROLE {admin} LOGIN CREATEROLE CREATEDB".encode())
            connection.execute(f"ALTER DATABASE {database} OWNER TO {admin}".encode())
        made = Platform(postgres, database, admin)
        made.run(TABLES)
        yield made


def test_a_file_takes_effect_as_a_whole_or_not_at_all(bare: Platform) -> None:
    text = sql_files.estate(settings={"workspace.sql.shared_tables": ("app.playlists", "app.missing")})
    assert isinstance(text, str)
    # even by a deployer who goes on after an error
    said = bare.server.psql(text, bare.database, role=bare.admin, on_error_stop=False)
    assert 'relation "app.missing" does not exist' in said.stderr
    assert bare.rows("SELECT count(*) FROM pg_policies") == [(0,)]
    assert bare.rows("SELECT count(*) FROM pg_namespace WHERE nspname = 'tenantc'") == [(0,)]
    assert bare.rows(f"SELECT count(*) FROM pg_roles WHERE rolname = '{GROUP}'") == [(0,)]


# what a file says about a role


def test_a_suspended_tenant_is_shut_out_and_loses_nothing(bare: Platform) -> None:
    bare.run(estate())
    for level in ("shared", "schema", "database"):
        home = bare.apply("acme-corp", level, status="suspended")
        with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
            bare.as_role(ACME, home)
        bare.apply("acme-corp", level)
        bare.as_role(ACME, home).close()


def test_limits_hold(bare: Platform) -> None:
    bare.run(estate())
    limits = {"infrastructure.database.max_connections": 1, "infrastructure.database.query_timeout_seconds": 1}
    bare.apply("acme-corp", "shared", settings=limits)
    with bare.as_role(ACME) as connection:
        with pytest.raises(errors.QueryCanceled, match="statement timeout"):
            connection.execute("SELECT pg_sleep(3)")
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            bare.as_role(ACME)
    bare.apply("acme-corp", "shared", settings=dict.fromkeys(limits))
    assert bare.rows(f"SELECT rolconnlimit, rolconfig FROM pg_roles WHERE rolname = '{ACME}'") == [(-1, None)]


def test_a_renamed_role_acts_for_its_tenant_and_the_old_one_no_more(bare: Platform) -> None:
    bare.run(estate())
    bare.apply("acme-corp", "shared")
    with bare.as_role(ACME) as connection:
        connection.execute("INSERT INTO app.playlists (tenant_id, title) VALUES ('acme-corp', 'x')")
    bare.apply("acme-corp", "shared", pinned={"postgres_role": "acme"})
    assert bare.rows("SELECT count(*) FROM app.playlists", "acme") == [(1,)]
    assert bare.rows("SELECT count(*) FROM app.playlists", ACME) == [(0,)]


# what a file refuses


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ("SUPERUSER", "has the powers of"),
        ("BYPASSRLS", "has the powers of adopted,"),
        ("CREATEROLE", "has the powers of adopted,"),
        ("CREATEDB", "has the powers of adopted,"),
        ("IN ROLE pg_read_all_data", "has the powers of pg_read_all_data,"),
        ("IN ROLE streaming_globex", "has the powers of streaming_globex,"),
        ("IN ROLE table_owner", "has the powers of table_owner,"),
    ],
)
@pytest.mark.parametrize("level", ["shared", "schema", "database"])
def test_a_role_that_may_more_than_a_tenant_is_not_adopted(
    bare: Platform, level: str, attributes: str, says: str
) -> None:
    bare.run(estate())
    bare.apply("globex", "shared")
    if "table_owner" in attributes and level == "database":
        return  # another database's tables are no matter there
    with bare.as_role(SUPERUSER) as connection:
        connection.execute("CREATE ROLE table_owner NOLOGIN")
        connection.execute(f"GRANT table_owner TO {bare.admin}".encode())
        connection.execute("ALTER TABLE app.playlists OWNER TO table_owner")
        connection.execute(f"CREATE ROLE adopted LOGIN {attributes}".encode())
        connection.execute(f"GRANT adopted TO {bare.admin} WITH ADMIN OPTION".encode())
    with pytest.raises(parts.RefusedError, match=says):
        bare.apply("acme-corp", level, pinned={"postgres_role": "adopted"})
    assert bare.rows("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'adopted'") == [(-1,)]


def test_a_plain_role_is_adopted_with_its_harmless_memberships(bare: Platform) -> None:
    bare.run(estate())
    with bare.as_role(bare.admin) as connection:
        connection.execute("CREATE ROLE rds_iam NOLOGIN")
        connection.execute("CREATE ROLE adopted LOGIN IN ROLE rds_iam")
    bare.apply("acme-corp", "shared", pinned={"postgres_role": "adopted"})
    assert bare.rows("SELECT count(*) FROM app.playlists", "adopted") == [(0,)]


@pytest.mark.parametrize(
    ("pinned", "level", "says"),
    [
        ({"postgres_role": GROUP}, "schema", "belong to tenantc"),
        ({"postgres_role": GLOBEX}, "shared", "tenant_roles_pkey"),
        ({"postgres_schema": "app"}, "schema", "schema app holds tables that tenants share"),
        ({"postgres_schema": "tenantc"}, "schema", "schema tenantc holds tables that tenants share"),
    ],
)
def test_a_pinned_name_takes_over_nothing_of_others(
    bare: Platform, pinned: dict[str, str], level: str, says: str
) -> None:
    bare.run(estate())
    bare.apply("globex", "shared")
    with pytest.raises(parts.RefusedError, match=says):
        bare.apply("acme-corp", level, pinned=pinned)


def test_a_databases_file_opens_no_other_database(bare: Platform) -> None:
    bare.run(estate())
    text = sql_files.tenant("umbrella", "database")["schema.sql"]
    with pytest.raises(parts.RefusedError, match=f"belongs in the database {UMBRELLA}, not in {bare.database}"):
        bare.run(text)
    bare.server.psql(sql_files.tenant("umbrella", "database")["database.sql"], "postgres", role=bare.admin)
    with pytest.raises(parts.RefusedError, match=f"database {bare.database} holds tables that tenants share"):
        bare.run(sql_files.tenant("umbrella", "database", pinned={"postgres_database": bare.database})["schema.sql"])
    bare.run(text, UMBRELLA)


@pytest.mark.parametrize(
    ("hole", "says"),
    [
        (
            "CREATE POLICY old ON app.tracks USING (tenant_id = current_setting('app.tenant'))",
            "policy old on app.tracks",
        ),
        (f"CREATE POLICY old ON app.tracks FOR SELECT TO {GROUP} USING (true)", "policy old on app.tracks"),
        (f"CREATE POLICY old ON app.tracks FOR SELECT TO {GLOBEX} USING (true)", "policy old on app.tracks"),
        ("GRANT SELECT ON app.tracks_first TO PUBLIC", "privileges on app.tracks_first that"),
        (f"GRANT SELECT (title) ON app.tracks_rest TO {GROUP}", "privileges on app.tracks_rest that"),
    ],
)
def test_an_estate_with_a_hole_is_refused(bare: Platform, hole: str, says: str) -> None:
    bare.run(estate())
    bare.apply("globex", "shared")
    with bare.as_role(bare.admin) as connection:
        connection.execute(hole.encode())
    with pytest.raises(parts.RefusedError, match=says):
        bare.run(estate())


@pytest.mark.parametrize("grant", ["TRUNCATE", "TRIGGER", "REFERENCES", "REFERENCES (id)"])
def test_a_tenant_with_a_way_around_row_security_is_refused(bare: Platform, grant: str) -> None:
    bare.run(estate())
    bare.apply("globex", "shared")
    with bare.as_role(bare.admin) as connection:
        connection.execute(f"GRANT {grant} ON app.playlists TO {GLOBEX}".encode())
    with pytest.raises(parts.RefusedError, match=f"role {GLOBEX} has privileges on app.playlists that"):
        bare.apply("globex", "shared")


def test_policies_of_the_platforms_own_that_open_nothing_to_tenants_stay(bare: Platform) -> None:
    with bare.as_role(bare.admin) as connection:
        connection.execute("CREATE ROLE back_office NOLOGIN")
        connection.execute("CREATE POLICY back_office ON app.tracks TO back_office USING (true)")
        connection.execute("CREATE POLICY narrower ON app.tracks AS RESTRICTIVE USING (title <> 'x')")
    bare.run(estate())
    bare.apply("globex", "shared")
    bare.run(estate())
    names = {name for (name,) in bare.rows("SELECT policyname FROM pg_policies WHERE tablename = 'tracks'")}
    assert {"back_office", "narrower"} < names


def test_a_public_schema_that_stays_open_is_an_error(bare: Platform) -> None:
    with bare.as_role(SUPERUSER) as connection:
        connection.execute("ALTER SCHEMA public OWNER TO postgres")
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    with pytest.raises(parts.RefusedError, match="PUBLIC may create objects in schema public"):
        bare.server.psql(estate(), bare.database, role=bare.admin)
    with bare.as_role(SUPERUSER) as connection:
        connection.execute("DROP SCHEMA public")
    bare.run(estate())
