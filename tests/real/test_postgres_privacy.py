"""What people may ask of their data, and what is deleted when its time is over, proven on data at each level."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from psycopg import errors

from tests import sql_files
from tests.real.platform import ACME, GLOBEX, INITECH, UMBRELLA, Platform, owned
from tests.real.postgres import SUPERUSER, Postgres

KEEPERS = "tenantc__streaming_default__keepers"
PRIVACY = "compliance.data_governance.privacy."
OPTIONS: Mapping[str, Any] = {
    "workspace.sql.shared_tables": ("app.people", "app.posts", "app.log_lines"),
    "workspace.sql.subject_column": "user_id",
    "workspace.sql.subject_columns": {"people": "id"},
    "workspace.sql.time_column": "created_at",
    "workspace.sql.data_kinds": {"log_lines": "logs"},
}
SETTINGS: Mapping[str, Any] = {
    **OPTIONS,
    **dict.fromkeys((f"{PRIVACY}{name}" for name in ("right_to_deletion", "data_portability", "rectification")), True),
    **dict.fromkeys(
        (f"{PRIVACY}opt_out.{name}" for name in ("sale_or_sharing", "honour_gpc", "limit_sensitive")), True
    ),
    f"{PRIVACY}opt_out.complete_within_business_days": 5,
    f"{PRIVACY}portability_formats": ("json", "csv", "xml"),
    f"{PRIVACY}erasure.complete_within_days": 30,
    f"{PRIVACY}erasure.legal_hold_check": True,
    f"{PRIVACY}consent_required": True,
    f"{PRIVACY}optional_processing_by_default": False,
    f"{PRIVACY}consent.record_proof": True,
    f"{PRIVACY}consent.withdrawal_enabled": True,
    f"{PRIVACY}consent.minimum_age": 16,
    f"{PRIVACY}consent.parental_consent": False,
    "compliance.data_governance.retention_policies": {"user_data": 100, "logs": 10},
    "compliance.data_governance.request_log_retention_days": 730,
    "security.encryption_config.field_hash": "hmac_sha256",
    "security.access_control.audit_enabled": True,
    "monitoring.logging.audit.fields": ("object", "outcome", "actor"),
}
LEVELS = {"acme-corp": "shared", "globex": "shared", "initech": "schema", "umbrella": "database"}
HOMES = {"acme-corp": "app", "globex": "app", "initech": INITECH, "umbrella": "public"}
ROLES = {"acme-corp": ACME, "globex": GLOBEX, "initech": INITECH, "umbrella": UMBRELLA}
ODD = "a \"quoted\", <b>&amp;\r\nline ]]> 'x'"


def tables(schema: str) -> str:
    return f"""
CREATE SCHEMA IF NOT EXISTS {schema};
CREATE TABLE {schema}.people (
  id text PRIMARY KEY, tenant_id text NOT NULL, name text, created_at timestamptz DEFAULT now());
CREATE TABLE {schema}.posts (
  id serial PRIMARY KEY, tenant_id text NOT NULL, user_id text REFERENCES {schema}.people, "Odd ""name" text,
  created_at timestamptz DEFAULT now());
