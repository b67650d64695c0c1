"""Builds what a tenant inherits in an environment."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.link.frameworks import Spellings
from tenantc.link.mixins import Mixins, level
from tenantc.model.layer import Definition, Layer, LayerId, LayerKind, Named, Operator
from tenantc.model.schema import Schema
from tenantc.model.spec import Environment, Place, Spec, Tier
from tenantc.model.stack import Documents, Level, Linked, Stack, StackKey
from tenantc.source.frozen import Frozen, field
from tenantc.source.span import Span

FRAMEWORKS_PATH = "compliance.frameworks"


class _Shared(Frozen):
    """What tenants inherit whatever they say themselves: levels, and the frameworks that those require.

    `stacks` gives the levels with those of a set of frameworks on top, and their key.
    """

    levels: tuple[Level, ...]
    tier_levels: int
    grade: str
    required: Mapping[str, Span]
    stacks: dict[tuple[str, ...], tuple[tuple[Level, ...], StackKey]] = field(default_factory=dict)


class Linker:
    """Links specs against the documents of one workspace; levels are built once and shared."""

    def __init__(self, documents: Documents) -> None:
        self.documents = documents
        self._spellings = Spellings(documents.frameworks)
        self._mixins = Mixins(documents.mixins, documents.library_mixins)
        self._groups: dict[tuple[str, ...], Outcome[Level | None]] = {}
        self._chains: dict[str, Outcome[tuple[Tier, ...]]] = {}
        self._known: dict[tuple[str, tuple[str, ...], str], Outcome[_Shared | None]] = {}
        self._defaults = _defaults(documents.schema)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the documents whoever uses them."""
        return tuple(self._spellings.diagnostics)

    def environments(self, spec: Spec, default: tuple[str, ...]) -> Outcome[tuple[str, ...]]:
        """The environments in which a tenant lives: those it lists, else `default`, else every one."""
        known = self.documents.environments
        if not known:
            if spec.environments is not None:
                help = "the workspace has no environments"
                unknown = [diagnose("T206", one.span, name=name, help=help) for name, one in spec.environments.items()]
                return Outcome((), tuple(unknown))
            return Outcome(("",))
        if spec.environments is None:
            return Outcome(default or tuple(sorted(known)))
        diagnostics = [
            diagnose("T206", one.span, name=name, help=did_you_mean(name, known))
            for name, one in spec.environments.items()
            if name not in known
        ]
        return Outcome(tuple(name for name in spec.environments if name in known), tuple(diagnostics))

    def link(
        self,
        spec: Spec,
        environment: str,
        default_region: Named | None,
        place: Place,
        places: Mapping[str, Place] | None,
    ) -> Outcome[Linked | None]:
        """A tenant in one of its environments; `place` and `places` say where a workspace without any deploys."""
        stack = self.stack(spec, environment)
        known = self.documents.environments.get(environment) or Environment(
            "default", self.documents.base, place, places, None
        )
        where, wrong = _place(spec, known, default_region)
        problems = (*stack.diagnostics, *wrong)
        if stack.value is None or where is None:
            return Outcome(None, problems)
        layers = [spec.layer]
        own = (spec.environments or {}).get(environment)
        if own is not None:
            layers.append(own.layer)
        linked = Linked(spec, stack.value, environment, where.account, where.region, where.cluster, tuple(layers))
        return Outcome(linked, problems)

    def stack(self, spec: Spec, environment: str) -> Outcome[Stack | None]:
        """The levels below the tenant's overrides, and the frameworks that hold for it."""
        if spec.tier.name not in self.documents.tiers:
            help = did_you_mean(spec.tier.name, self.documents.tiers)
            return Outcome(None, (diagnose("T204", spec.tier.span, name=spec.tier.name, help=help),))
        found = self._shared(spec, environment)
        shared = found.value
        if shared is None:
            return Outcome(None, found.diagnostics)
        own = (spec.environments or {}).get(environment)
        names = (*spec.layer.frameworks, *(own.layer.frameworks if own is not None else ()))
        frameworks, wrong = self._spellings.canonical(names)
        required = {**shared.required, **{id: at for id, at in frameworks.items() if id not in shared.required}}
        ids = tuple(sorted(required))
        stacked = shared.stacks.get(ids)
        if stacked is None:
            levels = (*shared.levels, _framework_level(ids))
            stacked = shared.stacks[ids] = (levels, tuple(level.key for level in levels))
        stack = Stack(*stacked, spec.tier.name, shared.grade, environment, ids, shared.tier_levels, required)
        return Outcome(stack, (*found.diagnostics, *wrong))

    def _shared(self, spec: Spec, environment: str) -> Outcome[_Shared | None]:
        """What tenants of a tier with the same mixins have in common in an environment, put together once."""
        key = (spec.tier.name, tuple([named.name for named in spec.mixins]), environment)
        known = self._known.get(key)
        if known is not None:
            return known
        chain = self.chain(spec.tier.name)
        if not chain.value:
            return Outcome(None, chain.diagnostics)
        diagnostics = list(chain.diagnostics)
        levels = [self._defaults, Level((self.documents.base,), self.documents.base.definitions)]
        for tier in chain.value:
            self._group(tier.mixins, True, levels, diagnostics)
            levels.append(Level((tier.layer,), tier.layer.definitions))
        tier_levels = len(levels)
        self._group(spec.mixins, False, levels, diagnostics)
        if environment:
            layer = self.documents.environments[environment].layer
            levels.append(Level((layer,), layer.definitions, free=False))
        names = [named for level in levels for layer in level.layers for named in layer.frameworks]
        required, wrong = self._spellings.canonical(names)
        grade = next((tier.grade for tier in reversed(chain.value) if tier.grade), spec.tier.name)
        found: Outcome[_Shared | None]
        found = Outcome(_Shared(tuple(levels), tier_levels, grade, required), (*diagnostics, *wrong))
        # what is wrong names the place of this tenant's list
        if not found.diagnostics:
            self._known[key] = found
        return found

    def unknown_frameworks(self, layer: Layer) -> list[Diagnostic]:
        """T209 for each framework that a layer requires and nobody knows."""
        return self._spellings.canonical(layer.frameworks)[1]

    def group(self, names: tuple[Named, ...]) -> list[Diagnostic]:
        """What is wrong with a list of mixins."""
        return self._mixins.order(names)[1] if names else []

    def chain(self, name: str) -> Outcome[tuple[Tier, ...]]:
        """The tiers from the root down to this one."""
        known = self._chains.get(name)
        if known is None:
            known = self._chains[name] = self._walk(name)
        return known

    def _walk(self, name: str) -> Outcome[tuple[Tier, ...]]:
        tiers = self.documents.tiers
        chain: list[Tier] = []
        tier = tiers[name]
        while True:
            if tier in chain:
                circle = chain[chain.index(tier) :]
                first = circle.index(min(circle, key=lambda one: one.name))  # the same circle wherever it is entered
                circle = [*circle[first:], *circle[: first + 1]]
                shown = " → ".join(f"`{one.name}`" for one in circle)
                blame = circle[0].extends.span if circle[0].extends else circle[0].span
                return Outcome((), (diagnose("T203", blame, kind="tier", name=circle[0].name, chain=shown),))
            chain.append(tier)
            if tier.extends is None:
                return Outcome(tuple(reversed(chain)))
            own_name = tier.extends.name == tier.name and tier.own
            parent = (self.documents.library_tiers if own_name else tiers).get(tier.extends.name)
            if parent is None:
                help = did_you_mean(tier.extends.name, tiers)
                return Outcome((), (diagnose("T204", tier.extends.span, name=tier.extends.name, help=help),))
            tier = parent

    def _group(self, names: tuple[Named, ...], free: bool, levels: list[Level], diagnostics: list[Diagnostic]) -> None:
        """Adds the level of a list of mixins, if it has any."""
        if not names:
            return
        key = (str(free), *sorted(named.name for named in names))
        known = self._groups.get(key)
        if known is None or known.value is None:  # what is wrong names the place of this list
            mixins, wrong = self._mixins.order(names)
            known = self._groups[key] = Outcome(level(mixins, names, free=free) if not wrong else None, tuple(wrong))
        diagnostics += known.diagnostics
        if known.value is not None:
            levels.append(known.value)


