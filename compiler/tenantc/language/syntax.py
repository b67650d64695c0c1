"""The syntax tree of expressions: frozen, and every node knows where it stands in the value it was written in."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal, TypeAlias

from tenantc.model.deferred import Deferred
from tenantc.source.frozen import Frozen, field
from tenantc.source.path import Path

Connective: TypeAlias = Literal["implies", "or", "and"]
Comparison: TypeAlias = Literal["==", "!=", "<", "<=", ">", ">="]
Membership: TypeAlias = Literal["in", "not in", "contains", "contains all", "contains any", "subset of"]
TextTest: TypeAlias = Literal["starts with", "ends with", "within"]
Calculation: TypeAlias = Literal["+", "-", "*", "/", "//"]
Operator: TypeAlias = Literal[Connective, Comparison, Membership, TextTest, Calculation, "else"]
Function: TypeAlias = Literal["count", "sum", "min", "max", "distinct"]
Quantity: TypeAlias = Literal["all", "any", "none"]
State: TypeAlias = Literal["set", "missing", "unlimited", "empty"]

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


class Day(_Place):
    """A date, as YYYY-MM-DD."""

    value: str


class Word(_Place):
    """A constant with a `-` in it, such as `write-through`: nothing else is spelled like that."""

    value: str


class Listing(_Place):
    """A list that is written out."""

    items: tuple[Tree, ...]


class Reference(_Place):
    """A setting, by its canonical path.

    A single name that is no root is a variable, or a constant of what it is compared with.
    """

    path: Path


class Index(_Place):
    """An entry of an open map, or a setting of a section, whose name is in a variable."""

    path: Path
    name: str


class Variable(_Place):
    """What a quantifier, `let` or `param` names, and the way from there into a mapping; inference finds it."""

    name: str
    rest: Path = ""


class Fields(_Place):
    """The settings right under a section, for a quantifier to go through."""

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
    """A function of a list's items; in a rule over the fleet, of what the tenants have for whom `where` holds."""

    function: Function
    operand: Tree
    where: Tree | None = None


class Between(_Place):
    """Whether a value lies between two others or is one of them."""

    operand: Tree
    low: Tree
    high: Tree


class Matches(_Place):
    """Whether a whole text matches a regular expression (RE2)."""

    operand: Tree
    pattern: str


class Is(_Place):
    """Whether a value is set, missing, unlimited or empty, or, `negated`, is not."""

    operand: Tree
    state: State
    negated: bool = False


class Quantifier(_Place):
    """Whether a condition holds for all, any or none of the members of a collection that pass `where`.

    Two `names` are those of an entry's name and its value, one is a value's.
    """

    quantity: Quantity
    names: tuple[str, ...]
    source: Tree
    where: Tree | None
    body: Tree


Tree: TypeAlias = (
    Number
    | Text
    | Boolean
    | NoLimit
    | Day
    | Word
    | Listing
    | Reference
    | Index
    | Variable
    | Fields
    | Negate
    | Invert
    | Binary
    | Aggregate
    | Between
    | Matches
    | Is
    | Quantifier
)


class Expression(Frozen, Deferred):
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


class TextTemplate(Frozen, Deferred):
    """A text with expressions in it; the texts between them have their `$${` resolved."""

    text: str
    parts: tuple[str | Expression, ...] = field(compare=False)

    @property
    def written(self) -> str:
        """The whole value."""
        return self.text


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
        case Between(operand=operand, low=low, high=high):
            return (operand, low, high)
        case Quantifier(source=source, where=where, body=body):
            return (source, body) if where is None else (source, where, body)
        case Aggregate(operand=operand, where=where):
            return (operand,) if where is None else (operand, where)
        case Negate(operand=operand) | Invert(operand=operand) | Matches(operand=operand) | Is(operand=operand):
            return (operand,)
        case _:
            return ()


def first_reference(node: Tree) -> Reference | None:
    """The setting that stands first in an expression."""
    if isinstance(node, Reference):
        return node
    return next((found for child in children(node) if (found := first_reference(child)) is not None), None)
