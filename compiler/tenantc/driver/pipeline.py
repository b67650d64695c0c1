"""The order of the stages, on one page; nothing else knows it.

text ─load→ documents ─link→ stacks ─resolve→ settings ─check→ proven settings ─judge→ verdicts ─emit→ artifacts
─audit→ evidence
"""

from __future__ import annotations

from collections.abc import Mapping
from sys import intern

from tenantc.audit.exhibits import Exhibits
from tenantc.check.checker import Checker
from tenantc.check.secrets import foreign, literal_keys
from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose, has_errors
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver.boundaries import Boundaries
from tenantc.driver.counted import unknown_tables
from tenantc.driver.judgement import Hardened, Judgement
from tenantc.driver.tiers import first_tier_allowing, judged
from tenantc.driver.workspace import Workspace
from tenantc.link.owners import forbidden
from tenantc.link.stack import Linker
from tenantc.model.checked import Checked
from tenantc.model.judged import Judged
from tenantc.model.layer import Definition, Layer, Named
from tenantc.model.resolved import Resolved
from tenantc.model.settings import Section, Settings
from tenantc.model.spec import Spec
from tenantc.model.stack import Level, Linked, Stack, StackKey
from tenantc.model.verdict import Strictness
from tenantc.resolve.extend import Addition, Facts, empty, extend
from tenantc.resolve.idle import expired, idle, idle_warnings, unused_keeps
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, covers, split
from tenantc.source.span import Span
from tenantc.source.value import Value


class Compiled(Frozen):
    """A tenant in one environment, as far as it got.

    `checked` is None if something is wrong with its settings, `judged` if anything keeps it from being emitted.

    `inherited` is what its stack gives, `base` the same hardened, `resolved` the settings with its overrides.
    """

    linked: Linked
    inherited: Resolved
    base: Resolved
    resolved: Resolved
    checked: Checked | None
    judged: Judged | None


class Tenant(Frozen):
    """A tenant in every environment it lives in, and everything that is to be said about it."""

    spec: Spec
    environments: Mapping[str, Compiled]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def failed(self) -> bool:
        return has_errors(self.diagnostics)


