"""What a tenant's settings become in SQL: settings in, statements out, read back by PostgreSQL's own parser."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

import pglast
import pytest
from pglast import ast
from pglast.enums import ObjectType, TransactionStmtKind

from tenantc.emit.naming import KINDS, Bearer, derive
from tenantc.emit.postgres.sharing import tenants_group
from tests import sql_files

LEVELS = ("shared", "schema", "database", "cluster")
TABLES = "workspace.sql.shared_tables"
COLUMN = "workspace.sql.tenant_column"
# the worst that `names:` lets through
HOSTILE = {"postgres_role": "Select--x", "postgres_schema": "Table-_", "postgres_database": "_--DROP"}


def parsed(text: str) -> list[Any]:
    """The statements of a file; psql's own lines and words are not SQL."""
    lines = (line for line in text.splitlines() if not line.startswith("\\"))
    return [raw.stmt for raw in pglast.parse_sql("\n".join(lines).replace(" \\gexec", ";"))]


def of(text: str, kind: type) -> list[Any]:
    return [statement for statement in parsed(text) if isinstance(statement, kind)]


def estate(**settings: Any) -> str:
    text = sql_files.estate(settings=settings)
    assert text is not None
    return text


def policies(text: str) -> list[Any]:
    """Those that hold for tenants, and for whoever else is not of the keepers."""
    return [each for each in of(text, ast.CreatePolicyStmt) if each.policy_name != "tenantc_keepers"]


def name(relation: ast.RangeVar) -> str:
    return f"{relation.schemaname}.{relation.relname}"


def role_options(text: str) -> Mapping[str, Any]:
    [statement] = of(text, ast.AlterRoleStmt)
    return {option.defname: option.arg for option in statement.options}


def role_settings(text: str) -> Mapping[str, Any]:
    return {
        statement.setstmt.name: statement.setstmt.args[0].val.sval if statement.setstmt.args else None
        for statement in of(text, ast.AlterRoleSetStmt)
    }


def granted(text: str) -> set[tuple[str, str]]:
    """What is granted on what kind of object, to whomever."""
    return {
        (privilege.priv_name.upper(), ObjectType(statement.objtype).name)
        for statement in of(text, ast.GrantStmt)
        if statement.is_grant
        for privilege in statement.privileges
    }


def service(**settings: Any) -> str:
    text = sql_files.estate(settings=settings, file="records.sql")
    assert text is not None
    return text


def every_file() -> Iterator[str]:
    yield estate()
    yield service()
    for level, status, pinned in product(LEVELS, ("active", "suspended"), ({}, HOSTILE)):
        yield from sql_files.tenant("acme-corp", level, status=status, pinned=pinned).values()


@pytest.mark.parametrize(
    ("level", "files"),
    [
        ("shared", ["records.sql", "schema.sql"]),
        ("schema", ["records.sql", "schema.sql"]),
        ("database", ["database.sql", "records.sql", "schema.sql"]),
        ("cluster", ["database.sql", "records.sql", "schema.sql"]),
        (None, []),
    ],
)
def test_the_isolation_level_decides_which_files_there_are(level: str | None, files: list[str]) -> None:
    assert sorted(sql_files.tenant("acme-corp", level)) == files


def test_every_statement_is_postgresqls() -> None:
    assert all(parsed(text) for text in every_file())


def test_a_schema_takes_effect_as_a_whole() -> None:
    texts = [estate(), *(sql_files.tenant("acme-corp", level)["schema.sql"] for level in LEVELS)]
    for text in texts:
        first, *middle, last = parsed(text)
        assert isinstance(first, ast.TransactionStmt)
        assert first.kind == TransactionStmtKind.TRANS_STMT_BEGIN
        assert isinstance(last, ast.TransactionStmt)
        assert last.kind == TransactionStmtKind.TRANS_STMT_COMMIT
        assert not any(isinstance(statement, ast.TransactionStmt) for statement in middle)
        assert "\\" not in text, "plain SQL, without psql's commands"


