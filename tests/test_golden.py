"""Runs every case of tests/golden; its README says how to add one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenantc.cli.explain_verdict import verdict_lines
from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.render import LIBRARY
from tenantc.driver.build import Request, build
from tenantc.driver.explanation import verdict
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tenantc.model.identity import fill
from tenantc.source.span import Span
from tenantc.source.value import show
from tests.compiling import with_own_rules

AS_OF = "2026-11-01"
CASES = Path(__file__).parent / "golden"
UPDATE = os.environ.get("UPDATE_GOLDEN") == "1"


@pytest.mark.parametrize("name", sorted(path.name for path in CASES.iterdir() if path.is_dir()))
def test_golden(name: str, tmp_path: Path) -> None:
    case = CASES / name
    out = case / "out"
    target = tmp_path / "build"
    loaded = load((case / "in").resolve())
    diagnostics = list(loaded.diagnostics)
    found: dict[Path, bytes] = {}
    if loaded.value is not None:
        pipeline = Pipeline(with_own_rules(loaded.value), AS_OF)
        diagnostics = build(pipeline, Request(target, "build")).ledger.all()
        if (case / "show.txt").exists():
            shown = _settings(pipeline, (case / "show.txt").read_text("utf-8"))
            found[out / "show.txt"] = _text(shown)
    found[out / "diagnostics.txt"] = _text(line for diagnostic in diagnostics for line in _lines(diagnostic))
    if (out / "files.txt").exists():
        written = (path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file())
        # every build has its reports
        found[out / "files.txt"] = _text(sorted(path for path in written if not path.startswith("audit/")))
    for pinned in (out / "build").rglob("*"):
        if pinned.is_file():
            artifact = target / pinned.relative_to(out / "build")
            assert artifact.is_file(), f"{artifact.relative_to(target)} was not written: {diagnostics}"
            found[pinned] = artifact.read_bytes()
    assert (target / "manifest.json").exists() is not has_errors(diagnostics)
    for path, data in found.items():
        if UPDATE:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        assert path.exists(), f"{path} is missing: see tests/golden/README.md"
        assert data.decode() == path.read_text("utf-8"), f"{path} differs"


def test_a_third_of_the_cases_is_wrong_input() -> None:
    texts = [path.read_text("utf-8") for path in CASES.glob("*/out/diagnostics.txt")]
    assert len(texts) >= 40
    assert 3 * sum(" error: " in text for text in texts) >= len(texts)


def _text(lines: Iterator[str] | list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _lines(diagnostic: Diagnostic) -> Iterator[str]:
    place = f"{_place(diagnostic.blames[0].span)}: " if diagnostic.blames else ""
    reach = f" ({diagnostic.tenants} tenants)" if diagnostic.tenants > 1 else ""
    yield f"{place}{diagnostic.code} {diagnostic.severity.value}: {diagnostic.message}{reach}"
    for index, blame in enumerate(diagnostic.places):
        if index or blame.label:
            yield f"  {f'and {_place(blame.span)}' if index else 'here'}{f': {blame.label}' if blame.label else ''}"
    if diagnostic.help:
        yield f"  help: {diagnostic.help}"


def _place(span: Span) -> str:
    return span.path if span.path.startswith(LIBRARY) else str(span)


def _settings(pipeline: Pipeline, wanted: str) -> Iterator[str]:
    """What show.txt asks for: a line for a setting, and several for a rule."""
    specs = {
        spec.tenant_id: spec for path in pipeline.workspace.tenant_files() for spec in pipeline.workspace.specs(path)[0]
    }
    for line in wanted.splitlines():
        who, path = line.split(maxsplit=1)
        tenant, _, environment = who.partition("@")
        compiled = pipeline.tenant(specs[tenant]).environments[environment]
        rule = pipeline.judgement.court.rules.get(path)
        if rule is not None:
            yield from verdict_lines(rule, verdict(compiled, rule, pipeline), tenant, environment)
            continue
        value = compiled.resolved.settings.get(path)
        yield f"{line} = {show(value if value is None else fill(value, specs[tenant].identity))}"
