"""The day as of which rules judge: they compare it with dates and do nothing else, so a build knows when they turn."""

from __future__ import annotations

from typing import Literal

from tenantc.language.format import show
from tenantc.language.messages import Said
from tenantc.language.syntax import Between, Binary, Comparison, Reference, Tree
from tenantc.source.frozen import Frozen

AS_OF = "as_of"
FLIPPED: dict[Comparison, Comparison] = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SUMS = frozenset({"+", "-"})
_BESIDE = frozenset({*FLIPPED, "in", "not in", "contains"})


def is_day(node: Tree) -> bool:
    """Whether this is the day; what a quantifier names so is a variable by the time that is asked."""
    return isinstance(node, Reference) and node.path == AS_OF


def misplaced(node: Tree, operand: Tree) -> Said | None:
    """What is wrong with an operand that is the day: it is one side of a comparison, or it is wrong."""
    if not is_day(operand):
        return None
    if isinstance(node, Binary) and node.operator in _SUMS:
        return _calculated(node, f"compare `{AS_OF}` by itself, with a date that is moved instead")
    if isinstance(node, Between) or (isinstance(node, Binary) and node.operator in _BESIDE):
        return None
    return lonely()


def lonely() -> Said:
    return Said(f"`{AS_OF}` stands beside a date that it is compared with, and nowhere else", f"write `{AS_OF} >= …`")


class Calculated(Frozen):
    """A comparison one side of which adds to the day or takes from it: `own` is what, `other` the other side."""

    comparison: Comparison
    side: Binary
    own: Tree
    other: Tree


def moved(node: Tree) -> Calculated | None:
    """A comparison, if one of its sides calculates with the day; turned so that this side stands left."""
    if not isinstance(node, Binary):
        return None
    comparison = next((one for one in FLIPPED if one == node.operator), None)
    for side, other in ((node.left, node.right), (node.right, node.left)):
        if comparison and isinstance(side, Binary) and side.operator in _SUMS and _has_day(side):
            own = side.right if is_day(side.left) else side.left
            return Calculated(comparison if side is node.left else FLIPPED[comparison], side, own, other)
    return None


def rewritten(found: Calculated, *, spans: bool) -> Said:
    """What is wrong with it, and the same with the day alone; `spans`: the side is the time between two days."""
    side, own, other = found.side, found.own, found.other
    operator: Literal["+", "-"] = "+"
    comparison = FLIPPED[found.comparison]
    date, span = (own, other) if spans else (other, own)
    if spans and is_day(side.right):
        operator, comparison = "-", found.comparison
    elif not spans and side.operator == "+":
        operator = "-"
    fixed = Binary(comparison, Binary(operator, date, span), Reference(AS_OF))
    return _calculated(side, f"move it to the other side: `{show(fixed)}`")


def _has_day(side: Binary) -> bool:
    return is_day(side.left) is not is_day(side.right)


def _calculated(node: Tree, help: str) -> Said:
    return Said(f"`{show(node)}` calculates with the day, and rules only compare it", help)