def test_nothing_that_holds_data_is_ever_dropped() -> None:
    for text in every_file():
        assert {ObjectType(drop.removeType) for drop in of(text, ast.DropStmt)} <= {ObjectType.OBJECT_POLICY}
        for kind in (ast.DropdbStmt, ast.DropRoleStmt, ast.DropOwnedStmt, ast.TruncateStmt, ast.UpdateStmt):
            assert not of(text, kind)
        assert {name(delete.relation) for delete in of(text, ast.DeleteStmt)} <= {"tenantc.tenant_roles"}


def test_names_are_inert_wherever_they_stand() -> None:
    files = {level: sql_files.tenant("acme-corp", level, pinned=HOSTILE) for level in LEVELS}
    for level, texts in files.items():
        plain = sql_files.tenant("acme-corp", level)
        for file, text in texts.items():
            assert [type(statement) for statement in parsed(text)] == [type(each) for each in parsed(plain[file])]
    [made] = of(files["schema"]["schema.sql"], ast.CreateSchemaStmt)
    assert made.schemaname == HOSTILE["postgres_schema"]
    [outer] = of(files["database"]["database.sql"], ast.SelectStmt)
    [inner] = parsed(outer.targetList[0].val.val.sval)
    assert isinstance(inner, ast.CreatedbStmt)
    assert inner.dbname == HOSTILE["postgres_database"]


def test_another_column_may_hold_the_tenant() -> None:
    conditions = [each.qual or each.with_check for each in policies(estate(**{COLUMN: "owner"}))]
    assert [each.lexpr.fields[0].sval for each in conditions] == ["role_name", *["owner"] * 8]


@pytest.mark.parametrize("table", ["app.x$tenantc$y", "app.$tenantc", 'app.a"b', "app.t; DROP TABLE t"])
def test_tables_are_inert_too(table: str) -> None:
    text = estate(**{TABLES: (table,), COLUMN: 'a"b = 1 OR "x'})
    assert {name(policy.table) for policy in of(text, ast.CreatePolicyStmt)} == {table, "tenantc.tenant_roles"}
    assert len(parsed(text)) == len(parsed(estate(**{TABLES: ("app.t",)})))


# the estate


def test_each_table_has_one_policy_for_each_command() -> None:
    found = [(name(each.table), each.cmd_name) for each in of(estate(), ast.CreatePolicyStmt)]
    commands = ("select", "insert", "update", "delete")
    assert found == [
        ("tenantc.tenant_roles", "select"),
        *product(sql_files.SHARED_TABLES, commands),
        *((table, "all") for table in sql_files.SHARED_TABLES),
    ]


def test_what_may_be_left_behind_is_checked_wherever_a_command_writes() -> None:
    for each in policies(estate(**{TABLES: ("app.t",)})):
        assert (each.qual is not None) == (each.cmd_name in ("select", "update", "delete"))
        assert (each.with_check is not None) == (each.cmd_name in ("insert", "update"))


def test_row_security_is_enabled_and_forced_on_every_table() -> None:
    commands = {
        name(alter.relation): {command.subtype.name for command in alter.cmds}
        for alter in of(estate(), ast.AlterTableStmt)
    }
    both = {"AT_EnableRowSecurity", "AT_ForceRowSecurity"}
    assert commands == {
        **dict.fromkeys(sql_files.SHARED_TABLES, both),
        "tenantc.tenant_roles": {"AT_EnableRowSecurity"},
    }


def test_no_session_setting_decides() -> None:
    text = estate()
    assert "current_setting" not in text
    for each in policies(text):
        roles = [node.rolename for node in each.roles]
        assert roles == [None], "PUBLIC: whoever asks"
    assert text.count("CURRENT_USER") == 1 + 5 * len(sql_files.SHARED_TABLES)


def test_those_who_look_after_all_tenants_read_and_delete_and_no_more() -> None:
    keepers = "tenantc__streaming_default__keepers"
    for each in of(estate(), ast.CreatePolicyStmt):
        assert (each.policy_name == "tenantc_keepers") == ([node.rolename for node in each.roles] == [keepers])
    grants = [each for each in of(estate(), ast.GrantStmt) if [role.rolename for role in each.grantees] == [keepers]]
    assert {privilege.priv_name for each in grants for privilege in each.privileges} == {"select", "delete"}


