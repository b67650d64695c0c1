"""Sorts what a template says: settings, what it says about the tenant itself, and what nothing uses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.driver.tenant_template.document import Names, Said
from tenantc.driver.tenant_template.names import Finder, Found
from tenantc.model.schema import Leaf
from tenantc.source.frozen import Frozen, field
from tenantc.source.node import Node
from tenantc.source.path import Path, join
from tenantc.source.span import Span

Inherited = Callable[[Path], Any]
"""Gives what a setting is without the template, as plain data; None if it is absent."""


class Stated(Frozen):
    """A value that a template gives a setting, and the places that say so."""

    value: Any
    nodes: tuple[Node, ...]
    names: tuple[Names, ...]


class Unknown(Frozen):
    """What nothing uses: where it stands, how many values it holds, and what may have been meant."""

    names: Names
    count: int
    span: Span
    suggestion: str


class Sorted(Frozen):
    """What a template says, sorted.

    `kept` is what nothing uses, by its path in the template; `renamed` are the settings that are called otherwise now,
    by their path in the template; `frameworks` are those that switches require.
    """

    settings: dict[Path, Stated]
    kept: dict[Path, Any]
    unknown: tuple[Unknown, ...]
    renamed: Mapping[Path, Path]
    frameworks: Mapping[str, Node]
    diagnostics: tuple[Diagnostic, ...] = field(default=())


class Sorter:
    """Takes what a template says, value by value."""

    def __init__(self, finder: Finder, inherited: Inherited) -> None:
        self._finder = finder
        self._inherited = inherited
        self._direct: dict[Path, Stated] = {}
        self._older: dict[Path, list[tuple[Said, Any]]] = {}
        self._switches: dict[Path, list[tuple[str, Said, Any]]] = {}
        self._kept: dict[Path, Any] = {}
        self._unknown: list[Said] = []
        self._known: set[Names] = set()
        self._renamed: dict[Path, Path] = {}
        self._frameworks: dict[str, Node] = {}
        self._diagnostics: list[Diagnostic] = []

    def take(self, one: Said, value: Any) -> None:
        framework = self._finder.framework(one.names)
        if framework is not None and (isinstance(value, bool) or value is None):
            self._note(one)
            if value:
                self._frameworks[framework] = one.node
            return
        found = self._finder.find(one.names)
        if found is not None:
            self._note(one)
            self._setting(one, value, found)
        elif value in ({}, None) and self._finder.is_mapping(one.names):
            self._note(one)
        else:
            self._kept[join(one.names)] = value
            if one.names[0] != _ABOUT:
                self._unknown.append(one)

    def sorted(self) -> Sorted:
        settings = dict(self._direct)
        for path, ones in self._older.items():
            for one, value in ones:
                self._older_name(settings, path, one, value)
        for path, switches in self._switches.items():
            self._switched(settings, path, switches)
        return Sorted(settings, self._kept, self._groups(), self._renamed, self._frameworks, tuple(self._diagnostics))

    def _note(self, one: Said) -> None:
        self._known.update(one.names[:end] for end in range(len(one.names) + 1))

    def _setting(self, one: Said, value: Any, found: Found) -> None:
        if value is None:  # it says nothing
            return
        if found.item is not None:
            if isinstance(value, bool):
                self._switches.setdefault(found.path, []).append((found.item, one, value))
            else:
                self.aside(one, value, found.path, "a switch for an item of this list is true or false")
            return
        value = fitted(value, found.leaf)
        if found.is_renamed:
            self._older.setdefault(found.path, []).append((one, value))
        elif found.path in self._direct:
            self._again(self._direct, found.path, one, value)
        else:
            self._direct[found.path] = Stated(value, (one.node,), (one.names,))

    def _older_name(self, settings: dict[Path, Stated], path: Path, one: Said, value: Any) -> None:
        if path in settings:
            self._again(settings, path, one, value)
        else:
            settings[path] = Stated(value, (one.node,), (one.names,))
            self._renamed[join(one.names)] = path

    def _again(self, settings: dict[Path, Stated], path: Path, one: Said, value: Any) -> None:
        """Another place says something about a setting: the same, or it is set aside."""
        first = settings[path]
        if type(first.value) is type(value) and first.value == value:
            settings[path] = Stated(value, (*first.nodes, one.node), (*first.names, one.names))
        else:
            self.aside(one, value, path, "another place says something else", first.nodes[0])

    def _switched(self, settings: dict[Path, Stated], path: Path, switches: list[tuple[str, Said, Any]]) -> None:
        if path in settings:
            for item, one, value in switches:
                held = settings[path].value
                if not isinstance(held, list) or value is not (item in held):
                    self.aside(one, value, path, "the list itself says something else", settings[path].nodes[0])
            return
        off = {item for item, _, value in switches if not value}
        items = [item for item in self._inherited(path) or [] if item not in off]
        items += [item for item, _, value in switches if value and item not in items]
        ones = [one for _, one, _ in switches]
        settings[path] = Stated(items, tuple(one.node for one in ones), tuple(one.names for one in ones))

    def aside(self, one: Said, value: Any, path: Path, problem: str, first: Node | None = None) -> None:
        self._kept[join(one.names)] = value
        blames = [Blame(first.span, "here")] if first is not None else []
        self._diagnostics.append(diagnose("T142", one.node.span, *blames, path=path, problem=problem))

    def _is_known(self, names: Names) -> bool:
        return names in self._known or self._finder.is_mapping(names)

    def _groups(self) -> tuple[Unknown, ...]:
        """What nothing uses: mappings that hold nothing else stand for all that is in them."""
        found: dict[Names, list[Said]] = {}
        for one in self._unknown:
            ends = range(1, len(one.names))
            end = next((end for end in ends if not self._is_known(one.names[:end])), len(one.names))
            found.setdefault(one.names[:end], []).append(one)
        return tuple(
            Unknown(names, len(ones), ones[0].key.span, self._finder.suggestion(names)) for names, ones in found.items()
        )


# what a template says about itself
_ABOUT = "_metadata"


def fitted(value: Any, leaf: Leaf) -> Any:
    """A value as specs write it: -1 is unlimited where that is one, and a moment is its day where a day is asked."""
    if leaf.unlimited and isinstance(value, (int, float)) and not isinstance(value, bool) and value == -1:
        return "unlimited"
    if leaf.schema.get("format") == "date" and isinstance(value, str) and value[10:11] == "T":
        return value[:10]
    return value
