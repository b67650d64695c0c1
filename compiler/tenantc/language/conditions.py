"""The types of comparisons, memberships, tests and quantifiers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import reduce

from tenantc.language.format import show
from tenantc.language.messages import about_path, said
from tenantc.language.networks import network
from tenantc.language.operands import Operands, Typed
from tenantc.language.pattern import compile_pattern
from tenantc.language.scope import Scope
from tenantc.language.syntax import Binary, Fields, Index, Is, Listing, Matches, Quantifier, Text, Tree
from tenantc.language.today import misplaced, moved, rewritten
from tenantc.language.types import BOOLEAN, WRONG, Located, Type, Unknown, locate, merge, type_of
from tenantc.language.units import MIXED
from tenantc.model.schema import Group, Leaf
from tenantc.source.frozen import replace

MAX_NESTING = 3
# whose operands say what a name among them stands for
_BESIDE = frozenset({"==", "!=", "in", "not in", "contains", "contains all", "contains any", "subset of", "else"})


class Conditions(Operands, ABC):
    """Everything that comes out as true or false."""

    @abstractmethod
    def infer(self, node: Tree, scope: Scope) -> Typed:
        """A part of the expression with its types."""

    def constants(self, node: Tree, parts: tuple[Typed, ...]) -> tuple[Typed, ...]:
        """The operands, a name among them as a value of what it stands beside."""
        if not isinstance(node, Binary):
            return parts
        left, right = parts
        if node.operator in _BESIDE:
            return self.settled(left, _single(right.type)), self.settled(right, _single(left.type))
        return parts

    def comparison(self, node: Binary, left: Typed, right: Typed) -> Type:
        if node.operator not in {"==", "!="}:
            dates = left.type.kind == right.type.kind == "date"
            if not dates and not self.operands((left, right), "number", node.operator):
                return WRONG
        if not self.same(left, right) or not self.possible(left, right):
            return WRONG
        for side in (left, right):
            if side.type.kind in {"map", "mapping"} or (
                side.type.item is not None and side.type.item.kind == "mapping"
            ):
                return self.wrong(side.node, f"`{show(side.node)}` holds mappings, and those are not compared")
        return replace(BOOLEAN, absent=left.type.absent or right.type.absent)

    def membership(self, word: str, item: Typed, items: Typed) -> Type:
        """Whether a value is an item of a list."""
        found = self.operand(items, "list", word)
        if found is WRONG:
            return WRONG
        if found.item is not None:
            any_item = replace(items, type=found.item)
            # of a list that is written out the very item is to blame
            if isinstance(items.node, Listing):
                fits = all(self.same(item, one) for one in items.parts)
            else:
                fits = self.same(item, any_item, "an item of ")
            if not fits or not self.possible(item, any_item):
                return WRONG
        return replace(BOOLEAN, absent=item.type.absent or found.absent)

    def overlap(self, word: str, left: Typed, right: Typed) -> Type:
        """Whether two lists hold the same items, all or some."""
        if not self.operands((left, right), "list", word) or not self.same(left, right):
            return WRONG
        for items, other in ((left, right), (right, left)):
            for item in items.parts if isinstance(items.node, Listing) else ():
                if other.type.item is not None and not self.possible(item, replace(other, type=other.type.item)):
                    return WRONG
        return replace(BOOLEAN, absent=left.type.absent or right.type.absent)

    def between(self, parts: tuple[Typed, ...]) -> Type:
        operand, low, high = parts
        if operand.type.kind != "date" and not self.operands(parts, "number", "between"):
            return WRONG
        if not self.same(operand, low) or not self.same(operand, high):
            return WRONG
        return replace(BOOLEAN, absent=any(part.type.absent for part in parts))

    def calculated(self, node: Tree, scope: Scope) -> Type | None:
        """WRONG, and the day alone on its side, for a comparison one side of which calculates with the day."""
        found = moved(node) if scope.rules else None
        if found is None:
            return None
        own, other = self.infer(found.own, scope), self.infer(found.other, scope)
        kinds = {own.type.kind, other.type.kind}
        if kinds == {"date", "number"}:
            return self.wrong(found.side, *rewritten(found, spans=own.type.kind == "date"))
        return WRONG if "wrong" in kinds else None

    def misplaced(self, node: Tree, parts: tuple[Typed, ...]) -> bool:
        """Whether an operand is the day where it may not be; a problem if so."""
        found = [(part.node, misplaced(node, part.node)) for part in parts if part.type.kind == "date"]
        wrong = [self.wrong(operand, *said) for operand, said in found if said is not None]
        return bool(wrong)

    def matches(self, node: Matches, part: Typed) -> Type:
        found = self.operand(part, "text", "matches")
        problem = compile_pattern(node.pattern)
        if isinstance(problem, str):
            return self.wrong(node, f"`/{node.pattern}/` is no regular expression of RE2: {problem}")
        return WRONG if found is WRONG else replace(BOOLEAN, absent=found.absent)

    def within(self, left: Typed, right: Typed) -> Type:
        """Whether a network lies in another, or in one of several."""
        sides = [left, *(right.parts if isinstance(right.node, Listing) else [right])]
        for side in sides:
            kind = side.type.item.kind if side.type.item is not None else side.type.kind
            if kind != "text":
                return self.operand(side, "text", "within")
            if isinstance(side.node, Text) and network(side.node.value) is None:
                return self.wrong(side.node, f"`{side.node.value}` is no network in CIDR notation")
        return replace(BOOLEAN, absent=left.type.absent or right.type.absent)

    def state(self, node: Is, part: Typed) -> Type:
        shown, found = show(part.node), part.type
        match node.state:
            case "set" | "missing":
                if found.kind == "map":
                    return self.wrong(node, f"`{shown}` is a map, which is never missing", "ask whether it `is empty`")
                if not found.absent:
                    return self.wrong(node, f"`{shown}` always has a value here, so the test says nothing")
                return BOOLEAN
            case "unlimited":
                if self.operand(part, "number", "is unlimited") is WRONG:
                    return WRONG
                if not found.unlimited:
                    return self.wrong(node, f"`{shown}` is never `unlimited`")
            case "empty":
                if found.kind not in {"list", "map", "text"}:
                    return self.wrong(node, f"`{shown}` is {said(found)}, and only lists, maps and texts are empty")
        return replace(BOOLEAN, absent=found.absent)

    def quantifier(self, node: Quantifier, scope: Scope) -> Typed:
        inner = scope.deeper()
        if inner.depth > MAX_NESTING:
            return Typed(node, self.wrong(node, f"quantifiers nest at most {MAX_NESTING} deep"))
        source = self.source(node.source, scope)
        bound = None if source.type is WRONG else self.bound(node, source)
        if bound is None:
            return Typed(node, WRONG, (source,))
        inner = inner.bind(**bound)
        parts = [source]
        if node.where is not None:
            condition = self.infer(node.where, inner)
            parts.append(condition)
            if self.total(condition, "where") is WRONG:
                return Typed(node, WRONG, tuple(parts))
            inner = inner.where(node.where, holds=True)
        body = self.infer(node.body, inner)
        parts.append(body)
        found = self.operand(body, "boolean", node.quantity) if body.type is not WRONG else WRONG
        if found is WRONG:
            return Typed(node, WRONG, tuple(parts))
        absent = found.absent or source.type.absent
        return Typed(node, replace(BOOLEAN, absent=absent), tuple(parts), (*source.undefined, *body.undefined))

    def source(self, node: Tree, scope: Scope) -> Typed:
        if not isinstance(node, Fields):
            # a name in a list that is written out stands beside nothing that would say which constant it is
            return self.settled(self.infer(node, scope), Type("list"))
        found = locate(scope.schema, node.path, rules=scope.rules)
        if not isinstance(found, Group):
            what = "no section" if isinstance(found, Unknown) else "a setting"
            return Typed(node, self.wrong(node, f"`{node.path}` is {what}", "`fields of` takes a section"))
        names = tuple(name for name, member in found.members.items() if isinstance(member, Leaf))
        item = self.fields(node, found, names, scope)
        return Typed(node, item if item is WRONG else Type("list", item=item, choices=names, group=found))

    def fields(self, node: Fields | Index, group: Group, names: tuple[str, ...], scope: Scope) -> Type:
        """The type of any of these settings of a section."""
        if not names or not set(names) <= set(group.members):
            return self.wrong(node, f"`{node.path}` has other settings", f"it holds {', '.join(group.members)}")
        found: list[Type] = []
        for name in names:
            located = locate(scope.schema, f"{node.path}.{name}", rules=scope.rules)
            if not isinstance(located, Located):
                return self.wrong(node, *about_path(f"{node.path}.{name}", located, scope.schema))
            found.append(type_of(located.leaf, absent=located.absent))
        if len({one.kind for one in found}) > 1:
            return self.wrong(node, f"the settings of `{node.path}` are of several types")
        same_unit = len({one.unit for one in found}) == 1
        if not same_unit:
            found = [replace(one, unit=MIXED) for one in found]
        return reduce(merge, found)

    def bound(self, node: Quantifier, source: Typed) -> dict[str, Type] | None:
        """What the variables of a quantifier are."""
        found = source.type
        group = found.group
        if isinstance(source.node, Fields) and found.item is not None:
            entry, name = found.item, Type("text", choices=found.choices)
        elif found.kind == "map" and group is not None and group.entry is not None:
            name = Type("text")
            entry = type_of(group.entry) if isinstance(group.entry, Leaf) else Type("mapping", group=group.entry)
        elif found.kind == "list" and len(node.names) == 1:
            entry, name = found.item or Type("text"), Type("text")
        elif found.kind == "list":
            self.wrong(node, "the items of a list have no names", f"write `{node.quantity} {node.names[1]} in …`")
            return None
        else:
            self.wrong(source.node, f"`{show(source.node)}` is {said(found)}, and a quantifier takes a list or a map")
            return None
        return {node.names[0]: entry} if len(node.names) == 1 else {node.names[0]: name, node.names[1]: entry}

    def total(self, part: Typed, word: str) -> Type:
        """A condition that always comes out: what decides whether something is looked at at all may not be unknown."""
        found = self.operand(part, "boolean", word) if part.type is not WRONG else WRONG
        if found is WRONG:
            return WRONG
        if part.undefined:
            self.problems.extend(part.undefined)
            return WRONG
        if found.absent:
            unset = _unset(part)
            help = f"say what holds then: `({show(unset.node)} else …)`, or ask `{show(unset.node)} is set and …`"
            return self.wrong(unset.node, f"`{show(unset.node)}` may be missing, and `{word}` has to come out", help)
        return found


def _single(found: Type) -> Type:
    return found.item if found.kind == "list" and found.item is not None else found


def _unset(part: Typed) -> Typed:
    """The innermost part to blame for a condition that may not come out."""
    for inner in part.parts:
        if inner.type.absent:
            return _unset(inner)
    return part
