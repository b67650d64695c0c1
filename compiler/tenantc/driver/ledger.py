"""Collects diagnostics over a fleet: each once, with the number of tenants it reaches."""

from __future__ import annotations

from collections.abc import Iterable

from tenantc.diagnostics.codes import Severity
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.diagnostics.render import in_order
from tenantc.source.frozen import replace


class Ledger:
    """Everything that was said about a fleet. What a tier did wrong is one entry, however many tenants it reaches."""

    def __init__(self) -> None:
        self._reach: dict[Diagnostic, int] = {}

    def shared(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Takes in what concerns no tenant in particular."""
        for diagnostic in diagnostics:
            self._reach.setdefault(diagnostic, 0)

    def tenant(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Takes in what concerns one tenant."""
        for diagnostic in diagnostics:
            self._reach[diagnostic] = self._reach.get(diagnostic, 0) + 1

    def all(self) -> list[Diagnostic]:
        """Every diagnostic in reading order, its `tenants` filled in."""
        return in_order(replace(diagnostic, tenants=reach) for diagnostic, reach in self._reach.items())

    def count(self, severity: Severity) -> int:
        return sum(diagnostic.severity is severity for diagnostic in self._reach)

    @property
    def failed(self) -> bool:
        return self.count(Severity.ERROR) > 0
