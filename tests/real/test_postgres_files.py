"""What the SQL files do to a platform's own database, run by its owner, who is no superuser."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from psycopg import errors

from tests import sql_files
from tests.real import parts
from tests.real.platform import ACME, GLOBEX, GROUP, Platform, estate, owned
from tests.real.postgres import SUPERUSER, Postgres


@pytest.fixture
def bare(postgres: Postgres) -> Iterator[Platform]:
    """The platform's tables alone."""
    with postgres.scratch() as database:
        yield owned(postgres, database, f"owner_of_{database}")


def test_a_file_takes_effect_as_a_whole_or_not_at_all(bare: Platform) -> None:
    text = sql_files.estate(settings={"workspace.sql.shared_tables": ("app.playlists", "app.missing")})
    assert text is not None
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


def test_tenants_are_deployed_side_by_side(bare: Platform) -> None:
    bare.run(estate())
    levels = {f"tenant-{number}": "shared" if number % 3 else "schema" for number in range(24)}
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(bare.apply, levels, levels.values()))
    assert bare.rows("SELECT count(*) FROM tenantc.tenant_roles") == [(24,)]


def test_a_plain_role_is_adopted_with_its_harmless_memberships(bare: Platform) -> None:
    bare.run(estate())
    with bare.as_role(bare.admin) as connection:
        connection.execute("CREATE ROLE rds_iam NOLOGIN")
        connection.execute("CREATE ROLE adopted LOGIN IN ROLE rds_iam")
    bare.apply("acme-corp", "shared", pinned={"postgres_role": "adopted"})
    assert bare.rows("SELECT count(*) FROM app.playlists", "adopted") == [(0,)]


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


def test_a_public_schema_from_older_days_is_shut(bare: Platform) -> None:
    with bare.as_role(bare.admin) as connection:
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    bare.run(estate())
    bare.apply("acme-corp", "shared")
    bare.refuses(ACME, "CREATE TABLE public.mine (x int)")


def test_an_operator_that_somebody_left_in_public_gets_into_no_policy(bare: Platform) -> None:
    with bare.as_role(bare.admin) as connection:
        # fits the column better than PostgreSQL's own, which would have to convert
        connection.execute("CREATE FUNCTION public.yes(varchar, text) RETURNS bool LANGUAGE sql AS 'SELECT true'")
        connection.execute("CREATE OPERATOR public.= (LEFTARG = varchar, RIGHTARG = text, FUNCTION = public.yes)")
    bare.run(estate())
    for tenant_id in ("acme-corp", "globex"):
        bare.apply(tenant_id, "shared")
    with bare.as_role(ACME) as connection:
        connection.execute("INSERT INTO app.tracks (tenant_id, title) VALUES ('acme-corp', 'x')")
    assert bare.rows("SELECT count(*) FROM app.tracks", GLOBEX) == [(0,)]


def test_a_public_schema_that_stays_open_is_an_error(bare: Platform) -> None:
    with bare.as_role(SUPERUSER) as connection:
        connection.execute("ALTER SCHEMA public OWNER TO postgres")
        connection.execute("GRANT CREATE ON SCHEMA public TO PUBLIC")
    with pytest.raises(parts.RefusedError, match="PUBLIC may create objects in schema public"):
        bare.server.psql(estate(), bare.database, role=bare.admin)
    with bare.as_role(SUPERUSER) as connection:
        connection.execute("DROP SCHEMA public")
    bare.run(estate())
