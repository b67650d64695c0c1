"""Text with holes: printed once for all tenants that a document looks the same for, filled for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from tenantc.emit.fill import Dialect, Filler, Plain, concrete, key_of
from tenantc.emit.node import Node

Render = Callable[[Filler], str]


class Hole(NamedTuple):
    """A place in a text that each tenant fills; holes of one key are always filled with the same bytes."""

    render: Render
    key: object

    def fill(self, filler: Filler) -> bytes:
        known = filler.encoded.get(self.key)
        if known is None:
            known = filler.encoded[self.key] = self.render(filler).encode()
        return known


class Template(NamedTuple):
    """Bytes in which `%b` stands for each hole; other percent signs are doubled."""

    text: bytes
    holes: tuple[Hole, ...]

    def fill(self, filler: Filler) -> bytes:
        return self.text % tuple([hole.fill(filler) for hole in self.holes])


class Pieces:
    """Collects what a writer prints. With a `filler` there are no holes: values are printed where they stand, which is
    the reference that templates are tested against."""

    def __init__(self, dialect: Dialect, filler: Filler | None = None) -> None:
        self._dialect = dialect
        self._filler = filler
        self._text: list[str] = []
        self._holes: list[Hole] = []

    def add(self, text: str) -> None:
        self._text.append(text.replace("%", "%%"))

    def place(self, node: Node, encode: Callable[[Plain], str]) -> None:
        """Leaves a hole for a node, quoted by `encode` when it is filled."""
        dialect = self._dialect
        self.leave(lambda filler: encode(concrete(node, filler, dialect)), (key_of(node), encode))

    def leave(self, render: Render, key: object) -> None:
        """Leaves a hole for whatever `render` prints."""
        if self._filler is not None:
            self.add(render(self._filler))
            return
        self._text.append("%b")
        self._holes.append(Hole(render, key))

    def template(self) -> Template:
        return Template("".join(self._text).encode(), tuple(self._holes))


def joined(templates: Iterable[Template], between: bytes = b"") -> Template:
    """Templates one after the other."""
    parts = list(templates)
    return Template(between.join(part.text for part in parts), tuple(hole for part in parts for hole in part.holes))
