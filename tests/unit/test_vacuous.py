"""A pass that rests on nothing, for want of what the rule is about, reads as one over nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiling import compile_files, tenant
from tests.unit.test_judging import TTL, rule, verdict

NEAR = '(all vendor in integrations: vendor.region == "eu")'
MOON = '(any vendor in integrations: vendor.region == "moon")'
FAR = '(all vendor in integrations: vendor.region == "moon")'


@pytest.mark.parametrize(
    ("require", "of_none", "of_some"),
    [
        (NEAR, "vacuous", "pass"),
        ('(none vendor in integrations: vendor.region == "moon")', "vacuous", "pass"),
        ('(all v in integrations where (v.region else "eu") == "moon": v.region == "eu")', "vacuous", "vacuous"),
        (f"{NEAR} and {TTL} <= 100 days", "vacuous", "pass"),
        # members were looked at, though nothing stands in them
        ('(all vendor in integrations: none scope in vendor.scopes: scope == "admin")', "vacuous", "pass"),
        # what holds anyway does not rest on it
        (f"{FAR} or {TTL} <= 100 days", "pass", "pass"),
        (f"{FAR} implies {TTL} <= 100 days", "pass", "pass"),
        (f"{TTL} <= 100 days\n           basis stated\n  require  {NEAR}", "vacuous", "pass"),
        ('(any vendor in integrations: vendor.region == "eu") or integrations is empty', "pass", "pass"),
        # the same said in other words
        (f"not {MOON}", "vacuous", "pass"),
        (f"{MOON} implies {TTL} <= 1 second", "vacuous", "pass"),
        (f"{FAR} implies {NEAR}", "vacuous", "pass"),
        (f"not ({MOON} or {TTL} <= 1 second)", "vacuous", "pass"),
        # with a name, and where it speaks for and against
        ("not far", "vacuous", "pass"),
        (f"far implies {TTL} <= 1 second", "vacuous", "pass"),
        (f"far or {TTL} <= 100 days", "pass", "pass"),
        ("far == (far or false)", "pass", "pass"),
        (f"(far or {TTL} <= 100 days) and (not far or {TTL} <= 100 days)", "pass", "pass"),
    ],
)
def test_a_pass_that_rests_on_nothing_is_vacuous(tmp_path: Path, require: str, of_none: str, of_some: str) -> None:
    files = rule("placed", require, severity="low", more=f"  let      far = {MOON} else false\n" * ("far" in require))
    result = compile_files(tmp_path / "none", {**files, "tenants/acme.yaml": tenant()})
    assert verdict(result, "placed").word == of_none
    slack = "integrations.slack: {region: eu, receives_personal_data: false, scopes: []}\n"
    result = compile_files(tmp_path / "some", {**files, "tenants/acme.yaml": tenant(slack)})
    assert verdict(result, "placed").word == of_some


def test_a_requirement_that_passes_over_nothing_decides_before_those_that_pass(tmp_path: Path) -> None:
    files = rule("placed", f"{TTL} <= 100 days\n  require  {NEAR}", severity="low")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert verdict(result, "placed").clause == 1
    files = rule("placed", f"{NEAR}\n  require  {TTL} <= 1 second", severity="low")
    result = compile_files(tmp_path / "broken", {**files, "tenants/acme.yaml": tenant()})
    assert (verdict(result, "placed").word, verdict(result, "placed").clause) == ("fail", 1)


def test_a_guard_decides_who_is_asked_and_not_what_a_pass_rests_on(tmp_path: Path) -> None:
    guard = f"  when     {NEAR} else false\n"
    files = rule("placed", f"not {MOON}", severity="low", more=guard)
    files |= rule("kept", f"{TTL} <= 100 days", severity="low", more=guard)
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert (verdict(result, "placed").word, verdict(result, "kept").word) == ("vacuous", "pass")
