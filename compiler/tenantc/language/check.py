"""Whether an expression fits the setting it is written for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from tenantc.language.format import show
from tenantc.language.infer import Typed, infer
from tenantc.language.messages import Said, identity, one_of, said, unit_help
from tenantc.language.outcome import Problem
from tenantc.language.syntax import Expression, NoLimit, Text, TextTemplate
from tenantc.language.types import Type, type_of
from tenantc.language.units import PLAIN, describe, fits
from tenantc.model.schema import Leaf, Schema
from tenantc.source.frozen import Frozen

_PLACED = frozenset({"text", "number", "boolean", "identity"})


class Part(Frozen):
    """An expression that was found right, or the text between two of them."""

    source: Expression
    typed: Typed


class Checked(Frozen):
    """A value that fits its setting: one expression, or a text with holes. Only `check` makes one."""

    leaf: Leaf
    target: Type
    whole: Part | None
    parts: tuple[str | Part, ...]


def check_value(value: Expression | TextTemplate, schema: Schema, leaf: Leaf) -> tuple[Problem, ...]:
    """Everything that is wrong with a value for this setting, before any other setting has a value."""
    checked = check(value, schema, leaf)
    return () if isinstance(checked, Checked) else checked


@lru_cache(maxsize=16_384)
def check(value: Expression | TextTemplate, schema: Schema, leaf: Leaf) -> Checked | tuple[Problem, ...]:
    """The value with its types, or everything that is wrong with it."""
    target = type_of(leaf)
    problems: list[Problem] = []
    parts: list[str | Part] = []
    for part in value.parts if isinstance(value, TextTemplate) else (value,):
        if isinstance(part, str):
            parts.append(part)
            continue
        typed, found = infer(part, schema)
        problems += found
        parts.append(Part(part, typed))
        if found:
            continue
        wrong = _hole(typed) if isinstance(value, TextTemplate) else misfits(typed, target, leaf)
        for message, help in wrong:
            problems.append(Problem(message, part.root.at, part.root.end - part.root.at, help, part.text))
    if isinstance(value, TextTemplate):
        problems += _template(value, target, leaf)
    if problems:
        return tuple(problems)
    only = parts[0] if isinstance(value, Expression) else None
    return Checked(leaf, target, only if isinstance(only, Part) else None, tuple(parts))


def _template(value: TextTemplate, target: Type, leaf: Leaf) -> Iterator[Problem]:
    if target.kind != "text":
        message = f"`{leaf.path}` takes {said(target)}, and this is text with expressions in it"
        yield Problem(message, 0, len(value.text), "a value that is one `${…}` keeps its type")


def _hole(typed: Typed) -> Iterator[Said]:
    if typed.type.kind not in _PLACED:
        yield Said(f"`{show(typed.node)}` is {said(typed.type)}, which cannot be placed in a text")


def misfits(typed: Typed, target: Type, leaf: Leaf) -> Iterator[Said]:
    """Why a value of this type can never be the setting's."""
    found = typed.type
    if found.kind == "identity":
        if target.kind != "text":
            yield identity(typed.node)
        elif target.choices:
            yield Said(f"`{leaf.path}` has a fixed set of values, and `{show(typed.node)}` is identity")
    elif found.kind != target.kind:
        yield Said(f"`{leaf.path}` takes {said(target)}, and `{show(typed.node)}` is {said(found)}")
    elif isinstance(typed.node, NoLimit) and not target.unlimited:
        yield Said(f"`{leaf.path}` is never `unlimited`")
    elif found.item is not None and target.item is not None:
        yield from _misfits_of_kind(typed, found.item, target.item, leaf)
    else:
        yield from _misfits_of_kind(typed, found, target, leaf)


def _misfits_of_kind(typed: Typed, found: Type, target: Type, leaf: Leaf) -> Iterator[Said]:
    if found.kind != target.kind:
        yield Said(
            f"the items of `{leaf.path}` are {said(target)}, and those of `{show(typed.node)}` are {said(found)}"
        )
        return
    wanted = target.unit or PLAIN
    if found.unit is not None and not fits(found.unit, wanted):
        message = f"`{show(typed.node)}` is {describe(found.unit)}, and `{leaf.path}` is {describe(wanted)}"
        yield Said(message, unit_help(typed.node, found.unit, wanted))
    if found.choices and target.choices and not set(found.choices) & set(target.choices):
        if isinstance(typed.node, Text):
            yield Said(f"`{leaf.path}` is never `{typed.node.value}`", one_of(typed.node.value, target.choices))
        else:
            yield Said(f"`{leaf.path}` and `{show(typed.node)}` have no value in common")
