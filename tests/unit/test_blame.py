"""`compile --blame`: reports tell who wrote what breaks rules, waives or overrides."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenantc.audit.report.narrow import narrow
from tests.building import fleet
from tests.compiling import write
from tests.unit.test_report import report

RULE = """rule few-users
  title    "Few users"
  require  limits.max_users <= 3
  severity medium
  basis    house
"""
WAIVER = "- {rule: few-users, tenants: [two], until: 2027-01-31, reason: ticket 57, approver: ciso@example.com}\n"


def git(root: Path, *arguments: str, author: str = "Ada", day: str = "2026-01-15") -> None:
    variables = {
        "GIT_AUTHOR_NAME": author,
        "GIT_AUTHOR_EMAIL": f"{author.lower()}@example.com",
        "GIT_AUTHOR_DATE": f"{day}T12:00:00Z",
        "GIT_COMMITTER_NAME": "CI",
        "GIT_COMMITTER_EMAIL": "ci@example.com",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }
    subprocess.run(["git", *arguments], cwd=root, env={**os.environ, **variables}, check=True, capture_output=True)


def blamed(root: Path) -> dict[str, Any]:
    """Who is blamed for which line, in a build of a workspace."""
    command = [sys.executable, "-m", "tenantc.cli.main", "compile", str(root), "--as-of", "2026-11-01", "--blame"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = report(root / "build")["blame"]
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = write(fleet(tmp_path / "w", "one", "two", overrides="limits.max_users: 4"), {"rules/few-users.rule": RULE})
    git(root, "init", "-q", "-b", "main")
    git(root, "add", ".")
    git(root, "commit", "-qm", "tenants and a rule")
    write(root, {"waivers/two.yaml": WAIVER})
    git(root, "add", ".")
    git(root, "commit", "-qm", "leave", author="Grace", day="2026-02-20")
    return root


def test_each_line_names_its_author_and_day(root: Path) -> None:
    found = {place: (said["author"], said.get("date")) for place, said in blamed(root).items()}
    assert found == {
        "rules/few-users.rule:3": ("Ada", "2026-01-15"),
        "tenants/one.yaml:6": ("Ada", "2026-01-15"),
        "tenants/two.yaml:6": ("Ada", "2026-01-15"),
        "waivers/two.yaml:1": ("Grace", "2026-02-20"),
    }
    assert all(len(said["commit"]) == 40 for said in blamed(root).values())


def test_a_line_that_is_in_no_commit_has_no_author_yet(root: Path) -> None:
    fleet(root, "one", overrides="limits.max_users: 5")
    assert blamed(root)["tenants/one.yaml:6"] == {"author": "not committed"}


def test_what_a_shallow_clone_lacks_is_not_made_up(root: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{root}", "shallow")
    found = blamed(tmp_path / "shallow")
    assert found["tenants/one.yaml:6"] == {"author": "unknown (shallow history)"}


def test_without_git_there_is_nobody_to_blame(tmp_path: Path) -> None:
    root = fleet(tmp_path / "w", "one")
    command = [sys.executable, "-m", "tenantc.cli.main", "compile", str(root), "--blame"]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path)},
    )
    assert (done.returncode, "`--blame` asks git" in done.stderr) == (2, True)


def test_a_report_of_one_tenant_blames_nobody_for_anothers_lines(root: Path) -> None:
    blamed(root)
    told = narrow(report(root / "build"), "two", "")
    assert {"tenants/two.yaml:6", "waivers/two.yaml:1"} <= told["blame"].keys()
    assert "tenants/one" not in json.dumps(told)
