"""Compiles a workspace that a test writes in place: files in, settings and diagnostics out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.render import LIBRARY, in_order, short
from tenantc.driver.pipeline import Pipeline, Tenant
from tenantc.driver.workspace import Workspace, load
from tenantc.source.frozen import replace
from tenantc.source.value import plain

AS_OF = "2026-11-01"
TOP = "platform: demo\nlanguage: 1\nnaming: 1\ndefaults: {region: us-east-1}\n"
HEAD = "tenant_id: acme\ntenant_name: Acme\ntier: {tier}\nowner_email: owner@example.com\n"


@dataclass
class Result:
    """What came of a workspace."""

    tenants: Mapping[str, Tenant]
    diagnostics: list[Diagnostic]

    def get(self, path: str, tenant: str = "acme", environment: str = "") -> object:
        """The final value of a setting as JSON has it; None if it is absent."""
        value = self.tenants[tenant].environments[environment].resolved.settings.get(path)
        return None if value is None else plain(value)

    @property
    def codes(self) -> list[str]:
        """The codes of everything that was said, in reading order."""
        return [diagnostic.code for diagnostic in self.diagnostics]

    @property
    def text(self) -> str:
        """Everything that was said, a line each."""
        return "\n".join(short(diagnostic) for diagnostic in self.diagnostics)

    @property
    def failed(self) -> bool:
        return has_errors(self.diagnostics)


def write(root: Path, files: Mapping[str, str]) -> Path:
    """Writes files of a workspace, the smallest tenantc.yaml among them unless they hold one."""
    for name, text in {"tenantc.yaml": TOP, **files}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
    return root


def without_rules(workspace: Workspace) -> Workspace:
    """The workspace with nobody judging: for tests of what settings become, whether or not they may ship."""
    return replace(workspace, rules=())


def with_own_rules(workspace: Workspace) -> Workspace:
    """The workspace judged by its own rules alone: the library's are tested where they stand, and grow."""
    own = tuple(pair for pair in workspace.rules if not pair[0].span.path.startswith(LIBRARY))
    return replace(workspace, rules=own)


def compile_files(root: Path, files: Mapping[str, str], as_of: str = AS_OF, *, library: bool = False) -> Result:
    """Compiles a workspace of these files up to verdicts: by its own rules, and the `library`'s if so said."""
    loaded = load(write(root, files).resolve())
    if loaded.value is None:
        return Result({}, in_order(loaded.diagnostics))
    pipeline = Pipeline(loaded.value if library else with_own_rules(loaded.value), as_of)
    found = pipeline.shared()
    tenants: dict[str, Tenant] = {}
    for path in loaded.value.tenant_files():
        specs, diagnostics, _ = loaded.value.specs(path)
        found += diagnostics
        for spec in specs:
            tenants[spec.tenant_id] = pipeline.tenant(spec)
            found += tenants[spec.tenant_id].diagnostics
    return Result(tenants, in_order(dict.fromkeys(found)))


def tenant(overrides: str = "", tier: str = "free", more: str = "") -> str:
    """The spec of tenant `acme` with these overrides, indented as the caller likes."""
    text = HEAD.format(tier=tier) + dedent(more)
    if overrides:
        body = dedent(overrides).strip("\n")
        text += "overrides:\n" + "".join(f"  {line}\n" for line in body.splitlines())
    return text
