"""What a schema says about each setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

from tenantc.source.frozen import Frozen, field
from tenantc.source.path import Path, split
from tenantc.source.span import Span
from tenantc.source.value import Value

Kind: TypeAlias = Literal["control", "fact"]
TypeName: TypeAlias = Literal["boolean", "integer", "number", "string", "array"]


class Leaf(Frozen):
    """A setting: where it stands and what its schema says (language.md §5).

    `path` holds `.*` for the name of an open map's entry (a pattern, never split). `type` is the JSON Schema type of a
    value that is not `unlimited`; `item` is the type of a list's items. `order` says what *more* means: "ascending" or
    "descending" for numbers, the values from least to most for enums, None for booleans (true is more) and lists (the
    superset is more).
    """

    path: Path
    type: TypeName
    description: str
    kind: Kind
    schema: Mapping[str, object] = field(compare=False)
    unlimited: bool = False
    item: TypeName | None = None
    enum: tuple[Value, ...] = ()
    unit: str | None = None
    order: Literal["ascending", "descending"] | tuple[str, ...] | None = None
    at_most: Path | None = None
    secret: bool = False
    computed: bool = False
    default: Value | None = None
    span: Span | None = field(default=None, compare=False)
    default_span: Span | None = field(default=None, compare=False)


class Group(Frozen):
    """A mapping of settings: names the schema fixes, and what any other name holds if the map is open.

    `names` is the JSON Schema of those other names, if they have one.
    """

    path: Path
    description: str
    members: Mapping[str, Group | Leaf]
    entry: Group | Leaf | None = None
    names: Mapping[str, object] | None = field(default=None, compare=False)
    required: tuple[str, ...] = ()

    def get(self, name: str) -> Group | Leaf | None:
        return self.members.get(name, self.entry)

    def leaves(self) -> Iterator[Leaf]:
        """Every leaf in the order of the schema files; those of an open map's entries once, with `*` for the name."""
        for member in (*self.members.values(), *((self.entry,) if self.entry is not None else ())):
            if isinstance(member, Leaf):
                yield member
            else:
                yield from member.leaves()


class Schema:
    """The tree of all settings, found by path."""

    __slots__ = ("_blank", "_cache", "_leaves", "_secret_sections", "root")

    def __init__(self, root: Group) -> None:
        self.root = root
        self._cache: dict[Path, Group | Leaf | None] = {}
        self._secret_sections: tuple[str, ...] | None = None
        self._blank: dict[Path, None] | None = None
        self._leaves: tuple[Leaf, ...] = ()

    def find(self, path: Path) -> Group | Leaf | None:
        """What stands at a path, or None; entries of open maps are found under any name."""
        if path in self._cache:
            return self._cache[path]
        here: Group | Leaf | None = self.root
        for name in split(path):
            here = here.get(name) if isinstance(here, Group) else None
        if len(self._cache) < 65_536:
            self._cache[path] = here
        return here

    def leaf(self, path: Path) -> Leaf | None:
        """The setting at a path, or None if there is none or a mapping stands there."""
        found = self.find(path)
        return found if isinstance(found, Leaf) else None

    def leaves(self) -> tuple[Leaf, ...]:
        """Every leaf in the order of the schema files."""
        if not self._leaves:
            self._leaves = tuple(self.root.leaves())
        return self._leaves

    def sections(self) -> tuple[str, ...]:
        return tuple(self.root.members)

    @property
    def blank(self) -> Mapping[Path, None]:
        """Every setting that has a path of its own, without a value."""
        if self._blank is None:
            self._blank = {leaf.path: None for leaf in self.leaves() if ".*" not in leaf.path}
        return self._blank

    @property
    def secret_sections(self) -> tuple[str, ...]:
        """The sections in which secrets may stand."""
        if self._secret_sections is None:
            self._secret_sections = tuple(
                sorted({leaf.path.partition(".")[0] for leaf in self.leaves() if leaf.secret})
            )
        return self._secret_sections