def test_tenants_may_change_rows_and_no_more() -> None:
    text = estate()
    assert {privilege for privilege, kind in granted(text) if kind == "OBJECT_TABLE"} == {
        *("SELECT", "INSERT", "UPDATE", "DELETE"),
    }
    [on_roles] = [
        grant
        for grant in of(text, ast.GrantStmt)
        if grant.is_grant and any(getattr(each, "relname", "") == "tenant_roles" for each in grant.objects)
    ]
    assert [privilege.priv_name for privilege in on_roles.privileges] == ["select"]


def test_an_estate_without_tenants_in_its_database_has_no_file() -> None:
    assert sql_files.estate(()) is None
    assert sql_files.estate(("database", "cluster")) is None
    assert sql_files.estate(("cluster", "schema"))


def test_an_estate_is_the_same_whatever_its_tenants_are() -> None:
    assert sql_files.estate(("shared",)) == sql_files.estate(("cluster", "database", "schema", "shared"))


def test_without_shared_tables_nothing_is_shared() -> None:
    text = estate(**{TABLES: None})
    assert "tenant_roles" not in text
    assert "has_schema_privilege" in text
    alone = sql_files.tenant("acme-corp", settings={TABLES: None})["schema.sql"]
    assert "tenant_roles" not in alone
    assert not of(alone, ast.GrantRoleStmt)


def test_no_tenants_role_can_be_called_as_the_group_is() -> None:
    kind = KINDS["postgres_role"]
    group = tenants_group("tenantc", "default")
    assert group == "tenantc__tenantc_default"
    assert derive(Bearer("tenantc", "default", "", "", "a-default"), kind) == "tenantc_a_default"
    # a suffix follows two separators, but there is nothing before them without a tenant
    assert derive(Bearer("tenantc", "", "", "", "a"), kind, "b") == "tenantc_a__b"
    longest = tenants_group("p" * 32, "e" * 40)
    assert len(longest) <= kind.limit
    assert all("`tenantc__`" in str(kind.problem(name)) for name in (group, longest))
    assert len({tenants_group("a-b", "c"), tenants_group("a", "b-c"), longest, tenants_group("p" * 32, "e" * 39)}) == 4


# the tenant


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("status", "may"), [("active", True), ("suspended", False), ("migrating", True)])
def test_a_suspended_tenants_role_may_not_log_in(level: str, status: str, may: bool) -> None:
    text = sql_files.tenant("acme-corp", level, status=status)["schema.sql"]
    assert role_options(text)["canlogin"].boolval is may
    assert "password" not in text.lower()


def test_limits_are_placed_and_their_absence_is_postgresqls_default() -> None:
    text = sql_files.tenant(
        "acme-corp",
        settings={
            "infrastructure.database.max_connections": 7,
            "infrastructure.database.query_timeout_seconds": 86400,
        },
    )["schema.sql"]
    assert role_options(text)["connectionlimit"].ival == 7
    assert role_settings(text) == {"statement_timeout": "86400s"}
    text = sql_files.tenant(
        "acme-corp",
        settings=dict.fromkeys(
            ("infrastructure.database.max_connections", "infrastructure.database.query_timeout_seconds")
        ),
    )["schema.sql"]
    assert role_options(text)["connectionlimit"].ival == -1
    assert role_settings(text) == {"statement_timeout": None}


def test_a_shared_tenant_joins_the_group_and_has_a_line() -> None:
    text = sql_files.tenant("acme-corp", pinned={"postgres_role": "acme"})["schema.sql"]
    [grant] = of(text, ast.GrantRoleStmt)
    assert [each.priv_name for each in grant.granted_roles] == ["tenantc__streaming_default"]
    assert [each.rolename for each in grant.grantee_roles] == ["acme"]
    [insert] = of(text, ast.InsertStmt)
    role, tenant_id, reads_only = (each.val.val for each in insert.selectStmt.targetList)
    assert (role.sval, tenant_id.sval, reads_only.boolval) == ("acme", "acme-corp", False)
    assert not of(text, ast.GrantStmt), "privileges on shared tables are the group's"


