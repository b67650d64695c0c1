"""The command line: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.compiling import tenant, write

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas" / "cli"


def run(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tenantc.cli.main", *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def valid(text: str, schema: str) -> Any:
    """The JSON document, after it met its published schema."""
    document = json.loads(text)
    jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{schema}.json").read_text())).validate(document)
    return document


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "examples" / "minimal", tmp_path / "demo", ignore=shutil.ignore_patterns("build"))
    return tmp_path / "demo"


def test_the_version_is_one_line(tmp_path: Path) -> None:
    done = run("--version", cwd=tmp_path)
    assert (done.returncode, done.stdout.split()[0], done.stderr) == (0, "tenantc", "")


def test_compile_writes_build_in_the_workspace_and_says_what_it_did(demo: Path) -> None:
    done = run("compile", cwd=demo)
    assert (done.returncode, done.stderr) == (0, "")
    assert (demo / "build" / "manifest.json").is_file()
    assert "1 tenant → 13 artifacts" in done.stdout


def test_errors_exit_1_and_positions_are_relative_to_the_current_folder(demo: Path) -> None:
    write(
        demo, {"tenants/acme.yaml": tenant("limits.max_user: 3"), "tenantc.yaml": (demo / "tenantc.yaml").read_text()}
    )
    done = run("check", "demo", cwd=demo.parent)
    assert done.returncode == 1
    assert "demo/tenants/acme.yaml:6:3: error[T126]: `limits.max_user` is not a setting" in done.stderr
    assert "= help: did you mean `max_users`?" in done.stderr
    assert run("compile", "demo", cwd=demo.parent).returncode == 1
    assert not (demo / "build").exists()


@pytest.mark.parametrize(
    "arguments",
    [["check", "/"], ["show", "nobody"], ["explain", "first-customer", "limits.nonsense"], ["nonsense"],
     ["explain", "T999"],
     ["compile", "--as-of", "tomorrow"], ["compile", "--env", "nowhere"]],
)  # fmt: skip
def test_wrong_usage_exits_2(demo: Path, arguments: list[str]) -> None:
    done = run(*arguments, cwd=demo)
    assert done.returncode == 2
    assert done.stderr.strip()


def test_what_the_machine_refuses_exits_3(demo: Path) -> None:
    (demo.parent / "file").write_text("")
    assert run("compile", "-o", str(demo.parent / "file" / "below"), cwd=demo).returncode == 3


def test_every_json_document_meets_its_published_schema(demo: Path) -> None:
    name = "first-customer"
    top = (demo / "tenantc.yaml").read_text()
    assert valid(run("compile", "--format", "json", cwd=demo).stdout, "compile")["written"] is True
    assert valid(run("check", "--format", "json", cwd=demo).stdout, "check")["diagnostics"] == []
    assert valid(run("show", name, "limits", "--format", "json", cwd=demo).stdout, "show")["tenant"] == name
    valid(run("explain", name, "limits.max_users", "--format", "json", cwd=demo).stdout, "explain")
    valid(run("explain", "T204", "--format", "json", cwd=demo).stdout, "explain")
    valid(run("schema", "--format", "json", cwd=demo).stdout, "written")
    valid((demo / "build" / "manifest.json").read_text(), "manifest")
    valid((demo / "build" / "tenants" / name / "audit.json").read_text(), "audit")
    valid((demo / "build" / "tenants" / name / "settings.json").read_text(), "settings")
    spec = tenant("limits.max_user: 3", more="region: us-east-1\n")
    write(demo, {"tenants/acme.yaml": spec, "tenantc.yaml": top})
    wrong = valid(run("check", "--format", "json", cwd=demo).stdout, "check")
    assert [one["code"] for one in wrong["diagnostics"]] == ["T126"]


def test_show_and_explain_fill_a_setting_with_the_tenants_identity(demo: Path) -> None:
    overrides = "integrations.slack.channel: of ${tenant.name}, ${tenant.id}\n"
    top = (demo / "tenantc.yaml").read_text()
    write(demo, {"tenants/acme.yaml": tenant(overrides), "tenantc.yaml": top})
    path = "integrations.slack.channel"
    assert run("show", "acme", path, cwd=demo).stdout == f"{path}: of Acme, acme\n"
    shown = valid(run("show", "acme", path, "--format", "json", cwd=demo).stdout, "show")
    assert shown["environments"] == {"default": {path: "of Acme, acme"}}
    explained = run("explain", "acme", path, cwd=demo).stdout
    assert explained.startswith(f"{path} = of Acme, acme\n")
    assert "of ${tenant.name}, ${tenant.id}" in explained


def test_init_new_and_compile_make_a_workspace_that_compiles(tmp_path: Path) -> None:
    assert run("init", "shop", cwd=tmp_path).returncode == 0
    added = run("new", "blue-note", "--tier", "professional", "--owner", "it@example.com", cwd=tmp_path / "shop")
    assert (added.returncode, added.stdout) == (0, "wrote tenants/blue-note.yaml\n")
    assert run("new", "blue-note", "--tier", "free", "--owner", "it@example.com", cwd=tmp_path / "shop").returncode == 2
    done = run("compile", "shop", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "shop" / "build" / "tenants" / "blue-note" / "values.yaml").is_file()


def test_the_schemas_for_editors_accept_what_compiles_and_refuse_a_slip(demo: Path) -> None:
    import yaml

    assert run("schema", "out", cwd=demo).returncode == 0
    validator = jsonschema.Draft202012Validator(json.loads((demo / "out" / "spec.json").read_text()))
    for path in sorted((ROOT / "examples" / "minimal" / "tenants").glob("*.yaml")):
        validator.validate(yaml.safe_load(path.read_text()))
    spec = yaml.safe_load(tenant("limits: {max_user: 3}"))
    assert [list(error.absolute_path) for error in validator.iter_errors(spec)] == [["overrides", "limits"]]
    validator = jsonschema.Draft202012Validator(json.loads((demo / "out" / "environment.json").read_text()))
    environment = {"environment": "live", "inputs": {"kubernetes": {"gateway": {"name": "live"}, "verison": "1.35"}}}
    assert [list(error.absolute_path) for error in validator.iter_errors(environment)] == [["inputs", "kubernetes"]]


def test_a_damaged_cache_costs_time_only(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("TENANTC_CACHE_DIR", str(cache))
    assert run("check", cwd=demo).returncode == 0
    entries = list(cache.iterdir())
    assert len(entries) == 3, "the library, its rules, and what the workspace says on top"
    assert cache.stat().st_mode & 0o077 == 0
    for entry in entries:
        entry.write_bytes(entry.read_bytes()[:-9] + b"something")
    assert run("check", cwd=demo).returncode == 0
    monkeypatch.setenv("TENANTC_CACHE_DIR", "/proc/nowhere")
    assert run("check", cwd=demo).returncode == 0


def test_what_an_older_tenantc_cached_is_not_read_by_a_changed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tenantc.driver import cache, state

    monkeypatch.setenv("TENANTC_CACHE_DIR", str(tmp_path))
    before = cache.key(b"part")
    assert cache.key(b"part") == before
    monkeypatch.setattr(state, "code", lambda: b"another state of the package")
    assert cache.key(b"part") != before
