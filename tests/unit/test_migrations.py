"""What `migrate-sql` writes for tenants whose isolation level differs between two builds, and what it says is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pglast

from tests.building import codes
from tests.building import run as compile_
from tests.compiling import write
from tests.unit.test_cli import run, valid

TOP = """
platform: demo
language: 1
naming: 1
targets: [sql]
sql: {shared_tables: [app.tracks], tenant_column: tenant_id}
deployment: {account: "123456789012", regions: {eu-west-1: eu-west-1, us-east-1: us-east-1}}
defaults: {region: eu-west-1}
"""
ALL = """\
limits: {max_users: 10, data_retention_days: 90}
compliance.data_governance.retention_policies: {user_data: 60}
"""
LESS = "limits: {max_users: 5, data_retention_days: 30}\n"


def spec(tenant: str, level: str, settings: str = ALL, more: str = "") -> dict[str, str]:
    """The lowest tiers that may have a level, and their limits where no others are stated."""
    tier = "custom" if level == "database" else "free"
    head = f"tenant_id: {tenant}\ntenant_name: Acme\ntier: {tier}\nowner_email: a@acme.example\n{more}overrides:\n"
    body = f"infrastructure: {{isolation_level: {level}}}\n{settings}"
    return {f"tenants/{tenant}.yaml": head + "".join(f"  {line}\n" for line in body.splitlines())}


def built(root: Path, *specs: dict[str, str], top: str = TOP) -> None:
    files = {"tenantc.yaml": top}
    for one in specs:
        files |= one
    # an override may say what the tier says, and a rule that only warns be broken
    assert {*codes(compile_(write(root, files), root / "build"))} <= {"T307", "T531"}


def told(tmp_path: Path, *options: str) -> Any:
    done = run("migrate-sql", "old/build", "new/build", "-o", "moves", "--format", "json", *options, cwd=tmp_path)
    return valid(done.stdout, "migrate-sql")


def test_rows_go_there_and_back_in_files_that_are_sql(tmp_path: Path) -> None:
    pinned = 'names: {postgres_role: "Select--x", postgres_schema: "Table-_"}\n'
    built(tmp_path / "old", spec("acme", "shared", more=pinned), spec("globex", "schema"), spec("stays", "shared"))
    built(tmp_path / "new", spec("acme", "schema", more=pinned), spec("globex", "shared"), spec("stays", "shared"))
    found = told(tmp_path)
    assert [(one["folder"], one["from"], one["to"]) for one in found["tenants"]] == [
        ("tenants/acme", "shared", "schema"),
        ("tenants/globex", "schema", "shared"),
    ]
    files = [f"moves/tenants/{tenant}/{file}.sql" for tenant in ("acme", "globex") for file in ("migrate", "rollback")]
    assert found["written"] == files
    texts = [(tmp_path / file).read_text() for file in files]
    for text in texts:
        assert pglast.parse_sql(text)
    # a rollback is what migrates the other way
    assert ["to the tenant's schema" in text for text in texts] == [True, False, False, True]
    assert ["'Table-_'" in text for text in texts] == [True, True, False, False]
    assert 'REVOKE ALL ON SCHEMA "Table-_" FROM "Select--x";' in texts[1]


def test_what_is_lost_is_said_whether_rows_move_or_not(tmp_path: Path) -> None:
    built(tmp_path / "old", spec("acme", "shared"), spec("globex", "schema"), spec("gone", "shared"))
    built(tmp_path / "new", spec("acme", "shared", LESS), spec("globex", "shared"), spec("fresh", "shared"))
    acme, fresh, globex, gone = told(tmp_path)["tenants"]
    assert [loss.partition(":")[0] for loss in acme["loses"]] == [
        "`compliance.data_governance.retention_policies.user_data` comes to 30 from 60",
        "`limits.data_retention_days` comes to 30 from 90",
        "`limits.max_users` comes to 5 from 10",
    ]
    assert (fresh["from"], fresh["to"], fresh["loses"]) == (None, "shared", [])
    assert "key" in globex["loses"][0]
    assert (gone["to"], len(gone["loses"]), gone["rollback_loses"]) == (None, 1, [])
    assert fresh["rollback_loses"] == gone["loses"]
    said = run("migrate-sql", "old/build", "new/build", "-o", "moves", cwd=tmp_path).stdout
    assert "tenants/gone: shared -> gone\n  loses: no file of the other build" in said


def test_more_is_no_loss(tmp_path: Path) -> None:
    some, all_ = (f"limits: {{max_users: {users}}}\n" for users in ("100000", "unlimited"))
    built(tmp_path / "old", spec("acme", "database", some))
    built(tmp_path / "new", spec("acme", "database", all_))
    assert told(tmp_path) == {"version": 1, "written": [], "tenants": []}
    built(tmp_path / "old", spec("acme", "database", all_))
    built(tmp_path / "new", spec("acme", "database", some))
    [acme] = told(tmp_path)["tenants"]
    assert acme["loses"][-1:] == [
        "`limits.max_users` comes to 100000 from unlimited: what is used above it is not added to"
    ]


def test_a_kind_without_a_policy_any_more_is_kept_like_all_other_data(tmp_path: Path) -> None:
    stated = "compliance.data_governance.retention_policies: {invoices: 60}\n"
    built(tmp_path / "old", spec("acme", "shared", stated))
    built(tmp_path / "new", spec("acme", "shared", ""))
    [loss] = told(tmp_path)["tenants"][0]["loses"]
    assert loss.startswith("`compliance.data_governance.retention_policies.invoices` comes to 30 from 60")


def test_rows_are_carried_between_databases_in_three_steps(tmp_path: Path) -> None:
    pinned = "names: {postgres_schema: old-home, postgres_role: old-role}\n"
    east = TOP.replace("{region: eu-west-1}", "{region: us-east-1}")
    built(tmp_path / "old", spec("acme", "schema", "", pinned), spec("far", "shared"), top=TOP)
    built(tmp_path / "new", spec("acme", "database", ""), spec("far", "shared"), top=east)
    acme, far = told(tmp_path)["tenants"]
    steps = ("delete", "export", "import")
    assert sorted(path.relative_to(tmp_path / "moves").as_posix() for path in tmp_path.glob("moves/**/*.sql")) == [
        f"tenants/{tenant}/{way}/{step}.sql"
        for tenant in ("acme", "far")
        for way in ("migrate", "rollback")
        for step in steps
    ]
    for way, source, target in (
        ("acme/migrate", "the tenant's schema", "the tenant's own database"),
        ("acme/rollback", "the tenant's own database", "the tenant's schema"),
        ("far/migrate", "the shared tables", "the shared tables"),
    ):
        texts = {step: (tmp_path / f"moves/tenants/{way}/{step}.sql").read_text() for step in steps}
        assert all(f"Carries rows from {source} to {target} in another database" in text for text in texts.values())
        assert ("old-home" in texts["export"], "old-role" in texts["export"]) == ((way == "acme/migrate"),) * 2
        assert ("old-home" in texts["import"]) == (way == "acme/rollback")
    assert ways(acme["loses"]) == ["`own_entries` of its audit"]
    assert ways(acme["rollback_loses"]) == [
        "the numbers of requests",
        "what its database holds",
        "`own_entries` of its audit",
    ]
    # two databases have two sequences
    assert ways(far["loses"]) == ["nothing, but fails and", "the numbers of requests"]


def ways(losses: list[str]) -> list[str]:
    """What a move loses, by how it begins, and not what settings change."""
    return [" ".join(loss.split()[:4]) for loss in losses if " comes to " not in loss]


def test_another_name_is_given_where_the_tenant_stays(tmp_path: Path) -> None:
    for kind, level, said in (
        ("schema", "schema", "'SCHEMA', '{}'::text, '{}'::text"),
        ("database", "database", "'DATABASE', '{}'::text, '{}'::text"),
        ("role", "shared", "'ROLE', '{}'::text, '{}'::text"),
    ):
        built(tmp_path / "old", spec("acme", level, "", f"names: {{postgres_{kind}: some}}\n"))
        built(tmp_path / "new", spec("acme", level, "", f"names: {{postgres_{kind}: other}}\n"))
        [acme] = told(tmp_path)["tenants"]
        assert (acme["from"], acme["to"], bool(acme["loses"])) == (level, level, kind == "role")
        texts = [(tmp_path / f"moves/tenants/acme/{file}.sql").read_text() for file in ("migrate", "rollback")]
        assert [said.format("some", "other") in texts[0], said.format("other", "some") in texts[1]] == [True, True]
        assert ['connect "other"' in texts[0], 'connect "some"' in texts[1]] == [kind == "database"] * 2


def test_a_role_is_not_renamed_on_the_way_and_nothing_is_written(tmp_path: Path) -> None:
    built(tmp_path / "old", spec("acme", "shared", ""), spec("globex", "shared"))
    built(tmp_path / "new", spec("acme", "schema", "", "names: {postgres_role: other}\n"), spec("globex", "schema"))
    done = run("migrate-sql", "old/build", "new/build", "-o", "moves", cwd=tmp_path)
    assert (done.returncode, (tmp_path / "moves").exists()) == (2, False)
    assert "`acme` moves from level shared" in done.stderr
    assert "other" in done.stderr
    assert len(told(tmp_path, "--tenant", "globex")["written"]) == 2


def test_builds_must_be_as_they_were_written(tmp_path: Path) -> None:
    built(tmp_path / "old", spec("acme", "shared"))
    built(tmp_path / "new", spec("acme", "schema"))
    file = tmp_path / "new/build/tenants/acme/schema.sql"
    file.write_text(file.read_text() + "\n")
    assert run("migrate-sql", "old/build", "new/build", "-o", "moves", cwd=tmp_path).returncode == 2
    built(tmp_path / "new", spec("acme", "schema"))
    assert run("migrate-sql", "old/build", "new/build", "-o", "moves", cwd=tmp_path).returncode == 0
