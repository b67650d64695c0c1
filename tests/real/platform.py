"""A platform with tenants at every isolation level, on a real PostgreSQL."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors, sql

from tests import sql_files
from tests.real.postgres import SUPERUSER, Postgres

ACME, GLOBEX = "streaming_acme_corp", "streaming_globex"  # shared tables
INITECH, HOOLI = "streaming_initech", "streaming_hooli"  # a schema each
UMBRELLA, WAYNE = "streaming_umbrella", "streaming_wayne"  # a database each
GROUP = "tenantc__streaming_default"
TENANTS = {
    "acme-corp": "shared",
    "globex": "shared",
    "initech": "schema",
    "hooli": "schema",
    "umbrella": "database",
    "wayne": "database",
}

# What the platform has before tenantc comes: a serial key, an identity key, partitions, and rights for everybody.
TABLES = """
CREATE SCHEMA app;
CREATE TABLE app.playlists (
  id serial PRIMARY KEY,
  tenant_id text NOT NULL,
  title text NOT NULL
);
CREATE INDEX playlists_of_tenant ON app.playlists (tenant_id);
CREATE TABLE app.tracks (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id varchar(40) NOT NULL,
  title text NOT NULL
) PARTITION BY RANGE (id);
CREATE TABLE app.tracks_first PARTITION OF app.tracks FOR VALUES FROM (1) TO (1000);
CREATE TABLE app.tracks_rest PARTITION OF app.tracks FOR VALUES FROM (1000) TO (MAXVALUE);
CREATE TABLE app.audit (secret text);
INSERT INTO app.audit VALUES ('the platform''s own');
GRANT USAGE ON SCHEMA app TO PUBLIC;
GRANT ALL ON app.playlists, app.tracks TO PUBLIC;
"""
HIDDEN = "unreleased album"


@dataclass(frozen=True)
class Platform:
    """A server with the tenants above, and who runs the files."""

    server: Postgres
    database: str
    admin: str

    def apply(self, tenant_id: str, level: str, **options: Any) -> str:
        """Run a tenant's files as their heads say, and return the database it lives in."""
        files = sql_files.tenant(tenant_id, level, **options)
        database = self.database
        if "database.sql" in files:
            self.run(files["database.sql"], "postgres")
            database = (options.get("pinned") or {}).get(
                "postgres_database", f"streaming_{tenant_id.replace('-', '_')}"
            )
            self.run(service(), database)
        self.run(files["schema.sql"], database)
        for file in ("records.sql", "reader.sql"):
            if file in files:
                self.run(files[file], database)
        return database

    def run(self, text: str, database: str | None = None, folder: Path | None = None) -> None:
        """Run a file as a deployer would; a warning means that PostgreSQL left something undone."""
        said = self.server.psql(text, database or self.database, role=self.admin, folder=folder)
        assert "WARNING" not in said.stderr
        assert not said.stdout.strip()

    def as_role(self, role: str, database: str | None = None) -> psycopg.Connection:
        return self.server.connect(database or self.database, role=role)

    def rows(self, query: str, role: str = SUPERUSER, database: str | None = None) -> list[tuple[Any, ...]]:
        return self.server.rows(query, database or self.database, role=role)

    def refuses(self, role: str, statement: str, error: type[Exception] | None = None) -> None:
        with self.as_role(role) as connection, pytest.raises(error or errors.InsufficientPrivilege):
            connection.execute(statement.encode())


def service() -> str:
    """The estate's records.sql, which runs in each database."""
    text = sql_files.estate(("shared", "schema", "database"), file="records.sql")
    assert text is not None
    return text


def estate() -> str:
    """What an estate's files do in the shared database."""
    text = sql_files.estate(("shared", "schema", "database"))
    assert text is not None
    return service() + text


def owned(server: Postgres, database: str, admin: str) -> Platform:
    """The platform's own tables in a database of `admin`, who makes roles and databases and is no superuser."""
    with server.connect() as connection:
        names = {"admin": sql.Identifier(admin), "database": sql.Identifier(database)}
        if admin != SUPERUSER:
            connection.execute(sql.SQL("CREATE ROLE {admin} LOGIN CREATEROLE CREATEDB").format(**names))
        connection.execute(sql.SQL("ALTER DATABASE {database} OWNER TO {admin}").format(**names))
    platform = Platform(server, database, admin)
    platform.run(TABLES)
    return platform


def prepared(server: Postgres, database: str, admin: str) -> Platform:
    """That, the estate's file and every tenant's, each run twice."""
    platform = owned(server, database, admin)
    for _ in range(2):
        platform.run(estate())
        for tenant_id, level in TENANTS.items():
            platform.apply(tenant_id, level)
    return platform


def filled(platform: Platform) -> None:
    """Rows for everybody: in shared tables by the tenants themselves, elsewhere in a table that the platform makes."""
    for role, tenant_id in ((ACME, "acme-corp"), (GLOBEX, "globex")):
        with platform.as_role(role) as connection:
            for table in sql_files.SHARED_TABLES:
                for number in range(3):
                    connection.execute(
                        f"INSERT INTO {table} (tenant_id, title) VALUES (%s, %s)".encode(),
                        (tenant_id, f"{HIDDEN} {number}" if tenant_id == "globex" else "x"),
                    )
    for role, home in ((INITECH, None), (HOOLI, None), (UMBRELLA, UMBRELLA), (WAYNE, WAYNE)):
        schema = role if home is None else "public"
        with platform.as_role(platform.admin, home) as connection:
            connection.execute(f"CREATE TABLE {schema}.notes (id serial PRIMARY KEY, body text)".encode())
        with platform.as_role(role, home) as connection:
            connection.execute("INSERT INTO notes (body) VALUES (%s)", (f"{HIDDEN} of {role}",))
