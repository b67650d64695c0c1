"""Contents are told apart by what is read of them, and by nothing else."""

from __future__ import annotations

import pytest

from tenantc.model.settings import Content, Reading
from tenantc.source.path import Path
from tenantc.source.value import Value

TIER: dict[Path, Value] = {"a.read": 1, "a.open.one": 1, "a.other": 1}


def changed(base: Content, path: Path, value: Value) -> Content:
    return Content({**base.values, path: value}, {}, base, (path,))


@pytest.mark.parametrize("path", ["a.other", "a.ready", "a.opened.one", 'a["read.me"]'])
def test_a_change_of_what_is_not_read_leaves_the_mark(path: Path) -> None:
    tier = Content(TIER, {})
    reading = Reading(["a.read", "a.open"])
    tenant = changed(changed(tier, path, 2), path, 3)
    assert reading.mark(tenant) == reading.mark(tier)


@pytest.mark.parametrize("path", ["a.read", "a.open.one", "a.open.two", 'a.open["two.three"].below'])
def test_a_change_of_what_is_read_or_of_what_lies_below_has_a_mark_of_its_own(path: Path) -> None:
    tier = Content(TIER, {})
    reading = Reading(["a.read", "a.open"])
    stack = changed(tier, path, 2)
    marks = [reading.mark(one) for one in (changed(stack, "a.other", 2), stack, changed(stack, path, 3), tier)]
    assert marks[0] == marks[1]
    assert len(set(marks)) == 3


def test_contents_that_were_not_derived_from_one_another_have_marks_of_their_own() -> None:
    reading = Reading(["a.read"])
    assert reading.mark(Content(TIER, {})) != reading.mark(Content(TIER, {}))
