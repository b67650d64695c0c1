"""A bounded memory that forgets what is not used."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """Holds up to twice `limit` entries in two generations: when the young one is full it becomes the old one.

    What is asked for while old is young again; what nobody asked for meanwhile is gone. `stored` counts entries made.
    """

    __slots__ = ("_limit", "_old", "stored", "young")

    def __init__(self, limit: int) -> None:
        self.young: dict[K, V] = {}
        self._old: dict[K, V] = {}
        self._limit = limit
        self.stored = 0

    def __len__(self) -> int:
        return len(self.young) + len(self._old)

    def get(self, key: K) -> V | None:
        value = self.young.get(key)
        if value is None:
            value = self._old.pop(key, None)
            if value is not None:
                self._keep(key, value)
        return value

    def put(self, key: K, value: V) -> V:
        self.stored += 1
        self._keep(key, value)
        return value

    def _keep(self, key: K, value: V) -> None:
        if len(self.young) >= self._limit:
            self._old = self.young
            self.young = {}
        self.young[key] = value


class Kept(Generic[V]):
    """A bounded memory of what was made of certain objects: these very ones, not equal ones (1 equals true).

    An entry keeps its objects, so that no other object can have their addresses while it lives.
    """

    __slots__ = ("_entries",)

    def __init__(self, limit: int) -> None:
        self._entries: Memo[tuple[int, ...], tuple[tuple[object, ...], V]] = Memo(limit)

    def get(self, *objects: object) -> V | None:
        found = self._entries.get(tuple(map(id, objects)))
        return None if found is None else found[1]

    def put(self, value: V, *objects: object) -> V:
        self._entries.put(tuple(map(id, objects)), (objects, value))
        return value
