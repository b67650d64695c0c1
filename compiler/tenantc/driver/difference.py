"""What differs between two versions of a workspace, grouped by identical change."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import NamedTuple

from tenantc.check.secrets import credential
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.model.identity import Identity, fill
from tenantc.model.secrets import is_kept
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path
from tenantc.source.value import Record, Value, same, typed

HIDDEN = "(hidden)"
# identity is shown as a spec writes it
_WRITTEN = {one: f"${{tenant.{one.value}}}" for one in Identity}


class Change(NamedTuple):
    """One thing that changes: what kind of thing, which one, and what it is before and after, None where it is not.

    Of a list that gains or loses members only these are held, so that it is the same change whatever else is in it.
    """

    kind: str
    subject: str
    before: Value | None
    after: Value | None
    gained: tuple[Value, ...] = ()
    lost: tuple[Value, ...] = ()


def compared(kind: str, before: Mapping[str, Value], after: Mapping[str, Value]) -> Iterator[Change]:
    """A change for each name whose value differs."""
    for name in {**before, **after}:
        left, right = before.get(name), after.get(name)
        if left is right or (left is not None and right is not None and same(left, right)):
            continue
        gained: tuple[Value, ...] = ()
        lost: tuple[Value, ...] = ()
        if isinstance(left, tuple) and isinstance(right, tuple):
            gained, lost = _beyond(right, left), _beyond(left, right)
        is_whole = not gained and not lost
        yield Change(kind, name, left if is_whole else None, right if is_whole else None, gained, lost)


def _beyond(held: tuple[Value, ...], other: tuple[Value, ...]) -> tuple[Value, ...]:
    known = {typed(item) for item in other}
    return tuple(item for item in held if typed(item) not in known)


class Group(Frozen):
    """A change, and the tenants that it reaches, by id.

    `environments` are those in which it holds, empty if in all of a tenant's. `shielded` are the tenants that inherit
    the change and keep their own value by an override.
    """

    change: Change
    environments: tuple[str, ...]
    tenants: tuple[str, ...]
    shielded: tuple[str, ...] = ()


class Uncompiled(Frozen):
    """Tenants that do not compile: what is wrong in each version, and the settings that cannot be compared.

    `resolved` says whether anything of their settings could be compared.
    """

    tenants: tuple[str, ...]
    before: tuple[Diagnostic, ...]
    after: tuple[Diagnostic, ...]
    unresolved: tuple[Path, ...]
    resolved: bool


class Newcomer(Frozen):
    """A tenant that is only in the later version."""

    tenant: str
    tier: str
    frameworks: tuple[str, ...]


class Difference(Frozen):
    """What a change does to a fleet. `counts` are the tenants before and after, as far as their specs can be read."""

    counts: tuple[int, int]
    added: tuple[Newcomer, ...]
    removed: tuple[str, ...]
    uncompiled: tuple[Uncompiled, ...]
    authority: tuple[Group, ...]
    verdicts: tuple[Group, ...]
    settings: tuple[Group, ...]

    @property
    def reached(self) -> frozenset[str]:
        """The tenants that were there and that something reaches: those that go or do not compile included."""
        new = {one.tenant for one in self.added}
        named = [group.tenants for group in (*self.authority, *self.verdicts, *self.settings)]
        named += [one.tenants for one in self.uncompiled]
        return frozenset({*self.removed, *(tenant for tenants in named for tenant in tenants)} - new)

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.uncompiled or self.authority or self.verdicts or self.settings)


class Groups:
    """Collects changes: equal ones in the same environments are one, whatever the order in which they come."""

    def __init__(self) -> None:
        self._held: dict[Hashable, tuple[Change, tuple[str, ...], list[str], list[str]]] = {}

    def add(self, change: Change, environments: tuple[str, ...], tenants: Iterable[str], *, shielded: bool) -> None:
        _, _, reached, kept = self._held.setdefault((key(change), environments), (change, environments, [], []))
        (kept if shielded else reached).extend(tenants)

    def all(self, is_secret: Callable[[Path], bool]) -> tuple[Group, ...]:
        """The groups in order: by what changes, and the widest first."""
        found = [
            Group(_shown(change, is_secret), environments, tuple(sorted(reached)), tuple(sorted(shielded)))
            for change, environments, reached, shielded in self._held.values()
        ]
        return tuple(sorted(found, key=_order))


def key(change: Change) -> Hashable:
    """What is equal for equal changes alone: `1` and `true` differ."""
    values = (None if value is None else typed(value) for value in change[2:])
    return (change.kind, change.subject, *values)


def _order(group: Group) -> tuple[object, ...]:
    change = group.change
    return (change.kind, change.subject, -len(group.tenants), group.environments, group.tenants, group.shielded)


def _shown(change: Change, is_secret: Callable[[Path], bool]) -> Change:
    secret = change.kind == "setting" and is_secret(change.subject)
    before, after = (None if value is None else _safe(value, secret) for value in (change.before, change.after))
    gained, lost = (tuple(_safe(value, secret) for value in values) for values in (change.gained, change.lost))
    return Change(change.kind, change.subject, before, after, gained, lost)


def _safe(value: Value, secret: bool) -> Value:
    """A value as it may be told to whoever reads a pull request."""
    value = fill(value, _WRITTEN)
    is_open = secret and not is_kept(value)
    return HIDDEN if is_open or _tells(value) else value


def _tells(value: Value) -> bool:
    """Whether a text in a value looks like a credential."""
    if isinstance(value, tuple):
        return any(_tells(item) for item in value)
    if isinstance(value, Record):
        return any(_tells(item) for item in value.values())
    return isinstance(value, str) and credential(value) is not None
