"""A checked expression of a rule: text, types, and what it reads."""

from __future__ import annotations

import pickle
import zlib
from collections.abc import Iterator

from tenantc.language.format import show
from tenantc.language.operands import Typed
from tenantc.language.roots import IDENTITY
from tenantc.language.syntax import Fields, Index, Reference, Variable
from tenantc.model.deferred import Deferred
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path


class Culprit(Frozen):
    """A part of an expression, as it is spelled, and its characters in the file."""

    text: str
    at: int
    end: int


class Condition(Deferred):
    """An expression with its types; `at` is where it begins in its file. Its text and place alone are compared.

    Most are judged by their generated functions and never looked at again, so one that comes from the cache unpacks its
    types when somebody asks for them.
    """

    __slots__ = ("_packed", "_typed", "at", "text")

    def __init__(self, text: str, at: int, typed: Typed | None, packed: bytes = b"") -> None:
        self.text = text
        self.at = at
        self._typed = typed
        self._packed = packed

    @property
    def typed(self) -> Typed:
        if self._typed is None:
            self._typed = pickle.loads(zlib.decompress(self._packed))  # noqa: S301 — a part of what the cache vouched for as a whole
        assert isinstance(self._typed, Typed)
        return self._typed

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Condition) and (self.text, self.at) == (other.text, other.at)

    def __hash__(self) -> int:
        return hash((self.text, self.at))

    def __reduce__(self) -> tuple[type[Condition], tuple[str, int, None, bytes]]:
        packed = self._packed or zlib.compress(pickle.dumps(self._typed, pickle.HIGHEST_PROTOCOL))
        return Condition, (self.text, self.at, None, packed)

    def unset(self) -> Culprit:
        """The innermost part that may have no value."""
        part = self.typed
        while (inner := next((one for one in part.parts if one.type.absent), None)) is not None:
            part = inner
        return Culprit(show(part.node), part.node.at, part.node.end)


def reads_of(typed: Typed) -> frozenset[Path]:
    """What an expression reads: settings, and open maps and sections as a whole. Identity is not read, it is placed."""
    return frozenset(_reads(typed))


def variables_of(typed: Typed) -> frozenset[str]:
    """The variables that stand in an expression."""
    own = frozenset({typed.node.name}) if isinstance(typed.node, (Variable, Index)) else frozenset[str]()
    return own.union(*(variables_of(part) for part in typed.parts))


def _reads(typed: Typed) -> Iterator[Path]:
    node = typed.node
    if isinstance(node, (Reference, Index, Fields)) and node.path not in IDENTITY:
        yield node.path
    for part in typed.parts:
        yield from _reads(part)