def _place(spec: Spec, environment: Environment, default_region: Named | None) -> tuple[Place | None, list[Diagnostic]]:
    """Where a tenant's region lies in an environment."""
    named = spec.region or default_region
    at, places = environment.place, environment.places
    if named is None:
        return at, []
    if places is None:
        return Place(at.account, at.region or named.name, at.cluster), []
    found = places.get(named.name)
    if found is None:
        blames = [named.span, *([environment.span] if environment.span else [])]
        help = did_you_mean(named.name, places) or f"it offers {', '.join(f'`{region}`' for region in places)}"
        return None, [diagnose("T207", *blames, environment=environment.name, region=named.name, help=help)]
    return found, []


def _defaults(schema: Schema) -> Level:
    id = LayerId(LayerKind.DEFAULT, "")
    definitions = tuple(
        Definition(leaf.path, Operator.DEFAULT, leaf.default, id, leaf.default_span, leaf.default_span)
        for leaf in schema.leaves()
        if leaf.default is not None
    )
    return Level((Layer(id, definitions),), definitions)


def _framework_level(frameworks: tuple[str, ...]) -> Level:
    id = LayerId(LayerKind.FRAMEWORKS, " ".join(frameworks))
    definition = Definition(FRAMEWORKS_PATH, Operator.SET, frameworks, id, None, None)
    return Level((Layer(id, (definition,)),), (definition,), free=False)
