"""Folds over a fleet come to what is found by looking at all tenants at once, in whatever order they come."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantc.diagnostics.render import render
from tenantc.driver.rulebook import library_documents
from tenantc.driver.rules import catalogue, read_rule
from tenantc.judge.fleet import Fleet
from tenantc.judge.hardening import Armed
from tenantc.judge.judging import Standing
from tenantc.judge.regime import Regime
from tenantc.judge.subject import Subject
from tenantc.language.generate import generate
from tenantc.language.runtime import load
from tenantc.model.rule import Rule
from tenantc.model.settings import Section, Settings
from tenantc.model.verdict import Strictness
from tenantc.source.value import UNLIMITED

USERS, PERCENT, REGION = "limits.max_users", "support.sla.availability_percent", "deployment.region"
BOUNDED = f"{USERS} is set and {USERS} is not unlimited"
DOCUMENTS = library_documents()

# a fold, and what it should come to for (users, percent) of the tenants of a group
FOLDS: dict[str, Callable[[list[tuple[Any, Any]]], Any]] = {
    f"sum({USERS} where {BOUNDED})": lambda group: sum(_bounded(group)),
    f"min({USERS} where {BOUNDED})": lambda group: min(_bounded(group), default=None),
    f"max({USERS} where {BOUNDED})": lambda group: max(_bounded(group), default=None),
    f"count({BOUNDED})": lambda group: len(_bounded(group)),
    f"distinct({USERS} where {BOUNDED})": lambda group: len(set(_bounded(group))),
    f"sum({PERCENT} else 99.5 %)": lambda group: sum(Fraction(str(percent or 99.5)) for _, percent in group),
}
TENANTS = st.lists(
    st.tuples(
        st.sampled_from(["eu", "us", "ap"]),
        st.one_of(st.none(), st.just(UNLIMITED), st.integers(1, 9)),
        st.one_of(st.none(), st.sampled_from([90.1, 99.9, 99])),
    ),
    max_size=8,
)


def _bounded(group: list[tuple[Any, Any]]) -> list[int]:
    return [users for users, _ in group if isinstance(users, int)]


def fleet(fold: str) -> Fleet:
    text = f'rule a over fleet by {REGION}\n  title "A"\n  require {fold} >= 0\n  severity low\n  basis house\n'
    text = text.replace(">= 0", ">= 0 %") if "percent" in fold else text
    file, wrong = read_rule("a.rule", text.encode(), DOCUMENTS.schema, catalogue(DOCUMENTS))
    assert file is not None, wrong
    rule = file.rule
    assert isinstance(rule, Rule), wrong
    assert rule.columns is not None
    functions = load(generate([rule, rule.columns]), 2)
    return Fleet(Regime((Armed(rule, functions[0], ()),), {}, {}), {"a": functions[1]}, "2026-11-01")


@pytest.mark.parametrize("fold", FOLDS)
@given(tenants=TENANTS, order=st.randoms(use_true_random=False))
def test_a_fold_is_what_all_of_a_group_come_to(fold: str, tenants: list[tuple[str, Any, Any]], order: Any) -> None:
    expected: dict[Any, Any] = {}
    for region in {one[0] for one in tenants}:
        expected[region] = FOLDS[fold]([one[1:] for one in tenants if one[0] == region])
    said = set()
    for _ in range(2):
        found = fleet(fold)
        numbered = list(enumerate(tenants))
        order.shuffle(numbered)
        for number, (region, users, percent) in numbered:
            values = {USERS: users, PERCENT: percent, REGION: region}
            held = {path: value for path, value in values.items() if value is not None}
            sections = {
                name: Section({path: value for path, value in held.items() if path.startswith(f"{name}.")}, {})
                for name in ("limits", "support", "deployment")
            }
            subject = Subject(sections, DOCUMENTS.schema, Settings({}), {})
            span = next(iter(DOCUMENTS.tiers.values())).span
            found.add(subject, Standing((), "free", "2026-11-01"), "", f"tenant-{number}", span)
        assert {group.value: group.params[0] for group in found.groups(DOCUMENTS.schema)} == expected
        said.add(tuple(render(one) for one in found.diagnostics(DOCUMENTS.schema, Strictness.BLOCK)))
    assert len(said) == 1, "what is said depends on no order"
