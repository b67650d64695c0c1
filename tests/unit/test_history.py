"""`tenantc audit history`: a real git history in, what held for a tenant in a period out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.auditing import audited
from tests.unit.test_cli import run
from tests.unit.test_diff import commit, git, named
from tests.unit.test_report import met

PERIOD = ("--from", "2026-11-01", "--to", "2026-12-31")
OURS = "compliance_requirements: [OURS]\n"


def on(monkeypatch: pytest.MonkeyPatch, day: str, author: str = "Ann") -> None:
    """Lets the next commits be of that day and author."""
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", f"{day}T12:00:00Z")
    monkeypatch.setitem(commit.__globals__["IDENTITY"], "GIT_AUTHOR_NAME", author)


def spec(id: str, users: int, more: str = "") -> dict[str, str | None]:
    return {f"tenants/{id}.yaml": more + named(id, f"limits.max_users: {users}", more=OURS)}


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace in a subfolder of a repository, as it stood in October."""
    git(tmp_path, "init", "-q", "-b", "main")
    on(monkeypatch, "2026-10-01")
    root = audited(tmp_path / "our [tenants]")
    commit(root, {})
    return root


def history(root: Path, *arguments: str) -> list[dict[str, Any]]:
    """The moments as JSON, which met its schema."""
    done = run("audit", "history", *arguments, "--format", "json", cwd=root)
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    met(found, "history")
    moments: list[dict[str, Any]] = found["moments"]
    return moments


def users(moment: Mapping[str, Any]) -> tuple[str, str, bool, Any, str]:
    """Day, author, whether the day turned it, the value, and the verdict of a moment."""
    held = moment["environments"]["default"]
    value = held["settings"]["limits.max_users"]["value"]
    return moment["day"], moment["author"], moment["turned"], value, held["verdicts"]["few-users"]["verdict"]


def test_a_setting_is_told_whenever_it_or_a_verdict_on_it_changed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-11-03", "Bob")
    changed = commit(repo, spec("excusedco", 7))
    on(monkeypatch, "2026-11-04")
    commit(repo, spec("badco", 7))
    commit(repo, spec("excusedco", 7, "# a line that moves the others\n"))
    on(monkeypatch, "2026-12-05")
    commit(repo, spec("excusedco", 1))
    on(monkeypatch, "2027-01-01")
    commit(repo, spec("excusedco", 2))
    moments = history(repo, "excusedco", "limits.max_users", *PERIOD)
    assert [users(one) for one in moments] == [
        ("2026-11-01", "Ann", False, 5, "waived"),
        ("2026-11-03", "Bob", False, 7, "waived"),
        ("2026-11-21", "Ann", True, 7, "fail"),
        ("2026-12-05", "Ann", False, 1, "pass"),
    ]
    assert (moments[1]["commit"], moments[1]["committed"]) == (changed, "2026-11-03T12:00:00+00:00")
    waiver = moments[0]["environments"]["default"]["verdicts"]["few-users"]["waiver"]
    assert (waiver["until"], waiver["approver"]) == ("2026-11-20", "ciso@example.com")
    assert len(history(repo, "excusedco", "limits.max_users", "--from", "2026-11-01", "--to", "2026-11-20")) == 2
    assert len(history(repo, "excusedco", "limits.max_users", "--from", "2026-11-01", "--to", "2026-11-21")) == 3


