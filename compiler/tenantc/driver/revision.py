"""Tenant files as they would be after a change, which is read back, and judged."""

from __future__ import annotations

import difflib
import json
import os
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose, has_errors
from tenantc.driver import files
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.driver.rewriting import locked, replace_all
from tenantc.emit.writers import yaml
from tenantc.language.format import show_value
from tenantc.language.syntax import Expression, TextTemplate
from tenantc.load.amend import Amendment, Editor
from tenantc.load.text import parse_text
from tenantc.model.layer import Written
from tenantc.model.spec import Spec
from tenantc.source.frozen import Frozen, replace
from tenantc.source.node import Node
from tenantc.source.path import Path as Setting
from tenantc.source.span import Span, whole
from tenantc.source.value import typed

# the rules that are broken, whatever is said of them
_BROKEN = frozenset({"T530", "T531", "T532"})
# what one amendment takes in steps, beyond one for each of its items
_STEPS = 8


class Revision(Frozen):
    """A tenant file's bytes as they are on disk, and as they would be; of a file that `is_made`, none are there yet."""

    path: Path
    old: bytes
    new: bytes
    is_made: bool = False

    @property
    def is_changed(self) -> bool:
        return self.old != self.new


class Standing(NamedTuple):
    """How a tenant stands: what is said of it, and the rules that it breaks, by environment."""

    compiled: dict[str, Compiled]
    broken: dict[str, dict[str, Diagnostic]]
    diagnostics: tuple[Diagnostic, ...]

    def worse(self, before: Standing) -> list[Diagnostic]:
        """The errors, and broken rules at whatever level, that were not there before."""
        found = self.failing(before)
        for environment, broken in self.broken.items():
            old = before.broken.get(environment, {})
            found += [one for rule, one in broken.items() if rule not in old]
        return list(dict.fromkeys(found))

    def failing(self, before: Standing) -> list[Diagnostic]:
        """The errors that were not there before."""
        known = {_key(one) for one in before.diagnostics}
        return [one for one in self.diagnostics if has_errors([one]) and _key(one) not in known]


def _key(diagnostic: Diagnostic) -> object:
    """What makes a diagnostic the same one after its line or its values moved."""
    if diagnostic.code in _BROKEN:
        return dict(diagnostic.facts)["rule"]
    return diagnostic.code, diagnostic.message