CREATE TABLE {schema}.log_lines (tenant_id text NOT NULL, created_at timestamptz DEFAULT now());
CREATE TABLE {schema}.settings (tenant_id text NOT NULL, theme text);
"""


def settle(platform: Platform, changes: Mapping[str, Any] | None = None, tenant_id: str = "acme-corp") -> None:
    settings = {**SETTINGS, **(changes or {})}
    files = sql_files.tenant(tenant_id, LEVELS[tenant_id], settings=settings)
    home = at(tenant_id)
    if home is not None:
        platform.run(files["database.sql"], "postgres")
        platform.run(service(), home)
    platform.run(files["schema.sql"], home)
    platform.run(files["records.sql"], home)


def service() -> str:
    text = sql_files.estate(("shared",), OPTIONS, file="records.sql")
    assert text is not None
    return text


def at(tenant_id: str) -> str | None:
    return UMBRELLA if tenant_id == "umbrella" else None


@pytest.fixture(scope="module")
def platform(postgres: Postgres) -> Iterator[Platform]:
    """Run by no superuser, whose rights would hide what is missing."""
    with postgres.scratch() as database:
        made = owned(postgres, database, "platform_admin")
        made.run(tables("app"))
        for _ in range(2):
            made.run(service())
            text = sql_files.estate(("shared",), OPTIONS)
            assert text is not None
            made.run(text)
            for tenant_id in LEVELS:
                settle(made, tenant_id=tenant_id)
        for tenant_id in ("initech", "umbrella"):
            made.run(f"{tables(HOMES[tenant_id])}", at(tenant_id))
            settle(made, tenant_id=tenant_id)
        with made.as_role(SUPERUSER) as connection:
            connection.execute(f"CREATE ROLE scheduler LOGIN IN ROLE {KEEPERS}".encode())
        yield made


@pytest.fixture(autouse=True)
def filled(platform: Platform) -> None:
    """The same people with every tenant, each with a post and a post of each day's age below, and logs."""
    settle(platform)
    for home in (None, UMBRELLA):
        with platform.as_role(SUPERUSER, home) as connection:
            connection.execute("TRUNCATE tenantc.requests, tenantc.consents, tenantc.refusals, tenantc.legal_holds")
    for schema, home in (("app", None), (INITECH, None), ("public", UMBRELLA)):
        with platform.as_role(SUPERUSER, home) as connection:
            connection.execute(f"TRUNCATE {schema}.people, {schema}.posts, {schema}.log_lines".encode())
    for tenant_id, schema in HOMES.items():
        with platform.as_role(ROLES[tenant_id], at(tenant_id)) as connection:
            for person in ("u-1", "u-2"):
                own = f"{person}-{tenant_id}" if person == "u-2" else {"globex": "u-1g"}.get(tenant_id, "u-1")
                connection.execute(
                    f"INSERT INTO {schema}.people VALUES (%s, %s, %s)".encode(), (own, tenant_id, tenant_id)
                )
                for days in (1, 50, 150):
                    post = f"INSERT INTO {schema}.posts VALUES (DEFAULT, %s, %s, %s, now() - make_interval(days => %s))"
                    connection.execute(post.encode(), (tenant_id, own, ODD, days))
            for days in (1, 50):
                connection.execute(
                    f"INSERT INTO {schema}.log_lines VALUES (%s, now() - make_interval(days => %s))".encode(),
                    (tenant_id, days),
                )


def ask(platform: Platform, call: str, tenant_id: str = "acme-corp") -> Any:
    [(answer,)] = platform.rows(f"SELECT tenantc_api.{call}", ROLES[tenant_id], at(tenant_id))
    return answer


def posts(platform: Platform, tenant_id: str, person: str = "%") -> int:
    query = f"SELECT count(*) FROM {HOMES[tenant_id]}.posts WHERE tenant_id = '{tenant_id}' AND user_id LIKE '{person}'"
    [(found,)] = platform.rows(query, database=at(tenant_id))
    return int(found)


LEVEL = pytest.mark.parametrize("tenant_id", ["acme-corp", "initech", "umbrella"])


# export


@LEVEL
def test_people_get_all_that_is_held_about_them_and_nothing_else(platform: Platform, tenant_id: str) -> None:
    schema = HOMES[tenant_id]
    prefix = "" if schema == "public" else f"{schema}."
    found = json.loads(ask(platform, "export_subject('u-1', 'json')", tenant_id))
    shown = {name.removeprefix("public."): rows for name, rows in found.items()}
    assert sorted(shown) == [f"{prefix}people", f"{prefix}posts"]
    assert [one["name"] for one in shown[f"{prefix}people"]] == [tenant_id]
    assert [(one["user_id"], one['Odd "name']) for one in shown[f"{prefix}posts"]] == [("u-1", ODD)] * 3
    [(kind, outcome)] = platform.rows(
        "SELECT kind, outcome FROM tenantc_api.requests()", ROLES[tenant_id], at(tenant_id)
    )
    assert (kind, outcome) == ("export", "done")


def test_csv_and_xml_say_the_same(platform: Platform) -> None:
    people, held = ask(platform, "export_subject('u-1', 'csv')").split("\r\n\r\n")
    names, *rows = list(csv.reader(io.StringIO(held.partition("\r\n")[2], newline="")))
    assert people.startswith("app.people\r\n")
    assert names == ["id", "tenant_id", "user_id", 'Odd "name', "created_at"]
    assert [row[2:4] for row in rows if row] == [["u-1", ODD]] * 3
    document = ET.fromstring(ask(platform, "export_subject('u-1', 'xml')"))  # noqa: S314 our own
    assert [table.get("name") for table in document] == ["app.people", "app.posts"]
    fields = document.findall("table[@name='app.posts']/row/field[@name='Odd \"name']")
    assert [field.text for field in fields] == [ODD.replace("\r\n", "\n")] * 3


