"""Runs tests/rules/: each file decides one thing about the language of rules, and adding one needs no Python.

`right/` holds rules whose own tests pass and notice each number, as the library's do. `wrong/` holds rules with, beside
each, what is said of it; `UPDATE_GOLDEN=1 pytest tests/test_rules.py` writes that, to be read.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.diagnostics.render import in_order
from tenantc.driver import (
    library,
    rule_tests,  # its Tester is no test
)
from tenantc.driver.mutation import unnoticed
from tenantc.driver.rulebook import library_documents
from tenantc.driver.rules import RuleFile, catalogue, formatted, read_rule
from tenantc.model.stack import Documents

HERE = Path(__file__).parent / "rules"
RIGHT = sorted((HERE / "right").glob("*.rule"))
LIBRARY = sorted(path for _, path in library.rule_files())
WRONG = sorted((HERE / "wrong").glob("*.rule"))


@cache
def documents() -> Documents:
    return library_documents()


def read(path: Path) -> tuple[RuleFile | None, list[Diagnostic]]:
    return read_rule(path.name, path.read_bytes(), documents().schema, catalogue(documents()))


def said(diagnostics: list[Diagnostic]) -> str:
    lines = []
    for one in in_order(diagnostics):
        span = one.blames[0].span
        lines.append(f"{span.line}:{span.column}: {one.code} {one.message}")
        lines += [f"  help: {one.help}"] if one.help else []
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("path", [*RIGHT, *LIBRARY], ids=lambda path: path.stem)
def test_a_decision_holds_and_every_number_counts(path: Path) -> None:
    file, wrong = read(path)
    assert file is not None, said(wrong)
    tested = rule_tests.Tested()
    tester = rule_tests.Tester(documents())
    tester.run(file, tested)
    found = [*wrong, *tested.diagnostics, *unnoticed(file, tester, documents().schema, catalogue(documents()))]
    assert not found, said(found)
    assert file.syntax.id.text == path.stem


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_what_is_wrong_is_said_where_it_is(path: Path) -> None:
    file, wrong = read(path)
    tested = rule_tests.Tested()
    if file is not None:
        rule_tests.Tester(documents()).run(file, tested)
    found = said([*wrong, *tested.diagnostics])
    golden = path.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found)
    assert found == golden.read_text()
    assert found.strip(), "what is wrong is told"
    assert all(": T5" in line for line in found.splitlines() if not line.startswith(" ")), (
        "what rules get wrong is T5xx"
    )


@pytest.mark.parametrize("path", [*RIGHT, *LIBRARY], ids=lambda path: path.stem)
def test_the_layout_is_canonical(path: Path) -> None:
    assert formatted(path.name, path.read_bytes()) == path.read_bytes()


def test_the_library_holds_every_check_and_no_other() -> None:
    lines = (HERE.parent / "data" / "checks.txt").read_text("utf-8").splitlines()
    checks = {line for line in lines if not line.startswith("#")}
    names = {path.stem for path in LIBRARY}
    covering = {check: [name for name in names if name == check or name.startswith(f"{check}-")] for check in checks}
    assert [check for check, found in sorted(covering.items()) if not found] == []
    assert names - {name for found in covering.values() for name in found} == set()
    assert len(checks) == 228
