"""What rules decide of a framework: each control listed is decided here, needs evidence or is not covered.

A share counts the controls that are listed and no others: those that rules cite, and what policies add with a source.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

from tenantc.model.rule import Rule
from tenantc.model.spec import Control, Framework
from tenantc.source.frozen import Frozen


class Standing(enum.Enum):
    """How a control stands; what asks for evidence needs it whatever rules support it."""

    DECIDED = "decided here"
    EVIDENCE = "needs evidence"
    OPEN = "not covered"


class Covered(Frozen):
    """A control, how it stands, and the ids of the rules that cite it."""

    control: Control
    standing: Standing
    rules: tuple[str, ...]


def coverage(framework: Framework, rules: Iterable[Rule]) -> tuple[Covered, ...]:
    """Every control that a framework's policy lists, in its order."""
    citing: dict[str, list[str]] = {}
    for rule in rules:
        for citation in rule.citations:
            if citation.framework == framework.name:
                citing.setdefault(citation.control, []).append(rule.id)
    return tuple(_covered(control, citing.get(control.id, [])) for control in framework.controls)


def _covered(control: Control, rules: list[str]) -> Covered:
    standing = Standing.EVIDENCE if control.evidence else Standing.DECIDED if rules else Standing.OPEN
    return Covered(control, standing, tuple(sorted(rules)))
