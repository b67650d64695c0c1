"""Checks a workspace, or the part of it that some files decide, and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver.emission import Emission
from tenantc.driver.files import within
from tenantc.driver.ledger import Ledger
from tenantc.driver.pipeline import Pipeline, Tenant
from tenantc.driver.stacks import StackMemory
from tenantc.model.checked import Checked
from tenantc.model.spec import Spec


def check_workspace(pipeline: Pipeline, emission: Emission | None = None) -> tuple[Ledger, int]:
    """Everything that is to be said about a workspace, and how many tenants were checked.

    `emission` is one that has not seen a tenant yet.
    """
    ledger = Ledger()
    ledger.shared(pipeline.shared())
    emission = emission or Emission(pipeline)
    seen: dict[str, str] = {}
    for path in pipeline.workspace.tenant_files():
        specs, diagnostics, _ = pipeline.workspace.specs(path)
        ledger.shared(diagnostics)
        for spec in specs:
            first = seen.get(spec.tenant_id)
            if first is not None:
                places = (spec.span, *pipeline.workspace.place(first, spec.tenant_id))
                ledger.tenant([diagnose("T201", *places, tenant=spec.tenant_id)])
                continue
            seen[spec.tenant_id] = spec.span.path
            tenant = pipeline.tenant(spec)
            _tenant(tenant, emission.member, ledger)
            pipeline.count(tenant)
    ledger.shared(emission.collisions(frozenset()))
    for _ in emission.shared():  # what estates refuse is found by building them
        pass
    ledger.shared([*emission.diagnostics, *emission.idle_patches()])
    ledger.shared(pipeline.judgement.waivers.unused(seen, pipeline.workspace.documents.environments))
    ledger.shared(pipeline.judgement.fleet("some tenants are wrong" if ledger.failed else ""))
    return ledger, len(seen)


def check_files(pipeline: Pipeline, paths: Iterable[Path]) -> tuple[Ledger, int]:
    """What is to be said about some files of a workspace, and how many tenants were checked.

    A tenant file checks its tenants, and their ids against the fleet's. Any other file checks itself and every tenant
    whose stack it is part of.
    """
    ledger = Ledger()
    workspace = pipeline.workspace
    pipeline.judgement.memory = StackMemory(workspace.inputs, pipeline.as_of)
    emission = Emission(pipeline)
    mine: list[Spec] = []
    others: set[str] = set()
    for path in paths:
        if path.is_relative_to(workspace.root / "tenants"):
            specs, diagnostics, _ = workspace.specs(path)
            ledger.shared(diagnostics)
            mine += specs
        else:
            others.add(within(path, workspace.root))
    ledger.shared(pipeline.workspace.diagnostics if mine else ())
    for id in workspace.shared_ids(mine) if mine else ():
        _, diagnostics = workspace.find([id])
        ledger.shared(one for one in diagnostics if one.code == "T201")
    for spec in mine:
        _tenant(pipeline.tenant(spec), emission.documents, ledger)
    count = len(mine)
    if others:
        told = (*pipeline.shared(), *emission.diagnostics)
        ledger.shared(one for one in told if any(blame.span.path in others for blame in one.blames))
        count += _users(pipeline, others, emission, ledger)
    return ledger, count


def _users(pipeline: Pipeline, files: set[str], emission: Emission, ledger: Ledger) -> int:
    """Checks every tenant that one of these files is part of."""
    count = 0
    everybody = any(not name.startswith(("tiers/", "mixins/", "environments/")) for name in files)
    for path in pipeline.workspace.tenant_files():
        for spec in pipeline.workspace.specs(path)[0]:
            tenant = pipeline.tenant(spec)
            if everybody or _uses(tenant, files):
                _tenant(tenant, emission.documents, ledger)
                count += 1
    return count


def _uses(tenant: Tenant, files: set[str]) -> bool:
    layers = (
        layer for one in tenant.environments.values() for level in one.linked.stack.levels for layer in level.layers
    )
    return any(layer.path in files for layer in layers)


def _tenant(tenant: Tenant, refused: Callable[[Checked], list[Diagnostic]], ledger: Ledger) -> None:
    ledger.tenant(tenant.diagnostics)
    if tenant.failed or tenant.spec.status == "terminated":
        return
    for compiled in tenant.environments.values():
        assert compiled.judged is not None, "a tenant without errors was judged"
        ledger.tenant(refused(compiled.judged.checked))
