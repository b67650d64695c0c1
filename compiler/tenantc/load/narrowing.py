"""Where a workspace's schema for a setting allows what the library's refuses."""

from __future__ import annotations

from collections.abc import Iterator

from tenantc.model.schema import Leaf

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")
_FIXED = ("x-unit", "x-kind", "x-order", "x-secret", "x-computed", "format")


def widenings(library: Leaf, own: Leaf) -> Iterator[str]:
    """Each way in which `own` allows more than `library`, as the end of a sentence.

    A keyword that `own` leaves out keeps the library's meaning.
    """
    if own.type != library.type and not (own.type == "integer" and library.type == "number"):
        yield f"its type is {own.type} and the library's is {library.type}"
    if own.unlimited and not library.unlimited:
        yield "it allows `unlimited`"
    for keyword in _LOWER:
        if keyword in own.schema and _number(own, keyword) < _number(library, keyword):
            yield f"its {keyword} is below the library's {library.schema[keyword]}"
    for keyword in _UPPER:
        if keyword in own.schema and _number(own, keyword, high=True) > _number(library, keyword, high=True):
            yield f"its {keyword} is above the library's {library.schema[keyword]}"
    if library.enum and own.enum:
        extra = [value for value in own.enum if value not in library.enum]
        if extra:
            yield f"it adds {', '.join(f'`{value}`' for value in extra)}"
    for keyword in _FIXED:
        if keyword in own.schema and own.schema[keyword] != library.schema.get(keyword):
            yield f"its {keyword} differs from the library's"
    if "pattern" in own.schema and "pattern" in library.schema and own.schema["pattern"] != library.schema["pattern"]:
        yield "its pattern replaces the library's"


def _number(leaf: Leaf, keyword: str, high: bool = False) -> float:
    missing = float("inf") if high else float("-inf")
    value = leaf.schema.get(keyword, missing)
    return float(value) if isinstance(value, (int, float)) else missing
