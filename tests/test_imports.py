"""Golden imports: what comes of each template in imports/, and what is said about it.

A folder holds template.json, case.json (kind, and variables to set), and what is expected: document.yaml where there is
one, and report.txt. `UPDATE_GOLDEN=1` writes what is expected anew.
"""

from __future__ import annotations

import importlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from tenantc.diagnostics.render import in_order, short
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.tenant_template.document import read_template
from tenantc.driver.tenant_template.importing import Imported, Target, import_template
from tenantc.load.text import parse_text
from tests.compiling import AS_OF
from tests.importing import workspace

CASES = Path(__file__).parent / "imports"
# a keyword is no name in an import statement
COMMAND: Any = importlib.import_module("tenantc.cli.import")


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return workspace(tmp_path_factory.mktemp("imports"))


def imported(pipeline: Pipeline, folder: Path) -> Imported:
    case = json.loads((folder / "case.json").read_text())
    read = read_template("template.json", (folder / "template.json").read_bytes())
    if read.value is None:
        return Imported(None, read.diagnostics)
    name = f"{'tenants' if case['kind'] == 'tenant' else 'tiers'}/acme.yaml"
    return import_template(pipeline, read.value, case["set"], Target(case["kind"], name, "acme"))


def report(done: Imported) -> str:
    told = [short(one) + (f" ({one.help})" if one.help else "") for one in in_order(done.diagnostics)]
    return "".join(f"{line}\n" for line in [*told, *(COMMAND._report(done, "") if done.text is not None else ())])


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir()))
def test_a_template_comes_to_what_is_expected(name: str, pipeline: Pipeline) -> None:
    folder = CASES / name
    done = imported(pipeline, folder)
    found = {"document.yaml": done.text or "", "report.txt": report(done)}
    if os.environ.get("UPDATE_GOLDEN"):
        for file, text in found.items():
            (folder / file).write_text(text) if text else (folder / file).unlink(missing_ok=True)
    for file, text in found.items():
        path = folder / file
        assert text == (path.read_text() if path.exists() else "")


@pytest.mark.parametrize("name", sorted(path.parent.name for path in CASES.glob("*/document.yaml")))
def test_a_document_compiles_states_nothing_idle_and_says_everything_that_was_kept(
    name: str, pipeline: Pipeline
) -> None:
    text = (CASES / name / "document.yaml").read_bytes()
    (document,) = parse_text("tenants/acme.yaml", text).value
    if name == "a-tier":
        assert pipeline.workspace.reader.tier(document, own=True).diagnostics == ()
        return
    read = pipeline.workspace.reader.spec(document)
    assert read.diagnostics == ()
    assert read.value is not None
    told = pipeline.tenant(read.value).diagnostics
    # rules are broken by what a template leaves open, whatever it says
    assert [one for one in told if one.code[:2] != "T5"] == []
    assert pipeline.as_of == AS_OF
