"""The syntax tree of expressions: frozen, and every node knows where it stands in the value it was written in."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, TypeAlias

from tenantc.model.deferred import Deferred
from tenantc.source.path import Path

Operator: TypeAlias = Literal[
    "or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "else", "+", "-", "*", "/", "//"
]
Function: TypeAlias = Literal["count", "sum", "min", "max"]

# whoever walks a tree may recurse: no tree is deeper
MAX_DEPTH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where a node begins and ends, in characters of the whole value; ignored when nodes are compared."""

    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Number(_Place):
    """A number, never negative, and its unit as `format` prints it: "", "days", "GB", "%", "per hour"."""

    value: Fraction
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Text(_Place):
    """Text in double quotes, its escapes resolved."""

    value: str


@dataclass(frozen=True, slots=True)
class Boolean(_Place):
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class NoLimit(_Place):
    """The word `unlimited`."""


@dataclass(frozen=True, slots=True)
class Listing(_Place):
    """A list that is written out."""

    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Reference(_Place):
    """A setting, by its canonical path."""

    path: Path


@dataclass(frozen=True, slots=True)
class Negate(_Place):
    """Unary minus."""

    operand: Tree


@dataclass(frozen=True, slots=True)
class Invert(_Place):
    """The `not` of a boolean."""

    operand: Tree


@dataclass(frozen=True, slots=True)
class Binary(_Place):
    """Two operands and what stands between them."""

    operator: Operator
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Aggregate(_Place):
    """A function of a list's items."""

    function: Function
    operand: Tree


Tree: TypeAlias = Number | Text | Boolean | NoLimit | Listing | Reference | Negate | Invert | Binary | Aggregate


@dataclass(frozen=True, slots=True)
class Expression(Deferred):
    """What stands between `${` and `}`: its text, where in the value that text begins, and its tree.

    The text and the place decide the tree, so they alone are compared.
    """

    text: str
    at: int
    root: Tree = field(compare=False)

    @property
    def written(self) -> str:
        """The whole value, where it is this one expression."""
        return f"${{{self.text}}}"


@dataclass(frozen=True, slots=True)
class TextTemplate(Deferred):
    """A text with expressions in it; the texts between them have their `$${` resolved."""

    text: str
    parts: tuple[str | Expression, ...] = field(compare=False)

    @property
    def written(self) -> str:
        """The whole value."""
        return self.text


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """Why a text is no expression, and which characters of the value are to blame."""

    message: str
    offset: int
    length: int
    help: str = ""


def children(node: Tree) -> tuple[Tree, ...]:
    """The nodes right under a node, in the order in which they are written."""
    match node:
        case Listing(items=items):
            return items
        case Binary(left=left, right=right):
            return (left, right)
        case Negate(operand=operand) | Invert(operand=operand) | Aggregate(operand=operand):
            return (operand,)
        case _:
            return ()


def first_reference(node: Tree) -> Reference | None:
    """The setting that stands first in an expression."""
    if isinstance(node, Reference):
        return node
    return next((found for child in children(node) if (found := first_reference(child)) is not None), None)
