"""What other programs read: a workspace in; SARIF, JUnit XML and annotations out."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from tenantc.diagnostics.diagnostic import Blame, diagnose
from tenantc.report import github, junit, sarif
from tenantc.report.findings import Finding, Report
from tenantc.source.span import Span
from tenantc.source.text import Text
from tests.compiling import AS_OF, TOP, tenant, write
from tests.unit.test_cli import run
from tests.unit.test_cli_rules import RULE as PLAIN

DATA = Path(__file__).parents[1] / "data" / "sarif"
# the rule with what to say and how to mend it
RULE = PLAIN.replace(
    "<= 5\n",
    "<= 5\n"
    '           message "tenant {tenant.id} hands out {security.mfa_config.backup_codes} backup codes"\n'
    "           remedy lower security.mfa_config.backup_codes to 5\n",
).replace("house\n", 'house\n  controls soc2 "CC6.1"\n')
WAIVER = """\
- rule: few-codes
  tenants: [other]
  until: 2027-01-31
  reason: codes are on paper
  approver: ciso@example.com
"""
SIX = tenant("security.mfa_config.backup_codes: 6")
HOSTILE = "]]> <!-- & \"'\x00\x1b[31m\x85\u202e\ud800\r\nline two ::error::x, 100% %0A [x](https://example.com) \uffff"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Acme breaks the rule, other does with leave, and third is as it should be."""
    tenants = {"acme": SIX, "other": SIX.replace("acme", "other"), "third": tenant().replace("acme", "third")}
    tenants["third"] += "overrides: {security.mfa_config.backup_codes: 5}\n"
    files = {f"tenants/{name}.yaml": text for name, text in tenants.items()}
    return write(tmp_path, {**files, "rules/few-codes.rule": RULE, "waivers/other.yaml": WAIVER})


def said(workspace: Path, format_: str, *arguments: str, command: str = "check", code: int = 1) -> str:
    day = () if command == "test" else ("--as-of", AS_OF)
    done = run(command, "--format", format_, *day, *arguments, cwd=workspace)
    assert (done.returncode, done.stderr) == (code, ""), done.stderr
    return done.stdout


def valid(text: str) -> dict[str, Any]:
    """The one run of a SARIF log, after it met the schema."""
    log = json.loads(text)
    schema = json.loads((DATA / "sarif-2.1.0-rtm.5.json").read_text())
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    [found] = log["runs"]
    assert isinstance(found, dict)
    return found


def results(text: str) -> dict[str, dict[str, Any]]:
    """The results by the file that they are in."""
    return {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]: one for one in valid(text)["results"]}


def test_sarif_says_what_is_broken_where_and_what_mends_it(workspace: Path) -> None:
    found = valid(said(workspace, "sarif"))
    [rule] = found["tool"]["driver"]["rules"]
    assert (rule["id"], rule["shortDescription"]["text"]) == ("few-codes", "Few backup codes lie about")
    assert rule["properties"] == {"tags": ["security", "soc2"], "precision": "very-high", "security-severity": "9.5"}
    broken = found["results"][0]
    assert (broken["ruleId"], broken["ruleIndex"], broken["level"]) == ("few-codes", 0, "error")
    assert broken["message"]["text"] == (
        "rule `few-codes` is broken: tenant acme hands out 6 backup codes\n"
        "help: lower `security.mfa_config.backup_codes` to 5"
    )
    place = {"startLine": 6, "startColumn": 37, "endLine": 6, "endColumn": 38}
    assert broken["locations"][0]["physicalLocation"]["region"] == place
    [fix] = broken["fixes"]
    [change] = fix["artifactChanges"]
    assert change["artifactLocation"] == {"uri": "tenants/acme.yaml"}
    assert change["replacements"] == [{"deletedRegion": place, "insertedContent": {"text": "5"}}]


