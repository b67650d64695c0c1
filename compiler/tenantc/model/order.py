"""What *more* means for a setting's values: the order behind ceilings and caps (language.md §5)."""

from __future__ import annotations

from tenantc.model.schema import Leaf
from tenantc.source.value import UNLIMITED, Unlimited, Value


def exceeds(value: Value, limit: Value, leaf: Leaf) -> bool:
    """Whether `value` asks for more than `limit`. Values that the leaf's order does not know exceed nothing."""
    return meet(value, limit, leaf) != value


def meet(value: Value, limit: Value, leaf: Leaf) -> Value:
    """The most of `value` that `limit` allows.

    Numbers take the smaller (the larger where the schema says `descending`; `unlimited` is above every number), ordered
    enums the lower, booleans `and`, lists the items that both hold, in the value's order.
    """
    if isinstance(value, bool) and isinstance(limit, bool):
        return value and limit
    if isinstance(value, tuple) and isinstance(limit, tuple):
        return tuple(item for item in value if item in limit)
    if isinstance(leaf.order, tuple):
        if value in leaf.order and limit in leaf.order:
            return value if leaf.order.index(str(value)) <= leaf.order.index(str(limit)) else limit
        return value
    if isinstance(value, (int, float, Unlimited)) and isinstance(limit, (int, float, Unlimited)):
        larger = limit is not UNLIMITED and (value is UNLIMITED or value > limit)
        if leaf.order == "descending":
            return value if larger or value == limit else limit
        return limit if larger else value
    return value


def at_most(value: Value, limit: Value) -> Value:
    """The smaller of a number and the one it is paired with (`x-at-most`), whatever *more* means for either."""
    if limit is UNLIMITED or not isinstance(limit, (int, float)):
        return value
    if value is UNLIMITED or (isinstance(value, (int, float)) and value > limit):
        return limit
    return value
