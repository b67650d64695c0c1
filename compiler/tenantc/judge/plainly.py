"""The plain way to a rule's answers, which the generated functions are tested against and failures are explained by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition
from tenantc.language.walk import Nothing, Walk, scale, scaled
from tenantc.model.deferred import Deferred
from tenantc.model.rule import Rule


def walker(rule: Rule, subject: Subject, params: Sequence[Any]) -> Walk:
    """A walk over a rule's expressions, its parameters and `let`s given."""
    walk = Walk("", subject.get, subject.names)
    for param, value in zip(rule.params, params, strict=True):
        found = _condition(param.default).typed.type
        walk.variables[param.name] = scaled(value, found, scale(found))
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


def constant(expression: Deferred, rule: Rule | None = None, params: Mapping[str, Any] | None = None) -> Any:
    """The value, in its own unit, of an expression that reads nothing but the rule's parameters."""
    condition = _condition(expression)
    variables = {}
    for param in rule.params if rule is not None else ():
        found = _condition(param.default).typed.type
        variables[param.name] = scaled((params or {})[param.name], found, scale(found))
    value = Walk(condition.text, lambda _: None, variables=variables).walk(condition.typed)
    assert not isinstance(value, Nothing), "a constant has a value"
    found = condition.typed.type
    return _whole(scaled(value, found, 1 / scale(found)))


def _whole(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_whole(item) for item in value)
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _condition(expression: Deferred) -> Condition:
    assert isinstance(expression, Condition), "the checker makes no others"
    return expression