def test_a_tenant_with_a_schema_of_its_own_may_use_that_one_alone() -> None:
    text = sql_files.tenant("acme-corp", "schema")["schema.sql"]
    [made] = of(text, ast.CreateSchemaStmt)
    assert made.schemaname == "streaming_acme_corp"
    assert made.if_not_exists
    assert made.authrole is None, "whoever owns a schema may drop it"
    assert role_settings(text)["search_path"] == "streaming_acme_corp"
    rows = {(privilege, "OBJECT_TABLE") for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE")}
    assert granted(text) == {*rows, ("USAGE", "OBJECT_SCHEMA"), ("USAGE", "OBJECT_SEQUENCE")}
    assert not of(text, ast.GrantRoleStmt)


@pytest.mark.parametrize("level", ["database", "cluster"])
def test_a_database_is_made_closed_and_let_in_is_the_tenant_alone(level: str) -> None:
    files = sql_files.tenant("acme-corp", level)
    select, revoke, alter = parsed(files["database.sql"])
    [made] = parsed(select.targetList[0].val.val.sval)
    options = {
        option.defname: getattr(option.arg, "sval", getattr(option.arg, "boolval", None)) for option in made.options
    }
    assert made.dbname == "streaming_acme_corp"
    assert options == {"template": "template0", "encoding": "UTF8", "allow_connections": "false"}
    assert "\n  WHERE NOT EXISTS" in files["database.sql"]
    assert not revoke.is_grant
    assert [each.roletype.name for each in revoke.grantees] == ["ROLESPEC_PUBLIC"]
    assert isinstance(alter, ast.AlterDatabaseStmt)
    assert {("CONNECT", "OBJECT_DATABASE"), ("USAGE", "OBJECT_SCHEMA")} < granted(files["schema.sql"])
    assert role_settings(files["schema.sql"])["search_path"] == "public"


def test_each_file_says_where_it_is_run() -> None:
    heads = {level: sql_files.tenant("acme-corp", level) for level in LEVELS}
    assert estate().startswith("-- Run in the estate's shared database, after records.sql and before ")
    for level in ("shared", "schema"):
        assert heads[level]["schema.sql"].startswith("-- Run in the estate's shared database, after ")
    for level, server in (("database", "the estate's server"), ("cluster", "the tenant's own server")):
        assert heads[level]["database.sql"].startswith(f"-- Run on {server}, ")
        assert heads[level]["schema.sql"].startswith("-- Run in the tenant's own database, after database.sql")


# what serves tenants


def entry(level: str, **settings: Any) -> tuple[str | None, Any]:
    """The schema that is the tenant's alone, and its settings, as its file hands them over."""
    text = sql_files.tenant("acme-corp", level, settings=settings)["records.sql"]
    call = of(text, ast.CallStmt)[0]
    tenant_id, home, settled = (each.val for each in call.funccall.args)
    assert tenant_id.sval == "acme-corp"
    return getattr(home, "sval", None), json.loads(settled.sval)


@pytest.mark.parametrize(
    ("level", "home"),
    [("shared", None), ("schema", "streaming_acme_corp"), ("database", "public"), ("cluster", "public")],
)
def test_a_tenants_settings_are_handed_over_by_their_paths(level: str, home: str | None) -> None:
    settings = {"limits.max_users": "unlimited", "monitoring.logging.audit.events": ("login_success",)}
    assert entry(level, **settings) == (
        home,
        {"limits.max_users": "unlimited", "monitoring.logging.audit.events": ["login_success"]},
    )


def test_a_tenants_file_holds_rows_and_no_functions() -> None:
    text = sql_files.tenant("acme-corp", "database")["records.sql"]
    assert not of(text, ast.CreateFunctionStmt)
    assert len(text) < 1500
    assert len(of(service(), ast.CreateFunctionStmt)) > 30


def test_what_serves_tenants_lies_where_tenants_live() -> None:
    assert sql_files.estate((), file="records.sql") is None
    assert sql_files.estate(("cluster",), file="records.sql") == service()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("infrastructure.database.row_level_security", "none"),
        ("infrastructure.database.row_level_security", "enabled"),
        ("security.encryption_config.field_hash", "kmac_256"),
        ("compliance.data_governance.privacy.portability_formats", ("json", "pdf")),
    ],
)
def test_what_a_database_cannot_do_is_refused(path: str, value: object) -> None:
    [refusal] = sql_files.refusals(settings={path: value})
    assert refusal.path == path
    assert refusal.choices
