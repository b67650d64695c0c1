"""The value of a setting is a fold over its definitions."""

from __future__ import annotations

from collections.abc import Callable

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.model.layer import Definition, Operator
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED, Value, show

_RESETS = frozenset({Operator.DEFAULT, Operator.SET, Operator.UNSET, Operator.REPLACE})
_REMOVES = frozenset({Operator.REMOVE, Operator.REMOVE_IF_THERE})


def live(path: Path, definitions: tuple[Definition, ...]) -> tuple[Definition, ...]:
    """The definitions that decide the value: from the last one that forgets what lies below it."""
    for index in range(len(definitions) - 1, -1, -1):
        definition = definitions[index]
        if definition.operator in _RESETS or definition.path != path:
            return definitions[index:]
    return definitions


def fold(
    path: Path,
    definitions: tuple[Definition, ...],
    evaluate: Callable[[Definition], Value | None],
    problems: list[Diagnostic],
) -> Value | None:
    """The value that these definitions of one setting, lowest first, come to; None if they leave it absent.

    A definition whose path is not the setting's own took away or replaced a mapping that the setting lies in.
    `evaluate` gives the value of a dynamic definition. Taking away what isn't there is T306.
    """
    value: Value | None = None
    for definition in live(path, definitions):
        operator = definition.operator
        if operator is Operator.UNSET or operator is Operator.REPLACE:
            first = definitions[0]
            value = first.value if first.operator is Operator.DEFAULT else None  # type: ignore[assignment]
        elif definition.path != path:
            value = None
        else:
            given: Value | None = evaluate(definition) if definition.dynamic else definition.value  # type: ignore[assignment]
            if operator is Operator.SET or operator is Operator.DEFAULT:
                value = given
            elif operator is Operator.RAISE or operator is Operator.LOWER:
                value = _bounded(value, given, operator)
            elif isinstance(given, tuple):
                held = value if isinstance(value, tuple) else ()
                value = (
                    _append(held, given) if operator is Operator.APPEND else _take(held, given, definition, problems)
                )
    return value


def _bounded(value: Value | None, bound: Value | None, operator: Operator) -> Value | None:
    """The larger or the smaller of two numbers; the bound where there is no value."""
    if value is None or bound is None:
        return bound if value is None else value
    most = larger(value, bound)
    if operator is Operator.RAISE:
        return most
    return bound if most is value else value


def larger(left: Value, right: Value) -> Value:
    """The larger of two numbers, the right one if they are equal; `unlimited` is above them all."""
    if left is UNLIMITED or right is UNLIMITED:
        return UNLIMITED
    assert isinstance(left, (int, float))
    assert isinstance(right, (int, float))
    return max(right, left)


def _append(held: tuple[Value, ...], given: tuple[Value, ...]) -> tuple[Value, ...]:
    result = list(held)
    for item in given:
        if not _holds(result, item):
            result.append(item)
    return tuple(result)


def _take(
    held: tuple[Value, ...], given: tuple[Value, ...], definition: Definition, problems: list[Diagnostic]
) -> tuple[Value, ...]:
    if definition.operator is Operator.REMOVE:
        for item in given:
            if not _holds(held, item):
                assert definition.span is not None
                help = f"`{definition.path}-?:` takes away what may not be there"
                problems.append(diagnose("T306", definition.span, item=show(item), path=definition.path, help=help))
    return tuple(item for item in held if not _holds(given, item))


def _holds(items: list[Value] | tuple[Value, ...], item: Value) -> bool:
    return any(type(one) is type(item) and one == item for one in items)
