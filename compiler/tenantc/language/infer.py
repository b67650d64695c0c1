"""Finds the type of every part of an expression, and all that is wrong with it before any value is known."""

from __future__ import annotations

from functools import reduce

from tenantc.language.arithmetic import QUOTIENTS, SUMS, arithmetic, undefined
from tenantc.language.conditions import Conditions
from tenantc.language.format import show
from tenantc.language.messages import about_path, is_literal, said, slip, taken_item, unbounded, zero
from tenantc.language.operands import Typed
from tenantc.language.outcome import Problem
from tenantc.language.scope import Scope
from tenantc.language.signs import NOT_NEGATIVE, POSITIVE, combine, negated, sign
from tenantc.language.syntax import (
    Aggregate,
    Between,
    Binary,
    Boolean,
    Day,
    Expression,
    Fields,
    Function,
    Index,
    Invert,
    Is,
    Listing,
    Matches,
    Negate,
    NoLimit,
    Number,
    Quantifier,
    Reference,
    Text,
    Tree,
    Variable,
    Word,
    children,
)
from tenantc.language.types import BOOLEAN, WRONG, Located, Type, follow, is_root, locate, merge, type_of
from tenantc.language.units import DAYS, PLAIN, fits, literal
from tenantc.model.schema import Group, Schema
from tenantc.source.frozen import Frozen, replace
from tenantc.source.path import join, split

__all__ = ["Folded", "Typed", "infer", "infer_in"]


class Folded(Frozen):
    """A fold over the fleet: the value of one tenant, whether it counts, and the type of what comes of all."""

    function: Function
    value: Typed
    where: Typed | None
    result: Type


def infer(expression: Expression, schema: Schema) -> tuple[Typed, tuple[Problem, ...]]:
    """The expression of a setting with its types, and what is wrong with it wherever it is used."""
    return infer_in(expression, Scope(schema))


def infer_in(
    expression: Expression, scope: Scope, wanted: Type | None = None, folds: dict[str, Folded] | None = None
) -> tuple[Typed, tuple[Problem, ...]]:
    """The expression with its types in this scope; a constant at its top is one of the type that is `wanted`.

    `folds` takes in what it knows of the fleet, by its text.
    """
    inference = _Inference(expression.text, scope, {} if folds is None else folds)
    typed = inference.infer(expression.root, scope)
    if wanted is not None:
        typed = inference.settled(typed, wanted.item if wanted.item is not None else wanted)
    if typed.type.kind == "constant":
        inference.unknown(typed.node, typed.type.choices[0])
    elif typed.type.item is not None and typed.type.item.kind == "constant":
        inference.unknown(typed.parts[0].node, typed.parts[0].type.choices[0])
    elif typed.type.kind in {"map", "mapping"} and isinstance(expression.root, Reference):
        inference.wrong(typed.node, f"`{show(typed.node)}` is a mapping of settings", "name a setting in it")
    return typed, (*inference.problems, *typed.undefined)


