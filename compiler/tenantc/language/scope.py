"""What the names in an expression stand for, and which settings are known to have a value there."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.language.format import show
from tenantc.language.syntax import Binary, Invert, Is, Tree
from tenantc.language.types import Type
from tenantc.model.schema import Schema
from tenantc.source.frozen import Frozen, field, replace
from tenantc.source.path import Path


class Scope(Frozen):
    """Where an expression stands.

    `variables` are what quantifiers, `let` and `param` name. `present` holds the spellings of what was found to be set
    by a test that stands before. `rules` says that it is a rule's and may read what settings can't; `depth` counts the
    quantifiers around it. `by` is None but for rules over the fleet, which read nothing of one tenant but that path.
    """

    schema: Schema
    variables: Mapping[str, Type] = field(default_factory=dict)
    present: frozenset[str] = frozenset()
    rules: bool = False
    depth: int = 0
    by: Path | None = None

    def bind(self, **variables: Type) -> Scope:
        """The scope inside of what names these. What was known of an outer variable of one name is not known of it."""
        known = frozenset(text for text in self.present if text.partition(".")[0] not in variables)
        return replace(self, variables={**self.variables, **variables}, present=known)

    def deeper(self) -> Scope:
        return replace(self, depth=self.depth + 1)

    def where(self, node: Tree, *, holds: bool) -> Scope:
        """The scope where a test is known to have come out as `holds`."""
        return replace(self, present=self.present | proves(node, holds=holds))


def proves(node: Tree, *, holds: bool) -> frozenset[str]:
    """What has a value if this condition `holds`, or if it doesn't, by its spelling."""
    match node:
        case Is(operand=operand, state="set", negated=negated):
            return frozenset({show(operand)}) if holds is not negated else frozenset()
        case Is(operand=operand, state="missing", negated=negated):
            return frozenset({show(operand)}) if holds is negated else frozenset()
        case Invert(operand=operand):
            return proves(operand, holds=not holds)
        case Binary(operator="and", left=left, right=right) if holds:
            return proves(left, holds=True) | proves(right, holds=True)
        case Binary(operator="or", left=left, right=right) if not holds:
            return proves(left, holds=False) | proves(right, holds=False)
        case Binary(operator="implies", left=left, right=right) if not holds:
            return proves(left, holds=True) | proves(right, holds=False)
        case _:
            return frozenset()