def test_a_fix_mends_what_it_is_for(workspace: Path) -> None:
    file = workspace / "tenants" / "acme.yaml"
    [change] = results(said(workspace, "sarif"))["tenants/acme.yaml"]["fixes"][0]["artifactChanges"]
    [replacement] = change["replacements"]
    region, lines = replacement["deletedRegion"], file.read_text().splitlines(keepends=True)
    line = lines[region["startLine"] - 1]
    text = replacement["insertedContent"]["text"]
    lines[region["startLine"] - 1] = line[: region["startColumn"] - 1] + text + line[region["endColumn"] - 1 :]
    file.write_text("".join(lines))
    assert results(said(workspace, "sarif", code=0)).keys() == {"tenants/other.yaml"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("remedy lower security.mfa_config.backup_codes to 5", ""),
        # what reads other settings is no plain value
        ("to 5", "to limits.max_users"),
        # two steps
        ("to 5", "to 5, set security.mfa_config.required = true"),
        # the other half stays broken
        ("backup_codes <= 5", "backup_codes <= 5 and security.mfa_config.backup_codes > 8"),
    ],
)
def test_what_is_no_plain_replacement_is_no_fix(workspace: Path, old: str, new: str) -> None:
    (workspace / "rules" / "few-codes.rule").write_text(RULE.replace(old, new, 1))
    assert "fixes" not in results(said(workspace, "sarif"))["tenants/acme.yaml"]


def test_a_dated_value_is_no_place_for_a_fix(workspace: Path) -> None:
    dated = "security.mfa_config.backup_codes: {value: 6, until: 2027-01-31, reason: printer is broken}"
    write(workspace, {"tenants/acme.yaml": tenant(dated)})
    assert "fixes" not in results(said(workspace, "sarif"))["tenants/acme.yaml"]


def test_what_an_environment_caps_is_not_mended_in_a_tenant(workspace: Path) -> None:
    more = RULE.replace("<= 5", ">= 5").replace("lower", "raise").replace("codes = 6", "codes = 4")
    environment = "environment: staging\ncaps: {security.mfa_config.backup_codes: 3}\n"
    write(
        workspace,
        {
            "rules/few-codes.rule": more,
            "environments/staging.yaml": environment,
            "tenantc.yaml": TOP.replace("defaults: {", "defaults: {environments: [staging], "),
            "tenants/acme.yaml": SIX.replace(": 6", ": 4"),
        },
    )
    assert "fixes" not in results(said(workspace, "sarif"))["environments/staging.yaml"]


def test_what_a_tier_says_is_not_mended_for_one_tenant(workspace: Path) -> None:
    """Two rules exclude each other, so that neither hardens what the tier says."""
    write(
        workspace,
        {
            "rules/many-codes.rule": RULE.replace("few-codes", "many-codes")
            .replace("<= 5", ">= 7")
            .replace("lower security.mfa_config.backup_codes to 5", "raise security.mfa_config.backup_codes to 7")
            .replace("codes = 5", "codes = 7"),
            "tiers/label.yaml": "tier: label\nextends: free\nsettings: {security.mfa_config.backup_codes: 6}\n",
            "tenants/acme.yaml": tenant(tier="label"),
        },
    )
    found = [one for one in valid(said(workspace, "sarif"))["results"] if one["ruleId"] in {"few-codes", "many-codes"}]
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in found]
    assert places.count("tiers/label.yaml") == 2
    assert not [one for one, place in zip(found, places, strict=True) if place == "tiers/label.yaml" and "fixes" in one]


def test_fingerprints_stay_when_lines_move_and_change_with_what_is_wrong(workspace: Path) -> None:
    def prints() -> dict[str, str]:
        return {path: one["partialFingerprints"]["primaryLocationLineHash"] for path, one in found.items()}

    file = workspace / "tenants" / "acme.yaml"
    found = results(said(workspace, "sarif"))
    before = prints()
    file.write_text(f"# one\n\n# two\n{SIX}")
    (workspace / "rules" / "few-codes.rule").write_text(f"# one\n{RULE}")
    found = results(said(workspace, "sarif"))
    assert found["tenants/acme.yaml"]["locations"][0]["physicalLocation"]["region"]["startLine"] == 9
    assert prints() == before
    file.write_text(SIX.replace(": 6", ": 7"))
    found = results(said(workspace, "sarif"))
    assert prints()["tenants/acme.yaml"] != before["tenants/acme.yaml"]
    assert prints()["tenants/other.yaml"] == before["tenants/other.yaml"]


