"""What a role that only reads sees of sensitive fields, and what sensitive fields take, at each isolation level."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from psycopg import errors

from tests import sql_files
from tests.real.platform import ACME, GLOBEX, INITECH, UMBRELLA, Platform, owned
from tests.real.postgres import SUPERUSER, Postgres

HASH = "security.encryption_config.field_hash"
PAN = "compliance.data_governance.masking.pan"
CATEGORIES = "compliance.data_governance.categories"
PSEUDONYMS = "compliance.data_governance.privacy.pseudonymised_analytics"
FIELD_LEVEL = "security.encryption_config.field_level"
MINIMISED = "compliance.data_governance.privacy.data_minimization"
CIPHERTEXT = "workspace.sql.ciphertext"
CARD = "4000001234567899"
OPTIONS: Mapping[str, Any] = {
    "workspace.sql.shared_tables": ("app.people",),
    "workspace.sql.subject_column": "user_id",
    CIPHERTEXT: "^vault:v[0-9]+:",
}
SETTINGS: Mapping[str, Any] = {
    **OPTIONS,
    "infrastructure.database.read_replicas": 1,
    HASH: "hmac_sha256",
    PAN: "last_four",
    PSEUDONYMS: True,
    FIELD_LEVEL: False,
    MINIMISED: False,
    CATEGORIES: {
        "cards": {"kind": "cardholder", "fields": ("card",)},
        "codes": {"kind": "cardholder_auth", "fields": ("code", "born")},
        "contacts": {"classification": "confidential", "fields": ("email", "code")},
    },
}
LEVELS = {"acme-corp": "shared", "globex": "shared", "initech": "schema", "umbrella": "database"}
ROLES = {"acme-corp": ACME, "globex": GLOBEX, "initech": INITECH, "umbrella": UMBRELLA}
HOMES = {"acme-corp": "app", "globex": "app", "initech": INITECH, "umbrella": "public"}
COLUMNS = "user_id, card, code, email, born::text, points, note"
TABLE = """
CREATE SCHEMA IF NOT EXISTS {0};
CREATE TABLE {0}.people (
  user_id text, tenant_id text NOT NULL, card varchar(40), code text, email text, born date, points int, note text);
