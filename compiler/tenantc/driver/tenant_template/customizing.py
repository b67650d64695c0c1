"""Changes templates: settings by their paths, wherever a template says them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver.tenant_template.document import Names, TenantTemplate, made_template, said
from tenantc.driver.tenant_template.exporting import CONFIGURED
from tenantc.driver.tenant_template.names import Finder, Found
from tenantc.source.path import BadPathError, split

# what a template says about the tenant itself
_ABOUT: Final = frozenset(
    (
        *("tenant_id", "tenant_name", "tier", "owner_email", "industry", "region", "ring", "status"),
        *("compliance_requirements", "mixins"),
    )
)


def customize(
    template: TenantTemplate, finder: Finder, overrides: Mapping[str, Any]
) -> TenantTemplate | list[Diagnostic]:
    """A template that says other values, by dotted path; or T124 and T126 for paths that name nothing.

    A path is that of a setting, a part of what the template says about the tenant, or where something stands in it.
    Raises ValueError for what JSON can't hold.
    """
    document = template.plain()
    wrong: list[Diagnostic] = []
    for path, value in overrides.items():
        try:
            names = split(path)
        except BadPathError as error:
            wrong.append(diagnose("T124", key=path, problem=str(error)))
            continue
        places = list(_places(template, finder, names, value))
        if not places:
            wrong.append(diagnose("T126", path=path, help=finder.suggestion(names)))
        for place, said_there in places:
            _set(document, place, said_there)
    return wrong or made_template(template.name, document)


def _places(template: TenantTemplate, finder: Finder, names: Names, value: Any) -> Iterator[tuple[Names, Any]]:
    """Where a value goes in the document, and what is to stand there: everywhere that a setting is said now."""
    found = finder.find(names)
    if found is None:
        if names[0] in _ABOUT or any(one.names[: len(names)] == names for one in said(template)):
            yield names, value
        return
    everywhere = [(one.names, finder.find(one.names)) for one in said(template)]
    now = [(place, there) for place, there in everywhere if there is not None and there.path == found.path]
    for place, there in now:
        if there.item == found.item:
            yield place, value
        elif there.item is not None and isinstance(value, list):
            yield place, there.item in value
    if not any(there.item == found.item for _, there in now):
        yield _new(found, names), value


def _new(found: Found, names: Names) -> Names:
    """Where a setting goes that the template doesn't say yet."""
    path = names if found.item is not None else split(found.path)
    return ("configuration", *path) if path[0] in CONFIGURED else path


def _set(document: dict[str, Any], names: Names, value: Any) -> None:
    for name in names[:-1]:
        inner = document.get(name)
        if not isinstance(inner, dict):
            inner = document[name] = {}
        document = inner
    document[names[-1]] = value
