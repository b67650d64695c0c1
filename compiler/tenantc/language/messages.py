"""What is said about expressions that are wrong, and what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from tenantc.diagnostics.suggest import did_you_mean, nearest
from tenantc.language.format import show
from tenantc.language.roots import MIRRORS, ROOTS
from tenantc.language.syntax import Binary, Negate, NoLimit, Number, Reference, Text, Tree
from tenantc.language.types import Kind, Type, Unknown
from tenantc.language.units import ONE, PERCENT, RATIO, Unit, describe, fits, literal_unit
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.source.path import Path, child, split

_SAID: dict[Kind, str] = {
    "boolean": "true or false",
    "number": "a number",
    "text": "text",
    "date": "a date",
    "list": "a list",
    "map": "an open map",
    "mapping": "a mapping",
    "constant": "a name that is no setting",
    "secret": "a secret",
    "identity": "identity",
}
_TAKEN: dict[Kind, str] = {"boolean": "true or false", "number": "numbers", "list": "a list", "text": "text"}


class Said(NamedTuple):
    """A message and the way out, where one is known."""

    message: str
    help: str = ""


def said(found: Type) -> str:
    """A type in a sentence; a number by its unit."""
    if found.kind == "number" and found.unit is not None:
        return describe(found.unit)
    return _SAID[found.kind]


def is_literal(node: Tree) -> bool:
    """Whether this is a number written out, without a unit."""
    if isinstance(node, Negate):
        return is_literal(node.operand)
    return isinstance(node, Number) and not node.unit


def taken(node: Tree, found: Type, kind: Kind, word: str, help: str = "") -> Said:
    """An operand of the wrong kind."""
    if found.kind == "identity":
        return identity(node)
    if found.kind == "text" and word == "+":
        help = 'texts are joined in a text: `"${…}${…}"`'
    return Said(f"`{show(node)}` is {_SAID[found.kind]}, and `{word}` takes {_TAKEN[kind]}", help)


def taken_item(node: Tree, found: Type, word: str) -> Said:
    """A list whose items are no numbers."""
    return Said(f"an item of `{show(node)}` is {_SAID[found.kind]}, and `{word}` takes numbers")


def identity(node: Tree) -> Said:
    return Said(f"`{show(node)}` is identity: it may be placed in a text, and nothing is computed with it")


def slip(node: Binary) -> str:
    """The way out where a name with a `-` in it was read as a difference."""
    tight = node.operator == "-" and node.right.at == node.left.end + 1
    return 'a name with `-` in it is written `["…"]`' if tight and isinstance(node.left, Reference) else ""


def difference(left: Tree, left_type: Type, right: Tree, right_type: Type, part: str = "") -> Said | None:
    """Why these two cannot be added, compared or stand for each other, or None if they can.

    `part` says which part of the right one the type is of.
    """
    message = f"`{show(left)}` is {said(left_type)}, and {part}`{show(right)}` is {said(right_type)}"
    if left_type.kind != right_type.kind:
        return Said(message)
    if left_type.item is not None and right_type.item is not None:
        return difference(left, left_type.item, right, right_type.item)
    one, other = left_type.unit, right_type.unit
    if one is None or other is None or fits(one, other):
        return None
    return Said(message, unit_help(left, one, other) or unit_help(right, other, one))


def unit_help(node: Tree, unit: Unit, wanted: Unit) -> str:
    """How to give a plain number the unit that is wanted, where a literal can say it."""
    name = literal_unit(wanted)
    if name is None or unit.dimension or unit in (RATIO, PERCENT):
        return ""
    if isinstance(node, Number):
        return f"write `{show(Number(node.value, name))}`"
    return "" if isinstance(node, Negate) else f"multiply `{show(node)}` by `{show(Number(ONE, name))}`"


def unbounded(culprit: Tree, what: str) -> str:
    """Why a calculation has no value."""
    if isinstance(culprit, NoLimit):
        return f"{what} has no value"
    return f"`{show(culprit)}` may be `unlimited`, and {what} has no value"


def never(node: Tree, other: Tree, choices: Iterable[str]) -> Said:
    """A text that the other side never is."""
    if isinstance(node, Text):
        return Said(f"`{show(other)}` is never `{node.value}`", one_of(node.value, choices))
    return Said(f"`{show(node)}` and `{show(other)}` have no value in common")


def one_of(text: str, choices: Iterable[str]) -> str:
    """The value that was meant, or all there are."""
    choices = tuple(choices)
    return did_you_mean(text, choices) or f"it is one of {', '.join(f'`{choice}`' for choice in choices)}"


def about_path(path: Path, found: Group | Unknown, schema: Schema) -> Said:
    """A path that names no setting."""
    if isinstance(found, Group):
        names = tuple(found.members)[:3]
        help = f"name a setting in it, like `{child(path, names[0])}`" if names else "name a setting in it"
        return Said(f"`{path}` is a mapping of settings", help)
    if isinstance(found.under, Leaf):
        return Said(f"`{found.under.path}` is a setting and has nothing under it")
    names = split(path)
    at = names.index(found.step) if found.step in names else 0
    candidates = set(found.under.members) | (set(ROOTS) | MIRRORS if at == 0 else set())
    meant = nearest(found.step, candidates)
    if meant is not None:
        return Said(f"`{path}` is no setting", f"did you mean `{_path((*names[:at], meant, *names[at + 1 :]))}`?")
    if at and names[0] in ROOTS:
        held = ", ".join(f"`{name}`" for name in found.under.members)
        return Said(f"`{path}` is no setting", f"`{names[0]}` has {held}")
    places = [leaf.path for leaf in schema.leaves() if leaf.path.rpartition(".")[2] == names[-1]]
    return Said(f"`{path}` is no setting", f"did you mean `{places[0]}`?" if len(places) == 1 else "")


def _path(names: tuple[str, ...]) -> Path:
    return show(Reference(".".join(names)))


def without_value(node: Tree) -> Said:
    """A calculation that came out as nothing."""
    return Said(f"`{show(node)}` has no value here")


def zero(node: Tree) -> Said:
    """A divisor that is 0: one written out, or one whose schema says otherwise."""
    return Said(f"`{show(node)}` is 0, and nothing is divided by 0")


def holds_identity(node: Tree) -> Said:
    """A setting whose text was found to hold identity, and is inspected."""
    return Said(f"`{show(node)}` holds identity: it may be placed in a text, and nothing is computed with it")
