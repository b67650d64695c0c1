"""The file of tables that a tenant's own schema gets: where it is wrong is told, and it is part of what is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.diagnostics.render import short
from tenantc.driver.workspace import load
from tests.compiling import TOP, tenant, write
from tests.unit.test_cli import run

STATED = f"{TOP}sql: {{template_schema: sql/tables.sql}}\n"
TABLES = "CREATE TABLE IF NOT EXISTS notes (body text DEFAULT '$tenantc$ ''x''');\n"
LINE = STATED.count("\n")


def workspace(root: Path, tables: bytes | None) -> Path:
    write(root, {"tenantc.yaml": STATED, "tenants/acme.yaml": tenant()})
    if tables is not None:
        (root / "sql").mkdir(exist_ok=True)
        (root / "sql" / "tables.sql").write_bytes(tables)
    return root.resolve()


def told(root: Path) -> list[str]:
    found = load(root).value
    assert found is not None
    assert found.options.section.values.get("workspace.sql.template_schema") is None
    return [short(one) for one in found.diagnostics]


def test_the_text_is_the_estates_and_the_file_an_input(tmp_path: Path) -> None:
    root = workspace(tmp_path, TABLES.encode())
    done = run("compile", "-o", "out", cwd=root)
    assert done.returncode == 0, done.stderr
    [records] = (root / "out").glob("estates/*/records.sql")
    assert TABLES.replace("'", "''") in records.read_text()
    assert "notes" not in (root / "out/tenants/acme/records.sql").read_text()
    assert '"path": "sql/tables.sql"' in (root / "out/manifest.json").read_text()


def test_a_change_of_the_file_alone_counts(tmp_path: Path) -> None:
    root = workspace(tmp_path, b"SELECT 1;")
    for text in ("SELECT 1;", "SELECT 2;", "SELECT 3;"):
        (root / "sql" / "tables.sql").write_text(text)
        found = load(root).value
        assert found is not None
        assert found.options.section.values["workspace.sql.template_schema"] == text


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        (None, f"tenantc.yaml:{LINE}:24: error[T617]: `sql/tables.sql` cannot be read: no such file"),
        (b"SELECT 1;\n\\i x", "sql/tables.sql:2:1: error[T617]: `sql/tables.sql` holds a command of psql"),
        (b"\n\nx\0", "sql/tables.sql:3:1: error[T617]: `sql/tables.sql` holds the character NUL"),
        (b"a\nb \xff", "sql/tables.sql:2:3: error[T101]: the file is not valid UTF-8"),
        (b" " * 20_000_000, f"tenantc.yaml:{LINE}:24: error[T617]: `sql/tables.sql` has 20000000 bytes"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_at_its_place(tmp_path: Path, tables: bytes | None, says: str) -> None:
    [one] = told(workspace(tmp_path, tables))
    assert one.startswith(says)


def test_a_link_out_of_the_workspace_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.sql").write_text("SELECT 'secret';")
    root = workspace(tmp_path / "w", b"")
    (root / "sql" / "tables.sql").unlink()
    (root / "sql" / "tables.sql").symlink_to(tmp_path / "secret.sql")
    [one] = told(root)
    assert "`sql/tables.sql` leads out of the workspace" in one


@pytest.mark.parametrize("path", ["../x.sql", "/etc/x.sql", "sql/../x.sql", "sql/x", "tables.sql", "sql/.x.sql"])
def test_a_path_that_lies_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    write(tmp_path, {"tenantc.yaml": STATED.replace("sql/tables.sql", path)})
    outcome = load(tmp_path.resolve())
    assert outcome.value is None
    assert [one.code for one in outcome.diagnostics] == ["T122"]


def test_an_environment_may_name_another_file(tmp_path: Path) -> None:
    root = workspace(tmp_path, b"SELECT 1;")
    write(
        root,
        {
            "tenantc.yaml": STATED,
            "environments/live.yaml": "environment: live\ninputs: {sql: {template_schema: sql/live.sql}}\n",
        },
    )
    found = load(root).value
    assert found is not None
    assert [short(one).split(": `")[0] for one in found.diagnostics] == ["environments/live.yaml:2:33: error[T617]"]
    write(root, {"tenantc.yaml": STATED, "sql/live.sql": "SELECT 2;"})
    found = load(root).value
    assert found is not None
    assert found.options_in("live").section.values["workspace.sql.template_schema"] == "SELECT 2;"
    assert found.options.section.values["workspace.sql.template_schema"] == "SELECT 1;"
