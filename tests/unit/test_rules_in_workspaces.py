"""Rules among the documents of a workspace: files in; settings, verdicts and what is said out (language.md §6)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenantc.driver.checking import check_workspace
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tenantc.model.verdict import Answer
from tests.compiling import AS_OF, TOP, Result, compile_files, tenant, with_own_rules, write
from tests.unit.test_cli import run, valid
from tests.unit.test_judging import LEVEL, SIZE, TTL, about, hardening, rule, verdict, waiver

BROKEN = rule("short-lived", f"{TTL} <= 1 second")
HARDENED = f"  remedy   lower {TTL} to 1 second\n"


def result(root: Path, files: dict[str, str], overrides: str = "", more: str = "", tier: str = "free") -> Result:
    return compile_files(root, {**files, "tenants/acme.yaml": tenant(overrides, tier, more)})


# --- whom a rule is for ---


@pytest.mark.parametrize(
    ("clause", "reason"),
    [
        ("  applies  to frameworks soc2\n", "it applies to frameworks soc2"),
        ("  applies  except to tiers free\n", "it applies except to tiers free"),
        (f"  when     {LEVEL} == DEBUG\n", "what it asks for first (`when`) does not hold"),
        ("  effective 2026-11-02\n", "it is in force from 2026-11-02"),
        ("  effective 2026-01-01 until 2026-10-31\n", "it was in force until 2026-10-31"),
        ("           for frameworks soc2\n", "none of its requirements is for this tenant"),
    ],
)
def test_a_rule_that_is_not_judged_says_why_and_hardens_nothing(tmp_path: Path, clause: str, reason: str) -> None:
    own, more = (f"\n{clause.rstrip()}", "") if "for" in clause.split() else ("", clause)
    files = rule("short-lived", f"{TTL} <= 1 second{own}", more=more)
    files["rules/short-lived.rule"] += HARDENED
    found = result(tmp_path, files)
    assert (verdict(found, "short-lived").answer, verdict(found, "short-lived").reason) == (
        Answer.NOT_APPLICABLE,
        reason,
    )
    assert found.get(TTL) == result(tmp_path / "plain", {}).get(TTL) != 1
    files["rules/short-lived.rule"] = files["rules/short-lived.rule"].replace(clause.rstrip(), "")
    assert result(tmp_path / "judged", files).get(TTL) == 1


def test_requirements_have_a_remedy_and_message_of_their_own_or_those_of_the_rule(tmp_path: Path) -> None:
    text = f'{TTL} <= 1 second\n           message "own"\n           remedy lower {TTL} to 1 second\n'
    files = rule("two", f"{text}  require  {SIZE} <= 2 MB")
    files["rules/two.rule"] += f'  message  "of the rule"\n  remedy   lower {SIZE} to 2 MB\n'
    found = result(tmp_path, files)
    assert (found.get(TTL), found.get(SIZE)) == (1, 2)
    for path, said in ((TTL, "own"), (SIZE, "of the rule")):
        (told,) = result(tmp_path / said, files, f"{path}: 77\n").diagnostics
        assert dict(told.facts)["message"] == said


def test_a_message_prints_what_is_missing_as_missing(tmp_path: Path) -> None:
    message = '  message  "data lies in {compliance.data_governance.data_residency_region}"\n'
    (told,) = result(tmp_path, rule("short-lived", f"{TTL} <= 1 second", more=message)).diagnostics
    assert dict(told.facts)["message"] == "data lies in <missing>"


def test_a_rule_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    text = BROKEN["rules/short-lived.rule"]
    for length, codes in ((65_536, ["T530"]), (65_537, ["T501"])):
        files = {"rules/short-lived.rule": text + "#" * (length - len(text))}
        assert result(tmp_path / str(length), files).codes == codes


# --- how strictly ---


@pytest.mark.parametrize("level", ["block", "warn", "report"])
def test_a_level_stands_beside_the_verdict_and_changes_it_not(tmp_path: Path, level: str) -> None:
    """A level needs no dates, no reason and no owner."""
    files = {**BROKEN, "policies/house.yaml": f"policy: house\nenforce: {{short-lived: {{level: {level}}}}}\n"}
    root = write(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    told = valid(run("explain", "acme", "short-lived", "--format", "json", cwd=root).stdout, "explain")
    (found,) = told["verdicts"].values()
    assert (found["verdict"], found["level"]) == ("fail", level)


@pytest.mark.parametrize(
    ("level", "fail_on", "code"),
    [("block", "block", 1), ("warn", "block", 0), ("warn", "warn", 1), ("report", "warn", 0), ("report", "report", 1)],
)
def test_commands_exit_1_from_the_level_on_at_which_they_are_told_to_fail(
    tmp_path: Path, level: str, fail_on: str, code: int
) -> None:
    files = {**BROKEN, "policies/house.yaml": f"policy: house\nenforce: {{short-lived: {{level: {level}}}}}\n"}
    root = write(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    for command in ("check", "compile"):
        assert run(command, "--fail-on", fail_on, cwd=root).returncode == code


def test_a_contradiction_blocks_however_its_rules_are_held(tmp_path: Path) -> None:
    files = hardening("long-enough", f"{TTL} >= 20 seconds", f"raise {TTL} to 20 seconds")
    files |= hardening("short-enough", f"{TTL} <= 10 seconds", f"lower {TTL} to 10 seconds")
    levels = "enforce: {long-enough: {level: report}, short-enough: {level: report}}\n"
    found = result(tmp_path, {**files, "policies/house.yaml": f"policy: house\n{levels}"})
    assert sorted(found.codes) == ["T511", "T532"]
    assert found.failed


@pytest.mark.parametrize("lacking", ["reason", "approver", "prefer", "rules"])
def test_who_settles_a_contradiction_says_why_and_who_said_so(tmp_path: Path, lacking: str) -> None:
    parts = {"rules": "[a, b]", "prefer": "a", "reason": "r", "approver": "x"}
    said = ", ".join(f"{key}: {value}" for key, value in parts.items() if key != lacking)
    found = result(tmp_path, {"policies/house.yaml": f"policy: house\nsettle: [{{{said}}}]\n"})
    assert found.codes == ["T121"]
    assert f"`{lacking}`" in found.text


# --- what is written of it ---


def test_the_audit_says_how_each_rule_came_out(tmp_path: Path) -> None:
    """What was waived, rests on what somebody stated, or was not asked, reads as no pass."""
    fact = "compliance.data_governance.data_classification"
    files = {**BROKEN, **waiver(), **rule("classified", f"{fact} == internal", basis="required")}
    files |= rule("away", f"{TTL} <= 1 second", more="  applies  to frameworks soc2\n")
    files |= rule("kept", f"{TTL} <= 100 days", severity="low", basis="consistency")
    files |= rule("placed", 'all vendor in integrations: vendor.region == "eu"', severity="low")
    files |= rule("mild", f"{TTL} <= 1 second\n           basis proposed")
    root = write(tmp_path, {**files, "tenants/acme.yaml": tenant(f"{fact}: internal\n")})
    assert run("compile", "--as-of", AS_OF, cwd=root).returncode == 0
    audit = valid((root / "build" / "tenants" / "acme" / "audit.json").read_text(), "audit")
    verdicts = audit["verdicts"]
    assert isinstance(verdicts, dict)
    found = {id: verdicts[id]["verdict"] for id in ("short-lived", "classified", "kept", "mild")}
    assert found == {"short-lived": "waived", "classified": "pass", "kept": "pass", "mild": "fail"}
    assert [id for id in files_of(files) if verdicts.get(id, {}).get("attested")] == ["classified"]
    assert [id for id in files_of(files) if verdicts.get(id, {}).get("vacuous")] == ["placed"]
    assert audit["counts"]["all"]["vacuous"] >= 1
    assert verdicts["short-lived"]["waiver"]["until"] == "2027-01-31"
    assert verdicts["short-lived"]["waiver"]["proof"] == "stated"
    bases = {id: (verdicts[id]["basis"], verdicts[id]["level"]) for id in found}
    assert bases == {
        "short-lived": ("house", "block"),
        "classified": ("required", "block"),
        "kept": ("consistency", "warn"),
        "mild": ("proposed", "report"),
    }
    away = audit["not_applicable"]
    assert isinstance(away, dict)
    assert "away" in away["it applies to frameworks soc2"]
    assert "away" not in verdicts


def files_of(files: dict[str, str]) -> list[str]:
    return [Path(name).stem for name in files if name.startswith("rules/")]


# --- hardening ---


def test_a_bound_that_nobody_keeps_binds_only_if_its_requirement_fails(tmp_path: Path) -> None:
    """The first rule is kept by another setting, so its remedy keeps nobody from mending the second."""
    files = hardening("either", f"{TTL} <= 30 seconds or {SIZE} >= 1 MB", f"lower {TTL} to 30 seconds")
    files |= hardening("long-enough", f"{TTL} >= 5000 seconds", f"raise {TTL} to 5000 seconds")
    found = result(tmp_path, files)
    assert (found.get(TTL), found.codes) == (5000, [])


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("kind", ["raise", "set"])
def test_bounds_on_an_ordered_enum_meet_whatever_their_rules_are_called(
    tmp_path: Path, ids: tuple[str, str], kind: str
) -> None:
    strict, lax = ids
    files = hardening(strict, f"{LEVEL} == DEBUG", f"{kind} {LEVEL} {'to' if kind == 'raise' else '='} DEBUG")
    files |= hardening(lax, f"{LEVEL} in [INFO, DEBUG]", f"raise {LEVEL} to INFO")
    files["tiers/quiet.yaml"] = f"tier: quiet\nextends: free\nsettings: {{{LEVEL}: ERROR}}\n"
    found = result(tmp_path, files, tier="quiet")
    assert (found.get(LEVEL), found.codes) == ("DEBUG", [])


def test_an_ordered_enum_that_refers_to_another_is_not_lowered_to_what_it_has_to_reach(tmp_path: Path) -> None:
    least, most = (f"security.encryption_config.tls.{name}_version" for name in ("min", "max"))
    files = hardening("new-enough", f'{most} in ["TLSv1.2", "TLSv1.3"]', f'raise {most} to "TLSv1.2"')
    files["tiers/new.yaml"] = f"tier: new\nextends: free\nsettings: {{{least}: TLSv1.3, {most}: '${{{least}}}'}}\n"
    found = result(tmp_path, files, tier="new")
    assert (found.get(most), found.codes) == ("TLSv1.3", [])


def test_hardening_moves_what_is_locked(tmp_path: Path) -> None:
    files = hardening("short-lived", f"{TTL} <= 30 seconds", f"lower {TTL} to 30 seconds")
    files["tiers/firm.yaml"] = f"tier: firm\nextends: free\nsettings: {{{TTL}: 900}}\nlocks: [{TTL}]\n"
    found = result(tmp_path, files, tier="firm")
    assert (found.get(TTL), found.codes) == (30, [])


def test_hardening_lies_above_the_environment_and_below_its_caps(tmp_path: Path) -> None:
    files = hardening("short-lived", f"{TTL} <= 30 seconds", f"lower {TTL} to 30 seconds")
    files["environments/e.yaml"] = (
        f"environment: long\nsettings: {{{TTL}: 900}}\n---\nenvironment: capped\ncaps: {{{TTL}: 20}}\n"
    )
    found = result(tmp_path, files)
    assert (found.get(TTL, environment="long"), found.get(TTL, environment="capped")) == (30, 20)
    assert found.codes == []


# --- waivers ---


@pytest.mark.parametrize("lacking", ["rule", "tenants", "until", "reason", "approver"])
def test_a_waiver_says_what_for_whom_until_when_why_and_who_said_so(tmp_path: Path, lacking: str) -> None:
    parts = {"rule": "short-lived", "tenants": "[acme]", "until": "2027-01-31", "reason": "r", "approver": "a"}
    said = ", ".join(f"{key}: {value}" for key, value in parts.items() if key != lacking)
    found = result(tmp_path, {**BROKEN, "waivers/w.yaml": f"- {{{said}}}\n"})
    assert sorted(found.codes) == ["T121", "T530"]
    assert f"`{lacking}`" in found.text


def test_a_waiver_holds_in_the_environments_that_it_names(tmp_path: Path) -> None:
    files = {**BROKEN, **waiver("  environments: [staging]\n")}
    files["environments/e.yaml"] = "environment: staging\n---\nenvironment: production\n"
    found = result(tmp_path, files)
    assert verdict(found, "short-lived", environment="staging").answer is Answer.WAIVED
    assert about(found, "short-lived") == ["T530"]


def of_waivers(root: Path, files: dict[str, str]) -> list[tuple[str, str]]:
    """The codes and problems of waivers, after all tenants were checked."""
    workspace = load(write(root, {**files, "tenants/acme.yaml": tenant()}).resolve()).value
    assert workspace is not None
    ledger, _ = check_workspace(Pipeline(with_own_rules(workspace), AS_OF))
    return [(one.code, dict(one.facts)["problem"]) for one in ledger.all() if one.code in {"T520", "T521"}]


def test_a_waiver_that_nobody_needs_is_told(tmp_path: Path) -> None:
    files = rule("short-lived", f"{TTL} <= 100 days") | waiver()
    assert of_waivers(tmp_path, files) == [("T521", "is not needed: the rule is kept")]


def test_a_waiver_names_tenants_and_environments_that_there_are(tmp_path: Path) -> None:
    files = {**BROKEN, "environments/e.yaml": "environment: staging\n"}
    named = waiver("  environments: [stage]\n")
    assert of_waivers(tmp_path, files | named) == [("T520", "names the environment `stage`, which there is not")]
    named["waivers/acme.yaml"] = waiver()["waivers/acme.yaml"].replace("[acme]", "[acme, acmee]")
    assert of_waivers(tmp_path, files | named) == [("T520", "names the tenant `acmee`, which there is not")]


@pytest.mark.parametrize("over", ["fleet", "tiers"])
def test_a_rule_that_is_about_no_single_tenant_refuses_waivers(tmp_path: Path, over: str) -> None:
    require = "count(security.mfa_config.required) >= 1" if over == "fleet" else "security.mfa_config.required"
    files = rule("short-lived", require) | waiver()
    files["rules/short-lived.rule"] = files["rules/short-lived.rule"].replace("\n", f" over {over}\n", 1)
    assert of_waivers(tmp_path, files) == [("T520", "is refused: the rule is about no single tenant")]


# --- the day ---


def test_the_day_is_stated_or_of_the_epoch_or_written_or_today(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The epoch is a quarter of an hour before midnight in UTC, and another day where the machine stands."""
    root = write(tmp_path, {"tenants/acme.yaml": tenant(), "tenantc.yaml": f"{TOP}as_of: 2026-03-03\n"})

    def day(*arguments: str) -> object:
        told = run("compile", "--format", "json", *arguments, cwd=root)
        assert told.returncode == 0, told.stderr
        found = valid(told.stdout, "compile")["as_of"]
        assert json.loads((root / "build" / "manifest.json").read_text())["as_of"] == found
        return found

    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert day() == "2026-03-03"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert day() == "2026-01-01"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767224700")
    assert day() == "2025-12-31"
    assert day("--as-of", "2026-02-02") == "2026-02-02"
    assert "as of 2026-02-02;" in run("compile", "--as-of", "2026-02-02", cwd=root).stdout
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    (root / "tenantc.yaml").write_text(TOP)
    before = datetime.now(UTC).date().isoformat()
    assert before <= str(day()) <= datetime.now(UTC).date().isoformat()


def test_compile_prints_the_next_day_on_which_something_changes(tmp_path: Path) -> None:
    root = write(tmp_path, {**BROKEN, **waiver(until="2026-11-10"), "tenants/acme.yaml": tenant()})
    told = run("compile", "--as-of", "2026-11-09", cwd=root)
    assert "from 2026-11-11 on: a waiver of `short-lived` has ended\n" in told.stdout, told.stderr
