"""What a tenant inherits: levels of layers from the schema's defaults up to its environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.model.layer import Definition, Layer, LayerId
from tenantc.model.schema import Schema
from tenantc.model.spec import Environment, Framework, Mixin, Spec, Tier
from tenantc.source.frozen import Frozen, field
from tenantc.source.path import Path
from tenantc.source.span import Span


class Documents(Frozen):
    """Everything that layers come from: what the workspace says, and the library's beneath it.

    `base` is the workspace's own layer (`settings:` in tenantc.yaml). `library_tiers` and `library_mixins` are what a
    document means that extends its own name. `environments` is empty where the workspace has none.
    """

    schema: Schema
    base: Layer
    tiers: Mapping[str, Tier]
    library_tiers: Mapping[str, Tier]
    mixins: Mapping[str, Mixin]
    library_mixins: Mapping[str, Mixin]
    environments: Mapping[str, Environment]
    frameworks: Mapping[str, Framework]


# the documents of each level of a stack
StackKey: TypeAlias = tuple[tuple[LayerId, ...], ...]


class Level(Frozen):
    """Layers that apply in one step: a single one, or the mixins of one list in their order.

    `conflicts` holds what mixins of the list disagree on, by path; a layer above that sets the path settles it.
    `free` says that ceilings don't bind what the level says: it lies in the tier chain or below it. `beneath` gives the
    layers of the level that each one extends.
    """

    layers: tuple[Layer, ...]
    definitions: tuple[Definition, ...]
    free: bool = True
    conflicts: Mapping[Path, Diagnostic] = field(default_factory=dict)
    beneath: Mapping[LayerId, frozenset[LayerId]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[LayerId, ...]:
        return tuple(layer.id for layer in self.layers)


class Stack(Frozen):
    """Everything below a tenant's own overrides in one environment.

    `tier` and `grade` name the tenant's tier and what rules call it; `frameworks` are canonical ids, sorted, and
    `required` says where each was required first. The first `tier_levels` levels are those that end with the tier.
    `key` is that of each level: stacks of equal keys give the same.
    """

    levels: tuple[Level, ...]
    key: StackKey
    tier: str
    grade: str
    environment: str
    frameworks: tuple[str, ...]
    tier_levels: int
    required: Mapping[str, Span] = field(default_factory=dict, compare=False)


class Linked(Frozen):
    """A tenant in one environment, its names resolved: what it inherits, where it is deployed, what it overrides."""

    spec: Spec
    stack: Stack
    environment: str
    account: str
    region: str
    cluster: str
    overrides: tuple[Layer, ...]
