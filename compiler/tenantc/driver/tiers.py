"""Tiers by themselves: what each gives, whether the rules over tiers hold, and which to move to for what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.judge.court import Court
from tenantc.judge.evidence import broken
from tenantc.judge.judging import Docketed
from tenantc.link.stack import Linker
from tenantc.model.layer import Layer, LayerId, LayerKind, Named
from tenantc.model.order import exceeds
from tenantc.model.resolved import Resolved
from tenantc.model.schema import Schema
from tenantc.model.settings import Section
from tenantc.model.spec import Spec
from tenantc.model.stack import Level, Stack
from tenantc.model.verdict import BROKEN, Strictness
from tenantc.source.path import Path
from tenantc.source.value import Value


def alone(linker: Linker, name: str) -> Stack | None:
    """The stack of a tenant that has this tier and says nothing; None if the tier itself is wrong."""
    where = linker.documents.tiers[name].span
    layer = Layer(LayerId(LayerKind.TENANT, name))
    return linker.stack(Spec(name, name, Named(name, where), "", layer, where), "").value


def judged(
    court: Court, linker: Linker, level: Callable[[tuple[Level, ...]], Resolved], fail_on: Strictness
) -> Iterator[Diagnostic]:
    """T530 to T532 for each tier that breaks a rule over tiers, whether or not a tenant has it.

    Such a rule is judged for every tier that extends another, and reads under `tier` what that one gives. `level` gives
    what comes of some levels.
    """
    armed = [one for one in court.wide.armed if one.rule.over == "tiers"]
    for name in linker.documents.tiers if armed else ():
        stack, chain = alone(linker, name), linker.chain(name).value
        below = alone(linker, chain[-2].name) if len(chain) > 1 else None
        if stack is None or below is None:
            continue
        resolved, given = (level(one.levels[: one.tier_levels]) for one in (stack, below))
        facts = Section({"tenant.tier": name, "tenant.grade": stack.grade}, {})
        subject = court.subject({**resolved.settings.sections, "tenant": facts}, given.settings)
        for one in armed:
            held = court.wide.levels.get(one.rule.id)
            docketed = Docketed(one.rule, one.function, one.params, court.standing(stack), held, {})
            verdict = docketed.verdict(subject)
            if verdict.answer in BROKEN:
                yield broken(one, verdict, subject, resolved, {}, fail_on, {})


def first_tier_allowing(linker: Linker, tier: str, schema: Schema) -> Callable[[Path, Value], str | None]:
    """Names the nearest tier built on `tier` whose ceiling allows a value; None if there is none."""

    def find(path: Path, value: Value) -> str | None:
        leaf = schema.leaf(path)
        derived: list[tuple[int, str]] = []
        for name in linker.documents.tiers:
            chain = [one.name for one in linker.chain(name).value]
            if tier in chain[:-1]:
                derived.append((len(chain), name))
        for _, name in sorted(derived):
            nearest = None
            for one in linker.chain(name).value:
                nearest = next((bound for bound in one.layer.ceilings if bound.path == path), nearest)
            if leaf is not None and (nearest is None or not exceeds(value, nearest.value, leaf)):
                return name
        return None

    return find
