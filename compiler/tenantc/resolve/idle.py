"""Overrides that change nothing: noise that hides what a tenant really differs in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.model.layer import Definition, Named, Operator
from tenantc.model.resolved import Resolved
from tenantc.source.path import covers
from tenantc.source.value import same


def idle(base: Resolved, resolved: Resolved, definitions: Iterable[Definition]) -> frozenset[Definition]:
    """The plain definitions of a block that leave their setting as it was in `base`, judged before caps."""
    written = tuple(definitions)
    replaced = [one.path for one in written if one.operator is Operator.REPLACE]
    return frozenset(
        definition
        for definition in written
        # what stands in a mapping that replaces another is needed to keep what was inherited
        if not any(covers(path, definition.path) for path in replaced) and _idle(base, resolved, definition)
    )


def _idle(base: Resolved, resolved: Resolved, definition: Definition) -> bool:
    path = definition.path
    if definition.operator in (Operator.UNSET, Operator.REPLACE) or definition.dynamic:
        return False
    if path in resolved.problems:
        return False
    before, after = base.settings.before_caps(path), resolved.settings.before_caps(path)
    if before is None or after is None:
        return False
    return same(before, after)


def idle_warnings(definitions: Iterable[Definition], base: Resolved, keep: Iterable[Named]) -> Iterator[Diagnostic]:
    """T307 for each definition that changes nothing in any environment, unless the tenant means to keep the path."""
    kept = [named.name for named in keep]
    for definition in sorted(definitions, key=lambda one: one.path):
        if any(covers(path, definition.path) for path in kept) or definition.key_span is None:
            continue
        below = base.settings.definitions(definition.path)
        blames = [definition.key_span]
        says = below[-1] if below else None
        label = [Blame(says.span, f"{says.layer} says the same")] if says and says.span else []
        layer = says.layer if says else "the tier"
        help = f"leave it out, or list it under `keep:` to pin it against changes of {layer}"
        yield diagnose("T307", *blames, *label, path=definition.path, help=help)


def expired(definitions: Iterable[Definition], as_of: str) -> Iterator[Diagnostic]:
    """T308 for each dated entry that has ended."""
    for definition in definitions:
        if definition.until is not None and definition.until < as_of and definition.key_span is not None:
            facts = {"path": definition.path, "until": definition.until}
            yield diagnose("T308", definition.key_span, help="delete it, or give it a later date", **facts)


def unused_keeps(keep: Iterable[Named], definitions: Iterable[Definition]) -> Iterator[Diagnostic]:
    """T309 for each path that a tenant keeps and does not override."""
    paths = [definition.path for definition in definitions]
    for named in keep:
        if not any(covers(named.name, path) for path in paths):
            yield diagnose("T309", named.span, path=named.name, help=f"override `{named.name}` with the value to keep")
