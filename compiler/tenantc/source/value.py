"""The values a setting can have, and what it means for two of them to be equal."""

from __future__ import annotations

import enum
import json
from collections.abc import Hashable
from typing import Final, TypeAlias, Union


class Unlimited(enum.Enum):
    """The type of `unlimited`, which compares above every number."""

    UNLIMITED = "unlimited"

    def __repr__(self) -> str:
        return "unlimited"


UNLIMITED: Final = Unlimited.UNLIMITED


class Opaque:
    """A value that only the artifact holds in clear: text with a tenant's identity in it (`model.identity`)."""

    __slots__ = ()


Scalar: TypeAlias = bool | int | float | str | Unlimited
Value: TypeAlias = Union[Scalar, tuple["Value", ...], "Record", Opaque]


class Record(dict[str, Value]):
    """A mapping inside a list, hashable because nothing changes it once it is made."""

    __slots__ = ()

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted((key, typed(value)) for key, value in self.items())))


def typed(value: Value) -> object:
    """A key under which two values are equal only if their types are too: `1`, `1.0`, `"1"` and `true` all differ."""
    if isinstance(value, tuple):
        return tuple(typed(item) for item in value)
    if isinstance(value, Record):
        return tuple(sorted((key, typed(item)) for key, item in value.items()))
    return (type(value).__name__, value)


def exact(value: Value | None) -> Hashable:
    """A key under which values are equal only if nobody could tell them apart.

    1, 1.0, true, "1" and [1] differ deep down, and so do a zero and its negative, and mappings in other orders.
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return (tuple, *map(exact, value))
    if isinstance(value, Record):
        return (Record, *((key, exact(item)) for key, item in value.items()))
    return (float, repr(value)) if isinstance(value, float) else (type(value), value)


def same(left: Value, right: Value) -> bool:
    """Typed equality (language.md §1)."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (tuple, Record)):
        return typed(left) == typed(right)
    return left == right


def plain(value: Value, unlimited: object = "unlimited") -> object:
    """The value as JSON holds it; `unlimited` is what stands for the value of that name."""
    if value is UNLIMITED:
        return unlimited
    if isinstance(value, tuple):
        return [plain(item, unlimited) for item in value]
    if isinstance(value, Record):
        return {key: plain(item, unlimited) for key, item in value.items()}
    return value


def show(value: Value | None) -> str:
    """The value as a user would write it in YAML flow style, for messages and listings."""
    if value is None:
        return "absent"
    if value is UNLIMITED:
        return "unlimited"
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=False) if not isinstance(value, str) else value
