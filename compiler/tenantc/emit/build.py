"""Builds the files of a tenant or an estate: each document once per distinct looked-at values, then filled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.emit.characters import CannotWriteError
from tenantc.emit.fill import Filler
from tenantc.emit.formats import FORMATS, Format, Shape
from tenantc.emit.links import Links, check, links
from tenantc.emit.node import Misfit, NoRegion, Tree
from tenantc.emit.plan import Columns, Failure, Part, Plan, Refusal
from tenantc.emit.shelf import Shelf, Sight
from tenantc.emit.subject import Subject
from tenantc.emit.targets import Target
from tenantc.model.identity import Identity, fill
from tenantc.source.memo import Memo
from tenantc.source.path import section
from tenantc.source.span import Span
from tenantc.source.value import show

__all__ = ("Builder", "Refusal", "refuse")

# characters of an error of somebody else's that are shown
_LONGEST: Final = 300


class Builder:
    """Builds the documents of some targets. With `reference`, everything from scratch: the plain path."""

    def __init__(self, targets: Sequence[Target], *, reference: bool = False) -> None:
        self._targets = [_Files(target) for target in targets]
        self._reference = reference
        self._shelf = Shelf()
        self._beside = {file: other for target in self._targets for file, other in target.beside.items()}

    @property
    def built(self) -> int:
        """How often a document's function ran."""
        return sum(plan.built for target in self._targets for plans in target.plans.values() for plan in plans)

    def files(
        self, subject: Subject, filler: Filler, scope: str, columns: Columns, others: Collection[str] = ()
    ) -> tuple[list[tuple[str, bytes]], list[Refusal]]:
        """The files of a tenant, an estate or the fleet that have content, and what targets refuse to say.

        `others` are files that the caller adds: what stands beside them is written.
        """
        sight = self._shelf.sight(subject)
        found: list[tuple[str, bytes]] = []
        refusals: list[Refusal] = []
        for target in self._targets:
            files = target.plain if self._reference else target.filled
            try:
                found += files(scope, sight, filler, columns, refusals)
            except Exception as error:
                # whatever somebody else's documents raise is told to the user; what ours raise is a bug to be seen
                if not target.package:
                    raise
                refusals += target.failures(scope, sight, filler, columns) or [target.failure("", error)]
        names = {*others, *(name for name, _ in found)}
        return [one for one in found if self._beside.get(one[0], one[0]) in names], refusals


class _Files:
    """The files of one target."""

    def __init__(self, target: Target) -> None:
        self.name = target.name
        self.package = target.package
        self._elsewhere = target.elsewhere
        self._formats: dict[str, Format] = {name: FORMATS[format_] for name, format_ in target.files}
        self.plans: dict[str, list[Plan]] = {}
        self.beside: dict[str, str] = {}
        self._checked: Memo[tuple[int, ...], bool] = Memo(4096)
        for document in target.documents:
            file = document.file or target.files[0][0]
            self.plans.setdefault(document.scope, []).append(Plan(document, self._formats[file], file))
            if document.beside:
                self.beside[file] = document.beside

    def filled(
        self, scope: str, sight: Sight, filler: Filler, columns: Columns, refusals: list[Refusal]
    ) -> list[tuple[str, bytes]]:
        """The files that have content, from templates."""
        parts: dict[str, list[tuple[Shape, bytes]]] = {name: [] for name in self._formats}
        found: list[Links] = []
        before = len(refusals)
        for plan in self.plans.get(scope, ()):
            template, shape, links_, refused = part = plan.part(sight, filler, columns)
            if refused:
                refusals += refused
            try:
                data = template.fill(filler)
            except CannotWriteError:
                refusals += _culprits(plan, part, filler)
                continue
            if data:
                parts[plan.file].append((shape, data))
                found += links_
        # what was refused may be what others refer to
        if len(refusals) == before:
            self._check(found)
        return [(name, self._formats[name].file(written)) for name, written in parts.items() if written]

    def plain(
        self, scope: str, sight: Sight, filler: Filler, columns: Columns, refusals: list[Refusal]
    ) -> list[tuple[str, bytes]]:
        """The same files, built and printed from scratch."""
        trees: dict[str, list[Sequence[Tree]]] = {name: [] for name in self._formats}
        everything: list[Tree] = []
        before = len(refusals)
        for plan in self.plans.get(scope, ()):
            built, refused = plan.trees(sight, columns)
            refusals += refused
            try:
                whole = plan.format.whole([built], filler) if built else b""
            except CannotWriteError:
                refusals += _culprits(plan, plan.part(sight, filler, columns), filler)
                continue
            if whole:
                trees[plan.file].append(built)
                everything += built
        made = links(everything)
        if len(refusals) == before:
            check(self.name, [made] if made else [], self._elsewhere)
        return [(name, self._formats[name].whole(written, filler)) for name, written in trees.items() if written]

    def failures(self, scope: str, sight: Sight, filler: Filler, columns: Columns) -> list[Refusal]:
        """Which documents raise what, each tried by itself."""
        found: list[Refusal] = []
        for plan in self.plans.get(scope, ()):
            try:
                plan.part(sight, filler, columns).template.fill(filler)
            except CannotWriteError:
                continue  # a value's fault, and told as such
            except Exception as error:  # noqa: BLE001 — as above
                found.append(self.failure(plan.document.name, error))
        return found

    def failure(self, document: str, error: Exception) -> Refusal:
        """What a document raised, on one line; of no name if it takes several documents to raise it."""
        told = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
        return Refusal(document, self.name, Failure(told[:_LONGEST]))

    def _check(self, found: list[Links]) -> None:
        """Checks that what is referred to is there; once for each combination of documents."""
        key = tuple([one.serial for one in found])
        if self._checked.get(key) is None:
            check(self.name, found, self._elsewhere)
            self._checked.put(key, value=True)


def _culprits(plan: Plan, part: Part, filler: Filler) -> list[Refusal]:
    """What of a tenant's values can't be written; what was looked at was refused when the document was built."""
    found = plan.culprit(part.template, filler)
    return [found] if found is not None else list(part.refusals)


def refuse(refusal: Refusal, subject: Subject, tenant: str, spec: Span) -> Diagnostic:
    """The diagnostic of what a target refuses: T603 at the line that set the value, T604 at the tenant's."""
    assert not isinstance(refusal.result, Failure), "nothing was refused"
    if isinstance(refusal.result, NoRegion):
        help = "say `region:` in the spec, or `defaults: {region: …}` in tenantc.yaml"
        facts = {"tenant": tenant, "target": refusal.target, "purpose": refusal.result.purpose}
        return diagnose("T604", spec, help=help, **facts)
    if isinstance(refusal.result, Misfit):
        document = f"{refusal.target}/{refusal.document}"
        return diagnose("T612", refusal.result.span, document=document, problem=refusal.result.problem)
    path = refusal.result.path
    held = subject.sections.get(section(path))
    definitions = held.definitions.get(path, ()) if held is not None else ()
    span = definitions[-1].span if definitions and definitions[-1].span else spec
    value = subject.find(path)
    # as whoever set the value wrote it
    as_written = {part: f"${{tenant.{part.value}}}" for part in Identity}
    shown = refusal.shown or show(value if value is None else fill(value, as_written))
    called = path.removeprefix("workspace.")  # as tenantc.yaml calls it
    help = "; or ".join(refusal.result.choices)
    return diagnose("T603", span, target=refusal.target, path=called, value=shown, help=help)
