"""Between the values of settings and the exact ones that are computed with; nothing is ever rounded."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TypeAlias

from tenantc.language.format import show_number
from tenantc.language.messages import Said, said
from tenantc.language.types import Type
from tenantc.model.identity import Identity, IdentityText
from tenantc.model.schema import Leaf, TypeName
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED, Record, Unlimited, Value, show

# beyond it not every reader of JSON holds a whole number
GREATEST = 2**53

# a list holds no identity, so that its items can be compared
Exact: TypeAlias = "bool | int | Fraction | str | Unlimited | IdentityText | Record | tuple[Exact, ...]"


def read(value: Value, found: Type, path: Path) -> Exact | Said:
    """A setting's value, or why it is none that its schema allows, which is said elsewhere as well.

    A float stands for the decimal that somebody wrote: 0.8 is four fifths, and not the binary number next to it.
    """
    exact = _exact(value, found)
    if exact is None:
        shown = "identity" if isinstance(value, IdentityText) else f"`{show(value)}`"
        return Said(f"`{path}` is {shown}, not {said(Type(found.kind))}")
    return exact


def _exact(value: Value, found: Type) -> Exact | None:
    match found.kind:
        case "number":
            if value is UNLIMITED:
                return value if found.unlimited else None
            if isinstance(value, float):
                return Fraction(repr(value)) if math.isfinite(value) else None
            return value if isinstance(value, int) and not isinstance(value, bool) else None
        case "boolean":
            return value if isinstance(value, bool) else None
        case "text":
            return value if isinstance(value, (str, IdentityText)) else None
        case "list":
            items = [_exact(item, found.item or found) for item in value] if isinstance(value, tuple) else [None]
            return None if None in items else tuple(item for item in items if item is not None)
        case _:
            return None if isinstance(value, IdentityText) else _frozen(value)


def _frozen(value: Value) -> Exact:
    # inside a mapping nobody looks, and floats come out as they went in
    return value  # type: ignore[return-value]


def land(value: Exact, leaf: Leaf, target: Type) -> Value | Said:
    """The value as the setting holds it, or why it can't; numbers are in the setting's unit by now."""
    if type(value) is int and abs(value) <= GREATEST:
        # nearly all there are, and this runs for each tenant
        return value
    if isinstance(value, IdentityText):
        return Said("it holds identity, and the setting has a fixed set of values") if target.choices else value
    if value is UNLIMITED and not leaf.unlimited:
        return Said("it is `unlimited`, which this setting never is")
    if not isinstance(value, tuple):
        return _landed(value, leaf.type)
    items: list[Value] = []
    for item in value:
        landed = _landed(item, leaf.item)
        if isinstance(landed, Said):
            return landed
        items.append(landed)
    return tuple(items)


def _landed(value: Exact, name: TypeName | None) -> Value | Said:
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return _land_number(Fraction(value), name)
    return value  # type: ignore[return-value]  # a tuple of Exact is one of Value where it holds no number


def _land_number(value: Fraction, name: TypeName | None) -> Value | Said:
    """A number that is whole is an integer in every setting, as it is when somebody writes it there."""
    if abs(value) > GREATEST:
        return Said(f"`{show_number(value)}` is beyond 2^53, so not every reader of JSON can hold it")
    if value.denominator == 1:
        return value.numerator
    if name != "number":
        return Said(f"`{show_number(value)}` is not a whole number", "`//` divides and drops the rest")
    number = float(value)
    if Fraction(repr(number)) != value:
        return Said(f"`{show_number(value)}` cannot be written exactly as a decimal number")
    return number


def place(value: Exact) -> str | IdentityText | Said:
    """A value as a text shows it: a number in decimals, in its own unit and without its name."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is UNLIMITED:
        return "unlimited"
    if isinstance(value, (int, Fraction)):
        text = show_number(Fraction(value))
        return Said(f"`{text}` cannot be written as a decimal number") if "/" in text else text
    assert isinstance(value, (str, IdentityText)), "nothing else is placed in a text"
    return value


def joined(parts: list[str | IdentityText]) -> str | IdentityText:
    """The text of these pieces; with identity in one of them it stays symbolic."""
    pieces: list[str | Identity] = []
    for part in parts:
        for piece in part.parts if isinstance(part, IdentityText) else (part,):
            if pieces and isinstance(piece, str) and isinstance(last := pieces[-1], str):
                pieces[-1] = last + piece
            elif piece != "":
                pieces.append(piece)
    plain = [piece for piece in pieces if isinstance(piece, str)]
    return "".join(plain) if len(plain) == len(pieces) else IdentityText(tuple(pieces))
