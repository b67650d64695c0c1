"""Holds tests/decisions.yaml to the tests it names: what a decision is decided by, or that it is open."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

TESTS = Path(__file__).parent
SECTIONS: dict[str, list[dict[str, Any]]] = yaml.load((TESTS / "decisions.yaml").read_text("utf-8"), yaml.CSafeLoader)
# what a case that needs no Python is made of
CASES = {
    "golden/": ["/out/diagnostics.txt"],
    "revisions/": ["/out.diff"],
    "rules/right/": [".rule"],
    "rules/wrong/": [".rule", ".txt"],
}
DECISIONS = [decision for section in SECTIONS.values() for decision in section]


@cache
def functions(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}


def test_every_section_of_the_language_that_decides_settings_rules_and_builds_is_listed() -> None:
    assert [section.split()[0] for section in SECTIONS] == ["1", "2", "3", "6", "7"]
    assert all(len(decisions) >= 20 for decisions in SECTIONS.values())


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision["says"])
def test_a_decision_is_decided_by_tests_that_exist_or_says_why_it_is_open(decision: dict[str, Any]) -> None:
    if "open" in decision:
        assert decision.keys() == {"says", "open"}
        assert decision["open"].strip()
        return
    assert decision.keys() == {"says", "by"}
    assert decision["by"]
    for name in decision["by"]:
        file, _, function = name.partition("::")
        if function:
            assert function in functions(TESTS / file)
            assert function.startswith("test_")
        else:
            assert name.startswith(tuple(CASES)), name
            assert all((TESTS / f"{name}{end}").is_file() for end in CASES[f"{name.rpartition('/')[0]}/"]), name


def test_no_decision_is_listed_twice() -> None:
    said = [decision["says"] for decision in DECISIONS]
    assert sorted(set(said)) == sorted(said)