@pytest.mark.parametrize("subject", ["nobody", "u-1g", "' OR true --", "u-2-globex"])
def test_an_export_holds_nothing_of_other_tenants_or_people(platform: Platform, subject: str) -> None:
    with platform.as_role(ACME) as connection:
        found = connection.execute("SELECT tenantc_api.export_subject(%s, 'json')", (subject,)).fetchone()
    assert found is not None
    assert json.loads(found[0]) == {"app.people": [], "app.posts": []}


def test_no_other_format_is_given_and_nothing_at_all_where_nobody_may_ask(platform: Platform) -> None:
    settle(platform, {f"{PRIVACY}portability_formats": ("json",)})
    platform.refuses(ACME, "SELECT tenantc_api.export_subject('u-1', 'csv')", errors.InvalidParameterValue)
    settle(platform, {f"{PRIVACY}data_portability": False})
    assert ask(platform, "export_subject('u-1', 'json')") is None
    assert platform.rows("SELECT kind, outcome FROM tenantc_api.requests()", ACME) == [("export", "refused")]


# erasure


@LEVEL
def test_what_is_erased_is_gone_everywhere_and_everybody_elses_stays(platform: Platform, tenant_id: str) -> None:
    assert ask(platform, "give_consent('u-1', 'news', 'yes', 30)", tenant_id)
    others = [(one, posts(platform, one)) for one in LEVELS if one != tenant_id]
    assert ask(platform, "erase_subject('u-1')", tenant_id) == "done"
    assert posts(platform, tenant_id, "u-1") == 0
    assert posts(platform, tenant_id, "u-2%") == 3
    assert [(one, posts(platform, one)) for one in LEVELS if one != tenant_id] == others
    people = f"SELECT count(*) FROM {HOMES[tenant_id]}.people WHERE id = 'u-1' AND tenant_id = '{tenant_id}'"
    assert platform.rows(people, database=at(tenant_id)) == [(0,)]
    assert platform.rows("SELECT count(*) FROM tenantc.consents", database=at(tenant_id)) == [(0,)]
    [(outcome, days)] = platform.rows(
        "SELECT outcome, extract(day FROM due_at - asked_at) FROM tenantc_api.requests()",
        ROLES[tenant_id],
        at(tenant_id),
    )
    assert (outcome, days) == ("done", 30)


def test_nobody_erases_another_tenants_people(platform: Platform) -> None:
    for subject in ("u-1g", "u-2-globex"):
        ask(platform, f"erase_subject('{subject}')")
    assert posts(platform, "globex") == 6


def test_what_the_law_holds_stays_until_it_lets_go(platform: Platform) -> None:
    [(hold,)] = platform.rows("SELECT tenantc.place_hold('acme-corp', 'u-1', 'a court')", "scheduler")
    assert ask(platform, "erase_subject('u-1')") == "held"
    assert posts(platform, "acme-corp", "u-1") == 3
    assert ask(platform, "erase_subject('u-2-acme-corp')") == "done"
    settle(platform, {f"{PRIVACY}erasure.legal_hold_check": False})
    assert posts(platform, "acme-corp", "u-1") == 3
    settle(platform)
    assert platform.rows(f"SELECT tenantc.lift_hold({hold})", "scheduler") == [(True,)]
    assert platform.rows(f"SELECT tenantc.lift_hold({hold})", "scheduler") == [(False,)]
    assert ask(platform, "erase_subject('u-1')") == "done"


def test_where_nobody_may_ask_nothing_is_erased(platform: Platform) -> None:
    settle(platform, {f"{PRIVACY}right_to_deletion": False})
    assert ask(platform, "erase_subject('u-1')") == "refused"
    assert posts(platform, "acme-corp", "u-1") == 3


def test_an_erasure_that_fails_erases_nothing(platform: Platform) -> None:
    with platform.as_role(SUPERUSER) as connection:
        connection.execute("CREATE TABLE app.keeps (post integer REFERENCES app.posts)")
        connection.execute("INSERT INTO app.keeps SELECT min(id) FROM app.posts WHERE user_id = 'u-1'")
    try:
        platform.refuses(ACME, "SELECT tenantc_api.erase_subject('u-1')", errors.ForeignKeyViolation)
        assert posts(platform, "acme-corp", "u-1") == 3
    finally:
        with platform.as_role(SUPERUSER) as connection:
            connection.execute("DROP TABLE app.keeps")


# correction


