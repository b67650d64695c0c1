"""What it costs to judge an expression, worked out without judging it: what is too much is not begun."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tenantc.language.operands import Typed
from tenantc.language.syntax import Fields, Listing, Quantifier

BUDGET: Final = 10_000_000
"""The most steps that a rule may take for one tenant: about a second."""

_COLLECTIONS: Final = frozenset({"list", "map"})

Size = Callable[[Typed], int]


def degree(typed: Typed) -> int:
    """How deep collections are gone through within others: quantifiers, and operators that search a list."""
    parts = [degree(part) for part in typed.parts]
    if isinstance(typed.node, Quantifier):
        return max(parts[0], 1 + max(parts[1:]))
    searched = any(part.type.kind in _COLLECTIONS for part in typed.parts) and not isinstance(typed.node, Listing)
    return max([int(searched), *parts])


def parts(typed: Typed) -> int:
    """Of how many parts it consists, itself and the settings of a section that it names as a whole among them."""
    own = len(typed.type.choices) if isinstance(typed.node, Fields) else 1
    return own + sum(parts(part) for part in typed.parts)


def steps(typed: Typed, size: Size) -> int:
    """The most steps that it takes; `size` is how many members a collection has at most."""
    costs = [steps(part, size) for part in typed.parts]
    if isinstance(typed.node, Quantifier):
        return costs[0] + size(typed.parts[0]) * (1 + sum(costs[1:]))
    return 1 + sum(costs) + sum(size(part) for part in typed.parts if part.type.kind in _COLLECTIONS)
