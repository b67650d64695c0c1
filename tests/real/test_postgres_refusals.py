"""Where a SQL file would open a hole, or leave one open, it fails and changes nothing. Run by no superuser."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests import sql_files
from tests.real import parts
from tests.real.platform import GLOBEX, GROUP, UMBRELLA, Platform, estate, owned
from tests.real.postgres import SUPERUSER, Postgres


@pytest.fixture(scope="module")
def settled(postgres: Postgres) -> Iterator[Platform]:
    """A platform with its estate's file and one tenant's, which every test leaves as it finds it."""
    with postgres.scratch() as database:
        made = owned(postgres, database, "platform_admin")
        made.run(estate())
        made.apply("globex", "shared")
        yield made


@contextmanager
def done(platform: Platform, *statements: str, undo: tuple[str, ...], by: str | None = None) -> Iterator[None]:
    with platform.as_role(by or platform.admin) as connection:
        try:
            for statement in statements:
                connection.execute(statement.encode())
            yield
        finally:
            for statement in undo:
                connection.execute(statement.encode())


def refused_role(platform: Platform, level: str, attributes: str, says: str) -> None:
    """Pin a role that exists with these attributes, and see the file refuse it and leave it as it was."""
    roles = (
        "CREATE ROLE table_owner NOLOGIN",
        "ALTER TABLE app.tracks OWNER TO table_owner",
        f"CREATE ROLE adopted LOGIN {attributes}",
    )
    undo = (f"ALTER TABLE app.tracks OWNER TO {platform.admin}", "DROP ROLE adopted", "DROP ROLE table_owner")
    with done(platform, *roles, undo=undo, by=SUPERUSER):
        with pytest.raises(parts.RefusedError, match=says):
            platform.apply("acme-corp", level, pinned={"postgres_role": "adopted"})
        assert platform.rows("SELECT rolconnlimit FROM pg_roles WHERE rolname = 'adopted'") == [(-1,)]


@pytest.mark.parametrize(
    ("attributes", "culprit"),
    [
        ("SUPERUSER", ".*adopted.*"),
        ("BYPASSRLS", "adopted"),
        ("CREATEROLE", "adopted"),
        ("CREATEDB", "adopted"),
        ("REPLICATION", "adopted"),
        ("IN ROLE pg_read_all_data", "pg_read_all_data"),
        # who creates a role is its member (PostgreSQL 16), so the admin also has the powers of tenants it has made
        ("IN ROLE platform_admin", f"pg_database_owner, platform_admin(, {GLOBEX}, .*__keepers)?"),
        (f"IN ROLE {GLOBEX}", GLOBEX),
        ("IN ROLE table_owner", "table_owner"),
    ],
)
def test_a_role_that_may_more_than_a_tenant_is_not_adopted(settled: Platform, attributes: str, culprit: str) -> None:
    refused_role(settled, "shared", attributes, f"role adopted has the powers of {culprit}, and")


@pytest.mark.parametrize("level", ["schema", "database"])
def test_nor_at_any_other_level(settled: Platform, level: str) -> None:
    refused_role(settled, level, f"IN ROLE {GLOBEX}", f"role adopted has the powers of {GLOBEX}, and")


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
    settled: Platform, pinned: dict[str, str], level: str, says: str
) -> None:
    with pytest.raises(parts.RefusedError, match=says):
        settled.apply("acme-corp", level, pinned=pinned)


def test_a_databases_file_opens_no_other_database(settled: Platform) -> None:
    files = sql_files.tenant("umbrella", "database")
    settled.run(files["database.sql"], "postgres")
    with pytest.raises(parts.RefusedError, match=f"belongs in the database {UMBRELLA}, not in {settled.database}"):
        settled.run(files["schema.sql"])
    pinned = sql_files.tenant("umbrella", "database", pinned={"postgres_database": settled.database})
    with pytest.raises(parts.RefusedError, match=f"database {settled.database} holds tables that tenants share"):
        settled.run(pinned["schema.sql"])
    settled.run(files["schema.sql"], UMBRELLA)


OLD_POLICY = "DROP POLICY old ON app.tracks"


@pytest.mark.parametrize(
    ("hole", "undo", "says"),
    [
        ("CREATE POLICY old ON app.tracks USING (title = current_setting('app.title'))", OLD_POLICY, "policy old on"),
        (f"CREATE POLICY old ON app.tracks FOR SELECT TO {GROUP} USING (true)", OLD_POLICY, "policy old on"),
        (f"CREATE POLICY old ON app.tracks FOR SELECT TO {GLOBEX} USING (true)", OLD_POLICY, "policy old on"),
        (
            "GRANT SELECT ON app.tracks_first TO PUBLIC",
            "REVOKE SELECT ON app.tracks_first FROM PUBLIC",
            f"role {GROUP} has privileges on app.tracks_first that",
        ),
        (
            f"GRANT SELECT (title) ON app.tracks_rest TO {GROUP}",
            f"REVOKE SELECT (title) ON app.tracks_rest FROM {GROUP}",
            f"role {GROUP} has privileges on app.tracks_rest that",
        ),
    ],
)
def test_an_estate_with_a_hole_is_refused(settled: Platform, hole: str, undo: str, says: str) -> None:
    with done(settled, hole, undo=(undo,)), pytest.raises(parts.RefusedError, match=says):
        settled.run(estate())
    settled.run(estate())


@pytest.mark.parametrize("privilege", ["TRUNCATE", "TRIGGER", "REFERENCES", "REFERENCES (id)"])
def test_a_tenant_with_a_way_around_row_security_is_refused(settled: Platform, privilege: str) -> None:
    grant = f"GRANT {privilege} ON app.playlists TO {GLOBEX}"
    revoke = f"REVOKE {privilege} ON app.playlists FROM {GLOBEX}"
    says = f"role {GLOBEX} has privileges on app.playlists that"
    with done(settled, grant, undo=(revoke,)), pytest.raises(parts.RefusedError, match=says):
        settled.apply("globex", "shared")
    settled.apply("globex", "shared")
