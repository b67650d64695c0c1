"""Judges tenants by all rules; what a stack gives is judged once, and a tenant by what it changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.judge.fleet import Fleet
from tenantc.judge.hardening import Bounds, Settlement, bounds, settle, strata
from tenantc.judge.judging import Docketed, Standing, inapplicable
from tenantc.judge.regime import Regime, misspoken, regime
from tenantc.judge.subject import Names, Subject
from tenantc.judge.turns import Turns
from tenantc.language.runtime import Function
from tenantc.model.layer import Definition
from tenantc.model.resolved import Resolved
from tenantc.model.rule import Rule
from tenantc.model.schema import Group, Schema
from tenantc.model.settings import Findings, Section, Settings
from tenantc.model.spec import Framework
from tenantc.model.stack import Stack
from tenantc.model.verdict import Verdict
from tenantc.source.memo import Memo
from tenantc.source.path import Path, covers, split
from tenantc.source.value import Value

# what a stack does not know of its tenants
_UNKNOWN = ("tenant", "deployment", "waivers")
_KNOWN = frozenset({"tenant.tier", "tenant.grade", "deployment.environment"})


class Court:
    """The rules of a workspace as of one day."""

    def __init__(
        self,
        rules: Sequence[tuple[Rule, Function]],
        policies: Mapping[str, Framework],
        schema: Schema,
        as_of: str,
        columns: Mapping[str, Function] | None = None,
    ) -> None:
        self.rules = {rule.id: rule for rule, _ in rules}
        self._rules = [(rule, function) for rule, function in rules if rule.over == "tenants"]
        # what is about no single tenant holds as the house says
        self.wide = regime([one for one in rules if one[0].over != "tenants"], policies, (), as_of)
        self._columns = columns or {}
        self.fleet = Fleet(self.wide, self._columns, as_of)
        self._policies = policies
        self._schema = schema
        self._as_of = as_of
        self.strata, circles = strata(rule for rule, _ in self._rules)
        self.diagnostics: tuple[Diagnostic, ...] = (*circles, *misspoken(policies, self.rules), *self.wide.diagnostics)
        # stacks come out alike on most rules, and share one verdict on them
        self._made: dict[Verdict, Verdict] = {}
        # when rules turn, for whoever puts it here before anything is judged
        self.turns: Turns | None = None
        self._regimes: dict[tuple[str, ...], Regime] = {}
        self._dockets: dict[tuple[tuple[str, ...], str], dict[str, Docketed]] = {}
        self._names: Names = Findings()
        self._touched: Memo[Path, frozenset[str]] = Memo(16_384)
        self._readers, self._wide = self._index()
        unknown = [path for rule, _ in self._rules for path in rule.reads if _is_unknown(path)]
        self._own_paths = sorted({path for path in unknown if split(path)[0] != "waivers"})
        self.own = self._reading(self._own_paths)
        self.own_waivers = self._reading({"waivers"})

    def regime(self, frameworks: tuple[str, ...]) -> Regime:
        known = self._regimes.get(frameworks)
        if known is None:
            known = self._regimes[frameworks] = regime(self._rules, self._policies, frameworks, self._as_of)
        return known

    def forget_tenants(self) -> None:
        """Begins anew with what rules over the fleet know."""
        self.fleet = Fleet(self.wide, self._columns, self._as_of)

    @property
    def standings(self) -> Collection[tuple[tuple[str, ...], str]]:
        """The frameworks and grades of those that were judged."""
        return self._dockets.keys()

    def standing(self, stack: Stack) -> Standing:
        return Standing(stack.frameworks, stack.grade, self._as_of)

    def subject(
        self, settings: Mapping[str, Section], tier: Settings, facts: Mapping[Path, Value] | None = None
    ) -> Subject:
        return Subject(settings, self._schema, tier, {"as_of": self._as_of, **(facts or {})}, self._names)

    def bounds(self, ids: frozenset[str], resolved: Resolved, tier: Settings, stack: Stack) -> Bounds:
        """What the remedies of one stratum ask of the settings as the strata before leave them."""
        held = self.regime(stack.frameworks)
        armed = [held.by_id[id] for id in sorted(ids) if id in held.by_id]
        subject = self.subject(self.sections(resolved, stack), tier).at_hand()
        if self.turns is not None:
            for one in armed:
                if not inapplicable(one.rule, self.standing(stack)):
                    self.turns.take(one.rule, subject, one.params)
        return bounds(armed, subject, self.standing(stack), self._schema)

    def settle(self, asked: Bounds, inherited: Resolved, tier: Settings, stack: Stack) -> Settlement:
        """What bounds make of inherited settings."""
        subject = self.subject(self.sections(inherited, stack), tier)
        return settle(asked, subject, self._schema, inherited.reads, self.regime(stack.frameworks).preferred)

    def harden(
        self,
        inherited: Resolved,
        tier: Settings,
        stack: Stack,
        extended: Callable[[Resolved, tuple[Definition, ...]], Resolved],
    ) -> tuple[tuple[Definition, ...], tuple[Diagnostic, ...], Resolved]:
        """What the remedies of the rules write, stratum by stratum, contradictions among them, and the settings then.

        `extended` gives settings with definitions on top.
        """
        resolved = inherited
        asked: Bounds = {}
        settled: dict[Path, list[Definition]] = {}
        contradictions: dict[Path, Diagnostic] = {}
        for ids in self.strata:
            further = self.bounds(ids, resolved, tier, stack)
            if not further:
                continue
            # a bound of an earlier stratum binds on, so each setting is settled anew from what it was
            for path, bounds_ in further.items():
                asked[path] = [*asked.get(path, ()), *bounds_]
            definitions, clashes = self.settle({path: asked[path] for path in further}, inherited, tier, stack)
            before = dict(settled)
            settled |= definitions
            contradictions |= clashes
            if settled != before:
                resolved = extended(inherited, _written(settled))
        return _written(settled), tuple(contradictions.values()), resolved

    def sections(self, resolved: Resolved, stack: Stack) -> dict[str, Section]:
        """The settings of a stack, with what it knows of its tenants."""
        tenant: dict[Path, Value] = {"tenant.tier": stack.tier, "tenant.grade": stack.grade}
        deployment: dict[Path, Value] = {"deployment.environment": stack.environment or "default"}
        own = {"tenant": Section(tenant, {}), "deployment": Section(deployment, {})}
        return {**resolved.settings.sections, **own}

    def verdicts(self, subject: Subject, stack: Stack, ids: Collection[str] | None = None) -> dict[str, Verdict]:
        """The verdicts on these rules, by default on all, in the order of their ids."""
        armed = self.regime(stack.frameworks).by_id
        docket = self._dockets.setdefault((stack.frameworks, stack.grade), {})
        if ids is None:
            subject = subject.at_hand()
        found: dict[str, Verdict] = {}
        for id in armed if ids is None else sorted(ids):
            if id in armed:
                found[id] = (docket.get(id) or self._docketed(id, stack, docket)).verdict(subject)
        return found

    def once(self, verdict: Verdict) -> Verdict:
        """The one object that stands for all verdicts that equal this one."""
        return self._made.setdefault(verdict, verdict)

    def _docketed(self, id: str, stack: Stack, docket: dict[str, Docketed]) -> Docketed:
        """Puts a rule on the docket of a stack's standing."""
        held = self.regime(stack.frameworks)
        rule, function, params, _ = held.by_id[id]
        level = held.levels.get(id)
        docket[id] = Docketed(rule, function, params, self.standing(stack), level, self._made, self.turns)
        return docket[id]

    def situation(self, subject: Subject) -> tuple[Value | None, ...]:
        """What rules ask of a tenant besides its settings, and no stack knows: its region, its status and so on."""
        return tuple([subject.get(path) for path in self._own_paths])

    def _reading(self, paths: Collection[Path]) -> frozenset[str]:
        return frozenset(rule.id for rule, _ in self._rules if not rule.reads.isdisjoint(paths))

    def affected(self, base: Mapping[str, Section], sections: Mapping[str, Section]) -> set[str]:
        """The rules that may come out otherwise since settings differ."""
        found: set[str] = set()
        for path in _changed(base, sections):
            ids = self._touched.get(path)
            if ids is None:
                wide = [ids for upper, ids in self._wide if covers(upper, path)]
                ids = self._touched.put(path, self._readers.get(path, frozenset()).union(*wide))
            found |= ids
        return found

    def _index(self) -> tuple[dict[Path, frozenset[str]], list[tuple[Path, frozenset[str]]]]:
        readers: dict[Path, set[str]] = {}
        wide: dict[Path, set[str]] = {}
        for rule, _ in self._rules:
            for path in rule.reads:
                root = split(path)[0]
                if root == "secrets":
                    for secret in self._secrets():
                        wide.setdefault(secret, set()).add(rule.id)
                elif isinstance(self._schema.find(path), Group):
                    wide.setdefault(path, set()).add(rule.id)
                else:
                    readers.setdefault(path, set()).add(rule.id)
        frozen = {path: frozenset(ids) for path, ids in readers.items()}
        return frozen, [(path, frozenset(ids)) for path, ids in wide.items()]

    def _secrets(self) -> Iterable[Path]:
        """Under which paths secrets may lie."""
        return {leaf.path.partition(".*")[0] for leaf in self._schema.leaves() if leaf.secret}


def _written(settled: Mapping[Path, list[Definition]]) -> tuple[Definition, ...]:
    return tuple(one for path in sorted(settled) for one in settled[path])


def _is_unknown(path: Path) -> bool:
    return split(path)[0] in _UNKNOWN and path not in _KNOWN


def _changed(base: Mapping[str, Section], sections: Mapping[str, Section]) -> Iterator[Path]:
    """The settings whose values differ."""
    for name, section in sections.items():
        before = base.get(name)
        if before is section or name in {"tenant", "deployment", "workspace"}:
            continue
        held = before.values if before is not None else {}
        if before is not None and section.base is before:  # it says itself what may differ
            yield from (path for path in section.changed if section.values.get(path) is not held.get(path))
            continue
        for path, value in section.values.items():
            if path not in held or held[path] is not value:
                yield path
        for path in held:
            if path not in section.values:
                yield path
