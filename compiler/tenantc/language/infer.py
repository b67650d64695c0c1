"""Finds the type of every part of an expression, and all that is wrong with it before any value is known."""

from __future__ import annotations

from functools import reduce

from tenantc.language.arithmetic import QUOTIENTS, SUMS, arithmetic, undefined
from tenantc.language.format import show
from tenantc.language.messages import (
    about_path,
    difference,
    identity,
    is_literal,
    never,
    said,
    slip,
    taken,
    taken_item,
    unbounded,
    zero,
)
from tenantc.language.outcome import Problem
from tenantc.language.signs import NOT_NEGATIVE, POSITIVE, combine, negated, sign
from tenantc.language.syntax import (
    Aggregate,
    Binary,
    Boolean,
    Expression,
    Invert,
    Listing,
    Negate,
    NoLimit,
    Number,
    Reference,
    Text,
    Tree,
    children,
)
from tenantc.language.types import BOOLEAN, WRONG, Kind, Located, Type, locate, merge, type_of
from tenantc.language.units import PLAIN, literal
from tenantc.model.schema import Schema
from tenantc.source.frozen import Frozen, replace


class Typed(Frozen):
    """A part of an expression, its type, and those of its own parts.

    `undefined` holds why it may have no value although all that it reads has one; an `else` settles that.
    """

    node: Tree
    type: Type
    parts: tuple[Typed, ...] = ()
    undefined: tuple[Problem, ...] = ()


def infer(expression: Expression, schema: Schema) -> tuple[Typed, tuple[Problem, ...]]:
    """The expression with its types, and what is wrong with it wherever it is used."""
    inference = _Inference(expression, schema)
    typed = inference.infer(expression.root)
    return typed, (*inference.problems, *typed.undefined)


