"""Tenants' roles, schemas and databases get other names, on a real PostgreSQL, and what they hold stays in reach."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tenantc.emit.postgres.renaming import Renaming, renamed
from tenantc.emit.writers.sql import write
from tests import sql_files
from tests.real import parts
from tests.real.platform import ACME, INITECH, UMBRELLA, Platform, estate, filled, owned
from tests.real.postgres import SUPERUSER, Postgres

LEVELS = {"acme-corp": ("shared", ACME), "initech": ("schema", INITECH), "umbrella": ("database", UMBRELLA)}
SETTINGS: Mapping[str, Any] = {"infrastructure.database.read_replicas": 1}
NEW = "Other-Name_"


def names(tenant_id: str, name: str) -> dict[str, str]:
    """What a build calls the tenant's things, by kind; of a role and a schema also the longer names."""
    level, _ = LEVELS[tenant_id]
    files = sql_files.tenant(tenant_id, level, pinned=pinned(name), settings=SETTINGS)
    reader = files["reader.sql"].partition('ALTER ROLE "')[2].partition('"')[0]
    masked = files["reader.sql"].partition('CREATE SCHEMA IF NOT EXISTS "')[2].partition('"')[0]
    found = {"role": name, "reader": reader}
    found |= {"schema": name, "masked": masked} if level == "schema" else {}
    return found | ({"database": name} if level == "database" else {})


def pinned(name: str) -> dict[str, str]:
    return {f"postgres_{kind}": name for kind in ("role", "schema", "database")}


def script(tenant_id: str, old: str, new: str) -> str:
    was, now = names(tenant_id, old), names(tenant_id, new)
    kinds = {"role": "ROLE", "reader": "ROLE", "schema": "SCHEMA", "masked": "SCHEMA", "database": "DATABASE"}
    found = [Renaming(kinds[part], was[part], now[part], is_home=part == "schema") for part in was]
    return write(renamed(tenant_id, found, now.get("database", ""), "migrate.sql")).fill({}).decode()


@pytest.fixture
def platform(postgres: Postgres) -> Iterator[Platform]:
    with postgres.scratch() as database:
        made = owned(postgres, database, f"owner_of_{database}")
        made.run(estate())
        for tenant_id, (level, _) in {
            **LEVELS,
            "globex": ("shared", ""),
            "hooli": ("schema", ""),
            "wayne": ("database", ""),
        }.items():
            made.apply(tenant_id, level, settings=SETTINGS)
        filled(made)
        yield made


@pytest.mark.parametrize("tenant_id", LEVELS)
def test_a_name_is_given_and_taken_back_and_everything_stays_in_reach(platform: Platform, tenant_id: str) -> None:
    level, old = LEVELS[tenant_id]
    read = "SELECT title FROM app.playlists" if level == "shared" else "SELECT body FROM notes"
    reads = read.replace("app.", "")
    held = platform.rows(read, old, old if level == "database" else None)
    assert held
    for before, after in ((old, NEW), (NEW, old)):
        for _ in range(2):
            platform.run(script(tenant_id, before, after), "postgres" if level == "database" else None)
        # whoever comes to bear the old name acts for nobody, even before any other file has run
        lines = f"SELECT role_name FROM tenantc.tenant_roles WHERE tenant_id = '{tenant_id}' ORDER BY reads_only"
        home = after if level == "database" else None
        assert platform.rows(lines, database=home) == [(after,), (names(tenant_id, after)["reader"],)]
        platform.apply(tenant_id, level, pinned=pinned(after), settings=SETTINGS)
        database = platform.apply(tenant_id, level, pinned=pinned(after), settings=SETTINGS)
        assert platform.rows(read, after, database) == held
        # views hide what the tenant's settings call sensitive, which is nothing here
        assert len(platform.rows(reads, names(tenant_id, after)["reader"], database)) == len(held)
        gone = "SELECT FROM pg_roles WHERE rolname = '{0}' UNION ALL SELECT FROM pg_namespace WHERE nspname = '{0}'"
        assert platform.rows(gone.format(before), database=database) == []
        homes = f"SELECT home FROM tenantc.tenants WHERE tenant_id = '{tenant_id}'"
        assert platform.rows(homes, database=database) == [({"shared": None, "schema": after}.get(level, "public"),)]
    # a name that is taken is somebody else's
    platform.run(f'CREATE ROLE "{NEW}"')
    for before, after in ((old, NEW), (NEW, old)):
        with pytest.raises(parts.RefusedError, match=f"both ({old}|{NEW}) and ({old}|{NEW}) are there"):
            platform.run(script(tenant_id, before, after), "postgres" if level == "database" else None)
    assert platform.rows(f"SELECT FROM pg_database WHERE datname = '{NEW}'") == []


def test_what_a_template_made_is_not_made_again(platform: Platform) -> None:
    template = {"workspace.sql.template_schema": "CREATE TABLE made (body text);"}
    text = sql_files.estate(("schema",), template, file="records.sql")
    assert text is not None
    platform.run(text)
    platform.apply("initech", "schema", settings=SETTINGS)
    platform.run(script("initech", INITECH, NEW))
    platform.apply("initech", "schema", settings=SETTINGS, pinned=pinned(NEW))
    assert platform.rows("SELECT home FROM tenantc.templates ORDER BY 1", SUPERUSER) == [(NEW,)]
