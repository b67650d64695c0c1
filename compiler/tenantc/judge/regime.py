"""What policies make of the rules for tenants under some frameworks: levels, parameters, preferences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.judge.hardening import Armed
from tenantc.judge.quantity import quantity
from tenantc.language.condition import Condition
from tenantc.language.runtime import Function
from tenantc.model.rule import Param, Rule
from tenantc.model.spec import HOUSE, Enforcement, Framework, Setting
from tenantc.model.verdict import Strictness
from tenantc.source.frozen import Frozen, field


class Regime(Frozen):
    """The rules as they are judged for tenants under one set of frameworks.

    `levels` holds what policies say of a rule, the strictest where several speak. `preferred` says which of two rules
    hardening follows where they exclude each other.
    """

    armed: tuple[Armed, ...]
    levels: Mapping[str, Strictness]
    preferred: Mapping[frozenset[str], str]
    diagnostics: tuple[Diagnostic, ...] = ()
    by_id: Mapping[str, Armed] = field(default_factory=dict)


def regime(
    rules: Sequence[tuple[Rule, Function]],
    policies: Mapping[str, Framework],
    frameworks: Iterable[str],
    as_of: str,
) -> Regime:
    """What holds for tenants under these frameworks on a day. T512 where two policies give a parameter two values."""
    applicable = [policies[name] for name in (HOUSE, *frameworks) if name in policies]
    levels = _levels(applicable, as_of)
    diagnostics: list[Diagnostic] = []
    armed = []
    for rule, function in rules:
        if levels.get(rule.id) is not Strictness.OFF:
            said = [_said(rule, param, applicable, diagnostics) for param in rule.params]
            params = tuple(own.value if one is None else one[1] for own, one in zip(rule.params, said, strict=True))
            written = {one[0].name: one[0].value for one in said if one is not None}
            armed.append(Armed(rule, function, params, written))
    preferred = {frozenset(one.rules): one.prefer for policy in applicable for one in policy.settle}
    return Regime(tuple(armed), levels, preferred, tuple(diagnostics), {one.rule.id: one for one in armed})


def _levels(policies: Iterable[Framework], as_of: str) -> dict[str, Strictness]:
    found: dict[str, Strictness] = {}
    for policy in policies:
        for one in policy.enforce:
            if _holds(one, as_of):
                level = Strictness(one.level)
                found[one.rule] = max(found.get(one.rule, level), level, key=lambda each: each.rank)
    return found


def _holds(one: Enforcement, as_of: str) -> bool:
    return (not one.start or one.start <= as_of) and (not one.until or as_of <= one.until)


def _said(
    rule: Rule, param: Param, policies: Iterable[Framework], diagnostics: list[Diagnostic]
) -> tuple[Setting, Any] | None:
    """What policies give a parameter, as written and in its own unit; None if they say nothing of it."""
    said: list[tuple[Setting, Any]] = []
    for policy in policies:
        for setting in policy.params:
            if (setting.rule, setting.name) == (rule.id, param.name):
                value = parameter(param, setting)
                if not isinstance(value, str):
                    said.append((setting, value[0]))
    for setting, value in said[1:]:
        if value != said[0][1]:
            problem = f"gives `{param.name}` of `{rule.id}` another value than another policy of the same tenants"
            diagnostics.append(diagnose("T512", setting.span, said[0][0].span, policy=setting.name, problem=problem))
    return said[0] if said else None


def parameter(param: Param, setting: Setting) -> tuple[Any] | str:
    """The value that a policy gives a parameter, in the parameter's unit, or why it can't be."""
    assert isinstance(param.default, Condition), "the checker makes no others"
    wanted = param.default.typed.type
    value = setting.value
    if wanted.kind == "list":
        return (tuple(value),) if isinstance(value, list) else "takes a list"
    if wanted.kind in {"text", "date"}:
        return (value,) if isinstance(value, str) else "takes a text"
    if wanted.kind == "boolean":
        return (value,) if isinstance(value, bool) else "is true or false"
    found = quantity(value, wanted)
    if isinstance(found, Fraction):
        return (found.numerator if found.denominator == 1 else found,)
    return found if isinstance(found, str) else (found,)


def misspoken(policies: Mapping[str, Framework], rules: Mapping[str, Rule]) -> list[Diagnostic]:
    """T512 for each rule or parameter of a policy that there is not, and each value that does not fit."""
    found: list[Diagnostic] = []
    for policy in policies.values():
        named = [(one.rule, one.span) for one in policy.enforce] + [(one.rule, one.span) for one in policy.params]
        named += [(rule, one.span) for one in policy.settle for rule in (*one.rules, one.prefer)]
        for rule, span in named:
            if rule not in rules:
                help = did_you_mean(rule, rules)
                problem = f"names `{rule}`, which is no rule"
                found.append(diagnose("T512", span, policy=policy.name, problem=problem, help=help))
        for setting in policy.params:
            rule_ = rules.get(setting.rule)
            params = {param.name: param for param in rule_.params} if rule_ is not None else {}
            problem = ""
            if rule_ is not None and setting.name not in params:
                problem = f"sets `{setting.name}`, which `{setting.rule}` has not"
            elif rule_ is not None and isinstance(value := parameter(params[setting.name], setting), str):
                problem = f"sets `{setting.name}` of `{setting.rule}`, which {value}"
            if problem:
                found.append(diagnose("T512", setting.span, policy=policy.name, problem=problem))
    return list(dict.fromkeys(found))
