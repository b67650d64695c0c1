"""Rows of the platform's own tables count towards limits, whoever writes them and however, on a real PostgreSQL."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from psycopg import errors

from tests.real.counted import (
    GRACE,
    HARD,
    HOMES,
    MADE,
    OPTIONS,
    TABLES,
    do,
    estate,
    hooks,
    refused,
    rows,
    settle,
    superuser,
    used,
)
from tests.real.platform import ACME, Platform, owned
from tests.real.postgres import SUPERUSER, Postgres

LEVELS = pytest.mark.parametrize("tenant_id", ["acme-corp", "initech", "umbrella"])
KEEPERS = "tenantc__streaming_default__keepers"


@pytest.fixture(scope="module")
def platform(postgres: Postgres) -> Iterator[Platform]:
    """Run by no superuser, whom row security would not bind."""
    with postgres.scratch() as database:
        made = owned(postgres, database, "platform_admin")
        made.run(MADE.format("app"))
        for _ in range(2):
            estate(made)
            for tenant_id in HOMES:
                settle(made, tenant_id)
        for tenant_id in ("initech", "umbrella"):
            made.run(MADE.format(HOMES[tenant_id].schema), HOMES[tenant_id].database)
            settle(made, tenant_id)
        yield made


@pytest.fixture(autouse=True)
def clean(platform: Platform) -> None:
    """As the files leave it, with nothing in the tables."""
    for tenant_id, home in HOMES.items():
        if tenant_id != "globex":
            tables = ", ".join(f"{home.schema}.{table}" for table in ("people", *TABLES))
            platform.run(f"TRUNCATE {tables}", home.database)
    settle(platform, "acme-corp")


@LEVELS
def test_rows_take_what_is_granted_and_give_it_back(platform: Platform, tenant_id: str) -> None:
    do(platform, tenant_id, hooks(tenant_id, 2), hooks(tenant_id, 1))
    assert used(platform, tenant_id) == (3, False)
    error = refused(platform, tenant_id, hooks(tenant_id, 1))
    schema = HOMES[tenant_id].schema
    assert str(error).startswith(f"limit webhook_endpoints grants no more rows of {schema.replace('public.', '')}")
    assert (error.diag.constraint_name, error.diag.table_name) == ("webhook_endpoints", "hooks")
    assert rows(platform, f"SELECT count(*) FROM {schema}.hooks", tenant_id) == [(3,)]
    assert used(platform, tenant_id) == (3, False)
    do(platform, tenant_id, f"DELETE FROM {schema}.hooks WHERE id IN (SELECT id FROM {schema}.hooks LIMIT 2)")
    assert used(platform, tenant_id) == (1, False)
    refused(platform, tenant_id, hooks(tenant_id, 3))
    do(platform, tenant_id, hooks(tenant_id, 2))
    assert used(platform, tenant_id) == (3, False)


def test_each_tenant_has_its_own_limit_and_one_statement_for_many_counts_for_each(platform: Platform) -> None:
    do(platform, "acme-corp", hooks("acme-corp", 3))
    do(platform, "globex", hooks("globex", 1))
    both = "INSERT INTO app.hooks (tenant_id) VALUES ('globex'), ('globex'), ('nobody')"
    superuser(platform, both, "DELETE FROM app.hooks WHERE id % 2 = 0")
    for tenant_id in ("acme-corp", "globex"):
        held = rows(platform, "SELECT count(*) FROM app.hooks", tenant_id)
        assert [(used(platform, tenant_id)[0],)] == held
    with pytest.raises(errors.CheckViolation):
        superuser(platform, "INSERT INTO app.hooks (tenant_id) VALUES ('globex'), ('acme-corp'), ('acme-corp')",
                  "INSERT INTO app.hooks (tenant_id) VALUES ('globex'), ('acme-corp'), ('acme-corp')")  # fmt: skip


def test_rows_count_only_where_their_tenant_lives(platform: Platform) -> None:
    do(platform, "initech", hooks("initech", 1))
    superuser(platform, "INSERT INTO app.hooks (tenant_id) SELECT 'initech' FROM generate_series(1, 9)")
    assert used(platform, "initech") == (1, False)
    superuser(platform, "DELETE FROM app.hooks")
    assert used(platform, "initech") == (1, False)


@LEVELS
def test_a_bulk_load_is_taken_or_refused_as_a_whole(platform: Platform, tenant_id: str) -> None:
    home = HOMES[tenant_id]
    for count, fits in ((4, False), (3, True)):
        # where row security holds, PostgreSQL lets nobody copy whom it binds
        role = SUPERUSER if home.level == "shared" else home.role
        with platform.as_role(role, home.database) as connection:
            try:
                with connection.cursor().copy(f"COPY {home.schema}.hooks (tenant_id) FROM STDIN".encode()) as copy:
                    copy.write(f"{tenant_id}\n" * count)
            except errors.CheckViolation:
                assert not fits
        assert used(platform, tenant_id) == (count if fits else 0, False)


@LEVELS
def test_without_hard_limits_all_is_let_through_and_seen(platform: Platform, tenant_id: str) -> None:
    settle(platform, tenant_id, {HARD: False})
    do(platform, tenant_id, hooks(tenant_id, 5))
    assert used(platform, tenant_id) == (5, True)
    do(platform, tenant_id, f"DELETE FROM {HOMES[tenant_id].schema}.hooks")
    assert used(platform, tenant_id) == (0, False)
    settle(platform, tenant_id)


def test_grace_lasts_its_hours(platform: Platform) -> None:
    settle(platform, "acme-corp", {GRACE: 24})
    do(platform, "acme-corp", hooks("acme-corp", 4))
    for hours, fits in ((23, True), (2, False)):
        superuser(platform, f"UPDATE tenantc.quota_use SET over_since = over_since - interval '{hours} hours'")
        if fits:
            do(platform, "acme-corp", hooks("acme-corp", 1))
        else:
            refused(platform, "acme-corp", hooks("acme-corp", 1))
    assert used(platform) == (5, True)
    do(platform, "acme-corp", "DELETE FROM app.hooks WHERE id IN (SELECT id FROM app.hooks LIMIT 2)")
    assert used(platform) == (3, False)
    do(platform, "acme-corp", hooks("acme-corp", 1))


def test_a_lowered_limit_is_seen_at_once_and_from_then_on(platform: Platform) -> None:
    do(platform, "acme-corp", hooks("acme-corp", 3))
    since = "SELECT over_since FROM tenantc_api.quotas() WHERE limit_name = 'webhook_endpoints'"
    found = []
    for _ in range(2):
        settle(platform, "acme-corp", {"limits.webhook_endpoints": 1})
        assert used(platform) == (3, True)
        found.append(rows(platform, since))
    assert found[0] == found[1], "a second run of the files is no new beginning"
    refused(platform, "acme-corp", hooks("acme-corp", 1))
    settle(platform, "acme-corp", {"limits.webhook_endpoints": "unlimited"})
    do(platform, "acme-corp", hooks("acme-corp", 9))
    assert used(platform) == (12, False)


def test_a_limit_that_is_not_stated_grants_nothing_and_rows_may_still_go(platform: Platform) -> None:
    do(platform, "acme-corp", hooks("acme-corp", 2))
    settle(platform, "acme-corp", {"limits.webhook_endpoints": None})
    platform.refuses(ACME, hooks("acme-corp", 1), errors.UndefinedObject)
    do(platform, "acme-corp", "DELETE FROM app.hooks WHERE id = (SELECT max(id) FROM app.hooks)")
    settle(platform, "acme-corp")
    assert used(platform) == (1, False)


@LEVELS
def test_what_rows_count_can_be_asked_for_and_neither_taken_nor_given_back(platform: Platform, tenant_id: str) -> None:
    do(platform, tenant_id, hooks(tenant_id, 2))
    for amount, fits in ((1, True), (1, True), (2, False)):
        asked = f"SELECT tenantc_api.claim('webhook_endpoints', {amount})"
        assert rows(platform, asked, tenant_id) == [(fits,)]
    do(platform, tenant_id, "SELECT tenantc_api.release('webhook_endpoints', 2)")
    assert used(platform, tenant_id) == (2, False)
    # of which no table here says anything
    do(platform, tenant_id, "SELECT tenantc_api.claim('max_users', 2)")
    assert used(platform, tenant_id, "max_users") == (2, False)
    do(platform, tenant_id, "SELECT tenantc_api.release('max_users', 2)")


# ways to write


@LEVELS
def test_only_rows_that_come_or_go_are_counted(platform: Platform, tenant_id: str) -> None:
    hook = f"{HOMES[tenant_id].schema}.hooks"
    add = f"INSERT INTO {hook} (tenant_id, url) VALUES ('{tenant_id}', 'a'), ('{tenant_id}', 'b')"
    merge = f"MERGE INTO {hook} AS h USING (VALUES ('a'), ('c')) AS n (url) ON h.url = n.url"
    do(
        platform,
        tenant_id,
        f"{add} ON CONFLICT DO NOTHING",
        f"{add} ON CONFLICT (url) DO UPDATE SET url = excluded.url",
        f"UPDATE {hook} SET tenant_id = '{tenant_id}', url = url",
        f"WITH gone AS (DELETE FROM {hook} WHERE url = 'b' RETURNING *), more AS ({add} ON CONFLICT DO NOTHING)"
        " SELECT count(*) FROM gone",
    )
    assert used(platform, tenant_id) == (2, False), "b went and came"
    do(
        platform,
        tenant_id,
        f"{merge} WHEN MATCHED THEN UPDATE SET url = 'd'"
        f" WHEN NOT MATCHED THEN INSERT (tenant_id, url) VALUES ('{tenant_id}', n.url)",
    )
    assert used(platform, tenant_id) == (3, False)
    do(platform, tenant_id, f"{merge} WHEN MATCHED THEN DELETE")
    assert used(platform, tenant_id) == (2, False)
    do(platform, tenant_id, f"BEGIN; {hooks(tenant_id, 1)}; ROLLBACK")
    assert rows(platform, f"SELECT count(*) FROM {hook}", tenant_id) == [(2,)]
    assert used(platform, tenant_id) == (2, False)


@LEVELS
def test_partitions_count_once_whichever_way_rows_come(platform: Platform, tenant_id: str) -> None:
    jobs, level = f"{HOMES[tenant_id].schema}.jobs", HOMES[tenant_id].level
    do(platform, tenant_id, f"INSERT INTO {jobs} VALUES ('a', '{tenant_id}'), ('b', '{tenant_id}')")
    direct = [f"INSERT INTO {jobs}_of_others VALUES ('c', '{tenant_id}')", f"DELETE FROM {jobs}_of_others_0",
              f"DELETE FROM {jobs}_of_others_1"]  # fmt: skip
    if level == "shared":
        for statement in direct:
            platform.refuses(ACME, statement)
        superuser(platform, direct[0])
    else:
        do(platform, tenant_id, direct[0])
    assert used(platform, tenant_id, "scheduled_jobs") == (3, False)
    refused(platform, tenant_id, f"INSERT INTO {jobs} VALUES ('d', '{tenant_id}')")
    # to other partitions
    do(platform, tenant_id, f"UPDATE {jobs} SET name = name || name")
    assert used(platform, tenant_id, "scheduled_jobs") == (3, False)
    if level == "shared":
        superuser(platform, *direct[1:])
    else:
        refused(platform, tenant_id, direct[0])
        do(platform, tenant_id, *direct[1:])
    assert used(platform, tenant_id, "scheduled_jobs") == (0, False)


@LEVELS
def test_tables_of_one_limit_add_up_and_their_children_too(platform: Platform, tenant_id: str) -> None:
    schema = HOMES[tenant_id].schema
    for table in ("models", "models_of_old", "drafts", "drafts"):
        superuser(platform, f"INSERT INTO {schema}.{table} VALUES ('a', '{tenant_id}')", tenant_id=tenant_id)
    assert used(platform, tenant_id, "custom_models") == (4, False)
    superuser(platform, f"TRUNCATE {schema}.drafts", tenant_id=tenant_id)
    assert used(platform, tenant_id, "custom_models") == (2, False)
    superuser(platform, f"DELETE FROM {schema}.models", tenant_id=tenant_id)
    assert used(platform, tenant_id, "custom_models") == (0, False)


@pytest.mark.parametrize("table", ["hooks", "jobs", "models"])
def test_a_row_that_changes_hands_counts_for_whoever_has_it(platform: Platform, table: str) -> None:
    limit = OPTIONS["workspace.sql.counted_tables"][table]
    key = {"hooks": "url", "jobs": "name", "models": "name"}[table]
    superuser(
        platform, f"INSERT INTO app.{table} ({key}, tenant_id) SELECT n, 'globex' FROM generate_series(1, 3) AS n"
    )
    hand = f"UPDATE app.{table} SET tenant_id = '{{}}' WHERE {key} <= '{{}}'"
    superuser(platform, hand.format("acme-corp", 2))
    assert [used(platform, one, limit)[0] for one in ("acme-corp", "globex")] == [2, 1]
    superuser(platform, hand.format("globex", 1), hand.format("nobody", 9))
    assert [used(platform, one, limit)[0] for one in ("acme-corp", "globex")] == [0, 0]
    superuser(platform, hand.format("globex", 9))
    assert used(platform, "globex", limit)[0] == 3
    if table != "models":
        do(platform, "acme-corp", f"INSERT INTO app.{table} ({key}, tenant_id) VALUES ('x', 'acme-corp')")
        with pytest.raises(errors.CheckViolation):
            superuser(platform, hand.format("acme-corp", 9))
    platform.refuses(
        ACME, f"UPDATE app.{table} SET tenant_id = 'globex'" if table != "models" else "TRUNCATE app.models"
    )


@LEVELS
def test_erased_and_expired_rows_count_no_more(platform: Platform, tenant_id: str) -> None:
    schema = HOMES[tenant_id].schema
    do(
        platform,
        tenant_id,
        *(f"INSERT INTO {schema}.people VALUES ('{one}-{tenant_id}', '{tenant_id}')" for one in ("ada", "bob")),
        f"INSERT INTO {schema}.hooks (tenant_id, owner, created_at) VALUES"
        f" ('{tenant_id}', 'ada-{tenant_id}', DEFAULT), ('{tenant_id}', 'bob-{tenant_id}', DEFAULT),"
        f" ('{tenant_id}', NULL, now() - interval '1 year')",
    )
    do(platform, tenant_id, f"SELECT tenantc_api.erase_subject('ada-{tenant_id}')")
    assert used(platform, tenant_id) == (2, False)
    do(platform, tenant_id, f"DELETE FROM {schema}.people")
    assert used(platform, tenant_id) == (1, False), "what a foreign key takes along is counted, too"
    with platform.as_role(SUPERUSER, HOMES[tenant_id].database) as connection:
        connection.execute(f"SET ROLE {KEEPERS}".encode())
        connection.execute("CALL tenantc.maintain()")
    assert used(platform, tenant_id) == (0, False)


# whoever tries to get around it

MINE = """CREATE TRIGGER mine AFTER DELETE ON mine REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION tenantc.count_rows('webhook_endpoints', 'x', '{1}')"""


@LEVELS
@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        "ALTER TABLE {0}.hooks DISABLE TRIGGER ALL",
        "DROP TRIGGER tenantc_count_insert ON {0}.hooks",
        "TRUNCATE {0}.hooks",
        "CREATE TABLE {0}.hooks_of_mine () INHERITS ({0}.hooks)",
        "UPDATE tenantc.quota_use SET used = 0",
        "SELECT tenantc.give('{1}', 'webhook_endpoints', 3)",
        "SELECT tenantc.recount('{1}')",
        "CALL tenantc.count_tables(NULL, NULL)",
        "INSERT INTO tenantc.tenant_roles VALUES ('platform_admin', '{1}', false)",
        f"CREATE TEMP TABLE mine AS SELECT 1 AS x; {MINE}",
    ],
)
def test_no_tenant_touches_what_counts(platform: Platform, tenant_id: str, statement: str) -> None:
    home = HOMES[tenant_id]
    with platform.as_role(home.role, home.database) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement.format(home.schema, tenant_id).encode())


@LEVELS
def test_nothing_that_a_session_sets_or_puts_in_the_way_counts_otherwise(platform: Platform, tenant_id: str) -> None:
    home = HOMES[tenant_id]
    with platform.as_role(home.role, home.database) as connection:
        for statement in (
            "CREATE TEMP TABLE new_rows AS SELECT 'globex' AS tenant_id, 'globex' AS tenant",
            "CREATE TEMP TABLE quota_use (LIKE new_rows); CREATE TEMP TABLE hooks (LIKE new_rows)",
            "CREATE FUNCTION pg_temp.sum(bigint) RETURNS bigint LANGUAGE sql AS 'SELECT 0'",
            "CREATE FUNCTION pg_temp.format(text, text) RETURNS text LANGUAGE sql AS $$ SELECT 'SELECT 1' $$",
            "SET search_path = pg_temp, pg_catalog",
            "SET row_security = off" if home.level != "shared" else "SET row_security = on",
            "SET CONSTRAINTS ALL DEFERRED; SET DateStyle = 'SQL, DMY'; SET standard_conforming_strings = off",
            "SET default_transaction_isolation = 'serializable'",
            hooks(tenant_id, 3),
        ):
            connection.execute(statement.encode())
        with pytest.raises(errors.CheckViolation):
            connection.execute(hooks(tenant_id, 1).encode())
    assert used(platform, tenant_id) == (3, False)


@LEVELS
@pytest.mark.parametrize("commits", [True, False])
def test_two_at_once_share_what_is_left(platform: Platform, tenant_id: str, commits: bool) -> None:
    home = HOMES[tenant_id]
    do(platform, tenant_id, hooks(tenant_id, 2))
    outcomes: list[str] = []

    def second() -> None:
        try:
            do(platform, tenant_id, hooks(tenant_id, 1))
            outcomes.append("granted")
        except errors.CheckViolation:
            outcomes.append("refused")

    with platform.as_role(home.role, home.database) as first:
        first.execute("BEGIN")
        first.execute(hooks(tenant_id, 1).encode())
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.5)
        assert thread.is_alive(), "it waits for what becomes of the first"
        first.execute(b"COMMIT" if commits else b"ROLLBACK")
        thread.join(10)
    assert outcomes == ["refused" if commits else "granted"]
    assert used(platform, tenant_id) == (3, False)


@pytest.mark.parametrize("used_before", [0, 2])
def test_a_transaction_that_does_not_see_the_others_rows_slips_by_nothing(platform: Platform, used_before: int) -> None:
    superuser(platform, "DELETE FROM tenantc.quota_use")
    do(platform, "acme-corp", hooks("acme-corp", used_before))
    with platform.as_role(ACME) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT FROM app.hooks")
        do(platform, "acme-corp", hooks("acme-corp", 3 - used_before))
        with pytest.raises(errors.SerializationFailure):
            connection.execute(hooks("acme-corp", 1).encode())
    assert used(platform) == (3, False)


# the files


def test_the_next_run_takes_in_new_partitions_and_lets_go_of_those_that_left(platform: Platform) -> None:
    for tenant_id, home in HOMES.items():
        if tenant_id == "globex":
            continue
        jobs, part = f"{home.schema}.jobs", f"{home.schema}.jobs_of_{home.level}"
        platform.run(f"CREATE TABLE {part} PARTITION OF {jobs} FOR VALUES IN ('{tenant_id}')", home.database)
        superuser(platform, f"INSERT INTO {part} VALUES ('a', '{tenant_id}')", tenant_id=tenant_id)
        again = estate if home.level == "shared" else lambda one, id=tenant_id: settle(one, id)
        again(platform)
        superuser(platform, f"INSERT INTO {part} VALUES ('b', '{tenant_id}')", tenant_id=tenant_id)
        assert used(platform, tenant_id, "scheduled_jobs") == (2, False)
        platform.run(f"ALTER TABLE {jobs} DETACH PARTITION {part}", home.database)
        again(platform)
        assert used(platform, tenant_id, "scheduled_jobs") == (0, False)
        superuser(platform, f"INSERT INTO {part} VALUES ('c', '{tenant_id}')", tenant_id=tenant_id)
        assert used(platform, tenant_id, "scheduled_jobs") == (0, False)
        platform.run(f"DROP TABLE {part}", home.database)
