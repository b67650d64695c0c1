"""Settings with what the resolver knows about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.model.layer import Bound
from tenantc.model.settings import Settings
from tenantc.source.path import Path

# What tenantc itself fills for each tenant: a stack knows none of it, so whoever reads it is evaluated per tenant.
FACT_ROOTS = frozenset({"tenant", "deployment", "tier"})


class Resolved:
    """Settings after some number of levels.

    `reads` maps each setting whose value holds references to what it reads. `problems` holds what is wrong with a
    setting's definitions as they stand; a level above that changes the setting may mend it. `conflicts` holds what
    mixins of one list disagree on and nobody has settled yet. `caps` are those of the environment.
    """

    __slots__ = ("_readers", "caps", "conflicts", "problems", "reads", "settings")

    def __init__(
        self,
        settings: Settings,
        reads: Mapping[Path, frozenset[Path]],
        problems: Mapping[Path, tuple[Diagnostic, ...]],
        conflicts: Mapping[Path, Diagnostic],
        caps: Mapping[Path, Bound],
    ) -> None:
        self.settings = settings
        self.reads = reads
        self.problems = problems
        self.conflicts = conflicts
        self.caps = caps
        self._readers: dict[Path, list[Path]] | None = None

    def readers(self) -> dict[Path, list[Path]]:
        """For each path that is read, who reads it; what tenantc itself fills stands under the empty path."""
        if self._readers is None:
            self._readers = {}
            for reader, reads in self.reads.items():
                for path in reads:
                    key = "" if path.partition(".")[0] in FACT_ROOTS else path
                    self._readers.setdefault(key, []).append(reader)
        return self._readers

    def diagnostics(self) -> Iterator[Diagnostic]:
        """Everything that is wrong with these settings as they stand."""
        for problems in self.problems.values():
            yield from problems
        yield from self.conflicts.values()
