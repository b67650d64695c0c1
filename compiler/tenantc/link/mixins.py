"""Puts mixins in order by C3 and finds what those of one list disagree on.

C3 is the linearisation of Barrett et al., "A Monotonic Superclass Linearization for Dylan" (OOPSLA 1996).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.model.layer import Definition, LayerId, Named, Operator, Written
from tenantc.model.spec import Mixin
from tenantc.model.stack import Level
from tenantc.source.frozen import replace
from tenantc.source.path import Path, child, covers
from tenantc.source.span import Span
from tenantc.source.value import Record, Value, same

_WIDE = frozenset({Operator.UNSET, Operator.REPLACE})
_REMOVES = frozenset({Operator.REMOVE, Operator.REMOVE_IF_THERE})
_ALIKE = "in every `extends`, list a mixin before those that it extends, and the others in one order"


class Mixins:
    """The mixins of a workspace by name, the library's beneath them."""

    def __init__(self, own: Mapping[str, Mixin], library: Mapping[str, Mixin]) -> None:
        self._own = own
        self._library = library
        self._lines: dict[LayerId, tuple[Mixin, ...] | Diagnostic] = {}

    def order(self, names: Sequence[Named]) -> tuple[tuple[Mixin, ...], list[Diagnostic]]:
        """The mixins of one list and those they extend, the lowest first. The order of the list does not matter."""
        diagnostics: list[Diagnostic] = []
        lines: list[tuple[Mixin, ...]] = []
        for named in sorted(names, key=lambda named: named.name):
            mixin = self._own.get(named.name)
            if mixin is None:
                help = did_you_mean(named.name, self._own)
                diagnostics.append(diagnose("T205", named.span, name=named.name, help=help))
                continue
            line = self._line(mixin, ())
            if isinstance(line, Diagnostic):
                diagnostics.append(line)
            else:
                lines.append(line)
        merged = _merge(lines)
        if merged is None:
            shown = ", ".join(f"`{line[0].name}`" for line in lines)
            wrong = diagnose("T208", *(line[0].span for line in lines), mixins=shown, help=_ALIKE)
            diagnostics.append(replace(wrong, occasion=_together(names)))
            return (), diagnostics
        return tuple(reversed(merged)), diagnostics

    def _line(self, mixin: Mixin, below: tuple[Mixin, ...]) -> tuple[Mixin, ...] | Diagnostic:
        """A mixin and all it extends, the most derived first."""
        known = self._lines.get(mixin.layer.id)
        if known is not None:
            return known
        if mixin in below:
            circle = below[below.index(mixin) :]
            first = circle.index(min(circle, key=lambda one: one.name))  # the same circle wherever it is entered
            circle = (*circle[first:], *circle[: first + 1])
            chain = " → ".join(f"`{one.name}`" for one in circle)
            return diagnose("T203", circle[0].span, kind="mixin", name=circle[0].name, chain=chain)
        line = self._linearise(mixin, below)
        self._lines[mixin.layer.id] = line
        return line

    def _linearise(self, mixin: Mixin, below: tuple[Mixin, ...]) -> tuple[Mixin, ...] | Diagnostic:
        parents: list[Mixin] = []
        for named in mixin.extends:
            own_name = named.name == mixin.name and mixin.own
            parent = (self._library if own_name else self._own).get(named.name)
            if parent is None:
                return diagnose("T205", named.span, name=named.name, help=did_you_mean(named.name, self._own))
            parents.append(parent)
        lines: list[tuple[Mixin, ...]] = []
        for parent in parents:
            line = self._line(parent, (*below, mixin))
            if isinstance(line, Diagnostic):
                return line
            lines.append(line)
        merged = _merge([*lines, tuple(parents)])
        if merged is None:
            shown = " and ".join(f"`{parent.name}`" for parent in parents)
            return diagnose("T208", *(named.span for named in mixin.extends), mixins=shown, help=_ALIKE)
        return (mixin, *merged)


def _merge(lines: list[tuple[Mixin, ...]]) -> list[Mixin] | None:
    """The C3 merge of linearisations, or None if they contradict each other."""
    rest = [list(line) for line in lines if line]
    merged: list[Mixin] = []
    while rest:
        head = next(
            (line[0] for line in rest if not any(line[0] in other[1:] for other in rest)),
            None,
        )
        if head is None:
            return None
        merged.append(head)
        rest = [stripped for line in rest if (stripped := [mixin for mixin in line if mixin is not head])]
    return merged


