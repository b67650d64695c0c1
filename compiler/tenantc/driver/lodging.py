"""Where PostgreSQL holds each tenant's rows, as the files of a build say it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from tenantc.driver.build_roots import Roots
from tenantc.source.frozen import Frozen

SETTINGS: Final = "settings.json"
_SCHEMA: Final = "schema.sql"
_READER: Final = "reader.sql"
_NAME: Final = r'"((?:[^"\n]|"")+)"'
_ROLE_LINE: Final = re.compile(rf"^ALTER ROLE {_NAME} (?:NO)?LOGIN ", re.MULTILINE)
_SCHEMA_LINE: Final = re.compile(rf"^CREATE SCHEMA IF NOT EXISTS {_NAME};$", re.MULTILINE)
_DATABASE_LINE: Final = re.compile(rf"^GRANT CONNECT, TEMPORARY ON DATABASE {_NAME} TO ", re.MULTILINE)


class Lodging(Frozen):
    """A tenant's isolation level, estate and names, which are empty where it has nothing of the kind for itself.

    `reader` is its role that only reads, and `masked` the schema of views which that one reads.
    """

    tenant: str
    level: str
    estate: Mapping[str, Any]
    role: str
    schema: str
    database: str
    reader: str
    masked: str
    settings: Mapping[str, Any]


def lodgings(build: Roots) -> dict[str, Lodging]:
    """The tenants of a build that SQL is written for, by their folders. Raises ValueError where a file was changed."""
    found = {}
    for tenant, files in build.manifest.files.items():
        for path in files if tenant else ():
            folder, _, name = path.rpartition("/")
            if name == _SCHEMA:
                reads = build.read(f"{folder}/{_READER}").decode() if f"{folder}/{_READER}" in files else ""
                found[folder] = _lodging(build, tenant, folder, reads)
    return found


def _lodging(build: Roots, tenant: str, folder: str, reads: str) -> Lodging:
    text = build.read(f"{folder}/{_SCHEMA}").decode()
    stated = json.loads(build.read(f"{folder}/{SETTINGS}"))
    settings = dict(_leaves(stated["settings"], ""))
    role, schema, database = (_named(line, text) for line in (_ROLE_LINE, _SCHEMA_LINE, _DATABASE_LINE))
    if not role:
        raise ValueError(f"{folder}/{_SCHEMA} makes no role")
    level = settings["infrastructure.isolation_level"]
    reader, masked = (_named(line, reads) for line in (_ROLE_LINE, _SCHEMA_LINE))
    return Lodging(tenant, level, stated["deployment"], role, schema, database, reader, masked, settings)


def _named(line: re.Pattern[str], text: str) -> str:
    match = line.search(text)
    return match[1].replace('""', '"') if match else ""


def _leaves(tree: Mapping[str, Any], before: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in tree.items():
        path = f"{before}.{key}" if before else key
        found += _leaves(value, path) if isinstance(value, dict) else [(path, value)]
    return found