class Reviser:
    """Changes tenant files of a workspace in memory."""

    def __init__(self, pipeline: Pipeline, emission: Emission | None = None) -> None:
        self.pipeline = pipeline
        self._emission = emission or Emission(pipeline)

    def opened(self, path: Path) -> Revision | Diagnostic:
        """A file as it is, found where it really lies: never outside the workspace."""
        data = self.pipeline.workspace.read(path)
        return data if isinstance(data, Diagnostic) else Revision(path.resolve(), data, data)

    def specs(self, revision: Revision) -> tuple[list[tuple[int, Spec]], list[Diagnostic]]:
        """The tenants of a file by the number of their document, and what is wrong with the file."""
        name = files.within(revision.path, self.pipeline.workspace.root)
        parsed = parse_text(name, revision.new)
        specs: list[tuple[int, Spec]] = []
        diagnostics = list(parsed.diagnostics)
        for number, document in enumerate(parsed.value):
            outcome = self.pipeline.workspace.reader.spec(document)
            diagnostics += outcome.diagnostics
            if outcome.value is not None:
                specs.append((number, outcome.value))
        return specs, diagnostics

    def standing(self, spec: Spec) -> Standing:
        """A tenant compiled in all its environments, its documents built."""
        tenant = self.pipeline.tenant(spec)
        broken: dict[str, dict[str, Diagnostic]] = {}
        diagnostics = list(tenant.diagnostics)
        is_any = any(one.code in _BROKEN for one in diagnostics)
        for environment, compiled in tenant.environments.items():
            told = self.pipeline.compile(spec, environment).diagnostics if is_any else ()
            broken[environment] = {dict(one.facts)["rule"]: one for one in told if one.code in _BROKEN}
            if compiled.judged is not None and spec.status != "terminated":
                diagnostics += self._emission.documents(compiled.judged.checked)
        return Standing(dict(tenant.environments), broken, tuple(dict.fromkeys(diagnostics)))

    def amended(self, revision: Revision, number: int, wanted: Amendment) -> Revision | list[Diagnostic]:
        """A file with one document amended and nothing else, or what the compiler says of it."""
        for _ in range(_STEPS + (len(wanted.value) if isinstance(wanted.value, list) else 0)):
            further = replace(revision, new=self._encoded(revision, self._editor(revision, number).amended(wanted)))
            if further.new == revision.new:
                return revision
            wrong = self._compared(revision, further, number, wanted.path)
            if wrong:
                return wrong
            revision = further
        return [self._uneditable(revision, wanted.path)]

    def stated(self, revision: Revision, number: int, key: str, value: Any) -> Revision | list[Diagnostic]:
        """A file with another value of one of a spec's own keys and nothing else, or what the compiler says of it."""
        further = replace(revision, new=self._encoded(revision, self._editor(revision, number).stated(key, value)))
        wrong = self._mistakes(revision, further)
        if wrong:
            return wrong
        before: list[Any] = [document.plain() for document in self._documents(revision)]
        before[number][key] = value
        after = [document.plain() for document in self._documents(further)]
        return further if after == before else [self._uneditable(revision, key)]

    def dropped(self, revision: Revision, number: int, path: Setting, at: Span) -> Revision | list[Diagnostic]:
        """A file without one entry of one document, or what the compiler says of it."""
        further = replace(revision, new=self._encoded(revision, self._editor(revision, number).dropped(at)))
        return self._compared(revision, further, number, path) or further

    def _editor(self, revision: Revision, number: int) -> Editor:
        document = self._documents(revision)[number]
        return Editor(document, self.pipeline.schema, yaml.scalar)

    def _documents(self, revision: Revision) -> tuple[Node, ...]:
        return parse_text(files.within(revision.path, self.pipeline.workspace.root), revision.new).value

    def _encoded(self, revision: Revision, text: str) -> bytes:
        return (BOM_UTF8 if revision.old.startswith(BOM_UTF8) else b"") + text.encode()

    def _compared(self, before: Revision, after: Revision, number: int, path: Setting) -> list[Diagnostic]:
        """What is wrong with a change, read back: errors, and anything that it changes but the one setting."""
        wrong = self._mistakes(before, after)
        if wrong:
            return wrong
        specs = self.specs(after)[0]
        old, new = self._documents(before), self._documents(after)
        if _apart(old, number) == _apart(new, number):
            was, now = dict(self.specs(before)[0]).get(number), dict(specs).get(number)
            if was is not None and now is not None and _besides(was, path) == _besides(now, path):
                return []
        return [self._uneditable(before, path)]

    def _mistakes(self, before: Revision, after: Revision) -> list[Diagnostic]:
        """The errors in a file that were not there before."""
        known = {_key(one) for one in self.specs(before)[1]}
        return [one for one in self.specs(after)[1] if has_errors([one]) and _key(one) not in known]

    def _uneditable(self, revision: Revision, path: Setting) -> Diagnostic:
        name = files.within(revision.path, self.pipeline.workspace.root)
        text = self._documents(revision)[0].text
        problem = f"is laid out so that `{path}` can't be changed by itself"
        return diagnose("T906", whole(text), path=name, problem=problem, help="change it by hand")


def _apart(documents: tuple[Node, ...], number: int) -> str:
    """All that a file says besides the overrides of one document."""
    plain: list[Any] = [document.plain() for document in documents]
    spec = plain[number]
    spec.pop("overrides", None)
    for inner in spec.get("environments", {}).values():
        inner.pop("overrides", None)
    return json.dumps(plain)


def _besides(spec: Spec, path: Setting) -> set[object]:
    """What the overrides of a spec say, but for one setting."""
    layers = [("", spec.layer), *((name, one.layer) for name, one in (spec.environments or {}).items())]
    return {
        (name, one.path, one.operator, _written(one.value), one.until, one.reason)
        for name, layer in layers
        for one in layer.definitions
        if one.path != path
    }


def _written(value: Written | None) -> object:
    if isinstance(value, (Expression, TextTemplate)):
        return show_value(value)
    return None if value is None else typed(value)  # type: ignore[arg-type]


def diff(revision: Revision, shown: str) -> str:
    """What changes in a file, as a unified diff; `shown` is its path as it is printed."""
    old, new = (data.decode().splitlines(keepends=True) for data in (revision.old, revision.new))
    lines: Iterator[str] = difflib.unified_diff(old, new, f"a/{shown}", f"b/{shown}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def write(revisions: Iterable[Revision], root: Path) -> list[Diagnostic]:
    """Writes all files that change, or none: T906 for one that somebody else has changed meanwhile."""
    with locked(root):
        return put(revisions, root)


def put(revisions: Iterable[Revision], root: Path) -> list[Diagnostic]:
    """As `write`, for who holds the workspace's lock."""
    changed = [one for one in revisions if one.is_changed]
    stale = [files.within(one.path, root) for one in changed if _is_stale(one, root)]
    if stale:
        problem, help = "was changed by somebody else meanwhile", "nothing was written; run the command again"
        return [diagnose("T906", path=name, problem=problem, help=help) for name in stale]
    replace_all({one.path: one.new for one in changed})
    return []


def _is_stale(revision: Revision, root: Path) -> bool:
    if revision.is_made:
        return os.path.lexists(revision.path)
    return files.read(revision.path, root) != revision.old