class Pipeline:
    """Compiles the tenants of one workspace as of one day. What stacks share is computed once."""

    def __init__(self, workspace: Workspace, as_of: str, fail_on: Strictness = Strictness.BLOCK) -> None:
        self.workspace = workspace
        self.as_of = as_of
        self._fail_on = fail_on
        self.schema = workspace.documents.schema
        self.linker = Linker(workspace.documents)
        self.checker = Checker(self.schema, lambda tier: first_tier_allowing(self.linker, tier, self.schema))
        self.judgement = Judgement(workspace, as_of, fail_on)
        self.exhibits = Exhibits(workspace.evidence, workspace.documents.frameworks, as_of)
        self._resolved: dict[StackKey, Resolved] = {}
        self._hardened: dict[StackKey, Hardened] = {}
        self._boundaries = Boundaries(as_of)
        self._paths: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._start = empty({"workspace": workspace.options.section})

    def shared(self) -> list[Diagnostic]:
        """What is wrong with the documents that tenants share, whether or not a tenant uses them."""
        documents = self.workspace.documents
        diagnostics = [*self.workspace.diagnostics, *self.linker.diagnostics, *self.judgement.shared()]
        diagnostics += self.exhibits.diagnostics
        for name, tier in documents.tiers.items():
            diagnostics += self.linker.chain(name).diagnostics
            diagnostics += self.linker.group(tier.mixins)
        for name, mixin in documents.mixins.items():
            diagnostics += self.linker.group((Named(name, mixin.span),))
        layers = [documents.base, *(one.layer for one in documents.tiers.values())]
        layers += [one.layer for one in documents.mixins.values()]
        layers += [one.layer for one in documents.environments.values()]
        for layer in layers:
            diagnostics += self.linker.unknown_frameworks(layer)
            diagnostics += forbidden(layer, self.workspace.options.owners)
            diagnostics += literal_keys(_texts(layer.definitions), self.workspace.options.literals)
        diagnostics += self._unknown_grades()
        diagnostics += unknown_tables(self.workspace.every_options())
        if not has_errors(diagnostics):
            diagnostics += judged(self.judgement.court, self.linker, self.level, self._fail_on)
        return list(dict.fromkeys(diagnostics))

    def tenant(self, spec: Spec, only: str | None = None) -> Tenant:
        """Links, resolves and checks a tenant in every environment it lives in, or in `only` one of them."""
        options = self.workspace.options
        lives = self.linker.environments(spec, tuple(named.name for named in options.environments))
        diagnostics: list[Diagnostic] = [*lives.diagnostics, *self.stated(spec)]
        compiled: dict[str, Compiled] = {}
        for environment in lives.value:
            if only is not None and environment != only:
                continue
            outcome = self.compile(spec, environment)
            diagnostics += outcome.diagnostics
            if outcome.value is not None:
                compiled[environment] = outcome.value
        diagnostics += self.idle(spec, compiled, whole=len(compiled) == len(lives.value))
        return Tenant(spec, compiled, tuple(dict.fromkeys(diagnostics)))

    def stated(self, spec: Spec) -> list[Diagnostic]:
        """What is to be said about a spec by itself."""
        options = self.workspace.options
        layers = [spec.layer, *(one.layer for one in (spec.environments or {}).values())]
        found: list[Diagnostic] = []
        for layer in layers:
            found += forbidden(layer, options.owners)
            found += literal_keys(_texts(layer.definitions), options.literals)
            found += expired(layer.definitions, self.as_of)
            self._boundaries.overrides(layer.definitions, f"tenant `{spec.tenant_id}`")
        found += literal_keys(spec.texts, options.literals)
        found += unused_keeps(spec.keep, (one for layer in layers for one in layer.definitions))
        return found

    def compile(self, spec: Spec, environment: str) -> Outcome[Compiled | None]:
        """A tenant in one environment."""
        options = self.workspace.options
        linked = self.linker.link(spec, environment, options.region, options.place, options.places)
        if linked.value is None:
            return Outcome(None, linked.diagnostics)
        hardened = self.hardened(linked.value.stack)
        resolved = self.overridden(linked.value, hardened.resolved)
        checked = self.checker.check(linked.value, hardened.resolved, resolved)
        diagnostics = [*linked.diagnostics, *checked.diagnostics]
        sections, paths = resolved.settings.sections, self._secret_paths(environment)
        diagnostics += foreign(self.schema, sections, spec.identity, paths) if paths else ()
        judged: Judged | None = None
        if checked.value is not None:
            outcome = self.judgement.judge(checked.value, hardened, hardened.tier)
            judged = outcome.value
            diagnostics += outcome.diagnostics
        compiled = Compiled(linked.value, hardened.inherited, hardened.resolved, resolved, checked.value, judged)
        return Outcome(compiled, tuple(diagnostics))

    def _unknown_grades(self) -> list[Diagnostic]:
        """T616 for each priority that no tenant's pods can ever have."""
        tiers = self.workspace.documents.tiers
        grades = {*tiers, *(tier.grade for tier in tiers.values() if tier.grade)}
        found: list[Diagnostic] = []
        for options in (self.workspace.options, *self.workspace.inputs_of.values()):
            for path in options.section.values:
                name = split(path)[-1]
                if covers(_PRIORITIES, path) and path != _PRIORITIES and name not in grades:
                    span = options.stated(path)
                    places = [span] if span is not None else []
                    found.append(diagnose("T616", *places, name=name, help=did_you_mean(name, grades)))
        return found

    def _secret_paths(self, environment: str) -> Mapping[str, tuple[str, ...]]:
        known = self._paths.get(environment)
        if known is None:
            known = self._paths[environment] = self.workspace.options_in(environment).secret_paths
        return known

    def boundaries(self) -> Boundaries:
        """When something changes next by itself for the tenants that were compiled."""
        court, documents = self.judgement.court, self.workspace.documents
        rules, policies = court.rules.values(), documents.frameworks.values()
        leaves = self.workspace.waivers, self.exhibits.shown.values()
        self._boundaries.shared(rules, policies, *leaves, court.standings, court.turns)
        return self._boundaries

    def count(self, tenant: Tenant) -> None:
        """Takes a tenant that nothing is wrong with into what rules over the fleet know."""
        for compiled in tenant.environments.values():
            if compiled.checked is not None:
                self.judgement.count(compiled.checked, self.tier(compiled.linked.stack))

    def hardened(self, stack: Stack) -> Hardened:
        """What a stack gives by itself, as it is inherited and as the rules harden it."""
        known = self._hardened.get(stack.key)
        if known is None:
            tier = self.level(stack.levels[: stack.tier_levels]).settings
            known = self._hardened[stack.key] = self.judgement.harden(stack, self.level(stack.levels), tier)
        return known

    def tier(self, stack: Stack) -> Settings:
        """What the tier of a stack gives without anything above it."""
        return self.hardened(stack).tier

    def level(self, levels: tuple[Level, ...]) -> Resolved:
        if not levels:
            return self._start
        key = tuple(level.key for level in levels)
        known = self._resolved.get(key)
        if known is None:
            below = self.level(levels[:-1])
            top = levels[-1]
            caps = {bound.path: bound for layer in top.layers for bound in layer.caps}
            addition = Addition(top.definitions, top.conflicts, caps)
            known = self._resolved[key] = extend(below, addition, self.schema, self.as_of)
        return known

    def overridden(self, linked: Linked, base: Resolved) -> Resolved:
        """A stack with a tenant's overrides and with what tenantc knows about the tenant."""
        facts = _facts(linked)
        lookup = self.facts(linked.stack, facts)
        resolved = base
        for layer in linked.overrides:
            resolved = extend(resolved, Addition(layer.definitions), self.schema, self.as_of, lookup)
        own = {name: Section({path: facts[path] for path in paths if path in facts}, {}) for name, paths in _FACTS}
        own["workspace"] = self.workspace.options_in(linked.environment).section
        settings = Settings({**resolved.settings.sections, **own})
        return Resolved(settings, resolved.reads, resolved.problems, resolved.conflicts, resolved.caps)

    def facts(self, stack: Stack, facts: Mapping[Path, Value]) -> Facts:
        """Answers `tenant.*`, `deployment.*`, and `tier.*` from what the tier gives without anything above it."""
        tier = self.tier(stack)

        def look(path: Path) -> Value | None:
            return tier.get(path.removeprefix("tier.")) if path.startswith("tier.") else facts.get(path)

        return look

    def idle(self, spec: Spec, compiled: Mapping[str, Compiled], *, whole: bool) -> list[Diagnostic]:
        """Overrides that change nothing in any environment in which they hold, as far as these are `whole`."""
        if not compiled:
            return []
        first = next(iter(compiled.values()))
        common: frozenset[Definition] | None = None
        found: list[Diagnostic] = []
        for environment, one in compiled.items():
            middle = one.resolved
            if len(one.linked.overrides) > 1:
                addition = Addition(spec.layer.definitions)
                middle = extend(one.base, addition, self.schema, self.as_of, self.lookup(one.linked))
            live = self.live(spec.layer)
            here = idle(one.inherited, middle, live)
            here = here and here & idle(one.base, middle, live)
            common = here if common is None else common & here
            own = (spec.environments or {}).get(environment)
            if own is not None:
                found += idle_warnings(idle(middle, one.resolved, self.live(own.layer)), middle, spec.keep)
        return [*idle_warnings((common or ()) if whole else (), first.base, spec.keep), *found]

    def live(self, layer: Layer) -> list[Definition]:
        """What a layer says on this day: an entry that ended counts as not written."""
        return [one for one in layer.definitions if one.until is None or one.until >= self.as_of]

    def lookup(self, linked: Linked) -> Facts:
        """What tenantc knows of one tenant, by path."""
        return self.facts(linked.stack, _facts(linked))