def test_builds_are_named_by_the_days_that_they_were_made_as_of(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def built(day: str) -> None:
        assert run("compile", "--as-of", day, "--keep-going", cwd=repo).returncode in (0, 1)

    for day in ("2026-10-20", "2026-11-02"):
        built(day)
    on(monkeypatch, "2026-11-03")
    commit(repo, spec("excusedco", 7))
    for day in ("2026-11-04", "2026-11-05"):
        built(day)
    moments = history(repo, "excusedco", "limits.max_users", "--build", "build", *PERIOD)
    found = [[(one["number"], one["as_of"], one["signed"]) for one in moment["builds"]] for moment in moments]
    assert found == [
        [(2, "2026-11-02", False)], [(3, "2026-11-04", False), (4, "2026-11-05", False)], []
    ]  # fmt: skip
    link = repo / "build/audit/chain/000002.json"
    link.write_text(link.read_text().replace("2026-11-02", "2026-11-01"))
    done = run("audit", "history", "excusedco", "limits.max_users", "--build", "build", *PERIOD, cwd=repo)
    assert (done.returncode, "error[T710]" in done.stderr) == (1, True)


def test_a_control_is_told_as_it_stood(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-12-05")
    commit(repo, spec("excusedco", 1))
    on(monkeypatch, "2026-12-06")
    commit(repo, {"tenants/excusedco.yaml": named("excusedco")})
    moments = history(repo, "excusedco", "A(1)", "--framework", "ours", *PERIOD)
    stands = [(one["day"], one["environments"]["default"]["state"]) for one in moments]
    assert stands == [
        *(("2026-11-01", "waived"), ("2026-11-21", "failing"), ("2026-12-05", "enforced"), ("2026-12-06", None)),
    ]


def test_a_tenant_comes_is_wrong_and_goes(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for day, files in (
        ("2026-11-02", spec("newco", 3)),
        ("2026-11-03", spec("newco", 0)),
        ("2026-11-04", {"tenants/newco.yaml": "tenant_id: newco\n\ttier: free\n"}),
        ("2026-11-05", {"tenants/newco.yaml": None}),
    ):
        on(monkeypatch, day)
        commit(repo, files)
    moments = history(repo, "newco", "limits.max_users", *PERIOD)
    told = [
        (one["day"], one["environments"] is not None, [error["code"] for error in one["errors"]]) for one in moments
    ]
    assert told == [
        ("2026-11-01", False, []),
        ("2026-11-02", True, []),
        ("2026-11-03", True, ["T401"]),
        ("2026-11-04", False, ["T102"]),
        ("2026-11-05", False, []),
    ]


def test_a_merge_brings_what_its_branch_changed(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-11-02", "Bob")
    git(repo, "checkout", "-qb", "topic")
    commit(repo, spec("goodco", 1))
    commit(repo, spec("goodco", 2))
    git(repo, "checkout", "-q", "main")
    on(monkeypatch, "2026-11-09", "Eve")
    git(repo, "merge", "-q", "--no-ff", "-m", "merge", "topic")
    moments = history(repo, "goodco", "limits.max_users", *PERIOD)
    assert [users(one)[:4] for one in moments] == [("2026-11-01", "Ann", False, 3), ("2026-11-09", "Eve", False, 2)]


def test_a_workspace_that_writes_its_day_down_has_no_other(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-10-02")
    top = (repo / "tenantc.yaml").read_text()
    commit(repo, {"tenantc.yaml": f"{top}as_of: 2026-11-01\n"})
    moments = history(repo, "excusedco", "limits.max_users", *PERIOD)
    assert [users(one)[4] for one in moments] == ["waived"]


def test_people_read_a_line_for_each_fact(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on(monkeypatch, "2026-12-05", "Eve \x1b[31m")
    name = commit(repo, spec("excusedco", 1))[:12]
    done = run("audit", "history", "excusedco", "limits.max_users", *PERIOD, cwd=repo)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert f"2026-12-05  {name}  Eve \\u{{1b}}[31m <t@example.com>" in lines
    assert "  limits.max_users = 5, from tenant `excusedco` (tenants/excusedco.yaml:7:21)" in lines
    assert "  few-users: waived until 2026-11-20 by ciso@example.com (waivers/w.yaml:1:11)" in lines


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("goodco", "limits.max_users", "--from", "2026-11-31", "--to", "2026-12-01"), "`2026-11-31` is no day"),
        (("goodco", "limits.max_users", "--from", "2026-12-02", "--to", "2026-12-01"), "ends before it begins"),
        (("nobody", "limits.max_users", *PERIOD), "there is no tenant `nobody` in that period"),
        (("goodco", "limits[", *PERIOD), "`limits[` is no path"),
    ],
)
def test_what_cannot_be_answered_is_refused(repo: Path, arguments: tuple[str, ...], why: str) -> None:
    done = run("audit", "history", *arguments, cwd=repo)
    assert done.returncode == 2
    assert why in " ".join(done.stderr.split())


def test_outside_a_repository_there_is_no_history(tmp_path: Path) -> None:
    done = run("audit", "history", "goodco", "limits.max_users", *PERIOD, cwd=audited(tmp_path / "w"))
    assert (done.returncode, "git says: not a git repository" in done.stderr) == (2, True)
