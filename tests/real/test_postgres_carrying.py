"""Tenants' rows move to databases of their own and back, with all that is kept of the tenant, and nothing gets lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tenantc.emit.postgres.carrying import DELETE, EXPORT, IMPORT, carried
from tenantc.emit.postgres.holdings import SERVED
from tenantc.emit.writers.sql import write
from tests.real import parts
from tests.real.places import ID, NAMES, SETTINGS, TABLES, Place, carry, estate, move, step
from tests.real.platform import ACME, GLOBEX, Platform, owned
from tests.real.postgres import SUPERUSER, Postgres


@pytest.fixture
def platform(postgres: Postgres) -> Iterator[Platform]:
    with postgres.scratch() as database:
        made = owned(postgres, database, f"owner_of_{database}")
        made.run(TABLES.format("app") + estate())
        for tenant_id in ("globex", ID):
            made.apply(tenant_id, "shared", settings=SETTINGS)
        yield made


@pytest.fixture
def places(platform: Platform) -> list[Place]:
    """The tenant lives in shared tables, and tables for it are in both databases of its own."""
    found = [Place(platform, level) for level in ("shared", "schema", "database", "cluster")]
    free, enterprise = found[0], found[2]
    free.work(GLOBEX, "globex")
    for _ in range(2):
        free.work()
    # of a month for which nobody has made room elsewhere
    platform.run("""
        CALL tenantc.make_months('2025-01-15', 1);
        INSERT INTO tenantc.usage_events VALUES ('acme-corp', 'users', 1, '2025-01-31 23:59:59.5-11');
        INSERT INTO tenantc.audit_events VALUES ('acme-corp', true, '2025-01-31', 'x');
    """)
    enterprise.build()
    for setting in (
        "datestyle = 'SQL, DMY'",
        "timezone = 'Asia/Kolkata'",
        "extra_float_digits = -5",
        "bytea_output = 'escape'",
    ):
        platform.run(f"ALTER ROLE {platform.admin} IN DATABASE {ACME} SET {setting}")
    free.settle()
    return found


def test_free_to_professional_to_enterprise_and_back(platform: Platform, places: list[Place], tmp_path: Path) -> None:
    free, professional, enterprise, _ = places
    others, mine = free.held("globex"), free.held()
    assert all([*others.values(), *mine.values()])
    found = platform.rows(
        "SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id'"
        " WHERE c.relnamespace = 'tenantc'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    # all that is kept of a tenant is carried, but what its files state
    assert {name for (name,) in found} == {*SERVED, "tenants", "quotas", "tenant_roles"}
    move(platform, "schema")
    assert professional.held() == mine
    professional.work()
    mine = professional.held()
    carry(tmp_path, professional, enterprise)
    assert enterprise.held() == mine
    left = professional.held()
    # which nobody deletes before their time
    assert left.pop("tenantc.audit_events") == mine["tenantc.audit_events"]
    assert not any(left.values())
    enterprise.work()
    mine = enterprise.held()
    carry(tmp_path, enterprise, professional)
    assert professional.held() == mine
    professional.work()
    mine = professional.held()
    move(platform, "shared")
    assert free.held() == mine
    free.work()
    assert free.held("globex") == others
    assert {len(rows) for name, rows in free.held().items() if name in NAMES[:2]} == {6}


def test_shared_rows_go_to_databases_and_back_into_tables_made_for_them(places: list[Place], tmp_path: Path) -> None:
    free, professional, enterprise, custom = places
    custom.build()
    free.settle()
    others, mine = free.held("globex"), free.held()
    for number, (source, target) in enumerate(((free, enterprise), (enterprise, custom), (custom, professional))):
        (tmp_path / str(number)).mkdir()
        carry(tmp_path / str(number), source, target)
        assert target.held() == mine
        target.work()
        mine = target.held()
    move(free.platform, "shared")
    assert free.held() == mine
    free.work()
    assert free.held("globex") == others


def refuses(folder: Path, file: str, source: Place, target: Place, why: str) -> None:
    """The step fails and says why, and neither place is other than before."""
    before = source.held(), target.held()
    with pytest.raises(parts.RefusedError, match=why):
        step(folder, file, source, target)
    assert (source.held(), target.held()) == before


def test_another_estate_has_another_shared_database(platform: Platform, places: list[Place], tmp_path: Path) -> None:
    free, far = places[0], Place(platform, "shared")
    far.database = f"{platform.database}_far"
    with platform.as_role(platform.admin) as connection:
        connection.execute(f"CREATE DATABASE {far.database}".encode())
    platform.run(TABLES.format("app") + estate(), far.database)
    others, mine = free.held("globex"), free.held()
    for source, target in ((free, far), (far, free)):
        carry(tmp_path, source, target)
        assert target.held() == mine
        assert len(platform.rows("SELECT FROM app.albums", ACME, target.database)) == 2
    assert free.held("globex") == others


@pytest.mark.slow
def test_whoever_left_reaches_nothing_and_whoever_came_everything(places: list[Place], tmp_path: Path) -> None:
    free, _, enterprise, _ = places
    platform = free.platform
    mine = free.held()
    with platform.as_role(ACME, free.database) as connection:
        refuses(tmp_path, EXPORT, free, enterprise, f"role {ACME} is logged in: end its sessions")
        with pytest.raises(errors.InsufficientPrivilege):
            connection.execute("INSERT INTO app.albums (tenant_id) VALUES ('acme-corp')")
    for source, target in ((free, enterprise), (enterprise, free)):
        carry(tmp_path, source, target)
        with pytest.raises((errors.InsufficientPrivilege, psycopg.OperationalError), match="denied"):
            platform.rows(f"SELECT FROM {source.schema}.albums", ACME, source.database)
        assert len(platform.rows(f"SELECT FROM {target.schema}.albums", ACME, target.database)) == 2
        for place in (source, target):
            acting = f"SELECT FROM tenantc.tenant_roles WHERE role_name = '{platform.admin}'"
            assert platform.rows(acting, database=place.database) == []
    forced = (
        "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'"
    )
    assert platform.rows(f"{forced} AND relname = ANY ('{{albums,access,Odd$Values}}')") == [(True,)]
    assert platform.rows("SELECT DISTINCT tenant_id FROM app.albums", GLOBEX) == [("globex",)]
    assert free.held() == mine
    # an import of the way before has said that the same rows arrived
    step(tmp_path, EXPORT, free, enterprise)
    refuses(tmp_path, DELETE, free, enterprise, "arrived.copy is not the whole of what import.sql writes")


def test_no_step_runs_where_it_does_not_belong_or_too_early(places: list[Place], tmp_path: Path) -> None:
    free, _, enterprise, _ = places
    refuses(tmp_path, IMPORT, free, enterprise, "rows.copy: No such file")
    (tmp_path / "rows.copy").mkdir()
    refuses(tmp_path, EXPORT, free, enterprise, "rows.copy: Is a directory")
    (tmp_path / "rows.copy").rmdir()
    step(tmp_path, EXPORT, free, enterprise)
    refuses(tmp_path, DELETE, free, enterprise, "arrived.copy is not the whole of what import.sql writes")
    # an import on the side that the rows are to leave would say that they arrived
    refuses(tmp_path, IMPORT, enterprise, free, "all files of tenant acme-corp come first")
    rows = (tmp_path / "rows.copy").read_bytes()
    for broken in (
        rows[: len(rows) // 2],
        rows.replace(b"api_calls", b"api_colls"),
        b"",
        rows.replace(b"acme", b"icme"),
    ):
        (tmp_path / "rows.copy").write_bytes(broken)
        refuses(tmp_path, IMPORT, free, enterprise, "rows.copy is not the whole of what export.sql writes|missing data")
    (tmp_path / "rows.copy").write_bytes(rows)
    step(tmp_path, IMPORT, free, enterprise)
    # a delete on the side that they moved to would take the only ones left
    refuses(tmp_path, DELETE, enterprise, free, "tenant acme-corp lives here")
    with free.platform.as_role(SUPERUSER, free.database) as connection:
        connection.execute("UPDATE app.albums SET title = 'late' WHERE id = 2")
    refuses(tmp_path, DELETE, free, enterprise, "1 rows of app.albums are not among those that arrived")
    # back before the application has started there
    free.settle()
    refuses(tmp_path, DELETE, free, enterprise, "tenant acme-corp lives here")
    step(tmp_path, EXPORT, free, enterprise)
    refuses(tmp_path, IMPORT, free, enterprise, "albums holds 1 rows of the tenant that are not among those that come")


def test_whatever_looks_after_data_goes_on_between_the_steps(places: list[Place], tmp_path: Path) -> None:
    free, _, enterprise, _ = places
    step(tmp_path, EXPORT, free, enterprise)
    enterprise.settle()
    step(tmp_path, IMPORT, free, enterprise)
    (tmp_path / "rows.copy").unlink()
    mine = enterprise.held()
    with free.platform.as_role(SUPERUSER, free.database) as connection:
        # a retention run, and the month's totals counted anew
        for statement in (
            "DELETE FROM app.access WHERE tenant_id = 'acme-corp' AND album = 2",
            "DELETE FROM app.albums WHERE id = 2",
            "DELETE FROM tenantc.usage_events WHERE tenant_id = 'acme-corp'",
            "UPDATE tenantc.usage_totals SET amount = 99 WHERE tenant_id = 'acme-corp'",
        ):
            connection.execute(statement.encode())
        [(hold,)] = connection.execute("SELECT tenantc.place_hold('acme-corp', NULL, 'late')").fetchall()
        refuses(tmp_path, DELETE, free, enterprise, "1 rows of tenantc.legal_holds are not among those that arrived")
        connection.execute("DELETE FROM tenantc.legal_holds WHERE hold_id = %s", (hold,))
    step(tmp_path, DELETE, free, enterprise)
    left = free.held()
    del left["tenantc.audit_events"]
    assert not any(left.values())
    assert enterprise.held() == mine


def test_what_has_no_place_or_would_change_stops_it(places: list[Place], tmp_path: Path) -> None:
    free, _, enterprise, _ = places
    platform = free.platform
    step(tmp_path, EXPORT, free, enterprise)
    for made, undone, why in (
        (
            "ALTER TABLE access RENAME TO kept",
            "ALTER TABLE kept RENAME TO access",
            "have to be made here first: access",
        ),
        (
            "ALTER TABLE albums RENAME title TO name",
            "ALTER TABLE albums RENAME name TO title",
            "columns have no place where they move to: albums.title",
        ),
        (
            "ALTER TABLE albums ALTER title TYPE char(200)",
            "ALTER TABLE albums ALTER title TYPE text USING rtrim(title)",
            "rows of public.albums are not what they were",
        ),
        (
            "CREATE TABLE likes (album int REFERENCES albums ON DELETE CASCADE); INSERT INTO albums VALUES (9, 'x')",
            "DELETE FROM albums",
            "public.albums holds 1 rows",
        ),
    ):
        platform.run(made, enterprise.database)
        with pytest.raises(parts.RefusedError, match=why):
            step(tmp_path, IMPORT, free, enterprise)
        platform.run(undone, enterprise.database)
    carry(tmp_path, free, enterprise)
    step(tmp_path, EXPORT, enterprise, free)
    free.settle()
    step(tmp_path, IMPORT, enterprise, free)
    refuses(tmp_path, DELETE, enterprise, free, "likes refers to public.albums and did not move")


def test_numbers_that_another_tenant_has_meanwhile(places: list[Place], tmp_path: Path) -> None:
    free, _, enterprise, _ = places
    platform = free.platform
    carry(tmp_path, free, enterprise)
    enterprise.work(albums=False)
    free.work(GLOBEX, "globex")
    others, mine = free.held("globex"), enterprise.held()
    platform.run("CREATE TABLE notes (body text); INSERT INTO notes VALUES ('x')", enterprise.database)
    free.settle()
    step(tmp_path, EXPORT, enterprise, free)
    text = write(carried(ID, enterprise.home, free.home)[IMPORT]).fill({}).decode()
    told = platform.server.psql(text, platform.database, role=platform.admin, folder=tmp_path).stderr
    assert "rows stay where they are, out of the tenant's reach, as no shared table is called: notes" in told
    step(tmp_path, DELETE, enterprise, free)
    found = free.held()
    for name in ("tenantc.requests", "tenantc.legal_holds"):
        # drawn anew for the last of them, and above all others
        assert found[name][:2] == mine[name][:2]
        assert len({line.split(",")[0] for line in found[name] + others[name]}) == 5
        assert found.pop(name)[2].split(",")[1:] == mine.pop(name)[2].split(",")[1:]
    assert found == mine
    assert free.held("globex") == others
    assert platform.rows("SELECT body FROM notes", database=enterprise.database) == [("x",)]


def test_a_key_that_another_tenant_has_in_a_shared_table_stops_it(places: list[Place], tmp_path: Path) -> None:
    free, _, enterprise, _ = places
    carry(tmp_path, free, enterprise)
    enterprise.work()
    free.work(GLOBEX, "globex")
    free.settle()
    step(tmp_path, EXPORT, enterprise, free)
    refuses(tmp_path, IMPORT, enterprise, free, "duplicate key value .*albums_pkey")
