"""`tenantc explain TENANT RULE`: the verdict on a tenant, with the value of every part of what is required."""

from __future__ import annotations

from typing import Any

from tenantc.diagnostics.render import printable
from tenantc.model.rule import Rule

# characters of an expression that a column of values stands beside
_WIDEST = 72

# what people read of a pass that is no plain one
WORDS = {"attested": "as somebody stated", "vacuous": "over nothing"}


def verdict_lines(rule: Rule, told: dict[str, Any], tenant: str, environment: str) -> list[str]:
    """The verdict for people: each requirement from the whole to its parts, the values in a column."""
    where = f" in {environment}" if environment else ""
    level = f", which is held at `{told['level']}`" if "level" in told else ""
    shown = [told["verdict"], *(WORDS[word] for word in WORDS if told.get(word))]
    word = ", ".join(shown)
    lines = [f"{rule.id} for {tenant}{where}: {word}{level}"]
    if told.get("reason"):
        lines.append(f"  {told['reason']}")
    for requirement in told.get("requirements", ()):
        lines.append(f"  requires, {requirement['at']}")
        # a long requirement moves its own value to the right, and not those of its parts
        width = max(
            (length for one in requirement["values"] if (length := len(one["expression"])) <= _WIDEST), default=0
        )
        lines += [f"    {one['expression'].ljust(width)}  {one['value']}" for one in requirement["values"]]
        lines += [f"    note: {one}" for one in requirement.get("notes", ())]
    return [printable(line) for line in lines]
