"""Numbers with units as policies and waivers write them in YAML."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from tenantc.language.constants import constant
from tenantc.language.infer import infer_in
from tenantc.language.operands import Typed
from tenantc.language.parse import parse_expression
from tenantc.language.scope import Scope
from tenantc.language.syntax import Expression
from tenantc.language.types import Type
from tenantc.language.units import PLAIN, fits
from tenantc.model.schema import Group, Schema
from tenantc.source.value import UNLIMITED, Unlimited

_NO_SETTINGS = Schema(Group("", "", {}))
_HELP = "takes a number with its unit, such as `90 days`"


def quantity(value: object, wanted: Type) -> Fraction | Unlimited | str:
    """A number in the unit that is wanted, or why it is none. A number without a unit is one without dimension."""
    typed = parsed(value)
    return _HELP if typed is None else amount(typed, wanted)


def parsed(value: object) -> Typed | None:
    """The expression of a number that reads no settings; None if it is none."""
    is_written = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return _parsed(str(value)) if is_written else None


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Typed | None:
    expression = parse_expression(text)
    if not isinstance(expression, Expression):
        return None
    typed, problems = infer_in(expression, Scope(_NO_SETTINGS))
    return None if problems or typed.type.kind != "number" else typed


def amount(typed: Typed, wanted: Type) -> Fraction | Unlimited | str:
    """What such an expression comes to in the unit that is wanted, or why it does not."""
    found: Fraction | Unlimited = constant(typed)
    if found is UNLIMITED:
        return UNLIMITED
    unit, target = typed.type.unit or PLAIN, wanted.unit or PLAIN
    if not fits(unit, target):
        return _HELP
    return Fraction(found) * unit.scale / target.scale
