"""Targets that other packages offer by entry point (https://packaging.python.org/specifications/entry-points/).

Nobody asks for one that tenantc has itself: to read what every installed package says of itself takes longer than to
check a file.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from tenantc.emit.contract import breaches
from tenantc.emit.targets import Target
from tenantc.source.frozen import Frozen, replace

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "tenantc.targets"


class Offer(Frozen, eq=False):
    """What `package` offers under a name: a target, or what is wrong with it, in sentences."""

    package: str
    target: Target | None = None
    problems: tuple[str, ...] = ()


def names() -> frozenset[str]:
    """The names under which something is offered."""
    return frozenset(_entries(tuple(sys.path)))


def find(name: str) -> Offer | None:
    """What is offered under a name, None if nothing is."""
    return _offer(name, tuple(sys.path))


@lru_cache(maxsize=4)
def _entries(_search: tuple[str, ...]) -> Mapping[str, list[EntryPoint]]:
    """The entry points by name, for one way in which modules are searched."""
    from importlib.metadata import entry_points

    found: dict[str, list[EntryPoint]] = {}
    for entry in entry_points(group=GROUP):
        found.setdefault(entry.name, []).append(entry)
    return found


@lru_cache(maxsize=64)
def _offer(name: str, search: tuple[str, ...]) -> Offer | None:
    entries = _entries(search).get(name, [])
    package = " and ".join(sorted(_package(entry) for entry in entries))
    if not entries:
        return None
    if len(entries) > 1:
        return Offer(package, problems=("a name belongs to one target",))
    [entry] = entries
    try:
        found = entry.load()
        problems = _problems(name, found)
    except Exception as error:  # noqa: BLE001 — code of another package: what it raises is for the user to know
        return Offer(package, problems=(f"`{entry.value}` is not to be had ({type(error).__name__}: {error})",))
    return Offer(package, None if problems else replace(found, package=package), problems)


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "an unknown package"


def _problems(name: str, found: object) -> tuple[str, ...]:
    """What is wrong with what an entry point names."""
    if not isinstance(found, Target):
        return (f"what its entry point names is no `{Target.__name__}` of `{Target.__module__}`",)
    if found.name != name:
        return (f"it calls itself `{found.name}`",)
    if found.options is not None:
        from jsonschema_rs import meta

        meta.validate(dict(found.options))
    return tuple(breaches(found))
