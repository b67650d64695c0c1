"""Compares a workspace's tenants between two versions: settings, verdicts, authority."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver.authority import Document, over, standing, terms, waivers
from tenantc.driver.difference import Change, Difference, Groups, Newcomer, Uncompiled, compared, key
from tenantc.driver.pipeline import Compiled
from tenantc.driver.version import Made, Stated, Version, is_shared_alike
from tenantc.link.stack import FRAMEWORKS_PATH
from tenantc.model.layer import LayerKind
from tenantc.model.settings import Section
from tenantc.model.spec import Spec
from tenantc.model.verdict import BROKEN, Answer, Verdict
from tenantc.source.memo import Kept
from tenantc.source.path import Path
from tenantc.source.value import Value

AUTHORITY, VERDICT, SETTING = "authority", "verdict", "setting"
_Only = dict[str, Stated]
# what changes, in which of the three rooms of a report, and whether an override keeps it away
_Found = tuple[str, Change, bool]


class Comparison:
    """Compares two versions tenant by tenant, and keeps of each only what changes."""

    def __init__(self, before: Version, after: Version) -> None:
        self._before = before
        self._after = after
        self._groups = {AUTHORITY: Groups(), VERDICT: Groups(), SETTING: Groups()}
        self._added: list[Newcomer] = []
        self._removed: list[str] = []
        self._uncompiled: dict[tuple[Hashable, ...], list[str]] = {}
        self._known: Kept[tuple[Change, ...]] = Kept(4096)
        self._terms = _terms(before, after)
        self._reach: dict[Document, set[str]] = {document: set() for _, document in self._terms}

    def files(self) -> list[str]:
        """The tenant files of either version."""
        return sorted({*self._before.names(), *self._after.names()})

    def run(self, step: Callable[[], None]) -> Difference:
        """What differs; `step` is called for each tenant file."""
        alike = is_shared_alike(self._before, self._after)
        gone: _Only = {}
        new: _Only = {}
        for name in self.files():
            step()
            self._file(name, alike, gone, new)
        for id in gone.keys() & new.keys():  # moved to another file
            self._tenant(id, gone.pop(id), new.pop(id))
        for id, stated in gone.items():
            self._gone(id, stated)
        for id, stated in new.items():
            self._new(id, stated)
        for id in self._before.twice.keys() ^ self._after.twice.keys():
            was, now = ([twice[id]] if id in twice else [] for twice in (self._before.twice, self._after.twice))
            self._fail(id, tuple(was), tuple(now), resolved=True)
        self._shared()
        return self._difference()

    def _file(self, name: str, alike: bool, gone: _Only, new: _Only) -> None:
        before, after = self._before.data(name), self._after.data(name)
        if alike and isinstance(before, bytes) and before == after:
            self._after.note(name, self._before.read(name, before))
            return
        one, other = self._before.read(name, before), self._after.read(name, after)
        for id in one.keys() & other.keys():
            self._tenant(id, one.pop(id), other.pop(id))
        gone |= one
        new |= other

    def _gone(self, id: str, stated: Stated) -> None:
        if id in self._after.ids:
            return  # it stands twice before, which is told
        why = self._after.lost(id, self._before.ids[id])
        if why:
            self._fail(id, self._before.make(stated).errors, why)
        else:
            self._removed.append(id)

    def _new(self, id: str, stated: Stated) -> None:
        if id in self._before.ids:
            return  # it stands twice now, which is told
        made = self._after.make(stated)
        why = self._before.lost(id, self._after.ids[id])
        if made.errors or why:
            self._fail(id, why, made.errors)
        if why:
            return
        compiled = _environments(made)
        frameworks = {name for one in compiled.values() for name in one.linked.stack.frameworks}
        self._added.append(Newcomer(id, made.spec.tier.name if made.spec else "", tuple(sorted(frameworks))))
        self._add(id, self._breaches(compiled))
        self._note(id, compiled)

    def _tenant(self, id: str, before: Stated, after: Stated) -> None:
        """A tenant that both versions have."""
        one, other = self._before.make(before), self._after.make(after)
        was, now = _environments(one), _environments(other)
        common = [name for name in now if name in was]
        lived = self._lives(self._before, one.spec)
        unknown = {name: self._unknown(was[name], now[name], one.damaged, other.damaged) for name in common}
        changes = {name: list(self._changes(was[name], now[name], unknown[name])) for name in common}
        changed = self._add(id, changes)
        if one.spec is not None and other.spec is not None:
            lives = self._lives(self._after, other.spec)
            moved = _authority({"environments": lived}, {"environments": lives})
            stated = compared(SETTING, _identity(one.spec), _identity(other.spec))
            own = [*((AUTHORITY, change, False) for change in moved), *((SETTING, change, False) for change in stated)]
            changed |= self._add(id, {"": own})
        fresh = {name: held for name, held in now.items() if name not in lived}
        changed |= self._add(id, self._breaches(fresh), named=True)
        self._note(id, was)
        self._note(id, now)
        unresolved = {path for paths in unknown.values() for path in paths}
        wrong = [one.errors, other.errors]
        if unresolved:
            shared = (self._before.errors, self._after.errors)
            wrong = [tuple(dict.fromkeys((*own, *others))) for own, others in zip(wrong, shared, strict=True)]
        differs = bool(unresolved) and any(
            change.subject in unresolved for name in common for change in self._resolved(was[name], now[name])
        )
        if changed or differs or _said(wrong[0]) != _said(wrong[1]):
            self._fail(id, wrong[0], wrong[1], tuple(sorted(unresolved)), resolved=bool(common))

    def _fail(
        self,
        id: str,
        before: tuple[Diagnostic, ...],
        after: tuple[Diagnostic, ...],
        unresolved: tuple[Path, ...] = (),
        *,
        resolved: bool = False,
    ) -> None:
        if before or after:
            self._uncompiled.setdefault((before, after, unresolved, resolved), []).append(id)

    def _unknown(self, was: Compiled, now: Compiled, before: frozenset[str], after: frozenset[str]) -> set[Path]:
        """The settings that cannot be compared, and those that read them.

        Either something is wrong with their value, or one version lacks a definition that the other has, and the file
        that it stood in is damaged.
        """
        found = {path for one in (was, now) for path in (*one.resolved.problems, *one.resolved.conflicts)}
        if before or after:
            found |= {
                change.subject
                for change in (*self._resolved(was, now), *self._inherited(was, now))
                if _lacks(was, now, change.subject, before) or _lacks(now, was, change.subject, after)
            }
        waiting = list(found)
        while waiting:
            path = waiting.pop()
            readers = {reader for one in (was, now) for reader in one.resolved.readers().get(path, ())} - found
            found |= readers
            waiting += readers
        return found

    def _resolved(self, was: Compiled, now: Compiled) -> Iterator[Change]:
        return self._settings(was.resolved.settings.sections, now.resolved.settings.sections)

    def _inherited(self, was: Compiled, now: Compiled) -> Iterator[Change]:
        return self._settings(was.base.settings.sections, now.base.settings.sections)

    def _changes(self, was: Compiled, now: Compiled, unknown: set[Path]) -> Iterator[_Found]:
        """What changes for a tenant in one environment."""
        yield from ((AUTHORITY, change, False) for change in _authority(standing(was), standing(now)))
        left = unknown | {"tenant.tier"}
        if was.linked.stack.frameworks != now.linked.stack.frameworks:
            left.add(FRAMEWORKS_PATH)
        reached: set[Path] = set()
        for change in self._resolved(was, now):
            reached.add(change.subject)
            if change.subject not in left:
                yield SETTING, change, False
        for change in self._inherited(was, now):
            path = change.subject
            if path not in reached and path not in left and (_overrides(was, path) or _overrides(now, path)):
                yield SETTING, change, True
        if unknown:
            return  # a verdict on what is not known is none
        before, after = self._before.verdicts(was), self._after.verdicts(now)
        if before is not None and after is not None:
            known = self._known.get(before, after)
            if known is None:
                known = self._known.put(tuple(compared(VERDICT, _words(before), _words(after))), before, after)
            yield from ((VERDICT, change, False) for change in known)

    def _settings(self, was: Mapping[str, Section], now: Mapping[str, Section]) -> Iterator[Change]:
        for name in {**was, **now}:
            before, after = was.get(name), now.get(name)
            known = self._known.get(before, after)
            if known is None:
                values = (section.values if section is not None else {} for section in (before, after))
                known = self._known.put(tuple(compared(SETTING, *values)), before, after)
            yield from known

    def _breaches(self, compiled: Mapping[str, Compiled]) -> dict[str, list[_Found]]:
        """What a tenant breaks, with or without leave, where it was not before."""
        found: dict[str, list[_Found]] = {}
        for name, one in compiled.items():
            verdicts = self._after.verdicts(one) or {}
            broken = [held for held in verdicts.values() if held.answer in BROKEN or held.answer is Answer.WAIVED]
            found[name] = [(VERDICT, Change(VERDICT, held.rule, None, _word(held)), False) for held in broken]
        return found

    def _add(self, id: str, changes: Mapping[str, list[_Found]], *, named: bool = False) -> bool:
        """Takes in a tenant's changes by environment, `named` if in all of them; gives whether any reaches it."""
        held: dict[Hashable, tuple[str, Change, bool, list[str]]] = {}
        for name, found in changes.items():
            for room, change, shielded in found:
                held.setdefault((key(change), shielded), (room, change, shielded, []))[3].append(name)
        for room, change, shielded, names in held.values():
            where = () if len(names) == len(changes) and not named else tuple(sorted(names))
            self._groups[room].add(change, where, [id], shielded=shielded)
        return any(not shielded for _, _, shielded, _ in held.values())

    def _note(self, id: str, compiled: Mapping[str, Compiled]) -> None:
        """Remembers a tenant for those documents over it that change."""
        for one in compiled.values() if self._reach else ():
            for document in over(one):
                if document in self._reach:
                    self._reach[document].add(id)

    def _lives(self, version: Version, spec: Spec | None) -> tuple[str, ...]:
        if spec is None or version.pipeline is None:
            return ()
        default = tuple(named.name for named in version.pipeline.workspace.options.environments)
        return tuple(sorted(version.pipeline.linker.environments(spec, default).value))

    def _shared(self) -> None:
        """What changes in shared documents themselves."""
        for change, document in self._terms:
            self._groups[AUTHORITY].add(change, (), self._reach[document], shielded=False)
        if self._before.pipeline is None or self._after.pipeline is None:
            return
        was, now = waivers(self._before.pipeline.workspace), waivers(self._after.pipeline.workspace)
        for id in {**was, **now}:
            there = [id] if id in self._before.ids or id in self._after.ids else []
            for change in compared("waiver", was.get(id, {}), now.get(id, {})):
                self._groups[AUTHORITY].add(change, (), there, shielded=False)

    def _difference(self) -> Difference:
        schemas = [one.pipeline.schema for one in (self._before, self._after) if one.pipeline is not None]

        def is_secret(path: Path) -> bool:
            return any(leaf is not None and leaf.secret for leaf in (schema.leaf(path) for schema in schemas))

        failed = [Uncompiled(tuple(sorted(ids)), *about) for about, ids in self._uncompiled.items()]  # type: ignore[arg-type]
        return Difference(
            (len(self._before.ids), len(self._after.ids)),
            tuple(sorted(self._added, key=lambda one: one.tenant)),
            tuple(sorted(self._removed)),
            tuple(sorted(failed, key=lambda one: one.tenants)),
            *(self._groups[room].all(is_secret) for room in (AUTHORITY, VERDICT, SETTING)),
        )


