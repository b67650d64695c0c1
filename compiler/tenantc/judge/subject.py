"""A tenant's settings as rules read them."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.judge.secrets import secret_facts
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.model.settings import Section, Settings
from tenantc.source.path import Path, child, covers, section, split
from tenantc.source.value import Value


class Subject:
    """Answers what generated rules ask: the value of a setting, and the entries of an open map.

    `tier` holds what the tenant's tier gives by itself; `facts` what rules read besides settings (`as_of`, `waivers`).
    What they read of secrets is looked for when the first of them asks.
    """

    __slots__ = ("_entries", "_facts", "_schema", "_secrets", "_sections", "_tier")

    def __init__(
        self, sections: Mapping[str, Section], schema: Schema, tier: Settings, facts: Mapping[Path, Value]
    ) -> None:
        self._sections = sections
        self._schema = schema
        self._tier = tier
        self._facts = facts
        self._secrets: Mapping[Path, Value] | None = None
        self._entries: dict[Path, tuple[tuple[str, Path], ...]] = {}

    def get(self, path: Path) -> Value | None:
        name = section(path)
        held = self._sections.get(name)
        if held is not None:
            return held.values.get(path)
        if name == "tier":
            return self._tier.get(path.removeprefix("tier."))
        return self._besides(name).get(path)

    def altered(self, path: Path, value: Value) -> Subject:
        """The same with another value of one setting."""
        held = self._sections[section(path)]
        changed = Section({**held.values, path: value}, held.definitions)
        return Subject({**self._sections, section(path): changed}, self._schema, self._tier, self._facts)

    def _besides(self, root: str) -> Mapping[Path, Value]:
        """What stands under a root that is no section."""
        if root != "secrets":
            return self._facts
        if self._secrets is None:
            self._secrets = secret_facts(self._schema, self._sections)
        return self._secrets

    def entries(self, path: Path) -> tuple[tuple[str, Path], ...]:
        """The names and paths of what stands in an open map, in order.

        Names that the schema fixes are left out where they are mappings of another kind (`integrations.custom`).
        """
        found = self._entries.get(path)
        if found is None:
            found = self._entries[path] = tuple((name, child(path, name)) for name in self._names(path))
        return found

    def names(self, path: Path) -> tuple[str, ...]:
        return tuple(name for name, _ in self.entries(path))

    def _names(self, path: Path) -> list[str]:
        depth = len(split(path))
        held = self._sections.get(section(path))
        known = held.values if held is not None else self._besides(section(path))
        names = {split(one)[depth] for one in known if one != path and covers(path, one)}
        group = self._schema.find(path)
        if isinstance(group, Group):
            fixed = {name for name, member in group.members.items() if not (isinstance(member, Leaf) and _plain(group))}
            names -= fixed
        return sorted(names)


def _plain(group: Group) -> bool:
    return isinstance(group.entry, Leaf)
