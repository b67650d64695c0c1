"""Limits, usage and audit events of tenants at every isolation level, and attacks on them, on a real PostgreSQL."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from psycopg import errors

from tests.real.platform import ACME, GLOBEX, INITECH, UMBRELLA, Platform, estate, owned, service
from tests.real.postgres import SUPERUSER, Postgres

HARD = "billing.limits_enforcement.hard_limits"
GRACE = "billing.limits_enforcement.grace_period_hours"
MEASURED = "billing.usage_tracking.measured"
AUDIT = "monitoring.logging.audit."
PARTITIONING = "infrastructure.database.partitioning"
SETTINGS: Mapping[str, Any] = {
    "limits.max_users": 2,
    "limits.api_rate_limit_per_hour": 5,
    "limits.ai_sessions_per_month": "unlimited",
    HARD: True,
    GRACE: 0,
    MEASURED: ("users", "api_calls"),
    "billing.usage_tracking.real_time_tracking": True,
    "billing.usage_tracking.detailed_usage_analytics": False,
    "security.access_control.audit_enabled": True,
    f"{AUDIT}events": ("login_success", "log_access"),
    f"{AUDIT}fields": ("actor", "type", "time", "outcome", "origin", "object"),
    f"{AUDIT}read_roles": ("auditor",),
    f"{AUDIT}tenant_readable": "own_entries",
    f"{AUDIT}retention_days": 365,
    "security.encryption_config.field_hash": "hmac_sha256",
}
LEVELS = {"acme-corp": "shared", "globex": "shared", "initech": "schema", "umbrella": "database"}
ROLES = [(ACME, None), (INITECH, None), (UMBRELLA, UMBRELLA)]


def settle(platform: Platform, changes: Mapping[str, Any] | None = None, tenant_id: str = "acme-corp") -> None:
    platform.apply(tenant_id, LEVELS[tenant_id], settings={**SETTINGS, **(changes or {})})


@pytest.fixture(scope="module", params=["platform_admin", SUPERUSER])
def platform(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Platform]:
    with postgres.scratch() as database:
        made = owned(postgres, database, request.param)
        for _ in range(2):
            made.run(estate())
            for tenant_id in LEVELS:
                settle(made, tenant_id=tenant_id)
        yield made


@pytest.fixture(autouse=True)
def clean(platform: Platform) -> None:
    """As the files leave it, with nothing used and nothing recorded."""
    settle(platform)
    for home in (None, UMBRELLA):
        with platform.as_role(SUPERUSER, home) as connection:
            connection.execute("TRUNCATE tenantc.quota_use, tenantc.usage_events, tenantc.usage_totals")
            connection.execute("SET session_replication_role = replica")  # the triggers are what keeps audit events
            connection.execute("TRUNCATE tenantc.audit_events")


def ask(platform: Platform, call: str, role: str = ACME, home: str | None = None) -> Any:
    [(answer,)] = platform.rows(f"SELECT tenantc_api.{call}", role, home)
    return answer


def did(platform: Platform, statement: str, home: str | None = None) -> None:
    with platform.as_role(SUPERUSER, home) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.encode())


# limits


@pytest.mark.parametrize(("role", "home"), ROLES)
def test_a_limit_is_granted_until_it_is_used_up_and_again_after_a_release(
    platform: Platform, role: str, home: str | None
) -> None:
    assert [ask(platform, "claim('max_users')", role, home) for _ in range(3)] == [True, True, False]
    ask(platform, "release('max_users')", role, home)
    assert ask(platform, "claim('max_users')", role, home)
    assert not ask(platform, "claim('max_users')", role, home)


def test_what_one_tenant_uses_counts_for_no_other(platform: Platform) -> None:
    assert ask(platform, "claim('max_users', 2)")
    assert not ask(platform, "claim('max_users')")
    assert ask(platform, "claim('max_users', 2)", GLOBEX)


def test_unlimited_grants_all_and_counts(platform: Platform) -> None:
    assert ask(platform, "claim('ai_sessions_per_month', 1000000)")
    assert platform.rows("SELECT maximum, used FROM tenantc_api.quotas() WHERE limit_name LIKE 'ai%'", ACME) == [
        (None, 1000000)
    ]


def test_grace_grants_what_goes_beyond_for_its_hours_and_no_longer(platform: Platform) -> None:
    settle(platform, {GRACE: 24})
    assert [ask(platform, "claim('max_users')") for _ in range(4)] == [True] * 4
    did(platform, "UPDATE tenantc.quota_use SET over_since = over_since - interval '23 hours'")
    assert ask(platform, "claim('max_users')")
    did(platform, "UPDATE tenantc.quota_use SET over_since = over_since - interval '2 hours'")
    assert not ask(platform, "claim('max_users')")
    ask(platform, "release('max_users', 3)")
    assert ask(platform, "claim('max_users')"), "below the limit grace begins anew"


def test_soft_limits_refuse_nothing(platform: Platform) -> None:
    settle(platform, {HARD: False})
    assert [ask(platform, "claim('max_users')") for _ in range(4)] == [True] * 4


def test_an_hour_begins_anew_and_grace_runs_on_while_each_hour_is_above(platform: Platform) -> None:
    settle(platform, {GRACE: 2})
    assert ask(platform, "claim('api_rate_limit_per_hour', 9)")
    hour = "interval '1 hour'"
    earlier = f"UPDATE tenantc.quota_use SET period = period - {hour}, over_since = over_since - {hour}"
    did(platform, earlier)
    assert ask(platform, "claim('api_rate_limit_per_hour', 9)")
    did(platform, earlier)
    did(platform, "UPDATE tenantc.quota_use SET over_since = over_since - interval '1 minute'")
    assert not ask(platform, "claim('api_rate_limit_per_hour', 9)")
    assert ask(platform, "claim('api_rate_limit_per_hour', 5)")
    did(platform, "UPDATE tenantc.quota_use SET period = period - interval '1 hour'")
    assert ask(platform, "claim('api_rate_limit_per_hour', 9)"), "an hour within the limit ended it"


def test_a_lowered_limit_holds_at_once_and_a_dropped_one_is_none(platform: Platform) -> None:
    assert ask(platform, "claim('max_users', 2)")
    settle(platform, {"limits.max_users": 1})
    assert not ask(platform, "claim('max_users')")
    settle(platform, {"limits.max_users": None})
    platform.refuses(ACME, "SELECT tenantc_api.claim('max_users')", errors.UndefinedObject)
    fresh = platform.rows("SELECT * FROM tenantc.quotas WHERE tenant_id = 'acme-corp'")
    assert [limit for _, limit, _ in fresh] == ["ai_sessions_per_month", "api_rate_limit_per_hour"]


@pytest.mark.parametrize("amount", ["0", "-1", "'NaN'", "'infinity'", "NULL"])
def test_no_amount_turns_a_count_back(platform: Platform, amount: str) -> None:
    for call in ("claim('max_users', {})", "release('max_users', {})", "record_usage('api_calls', {})"):
        platform.refuses(ACME, f"SELECT tenantc_api.{call.format(amount)}", errors.InvalidParameterValue)
    platform.refuses(ACME, "SELECT tenantc_api.release('api_rate_limit_per_hour')", errors.InvalidParameterValue)


# usage

TOTALS = "SELECT metric, amount FROM tenantc_api.usage() ORDER BY 1"


@pytest.mark.parametrize(("role", "home"), ROLES)
def test_usage_is_counted_as_it_happens_and_only_what_is_measured(
    platform: Platform, role: str, home: str | None
) -> None:
    for call in ("'api_calls', 2", "'api_calls', 3", "'users', 7", "'users', 4"):
        assert ask(platform, f"record_usage({call})", role, home)
    assert not ask(platform, "record_usage('bandwidth')", role, home)
    assert platform.rows(TOTALS, role, home) == [("api_calls", 5), ("users", 7)]
    platform.refuses(ACME, "SELECT tenantc_api.record_usage('everything')", errors.UndefinedObject)


def test_usage_that_is_not_counted_as_it_happens_is_counted_by_the_day(platform: Platform) -> None:
    settle(platform, {"billing.usage_tracking.real_time_tracking": False})
    for _ in range(2):
        ask(platform, "record_usage('api_calls', 2)")
    ask(platform, "record_usage('users', 9)", GLOBEX)
    assert platform.rows(TOTALS, ACME) == []
    for _ in range(2):
        platform.run("CALL tenantc.count_usage((now() AT TIME ZONE 'UTC')::date)")
        assert platform.rows(TOTALS, ACME) == [("api_calls", 4)]
    assert platform.rows(TOTALS, GLOBEX) == [("users", 9)]


WHO = [(False, True, 0), (True, False, "u-1"), (True, True, 64)]


@pytest.mark.parametrize(("detailed", "pseudonymised", "seen"), WHO)
def test_who_used_what_is_kept_as_far_as_the_settings_say(
    platform: Platform, detailed: bool, pseudonymised: bool, seen: object
) -> None:
    privacy = "compliance.data_governance.privacy.pseudonymised_analytics"
    settle(platform, {"billing.usage_tracking.detailed_usage_analytics": detailed, privacy: pseudonymised})
    ask(platform, "record_usage('api_calls', 1, 'u-1', 'search')")
    [(subject, feature)] = platform.rows("SELECT subject_id, feature FROM tenantc.usage_events")
    assert feature == ("search" if detailed else None)
    assert seen in (subject, len(subject or ""))


def test_months_are_made_as_often_as_one_asks(platform: Platform) -> None:
    for _ in range(2):
        platform.run("SET TimeZone = 'Pacific/Kiritimati'; CALL tenantc.make_months('2031-12-31 23:00+00', 1);")
    query = "SELECT relname FROM pg_class WHERE relname ~ '_203[12]_' AND relkind = 'r' ORDER BY 1"
    assert [name for (name,) in platform.rows(query)] == [
        *("audit_events_split_2031_12", "audit_events_split_2032_01"),
        *("usage_events_2031_12", "usage_events_2032_01"),
    ]
    [(bounds,)] = platform.rows(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'usage_events_2031_12'"
    )
    assert "2031-12-01 00:00:00+00" in bounds
    did(platform, "DROP TABLE tenantc.usage_events_2031_12, tenantc.usage_events_2032_01")
    did(platform, "DROP TABLE tenantc.audit_events_split_2031_12, tenantc.audit_events_split_2032_01")


def test_a_month_that_nobody_made_is_made_by_the_first_event(platform: Platform) -> None:
    [(this,)] = platform.rows("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY_MM')")
    settle(platform, {PARTITIONING: True})
    did(platform, f"DROP TABLE tenantc.usage_events_{this}, tenantc.audit_events_split_{this}")
    assert ask(platform, "record_usage('api_calls')")
    assert ask(platform, "record_event('login_success', 'ada', NULL, 'granted', NULL)")


# audit events

SIGNED_IN = "record_event('login_success', 'ada', 'console', 'granted', '192.0.2.1')"
READ = "SELECT type, actor, object, outcome, origin FROM tenantc_api.audit_events('auditor')"


@pytest.mark.parametrize(("role", "home"), ROLES)
def test_an_event_is_recorded_and_read_back_and_reading_is_one_too(
    platform: Platform, role: str, home: str | None
) -> None:
    assert ask(platform, SIGNED_IN, role, home)
    assert not ask(platform, "record_event('data_access', 'ada', NULL, NULL, NULL)", role, home)
    platform.rows(READ, role, home)
    assert platform.rows(READ, role, home)[:2] == [
        ("login_success", "ada", "console", "granted", "192.0.2.1"),
        ("log_access", "auditor", "audit events", "own_entries", None),
    ]


def test_a_record_says_what_the_settings_list(platform: Platform) -> None:
    settle(platform, {f"{AUDIT}fields": ("type", "outcome"), f"{AUDIT}events": ("login_success",)})
    ask(platform, SIGNED_IN)
    assert platform.rows("SELECT * FROM tenantc_api.audit_events('auditor')", ACME) == [
        (None, "login_success", None, None, "granted", None)
    ]


EXTENTS = [("nothing", []), ("own_entries", ["ada"]), ("all_entries", ["ada", "ops"])]


@pytest.mark.parametrize(("extent", "seen"), EXTENTS)
def test_a_tenant_reads_as_much_as_the_settings_say(platform: Platform, extent: str, seen: list[str]) -> None:
    settle(platform, {f"{AUDIT}tenant_readable": extent, f"{AUDIT}events": ("login_success",)})
    ask(platform, SIGNED_IN)
    platform.rows("SELECT tenantc.write_event('acme-corp', 'admin_action', 'ops', 'x', 'done', NULL)")
    ask(platform, SIGNED_IN, GLOBEX)
    assert [actor for _, actor, *_ in platform.rows(READ, ACME)] == seen


def test_only_the_listed_roles_read_events(platform: Platform) -> None:
    platform.refuses(ACME, "SELECT * FROM tenantc_api.audit_events('admin')")
    platform.refuses(ACME, "SELECT * FROM tenantc_api.audit_events(NULL)")
    settle(platform, {f"{AUDIT}read_roles": ("*",)})
    platform.rows("SELECT * FROM tenantc_api.audit_events('admin')", ACME)


@pytest.mark.parametrize("partitioned", [False, True])
def test_events_are_only_added_whoever_asks(platform: Platform, partitioned: bool) -> None:
    settle(platform, {PARTITIONING: partitioned})
    ask(platform, SIGNED_IN)
    [(where,)] = platform.rows("SELECT DISTINCT tableoid::regclass::text FROM tenantc.audit_events")
    assert where.startswith("tenantc.audit_events_split_20" if partitioned else "tenantc.audit_events_whole")
    for role in (platform.admin, SUPERUSER):
        platform.refuses(role, "UPDATE tenantc.audit_events SET actor = 'nobody'")
        platform.refuses(role, "DELETE FROM tenantc.audit_events")
        platform.refuses(role, f"DELETE FROM {where}")
        platform.refuses(role, "TRUNCATE tenantc.audit_events")
    did(platform, "UPDATE tenantc.audit_events SET recorded_at = now() - interval '366 days'"
        if not partitioned else "SELECT 1")  # fmt: skip
    platform.run("CALL tenantc.expire_records()")
    assert platform.rows("SELECT count(*) FROM tenantc.audit_events") == [(1 if partitioned else 0,)]


def test_events_kept_for_ever_never_expire(platform: Platform) -> None:
    settle(platform, {f"{AUDIT}retention_days": "unlimited"})
    ask(platform, SIGNED_IN)
    did(platform, "UPDATE tenantc.audit_events SET recorded_at = now() - interval '90 years'")
    platform.run("CALL tenantc.expire_records()")
    assert platform.rows("SELECT count(*) FROM tenantc.audit_events") == [(1,)]


# attacks


@pytest.mark.parametrize(("role", "home"), ROLES)
def test_no_table_of_ours_is_in_reach_nor_any_partition(platform: Platform, role: str, home: str | None) -> None:
    tables = platform.rows(
        "SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relnamespace = 'tenantc'::regnamespace"
        " AND c.relkind IN ('r', 'p', 'v', 'S')",
        database=home,
    )
    assert len(tables) > 15
    for (table,) in tables:
        with platform.as_role(role, home) as connection:
            for statement in (
                f"SELECT * FROM {table}", f"INSERT INTO {table} DEFAULT VALUES", f"DELETE FROM {table}",
                f"TRUNCATE {table}", f"COPY {table} TO STDOUT", f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            ):  # fmt: skip
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(statement.encode())
        # should somebody open the schema, the tables still are shut
        found = platform.rows(
            f"SELECT has_table_privilege('{role}', '{table}', 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')",
            database=home,
        )
        assert found == [(table == "tenantc.tenant_roles" and role == ACME,)] or "_seq" in table


def test_no_function_of_ours_is_everybodys_and_every_definers_pins_its_path(platform: Platform) -> None:
    ours = "pronamespace IN ('tenantc'::regnamespace, 'tenantc_api'::regnamespace)"
    anybody = "(proacl IS NULL OR proacl::text ~ '[{,]=')"
    assert platform.rows(f"SELECT oid::regprocedure::text FROM pg_proc WHERE {ours} AND {anybody}") == []
    paths = platform.rows(f"SELECT DISTINCT proconfig::text FROM pg_proc WHERE {ours}")
    assert paths == [('{"search_path=pg_catalog, pg_temp"}',)]
    may = f"has_function_privilege('{ACME}', oid, 'EXECUTE')"
    assert platform.rows(f"SELECT DISTINCT pronamespace::regnamespace::text FROM pg_proc WHERE {ours} AND {may}") == [
        ("tenantc_api",)
    ]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT tenantc.pseudonym('globex', 'x')",
        "SELECT tenantc.write_event('globex', 'x', 'x', 'x', 'x', 'x')",
        "SELECT tenantc.place_hold('globex', NULL, 'x')",
        "CALL tenantc.settle('acme-corp', NULL, '{}')",
        "CALL tenantc.maintain()",
        "SET ROLE tenantc__streaming_default__keepers",
        f"GRANT tenantc__streaming_default__keepers TO {ACME}",
        "CREATE FUNCTION tenantc_api.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER FUNCTION tenantc_api.claim(text, numeric) SECURITY INVOKER",
    ],
)
def test_what_looks_after_everybody_serves_no_tenant(platform: Platform, statement: str) -> None:
    platform.refuses(ACME, statement)


def test_a_caller_is_whoever_the_session_acts_as(platform: Platform) -> None:
    with platform.as_role(SUPERUSER) as connection:
        for role in (ACME, GLOBEX):
            connection.execute("RESET ROLE")
            connection.execute(f"SET ROLE {role}".encode())
            for _ in range(7):  # a kept plan follows the role too
                connection.execute("SELECT tenantc_api.record_usage('api_calls')", prepare=True)
            assert connection.execute(TOTALS.encode(), prepare=True).fetchall() == [("api_calls", 7)]
    platform.refuses(platform.admin, "SELECT tenantc_api.claim('max_users')")
    with platform.as_role(ACME) as connection:
        connection.execute("SET ROLE tenantc__streaming_default__callers")
        with pytest.raises(errors.InsufficientPrivilege, match="acts for no tenant"):
            connection.execute("SELECT tenantc_api.claim('max_users')")


def test_nothing_that_a_session_puts_in_the_way_is_called(platform: Platform) -> None:
    with platform.as_role(ACME) as connection:
        connection.execute("CREATE TEMP TABLE quotas AS SELECT 'acme-corp' AS tenant_id, 'max_users' AS limit_name")
        for signature, value in (("caller_tenant(boolean) RETURNS text", "globex"), ("now() RETURNS text", "x")):
            connection.execute(f"CREATE FUNCTION pg_temp.{signature} LANGUAGE sql AS $$ SELECT '{value}' $$".encode())
        connection.execute("SET search_path = pg_temp, tenantc_api, pg_catalog")
        found = [connection.execute("SELECT claim('max_users')").fetchone() for _ in range(3)]
    assert found == [(True,), (True,), (False,)]


@pytest.mark.parametrize("text", ["'; DROP TABLE tenantc.tenants; --", '"x"', "{}", "$tenantc$", "\\"])
def test_hostile_texts_are_values(platform: Platform, text: str) -> None:
    with platform.as_role(ACME) as connection:
        connection.execute("SELECT tenantc_api.record_event('login_success', %s, %s, %s, %s)", (text, text, text, text))
        [found] = connection.execute("SELECT actor, object, outcome, origin FROM tenantc_api.audit_events('auditor')"
                                     " WHERE type = 'login_success'").fetchall()  # fmt: skip
        assert set(found) == {text}
        for call in ("claim(%s)", "record_usage(%s)"):
            with pytest.raises(errors.UndefinedObject):
                connection.execute(f"SELECT tenantc_api.{call}".encode(), (text,))


def test_a_tenants_own_database_is_served_by_the_same_file(platform: Platform) -> None:
    platform.run(service(), UMBRELLA)
    assert ask(platform, "claim('max_users')", UMBRELLA, UMBRELLA)
    platform.refuses(UMBRELLA, "SELECT tenantc_api.claim('max_users')")
