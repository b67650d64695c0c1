"""What SARIF says of each rule and code that something was found by."""

from __future__ import annotations

from typing import Any

from tenantc.diagnostics.render import printable
from tenantc.driver import library
from tenantc.model.rule import Rule, Weight
from tenantc.report.findings import Finding

# GitHub's scale: above 9 is critical, from 7 high, from 4 medium, below that low
_SCORES = {Weight.CRITICAL: "9.5", Weight.HIGH: "8.0", Weight.MEDIUM: "5.5", Weight.LOW: "2.0"}
# GitHub shows as much of a description, and as many tags
_LONGEST = 1024
_TAGS = 10


def descriptor(finding: Finding) -> dict[str, Any]:
    """A reportingDescriptor (SARIF 3.49) of the rule that is broken, or of the diagnostic's code."""
    return _rule(finding.rule) if finding.rule is not None else _code(finding.diagnostic.code)


def _rule(rule: Rule) -> dict[str, Any]:
    cited = {citation.framework for citation in rule.citations}
    # the requirements, each on a line; that of several clauses is often the same
    asked = dict.fromkeys(" ".join(getattr(clause.condition, "text", "").split()) for clause in rule.clauses)
    properties: dict[str, Any] = {"tags": ["security", *sorted(cited)][:_TAGS], "precision": "very-high"}
    if rule.severity in _SCORES:
        properties["security-severity"] = _SCORES[rule.severity]
    help = "".join(f"requires {text}\n" for text in asked) + f"`tenantc explain {rule.id}` says more."
    return _described(rule.id, rule.title, rule.because or rule.title, help) | {"properties": properties}


def _code(code: str) -> dict[str, Any]:
    """From the code's page, which begins with its title and with what it means."""
    page = library.page(code)
    title, meaning, *_ = page.split("\n\n")
    title = title.partition(": ")[2]
    meaning = " ".join(meaning.removeprefix("What: ").split())
    found = _described(code, title, meaning, page)
    found["help"]["markdown"] = page
    return found


def _described(id: str, title: str, meaning: str, help: str) -> dict[str, Any]:
    return {
        "id": id,
        "shortDescription": {"text": printable(title)[:_LONGEST]},
        "fullDescription": {"text": printable(meaning)[:_LONGEST]},
        "help": {"text": help},
    }
