"""The plain way to a rule's answers, which the generated functions are tested against and failures are explained by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition
from tenantc.language.constants import in_base_units
from tenantc.language.walk import Nothing, Walk
from tenantc.model.deferred import Deferred
from tenantc.model.rule import Rule


def walker(rule: Rule, subject: Subject, params: Sequence[Any]) -> Walk:
    """A walk over a rule's expressions, its parameters and `let`s given."""
    walk = Walk("", subject.get, subject.names, variables(rule, params))
    for name, expression in rule.lets:
        walk.variables[name] = walk.walk(_condition(expression).typed)
    return walk


def answers(rule: Rule, subject: Subject, params: Sequence[Any]) -> tuple[bool | None, ...] | None:
    """What each requirement comes to, None where nobody can say; None as a whole if the guard does not hold."""
    walk = walker(rule, subject, params)
    if rule.guard is not None and walk.walk(_condition(rule.guard).typed) is not True:
        return None
    results = [walk.walk(_condition(clause.condition).typed) for clause in rule.clauses]
    return tuple(None if isinstance(result, Nothing) else result for result in results)


def variables(rule: Rule, params: Sequence[Any]) -> dict[str, Any]:
    """The values of a rule's parameters as a walk takes them."""
    pairs = zip(rule.params, params, strict=True)
    return {param.name: in_base_units(value, _condition(param.default).typed.type) for param, value in pairs}


def _condition(expression: Deferred) -> Condition:
    assert isinstance(expression, Condition), "the checker makes no others"
    return expression
