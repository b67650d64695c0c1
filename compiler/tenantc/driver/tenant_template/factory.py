"""What Python programs call to work with tenant templates."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose, has_errors
from tenantc.driver import files
from tenantc.driver.as_of import as_of as day_of
from tenantc.driver.keys import KeyRefusedError
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.sealed import FOLDER as SEALING
from tenantc.driver.sealed import Sealer, load_sealer
from tenantc.driver.tenant_template.customizing import customize
from tenantc.driver.tenant_template.document import TenantTemplate
from tenantc.driver.tenant_template.exporting import export_template
from tenantc.driver.tenant_template.importing import Imported, Kind, Target, import_template
from tenantc.driver.tenant_template.names import Finder
from tenantc.driver.tenant_template.reading import load_file
from tenantc.driver.workspace import load
from tenantc.source.span import whole
from tenantc.source.text import Text

# where a workspace keeps templates
FOLDER = "templates"


class TemplateError(ValueError):
    """A template can't be read, changed, imported or written; `diagnostics` say why."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(one.message for one in self.diagnostics))


class TenantTemplateFactory:
    """Reads, changes, imports and writes the templates of a workspace.

    `workspace` is its folder, or a pipeline that has read it. `as_of` is the day of `current_timestamp()` and of terms
    (YYYY-MM-DD, UTC), by default the workspace's or today. Nothing is written: callers write the texts that they get.
    Raises TemplateError where the workspace itself is wrong.
    """

    def __init__(self, workspace: Path | str | Pipeline, as_of: str | None = None) -> None:
        self._pipeline = workspace if isinstance(workspace, Pipeline) else _opened(Path(workspace), as_of)
        self._finder = Finder(self._pipeline.schema)

    def load_template(self, name: str | Path) -> TenantTemplate:
        """The template in a file: in the workspace's `templates/`, else by its path in the workspace."""
        root = self._pipeline.workspace.root
        path = next((one for one in (root / FOLDER / name, root / name) if one.exists()), None)
        shown = str(name)
        if path is None:
            raise TemplateError([_no_file(shown, "is not there")])
        if not path.resolve().is_relative_to(root):
            raise TemplateError([_no_file(shown, "leads out of the workspace")])
        read = load_file(path, files.within(path.resolve(), root))
        if read.value is None:
            raise TemplateError(read.diagnostics)
        return read.value

    def customize_template(self, template: TenantTemplate, overrides: Mapping[str, Any]) -> TenantTemplate:
        """A template that says other values, by dotted path; the one that was given stays as it is."""
        made = customize(template, self._finder, overrides)
        if isinstance(made, TenantTemplate):
            return made
        raise TemplateError(made)

    def import_template(
        self,
        template: TenantTemplate,
        variables: Mapping[str, object],
        kind: Kind = "tenant",
        name: str = "",
        *,
        seal: bool = False,
    ) -> Imported:
        """The tenant or tier that a template comes to; `name` is a tier's, by default that of the template's file.

        With `seal`, the secrets of a tenant that are given are sealed to the keys in the workspace's `sealing/`.
        Raises ValueError for variables that are none, and TemplateError for whatever else leaves no document.
        """
        stem = name or Path(template.name).stem
        target = Target(kind, f"{'tenants' if kind == 'tenant' else 'tiers'}/{stem}.yaml", stem)
        done = import_template(self._pipeline, template, variables, target, self._sealer() if seal else None)
        if done.text is None:
            raise TemplateError(one for one in done.diagnostics if has_errors([one]))
        return done

    def _sealer(self) -> Sealer:
        try:
            return load_sealer(self._pipeline.workspace.root / SEALING)
        except KeyRefusedError as refused:
            raise TemplateError([refused.diagnostic]) from None

    def export_template(self, tenant_id: str, environment: str | None = None) -> TenantTemplate:
        """A tenant as a template, as it is in one environment: the only one, or the one that is named."""
        specs, diagnostics = self._pipeline.workspace.find([tenant_id])
        if not specs:
            raise TemplateError(diagnostics or [diagnose("T902", tenant=tenant_id)])
        compiled = self._pipeline.tenant(specs[0], environment).environments
        if len(compiled) != 1:
            names = ", ".join(f"`{one}`" for one in compiled)
            problem = f"lives in {names}: name one" if compiled else f"does not live in `{environment}`"
            raise TemplateError([diagnose("T906", path=specs[0].span.path, problem=problem)])
        return export_template(next(iter(compiled.values())), self._pipeline.schema)


def _opened(folder: Path, as_of: str | None) -> Pipeline:
    root = files.find_workspace(folder)
    if root is None:
        raise TemplateError([diagnose("T901", path=os.fspath(folder))])
    loaded = load(root)
    workspace = loaded.value
    if workspace is None:
        raise TemplateError(loaded.diagnostics)
    pipeline = Pipeline(workspace, day_of(as_of, workspace.options.as_of))
    wrong = [one for one in pipeline.shared() if has_errors([one])]
    if wrong:
        raise TemplateError(wrong)
    return pipeline


def _no_file(name: str, problem: str) -> Diagnostic:
    return diagnose("T906", whole(Text(name, "")), path=name, problem=problem)
