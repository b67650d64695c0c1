"""Whether the tables whose rows count towards limits can be there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver.options import Options
from tenantc.source.path import covers, split

_COUNTED: Final = "workspace.sql.counted_tables"
_SHARED: Final = "workspace.sql.shared_tables"
_TEMPLATE: Final = "workspace.sql.template_schema"


def unknown_tables(stated: Iterable[Options]) -> Iterator[Diagnostic]:
    """T618 for each counted table that is not shared, where nothing else says which tables there are."""
    for options in stated:
        shared = options.section.values[_SHARED]
        assert isinstance(shared, tuple), "the structure was checked"
        names = {str(table).partition(".")[2] for table in shared}
        # without either, the platform alone knows what it makes in tenants' schemas
        if not names or options.stated(_TEMPLATE) is not None:
            continue
        for path in options.section.values:
            name = split(path)[-1]
            if path != _COUNTED and covers(_COUNTED, path) and name not in names:
                span = options.stated(path)
                assert span is not None, "it has no default"
                yield diagnose("T618", span, name=name, help=did_you_mean(name, names))
