"""Puts one level on top of resolved settings: the one operation behind stacks, mixins and tenants.

Only what the level touches, and what refers to it, is computed; every other section stays the same object.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from operator import itemgetter
from typing import Final, TypeAlias

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.model.layer import Bound, Definition, Operator
from tenantc.model.resolved import Resolved
from tenantc.model.schema import Leaf, Schema
from tenantc.model.settings import Content, Section, Settings
from tenantc.resolve.evaluate import Evaluation
from tenantc.resolve.reads import reads_of
from tenantc.source.frozen import Frozen
from tenantc.source.memo import Memo
from tenantc.source.path import Path, child, covers, section
from tenantc.source.value import Value, exact, same

_WIDE = frozenset({Operator.UNSET, Operator.REPLACE})
_REMOVES = frozenset({Operator.REMOVE, Operator.REMOVE_IF_THERE})

Facts = Callable[[Path], Value | None]

# a path, its value, and that value before a cap changed it
_Change: TypeAlias = "tuple[Path, Value | None, Value | None]"
_path: Final = itemgetter(0)
_NOTHING: Final = Section({}, {})
# A content has some ten kilobytes with its texts; what falls out is made anew where it comes up again.
_CONTENTS: Final[Memo[Hashable, Content]] = Memo(256)


class Addition(Frozen):
    """What a level brings: its definitions, what its mixins disagree on, and the caps of an environment."""

    definitions: tuple[Definition, ...]
    conflicts: Mapping[Path, Diagnostic] = {}
    caps: Mapping[Path, Bound] = {}


def empty(sections: Mapping[str, Section]) -> Resolved:
    """Settings before any level, with the sections that tenantc itself fills for all tenants."""
    return Resolved(Settings(dict(sections)), {}, {}, {}, {})


def extend(base: Resolved, level: Addition, schema: Schema, as_of: str, facts: Facts | None = None) -> Resolved:
    """`base` with a level on top.

    `as_of` (YYYY-MM-DD) ends dated entries; `facts` gives what tenantc knows of the one
    tenant (`tenant.*`, `deployment.*`, `tier.*`), and everything that refers to those is evaluated anew.
    """
    touched = _Touched(base, schema)
    for definition in level.definitions:
        if definition.until is None or definition.until >= as_of:
            touched.apply(definition)
    caps = {**base.caps, **level.caps} if level.caps else base.caps
    reads = _reads(base, touched.found, schema, caps, bool(level.caps))
    affected = _affected(base, touched.found, level.caps, reads, facts is not None)
    if not (affected or level.conflicts or touched.problems or level.caps):
        return base
    evaluation = Evaluation(base, touched.found, reads, caps, schema, facts)
    evaluation.run(affected)
    problems = base.problems
    fresh = {path: tuple(found) for path, found in evaluation.problems.items()}
    fresh.update((path, (*fresh.get(path, ()), *found)) for path, found in touched.problems.items())
    if fresh or any(path in problems for path in affected):
        problems = {path: found for path, found in problems.items() if path not in affected} | fresh
    conflicts = base.conflicts
    if conflicts or level.conflicts:
        kept = {path: found for path, found in conflicts.items() if not touched.settles(path)}
        conflicts = {**kept, **level.conflicts}
    settings = _sections(base, touched.found, evaluation)
    return Resolved(settings, reads, problems, conflicts, caps)


class _Touched:
    """The definitions of each setting that a level touches, its own on top."""

    def __init__(self, base: Resolved, schema: Schema) -> None:
        self.base = base
        self.schema = schema
        self.found: dict[Path, tuple[Definition, ...]] = {}
        self.problems: dict[Path, tuple[Diagnostic, ...]] = {}
        self._settled: list[Path] = []

    def apply(self, definition: Definition) -> None:
        path, operator = definition.path, definition.operator
        if operator in _WIDE or operator is Operator.SET:
            self._settled.append(path)
        if operator not in _WIDE and (operator not in _REMOVES or isinstance(self.schema.find(path), Leaf)):
            self.add(path, definition)
        elif operator in _WIDE:
            for under in self.present(path):
                leaf = self.schema.leaf(under)
                if leaf is None or not leaf.computed:  # nobody writes those, and so nobody takes them away
                    self.add(under, definition)
        else:
            self.remove_names(definition)

    def add(self, path: Path, definition: Definition) -> None:
        before = self.found.get(path)
        if before is None:
            before = self.base.settings.definitions(path)
        self.found[path] = (*before, definition)

    def present(self, upper: Path) -> list[Path]:
        """Every defined setting at or under a path."""
        held = self.base.settings.sections.get(section(upper))
        known: Iterable[Path] = held.definitions if held is not None else ()
        return list(dict.fromkeys(path for path in (*known, *self.found) if covers(upper, path)))

    def remove_names(self, definition: Definition) -> None:
        """Takes entries of an open map away."""
        assert isinstance(definition.value, tuple)
        for name in definition.value:
            entry = child(definition.path, str(name))
            there = [path for path in self.present(entry) if self.base.settings.get(path) is not None]
            if not there and definition.operator is Operator.REMOVE:
                assert definition.span is not None
                help = f"`{definition.path}-?:` takes away what may not be there"
                problem = diagnose("T306", definition.span, item=name, path=definition.path, help=help)
                self.problems[entry] = (problem,)
            for path in there:
                self.add(path, definition)

    def settles(self, path: Path) -> bool:
        return any(covers(upper, path) for upper in self._settled)


def _reads(
    base: Resolved,
    touched: Mapping[Path, tuple[Definition, ...]],
    schema: Schema,
    caps: Mapping[Path, Bound],
    capping: bool,
) -> Mapping[Path, frozenset[Path]]:
    """Who reads what after the level. Where an environment caps a setting, those it limits read it too."""
    changed: dict[Path, frozenset[Path]] = {}
    for path, definitions in touched.items():
        found = reads_of(path, definitions)
        if caps:
            found |= _limit(path, schema, caps)
        if found != base.reads.get(path, frozenset()):
            changed[path] = found
    if capping:
        for held in base.settings.sections.values():
            for path in held.values:
                if path not in changed and (limit := _limit(path, schema, caps)):
                    changed[path] = base.reads.get(path, frozenset()) | limit
    if not changed:
        return base.reads
    return {path: found for path, found in {**base.reads, **changed}.items() if found}


def _limit(path: Path, schema: Schema, caps: Mapping[Path, Bound]) -> frozenset[Path]:
    """The setting that may not be exceeded by this one, if caps reach it."""
    leaf = schema.leaf(path)
    if leaf is None or leaf.at_most is None:
        return frozenset()
    if leaf.at_most in caps or _limit(leaf.at_most, schema, caps):
        return frozenset({leaf.at_most})
    return frozenset()


def _affected(
    base: Resolved,
    touched: Mapping[Path, tuple[Definition, ...]],
    caps: Mapping[Path, Bound],
    reads: Mapping[Path, frozenset[Path]],
    facts: bool,
) -> set[Path]:
    """What has to be evaluated: what is touched or newly capped, and whatever reads any of that."""
    affected = set(touched)
    affected.update(path for path in caps if base.settings.get(path) is not None)
    if reads is not base.reads:
        affected.update(path for path, found in reads.items() if found is not base.reads.get(path))
    readers = base.readers()
    if facts:
        affected.update(readers.get("", ()))
    if not readers:
        return affected
    waiting = list(affected)
    while waiting:
        for reader in readers.get(waiting.pop(), ()):
            if reader not in affected:
                affected.add(reader)
                waiting.append(reader)
    return affected


def _sections(base: Resolved, touched: Mapping[Path, tuple[Definition, ...]], evaluation: Evaluation) -> Settings:
    """The sections after the level: new ones where something changed, the same objects elsewhere."""
    sections = base.settings.sections
    changed: dict[str, list[_Change]] = {}
    for path in (*touched, *(path for path in evaluation.values if path not in touched)):
        name = section(path)
        change = (path, evaluation.values.get(path), evaluation.uncapped.get(path))
        if name in changed:
            changed[name].append(change)
        elif path in touched or name not in sections or not _unchanged(sections[name], *change):
            changed[name] = [change]
    if not changed:
        return base.settings
    made = {name: _section(sections.get(name, _NOTHING), changes, touched) for name, changes in changed.items()}
    return Settings({**sections, **made})


def _section(before: Section, changes: list[_Change], touched: Mapping[Path, tuple[Definition, ...]]) -> Section:
    definitions = before.definitions | {path: touched[path] for path, _, _ in changes if path in touched}
    return Section(_content(before.content, changes), definitions, before, tuple([one[0] for one in changes]))


def _content(before: Content, changes: list[_Change]) -> Content:
    """The content with these changes; the same object for whoever changes the same."""
    ordered = sorted(changes, key=_path)
    key = (before, *[(path, exact(value), exact(uncapped)) for path, value, uncapped in ordered])
    known = _CONTENTS.get(key)
    if known is not None:
        return known
    values, uncapped = dict(before.values), dict(before.uncapped)
    for path, value, cut in ordered:
        _put(values, path, value)
        _put(uncapped, path, cut)
    return _CONTENTS.put(key, Content(values, uncapped, before, tuple([one[0] for one in ordered])))


def _unchanged(before: Section, path: Path, value: Value | None, uncapped: Value | None) -> bool:
    return _same(before.values.get(path), value) and _same(before.uncapped.get(path), uncapped)


def _same(left: Value | None, right: Value | None) -> bool:
    if left is None or right is None:
        return left is right
    return same(left, right)


def _put(values: dict[Path, Value], path: Path, value: Value | None) -> None:
    if value is None:
        values.pop(path, None)
    else:
        values[path] = value
