"""What an expression can be, as far as the schema says it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, TypeAlias

from tenantc.language.roots import IDENTITY, MIRRORS, ROOTS, RULE_ROOTS
from tenantc.language.signs import ANY_SIGN, POSITIVE, Signs, bounded, sign
from tenantc.language.units import PLAIN, Unit, finest, unit_named
from tenantc.model.schema import Group, Leaf, Schema, TypeName
from tenantc.source.frozen import Frozen, replace
from tenantc.source.path import Path, split

# `map` is an open map, `mapping` an entry of one, `constant` a name that is a value of what it will be compared with.
# A rule may ask of a `secret` only whether it is set. `identity` may be placed and nothing else; `wrong` is an
# expression whose problem has been said already.
Kind: TypeAlias = Literal[
    "boolean", "number", "text", "date", "list", "map", "mapping", "constant", "secret", "identity", "wrong"
]
_SCALARS: Mapping[TypeName | None, Kind] = {
    "boolean": "boolean",
    "integer": "number",
    "number": "number",
    "string": "text",
}


class Type(Frozen):
    """The static type of an expression.

    For numbers: the unit (None for a bare `unlimited`, which fits them all), the signs it can have, whether it may be
    `unlimited` and whether it may be a decimal. For texts: the values it can have, none if it may have any. For lists:
    what the items are, None if there are none. For open maps and their entries: what the schema says of them. `absent`
    says that it may have no value.
    """

    kind: Kind
    unit: Unit | None = None
    signs: Signs = ANY_SIGN
    unlimited: bool = False
    fractional: bool = False
    choices: tuple[str, ...] = ()
    item: Type | None = None
    group: Group | None = None
    absent: bool = False

    @property
    def scale(self) -> Fraction:
        """How many base units one of this number's unit is."""
        return (self.unit or PLAIN).scale


WRONG = Type("wrong")
BOOLEAN = Type("boolean")


def merge(left: Type, right: Type) -> Type:
    """The type of what is one or the other of two that can stand for each other."""
    item = merge(left.item, right.item) if left.item and right.item else left.item or right.item
    unit = finest(left.unit, right.unit) if left.unit and right.unit else left.unit or right.unit
    return Type(
        left.kind,
        unit=unit,
        signs=left.signs | right.signs,
        unlimited=left.unlimited or right.unlimited,
        fractional=left.fractional or right.fractional,
        choices=tuple(dict.fromkeys(left.choices + right.choices)) if left.choices and right.choices else (),
        item=item,
        group=left.group or right.group,
        absent=left.absent or right.absent,
    )


class Located(Frozen):
    """A setting that a path names, and whether it may have no value."""

    leaf: Leaf
    absent: bool


class Unknown(Frozen):
    """Where a path leaves what there is: the step that is not known, and the mapping or setting it would lie in."""

    step: str
    under: Group | Leaf


def is_root(schema: Schema, name: str, *, rules: bool = False) -> bool:
    """Whether paths of expressions may begin with this name."""
    return name in schema.root.members or name in ROOTS or name in MIRRORS or (rules and name in RULE_ROOTS)


def locate(schema: Schema, path: Path, *, rules: bool = False) -> Located | Group | Unknown:
    """What a path of an expression names: a setting, a mapping of settings, or nothing; `rules` may read more."""
    names = split(path)
    here: Group | Leaf = schema.root
    roots = {**ROOTS, **RULE_ROOTS} if rules else ROOTS
    if names[0] in roots:
        here, names = roots[names[0]], names[1:]
    elif names[0] in MIRRORS:
        names = names[1:]
    return follow(here, names)


def follow(here: Group | Leaf, names: tuple[str, ...]) -> Located | Group | Unknown:
    """What lies at the end of these names."""
    absent = False
    for name in names:
        found = here.get(name) if isinstance(here, Group) else None
        if found is None:
            return Unknown(name, here)
        if isinstance(here, Group) and name not in here.members:
            absent = True
        elif isinstance(found, Leaf) and isinstance(here, Group):
            filled = found.default is not None or found.computed or name in here.required
            absent = absent or not filled
        here = found
    return Located(here, absent) if isinstance(here, Leaf) else here


def type_of(leaf: Leaf, *, absent: bool = False) -> Type:
    """The type of a setting; a list's unit and enum are its items'."""
    if leaf.path in IDENTITY:
        return Type("identity")
    if leaf.type == "array":
        items = leaf.schema.get("items")
        bounds = items if isinstance(items, Mapping) else {}
        item = _scalar(_SCALARS.get(leaf.item, "mapping"), leaf, bounds)
        return Type("list", item=replace(item, choices=_texts(bounds.get("enum")) or item.choices), absent=absent)
    return replace(_scalar(_SCALARS[leaf.type], leaf, leaf.schema), unlimited=leaf.unlimited, absent=absent)


def _scalar(kind: Kind, leaf: Leaf, bounds: Mapping[str, object]) -> Type:
    if kind == "number":
        enum = frozenset(sign(value) for value in leaf.enum if isinstance(value, (int, float)))
        signs = enum or bounded(bounds)
        decimal = "number" in (leaf.type, leaf.item)
        signs = signs | POSITIVE if leaf.unlimited else signs
        return Type("number", unit=unit_named(leaf.unit), signs=signs, fractional=decimal)
    if kind == "text" and bounds.get("format") == "date":
        return Type("date")
    return Type(kind, choices=_texts(leaf.enum) if kind == "text" else ())


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, (list, tuple)):
        return ()
    return tuple(value for value in values if isinstance(value, str))