def test_what_is_waived_is_suppressed_with_whose_leave(workspace: Path) -> None:
    found = results(said(workspace, "sarif"))
    assert found["tenants/acme.yaml"]["suppressions"] == []
    [suppression] = found["tenants/other.yaml"]["suppressions"]
    place = suppression.pop("location")["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("waivers/other.yaml", 1)
    assert suppression == {
        "kind": "external",
        "status": "accepted",
        "justification": "codes are on paper (waived until 2027-01-31 by ciso@example.com)",
    }


def test_a_tenant_that_is_waived_and_broken_has_both(workspace: Path) -> None:
    (workspace / "rules" / "few-users.rule").write_text(
        RULE.replace("few-codes", "no-codes").replace("<= 5", "<= 4").replace("= 5", "= 4").replace("to 5", "to 4")
    )
    both = [
        (one["ruleId"], bool(one["suppressions"]))
        for one in valid(said(workspace, "sarif"))["results"]
        if one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "tenants/other.yaml"
    ]
    assert sorted(both) == [("few-codes", True), ("no-codes", False)]


def test_a_diagnostic_that_is_no_broken_rule_has_its_code_for_a_rule(workspace: Path) -> None:
    write(workspace, {"tenants/acme.yaml": tenant("limits.max_user: 3")})
    found = valid(said(workspace, "sarif"))
    assert found["results"][0]["ruleId"] == "T126"
    described = found["tool"]["driver"]["rules"][0]
    assert described["id"] == "T126"
    assert "## Wrong" in described["help"]["markdown"]


def finding(
    message: str, *, code: str = "T906", line: int = 1, path: str = "a.yaml", excuse: str | None = None
) -> Finding:
    span = Span(Text(path, f"{message}\n" * line), line, 1, line, 2)
    return Finding(diagnose(code, Blame(span, message), help=message, path=message, problem="x"), excuse=excuse)


def test_sarif_keeps_the_worst_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "RESULTS", 2)
    warning = diagnose("T607", Span(Text("a.yaml", "a\n"), 1, 1, 1, 2), count=1, files="x")
    findings = (finding("waived", excuse="ours"), Finding(warning), finding("first"), finding("second"))
    found = valid(sarif.write(Report("check", findings)))
    assert [one["locations"][0]["physicalLocation"]["region"]["startLine"] for one in found["results"]] == [1, 1]
    assert ["first" in one["message"]["text"] for one in found["results"]] == [True, False]
    assert [one["id"] for one in found["tool"]["driver"]["rules"]] == ["T906"]
    [note] = found["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("2 of 4 results are listed, the worst of them")


def test_what_has_no_place_is_a_notification() -> None:
    placeless = Finding(diagnose("T902", tenant="nobody"))
    found = valid(sarif.write(Report("compile", (placeless,))))
    assert found["results"] == []
    [note] = found["invocations"][0]["toolExecutionNotifications"]
    assert (note["level"], note["descriptor"]["id"]) == ("error", "T902")
    assert github.write(Report("compile", (placeless,))) == "::error title=T902::there is no tenant `nobody`\n"


def test_no_line_of_the_library_is_annotated() -> None:
    found = github.write(
        Report("check", (finding("x", path="library/rules/x.rule"), finding("x", path="rules/x.rule")))
    )
    places = [Blame(Span(Text(path, "x"), 1, 1, 1, 2)) for path in ("library/tiers/free.yaml", "tiers/free.yaml")]
    [other] = valid(sarif.write(Report("check", (Finding(diagnose("T906", *places, path="x", problem="x")),))))[
        "results"
    ]
    assert other["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "tiers/free.yaml"
    assert [line.partition("::")[2].partition("::")[0] for line in found.splitlines()] == [
        "error title=T906",
        "error file=rules/x.rule,line=1,endLine=1,col=1,endColumn=2,title=T906",
    ]


def cases(text: str) -> dict[str, ET.Element]:
    top = ET.fromstring(text)  # noqa: S314 — our own writing
    [suite] = top
    assert suite.get("tests") == str(len(suite))
    assert suite.get("failures") == str(len(list(suite.iter("failure"))))
    return {one.get("name") or "": one for one in suite}


def test_junit_has_a_case_for_each_file(workspace: Path) -> None:
    found = cases(said(workspace, "junit"))
    assert list(found) == ["tenants/acme.yaml", "tenants/other.yaml", "tenants/third.yaml"]
    [failure] = found["tenants/acme.yaml"]
    assert failure.get("type") == "few-codes"
    assert failure.get("message") == "rule `few-codes` is broken: tenant acme hands out 6 backup codes"
    assert "6 |   security.mfa_config.backup_codes: 6\n" in (failure.text or "")
    [output] = found["tenants/other.yaml"]
    assert (output.text or "").startswith("not counted: codes are on paper (waived until 2027-01-31")
    assert not list(found["tenants/third.yaml"])
    assert list(cases(said(workspace, "junit", "tenants/third.yaml", code=0))) == ["tenants/third.yaml"]


def test_junit_has_a_case_for_each_test_of_a_rule(workspace: Path) -> None:
    assert all(not list(one) for one in cases(said(workspace, "junit", "rules", command="test", code=0)).values())
    (workspace / "rules" / "few-codes.rule").write_text(RULE.replace("= 6", "= 5"))
    found = cases(said(workspace, "junit", "rules", command="test"))
    assert list(found) == ["five are few", "six are not", "rules/few-codes.rule"]
    assert (found["six are not"].get("classname"), found["six are not"].get("line")) == ("few-codes", "14")
    [failure] = found["six are not"]
    assert failure.get("type") == "T513"
    assert not list(found["five are few"])
    [warning] = found["rules/few-codes.rule"]
    assert "sees this requirement fail" in (warning.text or "")
    assert valid(said(workspace, "sarif", "rules", command="test"))["results"][0]["ruleId"] == "T514"


def test_github_annotates_the_lines(workspace: Path) -> None:
    assert said(workspace, "github") == (
        "::error file=tenants/acme.yaml,line=6,endLine=6,col=37,endColumn=38,title=few-codes::"
        "rule `few-codes` is broken: tenant acme hands out 6 backup codes%0A"
        "help: lower `security.mfa_config.backup_codes` to 5\n"
        "3 tenants checked: 1 error\n"
    )


def test_compile_reports_too(workspace: Path) -> None:
    assert results(said(workspace, "sarif", command="compile")).keys() == {"tenants/acme.yaml", "tenants/other.yaml"}
    assert "nothing written: 1 error" in said(workspace, "github", command="compile")
    (workspace / "tenants" / "acme.yaml").unlink()
    found = cases(said(workspace, "junit", command="compile", code=0))
    assert list(found) == ["tenants/other.yaml", "tenants/third.yaml"]


def test_a_workspace_that_cannot_be_read_is_reported_in_the_same_format(workspace: Path) -> None:
    (workspace / "tenantc.yaml").write_text("platform: [\n")
    for command in ("check", "compile"):
        assert results(said(workspace, "sarif", command=command)).keys() == {"tenantc.yaml"}
        assert list(cases(said(workspace, "junit", command=command))) == ["tenantc.yaml"]
        assert said(workspace, "github", command=command).startswith("::error file=tenantc.yaml,line=")


def test_paths_are_relative_to_the_current_folder(workspace: Path) -> None:
    done = run("check", "--format", "sarif", "--as-of", AS_OF, workspace.name, cwd=workspace.parent)
    assert f"{workspace.name}/tenants/acme.yaml" in results(done.stdout)
    cased = run("check", "--format", "junit", "--as-of", AS_OF, workspace.name, cwd=workspace.parent)
    assert f"{workspace.name}/tenants/third.yaml" in cases(cased.stdout)


@pytest.mark.parametrize("path", ["a.yaml", "a, b: 100%\n::error::.yaml", "ä ö\x1b.yaml", "\udcff.yaml"])
def test_hostile_texts_stay_texts(path: str) -> None:
    report = Report("check", (finding(HOSTILE, path=path), finding(HOSTILE, path=path, excuse=HOSTILE)))

    [first, _] = valid(sarif.write(report))["results"]
    assert "\\u{0}\\u{1b}[31m\\u{85}" in first["message"]["text"]
    assert "](" not in first["message"]["text"]
    uri = first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[\w.%/-]+", uri, re.ASCII)
    assert unquote_to_bytes(uri) == os.fsencode(path)

    [case] = ET.fromstring(junit.write(report)).iter("testcase")  # noqa: S314 — our own writing
    failure, output = case
    assert "]]> <!-- & \"'\\u{0}" in (failure.get("message") or "")
    assert "]]> <!-- & \"'\\u{0}" in (failure.text or "")
    assert (output.text or "").startswith("not counted: ]]> <!-- & \"'\\u{0}")

    [line] = github.write(report).splitlines()
    command, properties = line.removeprefix("::").partition("::")[0].partition(" ")[::2]
    assert command == "error"
    assert [one.partition("=")[0] for one in properties.split(",")] == [
        "file", "line", "endLine", "col", "endColumn", "title",
    ]  # fmt: skip
    assert "100%25 %250A" in line
    assert line.isprintable()
    line.encode()
