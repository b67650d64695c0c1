"""Who may set what in a stack: ceilings, locks and grants."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.model.layer import Bound, LayerId, LayerKind, Named
from tenantc.model.stack import Stack
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, covers


class Lock(Frozen):
    """A locked path, who locked it and at which level of the stack. `beneath` are the layers that the owner extends."""

    path: Path
    owner: LayerId
    level: int
    named: Named
    beneath: frozenset[LayerId]


class Authority(Frozen, eq=False):
    """The constraints of one stack.

    `ceilings` are those that bind, by path; ceilings of different sources meet. `bound` are the layers whose values
    they bind. `levels` gives each layer's place in the stack; a tenant's own layers stand above them all.
    """

    ceilings: Mapping[Path, tuple[Bound, ...]]
    bound: frozenset[LayerId]
    grants: Mapping[LayerId, tuple[Named, ...]]
    locks: tuple[Lock, ...]
    levels: Mapping[LayerId, int]

    def lock(self, path: Path) -> Lock | None:
        """The lock that holds for a path, the lowest if there are several."""
        return next((lock for lock in self.locks if covers(lock.path, path)), None)

    def locked_out(self, layer: LayerId, lock: Lock) -> bool:
        """Whether a lock holds against a layer: one above it, or a mixin of its list that the owner doesn't extend.

        The order of a list must decide nothing, so a mixin that merely stands beside the owner is held too.
        """
        if layer.kind is LayerKind.TENANT:
            return True
        level = self.levels.get(layer, -1)
        return level > lock.level or (level == lock.level and layer != lock.owner and layer not in lock.beneath)

    def binds(self, layer: LayerId, path: Path) -> bool:
        """Whether ceilings hold for what a layer says about a path."""
        if layer.kind is LayerKind.TENANT:
            return True
        return layer in self.bound and not any(covers(named.name, path) for named in self.grants.get(layer, ()))


def authority(stack: Stack) -> Authority:
    """The constraints of a stack. Along the tier chain the nearest ceiling for a path replaces the farther ones."""
    chain: dict[Path, Bound] = {}
    others: dict[Path, list[Bound]] = {}
    bound: set[LayerId] = set()
    grants: dict[LayerId, tuple[Named, ...]] = {}
    locks: list[Lock] = []
    levels: dict[LayerId, int] = {}
    for index, level in enumerate(stack.levels):
        for layer in level.layers:
            levels[layer.id] = index
            if layer.id.kind is LayerKind.TIER:
                chain.update((ceiling.path, ceiling) for ceiling in layer.ceilings)
            else:
                for ceiling in layer.ceilings:
                    others.setdefault(ceiling.path, []).append(ceiling)
            if not level.free:
                bound.add(layer.id)
            if layer.grants:
                grants[layer.id] = layer.grants
            beneath = level.beneath.get(layer.id, frozenset())
            locks += [Lock(named.name, layer.id, index, named, beneath) for named in layer.locks]
    paths = dict.fromkeys((*chain, *others))
    ceilings = {path: (*([chain[path]] if path in chain else []), *others.get(path, ())) for path in paths}
    return Authority(ceilings, frozenset(bound), grants, tuple(locks), levels)
