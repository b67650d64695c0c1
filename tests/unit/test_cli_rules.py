"""The commands about rules: rule files and broken tenants in; verdicts, layouts and waivers out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tenantc.api import SecurityPolicyEngine, SettingsError
from tests.compiling import tenant, write
from tests.unit.test_cli import run, valid

RULE = """\
rule few-codes
  title    "Few backup codes lie about"
  require  security.mfa_config.backup_codes <= 5
  severity critical
  basis    house

test "five are few" of few-codes
  given  set security.mfa_config.backup_codes = 5
  expect pass

test "six are not" of few-codes
  given  set security.mfa_config.backup_codes = 6
  expect fail
"""
APPROVED = ("--until", "2027-01-31", "--approver", "ciso@example.com", "--reason", "years of tenants")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return write(tmp_path, {"tenants/acme.yaml": tenant(), "rules/few-codes.rule": RULE})


def test_a_rule_file_is_tested_without_a_workspace(tmp_path: Path) -> None:
    (tmp_path / "few-codes.rule").write_text(RULE)
    done = run("test", "few-codes.rule", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "1 rules, 2 tests: no errors, no warnings\n")
    assert (
        valid(run("test", "--mutate", "--format", "json", "few-codes.rule", cwd=tmp_path).stdout, "test")["tests"] == 2
    )


def test_mutation_tells_the_number_that_no_test_holds(tmp_path: Path) -> None:
    (tmp_path / "few-codes.rule").write_text(RULE.replace("= 6", "= 8"))
    done = run("test", "--mutate", "few-codes.rule", cwd=tmp_path)
    assert "few-codes.rule:3:48: warning[T514]" in done.stderr
    assert "notices when `5` becomes `6`" in done.stderr


def test_fmt_rewrites_and_check_only_tells(tmp_path: Path) -> None:
    untidy = RULE.replace("  title    ", "     title ").replace("basis    house", "basis house   # ours")
    (tmp_path / "few-codes.rule").write_text(untidy)
    told = run("fmt", "--check", cwd=tmp_path)
    assert (told.returncode, told.stdout) == (1, "would reformat few-codes.rule\n")
    assert (tmp_path / "few-codes.rule").read_text() == untidy
    assert valid(run("fmt", "--format", "json", cwd=tmp_path).stdout, "fmt")["changed"] == ["few-codes.rule"]
    assert (tmp_path / "few-codes.rule").read_text() == RULE.replace("basis    house", "basis    house  # ours")
    assert run("fmt", "--check", cwd=tmp_path).returncode == 0


def test_rules_are_listed_and_explained(workspace: Path) -> None:
    listed = valid(run("rules", "--format", "json", cwd=workspace).stdout, "rules")
    assert "few-codes" in {one["id"] for one in listed["rules"]}
    under = run("rules", "--framework", "gdpr", cwd=workspace).stdout
    assert "erasure-deadline-gdpr" in under
    assert "few-codes" not in under
    assert run("rules", "--framework", "gdrp", cwd=workspace).returncode == 2


def test_a_verdict_is_explained_part_by_part(workspace: Path) -> None:
    (workspace / "tenants" / "acme.yaml").write_text(tenant("security.mfa_config.backup_codes: 9"))
    told = run("explain", "acme", "few-codes", cwd=workspace)
    assert told.returncode == 1
    assert told.stdout.splitlines() == [
        "few-codes for acme: fail, which is held at `block`",
        "  requires, rules/few-codes.rule:3:3",
        "    security.mfa_config.backup_codes <= 5  false",
        "    security.mfa_config.backup_codes       9",
        "    5                                      5",
    ]
    document = valid(run("explain", "acme", "few-codes", "--format", "json", cwd=workspace).stdout, "explain")
    assert document["verdicts"]["default"]["verdict"] == "fail"
    path = "security.mfa_config.backup_codes"
    assert "  judged by few-codes: fail\n" in run("explain", "acme", path, cwd=workspace).stdout
    valid(run("explain", "acme", path, "--format", "json", cwd=workspace).stdout, "explain")
    assert run("explain", "acme", "limit-tier-monotonic", cwd=workspace).returncode == 2


def test_what_a_quantifier_goes_through_is_told_by_name(workspace: Path) -> None:
    path = workspace / "rules" / "few-codes.rule"
    codes = "security.mfa_config.backup_codes <= 5"
    path.write_text(path.read_text().replace(codes, "none field, value in fields of limits: value is unlimited"))
    told = run("explain", "acme", "few-codes", cwd=workspace).stdout
    assert "Entry" not in told
    assert '"max_users"' in next(line for line in told.splitlines() if line.startswith("    fields of limits "))


def test_a_pass_over_nothing_is_explained_as_one(workspace: Path) -> None:
    path = workspace / "rules" / "few-codes.rule"
    path.write_text(
        path.read_text().replace("security.mfa_config.backup_codes <= 5", 'all v in integrations: v.region == "eu"')
    )
    told = run("explain", "acme", "few-codes", cwd=workspace)
    assert told.stdout.startswith("few-codes for acme: pass, over nothing, which is held at `block`\n")
    document = valid(run("explain", "acme", "few-codes", "--format", "json", cwd=workspace).stdout, "explain")
    assert document["verdicts"]["default"]["vacuous"] is True


def test_what_rules_decide_of_a_framework_is_told(workspace: Path) -> None:
    (workspace / "policies").mkdir()
    (workspace / "policies" / "ours.yaml").write_text(
        "policy: ours\ntitle: Our own\ncontrols:\n"
        "  A1: {title: few codes}\n  A2: {title: training, evidence: who took part}\n  A3: {title: luck}\n"
    )
    cited = RULE.replace("  basis ", '  controls ours "A1", "A2"\n  basis ')
    (workspace / "rules" / "few-codes.rule").write_text(cited)
    lines = run("rules", "--framework", "ours", cwd=workspace).stdout.splitlines()
    assert lines[1] == "1 rule"
    assert lines[2].endswith("decided here 1 (33%), needs evidence 1 (33%), not covered 1 (33%)")
    assert lines[3:] == ["  A2  needs evidence  training: who took part", "  A3  not covered  luck"]
    document = valid(run("rules", "--framework", "ours", "--format", "json", cwd=workspace).stdout, "rules")
    assert document["coverage"] == [
        {"control": "A1", "title": "few codes", "standing": "decided here", "rules": ["few-codes"]},
        {"control": "A2", "title": "training", "standing": "needs evidence", "rules": ["few-codes"],
         "evidence": "who took part"},
        {"control": "A3", "title": "luck", "standing": "not covered", "rules": []},
    ]  # fmt: skip
    told = run("explain", "few-codes", cwd=workspace).stdout
    assert "requires security.mfa_config.backup_codes <= 5" in told
    assert "house: block" in told
    valid(run("explain", "few-codes", "--format", "json", cwd=workspace).stdout, "explain")


def test_a_broken_rule_exits_1_and_a_level_decides(workspace: Path) -> None:
    assert run("check", cwd=workspace).returncode == 1
    (workspace / "rules" / "few-codes.rule").write_text(RULE.replace("critical", "low"))
    warned = run("check", cwd=workspace)
    assert warned.returncode == 0
    assert "warning[T531]: rule `few-codes` is broken" in warned.stderr
    assert run("check", "--fail-on", "warn", cwd=workspace).returncode == 1


def test_a_baseline_lets_a_platform_start_and_only_shrinks(workspace: Path) -> None:
    first = valid(run("baseline", *APPROVED, "--format", "json", cwd=workspace).stdout, "baseline")
    assert [one["rule"] for one in first["waived"]] == ["few-codes"]
    assert run("check", cwd=workspace).returncode == 0
    audit = run("compile", cwd=workspace)
    assert audit.returncode == 0, audit.stderr
    held = json.loads((workspace / "build" / "tenants" / "acme" / "audit.json").read_text())
    assert held["verdicts"]["few-codes"]["verdict"] == "waived"
    assert held["verdicts"]["few-codes"]["waiver"]["approver"] == "ciso@example.com"

    write(workspace, {"tenants/other.yaml": tenant().replace("acme", "other")})
    grown = run("baseline", *APPROVED, cwd=workspace)
    assert grown.returncode == 1
    assert "new: other breaks few-codes" in grown.stdout
    assert "other" not in (workspace / "waivers" / "baseline.yaml").read_text()

    (workspace / "tenants" / "other.yaml").unlink()
    write(workspace, {"tenants/acme.yaml": tenant("security.mfa_config.backup_codes: 4")})
    assert run("baseline", *APPROVED, cwd=workspace).returncode == 0
    assert not (workspace / "waivers" / "baseline.yaml").exists()


def test_a_rule_that_nobody_may_break_is_listed_and_left(workspace: Path) -> None:
    (workspace / "rules" / "few-codes.rule").write_text(RULE.replace("  basis ", "  unwaivable\n  basis "))
    done = run("baseline", *APPROVED, cwd=workspace)
    assert done.returncode == 1
    assert "left: acme breaks few-codes: nobody may break the rule" in done.stdout


def test_python_judges_settings_without_a_workspace() -> None:
    engine = SecurityPolicyEngine("2026-11-01")
    unmended = {"compliance.data_governance.privacy": {"rectification": False}}
    found = {one.rule: one for one in engine.judge(unmended, frameworks=["GDPR"])}
    assert found["rectification-enabled"].verdict == "fail"
    assert found["erasure-deadline-gdpr"].verdict == "pass"
    assert found["erasure-deadline-ccpa"].verdict == "not_applicable"
    assert found["erasure-propagation"].verdict == "missing"
    assert found["erasure-propagation"].blocks
    assert dict(found["rectification-enabled"].values) == {"compliance.data_governance.privacy.rectification": "false"}
    with pytest.raises(SettingsError, match="is not a setting"):
        engine.judge({"limits.max_user": 3})
    with pytest.raises(ValueError, match="unknown tier"):
        engine.judge({}, tier="gold")
