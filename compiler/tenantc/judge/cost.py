"""Whether a rule would take too long to judge for a tenant: both may be hostile, and no build hangs."""

from __future__ import annotations

from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition
from tenantc.language.cost import BUDGET, Size, steps
from tenantc.language.operands import Typed
from tenantc.language.syntax import Fields, Listing, Reference
from tenantc.model.rule import Rule


def excess(rule: Rule, subject: Subject) -> str:
    """Why a rule is not judged, empty if it is. Only what goes through collections within others is looked at."""
    if rule.degree < 2:
        return ""
    # a part is come to once for each member, and searches two collections; those of the rule itself are among its parts
    if 3 * rule.parts * max(subject.largest(), rule.parts) ** rule.degree <= BUDGET:
        return ""
    size = _size(subject)
    conditions = [*(value for _, value in rule.lets), rule.guard, *(clause.condition for clause in rule.clauses)]
    most = sum(steps(one.typed, size) for one in conditions if isinstance(one, Condition))
    return f"to judge it could take {most:,} steps, and {BUDGET:,} are the most" if most > BUDGET else ""


def _size(subject: Subject) -> Size:
    largest: list[int] = []

    def size(source: Typed) -> int:
        node = source.node
        if isinstance(node, Listing):
            return len(source.parts)
        if isinstance(node, Fields):
            return len(source.type.choices)
        if isinstance(node, Reference) and source.type.kind == "map":
            return len(subject.entries(node.path))
        if isinstance(node, Reference):
            value = subject.get(node.path)
            return len(value) if isinstance(value, tuple) else 0
        # what a variable names, or an operator makes
        if not largest:
            largest.append(subject.largest())
        return largest[0]

    return size