"""
EVERYTHING = pytest.mark.parametrize("tenant_id", LEVELS)


def at(tenant_id: str) -> str | None:
    return UMBRELLA if tenant_id == "umbrella" else None


def reader(tenant_id: str) -> str:
    return f"{ROLES[tenant_id]}__reader"


def estate(platform: Platform, changes: Mapping[str, Any] | None = None) -> None:
    for file in ("records.sql", "schema.sql"):
        text = sql_files.estate(("shared",), {**OPTIONS, **(changes or {})}, file=file)
        assert text is not None
        platform.run(text)


def settle(platform: Platform, changes: Mapping[str, Any] | None = None, tenant_id: str = "acme-corp") -> None:
    files = sql_files.tenant(tenant_id, LEVELS[tenant_id], settings={**SETTINGS, **(changes or {})})
    if "database.sql" in files:
        platform.run(files["database.sql"], "postgres")
        text = sql_files.estate(("shared",), OPTIONS, file="records.sql")
        assert text is not None
        platform.run(text, at(tenant_id))
    for file in ("schema.sql", "records.sql", "reader.sql"):
        platform.run(files[file], at(tenant_id))


@pytest.fixture(scope="module", params=["platform_admin", SUPERUSER])
def platform(postgres: Postgres, request: pytest.FixtureRequest) -> Iterator[Platform]:
    with postgres.scratch() as database:
        made = owned(postgres, database, request.param)
        made.run(TABLE.format("app"))
        for _ in range(2):
            estate(made)
            for tenant_id in LEVELS:
                settle(made, tenant_id=tenant_id)
        for tenant_id in ("initech", "umbrella"):
            made.run(TABLE.format(HOMES[tenant_id]), at(tenant_id))
            settle(made, tenant_id=tenant_id)
        for tenant_id, schema in HOMES.items():
            with made.as_role(ROLES[tenant_id], at(tenant_id)) as connection:
                row = (tenant_id, tenant_id, CARD, "123", f"a@{tenant_id}", "2000-01-01", len(tenant_id), "hello")
                connection.execute(f"INSERT INTO {schema}.people VALUES ({', '.join(['%s'] * 8)})".encode(), row)
        yield made


@pytest.fixture(autouse=True)
def as_stated(platform: Platform) -> None:
    settle(platform)


def seen(platform: Platform, tenant_id: str = "acme-corp") -> tuple[Any, ...]:
    [row] = platform.rows(f"SELECT {COLUMNS} FROM people", reader(tenant_id), at(tenant_id))
    return row


@EVERYTHING
def test_a_reader_sees_its_tenants_rows_with_sensitive_fields_masked(platform: Platform, tenant_id: str) -> None:
    keys = f"SELECT key FROM tenantc.hash_keys WHERE tenant_id = '{tenant_id}'"
    [(key,)] = platform.rows(keys, database=at(tenant_id))
    assert len(key) == 32
    hashed = [hmac.new(key, text.encode(), "sha256").hexdigest() for text in (tenant_id, f"a@{tenant_id}")]
    masked = "*" * 12 + "7899"
    assert seen(platform, tenant_id) == (hashed[0], masked, None, hashed[1], None, len(tenant_id), "hello")


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("everything", CARD),
        ("first_eight_last_four", "40000012****7899"),
        ("first_six_last_four", "400000******7899"),
        ("nothing", None),
        (None, None),
    ],
)
def test_a_card_number_shows_the_digits_that_the_settings_say(
    platform: Platform, digits: str | None, shown: str | None
) -> None:
    settle(platform, {PAN: digits})
    assert seen(platform)[1] == shown


@pytest.mark.parametrize("card", ["1234", "12345678901"])
def test_of_what_is_too_short_for_a_card_number_nothing_is_shown(platform: Platform, card: str) -> None:
    assert platform.rows(f"SELECT tenantc_api.masked('{card}', 'last_four')", ACME) == [("*" * len(card),)]


@pytest.mark.parametrize("function", ["sha256", "sha512"])
def test_a_pseudonym_is_made_as_the_settings_say(platform: Platform, function: str) -> None:
    settle(platform, {HASH: function})
    assert seen(platform)[3] == hashlib.new(function, b"a@acme-corp").hexdigest()
    settle(platform, {HASH: "none"})
    assert seen(platform)[3] is None, "what may not be hashed is not shown either"
    settle(platform, {PSEUDONYMS: False})
    assert seen(platform)[0] == "acme-corp"


def test_the_key_of_a_keyed_hash_stays_as_it_is(platform: Platform) -> None:
    before = seen(platform)
    settle(platform, {HASH: "sha256"})
    settle(platform)
    assert seen(platform) == before


def test_one_tenants_categories_mask_no_others(platform: Platform) -> None:
    settle(platform, {CATEGORIES: {}})
    assert seen(platform)[1:4] == (CARD, "123", "a@acme-corp")
    assert seen(platform, "globex")[1:3] == ("*" * 12 + "7899", None)


@EVERYTHING
def test_a_reader_reads_and_no_more(platform: Platform, tenant_id: str) -> None:
    table = f"{HOMES[tenant_id]}.people"
    home, role = at(tenant_id), reader(tenant_id)
    with platform.as_role(role, home) as connection:
        with pytest.raises(errors.ReadOnlySqlTransaction):
            connection.execute("CREATE TEMP TABLE mine (x int)")
        connection.execute("SET default_transaction_read_only = off")  # anybody may
        for statement in (
            f"SELECT * FROM {table}", f"INSERT INTO {table} (tenant_id) VALUES ('{tenant_id}')", f"DELETE FROM {table}",
            "UPDATE people SET note = 'x'", "DELETE FROM people", "INSERT INTO people (note) VALUES ('x')",
            "DROP VIEW people", f"SET ROLE {ROLES[tenant_id]}",
            "SELECT tenantc_api.claim('max_users')", "SELECT tenantc_api.erase_subject('x')",
            "SELECT * FROM tenantc_api.audit_events('auditor')", "SELECT tenantc.pseudonym('globex', 'x')",
        ):  # fmt: skip
            with pytest.raises((errors.InsufficientPrivilege, errors.ObjectNotInPrerequisiteState)):
                connection.execute(statement.encode())


def test_no_condition_of_a_readers_meets_what_is_masked_or_anothers(platform: Platform) -> None:
    noticed: list[str] = []
    with platform.as_role(reader("acme-corp")) as connection:
        connection.add_notice_handler(lambda notice: noticed.append(notice.message_primary or ""))
        connection.execute("SET default_transaction_read_only = off")
        connection.execute(
            "CREATE FUNCTION pg_temp.spy(text) RETURNS bool LANGUAGE plpgsql IMMUTABLE COST 0.0000001 AS "
            "$$ BEGIN RAISE NOTICE '%', $1; RETURN true; END $$"
        )
        connection.execute("SELECT * FROM people WHERE pg_temp.spy(points::text) AND pg_temp.spy(card)")
        plan = str(connection.execute("EXPLAIN (VERBOSE) SELECT * FROM people").fetchall())
    assert sorted(noticed) == ["*" * 12 + "7899", str(len("acme-corp"))]
    assert CARD not in plan
    # what runs first otherwise hangs on what PostgreSQL thinks it costs
    views = "SELECT reloptions FROM pg_class WHERE relkind = 'v' AND relnamespace = 'tenantc_masked'::regnamespace"
    assert platform.rows(views) == [(["security_barrier=true"],)]


def test_the_views_follow_the_tables(platform: Platform) -> None:
    with platform.as_role(SUPERUSER) as connection:
        connection.execute("ALTER TABLE app.people ADD COLUMN extra int")
    estate(platform)
    assert platform.rows("SELECT extra FROM people", reader("acme-corp")) == [(None,)]
    with platform.as_role(SUPERUSER) as connection:
        connection.execute("ALTER TABLE app.people DROP COLUMN extra CASCADE")
    estate(platform)
    assert seen(platform)[6] == "hello"


def test_without_replicas_there_is_no_reader() -> None:
    for replicas in (None, 0):
        settings = {**SETTINGS, "infrastructure.database.read_replicas": replicas}
        assert "reader.sql" not in sql_files.tenant("acme-corp", settings=settings)


def test_a_suspended_tenants_reader_is_shut_out_too() -> None:
    text = sql_files.tenant("acme-corp", status="suspended", settings=SETTINGS)["reader.sql"]
    assert f'ALTER ROLE "{ACME}__reader" NOLOGIN' in text


# what fields take


def writes(platform: Platform, tenant_id: str, **row: Any) -> None:
    names = ", ".join(["tenant_id", *row])
    values = ", ".join(["%s"] * (len(row) + 1))
    with platform.as_role(ROLES[tenant_id], at(tenant_id)) as connection:
        insert = f"INSERT INTO {HOMES[tenant_id]}.people ({names}) VALUES ({values})"
        with connection.transaction(force_rollback=True):
            connection.execute(insert.encode(), (tenant_id, *row.values()))


@EVERYTHING
def test_an_encrypted_field_takes_no_plain_text(platform: Platform, tenant_id: str) -> None:
    settle(platform, {FIELD_LEVEL: True}, tenant_id)
    try:
        for field in ("card", "email"):
            with pytest.raises(errors.CheckViolation, match="takes ciphertext alone") as refused:
                writes(platform, tenant_id, **{field: CARD})
            assert CARD not in str(refused.value)
            writes(platform, tenant_id, **{field: "vault:v1:c2VjcmV0"}, note="plain")
        writes(platform, tenant_id, card=None, note="plain")
    finally:
        settle(platform, tenant_id=tenant_id)
    writes(platform, tenant_id, card=CARD)


def test_a_field_that_no_purpose_needs_is_refused(platform: Platform) -> None:
    contacts = {"fields": ("email", "born"), "allowed_fields": ("email",)}
    settle(platform, {MINIMISED: True, CATEGORIES: {"contacts": contacts}})
    with pytest.raises(errors.CheckViolation, match="no purpose needs field born"):
        writes(platform, "acme-corp", born="2000-01-01")
    writes(platform, "acme-corp", email="a@b.example", note="x")
    writes(platform, "globex", born="2000-01-01")
    settle(platform, {MINIMISED: False, CATEGORIES: {"contacts": contacts}})
    writes(platform, "acme-corp", born="2000-01-01")


def test_without_the_option_nothing_watches_the_tables(platform: Platform) -> None:
    estate(platform, {CIPHERTEXT: None})
    settle(platform, {FIELD_LEVEL: True})
    writes(platform, "acme-corp", card=CARD)
    assert platform.rows("SELECT count(*) FROM pg_trigger WHERE tgrelid = 'app.people'::regclass") == [(0,)]
    estate(platform)
    with pytest.raises(errors.CheckViolation):
        writes(platform, "acme-corp", card=CARD)
