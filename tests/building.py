"""Builds a workspace that a test writes in place: files in, a folder of artifacts out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tenantc.driver.build import Built, Request, build
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.compiling import AS_OF, tenant, write


def run(root: Path, target: Path, as_of: str = AS_OF, **options: Any) -> Built:
    """Compiles a workspace into a folder as `tenantc compile` does."""
    workspace = load(root.resolve()).value
    assert workspace is not None
    return build(Pipeline(workspace, as_of), Request(target, target.name, **options))


def codes(built: Built) -> list[str]:
    """The codes of everything that was said, in reading order."""
    return [diagnostic.code for diagnostic in built.ledger.all()]


def files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path, without the links of a build's chain: those tell how often it was built."""
    return {path: data for path, data in all_files(folder).items() if not path.startswith("audit/chain/")}


def all_files(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(path: str) -> bool:
    """Whether a file of a build tells of the build itself, and so of the day and of the build before."""
    return path == "manifest.json" or path.startswith("audit/")


def artifacts(folder: Path) -> dict[str, bytes]:
    """Every file of a build but those that tell of the build itself."""
    return {path: data for path, data in files(folder).items() if not told(path)}


def fleet(root: Path, *names: str, overrides: str = "") -> Path:
    """A workspace of tenants that are called like this."""
    return write(root, {f"tenants/{name}.yaml": tenant(overrides).replace("acme", name) for name in names})


def manifest(target: Path) -> dict[str, Any]:
    """The manifest of a build."""
    found: dict[str, Any] = json.loads((target / "manifest.json").read_bytes())
    return found
