"""Ceilings, locks and pairs: what may not be exceeded or changed, judged before an environment's caps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from tenantc.check.authority import Authority, Lock
from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.model.fold import fold
from tenantc.model.layer import Definition, LayerKind
from tenantc.model.order import at_most, exceeds, meet
from tenantc.model.resolved import Resolved
from tenantc.model.schema import Leaf, Schema
from tenantc.model.settings import Section, Settings
from tenantc.source.path import Path
from tenantc.source.path import section as section_of
from tenantc.source.span import Span
from tenantc.source.value import Value, same, show

AllowedBy = Callable[[Path, Value], str | None]

_FILLED = frozenset({"tenant", "deployment", "workspace"})


def exceeded_ceilings(
    section: Section, among: Collection[Path], authority: Authority, schema: Schema, allowed_by: AllowedBy
) -> Iterator[Diagnostic]:
    """T402 for each value of a section, among these settings of it, that asks for more than a ceiling allows."""
    for path, bounds in authority.ceilings.items():
        if path not in among:
            continue
        value = section.uncapped.get(path, section.values.get(path))
        definitions = section.definitions.get(path, ())
        leaf = schema.leaf(path)
        # what hardening moved, whoever stands below it asked for
        definitions = tuple(one for one in definitions if one.layer.kind is not LayerKind.HARDENING)
        if value is None or not definitions or leaf is None or not authority.binds(definitions[-1].layer, path):
            continue
        for bound in bounds:
            if exceeds(value, bound.value, leaf):
                # another tier lifts no ceiling of a mixin
                higher = allowed_by(path, value) if bound.layer.kind is LayerKind.TIER else None
                help = f"tier `{higher}` allows it" if higher else f"the most is {show(meet(value, bound.value, leaf))}"
                blames = [_place(definitions[-1]), Blame(bound.span, "the ceiling")]
                facts = {"path": path, "value": show(value), "ceiling": show(bound.value), "owner": str(bound.layer)}
                yield diagnose("T402", *blames, help=help, **facts)


def broken_locks(section: Section, among: Collection[Path], authority: Authority) -> Iterator[Diagnostic]:
    """T403 for each definition above a lock, among these settings of a section, that changes what the lock holds."""
    for path in section.definitions if authority.locks else ():
        lock = authority.lock(path) if path in among else None
        if lock is None:
            continue
        definitions = section.definitions[path]
        above = [one for one in definitions if authority.locked_out(one.layer, lock)]
        if not above:
            continue
        held = fold(path, tuple(one for one in definitions if one not in above), _unknown, [])
        value = section.uncapped.get(path, section.values.get(path))
        if held is not None and value is not None and same(held, value):
            continue
        blames = [_place(above[-1]), Blame(lock.named.span, "the lock")]
        yield diagnose("T403", *blames, path=path, owner=lock.owner, help=f"`{path}` stays {show(held)}")


def _unknown(_definition: Definition) -> Value | None:
    """The value of a reference is not known where only definitions are looked at, and so never equal to another."""
    return None


def stack_locks(resolved: Resolved, authority: Authority) -> Iterator[Diagnostic]:
    """T407 and T409: caps on what is locked, and locked settings that refer to what is not."""
    for path, bound in resolved.caps.items():
        lock = authority.lock(path)
        if lock is not None:
            facts = {"environment": bound.layer.name, "path": path, "owner": str(lock.owner)}
            help = "take the cap out: what is locked is the same in every environment"
            yield diagnose("T407", bound.span, Blame(lock.named.span, "the lock"), help=help, **facts)
    for path, reads in resolved.reads.items():
        lock = authority.lock(path)
        if lock is None:
            continue
        for read in sorted(read.removeprefix("tier.") for read in reads):
            # nobody writes what tenantc itself fills, so no lock could hold it any better
            if section_of(read) not in _FILLED and authority.lock(read) is None:
                yield _loose(path, read, lock, resolved.settings)


def _loose(path: Path, read: Path, lock: Lock, settings: Settings) -> Diagnostic:
    blames = [_place(settings.definitions(path)[-1]), Blame(lock.named.span, "the lock")]
    return diagnose("T409", *blames, path=path, owner=lock.owner, reference=read, help=f"lock `{read}` too")


def crossed_pairs(settings: Settings, pairs: Sequence[tuple[Leaf, Leaf]]) -> Iterator[Diagnostic]:
    """T404 for each value that exceeds the one it is paired with."""
    for leaf, limit_leaf in pairs:
        value, limit = settings.before_caps(leaf.path), settings.before_caps(limit_leaf.path)
        if value is None or limit is None or at_most(value, limit) == value:
            continue
        places = [settings.definitions(path)[-1] for path in (leaf.path, limit_leaf.path)]
        blames = [Blame(span, show(one)) for span, one in zip(map(_span, places), (value, limit), strict=True) if span]
        facts = {"path": leaf.path, "value": show(value), "limit_path": limit_leaf.path, "limit": show(limit)}
        help = f"lower `{leaf.path}` to {show(limit)}, or raise `{limit_leaf.path}` to {show(value)}"
        yield diagnose("T404", *blames, help=help, **facts)


def _span(definition: Definition) -> Span | None:
    return definition.span


def _place(definition: Definition) -> Blame:
    assert definition.span is not None, "what a user wrote has a place"
    return Blame(definition.span, str(definition.layer))
