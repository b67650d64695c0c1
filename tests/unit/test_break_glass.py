"""`tenantc compile --break-glass`: what an incident lets pass, and how everybody sees it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.building import fleet
from tests.compiling import write

RULE = """rule few-users
  title    "Few users"
  require  limits.max_users <= 3
  severity critical
  basis    house
"""
GLASS = ("--break-glass", "--approver", "ciso@example.com", "--reason", "ticket 57")


def compiled(root: Path, *options: str, as_of: str = "2026-11-01") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tenantc.cli.main", "compile", str(root), "--as-of", as_of, *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def waivers(root: Path) -> list[dict[str, Any]]:
    """What the file of incidents says."""
    path = root / "waivers" / "break-glass.yaml"
    return list(YAML(typ="safe").load(path)) if path.exists() else []


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two tenants that a rule blocks."""
    return write(fleet(tmp_path / "w", "one", "two"), {"rules/few-users.rule": RULE})


def test_a_blocked_tenant_ships_for_a_week(root: Path) -> None:
    assert compiled(root).returncode == 1
    assert not (root / "build").exists()
    done = compiled(root, "--tenant", "one", *GLASS)
    assert done.returncode == 0, done.stderr
    assert waivers(root) == [
        {
            "rule": "few-users",
            "tenants": ["one"],
            "until": "2026-11-08",
            "reason": "ticket 57",
            "approver": "ciso@example.com",
        }
    ]
    assert (root / "build/tenants/one/kubernetes.yaml").exists()
    assert not (root / "build/tenants/two").exists(), "only who was named"
    report = json.loads((root / "build/audit/report.json").read_bytes())
    assert [(one["rule"], one["glass"], one["uses"], one["days"]) for one in report["waivers"]] == [
        ("few-users", True, 1, 7)
    ]
    assert "this waiver of `few-users` ends on 2026-11-08" in done.stderr, "each build says so"
    assert compiled(root, "--tenant", "one", as_of="2026-11-08").returncode == 0
    assert compiled(root, "--tenant", "one", as_of="2026-11-09").returncode == 1


def test_a_second_incident_keeps_what_still_holds_for_others(root: Path) -> None:
    assert compiled(root, "--tenant", "one", *GLASS).returncode == 0
    assert compiled(root, "--tenant", "two", *GLASS, as_of="2026-11-05").returncode == 0
    assert [(one["tenants"], one["until"]) for one in waivers(root)] == [
        (["one"], "2026-11-08"), (["two"], "2026-11-12")
    ]  # fmt: skip
    assert compiled(root, "--tenant", "two", *GLASS, as_of="2026-11-09").returncode == 0
    assert [(one["tenants"], one["until"]) for one in waivers(root)] == [(["two"], "2026-11-16")]


def test_a_rule_that_nobody_may_break_stays_unbroken(root: Path) -> None:
    write(root, {"rules/few-users.rule": RULE + "  unwaivable\n"})
    done = compiled(root, "--tenant", "one", *GLASS)
    assert (done.returncode, waivers(root), (root / "build").exists()) == (1, [], False)
    assert (
        "error[T535]: tenant `one` does not ship with rule `few-users` broken: nobody may break the rule" in done.stderr
    )


def test_wrong_settings_ship_in_no_incident(root: Path) -> None:
    fleet(root, "one", overrides="limits.max_users: 0")
    done = compiled(root, "--tenant", "one", *GLASS)
    assert (done.returncode, waivers(root)) == (1, [])
    assert "error[T401]" in done.stderr


def test_nothing_is_waived_where_something_else_is_wrong(root: Path) -> None:
    other = "- {rule: no-such-rule, tenants: [one], until: 2026-12-31, reason: x, approver: y}\n"
    done = compiled(write(root, {"waivers/other.yaml": other}), "--tenant", "one", *GLASS)
    assert (done.returncode, waivers(root)) == (1, [])
    assert "error[T520]" in done.stderr


def test_a_tenant_that_nothing_blocks_needs_no_incident(root: Path) -> None:
    fleet(root, "one", overrides="limits.max_users: 3")
    assert compiled(root, "--tenant", "one", *GLASS).returncode == 0
    assert waivers(root) == []


@pytest.mark.parametrize(
    "options",
    [
        GLASS,
        ("--tenant", "one", "--break-glass", "--reason", "x"),
        ("--tenant", "one", "--break-glass", "--approver", "x"),
        ("--tenant", "one", "--approver", "x"),
    ],
)
def test_who_breaks_the_glass_names_the_tenant_and_answers_for_it(root: Path, options: tuple[str, ...]) -> None:
    done = compiled(root, *options)
    assert (done.returncode, waivers(root)) == (2, [])


def test_whoever_verifies_the_build_is_told(root: Path) -> None:
    for command in (
        ["keygen", "--out", "keys", "--no-passphrase"],
        ["compile", "w", "--as-of", "2026-11-01", *OPTIONS],
    ):
        done = told(root, *command)
        assert done.returncode == 0, done.stderr
    done = told(root, "audit", "verify", "w/build", "--keys", "keys")
    assert (done.returncode, "rules block them: 1\n" in done.stdout) == (0, True), done.stdout
    found = json.loads(told(root, "audit", "verify", "w/build", "--keys", "keys", "--format", "json").stdout)
    assert found["break_glass"] == 1


OPTIONS = ("--tenant", "one", *GLASS, "--sign-key", "keys", "--no-passphrase")


def told(root: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tenantc.cli.main", *command],
        cwd=root.parent,
        capture_output=True,
        text=True,
        check=False,
    )
