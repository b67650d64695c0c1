"""The migration of every tenant's rows between two builds, its way back, and what is lost on either."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Final

from tenantc.driver.build_roots import Roots
from tenantc.driver.lodging import Lodging, lodgings
from tenantc.emit.node import Tree
from tenantc.emit.postgres.carrying import carried
from tenantc.emit.postgres.holdings import Home
from tenantc.emit.postgres.moving import moved
from tenantc.emit.postgres.renaming import Renaming, renamed
from tenantc.emit.writers.sql import write
from tenantc.source.value import UNLIMITED

_HERE: Final = frozenset({"shared", "schema"})
# what the database deletes by (tenantc.kept_days, tenantc.audit_kept)
_DEFAULT_DAYS: Final = "limits.data_retention_days"
_POLICIES: Final = "compliance.data_governance.retention_policies."
_KEPT: Final = (
    _DEFAULT_DAYS,
    _POLICIES,
    "limits.backup_retention_days",
    "compliance.data_governance.request_log_retention_days",
    "monitoring.logging.audit.retention_days",
)
_LIMITS: Final = "limits."
_GONE: Final = "no file of the other build serves it: what it holds stays where it is until somebody deletes it"
_COLLIDES: Final = (
    "nothing, but fails and changes nothing where a key of its rows is another tenant's in the shared table: numbers"
    " that were drawn from another sequence"
)
_UNNAMED: Final = "the way to tables of its own that no shared table is called like: their rows stay where they are"
_RENUMBERED: Final = "the numbers of requests and legal holds that are another tenant's there: they are drawn anew"
_BESIDE_ROWS: Final = (
    "what its database holds beside rows (tables and views themselves, functions, large objects, sequences that no"
    " column owns): it stays where it is"
)
# https://www.postgresql.org/docs/current/sql-alterrole.html: an MD5 hash is salted with the role's name
_OTHER_ROLE: Final = (
    "`own_entries` of its audit events that role `{old}` recorded, which role `{new}` may not read where that is all"
    " it may; a password that is hashed with MD5"
)


class UnwrittenError(Exception):
    """A move that no script is written for."""


class SqlMigration:
    """What differs for tenants between two builds: `files` to run, by path, and for each such tenant what it loses.

    `moved` says how many tenants there are files for.
    A rollback is the migration the other way, so rows that came meanwhile go back with those that were moved.
    """

    def __init__(self, old: Roots, new: Roots, only: frozenset[str] = frozenset()) -> None:
        self.files: dict[str, bytes] = {}
        self.tenants: list[dict[str, Any]] = []
        self.moved = 0
        before, after = lodgings(old), lodgings(new)
        for folder in sorted({*before, *after}):
            was, now = before.get(folder), after.get(folder)
            one = was or now
            if one is not None and (not only or one.tenant in only):
                self._compare(folder, one.tenant, was, now)

    def _compare(self, folder: str, tenant: str, was: Lodging | None, now: Lodging | None) -> None:
        moves = was is not None and now is not None and _where(was) != _where(now)
        loses = _losses(was, now)
        if was is not None and now is not None and moves:
            self._move(folder, was, now)
            self.moved += 1
        if moves or loses or was is None or now is None:
            levels = {"from": was and was.level, "to": now and now.level}
            said = {"loses": loses, "rollback_loses": _losses(now, was)}
            self.tenants.append({"tenant": tenant, "folder": folder, **levels, **said})

    def _move(self, folder: str, was: Lodging, now: Lodging) -> None:
        for name, source, target in (("migrate", was, now), ("rollback", now, was)):
            for file, tree in _files(name, source, target).items():
                self.files[f"{folder}/{file}"] = write(tree).fill({})


def _files(name: str, source: Lodging, target: Lodging) -> dict[str, Tree]:
    """What moves a tenant from one place to another, by path in its folder."""
    if _database(source) != _database(target):
        found = carried(source.tenant, _home(source), _home(target))
        return {f"{name}/{file}": tree for file, tree in found.items()}
    file = f"{name}.sql"
    if source.level == target.level:
        return {file: renamed(source.tenant, _renamings(source, target), target.database, file)}
    if source.role != target.role:
        raise UnwrittenError(
            f"tenant `{target.tenant}` moves from {_place(source)} to {_place(target)}: a role gets its other name in a"
            " build before or after the one that changes the level; name other tenants with --tenant"
        )
    schema, to_schema = source.schema or target.schema, target.level == "schema"
    return {file: moved(source.tenant, source.role, schema, file, to_schema=to_schema)}


def _renamings(source: Lodging, target: Lodging) -> list[Renaming]:
    """What both have under other names. A schema of masked views is made anew where only one of them has it."""
    found = [
        Renaming("DATABASE", source.database, target.database),
        Renaming("ROLE", source.role, target.role),
        Renaming("ROLE", source.reader, target.reader),
        Renaming("SCHEMA", source.schema, target.schema, is_home=True),
        Renaming("SCHEMA", source.masked, target.masked),
    ]
    return [one for one in found if one.old and one.new and one.old != one.new]


def _database(one: Lodging) -> tuple[Any, ...]:
    """What tells the database of a tenant from another's; the shared one is its estate's."""
    return ("" if one.level in _HERE else one.level), one.estate


def _home(one: Lodging) -> Home:
    own = one.level not in _HERE
    return Home(one.role, "public" if own else one.schema, own)


def _losses(source: Lodging | None, target: Lodging | None) -> list[str]:
    """What a tenant loses on one way, sentence by sentence."""
    if source is None or target is None:
        return [] if source is None else [_GONE]
    found = list(_lowered(source, target))
    elsewhere = _database(source) != _database(target)
    if target.level == "shared" and (elsewhere or source.level != target.level):
        found += [_COLLIDES, _UNNAMED] if source.level != "shared" else [_COLLIDES]
    if elsewhere:
        found += [_RENUMBERED] if target.level in _HERE else []
        found += [] if source.level in _HERE else [_BESIDE_ROWS]
    if source.role != target.role:
        found.append(_OTHER_ROLE.format(old=source.role, new=target.role))
    return found


def _where(one: Lodging) -> tuple[Any, ...]:
    return one.level, one.estate, one.role, one.schema, one.database


def _place(one: Lodging) -> str:
    estate = "/".join(str(part) for part in one.estate.values() if part)
    return f"level {one.level} in {estate} as {', '.join(filter(None, (one.role, one.schema, one.database)))}"


def _lowered(was: Lodging, now: Lodging) -> Iterator[str]:
    """Settings by which the database deletes sooner or refuses more."""
    for path in sorted({*was.settings, *now.settings}):
        keeps = path.startswith(_KEPT)
        if not keeps and not path.startswith(_LIMITS):
            continue
        old, new = (_most(one, path, math.inf if keeps else 0) for one in (was, now))
        if new < old:
            does = "the next retention run deletes what is older" if keeps else "what is used above it is not added to"
            yield f"`{path}` comes to {new:g} from {'unlimited' if old == math.inf else f'{old:g}'}: {does}"


def _most(one: Lodging, path: str, unstated: float) -> float:
    """A number of the tenant's as the database takes it: a limit that isn't stated grants nothing."""
    if path not in one.settings and path.startswith(_POLICIES):
        path = _DEFAULT_DAYS
    value = one.settings.get(path, unstated)
    return math.inf if value == UNLIMITED.value or value is None else float(value)