_PRIORITIES = "workspace.kubernetes.priorities"

# the sections that tenantc fills for each tenant, and what stands in them
_FACTS = (
    ("tenant", ("tenant.tier", "tenant.grade", "tenant.status", "tenant.ring", "tenant.region", "tenant.industry")),
    (
        "deployment",
        (
            "deployment.environment",
            "deployment.account",
            "deployment.region",
            "deployment.cluster",
            "deployment.ring",
        ),
    ),
)


def _facts(linked: Linked) -> dict[Path, Value]:
    spec, stack = linked.spec, linked.stack
    facts = {
        "tenant.tier": stack.tier,
        "tenant.grade": stack.grade,
        "tenant.status": spec.status,
        "tenant.ring": spec.ring,
        "tenant.region": spec.region.name if spec.region else "",
        "tenant.industry": spec.industry,
        "deployment.environment": linked.environment or "default",
        "deployment.account": linked.account,
        "deployment.region": linked.region,
        "deployment.cluster": linked.cluster,
        "deployment.ring": spec.ring,
    }
    # what many tenants say alike is one object, whose text in artifacts is kept
    return {path: intern(value) for path, value in facts.items() if value}


def _texts(definitions: tuple[Definition, ...]) -> list[tuple[Path, str, Span]]:
    """Every plain text in definitions, with its path and its place."""
    found: list[tuple[Path, str, Span]] = []
    for definition in definitions:
        if definition.span is None:
            continue
        values = definition.value if isinstance(definition.value, tuple) else (definition.value,)
        found += [(definition.path, value, definition.span) for value in values if isinstance(value, str)]
    return found