@LEVEL
def test_people_have_their_own_data_corrected(platform: Platform, tenant_id: str) -> None:
    table = f"{HOMES[tenant_id]}.people"
    assert ask(platform, f"correct('u-1', '{table}', 'name', 'Ada ''; --')", tenant_id) == 1
    query = f"SELECT name FROM {table} WHERE id = 'u-1' AND tenant_id = '{tenant_id}'"
    assert platform.rows(query, database=at(tenant_id)) == [("Ada '; --",)]


def test_no_correction_reaches_further_than_the_tenant_does(platform: Platform) -> None:
    assert ask(platform, "correct('u-1g', 'app.people', 'name', 'x')") == 0
    platform.refuses(ACME, "SELECT tenantc_api.correct('u-1', 'app.people', 'tenant_id', 'globex')")
    platform.refuses(ACME, "SELECT tenantc_api.correct('u-1', 'app.settings', 'theme', 'x')", errors.UndefinedTable)
    settle(platform, {f"{PRIVACY}rectification": False})
    assert ask(platform, "correct('u-1', 'app.people', 'name', 'x')") is None


# consent and refusal


def may(platform: Platform, purpose: str = "news") -> bool:
    return bool(ask(platform, f"may_process('u-1', '{purpose}')"))


def test_optional_processing_waits_for_consent_and_ends_with_it(platform: Platform) -> None:
    assert not may(platform)
    assert ask(platform, "give_consent('u-1', 'news', 'I agree', 30)")
    assert may(platform)
    assert not may(platform, "profiling")
    assert not ask(platform, "may_process('u-1', 'news')", "globex"), "a consent is given to one tenant"
    assert ask(platform, "withdraw_consent('u-1', 'news')")
    assert not may(platform)
    assert not ask(platform, "withdraw_consent('u-1', 'news')")


@pytest.mark.parametrize(
    ("required", "by_default", "allowed"),
    [(True, True, False), (False, True, True), (False, False, False), (None, True, False)],
)
def test_before_anybody_chose_the_settings_decide(
    platform: Platform, required: bool | None, by_default: bool, allowed: bool
) -> None:
    settle(platform, {f"{PRIVACY}consent_required": required, f"{PRIVACY}optional_processing_by_default": by_default})
    assert may(platform) is allowed
    ask(platform, "refuse('u-1', 'news')")
    assert not may(platform)


def test_who_is_too_young_consents_through_a_parent_where_one_is_asked(platform: Platform) -> None:
    for age in ("15", "NULL"):
        assert not ask(platform, f"give_consent('u-1', 'news', 'yes', {age})")
        assert not ask(platform, f"give_consent('u-1', 'news', 'yes', {age}, true)")
    settle(platform, {f"{PRIVACY}consent.parental_consent": True})
    assert not ask(platform, "give_consent('u-1', 'news', 'yes', 15)")
    assert not may(platform)
    assert ask(platform, "give_consent('u-1', 'news', 'yes', 15, true)")
    assert may(platform)


def test_a_proof_is_kept_as_the_settings_say(platform: Platform) -> None:
    proof = "SELECT wording, recorded_by FROM tenantc.consents"
    platform.refuses(ACME, "SELECT tenantc_api.give_consent('u-1', 'news', NULL, 30)", errors.NullValueNotAllowed)
    ask(platform, "give_consent('u-1', 'news', 'I agree', 30)")
    settle(platform, {f"{PRIVACY}consent.record_proof": False})
    ask(platform, "give_consent('u-1', 'profiling', 'I agree', 30)")
    assert platform.rows(proof) == [("I agree", ACME), (None, None)]


def test_consents_stay_where_nobody_takes_them_back(platform: Platform) -> None:
    settle(platform, {f"{PRIVACY}consent.withdrawal_enabled": False})
    platform.refuses(ACME, "SELECT tenantc_api.withdraw_consent('u-1', 'news')")


@pytest.mark.parametrize(
    ("setting", "call"),
    [
        ("sale_or_sharing", "refuse('u-1', 'sale_or_sharing')"),
        ("limit_sensitive", "refuse('u-1', 'sensitive_data')"),
        ("honour_gpc", "refuse('u-1', 'sale_or_sharing', true)"),
    ],
)
def test_a_refusal_counts_where_people_may_refuse_and_by_its_day(platform: Platform, setting: str, call: str) -> None:
    settle(platform, {f"{PRIVACY}opt_out.{setting}": False})
    assert ask(platform, call) is None
    settle(platform)
    day = ask(platform, call)
    assert [(day,)] == platform.rows("SELECT tenantc.business_days_after((now() AT TIME ZONE 'UTC')::date, 5)")
    assert ask(platform, call) == day


