"""A rule that would take too long for a tenant is not begun: its verdict is `error`, which counts as a failure."""

from __future__ import annotations

import json
from pathlib import Path
from time import perf_counter

import pytest

from tenantc.api import SecurityPolicyEngine
from tenantc.driver.rulebook import library_documents
from tenantc.driver.rules import catalogue, read_rule
from tenantc.language.cost import BUDGET
from tenantc.model.verdict import Answer
from tests.building import run
from tests.compiling import compile_files, tenant, write
from tests.unit.test_cli import run as run_cli

MANY = f"features.enabled: [{', '.join(f'f{number}' for number in range(20_000))}]\n"
FEW = "features.enabled: [a, b, c]\n"
PAIRS = "all one in features.enabled: all other in features.enabled: one != other or one == other"
SEARCH = "all one in features.enabled: features.enabled contains one"


def rule(require: str, more: str = "", severity: str = "critical") -> dict[str, str]:
    head = 'rule slow\n  title    "Slow"\n'
    return {"rules/slow.rule": f"{head}  require  {require}\n{more}  severity {severity}\n  basis    house\n"}


@pytest.mark.parametrize("require", [PAIRS, SEARCH, f"(none x in features.enabled: not ({PAIRS}))"])
def test_what_would_take_too_long_is_no_verdict_and_no_pass(tmp_path: Path, require: str) -> None:
    started = perf_counter()
    result = compile_files(tmp_path, {**rule(require), "tenants/acme.yaml": tenant(MANY)})
    assert perf_counter() - started < 20
    [found] = [one for one in result.diagnostics if "`slow`" in one.message]
    assert found.code == "T530"
    assert "cannot be judged: to judge it could take " in found.message
    assert f"and {BUDGET:,} are the most" in found.message
    result = compile_files(tmp_path / "few", {**rule(require), "tenants/acme.yaml": tenant(FEW)})
    judged = result.tenants["acme"].environments[""].judged
    assert judged is not None
    assert judged.verdicts["slow"].answer is Answer.PASS


def test_two_long_lists_are_compared_in_no_time(tmp_path: Path) -> None:
    files = rule("features.enabled subset of features.enabled and features.enabled contains all features.enabled")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(MANY)})
    judged = result.tenants["acme"].environments[""].judged
    assert judged is not None
    assert judged.verdicts["slow"].answer is Answer.PASS


def test_no_waiver_covers_what_nobody_judged(tmp_path: Path) -> None:
    waiver = "- {rule: slow, tenants: [acme], until: 2026-12-31, reason: r, approver: a@b.example}\n"
    files = {**rule(PAIRS), "tenants/acme.yaml": tenant(MANY), "waivers/w.yaml": waiver}
    assert "T530" in compile_files(tmp_path, files).codes


def test_a_baseline_lists_what_nobody_judged_and_waives_none_of_it(tmp_path: Path) -> None:
    write(tmp_path, {**rule(PAIRS), "tenants/acme.yaml": tenant(MANY)})
    done = run_cli("baseline", "--until", "2027-06-30", "--approver", "a@b.example", "--reason", "r", cwd=tmp_path)
    assert done.returncode == 1
    assert "left: acme breaks slow: to judge it could take 3,200,040,001 steps" in done.stdout
    assert not (tmp_path / "waivers").exists()


def test_python_is_told_why_nobody_judged() -> None:
    features = {"features.enabled": [f"f{number}" for number in range(20_000)]}
    found = {one.rule: one for one in SecurityPolicyEngine("2026-11-01").judge(features, frameworks=["gdpr"])}
    assert found["residency-stores"].verdict == "error"
    assert found["residency-stores"].message.startswith("to judge it could take ")


def test_a_remedy_hardens_nothing_by_what_nobody_judged(tmp_path: Path) -> None:
    codes = "security.mfa_config.backup_codes"
    files = rule(f"{codes} <= 3 or ({PAIRS})", f"  remedy   lower {codes} to 3\n", severity="low")
    files["tiers/wide.yaml"] = f"tier: wide\nextends: free\nsettings:\n  {codes}: 9\n  {MANY}"
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(tier="wide")})
    assert result.get(codes) == 9


def test_the_audit_says_what_was_not_judged(tmp_path: Path) -> None:
    root = write(tmp_path, {**rule(PAIRS, severity="low"), "tenants/acme.yaml": tenant(MANY)})
    built = run(root, tmp_path / "build")
    assert built.written
    audit = json.loads((tmp_path / "build" / "tenants" / "acme" / "audit.json").read_text())
    assert audit["verdicts"]["slow"]["verdict"] == "error"
    assert audit["verdicts"]["slow"]["reason"].startswith("to judge it could take 3,200,040,001 steps")
    assert audit["counts"]["all"]["error"] == 1


@pytest.mark.parametrize(
    ("require", "degree"),
    [
        ("security.mfa_config.required", 0),
        ('features.enabled contains "a"', 1),
        ("features.enabled is not empty", 1),
        ('all one in features.enabled: one != "beta"', 1),
        (SEARCH, 2),
        ('(all one in features.enabled: one != "beta") and (all one in features.enabled: one != "beta")', 1),
        (PAIRS, 2),
        ('all one in ["a", "b"]: one in features.enabled', 2),
        (f"all x in features.enabled: ({PAIRS})", 3),
    ],
)
def test_how_deep_a_rule_goes_is_known_before_it_is_judged(require: str, degree: int) -> None:
    documents = library_documents()
    text = rule(require)["rules/slow.rule"]
    file, diagnostics = read_rule("slow.rule", text.encode(), documents.schema, catalogue(documents))
    assert file is not None
    assert file.rule is not None, [one.message for one in diagnostics]
    assert file.rule.degree == degree
