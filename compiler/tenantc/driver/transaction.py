"""Writes what programs ask of tenants: proven on the whole workspace first, each in one step, one writer at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.driver.as_of import as_of
from tenantc.driver.checking import check_workspace
from tenantc.driver.edits import Bench, Draft, Edit
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.revision import Reviser, Revision, put
from tenantc.driver.rewriting import locked
from tenantc.driver.stacks import StackMemory
from tenantc.driver.workspace import Workspace, is_current, load
from tenantc.model.verdict import Strictness
from tenantc.source.frozen import Frozen, replace

# how often what others wrote meanwhile, without the lock, is read anew
_TRIES: Final = 5
# a broken rule is the same one whatever its values are
_BROKEN: Final = "T530"


class Accepted(Frozen):
    """An edit that may be written: the file, and what is to be said of the tenant."""

    revision: Revision
    diagnostics: tuple[Diagnostic, ...]


class Refused(Frozen):
    """An edit that may not be written, and why."""

    diagnostics: tuple[Diagnostic, ...]


Answer: TypeAlias = Accepted | Refused


class _Ground(NamedTuple):
    """What edits are tried on; its templates outlive single edits, since to make them takes longer than a check."""

    pipeline: Pipeline
    emission: Emission

    @property
    def workspace(self) -> Workspace:
        return self.pipeline.workspace


class Transactions:
    """The edits of one workspace, for one thread; others, in this process or another, wait for the workspace's lock.

    Nothing is written after which the workspace compiles worse: with an error that it did not have before. To break a
    rule that is held as strictly as `fail_on` is one. `day` is that as of which it compiles, by default as for a build.
    """

    def __init__(self, root: Path, day: str | None = None, fail_on: Strictness = Strictness.BLOCK) -> None:
        self._root = root
        self._day = day
        self._fail_on = fail_on
        self._ground: _Ground | None = None
        # the errors that are there without any edit, once they are asked for
        self._known: Counter[object] | None = None

    def write(self, edits: Sequence[Edit]) -> list[Answer]:
        """Writes those of these edits, of one another's in turn, that may be; OSError means that the machine failed."""
        answers: list[Answer] = []
        stale: list[Diagnostic] = []
        with locked(self._root):
            for _ in range(_TRIES):
                answers = self.tried(edits)
                stale = put(_merged(answers), self._root)
                if not stale:
                    return answers
        return [Refused(tuple(stale)) for _ in edits]

    def tried(self, edits: Sequence[Edit]) -> list[Answer]:
        """What would come of these edits."""
        ground = self._fresh()
        if isinstance(ground, Refused):
            return [ground for _ in edits]
        self._known = None
        try:
            return self._laid(ground, edits)
        finally:
            ground.workspace.edits.clear()

    def _laid(self, ground: _Ground, edits: Sequence[Edit]) -> list[Answer]:
        """Lays edits over what is there; those that make the workspace worse are found by parting them in halves."""
        laid = ground.workspace.edits
        before = dict(laid)
        answers = [self._attempt(ground, edit) for edit in edits]
        worse = self._worse(ground) if laid != before else []
        if not worse:
            return answers
        laid.clear()
        laid.update(before)
        if len(edits) == 1:
            return [Refused(tuple(worse))]
        half = len(edits) // 2
        return [*self._laid(ground, edits[:half]), *self._laid(ground, edits[half:])]

    def _fresh(self) -> _Ground | Refused:
        """The workspace as it is now."""
        known = self._ground
        if known is not None and is_current(known.workspace) and known.pipeline.as_of == self._today(known.workspace):
            return known
        loaded = load(self._root)
        if loaded.value is None:
            return Refused(loaded.diagnostics)
        workspace, day = loaded.value, self._today(loaded.value)
        pipeline = Pipeline(workspace, day, self._fail_on)
        pipeline.judgement.memory = StackMemory(workspace.inputs, day)
        self._ground = _Ground(pipeline, Emission(pipeline))
        return self._ground

    def _today(self, workspace: Workspace) -> str:
        return as_of(self._day, workspace.options.as_of)

    def _attempt(self, ground: _Ground, edit: Edit) -> Answer:
        """Lays an edit over what is there, unless its tenant would be worse."""
        reviser = Reviser(ground.pipeline, Emission(ground.pipeline, like=ground.emission))
        draft = edit.drafted(Bench(ground.pipeline, reviser))
        if not isinstance(draft, Draft):
            return Refused(tuple(draft))
        standing = reviser.standing(dict(reviser.specs(draft.revision)[0])[draft.number])
        if draft.before is not None:
            wrong = standing.failing(reviser.standing(draft.before))
        else:
            wrong = [one for one in standing.diagnostics if has_errors([one])]
        if wrong:
            return Refused(tuple(wrong))
        if draft.revision.is_changed:
            ground.workspace.edits[draft.revision.path] = draft.revision.new
        return Accepted(draft.revision, standing.diagnostics)

    def _worse(self, ground: _Ground) -> list[Diagnostic]:
        """The errors of the workspace with all edits that it does not have without them."""
        errors = self._errors(ground)
        if not errors:
            return []
        if self._known is None:
            laid = dict(ground.workspace.edits)
            ground.workspace.edits.clear()
            self._known = Counter(map(_key, self._errors(ground)))
            ground.workspace.edits.update(laid)
        known = self._known.copy()
        found = []
        for one in errors:
            known[_key(one)] -= 1
            if known[_key(one)] < 0:
                found.append(one)
        return found

    def _errors(self, ground: _Ground) -> list[Diagnostic]:
        ground.pipeline.judgement.court.forget_tenants()
        ledger, _ = check_workspace(ground.pipeline, Emission(ground.pipeline, like=ground.emission))
        return [one for one in ledger.all() if has_errors([one])]


def _key(diagnostic: Diagnostic) -> object:
    """What makes an error the same one after lines of its file moved."""
    place = diagnostic.blames[0].span.path if diagnostic.blames else ""
    said = dict(diagnostic.facts)["rule"] if diagnostic.code == _BROKEN else diagnostic.message
    return diagnostic.code, said, place


def _merged(answers: Iterable[Answer]) -> list[Revision]:
    """Each file once, as the last edit leaves it, over what lies on the disk."""
    found: dict[Path, Revision] = {}
    for one in answers:
        if isinstance(one, Accepted) and one.revision.is_changed:
            path = one.revision.path
            found[path] = replace(found[path], new=one.revision.new) if path in found else one.revision
    return list(found.values())
