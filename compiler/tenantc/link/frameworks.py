"""One canonical id for each compliance framework, whatever way it is spelled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.model.layer import Named
from tenantc.model.spec import HOUSE, Framework
from tenantc.source.span import Span


class Spellings:
    """The table of accepted spellings; case does not matter. The house's own are taken, but name no framework."""

    def __init__(self, frameworks: Mapping[str, Framework]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._ids: dict[str, str] = {}
        self._shown: list[str] = []
        places: dict[str, Span] = {}
        for framework in frameworks.values():
            for named in (Named(framework.name, framework.span), *framework.accepts):
                folded = named.name.casefold()
                holder = self._ids.setdefault(folded, framework.name)
                if holder != framework.name:
                    both = f"`{holder}` and `{framework.name}`"
                    blames = (named.span, places[folded])
                    self.diagnostics.append(diagnose("T212", *blames, spelling=named.name, frameworks=both))
                places.setdefault(folded, named.span)
                if framework.name != HOUSE:
                    self._shown.append(named.name)

    def canonical(self, names: Iterable[Named]) -> tuple[dict[str, Span], list[Diagnostic]]:
        """The ids that these names mean, each with the place that first required it, and what means nothing."""
        found: dict[str, Span] = {}
        diagnostics: list[Diagnostic] = []
        for named in names:
            id = self._ids.get(named.name.casefold())
            if id is None or id == HOUSE:
                help = f"what `{HOUSE}` says holds for every tenant" if id else did_you_mean(named.name, self._shown)
                diagnostics.append(diagnose("T209", named.span, name=named.name, help=help))
            else:
                found.setdefault(id, named.span)
        return found, diagnostics