class _Inference(Conditions):
    def __init__(self, text: str, scope: Scope, folds: dict[str, Folded]) -> None:
        super().__init__(text, scope)
        self.folds = folds

    def infer(self, node: Tree, scope: Scope) -> Typed:
        if scope.by is not None and isinstance(node, Aggregate):
            return self.fold(node, scope)
        if isinstance(node, (Index, Fields)) and scope.by is not None:
            return Typed(node, self.alone(node))
        if isinstance(node, Quantifier):
            return self.quantifier(node, scope)
        if isinstance(node, Reference):
            return self.reference(node, scope)
        if isinstance(node, Index):
            return Typed(node, self.index(node, scope))
        calculated = self.calculated(node, scope)
        if calculated is not None:
            return Typed(node, calculated)
        parts = self.parts(node, scope)
        # what is wrong was said where it is wrong
        result = WRONG if any(part.type is WRONG for part in parts) else None
        if result is None:
            parts = self.constants(node, parts)
            wrong = any(part.type is WRONG for part in parts) or self.misplaced(node, parts)
            result = WRONG if wrong else self.type(node, parts)
        kept = parts[1:] if isinstance(node, Binary) and node.operator == "else" else parts
        open_ends = tuple(problem for part in kept for problem in part.undefined)
        if result is not WRONG:
            open_ends += self.undefined(node, parts)
            if result.absent and show(node) in scope.present:
                result = replace(result, absent=False)
        return Typed(node, result, parts, open_ends)

    def parts(self, node: Tree, scope: Scope) -> tuple[Typed, ...]:
        """The operands; the right one of a connective stands where the left one is known to have come out some way."""
        if isinstance(node, Binary) and node.operator in {"and", "or", "implies"}:
            left = self.infer(node.left, scope)
            return left, self.infer(node.right, scope.where(node.left, holds=node.operator != "or"))
        return tuple(self.infer(child, scope) for child in children(node))

    def type(self, node: Tree, parts: tuple[Typed, ...]) -> Type:
        match node:
            case Number(value=number, unit=name):
                value, unit = literal(number, name)
                return Type("number", unit=unit, signs=frozenset({sign(value)}))
            case Text(value=text):
                return Type("text", choices=(text,))
            case Word(value=text):
                return Type("constant", choices=(text,))
            case Day():
                return Type("date")
            case Boolean():
                return BOOLEAN
            case NoLimit():
                return Type("number", signs=POSITIVE, unlimited=True)
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
            case Between():
                return self.between(parts)
            case Matches():
                return self.matches(node, parts[0])
            case Is():
                return self.state(node, parts[0])
            case Fields():
                return self.wrong(node, "`fields of` stands in a quantifier only", "write `all field, value in …: …`")
            case Quantifier() | Reference() | Index() | Variable():
                raise AssertionError("these are inferred with their scope")

    def reference(self, node: Reference, scope: Scope) -> Typed:
        names = split(node.path)
        if names[0] in scope.variables:
            return self.variable(node, names, scope)
        if len(names) == 1 and not is_root(scope.schema, names[0], rules=scope.rules):
            return Typed(node, Type("constant", choices=names))
        if scope.by is not None and node.path not in {scope.by, "as_of"}:
            return Typed(node, self.alone(node))
        found = locate(scope.schema, node.path, rules=scope.rules)
        if isinstance(found, Located):
            absent = found.absent and show(node) not in scope.present
            return Typed(node, _kept(type_of(found.leaf, absent=absent), found, scope))
        if isinstance(found, Group) and found.entry is not None and scope.rules:
            return Typed(node, Type("map", group=found))
        return Typed(node, self.wrong(node, *about_path(node.path, found, scope.schema)))

    def variable(self, node: Reference, names: tuple[str, ...], scope: Scope) -> Typed:
        """What a quantifier, `let` or `param` names, or a setting of the mapping that it names."""
        held = scope.variables[names[0]]
        rest = join(names[1:]) if len(names) > 1 else ""
        variable = Variable(names[0], rest, at=node.at, end=node.end)
        if not rest:
            present = held.absent and show(node) in scope.present
            return Typed(variable, replace(held, absent=False) if present else held)
        if held.group is None or held.kind != "mapping":
            return Typed(node, self.wrong(node, f"`{names[0]}` is {said(held)} and has nothing under it"))
        found = follow(held.group, names[1:])
        if isinstance(found, Located):
            absent = found.absent and show(node) not in scope.present
            return Typed(variable, _kept(type_of(found.leaf, absent=absent), found, scope))
        if isinstance(found, Group) and found.entry is not None:
            return Typed(variable, Type("map", group=found))
        return Typed(node, self.wrong(node, *about_path(node.path, found, scope.schema)))

    def index(self, node: Index, scope: Scope) -> Type:
        """An entry by a name that is in a variable."""
        name = scope.variables.get(node.name)
        found = locate(scope.schema, node.path, rules=scope.rules)
        if name is None or name.kind != "text":
            return self.wrong(node, f"`{node.name}` is no variable that holds a name")
        if not isinstance(found, Group):
            return self.wrong(node, f"`{node.path}` is no mapping of settings")
        if name.choices and found.entry is None:
            return self.fields(node, found, name.choices, scope)
        if found.entry is None or isinstance(found.entry, Group):
            return self.wrong(node, f"`{node.path}` is no open map of plain values")
        return type_of(found.entry, absent=show(node) not in scope.present)

    def listing(self, parts: tuple[Typed, ...]) -> Type:
        if not parts:
            return Type("list")
        if any(part.type.kind == "constant" for part in parts) and all(
            part.type.kind in {"constant", "text"} for part in parts
        ):
            return Type("list", item=Type("constant"))
        for part in parts:
            if part.type.kind in {"list", "map", "mapping", "identity"}:
                return self.wrong(part.node, f"`{show(part.node)}` is {said(part.type)}, and no list holds that")
        whole = parts[0]
        for part in parts[1:]:
            if not self.same(whole, part):
                return WRONG
            whole = replace(whole, type=merge(whole.type, part.type))
        return Type("list", item=replace(whole.type, absent=False), absent=whole.type.absent)

    def alone(self, node: Tree) -> Type:
        text = show(node)
        return self.wrong(
            node, f"`{text}` is one tenant's, and this rule is about all of them", f"fold it: `sum({text})`"
        )

    def fold(self, node: Aggregate, scope: Scope) -> Typed:
        """What a rule over the fleet knows of all tenants: from here on a variable whose name is the fold's text."""
        inner = replace(scope, by=None)
        where = self.infer(node.where, inner) if node.where is not None else None
        if node.where is not None:
            inner = inner.where(node.where, holds=True)
        value = self.infer(node.operand, inner)
        parts = [value] if where is None else [value, where]
        if any(part.type is WRONG for part in parts):
            return Typed(node, WRONG)
        open_ends = [problem for part in parts for problem in part.undefined]
        self.problems += open_ends
        result = WRONG if open_ends else self.folded(node, value, where)
        name = show(node)
        if result is not WRONG:
            self.folds.setdefault(name, Folded(node.function, value, where, result))
        return Typed(Variable(name, at=node.at, end=node.end), result)

    def folded(self, node: Aggregate, value: Typed, where: Typed | None) -> Type:
        if where is not None and self.operand(where, "boolean", "where") is WRONG:
            return WRONG
        for part in (value, where):
            if part is not None and part.type.absent:
                text = show(part.node)
                help = f"say what holds then, `{text} else …`, or leave those out: `where {text} is set`"
                return self.wrong(part.node, f"`{text}` may be missing for some tenant", help)
        counted = Type("number", unit=PLAIN, signs=NOT_NEGATIVE)
        if node.function == "count":
            return counted if self.operand(value, "boolean", "count") is not WRONG else WRONG
        if node.function == "distinct":
            if value.type.kind in {"number", "text", "boolean", "date"}:
                return counted
            return self.wrong(value.node, f"`{show(value.node)}` is no plain value, and `distinct` counts these")
        if self.operand(value, "number", node.function) is WRONG:
            return WRONG
        if value.type.unlimited and not _is_bounded(value.node, node.where):
            text = show(value.node)
            message = f"`{text}` may be unlimited, and no `{node.function}` over the fleet counts that"
            return self.wrong(value.node, message, f"leave those out: `where {text} is not unlimited`")
        bounded = replace(value.type, unlimited=False, choices=())
        if node.function == "sum":
            return replace(bounded, signs=bounded.signs | {0})
        return replace(bounded, absent=True)

    def aggregate(self, node: Aggregate, part: Typed) -> Type:
        if node.where is not None or node.function == "distinct":
            word = "where" if node.where is not None else "distinct"
            return self.wrong(node, f"a `{word}` like this stands in rules over the fleet only")
        if node.function == "count" and part.type.kind == "map":
            return Type("number", unit=PLAIN, signs=NOT_NEGATIVE)
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
            case "or" | "and" | "implies":
                are = self.operands((left, right), "boolean", node.operator)
                return replace(BOOLEAN, absent=left.type.absent or right.type.absent) if are else WRONG
            case "else":
                return self.fallback(left, right)
            case "in" | "not in":
                return self.membership(node.operator, left, right)
            case "contains":
                return self.membership(node.operator, right, left)
            case "contains all" | "contains any" | "subset of":
                return self.overlap(node.operator, left, right)
            case "starts with" | "ends with":
                are = self.operands((left, right), "text", node.operator)
                return replace(BOOLEAN, absent=left.type.absent or right.type.absent) if are else WRONG
            case "within":
                return self.within(left, right)
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

    def arithmetic(self, node: Binary, left: Typed, right: Typed) -> Type:
        if left.type.kind == "date" and node.operator in SUMS:
            return self.shifted(node, left, right)
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

    def shifted(self, node: Binary, left: Typed, right: Typed) -> Type:
        """A date some days away from another, or the days between two."""
        absent = left.type.absent or right.type.absent
        if right.type.kind == "date" and node.operator == "-":
            return Type("number", unit=DAYS, absent=absent)
        if self.operand(right, "number", node.operator) is WRONG:
            return WRONG
        if right.type.unit is None or not fits(right.type.unit, DAYS) or right.type.unlimited:
            return self.wrong(right.node, f"`{show(right.node)}` is no length of time", "write days: `30 days`")
        return Type("date", absent=absent)

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


def _is_bounded(value: Tree, where: Tree | None) -> bool:
    """Whether a condition leaves out tenants for which a value is unlimited."""
    match where:
        case Binary(operator="and", left=left, right=right):
            return _is_bounded(value, left) or _is_bounded(value, right)
        case Is(operand=operand, state="unlimited", negated=True):
            return operand == value
        case _:
            return False


def _kept(found: Type, located: Located, scope: Scope) -> Type:
    """The type of a setting; of a secret a rule learns only whether it is set."""
    return Type("secret", absent=found.absent) if scope.rules and located.leaf.secret else found
