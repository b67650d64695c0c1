"""Mends tenants in their own files: the remedies of the rules that they break, and overrides that change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.driver.revision import Reviser, Revision, Standing
from tenantc.judge.hardening import Bound, Bounds, bounds, settle
from tenantc.language.format import show_value
from tenantc.language.syntax import Expression
from tenantc.load.amend import Amendment
from tenantc.model.layer import Operator
from tenantc.model.spec import Spec
from tenantc.model.verdict import Strictness
from tenantc.source.path import Path
from tenantc.source.value import plain, show

_OPERATORS = {"add": Operator.APPEND, "take": Operator.REMOVE_IF_THERE}
_IDLE = "T307"


class Mended(NamedTuple):
    """One change to a tenant's own file: a setting, what it was and is, and the rule that asked.

    No rule asked where an override changed nothing, and is gone; `before` is then what is inherited.
    """

    tenant: str
    path: Path
    rule: str
    before: str
    after: str


class Fixed(NamedTuple):
    """A file after all its remedies, what was done, and what is to be said of its tenants now."""

    revision: Revision
    steps: list[Mended]
    diagnostics: list[Diagnostic]


class Fixer:
    """Mends the rules that are held as strictly as `fail_on`, or that warn, one by one.

    A remedy stays if its rule is kept after it and nothing that was right before is wrong.
    """

    def __init__(self, pipeline: Pipeline, fail_on: Strictness) -> None:
        self.pipeline = pipeline
        self.reviser = Reviser(pipeline)
        self._least = min(fail_on.rank, Strictness.WARN.rank)

    def file(self, revision: Revision) -> Fixed:
        """A tenant file with all that can be mended in it; one that can't be read is left as it is."""
        specs, diagnostics = self.reviser.specs(revision)
        steps: list[Mended] = []
        for number, _ in specs:
            tenant = _Tenant(self, revision, number)
            tenant.mend()
            tenant.tidy()
            revision = tenant.revision
            steps += tenant.steps
            diagnostics += [*tenant.refused, *tenant.standing.diagnostics]
        return Fixed(revision, steps, list(dict.fromkeys(diagnostics)))

    def asked(self, compiled: Compiled, rules: list[str]) -> Bounds:
        """What the remedies of these rules ask of a tenant's settings."""
        if compiled.checked is None:
            return {}
        judgement, stack = self.pipeline.judgement, compiled.linked.stack
        subject = judgement.subject(compiled.checked, self.pipeline.tier(stack))
        regime = judgement.court.regime(stack.frameworks)
        armed = [regime.by_id[id] for id in rules]
        return bounds(armed, subject, judgement.court.standing(stack), self.pipeline.schema)

    def contradictions(self, compiled: Compiled, rules: list[str]) -> dict[Path, Diagnostic]:
        """T511 for each setting of which the remedies of these rules ask what no value can be."""
        if compiled.checked is None:
            return {}
        judgement, stack = self.pipeline.judgement, compiled.linked.stack
        subject = judgement.subject(compiled.checked, self.pipeline.tier(stack))
        preferred = judgement.court.regime(stack.frameworks).preferred
        return settle(self.asked(compiled, rules), subject, self.pipeline.schema, {}, preferred)[1]

    def strict(self, standing: Standing, environment: str) -> list[str]:
        """The broken rules that are held strictly enough to be mended, by id."""
        compiled, told = standing.compiled[environment], standing.broken[environment]
        if compiled.checked is None:
            return []
        judgement, stack = self.pipeline.judgement, compiled.linked.stack
        broken = judgement.broken(compiled.checked, self.pipeline.hardened(stack), self.pipeline.tier(stack))
        return sorted(rule for rule in told if broken[rule].strictness.rank >= self._least)


