"""Begins workspaces and adds tenants."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver.files import WORKSPACE_FILE
from tenantc.driver.pipeline import Pipeline
from tenantc.load.text import parse_text

_PLATFORM = re.compile(r"[a-z]([a-z0-9-]{0,30}[a-z0-9])?")
_TENANT = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")

_WORKSPACE = """\
# What holds for the whole workspace. `tenantc schema .schemas` writes the schemas with which an editor completes it.
platform: {platform}
language: 1
naming: 1                       # pins how downstream names are derived
targets: [values, kubernetes, terraform, sql]
defaults:
  region: us-east-1             # where a tenant lives that says no region
"""
_FIRST = """\
# One tenant. Whatever it doesn't say comes from its tier: `tenantc show first-tenant` tells what, and
# `tenantc explain first-tenant limits.max_users` tells from where.
tenant_id: first-tenant
tenant_name: First Tenant
tier: free
owner_email: owner@example.com
overrides:
  limits.max_users: 4
"""


def new_workspace(folder: Path, platform: str | None) -> list[Path]:
    """Writes a workspace with one tenant. Raises ValueError for a platform that is no name."""
    name = platform or re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")
    if not _PLATFORM.fullmatch(name):
        raise ValueError(
            f"`{name}` is no platform name: letters, digits and dashes, beginning with a letter, at most 32"
        )
    (folder / "tenants").mkdir(parents=True, exist_ok=True)
    written = {
        folder / WORKSPACE_FILE: _WORKSPACE.format(platform=name),
        folder / "tenants" / "first-tenant.yaml": _FIRST,
    }
    for path, text in written.items():
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    return list(written)


def new_tenant(
    pipeline: Pipeline, tenant_id: str, tier: str, name: str | None, owner: str, region: str | None
) -> tuple[Path | None, tuple[Diagnostic, ...]]:
    """Writes a tenant's file, unless what it would say is wrong. Raises ValueError for an id that is none or taken."""
    if not _TENANT.fullmatch(tenant_id):
        raise ValueError(
            f"`{tenant_id}` is no tenant id: letters, digits and dashes, beginning with a letter, at most 40"
        )
    workspace = pipeline.workspace
    if workspace.find([tenant_id])[0]:
        raise ValueError(f"there is a tenant `{tenant_id}` already")
    lines = {
        "tenant_id": tenant_id,
        "tenant_name": name or tenant_id.replace("-", " ").title(),
        "tier": tier,
        "owner_email": owner,
    } | ({"region": region} if region else {})
    text = "".join(f"{key}: {_yaml(value)}\n" for key, value in lines.items())
    path = workspace.root / "tenants" / f"{tenant_id}.yaml"
    if path.exists():
        raise ValueError(f"there is a file `tenants/{path.name}` already")
    (document,) = parse_text(f"tenants/{path.name}", text.encode()).value
    outcome = workspace.reader.spec(document)
    diagnostics = outcome.diagnostics
    if outcome.value is not None:
        diagnostics = (*diagnostics, *pipeline.tenant(outcome.value).diagnostics)
    if outcome.value is None or diagnostics:
        return None, diagnostics
    path.parent.mkdir(exist_ok=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text)
    return path, ()


def _yaml(text: str) -> str:
    """A text as YAML: bare where no reader takes it for something else, else in double quotes as JSON writes it."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9@._-]*( [A-Za-z][A-Za-z0-9.-]*)*", text)
    words = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
    return text if plain and text.lower() not in words else json.dumps(text)
