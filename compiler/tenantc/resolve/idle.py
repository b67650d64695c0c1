"""Overrides that change nothing: noise that hides what a tenant really differs in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.model.layer import Definition, Named, Operator
from tenantc.model.resolved import Resolved
from tenantc.source.path import Path, covers, section
from tenantc.source.value import Value, same


def idle(base: Resolved, resolved: Resolved, definitions: Iterable[Definition]) -> frozenset[Definition]:
    """The definitions of a block that leave their setting as it was in `base`, judged before caps.

    A reference is never idle: it follows what it refers to, even while that is what was inherited.
    """
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
    if definition.operator is Operator.REPLACE or definition.dynamic:
        return False
    # what settles a mistake or a disagreement below is needed, whatever value stands there meanwhile
    if any(covers(path, one) for one in (*base.problems, *base.conflicts)) or path in resolved.problems:
        return False
    if definition.operator is Operator.UNSET:
        return _alike(base, resolved, path)
    before, after = base.settings.before_caps(path), resolved.settings.before_caps(path)
    if before is None or after is None:
        return False
    return same(before, after)


def _alike(base: Resolved, resolved: Resolved, upper: Path) -> bool:
    """Whether every setting at or under a path is what it was."""
    before, after = _under(base, upper), _under(resolved, upper)
    return before.keys() == after.keys() and all(same(value, after[path]) for path, value in before.items())


def _under(resolved: Resolved, upper: Path) -> dict[Path, Value]:
    held = resolved.settings.sections.get(section(upper))
    if held is None:
        return {}
    return {path: held.uncapped.get(path, value) for path, value in held.values.items() if covers(upper, path)}


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
