"""Until the day that a build calls the next one no rule turns, whatever dates it compares the day with."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from tenantc.judge.turns import Turns
from tenantc.language.generate import generate
from tenantc.language.runtime import load
from tenantc.source.path import Path
from tenantc.source.value import Value
from tests.rule_texts import connected, rule_of, subject_of

FIRST = date(2026, 11, 1)
DAYS = 40
DATES = ("security.mfa_config.bypass_until", "billing.subscription.end", "billing.subscription.trial.end")
FLAGS = ("security.mfa_config.required", "infrastructure.auto_scaling.enabled")

_day = st.integers(0, DAYS).map(lambda days: (FIRST + timedelta(days=days)).isoformat())
_moved = st.tuples(st.one_of(_day, st.sampled_from(DATES)), st.sampled_from(["", " + 3 days", " - 2 days"])).map(
    "".join
)
_order = st.sampled_from(["<=", "<", ">=", ">", "==", "!="])
_atoms = st.one_of(
    st.sampled_from(FLAGS),
    st.tuples(st.just("as_of"), _order, _moved).map(" ".join),
    st.tuples(_moved, _order, st.just("as_of")).map(" ".join),
    st.tuples(_day, _day).map(lambda two: f"as_of between {two[0]} and {two[1]}"),
    st.tuples(st.sampled_from(DATES), _day).map(lambda two: f"{two[0]} between as_of and {two[1]}"),
    st.tuples(_day, _day).map(lambda two: f"as_of in [{two[0]}, {two[1]}]"),
    st.tuples(st.sampled_from(["all", "any", "none"]), _order).map(
        lambda two: f"({two[0]} v in integrations: v.pci_reviewed_on + 5 days {two[1]} as_of)"
    ),
)
conditions = connected(_atoms, 5)


@st.composite
def dated(draw: st.DrawFn) -> dict[Path, Value]:
    """Settings of which any may be missing."""
    found: dict[Path, Value | None] = {path: draw(st.one_of(_day, st.none())) for path in DATES}
    found |= {path: draw(st.booleans()) for path in FLAGS}
    for name in draw(st.lists(st.sampled_from(["slack", "okta"]), unique=True)):
        found[f"integrations.{name}.channel"] = "x"
        found[f"integrations.{name}.pci_reviewed_on"] = draw(st.one_of(_day, st.none()))
    return {path: value for path, value in found.items() if value is not None}


@given(conditions, dated(), st.integers(0, DAYS))
@settings(max_examples=400, deadline=None)
def test_no_rule_turns_before_the_day_that_is_told(condition: str, values: dict[Path, Value], start: int) -> None:
    rule, _ = rule_of(condition)
    if rule is None:
        return
    (function,) = load(generate([rule]), 1)
    days = [(FIRST + timedelta(days=number)).isoformat() for number in range(start, DAYS + 10)]
    turns = Turns(days[0])
    turns.take(rule, subject_of(values, days[0]), ())
    answers = [function(subject.get, subject.entries, ()) for subject in (subject_of(values, day) for day in days)]
    until = days.index(turns.day) if turns.day in days else len(days)
    assert answers[:until] == [answers[0]] * until
    assert turns.day > days[0] or not turns.day