def _terms(before: Version, after: Version) -> list[tuple[Change, Document]]:
    """What shared documents grant and require otherwise."""
    if before.pipeline is None or after.pipeline is None or is_shared_alike(before, after):
        return []
    was, now = terms(before.pipeline), terms(after.pipeline)
    documents = {term.text: term.document for term in (*was, *now)}
    kinds = {term.kind for term in (*was, *now)}
    found = []
    for kind in sorted(kinds):
        sides = ({term.text: value for term, value in held.items() if term.kind == kind} for held in (was, now))
        found += [(change, documents[change.subject]) for change in compared(kind, *sides)]
    return found


def _authority(was: Mapping[str, Value], now: Mapping[str, Value]) -> Iterator[Change]:
    """What changes of a tenant itself, where there is one thing of a kind."""
    return (change._replace(kind=change.subject, subject="") for change in compared("", was, now))


def _environments(made: Made) -> Mapping[str, Compiled]:
    return made.tenant.environments if made.tenant is not None else {}


def _identity(spec: Spec) -> dict[str, Value]:
    """What only the tenant's spec says, and artifacts hold."""
    found: dict[str, Value] = {"tenant.name": spec.tenant_name, "tenant.owner_email": spec.owner_email}
    found |= {f"names.{kind}": named.name for kind, named in spec.names.items()}
    for environment, own in (spec.environments or {}).items():
        found |= {f"names.{kind} in {environment}": named.name for kind, named in own.names.items()}
    return found


def _overrides(compiled: Compiled, path: Path) -> bool:
    return any(one.layer.kind is LayerKind.TENANT for one in compiled.resolved.settings.definitions(path))


def _lacks(one: Compiled, other: Compiled, path: Path, damaged: frozenset[str]) -> bool:
    """Whether a definition that the other version has is missing here, where its file is damaged."""
    layers = {held.layer for held in one.resolved.settings.definitions(path)}
    missing = (held for held in other.resolved.settings.definitions(path) if held.layer not in layers)
    return any(held.span is not None and held.span.path in damaged for held in missing)


def _said(errors: tuple[Diagnostic, ...]) -> list[tuple[str, str]]:
    return sorted((one.code, one.message) for one in errors)


def _words(verdicts: Mapping[str, Verdict]) -> dict[str, Value]:
    return {id: _word(verdict) for id, verdict in verdicts.items()}


def _word(verdict: Verdict) -> str:
    """A verdict in a word; of one that is broken, with leave or without, also how strictly it is held."""
    held = f" ({verdict.strictness.value})" if verdict.answer in BROKEN or verdict.answer is Answer.WAIVED else ""
    return f"{verdict.word}{held}"
