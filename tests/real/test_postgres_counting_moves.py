"""What rows count of limits comes with them, from before anything counted and from one isolation level to another."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg import errors

from tenantc.emit.postgres.carrying import DELETE, EXPORT, IMPORT, carried
from tenantc.emit.postgres.holdings import Home
from tenantc.emit.postgres.moving import moved
from tenantc.emit.writers.sql import write
from tests.real.counted import HOMES, MADE, OPTIONS, do, estate, hooks, refused, settle, used
from tests.real.platform import ACME, Platform, owned
from tests.real.postgres import SUPERUSER, Postgres

ID = "acme-corp"
PLAIN = {**OPTIONS, "workspace.sql.counted_tables": None}
LIMITS = ("webhook_endpoints", "scheduled_jobs", "custom_models")
SCHEMAS = {"shared": "app", "schema": ACME, "database": "public"}


@pytest.fixture
def platform(postgres: Postgres) -> Iterator[Platform]:
    with postgres.scratch() as database:
        made = owned(postgres, database, f"owner_of_{database}")
        made.run(MADE.format("app"))
        yield made


def test_rows_that_are_there_already_count_from_the_start(platform: Platform) -> None:
    estate(platform, PLAIN)
    for tenant_id in (ID, "globex"):
        settle(platform, tenant_id, PLAIN)
        do(platform, tenant_id, hooks(tenant_id, 5), f"INSERT INTO app.jobs VALUES ('a', '{tenant_id}')")
        # as an application did so far
        do(platform, tenant_id, "SELECT tenantc_api.claim('webhook_endpoints', 2)")
    states: list[list[Any]] = []
    for _ in range(2):
        estate(platform)
        triggers = "SELECT oid, xmin::text, tgname FROM pg_trigger WHERE tgname LIKE 'tenantc_count%' ORDER BY 1"
        states.append([platform.rows("SELECT u::text FROM tenantc.quota_use AS u ORDER BY 1"), platform.rows(triggers)])
        for tenant_id in (ID, "globex"):
            settle(platform, tenant_id)
            assert used(platform, tenant_id) == (5, True)
            assert used(platform, tenant_id, "scheduled_jobs") == (1, False)
    assert states[0] == states[1]
    with pytest.raises(errors.CheckViolation):
        do(platform, ID, hooks(ID, 1))
    assert acting(platform) == [(0,)]


def test_a_trigger_that_somebody_switched_off_is_back_after_the_next_run(platform: Platform) -> None:
    estate(platform)
    settle(platform, ID)
    platform.run("ALTER TABLE app.hooks DISABLE TRIGGER tenantc_count_insert")
    do(platform, "acme-corp", hooks("acme-corp", 5))
    assert used(platform) == (0, False)
    estate(platform)
    assert used(platform) == (5, True)
    refused(platform, "acme-corp", hooks("acme-corp", 1))


def test_what_counts_no_more_can_be_claimed_again(platform: Platform) -> None:
    estate(platform)
    settle(platform, ID)
    do(platform, ID, hooks(ID, 3))
    estate(platform, PLAIN)
    assert platform.rows("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'tenantc_count%'") == [(0,)]
    do(platform, ID, hooks(ID, 3), "SELECT tenantc_api.release('webhook_endpoints', 2)")
    assert used(platform) == (1, False)


def test_rows_of_a_tenant_that_comes_later_count_when_it_comes(platform: Platform) -> None:
    estate(platform)
    with platform.as_role(SUPERUSER) as connection:
        connection.execute("INSERT INTO app.models (tenant_id) VALUES ('acme-corp'), ('globex')")
    settle(platform, ID)
    assert used(platform, ID, "custom_models") == (1, False)
    assert platform.rows("SELECT count(*) FROM tenantc.quota_use WHERE tenant_id = 'globex'") == [(0,)]


# moves


def acting(platform: Platform) -> list[tuple[Any, ...]]:
    return platform.rows(f"SELECT count(*) FROM tenantc.tenant_roles WHERE role_name = '{platform.admin}'")


def come(platform: Platform) -> None:
    """Two tenants with rows, one of them above a limit that was lowered, hard and without grace."""
    estate(platform)
    for tenant_id in (ID, "globex"):
        settle(platform, tenant_id, {"limits.webhook_endpoints": 9})
        jobs = f"INSERT INTO app.jobs VALUES ('a', '{tenant_id}'), ('b', '{tenant_id}')"
        do(platform, tenant_id, hooks(tenant_id, 5), jobs, f"INSERT INTO app.drafts VALUES ('a', '{tenant_id}')")
        settle(platform, tenant_id)


def numbers(platform: Platform, database: str | None) -> list[tuple[int, bool]]:
    query = "SELECT limit_name, used, over_since IS NOT NULL FROM tenantc_api.quotas()"
    found = {limit: (int(count), over) for limit, count, over in platform.rows(query, ACME, database)}
    return [found[limit] for limit in LIMITS]


HELD = [(5, True), (2, False), (1, False)]


def works_on(platform: Platform, schema: str, database: str | None) -> None:
    """Who is above a limit adds nothing, and what goes and comes is counted."""
    with platform.as_role(ACME, database) as connection:
        with pytest.raises(errors.CheckViolation):
            connection.execute(hooks(ID, 1, schema).encode())
        connection.execute(f"INSERT INTO {schema}.jobs VALUES ('c', '{ID}')".encode())
        with pytest.raises(errors.CheckViolation):
            connection.execute(f"INSERT INTO {schema}.jobs VALUES ('d', '{ID}')".encode())
        connection.execute(f"DELETE FROM {schema}.jobs WHERE name = 'c'".encode())
    assert numbers(platform, database) == HELD


def test_a_move_to_a_schema_and_back_refuses_nothing_and_counts_once(platform: Platform) -> None:
    come(platform)
    for to in ("schema", "shared", "schema", "shared"):
        text = write(moved(ID, ACME, ACME, "migrate.sql", to_schema=to == "schema")).fill({}).decode()
        for _ in range(2):
            settle(platform, ID, level=to)
            platform.run(text)
            assert numbers(platform, None) == HELD
        settle(platform, ID, level=to)
        works_on(platform, SCHEMAS[to], None)
        assert acting(platform) == [(0,)]
    assert [used(platform, "globex", limit) for limit in LIMITS] == HELD


def test_a_move_to_a_database_and_back_refuses_nothing_and_counts_once(platform: Platform, tmp_path: Path) -> None:
    come(platform)
    settle(platform, ID, level="database")
    # as a template would, which comes with a row
    kinds = MADE.format("public") + "INSERT INTO public.drafts VALUES ('a', 'acme-corp');"
    platform.run(kinds, ACME)
    settle(platform, ID)
    homes = {"shared": Home(ACME, "", False), "database": Home(ACME, "public", True)}
    databases = {"shared": None, "database": ACME}
    for source, target in (("shared", "database"), ("database", "shared"), ("shared", "database")):
        (folder := tmp_path / f"{source}-{target}").mkdir(exist_ok=True)
        settle(platform, ID, level=target)
        for file in (EXPORT, IMPORT, DELETE):
            text = write(carried(ID, homes[source], homes[target])[file]).fill({}).decode()
            for _ in range(2):
                platform.run(text, databases[target if file == IMPORT else source], folder)
            if file == IMPORT:
                # retention goes on where the rows were
                with platform.as_role(SUPERUSER, databases[source]) as connection:
                    connection.execute(f"DELETE FROM {SCHEMAS[source]}.drafts WHERE tenant_id = '{ID}'".encode())
                settle(platform, ID, level=target)
        assert numbers(platform, databases[target]) == HELD
        works_on(platform, SCHEMAS[target], databases[target])
        left = f"SELECT count(*) FROM tenantc.quota_use WHERE tenant_id = '{ID}'"
        assert platform.rows(left, database=databases[source]) == [(0,)]
    assert [used(platform, "globex", limit) for limit in LIMITS] == HELD
    assert HOMES["globex"].level == "shared"


def test_an_export_that_is_undone_leaves_the_numbers_as_they_were(platform: Platform, tmp_path: Path) -> None:
    come(platform)
    settle(platform, ID, level="database")
    platform.run(MADE.format("public"), ACME)
    settle(platform, ID, level="database")
    source, target = Home(ACME, "", False), Home(ACME, "public", True)
    platform.run(write(carried(ID, source, target)[EXPORT]).fill({}).decode(), folder=tmp_path)
    with platform.as_role(SUPERUSER) as connection:
        connection.execute("DELETE FROM app.jobs WHERE tenant_id = 'acme-corp' AND name = 'b'")
    settle(platform, ID)
    assert numbers(platform, None) == [(5, True), (1, False), (1, False)]
