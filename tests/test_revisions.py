"""Runs every case of tests/revisions; its README says how to add one."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.render import in_order, short
from tenantc.driver.assignment import assign, read_assignment, read_condition
from tenantc.driver.fixing import Fixer
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.revision import Revision, diff, write
from tenantc.driver.workspace import load
from tenantc.model.verdict import Strictness
from tests.compiling import AS_OF, with_own_rules

CASES = Path(__file__).parent / "revisions"
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())


def open_pipeline(root: Path) -> Pipeline:
    loaded = load(root.resolve())
    assert loaded.value is not None, loaded.diagnostics
    pipeline = Pipeline(with_own_rules(loaded.value), AS_OF)
    assert not has_errors(pipeline.shared()), pipeline.shared()
    return pipeline


def fix(pipeline: Pipeline) -> tuple[list[Revision], list[str], list[Diagnostic]]:
    fixer = Fixer(pipeline, Strictness.BLOCK)
    revisions, told, diagnostics = [], [], []
    for path in pipeline.workspace.tenant_files():
        opened = fixer.reviser.opened(path)
        assert isinstance(opened, Revision), opened
        fixed = fixer.file(opened)
        revisions.append(fixed.revision)
        told += [" | ".join(step) for step in fixed.steps]
        diagnostics += fixed.diagnostics
    return revisions, told, diagnostics


def assigned(pipeline: Pipeline, lines: list[str]) -> tuple[list[Revision], list[str], list[Diagnostic]]:
    wanted = read_assignment(lines[0], pipeline.schema)
    done = assign(pipeline, wanted, read_condition(lines[1:]), lambda: None)
    told = [f"changed: {', '.join(done.changed)}", f"unchanged: {', '.join(done.unchanged)}"]
    # all or nothing
    return ([] if has_errors(done.diagnostics) else done.revisions), told, done.diagnostics


@pytest.mark.parametrize("name", NAMES)
def test_revision(name: str, tmp_path: Path) -> None:
    case = CASES / name
    shutil.copytree(case / "in", tmp_path / "in")
    asked = case / "set.txt"
    lines = asked.read_text().splitlines() if asked.exists() else []
    pipeline = open_pipeline(tmp_path / "in")
    revisions, told, diagnostics = assigned(pipeline, lines) if lines else fix(pipeline)
    names = [one.path.relative_to(pipeline.workspace.root).as_posix() for one in revisions]
    changes = [diff(one, shown) for one, shown in zip(revisions, names, strict=True)]
    said = [short(one) for one in in_order(dict.fromkeys(diagnostics))]
    found = "".join(changes) + "".join(f"{line}\n" for line in (*told, *said))
    if UPDATE:
        (case / "out.diff").write_text(found, newline="")
    assert found == (case / "out.diff").read_bytes().decode()

    assert write(revisions, pipeline.workspace.root) == []
    again = open_pipeline(tmp_path / "in")
    second = assigned(again, lines) if lines and revisions else fix(again) if not lines else ([], [], [])
    assert not [one for one in second[0] if one.is_changed], "what was done once need not be done again"
