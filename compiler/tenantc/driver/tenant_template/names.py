"""Finds the setting that a template means by a name: as it stands, or as the table of older names has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver import library
from tenantc.driver.tenant_template.document import Names
from tenantc.load.blocks import is_name
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.source.path import BadPathError, Path, join, split

# what a template puts its sections into
_LIFTED = ("configuration", "overrides", "settings")
# how often a name may have to be looked up in the table of older ones
_STEPS = 4
# characters of a name for which others are suggested: to compare long ones takes long
_LONGEST = 60


class Found(NamedTuple):
    """The setting that is meant. `item` is the item of a list that a switch stands for."""

    path: Path
    leaf: Leaf
    is_renamed: bool
    item: str | None = None


class Table(NamedTuple):
    """A table of older names, by how they begin."""

    renamed: Mapping[Names, Names]
    members: Mapping[Path, tuple[Path, str]]
    frameworks: Mapping[Path, str]


def table() -> Table:
    """The library's table of what templates call what."""
    read: Any = library.template_names()
    return Table(
        {split(old): split(new) for old, new in read["renamed"].items()},
        {old: (new["list"], new["item"]) for old, new in read["members"].items()},
        dict(read["frameworks"]),
    )


class Finder:
    """Looks names of templates up in a schema of settings."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._table = table()
        self._longest = max(map(len, self._table.renamed))
        self._suggested: dict[tuple[Path, str], str] = {}
        self._places: dict[str, list[Path]] = {}
        for leaf in schema.leaves():
            if ".*" not in leaf.path:
                self._places.setdefault(split(leaf.path)[-1], []).append(leaf.path)

    def find(self, names: Names) -> Found | None:
        """The setting that names mean; None if they mean none."""
        for spelling in _spellings(names):
            for step, way in enumerate(self._ways(spelling)):
                found = self._at(way)
                if found is not None:
                    return found._replace(is_renamed=step > 0)
        return None

    def framework(self, names: Names) -> str | None:
        """The framework that a switch requires."""
        known = self._table.frameworks
        return next((known[path] for one in _spellings(names) if (path := join(one)) in known), None)

    def is_mapping(self, names: Names) -> bool:
        """Whether names mean a mapping of settings."""
        if len(names) == 1 and names[0] in _LIFTED:
            return True
        return any(isinstance(self._schema.find(join(way)), Group) for way in self._ways(lifted(names)))

    def suggestion(self, names: Names) -> str:
        """What somebody may have meant who wrote names that mean nothing, as the end of a sentence; or nothing."""
        *_, spelled = _spellings(names)
        *_, lifted = self._ways(spelled)
        here, depth = self._schema.root, 0
        for name in lifted:
            inner = here.get(name)
            if not isinstance(inner, Group):
                break
            here, depth = inner, depth + 1
        if depth == len(lifted) or len(lifted[depth]) > _LONGEST:
            return ""
        key = (here.path, lifted[depth])
        if key not in self._suggested:
            self._suggested[key] = did_you_mean(lifted[depth], here.members)
        return self._suggested[key] or self._elsewhere(lifted[-1])

    def _elsewhere(self, name: str) -> str:
        """Where the only setting of a name stands."""
        places = self._places.get(name, [])
        return f"there is a setting `{places[0]}`" if len(places) == 1 else ""

    def _ways(self, names: Names) -> Iterator[Names]:
        """The names, and what older ones are called now."""
        for _ in range(_STEPS):
            yield names
            ends = range(min(len(names), self._longest), 0, -1)
            old = next((names[:end] for end in ends if names[:end] in self._table.renamed), None)
            if old is None:
                return
            names = (*self._table.renamed[old], *names[len(old) :])

    def _at(self, names: Names) -> Found | None:
        path = join(names)
        if path in self._table.members:
            upper, item = self._table.members[path]
            leaf = self._schema.leaf(upper)
            return Found(upper, leaf, False, item) if leaf is not None else None
        here: Group | Leaf = self._schema.root
        for depth, name in enumerate(names):
            if isinstance(here, Leaf):
                is_item = depth == len(names) - 1 and _has_item(here, name)
                return Found(join(names[:-1]), here, False, name) if is_item else None
            inner = here.get(name)
            if inner is None or (name not in here.members and not is_name(name, here)):
                return None
            here = inner
        return Found(path, here, False) if isinstance(here, Leaf) and not here.computed else None


def _has_item(leaf: Leaf, name: str) -> bool:
    """Whether a list may hold an item of this name."""
    items = leaf.schema.get("items")
    listed = items.get("enum") if isinstance(items, dict) else None
    return leaf.type == "array" and leaf.item == "string" and (listed is None or name in listed)


def lifted(names: Names) -> Names:
    """The names without what a template puts its sections into."""
    return names[1:] if len(names) > 1 and names[0] in _LIFTED else names


def _spellings(names: Names) -> Iterator[Names]:
    """The names as they stand, and with their dots taken for steps."""
    plain = lifted(names)
    yield plain
    if any("." in name for name in plain):
        try:
            yield lifted(tuple(part for name in plain for part in (split(name) if "." in name else (name,))))
        except BadPathError:
            return
