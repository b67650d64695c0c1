"""A checked expression of a rule: text, types, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tenantc.language.format import show
from tenantc.language.operands import Typed
from tenantc.language.roots import IDENTITY
from tenantc.language.syntax import Fields, Index, Reference
from tenantc.model.deferred import Deferred
from tenantc.source.frozen import Frozen, field
from tenantc.source.path import Path


class Culprit(NamedTuple):
    """A part of an expression, as it is spelled, and its characters in the file."""

    text: str
    at: int
    end: int


class Condition(Frozen, Deferred):
    """An expression with its types; `at` is where it begins in its file. Its text and place alone are compared."""

    text: str
    at: int
    typed: Typed = field(compare=False)

    def unset(self) -> Culprit:
        """The innermost part that may have no value."""
        part = self.typed
        while (inner := next((one for one in part.parts if one.type.absent), None)) is not None:
            part = inner
        return Culprit(show(part.node), part.node.at, part.node.end)


def reads_of(typed: Typed) -> frozenset[Path]:
    """What an expression reads: settings, and open maps and sections as a whole. Identity is not read, it is placed."""
    return frozenset(_reads(typed))


def _reads(typed: Typed) -> Iterator[Path]:
    node = typed.node
    if isinstance(node, (Reference, Index, Fields)) and node.path not in IDENTITY:
        yield node.path
    for part in typed.parts:
        yield from _reads(part)
