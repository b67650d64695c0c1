"""The names of a whole fleet, in little memory: what two tenants would both bear is found by hashes, then looked at."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.emit.naming import KINDS, Bearer, Claim, collisions, derive, scope_of, shorter_names
from tenantc.model.layer import Named
from tenantc.model.stack import Linked
from tenantc.source.span import Span

Scope: TypeAlias = tuple[str, ...]


class Estate(NamedTuple):
    """Where a tenant is deployed."""

    environment: str
    account: str
    region: str
    cluster: str

    @property
    def name(self) -> str:
        """What its folder is called (language.md §7)."""
        return "-".join(part for part in (self.account, self.region, self.cluster) if part) or "default"


class Claims:
    """Which tenant bears which names.

    `place` finds a tenant's id in a file again: nothing is kept of a tenant but its id, its file, 64 bits a name, and
    the names that it pins.
    """

    def __init__(self, platform: str, place: Callable[[str, str], list[Span]]) -> None:
        self._platform = platform
        self._place = place
        self._bearers: list[tuple[str, str, Estate]] = []
        self._estates: dict[Estate, tuple[Estate, tuple[Scope, ...]]] = {}
        self._hashes = {kind: array("q") for kind in KINDS}
        self._pinned: dict[tuple[str, int], Claim] = {}

    def add(self, linked: Linked, estate: Estate, name: Callable[[str], str], pinned: Mapping[str, Named]) -> None:
        """Takes in the names of one tenant in one environment."""
        spec = linked.spec
        index = len(self._bearers)
        found = self._estates.get(estate)
        if found is None:
            found = self._estates[estate] = (estate, _scopes(estate))
        self._bearers.append((spec.tenant_id, spec.span.path, found[0]))
        for (kind, hashes), scope in zip(self._hashes.items(), found[1], strict=True):
            hashes.append(_hash(scope, name(kind)))
            if kind in pinned:
                claim = Claim(
                    kind, scope, name(kind), spec.tenant_id, estate.environment, pinned[kind].span, pinned=True
                )
                self._pinned[kind, index] = claim

    def collisions(self, known: Collection[str]) -> tuple[Diagnostic, ...]:
        """T602 for each name that two would bear; `known` are the tenants of the previous build."""
        return collisions(self._doubtful(), known)

    def _doubtful(self) -> Iterator[Claim]:
        """Every claim that may meet another one: equal names have equal hashes, and a few others do too."""
        longer: dict[str, set[int]] = {kind: set() for kind in KINDS}
        for claim in self._pinned.values():
            longer[claim.kind].update(_hash(claim.scope, shorter) for shorter in shorter_names(claim))
        for kind, hashes in self._hashes.items():
            wanted = {one for one, other in pairwise(sorted(hashes)) if one == other} | longer[kind]
            for index, one in enumerate(hashes):
                pinned = self._pinned.get((kind, index))
                if pinned is not None:
                    yield pinned
                elif one in wanted:
                    yield self._derived(kind, index)

    def _derived(self, kind: str, index: int) -> Claim:
        tenant, file, estate = self._bearers[index]
        bearer = Bearer(self._platform, estate.environment, estate.account, estate.region, tenant)
        scope = scope_of(KINDS[kind], bearer, estate.cluster)
        place = next(iter(self._place(file, tenant)), None)
        return Claim(kind, scope, derive(bearer, KINDS[kind]), tenant, estate.environment, place)


def _hash(scope: Scope, name: str) -> int:
    # IAM tells no case apart, and nowhere does a second name that differs by case alone help a reader
    return hash((scope, name.lower()))


def _scopes(estate: Estate) -> tuple[Scope, ...]:
    """Where the names of each kind have to be unique."""
    bearer = Bearer("", estate.environment, estate.account, estate.region, "")
    return tuple(scope_of(kind, bearer, estate.cluster) for kind in KINDS.values())
