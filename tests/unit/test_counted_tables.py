"""Tables whose rows count towards limits: which limits those may be, and where a mistake is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tenantc.driver import library
from tests import sql_files
from tests.compiling import TOP, tenant, write
from tests.unit.test_cli import run

STATED = f"""{TOP}sql:
  shared_tables: [app.webhooks, app.jobs]
  counted_tables: {{webhooks: webhook_endpoints, ENTRY}}
"""
LINE = STATED.count("\n")


def told(root: Path, **files: str) -> list[str]:
    write(root, {"tenants/acme.yaml": tenant(), **files})
    done = run("check", cwd=root.resolve())
    return [line for line in (done.stdout + done.stderr).splitlines() if "error[" in line]


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("jobs: schedule", "counted_tables.jobs` is "),
        ("jobs: ai_sessions_per_month", "counted_tables.jobs` is "),
        ("jobs: storage_gb", "counted_tables.jobs` is "),
        ('"app.jobs": scheduled_jobs', "has a name that is `app.jobs`"),
        ("job: scheduled_jobs", "error[T618]: `sql.counted_tables` names `job`, and no shared table is called that"),
    ],
)
def test_a_mistake_is_told_at_its_place(tmp_path: Path, entry: str, says: str) -> None:
    [one] = told(tmp_path, **{"tenantc.yaml": STATED.replace("ENTRY", entry)})
    assert one.startswith(f"tenantc.yaml:{LINE}:")
    assert says in one


def test_what_is_right_or_cannot_be_known_is_no_mistake(tmp_path: Path) -> None:
    assert told(tmp_path, **{"tenantc.yaml": STATED.replace("ENTRY", "jobs: scheduled_jobs")}) == []
    template = {"tenantc.yaml": STATED.replace("ENTRY", "job: scheduled_jobs") + "  template_schema: sql/t.sql\n"}
    assert told(tmp_path, **template, **{"sql/t.sql": "CREATE TABLE job (id int);"}) == []
    own = f"{TOP}sql: {{counted_tables: {{job: scheduled_jobs}}}}\n"
    assert told(tmp_path, **{"tenantc.yaml": own}) == []


def test_an_environment_that_says_it_is_told_there(tmp_path: Path) -> None:
    live = "environment: live\ninputs: {sql: {counted_tables: {job: scheduled_jobs}}}\n"
    [one] = told(
        tmp_path, **{"tenantc.yaml": STATED.replace("ENTRY", "jobs: scheduled_jobs"), "environments/live.yaml": live}
    )
    assert one.startswith("environments/live.yaml:2:")
    assert "T618" in one


def test_every_limit_that_rows_may_count_is_of_things_that_a_tenant_has() -> None:
    option = library.document_schema("workspace")["properties"]["sql"]["properties"]["counted_tables"]
    limits = yaml.safe_load((library.root() / "schemas" / "limits.yaml").read_text())["properties"]
    for name in option["additionalProperties"]["enum"]:
        assert limits[name].get("x-unit") in (None, "users")
        # which the tenant's file hands over
        assert f"limits.{name}" in sql_files.tenant("acme", settings={f"limits.{name}": 3})["records.sql"]
