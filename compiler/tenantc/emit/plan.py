"""A document with everything that is remembered of it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Final, NamedTuple

from tenantc.emit.characters import CannotWriteError, shows
from tenantc.emit.document import SECRETS, Document
from tenantc.emit.fill import Filler
from tenantc.emit.formats import NO_SHAPE, Format, Shape
from tenantc.emit.holes import Hole, Template, joined, specialised
from tenantc.emit.links import Links, links
from tenantc.emit.names import NAMES
from tenantc.emit.node import Misfit, NoRegion, SettingSource, Slot, Tree, Unsupported, nodes
from tenantc.emit.shelf import IDENTITY, Sight
from tenantc.emit.subject import FILLED
from tenantc.model.identity import holds_identity
from tenantc.model.secrets import Reference
from tenantc.source.frozen import Frozen
from tenantc.source.memo import Memo
from tenantc.source.path import Path, section
from tenantc.source.value import UNLIMITED, Record, Value, exact, show

Columns = Callable[[Path | tuple[Path, ...]], Value]
"""What the tenants of an estate or of the fleet say: about a path, or about several of each."""

# Entries of either memo of one document and generation; a template has some kilobytes.
_TEMPLATES: Final = 512
# The same of the memo by values, whose entries tenants with values of their own make for themselves alone.
_SETTLED: Final = 64


class Failure(Frozen):
    """What a document of another package raised where it should have given a tree."""

    error: str


class Refusal(NamedTuple):
    """What a target cannot say, found while a document was built or filled; `shown` is the value if no setting's."""

    document: str
    target: str
    result: Unsupported | NoRegion | Misfit | Failure
    shown: str | None = None


class Part(NamedTuple):
    """What a document gives a file: a template of no holes and no text where it has nothing to say."""

    template: Template
    shape: Shape
    links: tuple[Links, ...]
    refusals: tuple[Refusal, ...]

    @property
    def empty(self) -> bool:
        return not self.template.holes and not self.template.literals[0]


_NOTHING: Final = Template((b"",), ())