def conflicts(mixins: tuple[Mixin, ...], names: Sequence[Named]) -> dict[Path, Diagnostic]:
    """What mixins disagree on that the list `names` brings together, by path: unrelated ones must agree.

    See language.md §3.
    """
    found: dict[Path, Diagnostic] = {}
    ancestors = _ancestors(mixins)
    for index, left in enumerate(mixins):
        for right in mixins[index + 1 :]:
            if left.name in ancestors[right.name] or right.name in ancestors[left.name]:
                continue
            for one in left.layer.definitions:
                for other in right.layer.definitions:
                    path = _clash(one, other)
                    if path is not None and path not in found:
                        occasion = _together(_meeting(left, right, mixins, ancestors) or names)
                        found[path] = replace(_diagnose(path, left, right, one, other), occasion=occasion)
    return found


def _diagnose(path: Path, left: Mixin, right: Mixin, one: Definition, other: Definition) -> Diagnostic:
    blames = [Blame(span, f"mixin `{name}`") for name, span in _spans((left, one), (right, other))]
    help = f"set `{path}` in a layer above, or let one mixin extend the other"
    return diagnose("T305", *blames, left=left.name, right=right.name, path=path, help=help)


def _meeting(
    left: Mixin, right: Mixin, mixins: tuple[Mixin, ...], ancestors: Mapping[str, set[str]]
) -> tuple[Named, ...]:
    """The lowest list of a mixin that brings these two together; none if they meet above all mixins."""
    pair = {left.name, right.name}
    return next((mixin.extends for mixin in mixins if pair <= ancestors[mixin.name]), ())


def _together(names: Sequence[Named]) -> Blame:
    """The list of these names; the last one where it is spread over several lines."""
    first, last = names[0].span, names[-1].span
    start = first.column if first.line == last.line else last.column
    return Blame(last._replace(column=start), "here they come together")


def _spans(*sides: tuple[Mixin, Definition]) -> list[tuple[str, Span]]:
    return [(mixin.name, definition.key_span) for mixin, definition in sides if definition.key_span is not None]


def _ancestors(mixins: tuple[Mixin, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for mixin in mixins:  # the lowest first, so that what a mixin extends is there already
        names = {named.name for named in mixin.extends}
        found[mixin.name] = names.union(*(found.get(name, set()) for name in names))
    return found


def _clash(one: Definition, other: Definition) -> Path | None:
    """The path on which two definitions disagree, or None if they get along in either order."""
    if one.path == other.path:
        return None if _agree(one, other) else one.path
    for upper, lower in ((one, other), (other, one)):
        if upper.operator in _WIDE and covers(upper.path, lower.path):
            return lower.path
        if upper.operator in _REMOVES and isinstance(upper.value, tuple) and covers(upper.path, lower.path):
            gone = [child(upper.path, str(name)) for name in upper.value]
            if any(covers(path, lower.path) for path in gone):
                return lower.path
    return None


def _agree(one: Definition, other: Definition) -> bool:
    operators = {one.operator, other.operator}
    if len(operators) == 1:
        if one.operator is Operator.SET:
            return _equal(one.value, other.value)
        return one.operator is not Operator.REPLACE
    if operators <= _REMOVES:
        return True
    if Operator.APPEND in operators and operators & _REMOVES:
        left, right = one.value, other.value
        return isinstance(left, tuple) and isinstance(right, tuple) and not any(item in right for item in left)
    return False


def _equal(left: Written | None, right: Written | None) -> bool:
    plain = (bool, int, float, str, tuple, Record)
    if isinstance(left, plain) and isinstance(right, plain):
        return same(left, right)
    return type(left) is type(right) and left == right


def level(mixins: tuple[Mixin, ...], names: Sequence[Named], *, free: bool) -> Level:
    """The mixins of the list `names`, and those that they extend, as one step."""
    layers = tuple(mixin.layer for mixin in mixins)
    ids = {mixin.name: mixin.layer.id for mixin in mixins}
    ancestors = _ancestors(mixins)
    beneath = {ids[name]: frozenset(ids[one] for one in extended if one in ids) for name, extended in ancestors.items()}
    return Level(layers, tuple(_definitions(mixins, ancestors)), free, conflicts(mixins, names), beneath)


def _definitions(mixins: tuple[Mixin, ...], ancestors: Mapping[str, set[str]]) -> Iterator[Definition]:
    """What mixins of one list say, in order.

    They read the same base, so an item that two of them take away is missed by neither: the second one's part of it
    stands apart, as one that need not be there.
    """
    taken: dict[Path, list[tuple[str, Value]]] = {}
    for mixin in mixins:
        for definition in mixin.layer.definitions:
            items = definition.value
            if definition.operator not in _REMOVES or not isinstance(items, tuple):
                yield definition
                continue
            known = taken.setdefault(definition.path, [])
            before = [item for name, item in known if name not in ancestors[mixin.name]]
            gone = tuple(item for item in items if item in before)
            rest = tuple(item for item in items if item not in before)
            if rest:
                yield definition._replace(value=rest)
            if gone:
                yield definition._replace(value=gone, operator=Operator.REMOVE_IF_THERE)
            known += [(mixin.name, item) for item in items]
