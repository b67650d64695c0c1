"""Months as the language and the calendar count them, and where a verdict rests on that (language.md §6)."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tenantc.language.months import Months, calendar_days
from tests.compiling import AS_OF, Result, compile_files, tenant, write
from tests.unit.test_cli import run, valid
from tests.unit.test_judging import TTL, rule

DAYS = "security.access_control.review_interval_days"
KEPT = "monitoring.logging.audit.retention_days"
SIX = "6 months are 180 days here; by the calendar they are 181 to 184"


def later(start: date, months: int) -> date:
    """The day of the same number so many months later; the month's last if it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


@pytest.mark.parametrize("months", [1, 2, 3, 5, 6, 7, 11, 12, 13, 18, 24, 36, 48, 72])
def test_the_calendars_months_have_as_many_days_as_from_any_day_on(months: int) -> None:
    """Around a leap year, and around a year that the rule of four would make one."""
    found = set()
    for year in (1896, 2020):
        start = date(year, 1, 1)
        for day in range(9 * 366):
            begun = start + timedelta(days=day)
            found.add((later(begun, months) - begun).days)
    assert (min(found), max(found)) == calendar_days(months)
    assert found == set(range(min(found), max(found) + 1))


@pytest.mark.parametrize(
    ("months", "days"),
    [(0, (0, 0)), (1, (28, 31)), (12 * 7, (2555, 2557)), (4800, (146_097, 146_097)), (4801, (146_125, 146_128))],
)
def test_how_many_days_months_have_is_exact(months: int, days: tuple[int, int]) -> None:
    assert calendar_days(months) == days


@pytest.mark.parametrize(
    ("months", "sentence"),
    [
        (Months(6, "months"), SIX),
        (Months(1, "months"), "1 month is 30 days here; by the calendar it is 28 to 31"),
        (Months(15, "months"), "15 months are 455 days here; by the calendar they are 454 to 458"),
        (Months(1, "years"), "1 year is 365 days here; by the calendar it is 365 to 366"),
        (Months(6, "years"), "6 years are 2190 days here; by the calendar they are 2190 to 2192"),
        (Months(400, "years"), "400 years are 146000 days here; by the calendar they are 146097"),
    ],
)
def test_months_are_told_in_a_sentence(months: Months, sentence: str) -> None:
    assert str(months) == sentence


def told(root: Path, files: dict[str, str], overrides: str, more: str = "") -> tuple[str, list[str]]:
    """The verdict on the rule `reviewed`, and what is to be known about its requirements."""
    write(root, {**files, "tenants/acme.yaml": tenant(overrides, more=more)})
    done = run("explain", "acme", "reviewed", "--as-of", AS_OF, "--format", "json", cwd=root)
    document: dict[str, Any] = valid(done.stdout, "explain")
    found = document["verdicts"]["default"]
    return found["verdict"], [note for one in found["requirements"] for note in one.get("notes", [])]