class Plan:
    """Builds one document. `built` counts how often its function ran."""

    def __init__(self, document: Document, format_: Format, file: str) -> None:
        self.document = document
        self.format = format_
        self.file = file
        self.built = 0
        self._reads = (*document.looks, *document.places, *((document.each,) if document.each else ()))
        self._sections = tuple(sorted({section(path) for path in self._reads} - set(FILLED)))
        facts = sorted({path for path in self._reads if section(path) in FILLED})
        # two keys at least, so that itemgetter gives a tuple
        self._mark: Callable[[Mapping[str, object]], Hashable] = itemgetter("", "", *[*self._sections, *facts])
        self._by_sections: Memo[Hashable, Part] = Memo(_TEMPLATES)
        self._by_values: Memo[Hashable, Part] = Memo(_SETTLED)
        self._by_looks: Memo[Hashable, Part] = Memo(_TEMPLATES)

    def part(self, sight: Sight, filler: Filler, columns: Columns) -> Part:
        """The document for one tenant, as a template that `filler` fills."""
        mark = self._mark(sight.marks)
        known = self._by_sections.young.get(mark) or self._by_sections.get(mark)
        if known is not None:
            return known
        # columns and rows are no part of the mark
        if self.document.columns or self.document.rows:
            return self._looked(sight, columns)
        part = self._valued(sight, filler, columns)
        return self._by_sections.put(mark, part) if sight.shared(self._sections) else part

    def trees(self, sight: Sight, columns: Columns) -> tuple[list[Tree], list[Refusal]]:
        """The document's trees, built from scratch: the plain path."""
        refused = self._looks_at_identity(sight)
        if refused is not None:
            return [], [refused]
        trees: list[Tree] = []
        refusals: list[Refusal] = []
        arguments = self._arguments(sight, columns)
        for _, element in self._elements(sight):
            found = self._build(element, arguments)
            if isinstance(found, Refusal):
                refusals.append(found)
            else:
                trees += found
        return trees, refusals

    def print(self, trees: Sequence[Tree]) -> tuple[Shape, Template]:
        """Trees as this document's format prints them. Raises `CannotWriteError` for what was looked at."""
        return self.format.one(trees) if trees else (NO_SHAPE, _NOTHING)

    def culprit(self, template: Template, filler: Filler) -> Refusal | None:
        """What of a tenant's values a template's format cannot write."""
        for hole in template.holes:
            try:
                hole.fill(filler.source)
            except CannotWriteError as error:
                if hole.paths:
                    return self._refusal(hole.paths[0], str(error))
                slot = next(node for node in nodes(hole.node) if isinstance(node, Slot))
                refusal = self._refusal(slot.source[0], str(error))
                return refusal._replace(shown=show(filler.source(slot.source)))
        return None

    def _valued(self, sight: Sight, filler: Filler, columns: Columns) -> Part:
        """The document for everybody of whom it reads the same, with all that is theirs in common filled in."""
        values = tuple([sight.look(path)[0] for path in self._reads]) if self.document.each != SECRETS else None
        known = self._by_values.get(values) if values is not None else None
        if known is not None:
            return known
        part = self._looked(sight, columns)
        part = part._replace(template=self._settled(part.template, sight, filler))
        return part if values is None else self._by_values.put(values, part)

    def _looked(self, sight: Sight, columns: Columns) -> Part:
        """The document for everybody who looks like this tenant."""
        document = self.document
        keys = [sight.look(path)[0] for path in document.looks]
        if IDENTITY in keys or document.each:
            refused = self._looks_at_identity(sight)
            if refused is not None:
                return Part(_NOTHING, NO_SHAPE, (), (refused,))
        keys += [_shape(sight.look(path)[1]) for path in document.places]
        keys += [show(columns(path)) for path in document.columns]
        keys += [columns(document.rows)] if document.rows else []
        key = tuple(keys)
        elements = self._elements(sight)
        if not document.each:
            return self._element((), key, sight, columns) if elements else Part(_NOTHING, NO_SHAPE, (), ())
        parts = [self._element(element, (element_key, key), sight, columns) for element_key, element in elements]
        filled = [part for part in parts if not part.empty]
        return Part(
            joined([part.template for part in filled], self.format.between) if filled else _NOTHING,
            self.format.together([part.shape for part in filled]),
            tuple(one for part in parts for one in part.links),
            tuple(refusal for part in parts for refusal in part.refusals),
        )

    def _element(self, element: tuple[object, ...], key: Hashable, sight: Sight, columns: Columns) -> Part:
        known = self._by_looks.get(key)
        if known is not None:
            return known
        trees = self._build(element, self._arguments(sight, columns))
        if isinstance(trees, Refusal):
            return self._by_looks.put(key, Part(_NOTHING, NO_SHAPE, (), (trees,)))
        try:
            shape, template = self.print(trees)
        except CannotWriteError as error:
            return self._by_looks.put(key, Part(_NOTHING, NO_SHAPE, (), (self._refusal(self._odd(sight), str(error)),)))
        found = links(trees)
        return self._by_looks.put(key, Part(template, shape, (found,) if found else (), ()))

    def _build(self, element: tuple[object, ...], arguments: list[object]) -> list[Tree] | Refusal:
        self.built += 1
        names = (NAMES,) if self.document.scope == "tenant" else ()
        result = self.document.build(*names, *element, *arguments)
        if isinstance(result, (Unsupported, NoRegion, Misfit)):
            return Refusal(self.document.name, self.document.target, result)
        trees = [result] if self.format.lists or not isinstance(result, (list, tuple)) else [*result]
        return [tree for tree in trees if _says_something(tree)]

    def _arguments(self, sight: Sight, columns: Columns) -> list[object]:
        looked = [sight.look(path)[1] for path in self.document.looks]
        return [
            *looked,
            *(_placed(path, sight.look(path)[1]) for path in self.document.places),
            *(columns(path) for path in self.document.columns),
            *([columns(self.document.rows)] if self.document.rows else []),
        ]

    def _elements(self, sight: Sight) -> list[tuple[Hashable, tuple[object, ...]]]:
        """The elements of what the document repeats over, each with a key; one that is empty if it does not repeat."""
        if self.document.needs is not None and sight.look(self.document.needs)[1] is None:
            return []
        if self.document.each is None:
            return [((), ())]
        if self.document.each == SECRETS:
            return [(one, one) for one in sight.secrets()]
        collection = sight.look(self.document.each)[1]
        if isinstance(collection, Record):
            return [((key, exact(item)), (key, item)) for key, item in collection.items()]
        if isinstance(collection, tuple):
            return [(exact(item), (show(item), item)) for item in collection]
        return []

    def _looks_at_identity(self, sight: Sight) -> Refusal | None:
        each = (self.document.each,) if self.document.each else ()
        for path in (*self.document.looks, *each):
            if sight.look(path)[0] is IDENTITY:
                return self._refusal(path, "leave `${tenant.…}` out: what is built here depends on this setting")
        return None

    def _settled(self, template: Template, sight: Sight, filler: Filler) -> Template:
        """The template with what the tenant shares with others filled in."""
        known: dict[Hole, bytes] = {}
        for hole in template.holes:
            values = [value for path in hole.paths if (value := sight.look(path)[1]) is not None]
            # a reference to a secret may hold identity, too
            if not hole.personal and not any(isinstance(one, Reference) or holds_identity(one) for one in values):
                # what cannot be written stays open, and whoever fills it says so
                with suppress(CannotWriteError):
                    known[hole] = filler[hole]
        return specialised(template, known)

    def _odd(self, sight: Sight) -> Path:
        """The looked-at setting that holds what can't be written, as far as one can tell."""
        looks = self.document.looks
        odd = (path for path in looks if (value := sight.look(path)[1]) is not None and not shows(show(value)))
        return next(odd, looks[0] if looks else self.document.name)

    def _refusal(self, path: Path, choice: str) -> Refusal:
        return Refusal(self.document.name, self.document.target, Unsupported(path, (choice,)))


def _says_something(tree: Tree) -> bool:
    """Whether a tree is a document: one that is empty, or whose entries are all left out, is none."""
    items = tree.values() if isinstance(tree, Mapping) else tree if isinstance(tree, (list, tuple)) else (tree,)
    return any(item is not None for item in items)


def _shape(value: Value | None) -> Hashable:
    return value if value is None or value is UNLIMITED else Slot


def _placed(path: Path, value: Value | None) -> Slot | Value | None:
    return value if value is None or value is UNLIMITED else Slot(SettingSource(path))
