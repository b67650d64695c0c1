"""The value of an expression: what the resolver calls."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from tenantc.language.check import Checked, check
from tenantc.language.compile import Lookup, Result, compile_value
from tenantc.language.outcome import Missing, Problem
from tenantc.language.syntax import Expression, TextTemplate
from tenantc.model.schema import Leaf, Schema

__all__ = ["Lookup", "Missing", "Problem", "Result", "compiled", "evaluate"]


def evaluate(value: Expression | TextTemplate, leaf: Leaf, schema: Schema, lookup: Lookup) -> Result:
    """What a value comes to for a setting; `lookup` gives the final values of the settings it reads."""
    return compiled(value, leaf, schema)(lookup)


@lru_cache(maxsize=16_384)
def compiled(value: Expression | TextTemplate, leaf: Leaf, schema: Schema) -> Callable[[Lookup], Result]:
    """The function that gives the value; for one that `check` finds wrong, its first problem."""
    checked = check(value, schema, leaf)
    if isinstance(checked, Checked):
        return compile_value(checked)
    first = checked[0]
    return lambda _: first
