"""What the tenants and estates of an environment are compiled to, as its options say."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Sequence
from typing import Final

from tenantc.driver import library
from tenantc.driver.options import Options
from tenantc.driver.targets import forgotten, patchable, targets, wanted
from tenantc.driver.workspace import Workspace
from tenantc.emit.build import Builder
from tenantc.emit.document import SECRETS, Document
from tenantc.emit.patching import patched
from tenantc.emit.subject import Subject
from tenantc.emit.targets import Target
from tenantc.model.patch import Patch
from tenantc.source.frozen import Frozen, replace
from tenantc.source.path import Path


class Output(Frozen, eq=False):
    """What one environment is compiled to.

    `holds_settings` says whether the ConfigMap of settings is written, `forgotten` are the documents that lack an
    option which another environment states.
    """

    names: frozenset[str]
    builder: Builder
    holds_settings: bool
    forgotten: Sequence[Document]

    def missed(self, subject: Subject) -> list[Document]:
        """The forgotten documents that a tenant would have."""
        return [one for one in self.forgotten if one.each is None or self._is_there(one.each, subject)]

    @staticmethod
    def _is_there(each: Path, subject: Subject) -> bool:
        if each == SECRETS:
            return any(map(subject.secrets, subject.schema.secret_sections))
        return bool(subject.find(each))


class Outputs:
    """The outputs of a workspace's environments; those that are compiled to the same share what is remembered."""

    def __init__(
        self,
        workspace: Workspace,
        only: Collection[str] | None,
        *,
        reference: bool,
        without: Patch | None = None,
    ) -> None:
        self._workspace = workspace
        self._only = only
        self._patches = [one for one in workspace.patches if one is not without]
        self._reference: Final = reference
        self._outputs: dict[str, Output] = {}
        self._builders: dict[Hashable, Builder] = {}
        self._used: set[Patch] = set()

    @property
    def built(self) -> int:
        """How often a document's function ran."""
        return sum(builder.built for builder in self._builders.values())

    def of(self, environment: str) -> Output:
        """The output of an environment."""
        known = self._outputs.get(environment)
        if known is None:
            known = self._outputs[environment] = self._output(environment)
        return known

    def idle(self) -> list[Patch]:
        """The patches that met no object of any tenant so far, in the environments that tenants live in."""
        return [
            patch
            for patch in self._patches
            if patch not in self._used
            and patch.kind in patchable()
            and any(patch.holds_in(environment) for environment in self._outputs)
        ]

    def _patched(self, target: Target, patches: Sequence[Patch], options: Options) -> Target:
        if target.name != "kubernetes" or not patches:
            return target
        published = library.published(options.kubernetes)
        documents = []
        for document in target.documents:
            mine = [patch for patch in patches if patch.kind == document.kind]
            documents.append(patched(document, mine, published, self._used.add) if mine else document)
        return replace(target, documents=tuple(documents))

    def _output(self, environment: str) -> Output:
        options = self._workspace.options_in(environment)
        chosen = [one for one in targets(options) if self._only is None or one.name in self._only]
        patches = tuple(one for one in self._patches if one.holds_in(environment))
        key = patches, options.kubernetes, *((one.name, one.documents, one.elsewhere) for one in chosen)
        builder = self._builders.get(key)
        if builder is None:
            made = [self._patched(one, patches, options) for one in chosen]
            builder = self._builders[key] = Builder(made, reference=self._reference)
        names = frozenset(one.name for one in chosen)
        lacked = forgotten(options, self._workspace.inputs_of.values())
        holds_settings = "kubernetes" in names and wanted("ConfigMap", options)
        return Output(names, builder, holds_settings, [one for one in lacked if one.target in names])