class _Tenant:
    """One tenant of a file while it is mended."""

    def __init__(self, fixer: Fixer, revision: Revision, number: int) -> None:
        self.fixer = fixer
        self.revision = revision
        self.number = number
        self.standing = fixer.reviser.standing(self.spec(revision))
        self.steps: list[Mended] = []
        self.refused: list[Diagnostic] = []

    def spec(self, revision: Revision) -> Spec:
        return dict(self.fixer.reviser.specs(revision)[0])[self.number]

    def mend(self) -> None:
        strict = {environment: self.fixer.strict(self.standing, environment) for environment in self.standing.broken}
        barred = dict(self._barred(strict))
        self.refused += barred.values()
        told = {rule: self.standing.broken[environment][rule] for environment, held in strict.items() for rule in held}
        for rule in sorted(told):
            if rule not in barred and any(rule in broken for broken in self.standing.broken.values()):
                self._mend(rule, told[rule])

    def _barred(self, strict: Mapping[str, list[str]]) -> Iterator[tuple[str, Diagnostic]]:
        """The rules whose remedies contradict those of others: which of them to keep, a person decides."""
        for environment, rules in strict.items():
            compiled = self.standing.compiled[environment]
            asked = self.fixer.asked(compiled, rules)
            for path, diagnostic in self.fixer.contradictions(compiled, rules).items():
                yield from ((one.rule.id, diagnostic) for one in asked[path])

    def _mend(self, rule: str, told: Diagnostic) -> None:
        """Applies a rule's remedy wherever the tenant breaks it; T534 and everything as before if that does not do."""
        revision, standing = self.revision, self.standing
        steps: list[Mended] = []
        wrong: list[Diagnostic] = []
        for environment in self.standing.broken:
            for bound in self._needed(standing, environment, rule):
                done = self._applied(revision, environment, bound)
                if not isinstance(done, Revision):
                    wrong += done
                    continue
                before = standing.compiled[environment].resolved.settings.get(bound.edit.path)
                steps.append(Mended(self.spec(revision).tenant_id, bound.edit.path, rule, show(before), _shown(bound)))
                revision = done
            standing = self.fixer.reviser.standing(self.spec(revision))
        if not steps and not wrong:
            return  # there is no remedy, as the diagnostic of the rule says
        wrong += standing.worse(self.standing)
        problem = f"its remedy leads to {wrong[0].code}: {wrong[0].message}" if wrong else ""
        if not problem and any(rule in broken for broken in standing.broken.values()):
            problem = "with its remedy it is still broken"
        if problem:
            self.refused.append(diagnose("T534", *told.blames[:1], rule=rule, problem=problem, help=told.help))
            return
        self.revision, self.standing = revision, standing
        self.steps += steps

    def _needed(self, standing: Standing, environment: str, rule: str) -> list[Bound]:
        if rule not in standing.broken.get(environment, {}):
            return []
        compiled = standing.compiled[environment]
        asked = self.fixer.asked(compiled, [rule])
        settings = compiled.resolved.settings
        found = [bound for asks in asked.values() for bound in asks if not bound.is_kept(settings.get(bound.edit.path))]
        # requirements of one rule may ask for more or less of a setting; the strictest of them comes last and stays
        return [one for one in found if not any(other is not one and _outdoes(other, one) for other in found)]

    def _applied(self, revision: Revision, environment: str, bound: Bound) -> Revision | list[Diagnostic]:
        spec, path = self.spec(revision), bound.edit.path
        own = (spec.environments or {}).get(environment)
        is_own = own is not None and any(one.path == path for one in own.layer.definitions)
        operator = _OPERATORS.get(bound.edit.kind, Operator.SET)
        wanted = Amendment(path, operator, _json(bound), environment if is_own else "", inner=True)
        return self.fixer.reviser.amended(revision, self.number, wanted)

    def tidy(self) -> None:
        """Drops the overrides that change nothing, one by one: of two, only both together may be idle."""
        left: set[object] = set()
        while True:
            idle = [one for one in self.standing.diagnostics if one.code == _IDLE and one.sort_key not in left]
            if not idle:
                return
            at, path = idle[0].blames[0].span, dict(idle[0].facts)["path"]
            done = self.fixer.reviser.dropped(self.revision, self.number, path, at)
            standing = self.fixer.reviser.standing(self.spec(done)) if isinstance(done, Revision) else self.standing
            if not isinstance(done, Revision) or standing.worse(self.standing):
                left.add(idle[0].sort_key)
                continue
            # a remedy that leads back to what is inherited leaves nothing to say
            value = next(iter(standing.compiled.values())).resolved.settings.get(path)
            self.steps.append(Mended(self.spec(done).tenant_id, path, "", show(value), ""))
            self.revision, self.standing = done, standing


def _outdoes(one: Bound, other: Bound) -> bool:
    """Whether keeping a bound on the same setting keeps the other, too."""
    is_same = one.edit.path == other.edit.path and one.edit.kind == other.edit.kind
    return is_same and one.edit.kind not in _OPERATORS and one.outdoes(other)


def _json(bound: Bound) -> object:
    """What a bound asks for, as the spec says it: a reference stays one."""
    if isinstance(bound.definition.value, Expression):
        return show_value(bound.definition.value)
    return plain(bound.value)


def _shown(bound: Bound) -> str:
    if bound.edit.kind in _OPERATORS:
        assert isinstance(bound.value, tuple), "what is added to a list is one"
        return f"{_OPERATORS[bound.edit.kind].value[0]}{show(bound.value)}"
    return str(_json(bound)) if isinstance(bound.definition.value, Expression) else show(bound.value)
