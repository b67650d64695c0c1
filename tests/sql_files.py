"""The SQL files of a tenant or an estate, built and written for it alone from settings that a test states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tenantc.emit.document import Document, Names, NoRegion, Slot, Unsupported
from tenantc.emit.fill import Filler
from tenantc.emit.naming import Bearer
from tenantc.emit.node import Misfit, SettingSource
from tenantc.emit.postgres.documents import DOCUMENTS
from tenantc.emit.writers import sql
from tenantc.model.identity import Identity

PLATFORM = "streaming"
SHARED_TABLES = ("app.playlists", "app.tracks")

_OPTIONS: Mapping[str, Any] = {
    "workspace.platform": PLATFORM,
    "workspace.sql.shared_tables": SHARED_TABLES,
    "workspace.sql.tenant_column": "tenant_id",
    "deployment.environment": "default",
}


def tenant(
    tenant_id: str,
    isolation: str | None = "shared",
    *,
    status: str = "active",
    pinned: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> dict[str, str]:
    """The files of a tenant, by name; a setting that is None is absent."""
    values = {
        **_OPTIONS,
        "infrastructure.isolation_level": isolation,
        "tenant.status": status,
        "infrastructure.database.max_connections": 20,
        "infrastructure.database.query_timeout_seconds": 30,
        **(settings or {}),
    }
    filler = _filler(tenant_id, pinned or {}, values)
    found = {}
    for document in DOCUMENTS:
        if document.scope == "tenant":
            text = _written(document, _arguments(document, values), filler)
            if text is not None:
                found[document.file or "schema.sql"] = text
    return found


def refusals(isolation: str = "shared", *, settings: Mapping[str, Any]) -> list[Unsupported]:
    """What of a tenant's settings SQL cannot say."""
    values = {**_OPTIONS, "infrastructure.isolation_level": isolation, "tenant.status": "active", **settings}
    built = [one.build(*_arguments(one, values)) for one in DOCUMENTS if one.scope == "tenant"]
    return [one for one in built if isinstance(one, Unsupported)]


def _arguments(document: Document, values: Mapping[str, Any]) -> list[object]:
    looked = [values.get(path) for path in document.looks]
    placed = [None if values.get(path) is None else Slot(SettingSource(path)) for path in document.places]
    return [Names(), *looked, *placed]


def estate(
    levels: Sequence[str] = ("shared",), settings: Mapping[str, Any] | None = None, *, file: str = "schema.sql"
) -> str | None:
    """A file of an estate whose tenants have these isolation levels; None if it has none."""
    values = {**_OPTIONS, **(settings or {})}
    [document] = [one for one in DOCUMENTS if one.scope == "estate" and (one.file or "schema.sql") == file]
    assert document.columns == ("infrastructure.isolation_level",)
    arguments = [*(values.get(path) for path in document.looks), tuple(sorted(levels))]
    return _written(document, arguments, _filler("nobody", {}, values))


def _filler(tenant_id: str, pinned: Mapping[str, str], values: Mapping[str, Any]) -> Filler:
    identity = {
        Identity.ID: tenant_id,
        Identity.NAME: tenant_id.title(),
        Identity.OWNER_EMAIL: f"a@{tenant_id}.example",
    }
    return Filler(identity, Bearer(PLATFORM, "default", "", "", tenant_id), pinned, values.get)


def _written(document: Document, arguments: Sequence[object], filler: Filler) -> str | None:
    tree = document.build(*arguments)
    assert not isinstance(tree, (Unsupported, NoRegion, Misfit)), tree
    if tree is None:
        return None
    template = sql.write(tree)
    text = template.fill(filler).decode()
    assert text == sql.write(tree, filler).fill(filler).decode(), "the fast path and the reference print the same"
    return text
