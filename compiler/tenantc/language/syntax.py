"""The syntax tree of expressions: frozen, and every node knows where it stands in the value it was written in."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from tenantc.model.deferred import Deferred
from tenantc.source.frozen import Frozen, field
from tenantc.source.path import Path

Operator: TypeAlias = Literal[
    "or", "and", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "else", "+", "-", "*", "/", "//"
]
Function: TypeAlias = Literal["count", "sum", "min", "max"]

# whoever walks a tree may recurse: no tree is deeper
MAX_DEPTH = 50


class _Place(Frozen, kw_only=True):
    """Where a node begins and ends, in characters of the whole value; ignored when nodes are compared."""

    at: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


class Number(_Place):
    """A number, never negative, and its unit as `format` prints it: "", "days", "GB", "%", "per hour"."""

    value: Fraction
    unit: str = ""


class Text(_Place):
    """Text in double quotes, its escapes resolved."""

    value: str


class Boolean(_Place):
    """`true` or `false`."""

    value: bool


class NoLimit(_Place):
    """The word `unlimited`."""


class Listing(_Place):
    """A list that is written out."""

    items: tuple[Tree, ...]


class Reference(_Place):
    """A setting, by its canonical path."""

    path: Path


class Negate(_Place):
    """Unary minus."""

    operand: Tree


class Invert(_Place):
    """The `not` of a boolean."""

    operand: Tree


class Binary(_Place):
    """Two operands and what stands between them."""

    operator: Operator
    left: Tree
    right: Tree


class Aggregate(_Place):
    """A function of a list's items."""

    function: Function
    operand: Tree


Tree: TypeAlias = Number | Text | Boolean | NoLimit | Listing | Reference | Negate | Invert | Binary | Aggregate


class Expression(Frozen, Deferred):
    """What stands between `${` and `}`: its text, where in the value that text begins, and its tree.

    The text and the place decide the tree, so they alone are compared.
    """

    text: str
    at: int
    root: Tree = field(compare=False)


class TextTemplate(Frozen, Deferred):
    """A text with expressions in it; the texts between them have their `$${` resolved."""

    text: str
    parts: tuple[str | Expression, ...] = field(compare=False)


class SyntaxProblem(Frozen):
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
