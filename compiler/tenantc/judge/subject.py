"""A tenant's settings as rules read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

from tenantc.judge.secrets import secret_facts
from tenantc.language.runtime import STEP, VALUES, Entries
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.model.settings import Content, Findings, Reading, Section, Settings
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, child, covers, section, split
from tenantc.source.value import Value

T = TypeVar("T")

# by content of a section and what is asked: what stands in an open map
Names = Findings[dict[str, tuple[Any, ...]]]


# what no path has as a step: asks how the secrets of a section are kept
_SECRETS: Final = "!"
# what is known of one tenant alone, by value
_FACTS: Final = frozenset({"tenant", "deployment"})


class Mark(Frozen):
    """What tells apart tenants that a rule may answer differently: settings, facts about the tenant, and its tier.

    `reading` tells the contents of `sections` apart. `secrets` stands for every section in which secrets may lie.
    """

    sections: tuple[str, ...]
    reading: Reading
    facts: tuple[Path, ...]
    tier: bool
    secrets: bool

    @classmethod
    @lru_cache(maxsize=1024)
    def of(cls, reads: frozenset[Path]) -> Mark | None:
        """None where waivers are read."""
        roots = {section(path) for path in reads}
        if "waivers" in roots:
            return None
        facts = sorted(path for path in reads if section(path) in _FACTS)
        named = tuple(sorted(roots - _FACTS - {"as_of", "tier", "secrets"}))
        return cls(named, Reading(reads), tuple(facts), "tier" in roots, "secrets" in roots)


class Subject:
    """Answers what generated rules ask: the value of a setting, and the entries of an open map.

    `tier` holds what the tenant's tier gives by itself; `facts` what rules read besides settings (`as_of`, `waivers`).
    What they read of secrets is looked for when the first of them asks. `names` remembers which names stand in the open
    maps of sections.
    """

    __slots__ = ("_facts", "_hand", "_maps", "_names", "_schema", "_secrets", "_sections", "_tier")

    _hand: Callable[[Path], Value | None] | None
    _maps: Entries | None

    def __init__(
        self,
        sections: Mapping[str, Section],
        schema: Schema,
        tier: Settings,
        facts: Mapping[Path, Value],
        names: Names | None = None,
    ) -> None:
        self._sections = sections
        self._schema = schema
        self._tier = tier
        self._facts = facts
        self._secrets: Mapping[Path, Value] | None = None
        self._names = Findings() if names is None else names
        self._hand = self._maps = None

    def at_hand(self) -> Subject:
        """The same, prepared for whoever asks for hundreds of settings."""
        values, maps = _AtHand(self._look), _AtHand(self._entries)
        values.update(self._schema.blank)
        values.update(self._facts)
        for one in self._sections.values():
            values.update(one.values)
            maps.update(self._known(one.content))
        prepared = Subject(self._sections, self._schema, self._tier, self._facts, self._names)
        prepared._hand, prepared._maps = values.__getitem__, maps.__getitem__
        return prepared

    # no attribute: an object that holds a method of its own is freed by the garbage collector alone, and late
    @property
    def get(self) -> Callable[[Path], Value | None]:
        """Gives the value of a setting or fact, None if it is absent."""
        return self._hand or self._look

    def _look(self, path: Path) -> Value | None:
        name = section(path)
        held = self._sections.get(name)
        if held is not None:
            return held.values.get(path)
        if name == "tier":
            return self._tier.get(path.removeprefix("tier."))
        return self._besides(name).get(path)

    def mark(self, read: Mark) -> tuple[object, ...]:
        """Equal only for tenants of whom a rule that reads no more than this says the same on one day."""
        sections = self._sections
        mark = read.reading.mark
        held = [mark(one.content) if (one := sections.get(name)) is not None else 0 for name in read.sections]
        if read.secrets:
            lie = [sections.get(name) for name in self._schema.secret_sections]
            held += [one.content.serial if one is not None else 0 for one in lie]
        if read.facts or read.tier:
            return (*held, *map(self.get, read.facts), self._tier if read.tier else None)
        return tuple(held)

    def largest(self) -> int:
        """At most so many members has any collection among the settings."""
        return max([one.content.largest for one in self._sections.values()], default=0)

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
            lie = [(name, self._sections.get(name)) for name in self._schema.secret_sections]
            self._secrets = dict([fact for name, held in lie if held is not None for fact in self._kept(name, held)])
        return self._secrets

    def _kept(self, name: str, held: Section) -> tuple[tuple[Path, Value], ...]:
        """How the secrets of a section are kept, found once for all tenants that say the same in it."""
        known, asked = self._known(held.content), f"{name}{STEP}{_SECRETS}"
        found = known.get(asked)
        if found is None:
            found = known[asked] = secret_facts(self._schema, held)
        return found

    @property
    def entries(self) -> Entries:
        """Gives what stands in an open map, in order.

        Names that the schema fixes are left out where they are mappings of another kind (`integrations.custom`).
        """
        return self._maps or self._entries

    def _entries(self, asked: str) -> tuple[Any, ...]:
        path, *steps = asked.split(STEP)
        name = section(path)
        held = self._sections.get(name)
        if held is None:
            # most tenants have no waivers
            return self._rows(path, steps, None) if any(covers(path, one) for one in self._besides(name)) else ()
        known = self._known(held.content)
        found = known.get(asked)
        if found is None:
            found = known[asked] = self._rows(path, steps, held)
        return found

    def _known(self, content: Content) -> dict[str, tuple[Any, ...]]:
        """What was found in a content, or in the one that it has all but a few values from."""
        known = self._names.get(content)
        if known is None:
            below = self._known(content.base) if content.base is not None else {}
            own = {
                asked: rows
                for asked, rows in below.items()
                if not any(covers(asked.partition(STEP)[0], path) for path in content.changed)
            }
            known = self._names.put(content, own)
        return known

    def _rows(self, path: Path, steps: Sequence[str], held: Section | None) -> tuple[Any, ...]:
        if not steps:
            return self._listed(path, held)
        get = self.get if held is None else held.values.get
        if VALUES in steps:
            return tuple([get(one) for _, one in self._entries(path)])
        return tuple([(name, one, *[get(f"{one}{step}") for step in steps]) for name, one in self._entries(path)])

    def names(self, path: Path) -> tuple[str, ...]:
        return tuple(name for name, _ in self.entries(path))

    def _listed(self, path: Path, held: Section | None) -> tuple[tuple[str, Path], ...]:
        depth = len(split(path))
        known = held.values if held is not None else self._besides(section(path))
        names = {split(one)[depth] for one in known if one != path and covers(path, one)}
        group = self._schema.find(path)
        if isinstance(group, Group):
            fixed = {name for name, member in group.members.items() if not (isinstance(member, Leaf) and _plain(group))}
            names -= fixed
        return tuple((name, child(path, name)) for name in sorted(names))


class _AtHand(dict[str, T]):
    """Answers by what is asked; one that is asked for and not here is looked for once."""

    __slots__ = ("_look",)

    def __init__(self, look: Callable[[str], T]) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, asked: str) -> T:
        found = self[asked] = self._look(asked)
        return found


def _plain(group: Group) -> bool:
    return isinstance(group.entry, Leaf)
