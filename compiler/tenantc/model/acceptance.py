"""Vouches for values that a JSON Schema plainly accepts.

The validator (jsonschema-rs) decides about everything else, and says what is wrong. A hook that checks one good file
never asks it, and is spared its import, which takes as long as the check. Nothing is vouched for in doubt: not a
keyword, a format or a pattern that could mean something else there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final

# what says nothing about a value; `x-` begins what only tenantc reads
_SILENT: Final = frozenset({"$id", "$schema", "title", "description", "default", "examples"})
_EXACT: Final = 2**53
_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "array": (list,),
    "object": (dict,),
}
# patterns that mean the same to every engine: literals, classes, groups, repetition
_SAME_EVERYWHERE: Final = r"\^?(?:[^\\\[\]$^]|\[\^?(?:[^\\\[\]]|\\s)*\]|\\[.s/*-])*\$?"
_HOST: Final = r"[a-z]+[a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z]+[a-z0-9]*(?:-[a-z0-9]+)*)*"
_ADDRESS: Final = r"[A-Za-z0-9]+(?:[._+-][A-Za-z0-9]+)*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{2,63}"


def accepts(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a schema surely accepts a value, its formats included; False says nothing."""
    for keyword, said in schema.items():
        if keyword in _SILENT or keyword.startswith("x-"):
            continue
        rule = _RULES.get(keyword)
        if rule is None or not rule(said, value, schema):
            return False
    return True


class Few:
    """Counts what was vouched for: from some number on the validator, once imported, is quicker."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = 256

    def go_on(self) -> bool:
        self._left -= 1
        return self._left >= 0


def _type(said: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    names = said if isinstance(said, list) else [said]
    return any(type(value) in _TYPES.get(name, ()) for name in names)


def _enum(said: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    return type(value) in (str, bool, int) and any(type(one) is type(value) and one == value for one in said)


def _pattern(said: str, value: Any, _schema: Mapping[str, Any]) -> bool:
    return not isinstance(value, str) or _matches(said, value) is True


def _not(said: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    return (
        isinstance(said, dict)
        and set(said) == {"pattern"}
        and isinstance(value, str)
        and (_matches(said["pattern"], value) is False)
    )


def _matches(pattern: str, text: str) -> bool | None:
    """Whether a text matches, None if that can't be told for every engine."""
    compiled = _compiled(pattern)
    if compiled is None or not text.isascii() or not text.isprintable():
        return None
    return compiled.search(text) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    odd = any(mark in pattern for mark in ("(?", "&&", "--", "~~"))
    plain = not odd and re.fullmatch(_SAME_EVERYWHERE, pattern) is not None
    return re.compile(pattern) if plain else None


def _format(said: str, value: Any, _schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, str):
        return True
    # JSON Schema knows no format of networks, so a validator takes any text for one
    form = {"email": _ADDRESS, "hostname": _HOST, "cidr": ".*"}.get(said)
    return form is not None and len(value) <= 63 and re.fullmatch(form, value) is not None


def _unique(said: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    if not said or not isinstance(value, list):
        return True
    return {type(item) for item in value} in (set(), {str}, {int}) and len(set(value)) == len(value)


def _items(said: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    return not isinstance(value, list) or all(accepts(said, item) for item in value)


def _properties(said: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    return all(accepts(said[name], item) for name, item in value.items() if name in said)


def _others(said: Any, value: Any, schema: Mapping[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    known = schema.get("properties", {})
    others = [item for name, item in value.items() if name not in known]
    return not others or (isinstance(said, dict) and all(accepts(said, item) for item in others))


def _names(said: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    return not isinstance(value, dict) or all(accepts(said, name) for name in value)


def _required(said: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    return not isinstance(value, dict) or all(name in value for name in said)


def _any(said: Any, value: Any, _schema: Mapping[str, Any]) -> bool:
    return any(accepts(one, value) for one in said)


def _bound(kinds: tuple[type, ...], holds: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    """A keyword that is about values of some types, and no others."""
    return lambda said, value, _schema: type(value) not in kinds or holds(value, said)


def _range(holds: Callable[[Any, Any], bool]) -> Callable[..., bool]:
    """A keyword about numbers, as far as every reader of JSON tells neighbours apart."""
    return _bound((int, float), lambda value, said: -_EXACT <= value <= _EXACT and holds(value, said))


_RULES: Final[Mapping[str, Callable[..., bool]]] = {
    "type": _type,
    "enum": _enum,
    "const": lambda said, value, schema: _enum([said], value, schema),
    "pattern": _pattern,
    "not": _not,
    "format": _format,
    "uniqueItems": _unique,
    "items": _items,
    "properties": _properties,
    "additionalProperties": _others,
    "propertyNames": _names,
    "required": _required,
    "anyOf": _any,
    "minimum": _range(lambda value, said: value >= said),
    "maximum": _range(lambda value, said: value <= said),
    "exclusiveMinimum": _range(lambda value, said: value > said),
    "exclusiveMaximum": _range(lambda value, said: value < said),
    "minLength": _bound((str,), lambda value, said: len(value) >= said),
    "maxLength": _bound((str,), lambda value, said: len(value) <= said),
    "minItems": _bound((list,), lambda value, said: len(value) >= said),
    "maxItems": _bound((list,), lambda value, said: len(value) <= said),
    "minProperties": _bound((dict,), lambda value, said: len(value) >= said),
    "maxProperties": _bound((dict,), lambda value, said: len(value) <= said),
}
