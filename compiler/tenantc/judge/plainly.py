"""The plain way to a rule's answers, which the generated functions are tested against and failures are explained by."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tenantc.judge.cost import excess
from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition
from tenantc.language.constants import in_base_units
from tenantc.language.outcome import Missing
from tenantc.language.syntax import Tree
from tenantc.language.walk import Nothing, Walk
from tenantc.model.deferred import Deferred
from tenantc.model.rule import Rule


def walker(rule: Rule, subject: Subject, params: Sequence[Any], *, doubting: bool = False) -> Walk:
    """A walk over a rule's expressions, its parameters and `let`s given; one that finds nothing if it took too long."""
    lets = {name: _condition(expression).typed for name, expression in rule.lets}
    given = variables(rule, params)
    walk = Walk("", subject.get, subject.names, given, lets if doubting else None, doubting=doubting)
    walk.halted = excess(rule, subject)
    for name, typed in () if doubting else lets.items():
        walk.variables[name] = walk.walk(typed)
    return walk


def answers(
    rule: Rule, subject: Subject, params: Sequence[Any], *, doubting: bool = False
) -> tuple[bool | None, ...] | None:
    """What each requirement comes to, None where nobody can say; None as a whole if the guard does not hold.

    `doubting` takes quantifiers over nothing for the worst that they may come to.
    """
    return _answers(walker(rule, subject, params, doubting=doubting), rule)


def seen(rule: Rule, subject: Subject, params: Sequence[Any]) -> list[tuple[Tree, Any]]:
    """The value of every part that judging a rule comes to, once for each time it does."""
    walk = walker(rule, subject, params)
    _answers(walk, rule)
    return walk.seen


def _answers(walk: Walk, rule: Rule) -> tuple[bool | None, ...] | None:
    if rule.guard is not None and walk.signed(_condition(rule.guard).typed, 0) is not True:
        return None
    results = [walk.walk(_condition(clause.condition).typed) for clause in rule.clauses]
    return tuple(None if isinstance(result, Nothing) else result for result in results)


def variables(rule: Rule, params: Sequence[Any]) -> dict[str, Any]:
    """The values of a rule's parameters, and of its folds, as a walk takes them."""
    named = [(one.name, one.default) for one in rule.params] + [(one.name, one.default) for one in rule.folds]
    pairs = zip(named, params, strict=True)
    return {name: _held(name, value, _condition(default)) for (name, default), value in pairs}


def _held(name: str, value: Any, default: Condition) -> Any:
    """A parameter or fold; the least or most of nobody's values is none."""
    return Nothing(Missing(name, 0, 0)) if value is None else in_base_units(value, default.typed.type)


def _condition(expression: Deferred) -> Condition:
    assert isinstance(expression, Condition), "the checker makes no others"
    return expression