@pytest.mark.parametrize(
    ("require", "overrides", "verdict", "notes"),
    [
        (f"{DAYS} <= 6 months", f"{DAYS}: 180\n", "pass", []),
        (f"{DAYS} <= 6 months", f"{DAYS}: 181\n", "fail", [SIX]),
        (f"{DAYS} <= 6 months", f"{DAYS}: 184\n", "fail", [SIX]),
        (f"{DAYS} <= 6 months", f"{DAYS}: 185\n", "fail", []),
        (f"{DAYS} < 6 months", f"{DAYS}: 180\n", "fail", [SIX]),
        (f"{DAYS} < 6 months", f"{DAYS}: 184\n", "fail", []),
        (f"{DAYS} >= 6 months", f"{DAYS}: 180\n", "pass", [SIX]),
        (f"{DAYS} >= 6 months", f"{DAYS}: 179\n", "fail", []),
        (f"{DAYS} != 6 months", f"{DAYS}: 183\n", "pass", [SIX]),
        (f"{DAYS} between 6 months and 200 days", f"{DAYS}: 182\n", "pass", [SIX]),
        (f"{DAYS} between 6 months and 200 days", f"{DAYS}: 190\n", "pass", []),
        (f"{DAYS} in [90 days, 6 months]", f"{DAYS}: 180\n", "pass", [SIX]),
        (f"{DAYS} + 2 days <= 6 months", f"{DAYS}: 180\n", "fail", [SIX]),
        (f"{DAYS} <= 180 days", f"{DAYS}: 181\n", "fail", []),
        # years are of twelve months each
        (f"{KEPT} >= 1 year", f"{KEPT}: 365\n", "pass", ["1 year is 365 days here; by the calendar it is 365 to 366"]),
        (f"{KEPT} >= 1 year", f"{KEPT}: 366\n", "pass", []),
        # what the answer does not rest on
        (f"{DAYS} <= 6 months or {TTL} <= 100 days", f"{DAYS}: 182\n", "pass", []),
        (f"{DAYS} <= 6 months and {TTL} > 100 days", f"{DAYS}: 182\n", "fail", []),
        (f"{DAYS} <= 6 months", "", "missing", []),
        # each number of months by itself, and once
        (
            f"{DAYS} between 6 months and 7 months or {DAYS} == 6 months",
            f"{DAYS}: 182\n",
            "pass",
            [SIX],
        ),
        (
            "all one in integrations: one.credential_max_age_days <= 3 months",
            "integrations.slack: {credential_max_age_days: 91}\nintegrations.okta: {credential_max_age_days: 90}\n",
            "fail",
            ["3 months are 90 days here; by the calendar they are 89 to 92"],
        ),
        (
            "security.access_control.vendor_access.plumbers.expires + 1 month >= as_of",
            'security.access_control.vendor_access.plumbers: {expires: "2026-10-01"}\n',
            "fail",
            ["1 month is 30 days here; by the calendar it is 28 to 31"],
        ),
    ],
)
def test_explain_says_where_an_answer_rests_on_how_long_a_month_is(
    tmp_path: Path, require: str, overrides: str, verdict: str, notes: list[str]
) -> None:
    assert told(tmp_path, rule("reviewed", require), overrides) == (verdict, notes)


@pytest.mark.parametrize(
    ("clause", "policy", "notes"),
    [
        ("let      longest = 6 months", "", [SIX]),
        ("param    longest = 6 months", "", [SIX]),
        ("param    longest = 90 days", "6 months", [SIX]),
        ("param    longest = 6 months", "180 days", []),
        ("param    longest = 6 months", "12 months", []),
        ("param    longest = 1 week", "6 months", [SIX]),
    ],
)
def test_months_are_told_wherever_they_are_named(tmp_path: Path, clause: str, policy: str, notes: list[str]) -> None:
    files = rule("reviewed", f"{DAYS} <= longest", more=f"  {clause}\n")
    if policy:
        files["policies/house.yaml"] = f"policy: house\nparams: {{reviewed: {{longest: {policy}}}}}\n"
    _, found = told(tmp_path, files, f"{DAYS}: 182\n")
    assert found == notes


def result(root: Path, require: str, overrides: str, more: str = "") -> Result:
    files = rule("reviewed", require)
    files = {name: f"{text}{more}" for name, text in files.items()}
    return compile_files(root, {**files, "tenants/acme.yaml": tenant(overrides)})


def test_a_failure_says_so_behind_what_would_mend_it(tmp_path: Path) -> None:
    mended = result(tmp_path / "a", f"{KEPT} <= 6 months", f"{KEPT}: 182\n", f"  remedy   lower {KEPT} to 6 months\n")
    assert mended.codes == ["T530"]
    assert [one.help for one in mended.diagnostics] == [f"lower `{KEPT}` to 6 months ({SIX})"]
    alone = result(tmp_path / "b", f"{DAYS} <= 6 months", f"{DAYS}: 182\n")
    assert [one.help for one in alone.diagnostics] == [SIX]
    clear = result(tmp_path / "c", f"{DAYS} <= 6 months", f"{DAYS}: 200\n")
    assert [one.help for one in clear.diagnostics] == [""]


def test_a_rule_over_the_fleet_says_so(tmp_path: Path) -> None:
    text = f'rule reviewed over fleet\n  title    "Reviewed"\n  require  max({DAYS} else 0 days) <= 6 months\n'
    files = {"rules/reviewed.rule": f"{text}  severity critical\n  basis    house\n"}
    root = write(tmp_path, {**files, "tenants/acme.yaml": tenant(f"{DAYS}: 182\n")})
    assert f"= help: {SIX}" in run("check", cwd=root).stderr


def test_a_pass_asks_for_no_calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a fleet that keeps its rules pays nothing")

    monkeypatch.setattr("tenantc.judge.evidence.notes", refuse)
    assert not result(tmp_path, f"{DAYS} >= 6 months", f"{DAYS}: 180\n").diagnostics
