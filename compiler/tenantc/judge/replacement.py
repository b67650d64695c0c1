"""What a remedy comes to where one written value need only be another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tenantc.diagnostics.diagnostic import Replacement
from tenantc.judge.plainly import walker
from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition
from tenantc.model.layer import Definition, LayerKind, Operator
from tenantc.model.resolved import Resolved
from tenantc.model.rule import Clause, Rule
from tenantc.source.path import Path
from tenantc.source.span import Span
from tenantc.source.value import UNLIMITED, Value

_KINDS = {"set", "raise", "lower"}


def replacement(
    rule: Rule, clause: Clause, subject: Subject, params: Sequence[Any], resolved: Resolved
) -> Replacement | None:
    """The value that keeps a requirement if it is written where a tenant wrote another.

    None if the remedy is more than that: several steps, a value that reads others, a list, or a place where the value
    is not written as such. A value that would not keep the requirement is none, either.
    """
    if len(clause.remedy) != 1:
        return None
    edit = clause.remedy[0]
    if edit.kind not in _KINDS or edit.fixed is None or edit.path in resolved.caps:
        return None
    definitions = [one for one in resolved.settings.definitions(edit.path) if one.span is not None]
    span = _place(definitions[-1]) if definitions else None
    if span is None or not _keeps(rule, clause, subject, params, edit.path, edit.fixed):
        return None
    return Replacement(span, edit.fixed)


def _place(definition: Definition) -> Span | None:
    """Where a tenant wrote a plain value on one line, for good and as it is."""
    span, value = definition.span, definition.value
    if definition.layer.kind is not LayerKind.TENANT or definition.operator is not Operator.SET:
        return None
    if span is None or span.line != span.end_line or definition.until is not None:
        return None
    return span if value is UNLIMITED or isinstance(value, (bool, int, float, str)) else None


def _keeps(rule: Rule, clause: Clause, subject: Subject, params: Sequence[Any], path: Path, value: Value) -> bool:
    assert isinstance(clause.condition, Condition), "the checker makes no others"
    walk = walker(rule, subject.altered(path, value), params)
    return walk.walk(clause.condition.typed) is True
