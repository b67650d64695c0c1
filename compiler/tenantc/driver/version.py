"""One of the two versions of a workspace that are compared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver import files
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Compiled, Pipeline, Tenant
from tenantc.driver.workspace import load
from tenantc.model.spec import Spec
from tenantc.model.verdict import Verdict
from tenantc.source.frozen import Frozen


class Source(Frozen):
    """Where a version comes from: its name, its commit (empty for the working tree), and what its paths begin with."""

    name: str
    commit: str
    prefix: str


class Stated(Frozen):
    """A tenant as its spec states it, and the errors in that; without a spec if it cannot be read."""

    spec: Spec | None
    errors: tuple[Diagnostic, ...]


class Made(Frozen):
    """What came of a tenant: in each environment as far as it got, and every error on the way.

    `damaged` are the files that say more than could be read of them.
    """

    spec: Spec | None
    tenant: Tenant | None
    errors: tuple[Diagnostic, ...]
    damaged: frozenset[str] = frozenset()


class Version:
    """A workspace as it was, or is, in a folder.

    `as_of` gives the day for what its tenantc.yaml says of it. `errors` are those of what tenants share. `pipeline` is
    None if there is no workspace (`exists` is false), or its tenantc.yaml cannot be used. `ids` says which file each
    tenant that was read stands in, `twice` which of them stand in another, too.
    """

    def __init__(self, root: Path, source: Source, as_of: Callable[[str | None], str]) -> None:
        self.root = root
        self.source = source
        self.pipeline: Pipeline | None = None
        self.exists = (root / files.WORKSPACE_FILE).is_file()
        self.ids: dict[str, str] = {}
        self.twice: dict[str, Diagnostic] = {}
        self._refused: dict[str, Diagnostic] = {}
        self._unread: dict[tuple[Diagnostic, ...], set[str]] = {}
        diagnostics: list[Diagnostic] = []
        if not self.exists:
            diagnostics.append(diagnose("T901", path=source.prefix or source.name))
        else:
            loaded = load(root)
            diagnostics += loaded.diagnostics
            if loaded.value is not None:
                self.pipeline = Pipeline(loaded.value, as_of(loaded.value.options.as_of))
                diagnostics += self.pipeline.shared()
        self.errors = _errors(diagnostics)
        self._damaged = _files(self.errors)
        self._emission = Emission(self.pipeline) if self.pipeline is not None else None

    def names(self) -> list[str]:
        """The tenant files, relative to the workspace."""
        return [files.within(path, self.root) for path in files.listing(self.root / "tenants")]

    def data(self, name: str) -> bytes | Diagnostic | None:
        """The bytes of a tenant file, or why they are not read; None if there is no such file."""
        path = self.root / name
        return files.read(path, self.root) if path.is_symlink() or path.exists() else None

    def read(self, name: str, data: bytes | Diagnostic | None) -> dict[str, Stated]:
        """The tenants of a file by id, without those whose id stands in another already; None is for no file."""
        if data is None:
            return {}
        if isinstance(data, Diagnostic):
            self._refused[name] = data
            return {}
        if self.pipeline is None:
            self._unread.setdefault(self.errors, set()).update(_words(data))
            return {}
        found, broken = self.pipeline.workspace.read_specs(name, data)
        lost = [*broken, *(one for id, outcome in found if id is None for one in outcome.diagnostics)]
        if _errors(lost):
            self._unread.setdefault(_errors(lost), set()).update(_words(data))
        stated = {
            id: Stated(outcome.value, (*_errors(broken), *_errors(outcome.diagnostics)))
            for id, outcome in found
            if id is not None
        }
        self.note(name, stated)
        return {id: one for id, one in stated.items() if self.ids[id] == name}

    def note(self, name: str, stated: Mapping[str, Stated]) -> None:
        """Remembers the tenants of a file."""
        for id, one in stated.items():
            if self.ids.setdefault(id, name) != name:
                places = (one.spec.span,) if one.spec is not None else ()
                self.twice[id] = diagnose("T201", *places, tenant=id)

    def lost(self, id: str, name: str) -> tuple[Diagnostic, ...]:
        """Why a tenant that the other version has in a file of this name may be here and cannot be read, if it may."""
        if name in self._refused:
            return (self._refused[name],)
        return next((errors for errors, words in self._unread.items() if id in words), ())

    def make(self, stated: Stated) -> Made:
        """Compiles a tenant as far as it goes, documents included."""
        if stated.spec is None or self.pipeline is None:
            return Made(stated.spec, None, stated.errors)
        tenant = self.pipeline.tenant(stated.spec)
        errors = [*stated.errors, *_errors(tenant.diagnostics)]
        if not errors and stated.spec.status != "terminated":
            assert self._emission is not None, "there is a pipeline"
            for compiled in tenant.environments.values():
                assert compiled.checked is not None, "a tenant without errors was checked"
                errors += _errors(self._emission.documents(compiled.checked))
        return Made(stated.spec, tenant, tuple(dict.fromkeys(errors)), self._damaged | _files(stated.errors))

    def verdicts(self, compiled: Compiled) -> Mapping[str, Verdict] | None:
        """The verdicts on a tenant, even one that they keep from being emitted; None if nobody could judge."""
        if compiled.judged is not None:
            return compiled.judged.verdicts
        if compiled.checked is None:
            return None
        assert self.pipeline is not None, "somebody compiled"
        stack = compiled.linked.stack
        pipeline = self.pipeline
        return pipeline.judgement.verdicts(compiled.checked, pipeline.hardened(stack), pipeline.tier(stack))


def is_shared_alike(before: Version, after: Version) -> bool:
    """Whether everything but the tenants' own files is the same, so that an unchanged file means unchanged tenants."""
    one, other = before.pipeline, after.pipeline
    if one is None or other is None:
        return False
    return one.workspace.inputs == other.workspace.inputs and one.as_of == other.as_of


def _errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(one for one in diagnostics if one.severity is Severity.ERROR)


def _files(errors: Iterable[Diagnostic]) -> frozenset[str]:
    return frozenset(error.blames[0].span.path for error in errors if error.blames)


def _words(data: bytes) -> set[str]:
    return {word.decode() for word in re.findall(rb"[a-z0-9-]+", data)}
