"""Text with holes: printed once for all tenants that a document looks the same for, filled for each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Final, TypeAlias

from tenantc.emit.characters import CannotWriteError
from tenantc.emit.node import Node, SettingSource, Slot, Tree, ValueOf, nodes
from tenantc.source.memo import Memo
from tenantc.source.path import Path

Printer: TypeAlias = Callable[[Tree], str]


class Hole:
    """Where a tenant's value goes: the node it comes from, and how the format prints what the node becomes.

    Compared by identity, which makes looking one up cheap. `paths` are the settings it reads, `personal` says that it
    also reads identity or names.
    """

    __slots__ = ("node", "paths", "personal", "printer")

    node: Node
    printer: Printer
    paths: tuple[Path, ...]
    personal: bool

    def __init__(self, node: Node, printer: Printer) -> None:
        self.node = node
        self.printer = printer
        sources = [inner.source for inner in nodes(node) if isinstance(inner, Slot)]
        self.paths = tuple(source.path for source in sources if isinstance(source, SettingSource))
        self.personal = len(self.paths) < len(sources)

    def fill(self, value_of: ValueOf) -> bytes:
        """The bytes that stand here for one tenant. Raises `CannotWriteError`."""
        return encoded(self.printer(self.node.filled(value_of)))


# Equal holes of different documents are one, so that a tenant's value is encoded once. What falls out of the memo costs
# an encoding more and nothing else.
_HOLES: Final[Memo[object, Hole]] = Memo(16_384)


def hole(node: Node, printer: Printer) -> Hole:
    """The hole that a node leaves."""
    key = (printer, node.key())
    return _HOLES.get(key) or _HOLES.put(key, Hole(node, printer))


Printed: TypeAlias = "str | Hole"


def encoded(text: str) -> bytes:
    """The text in UTF-8. Raises `CannotWriteError` for half a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise CannotWriteError(f"U+{ord(text[error.start]):04X} is half a character") from error


class Template:
    """Bytes with holes. `%` on bytes fills them: the fastest way there is in Python."""

    __slots__ = ("_body", "_pick", "holes", "literals")

    literals: tuple[bytes, ...]
    holes: tuple[Hole, ...]

    def __init__(self, literals: tuple[bytes, ...], holes: tuple[Hole, ...]) -> None:
        assert len(literals) == len(holes) + 1, "a literal before, between and after the holes"
        self.literals = literals
        self.holes = holes
        self._body = b"%b".join(literal.replace(b"%", b"%%") for literal in literals) if holes else literals[0]
        self._pick = itemgetter(*holes) if holes else None

    def fill(self, filling: Mapping[Hole, bytes]) -> bytes:
        """The text for one tenant; `filling[hole]` is what goes into each hole."""
        if self._pick is None:
            return self._body
        # of one key itemgetter gives the value, of several a tuple: `%` takes both
        picked: bytes | tuple[bytes, ...] = self._pick(filling)
        return self._body % picked


def template(printed: Iterable[Printed]) -> Template:
    """The template of what a writer printed."""
    literals: list[bytes] = []
    holes: list[Hole] = []
    run: list[str] = []
    for piece in printed:
        if isinstance(piece, Hole):
            literals.append(encoded("".join(run)))
            holes.append(piece)
            run.clear()
        else:
            run.append(piece)
    literals.append(encoded("".join(run)))
    return Template(tuple(literals), tuple(holes))


def joined(templates: Iterable[Template], between: bytes = b"") -> Template:
    """Templates one after the other."""
    literals: list[bytes] = []
    holes: list[Hole] = []
    for part in templates:
        holes += part.holes
        if literals:
            literals[-1] += between + part.literals[0]
            literals += part.literals[1:]
        else:
            literals += part.literals
    return Template(tuple(literals or [b""]), tuple(holes))


def specialised(whole: Template, known: Mapping[Hole, bytes]) -> Template:
    """The template with some of its holes filled for good."""
    literals = [whole.literals[0]]
    holes: list[Hole] = []
    for one, literal in zip(whole.holes, whole.literals[1:], strict=True):
        value = known.get(one)
        if value is None:
            holes.append(one)
            literals.append(literal)
        else:
            literals[-1] += value + literal
    return Template(tuple(literals), tuple(holes))
