"""pre-commit runs the hooks of .pre-commit-hooks.yaml in a repository of tenants, from a checkout of tenantc."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from tests.compiling import tenant, write
from tests.real.parts import PRE_COMMIT, Part, need
from tests.unit.test_cli_rules import RULE

ROOT = Path(__file__).parents[2]
# what a clone of tenantc needs to have to be installed
PARTS = ("compiler", "policies", "rules", "schemas", "tiers", "pyproject.toml", "README.md", "LICENSE")
HOOKS = ".pre-commit-hooks.yaml"
GOOD = tenant("security.mfa_config.backup_codes: 4")

pytestmark = pytest.mark.slow


def call(*command: str, cwd: Path, env: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    own = {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "T",
        "GIT_AUTHOR_EMAIL": "t@example.com",
        "GIT_COMMITTER_NAME": "T",
        "GIT_COMMITTER_EMAIL": "t@example.com",
    }
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **own, **(env or {})}, capture_output=True, text=True, check=False
    )


def commit(folder: Path) -> str:
    """Puts all of a folder into a git repository of its own, and gives the commit."""
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        done = call("git", *command, cwd=folder)
        assert done.returncode == 0, done.stderr
    return call("git", "rev-parse", "HEAD", cwd=folder).stdout.strip()


class Repository:
    """A repository of tenants with the hooks."""

    def __init__(self, root: Path, home: Path) -> None:
        self.root = root
        self.home = home

    def hook(self, *arguments: str) -> tuple[int, str]:
        command = (sys.executable, "-m", "pre_commit", *arguments)
        done = call(*command, cwd=self.root, env={"PRE_COMMIT_HOME": str(self.home), "PRE_COMMIT_COLOR": "never"})
        return done.returncode, done.stdout + done.stderr

    def change(self, name: str, text: str) -> None:
        write(self.root, {name: text})
        call("git", "add", "-A", cwd=self.root)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    need(PRE_COMMIT)
    checkout = tmp_path_factory.mktemp("tenantc")
    for name in (*PARTS, HOOKS):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, checkout / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, checkout / name)
    hooks = [{"id": "tenantc-check"}, {"id": "tenantc-fmt"}, {"id": "tenantc-test"}]
    told = {"id": "tenantc-fmt", "alias": "told", "args": ["--check"], "stages": ["manual"]}
    config = {"repos": [{"repo": checkout.as_uri(), "rev": commit(checkout), "hooks": [*hooks, told]}]}
    root = write(
        tmp_path_factory.mktemp("tenants"),
        {
            ".pre-commit-config.yaml": yaml.safe_dump(config),
            # what is no part of the workspace is none of the hooks' business
            ".github/workflows/ci.yml": "on: push\n",
            "tenants/acme.yaml": GOOD,
            "rules/few-codes.rule": RULE,
        },
    )
    commit(root)
    made = Repository(root, tmp_path_factory.mktemp("home"))
    code, output = made.hook("install-hooks")
    absent = "pip found none that it can reach" if "No matching distribution found" in output else None
    need(Part("an index of Python packages", lambda: absent, "let pip reach one"))
    assert code == 0, output
    return made


def test_good_files_pass(repository: Repository) -> None:
    code, output = repository.hook("run", "--all-files")
    assert code == 0, output
    names = ("check tenants", "lay out rules", "test rules")
    assert [line.split("...")[0] for line in output.splitlines() if line.endswith("Passed")] == list(names)


def test_a_tenant_that_is_wrong_is_refused(repository: Repository) -> None:
    repository.change("tenants/acme.yaml", tenant("limits.max_user: 3"))
    code, output = repository.hook("run")
    assert code == 1
    assert "tenants/acme.yaml:6:3: error[T126]: `limits.max_user` is not a setting" in output
    repository.change("tenants/acme.yaml", GOOD)
    assert repository.hook("run")[0] == 0


def test_fmt_rewrites_and_fmt_check_only_tells(repository: Repository) -> None:
    untidy = RULE.replace("  title    ", "     title ")
    repository.change("rules/few-codes.rule", untidy)
    code, output = repository.hook("run", "told", "--hook-stage", "manual")
    assert code == 1
    assert "would reformat rules/few-codes.rule" in output
    assert (repository.root / "rules" / "few-codes.rule").read_text() == untidy
    code, output = repository.hook("run", "tenantc-fmt")
    assert code == 1
    assert "files were modified by this hook" in output
    assert (repository.root / "rules" / "few-codes.rule").read_text() == RULE
    call("git", "add", "-A", cwd=repository.root)
    assert repository.hook("run", "tenantc-fmt")[0] == 0


def test_a_rule_whose_test_fails_is_refused(repository: Repository) -> None:
    repository.change("rules/few-codes.rule", RULE.replace("= 6", "= 4"))
    code, output = repository.hook("run", "tenantc-test")
    assert code == 1
    assert "rules/few-codes.rule:11:6: error[T513]" in output
    repository.change("rules/few-codes.rule", RULE)
    assert repository.hook("run", "--all-files")[0] == 0


def test_one_process_reads_the_workspace_for_all_files() -> None:
    hooks = yaml.safe_load((ROOT / HOOKS).read_text())
    assert [one["id"] for one in hooks] == ["tenantc-check", "tenantc-fmt", "tenantc-test"]
    assert all(one["require_serial"] for one in hooks)
