"""The rules of `+ - * / //`: the unit of a result, its signs, and when there is none."""

from __future__ import annotations

from tenantc.language.signs import POSITIVE, combine
from tenantc.language.types import Type
from tenantc.language.units import Unit, finest, product, quotient
from tenantc.source.frozen import Frozen

SUMS = frozenset({"+", "-"})
QUOTIENTS = frozenset({"/", "//"})


class Undefined(Frozen):
    """Why a calculation with `unlimited` has no value: which operand may be that (0 or 1), and what nobody can say."""

    operand: int
    what: str


def arithmetic(operator: str, left: Type, right: Type, literals: tuple[bool, bool]) -> Type:
    """The type of a result; `literals` says which operands are numbers written out."""
    return Type(
        "number",
        unit=_unit(operator, left.unit, right.unit, literals),
        signs=combine(operator, left.signs, right.signs),
        # of the rest nobody can say
        unlimited=left.unlimited or (operator in {"+", "*"} and right.unlimited),
        absent=left.absent or right.absent,
    )


def _unit(operator: str, left: Unit | None, right: Unit | None, literals: tuple[bool, bool]) -> Unit | None:
    if left is None or right is None:
        # with a bare `unlimited`: a sum has the other's unit; a product is `unlimited` or nothing
        return left or right if operator in SUMS else None
    if operator in SUMS:
        return finest(left, right)
    return product(left, right, literals) if operator == "*" else quotient(left, right)


def undefined(operator: str, left: Type, right: Type) -> Undefined | None:
    """Whether this calculation may have no value. What the signs can't prove to be positive may be 0 or negative."""
    if operator == "-" and right.unlimited:
        return Undefined(1, "a number minus `unlimited`")
    if operator in QUOTIENTS and right.unlimited:
        return Undefined(1, "a number divided by `unlimited`")
    if operator in QUOTIENTS and left.unlimited and right.signs != POSITIVE:
        return Undefined(0, "`unlimited` divided by what may be below 0")
    if operator == "*" and left.unlimited and right.signs != POSITIVE:
        return Undefined(0, "`unlimited` times what may not be above 0")
    if operator == "*" and right.unlimited and left.signs != POSITIVE:
        return Undefined(1, "`unlimited` times what may not be above 0")
    return None
