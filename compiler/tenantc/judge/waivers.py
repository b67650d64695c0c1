"""Who may break which rule until when."""

from __future__ import annotations

from tenantc.model.rule import Rule


def waived_until(rule: Rule, until: str, as_of: str) -> bool:
    """Whether a waiver with this last day (YYYY-MM-DD) lets the rule be broken on the day `as_of`."""
    return not rule.unwaivable and as_of <= until
