"""A tenant's way from free to professional to enterprise and back, from specs to rows, with every rollback."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from psycopg import errors

from tests.building import run as compile_
from tests.compiling import write
from tests.real.platform import ACME, GLOBEX, Platform, owned
from tests.real.postgres import Postgres
from tests.unit.test_cli import run

TOP = """
platform: streaming
language: 1
naming: 1
targets: [sql]
sql: {shared_tables: [app.albums, app.notes], tenant_column: tenant_id, template_schema: sql/tables.sql}
deployment: {account: "123456789012", regions: {eu-west-1: eu-west-1}}
defaults: {region: eu-west-1}
"""
SPEC = "tenant_id: {0}\ntenant_name: Some\ntier: {1}\nowner_email: a@some.example\n"
BODIES = """
CREATE TABLE {0}albums (id serial PRIMARY KEY, tenant_id text NOT NULL, title text);
CREATE TABLE {0}notes (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id text NOT NULL,
  album int REFERENCES {0}albums, body text);
"""
# What every tenant begins with, and what only those have who share no tables.
OWN = "CREATE TABLE kinds (name text PRIMARY KEY); INSERT INTO kinds VALUES ('pop'), ('jazz');"
TIERS = ("free", "professional", "enterprise")
SCHEMAS = {"free": "app", "professional": ACME, "enterprise": "public"}
TABLES = ("albums", "notes", "tenantc.usage_events", "tenantc.quota_use", "tenantc.consents", "tenantc.audit_events")
CALLS = "claim('storage_gb', 0.1)", "record_usage('users', 3)", "give_consent('anna', 'news', 'yes', 30)"
LOGIN = "record_event('login_success', 'anna', NULL, NULL, NULL)"


class Platforms:
    """One platform with a build for each tier that the tenant may have; another tenant stays in shared tables."""

    def __init__(self, platform: Platform, root: Path) -> None:
        self.platform, self.root = platform, root
        for tier in TIERS:
            tenants = {"acme-corp": tier, "globex": "free"}
            specs = {f"tenants/{one}.yaml": SPEC.format(one, its) for one, its in tenants.items()}
            write(root / tier, {"tenantc.yaml": TOP, "sql/tables.sql": BODIES.format("") + OWN, **specs})
            compile_(root / tier, root / tier / "build")

    def at(self, tier: str) -> str:
        return ACME if tier == "enterprise" else self.platform.database

    def deploy(self, tier: str, tenant: str = "acme-corp") -> None:
        """The files of the estate and of a tenant, as their heads say."""
        build = self.root / tier / "build"
        [estate] = (build / "estates").iterdir()
        for file in ("records.sql", "schema.sql"):
            self.platform.run((estate / file).read_text())
        folder = build / "tenants" / tenant
        if (folder / "database.sql").exists():
            self.platform.run((folder / "database.sql").read_text(), "postgres")
            self.platform.run((estate / "records.sql").read_text(), self.at(tier))
        for file in ("schema.sql", "records.sql", "reader.sql"):
            if (folder / file).exists():
                self.platform.run((folder / file).read_text(), self.at(tier) if tenant == "acme-corp" else None)

    def move(self, moves: Path, way: str, old: str, new: str) -> None:
        """As the heads of the files say, and each of them more than once."""
        folder = moves / "tenants" / "acme-corp"
        self.deploy(new)
        steps = [(f"{way}.sql", new)]
        if (folder / way).exists():
            steps = [(f"{way}/{step}.sql", tier) for step, tier in (("export", old), ("import", new), ("delete", old))]
        for file, tier in steps:
            for _ in range(2):
                self.step(folder / file, tier, moves)
            if tier == new:
                self.deploy(new)

    def step(self, file: Path, tier: str, folder: Path) -> None:
        said = self.platform.server.psql(file, self.at(tier), role=self.platform.admin, folder=folder).stderr
        # which only those have who share no tables
        assert all("kinds" in line for line in said.splitlines() if "WARNING" in line)

    def rows(self, tier: str, tenant: str = "acme-corp") -> dict[str, list[str]]:
        found = {}
        for name in TABLES:
            table = name if "." in name else f"{SCHEMAS[tier]}.{name}"
            query = f"SELECT t::text FROM {table} AS t WHERE tenant_id = '{tenant}' ORDER BY 1"
            found[name] = [line for (line,) in self.platform.rows(query, database=self.at(tier))]
        return found

    def kinds(self, tier: str) -> list[tuple[int]]:
        return self.platform.rows(f"SELECT count(*) FROM {SCHEMAS[tier]}.kinds", database=self.at(tier))

    def work(self, tier: str, role: str = ACME, tenant: str = "acme-corp", *, albums: bool = False) -> None:
        with self.platform.as_role(role, self.at(tier)) as connection:
            if albums:
                connection.execute(f"INSERT INTO {SCHEMAS[tier]}.albums (tenant_id) VALUES ('{tenant}')".encode())
            connection.execute(
                f"INSERT INTO {SCHEMAS[tier]}.notes (tenant_id, album, body)"
                f" SELECT '{tenant}', max(id), '{tier}' FROM {SCHEMAS[tier]}.albums".encode()
            )
            for call in (*CALLS, LOGIN):
                connection.execute(f"SELECT tenantc_api.{call}".encode())


@pytest.fixture
def platforms(postgres: Postgres, tmp_path: Path) -> Iterator[Platforms]:
    with postgres.scratch() as database:
        made = owned(postgres, database, f"owner_of_{database}")
        made.run(BODIES.format("app."))
        yield Platforms(made, tmp_path)


@pytest.mark.slow
def test_free_to_professional_to_enterprise_and_back_with_every_rollback(platforms: Platforms, tmp_path: Path) -> None:
    for tenant, role in (("globex", GLOBEX), ("acme-corp", ACME)):
        platforms.deploy("free", tenant)
        for _ in range(2):
            platforms.work("free", role, tenant, albums=True)
    others, mine = platforms.rows("free", "globex"), platforms.rows("free")
    assert all([*others.values(), *mine.values()])
    way = [*TIERS, *TIERS[1::-1], "enterprise", "free"]
    for number, (old, new) in enumerate(pairwise(way)):
        moves = tmp_path / str(number)
        done = run("migrate-sql", f"{old}/build", f"{new}/build", "-o", str(moves), cwd=tmp_path)
        assert (done.returncode, "1 tenant to move" in done.stdout) == (0, True)
        for file, source, target in (("migrate", old, new), ("rollback", new, old), ("migrate", old, new)):
            platforms.move(moves, file, source, target)
            assert platforms.rows(target) == mine
            assert platforms.rows("free", "globex") == others
            with pytest.raises((errors.InsufficientPrivilege, errors.OperationalError), match="denied"):
                platforms.platform.rows(f"SELECT FROM {SCHEMAS[source]}.notes", ACME, platforms.at(source))
            if "free" not in (source, target):
                assert platforms.kinds(target) == [(2,)]
            platforms.work(target)
            mine = platforms.rows(target)
    assert len(mine["notes"]) == 2 + 3 * (len(way) - 1)