class _Inference:
    def __init__(self, expression: Expression, schema: Schema) -> None:
        self.text = expression.text
        self.schema = schema
        self.problems: list[Problem] = []

    def problem(self, node: Tree, message: str, help: str = "") -> Problem:
        return Problem(message, node.at, node.end - node.at, help, self.text)

    def wrong(self, node: Tree, message: str, help: str = "") -> Type:
        self.problems.append(self.problem(node, message, help))
        return WRONG

    def infer(self, node: Tree) -> Typed:
        parts = tuple(self.infer(child) for child in children(node))
        # what is wrong was said where it is wrong
        result = WRONG if any(part.type is WRONG for part in parts) else self.type(node, parts)
        kept = parts[1:] if isinstance(node, Binary) and node.operator == "else" else parts
        open_ends = tuple(problem for part in kept for problem in part.undefined)
        if result is not WRONG:
            open_ends += self.undefined(node, parts)
        return Typed(node, result, parts, open_ends)

    def type(self, node: Tree, parts: tuple[Typed, ...]) -> Type:
        match node:
            case Number(value=number, unit=name):
                value, unit = literal(number, name)
                return Type("number", unit=unit, signs=frozenset({sign(value)}))
            case Text(value=text):
                return Type("text", choices=(text,))
            case Boolean():
                return BOOLEAN
            case NoLimit():
                return Type("number", signs=POSITIVE, unlimited=True)
            case Reference():
                return self.reference(node)
            case Listing():
                return self.listing(parts)
            case Aggregate():
                return self.aggregate(node, parts[0])
            case Negate():
                number_type = self.operand(parts[0], "number", "-")
                if number_type is WRONG:
                    return WRONG
                return replace(number_type, signs=negated(number_type.signs), unlimited=False)
            case Invert():
                return self.operand(parts[0], "boolean", "not")
            case Binary():
                return self.binary(node, *parts)

    def reference(self, node: Reference) -> Type:
        found = locate(self.schema, node.path)
        if isinstance(found, Located):
            return type_of(found.leaf, absent=found.absent)
        return self.wrong(node, *about_path(node.path, found, self.schema))

    def operand(self, part: Typed, kind: Kind, word: str, help: str = "") -> Type:
        """The type of an operand, which must be of this kind for the operator or function that `word` is."""
        if part.type.kind == kind:
            return part.type
        return self.wrong(part.node, *taken(part.node, part.type, kind, word, help))

    def operands(self, parts: tuple[Typed, ...], kind: Kind, word: str, help: str = "") -> bool:
        """Whether all are of this kind; a problem for the first that is not."""
        return all(self.operand(part, kind, word, help) is not WRONG for part in parts)

    def same(self, left: Typed, right: Typed, part: str = "") -> bool:
        """Whether both can be added, compared, or stand for each other; a problem if not."""
        for side in (left, right):
            if side.type.kind == "identity":
                self.wrong(side.node, *identity(side.node))
                return False
        found = difference(left.node, left.type, right.node, right.type, part)
        if found is not None:
            at, end = left.node.at, right.node.end
            self.problems.append(Problem(found.message, at, end - at, found.help, self.text))
        return found is None

    def listing(self, parts: tuple[Typed, ...]) -> Type:
        if not parts:
            return Type("list")
        for part in parts:
            if part.type.kind in {"list", "mapping", "identity"}:
                return self.wrong(part.node, f"`{show(part.node)}` is {said(part.type)}, and no list holds that")
        whole = parts[0]
        for part in parts[1:]:
            if not self.same(whole, part):
                return WRONG
            whole = replace(whole, type=merge(whole.type, part.type))
        return Type("list", item=replace(whole.type, absent=False), absent=whole.type.absent)

    def aggregate(self, node: Aggregate, part: Typed) -> Type:
        found = self.operand(part, "list", node.function)
        if found is WRONG or node.function == "count":
            return found if found is WRONG else Type("number", unit=PLAIN, signs=NOT_NEGATIVE, absent=found.absent)
        if found.item is None:
            return self.wrong(node, f"the `{node.function}` of nothing has no value")
        items = [item.type for item in part.parts] if isinstance(part.node, Listing) else [found.item]
        if found.item.kind != "number":
            return self.wrong(part.node, *taken_item(part.node, found.item, node.function))
        signs = [item.signs for item in items]
        if node.function == "sum":
            # a setting's list may be empty or hold any number of items
            known = [frozenset({0}), *signs] if isinstance(part.node, Listing) else [frozenset({0}), *signs, *signs]
            total = reduce(lambda one, other: combine("+", one, other), known)
            return replace(found.item, signs=total, absent=found.absent)
        # the smallest of several is unlimited only if all of them may be
        all_or_any = all if node.function == "min" else any
        return replace(
            found.item,
            signs=reduce(lambda one, other: combine(node.function, one, other), signs),
            unlimited=all_or_any(item.unlimited for item in items),
            absent=found.absent or not isinstance(part.node, Listing),
        )

    def binary(self, node: Binary, left: Typed, right: Typed) -> Type:
        match node.operator:
            case "or" | "and":
                fits = self.operands((left, right), "boolean", node.operator)
                return replace(BOOLEAN, absent=left.type.absent or right.type.absent) if fits else WRONG
            case "else":
                return self.fallback(left, right)
            case "in" | "not in":
                return self.membership(node, left, right)
            case "==" | "!=" | "<" | "<=" | ">" | ">=":
                return self.comparison(node, left, right)
            case "+" | "-" | "*" | "/" | "//":
                return self.arithmetic(node, left, right)

    def fallback(self, left: Typed, right: Typed) -> Type:
        if not left.type.absent and not left.undefined:
            message = f"`{show(left.node)}` always has a value, so its `else` is never used"
            return self.wrong(left.node, message, "take the `else` away")
        if not self.same(left, right):
            return WRONG
        return replace(merge(left.type, right.type), absent=right.type.absent)

    def comparison(self, node: Binary, left: Typed, right: Typed) -> Type:
        if node.operator not in {"==", "!="} and not self.operands((left, right), "number", node.operator):
            return WRONG
        if not self.same(left, right) or not self.possible(left, right):
            return WRONG
        if left.type.item is not None and left.type.item.kind == "mapping":
            return self.wrong(left.node, f"`{show(left.node)}` holds mappings, and those are not compared")
        return replace(BOOLEAN, absent=left.type.absent or right.type.absent)

    def membership(self, node: Binary, left: Typed, right: Typed) -> Type:
        found = self.operand(right, "list", node.operator)
        if found is WRONG:
            return WRONG
        if found.item is not None:
            any_item = replace(right, type=found.item)
            # of a list that is written out the very item is to blame
            if isinstance(right.node, Listing):
                fits = all(self.same(left, item) for item in right.parts)
            else:
                fits = self.same(left, any_item, "an item of ")
            if not fits or not self.possible(left, any_item):
                return WRONG
        return replace(BOOLEAN, absent=left.type.absent or found.absent)

    def possible(self, left: Typed, right: Typed) -> bool:
        """Whether the two can ever be equal, as far as constants say; a problem if not."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one.node, NoLimit) and not other.type.unlimited:
                self.wrong(one.node, f"`{show(other.node)}` is never `unlimited`")
                return False
        return self.overlapping(left, right)

    def overlapping(self, left: Typed, right: Typed) -> bool:
        choices, others = left.type.choices, right.type.choices
        if not choices or not others or set(choices) & set(others):
            return True
        constant, other = (left, right) if isinstance(left.node, Text) else (right, left)
        self.wrong(constant.node, *never(constant.node, other.node, other.type.choices))
        return False

    def arithmetic(self, node: Binary, left: Typed, right: Typed) -> Type:
        if not self.operands((left, right), "number", node.operator, slip(node)):
            return WRONG
        if node.operator in SUMS and not self.same(left, right):
            return WRONG
        if node.operator in QUOTIENTS and 0 in right.type.signs:
            if right.type.signs == {0}:
                return self.wrong(right.node, *zero(right.node))
            message = f"`{show(right.node)}` may be 0, and nothing is divided by 0"
            return self.wrong(right.node, message, f"divide by `max([{show(right.node)}, …])`")
        literals = (is_literal(left.node), is_literal(right.node))
        return arithmetic(node.operator, left.type, right.type, literals)

    def undefined(self, node: Tree, parts: tuple[Typed, ...]) -> tuple[Problem, ...]:
        """Why this very node may have no value."""
        help = f"say what holds then: `{show(node)} else …`"
        if isinstance(node, Negate) and parts[0].type.unlimited:
            return (self.problem(node, unbounded(parts[0].node, "minus `unlimited`"), help),)
        if isinstance(node, Binary) and node.operator in SUMS | QUOTIENTS | {"*"}:
            found = undefined(node.operator, parts[0].type, parts[1].type)
            if found is not None:
                return (self.problem(node, unbounded(parts[found.operand].node, found.what), help),)
        return ()