@pytest.mark.parametrize(("first", "days", "last"), [("2026-11-06", 1, "2026-11-09"), ("2026-11-07", 5, "2026-11-13")])
def test_business_days_leave_out_weekends(platform: Platform, first: str, days: int, last: str) -> None:
    assert platform.rows(f"SELECT tenantc.business_days_after('{first}', {days})::text") == [(last,)]


# retention


def aged(platform: Platform, tenant_id: str) -> tuple[int, int]:
    [(lines,)] = platform.rows(
        f"SELECT count(*) FROM {HOMES[tenant_id]}.log_lines WHERE tenant_id = '{tenant_id}'", database=at(tenant_id)
    )
    return posts(platform, tenant_id), int(lines)


def maintain(platform: Platform) -> None:
    for home in (None, UMBRELLA):
        with platform.as_role("scheduler", home) as connection:
            connection.execute("CALL tenantc.maintain()")


def test_each_kind_of_data_is_kept_for_its_days_with_each_tenant(platform: Platform) -> None:
    settle(platform, {"compliance.data_governance.retention_policies": {"user_data": 30}}, "globex")
    platform.rows("SELECT tenantc.apply_retention('logs')", "scheduler")
    assert [aged(platform, one) for one in ("acme-corp", "globex", "initech")] == [(6, 1), (6, 2), (6, 1)]
    maintain(platform)
    assert {one: aged(platform, one) for one in LEVELS} == {
        "acme-corp": (4, 1), "globex": (2, 2), "initech": (4, 1), "umbrella": (4, 1),
    }  # fmt: skip
    settle(platform, tenant_id="globex")


def test_without_a_policy_the_limit_on_retention_holds_and_without_both_nothing_goes(platform: Platform) -> None:
    policies = "compliance.data_governance.retention_policies"
    settle(platform, {policies: {"logs": 10}, "limits.data_retention_days": 30})
    settle(platform, {policies: None}, "globex")
    maintain(platform)
    assert (aged(platform, "acme-corp"), aged(platform, "globex")) == ((2, 1), (6, 2))
    settle(platform, tenant_id="globex")


def test_retention_leaves_what_the_law_holds(platform: Platform) -> None:
    platform.rows("SELECT tenantc.place_hold('acme-corp', 'u-1', 'a court')", "scheduler")
    platform.rows("SELECT tenantc.place_hold('initech', NULL, 'a court')", "scheduler")
    maintain(platform)
    assert posts(platform, "acme-corp", "u-1") == 3
    assert posts(platform, "acme-corp", "u-2%") == 2
    assert aged(platform, "initech") == (6, 2)
    assert aged(platform, "globex") == (4, 1)


def test_the_record_of_requests_goes_when_its_time_is_over(platform: Platform) -> None:
    ask(platform, "export_subject('u-1', 'json')")
    ask(platform, "export_subject('u-2', 'json')")
    with platform.as_role(SUPERUSER) as connection:
        connection.execute(
            "UPDATE tenantc.requests SET asked_at = asked_at - interval '731 days' WHERE subject_id = 'u-1'"
        )
    maintain(platform)
    assert platform.rows("SELECT subject_id FROM tenantc.requests") == [("u-2",)]


def test_those_who_look_after_all_tenants_do_no_more_than_that(platform: Platform) -> None:
    for statement in (
        "UPDATE app.posts SET user_id = NULL",
        "INSERT INTO app.people VALUES ('x', 'globex')",
        "TRUNCATE app.posts",
        "SELECT * FROM tenantc.hash_keys",
        "DELETE FROM tenantc.audit_events",
        "UPDATE tenantc.tenants SET settings = '{}'",
        "SELECT tenantc_api.claim('max_users')",
        f"SET ROLE {ACME}",
    ):
        platform.refuses("scheduler", statement)


@pytest.mark.parametrize(
    "call",
    [
        "SELECT tenantc_api.close_request({})",
        "SELECT tenantc_api.open_request('erasure', 'u-1g')",
    ],
)
def test_one_tenants_requests_are_no_others(platform: Platform, call: str) -> None:
    [(request, _)] = platform.rows("SELECT * FROM tenantc_api.open_request('erasure', 'u-1g')", GLOBEX)
    ask(platform, "give_consent('u-1g', 'news', 'yes', 30)", "globex")
    platform.rows(call.format(request), ACME)
    assert platform.rows("SELECT finished_at, subject_id FROM tenantc_api.requests()", GLOBEX) == [(None, "u-1g")]
    assert ask(platform, "may_process('u-1g', 'news')", "globex")
