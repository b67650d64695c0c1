"""The fast path and the plain one give every tenant the same settings, with the same definitions behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tenantc.model.layer import Definition, LayerKind
from tenantc.model.resolved import Resolved
from tenantc.model.spec import Spec
from tenantc.resolve.reference import Reference
from tenantc.source.value import same
from tests.fleet import write

FILLED = {"tenant", "deployment", "workspace"}


def hardening(base: Resolved) -> list[Definition]:
    """What the remedies of rules say, which both paths are given."""
    held = (one for section in base.settings.sections.values() for one in section.definitions.values())
    return [one for definitions in held for one in definitions if one.layer.kind is LayerKind.HARDENING]


def compare(pipeline: Pipeline, spec: Spec) -> int:
    """How many settings were compared, over all environments of a tenant."""
    compared = 0
    tenant = pipeline.tenant(spec)
    assert not tenant.failed, tenant.diagnostics
    for compiled in tenant.environments.values():
        linked = compiled.linked
        definitions = [one for level in linked.stack.levels for one in level.definitions]
        definitions += hardening(compiled.base)
        definitions += [one for layer in linked.overrides for one in layer.definitions]
        caps = [cap for level in linked.stack.levels for layer in level.layers for cap in layer.caps]
        facts = pipeline.lookup(linked)
        plain = Reference(definitions, caps, pipeline.schema, pipeline.as_of, facts)
        sections = compiled.resolved.settings.sections
        fast = {
            path: value for name, one in sections.items() if name not in FILLED for path, value in one.values.items()
        }
        expected = plain.values()
        assert fast.keys() == expected.keys()
        for path, value in fast.items():
            assert same(value, expected[path]), path
            assert compiled.resolved.settings.definitions(path) == plain.definitions[path]
            compared += 1
    return compared


@pytest.mark.parametrize("hostile", [False, True])
def test_a_thousand_tenants_resolve_alike_on_both_paths(tmp_path: Path, hostile: bool) -> None:
    root = write(tmp_path / "fleet", 500, seed=7, hostile=hostile)
    workspace = load(root.resolve()).value
    assert workspace is not None
    pipeline = Pipeline(workspace, "2026-11-01")
    compared = 0
    for path in workspace.tenant_files():
        specs, diagnostics, _ = workspace.specs(path)
        assert diagnostics == []
        compared += sum(compare(pipeline, spec) for spec in specs)
    assert compared > 500 * 100


@pytest.mark.parametrize("example", ["streaming", "regulated", "minimal"])
def test_the_examples_resolve_alike_on_both_paths(example: str) -> None:
    workspace = load(Path("examples").resolve() / example).value
    assert workspace is not None
    pipeline = Pipeline(workspace, "2026-11-01")
    for path in workspace.tenant_files():
        for spec in workspace.specs(path)[0]:
            assert compare(pipeline, spec) > 100
