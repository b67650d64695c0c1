"""Runs a section against its JSON Schema and says what is wrong at the line that wrote the value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.model.layer import Definition, Operator
from tenantc.model.schema import Leaf, Schema
from tenantc.model.settings import Section
from tenantc.source.path import join, split
from tenantc.source.pointer import steps
from tenantc.source.value import Value, plain, show

if TYPE_CHECKING:
    import jsonschema_rs


_PLAIN = frozenset({bool, int, float, str})


def instance(section: Section) -> dict[str, Any]:
    """The values of a section as nested JSON, as they were before caps."""
    root: dict[str, Any] = {}
    uncapped = section.uncapped
    for path, value in section.values.items():
        here = root
        names = split(path)
        for group in names[1:-1]:
            inner = here.get(group)
            if inner is None:
                inner = here[group] = {}
            here = inner
        asked = uncapped.get(path, value) if uncapped else value
        here[names[-1]] = asked if type(asked) in _PLAIN else plain(asked)
    return root


def violations(name: str, section: Section, validator: jsonschema_rs.Validator, schema: Schema) -> Iterator[Diagnostic]:
    """T401 for each value that its schema refuses, T408 for each that it requires and nothing sets."""
    values = instance(section)
    if validator.is_valid(values):
        return
    errors = list(validator.iter_errors(values))
    shapes = {tuple(error.instance_path) for error in errors if error.kind.name == "format"}
    for error in errors:
        # a format is a pattern in words
        if error.kind.name != "pattern" or tuple(error.instance_path) not in shapes:
            yield _explain(name, section, schema, error, [*steps(values, error.instance_path)])


def _explain(
    name: str, section: Section, schema: Schema, error: jsonschema_rs.ValidationError, way: list[str | int]
) -> Diagnostic:
    names: tuple[str, ...] = (name,)
    leaf: Leaf | None = None
    for step in way:
        found = schema.find(join((*names, str(step))))
        if found is None:
            break
        names = (*names, str(step))
        if isinstance(found, Leaf):
            leaf = found
            break
    path = join(names)
    if error.kind.name == "required":
        return diagnose("T408", path=f"{path}.{getattr(error.kind, 'property')}")  # noqa: B009 — not in the stubs
    definitions = section.definitions.get(path, ())
    value = section.uncapped.get(path, section.values.get(path))
    inside = way[len(names) - 1 :]
    if inside and isinstance(inside[0], int) and isinstance(value, tuple):
        value = value[inside[0]]
        definitions = tuple(one for one in definitions if _brings(one, value)) or definitions
        path = f"{path}[]"
    blames = [Blame(span, str(definitions[-1].layer))] if definitions and (span := definitions[-1].span) else []
    shown = "<secret>" if leaf is not None and leaf.secret else show(value)
    return diagnose("T401", *blames, path=path, value=shown, problem=_sentence(error.kind, leaf), help=_help(leaf))


def _brings(definition: Definition, item: Value) -> bool:
    """Whether a definition is one that put an item into a list."""
    if definition.operator in (Operator.REMOVE, Operator.REMOVE_IF_THERE):
        return False
    return isinstance(definition.value, tuple) and item in definition.value


def _help(leaf: Leaf | None) -> str:
    return leaf.description[0].lower() + leaf.description[1:].removesuffix(".") if leaf and leaf.description else ""


def _sentence(rule: Any, leaf: Leaf | None) -> str:
    unit = f" {leaf.unit}" if leaf is not None and leaf.unit else ""
    match rule.name:
        case "minimum":
            return f"the least is {rule.limit}{unit}"
        case "maximum":
            return f"the most is {rule.limit}{unit}"
        case "exclusiveMinimum":
            return f"it must be above {rule.limit}{unit}"
        case "exclusiveMaximum":
            return f"it must be below {rule.limit}{unit}"
        case "enum":
            return f"it is one of {', '.join(f'`{option}`' for option in rule.options)}"
        case "pattern" if leaf is not None and leaf.unlimited:
            return "it is a number or `unlimited`"
        case "pattern":
            return f"it must match `{rule.pattern}`"
        case "minLength" | "minItems":
            return "it is empty" if rule.limit == 1 else f"it needs at least {rule.limit}"
        case "maxLength" | "maxItems":
            return f"it may have at most {rule.limit}"
        case "uniqueItems":
            return "it says the same twice"
        case "multipleOf":
            return f"it must be a multiple of {rule.multiple_of}"
        case "not":
            return "its schema rules it out"
        case "format":
            return f"it is no {rule.format}"
        case _:
            return f"its schema refuses it ({rule.name})"
