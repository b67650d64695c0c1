"""`tenantc audit publish`: a verified build goes to a folder or a branch, and only what differs changes there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tenantc.driver.branches import Branch
from tests.building import artifacts, files, fleet, run
from tests.unit.test_cli import valid

VARIABLES = {
    "GIT_AUTHOR_NAME": "CI",
    "GIT_AUTHOR_EMAIL": "ci@example.com",
    "GIT_COMMITTER_NAME": "CI",
    "GIT_COMMITTER_EMAIL": "ci@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with a build of two tenants in it."""
    root = fleet(tmp_path / "w", "one", "two")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "tenantc.yaml", "tenants")
    git(root, "commit", "-qm", "specs")
    run(root, root / "build")
    return root


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=root, env={**os.environ, **VARIABLES}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def published(root: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tenantc.cli.main", "audit", "publish", "build", *options]
    return subprocess.run(
        command, cwd=root, env={**os.environ, **VARIABLES}, capture_output=True, text=True, check=False
    )


def told(root: Path, *options: str) -> dict[str, Any]:
    """What a publication says that went well."""
    done = published(root, *options, "--format", "json")
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = valid(done.stdout, "audit-publish")
    return found


def applied(build: Path) -> dict[str, bytes]:
    """What deployers apply of a build."""
    return {path: data for path, data in artifacts(build).items() if not path.endswith("/audit.json")}


def on_branch(root: Path, branch: str = "rendered") -> dict[str, bytes]:
    """The files of a branch, without the record."""
    paths = git(root, "ls-tree", "-r", "--name-only", branch).splitlines()
    return {path: git(root, "show", f"{branch}:{path}").encode() for path in paths if path != ".tenantc/published.json"}


def test_a_branch_has_what_deployers_apply_and_no_evidence(root: Path) -> None:
    found = told(root, "--branch", "rendered")
    assert found["tenants"] == ["one", "two"]
    assert on_branch(root) == applied(root / "build")
    assert git(root, "rev-parse", "rendered").strip() == found["commit"]
    assert git(root, "log", "-1", "--format=%s", "rendered") == "Publish 2 of 2 tenants as of 2026-11-01\n"
    assert git(root, "status", "--porcelain", "--untracked-files=no") == "", "neither index nor working tree is touched"


def test_a_commit_changes_only_tenants_that_changed(root: Path) -> None:
    told(root, "--branch", "rendered")
    again = told(root, "--branch", "rendered")
    assert (again["written"], again["removed"], again["tenants"], again["commit"]) == (0, 0, [], None)
    fleet(root, "two", overrides="limits.max_users: 3")
    run(root, root / "build", as_of="2026-11-02")
    found = told(root, "--branch", "rendered")
    assert found["tenants"] == ["two"]
    changed = set(git(root, "diff", "--name-only", "rendered~1", "rendered").split())
    assert {path.split("/")[1] for path in changed if path.startswith("tenants/")} == {"two"}
    assert "tenants/two/values.yaml" in changed
    assert "tenants/two/main.tf.json" not in changed, "nothing of it changed"
    assert on_branch(root) == applied(root / "build")


def test_a_build_of_another_day_alone_is_no_commit(root: Path) -> None:
    told(root, "--branch", "rendered")
    run(root, root / "build", as_of="2026-12-01")
    assert told(root, "--branch", "rendered")["commit"] is None


def test_a_tenant_that_goes_is_removed_and_strangers_stay(root: Path) -> None:
    target = root / "deploy"
    told(root, "--to", "deploy")
    (target / "README.md").write_text("ours")
    (target / "tenants/two/notes.txt").write_text("ours")
    (root / "tenants/one.yaml").unlink()
    run(root, root / "build", allow_removals=True)
    assert told(root, "--to", "deploy")["tenants"] == ["one"]
    assert not (target / "tenants/one").exists()
    expected = applied(root / "build") | {"README.md": b"ours", "tenants/two/notes.txt": b"ours"}
    assert {path: data for path, data in files(target).items() if path != ".tenantc/published.json"} == expected


def test_what_somebody_changed_or_deleted_is_put_back(root: Path) -> None:
    told(root, "--to", "deploy")
    (root / "deploy/tenants/one/values.yaml").write_text("edited")
    (root / "deploy/tenants/two/values.yaml").unlink()
    assert told(root, "--to", "deploy")["written"] == 2
    assert (root / "deploy/tenants/one/values.yaml").read_bytes() == (
        root / "build/tenants/one/values.yaml"
    ).read_bytes()


def test_a_build_that_is_not_as_it_was_built_is_not_published(root: Path) -> None:
    (root / "build/tenants/one/values.yaml").write_text("edited")
    done = published(root, "--branch", "rendered")
    assert done.returncode == 1
    assert "error[T705]: `tenants/one/values.yaml` is not what was built" in done.stderr
    assert "rendered" not in git(root, "branch")


@pytest.mark.parametrize(
    "record", [b"{}", b"[", b'{"version": 1, "files": {"../../x": "0"}}', b'{"version": 2, "files": {}}']
)
def test_a_record_that_is_not_ours_is_refused(root: Path, record: bytes) -> None:
    told(root, "--to", "deploy")
    (root / "deploy/.tenantc/published.json").write_bytes(record)
    done = published(root, "--to", "deploy")
    assert (done.returncode, "error[T715]" in done.stderr) == (1, True)


def test_no_link_leads_a_publication_out_of_its_folder(root: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (root / "deploy").mkdir()
    (root / "deploy/tenants").symlink_to(tmp_path / "elsewhere")
    done = published(root, "--to", "deploy")
    assert (done.returncode, "error[T715]" in done.stderr) == (1, True)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("branch", ["main", "-x", "a..b", "a b"])
def test_a_branch_that_is_checked_out_or_is_none_is_refused(root: Path, branch: str) -> None:
    before = git(root, "rev-parse", "main")
    done = published(root, f"--branch={branch}")
    assert (done.returncode, git(root, "rev-parse", "main")) == (2, before)


def test_one_place_is_named(root: Path) -> None:
    assert published(root).returncode == 2
    assert published(root, "--to", "deploy", "--branch", "rendered").returncode == 2


def test_paths_with_odd_characters_are_committed_as_they_are(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {'a "b"\\c': b"1", "ä/ö.txt": b"2", "-n": b"3"}
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    Branch(root, "odd").add(odd.items(), (), "odd\n")
    listed = git(root, "ls-tree", "-r", "-z", "--name-only", "odd").split("\0")[:-1]
    assert sorted(listed) == sorted(odd)
    Branch(root, "odd").add((), ['a "b"\\c'], "less\n")
    listed = git(root, "ls-tree", "-r", "-z", "--name-only", "odd").split("\0")[:-1]
    assert sorted(listed) == ["-n", "ä/ö.txt"]
