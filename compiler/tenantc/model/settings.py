"""Resolved settings: immutable, and shared wherever they are equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from tenantc.source.path import Path, section, uppers
from tenantc.source.value import Value

if TYPE_CHECKING:
    from tenantc.model.layer import Definition


_SERIALS: Final = count(1)
V = TypeVar("V")


class Content:
    """What a section says, whoever said it: tenants that override the same with the same share it.

    `values` holds the final value of every setting that has one, `uncapped` those that an environment's cap changed, as
    they were before. `base` is the content it was derived from, if any; a path that is not in `changed` has the same
    value in both, so whoever printed the one has most of the other. `serial` is a number that no other content gets.
    """

    __slots__ = ("_largest", "base", "changed", "made", "serial", "uncapped", "values")

    def __init__(
        self,
        values: dict[Path, Value],
        uncapped: dict[Path, Value],
        base: Content | None = None,
        changed: tuple[Path, ...] = (),
    ) -> None:
        self.serial = next(_SERIALS)
        self.made: dict[object, Any] = {}
        self._largest = -1
        self.values = values
        self.uncapped = uncapped
        self.base = base
        self.changed = changed

    @property
    def largest(self) -> int:
        """At most so many members has any collection in it, an open map among them."""
        if self._largest < 0:
            lists = [len(value) for value in self.values.values() if isinstance(value, tuple)]
            self._largest = max([len(self.values), *lists])
        return self._largest


class Section:
    """The settings under one top-level name.

    `definitions` holds, for each setting that has a value and for those that were taken away, every definition from the
    lowest layer to the highest; the value is a fold over them. Nothing changes a section once it stands in `Settings`;
    identity of the object therefore means equality of values and origins, and identity of `content` that of values.

    `base` is the section it was derived from, if any; what is said about a path that is not in `changed` is the same in
    both.
    """

    __slots__ = ("base", "changed", "content", "definitions", "made", "uncapped", "values")

    def __init__(
        self,
        content: Content | dict[Path, Value],
        definitions: dict[Path, tuple[Definition, ...]],
        base: Section | None = None,
        changed: tuple[Path, ...] = (),
    ) -> None:
        """Values alone are a content that nobody shares."""
        held = content if isinstance(content, Content) else Content(content, {})
        self.content = held
        self.made: dict[object, Any] = {}
        self.values = held.values
        self.uncapped = held.uncapped
        self.definitions = definitions
        self.base = base
        self.changed = changed


class Findings(Generic[V]):
    """What somebody found out about sections, or about contents: kept in each of them, and so gone with it.

    A `WeakKeyDictionary` would be as good and takes three times as long, dozens of times a tenant.
    """

    __slots__ = ()

    def get(self, one: Section | Content) -> V | None:
        found: V | None = one.made.get(self)
        return found

    def put(self, one: Section | Content, found: V) -> V:
        one.made[self] = found
        return found


class Reading(Findings[int]):
    """Tells contents apart by what is read of them: settings, or mappings with all below them."""

    __slots__ = ("_paths",)

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths = frozenset(paths)

    def mark(self, one: Content) -> int:
        """Equal only for contents that say the same of what is read.

        It is the serial of the first that says so, in the line of those from which this one was derived.
        """
        known = self.get(one)
        if known is None:
            base = one.base
            is_same = base is not None and all(self._paths.isdisjoint(uppers(path)) for path in one.changed)
            known = self.put(one, self.mark(base) if base is not None and is_same else one.serial)
        return known


class Settings:
    """All sections by name. Besides those of the schema there are three that tenantc itself fills:

    `tenant` (tier, grade, status, ring, region, industry), `deployment` (environment, account, region, cluster, ring)
    and `workspace` (platform and the options of tenantc.yaml). They are read like settings and written by nobody.
    """

    __slots__ = ("sections",)

    def __init__(self, sections: Mapping[str, Section]) -> None:
        self.sections = sections

    def get(self, path: Path) -> Value | None:
        """The final value at a path, or None if it is absent."""
        held = self.sections.get(section(path))
        return held.values.get(path) if held is not None else None

    def before_caps(self, path: Path) -> Value | None:
        """The value at a path as it was before an environment's cap, which is what ceilings and locks judge."""
        held = self.sections.get(section(path))
        if held is None:
            return None
        return held.uncapped.get(path, held.values.get(path))

    def definitions(self, path: Path) -> tuple[Definition, ...]:
        """Every definition of a path, lowest layer first."""
        held = self.sections.get(section(path))
        return held.definitions.get(path, ()) if held is not None else ()
