"""A workspace to import templates into."""

from __future__ import annotations

from pathlib import Path

from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.compiling import AS_OF, write

TOP = """\
platform: demo
language: 1
naming: 1
targets: [values, kubernetes, sql]
stores: {vault: {kubernetes: vault, tenant_paths: ["tenants/{tenant.id}/"]}}
defaults: {region: us-east-1}
"""


def workspace(root: Path, **files: str) -> Pipeline:
    """A workspace without tenants, but for files given by their paths with `__` for `/`."""
    named = {f"{name.replace('__', '/')}.yaml": text for name, text in files.items()}
    write(root, {"tenantc.yaml": TOP, **named})
    loaded = load(root.resolve())
    assert loaded.value is not None
    assert not loaded.diagnostics
    return Pipeline(loaded.value, AS_OF)
