"""Where a tenant may live, with tables in every place and what an application writes there, on a real PostgreSQL."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg

from tenantc.emit.postgres.carrying import DELETE, EXPORT, IMPORT, carried
from tenantc.emit.postgres.holdings import SERVED, Home
from tenantc.emit.postgres.moving import moved
from tenantc.emit.writers.sql import write
from tests import sql_files
from tests.real.platform import ACME, Platform, service

ID = "acme-corp"
FAR = "far_acme"
"""The database that stands for one on a server of the tenant's own."""
PRIVACY = "compliance.data_governance.privacy."
SETTINGS: Mapping[str, Any] = {
    "limits.max_users": 50,
    "billing.usage_tracking.measured": ("api_calls",),
    "billing.usage_tracking.real_time_tracking": True,
    "billing.usage_tracking.detailed_usage_analytics": True,
    f"{PRIVACY}pseudonymised_analytics": True,
    f"{PRIVACY}right_to_deletion": True,
    f"{PRIVACY}opt_out.complete_within_business_days": 5,
    "security.access_control.audit_enabled": True,
    "security.encryption_config.field_hash": "hmac_sha256",
    "monitoring.logging.audit.events": ("login_success",),
    "monitoring.logging.audit.fields": ("actor", "type", "object"),
    "monitoring.logging.audit.retention_days": 365,
    "infrastructure.database.partitioning": True,
}
# Rows that others refer to, keys of every kind, names to quote, and types whose text depends on settings.
TABLES = """
CREATE SCHEMA IF NOT EXISTS {0};
CREATE TABLE {0}.albums (id serial PRIMARY KEY, tenant_id text NOT NULL, title text);
CREATE TABLE {0}.access (
  key uuid PRIMARY KEY DEFAULT gen_random_uuid(), tenant_id text NOT NULL,
  album int NOT NULL REFERENCES {0}.albums,
  label text GENERATED ALWAYS AS (tenant_id || album) STORED);
CREATE TABLE {0}."Odd$Values" (
  tenant_id varchar(40) NOT NULL, "a ""%s"" b" text, made timestamptz DEFAULT now(), took interval,
  ratio double precision, raw bytea, told json, many text[], PRIMARY KEY (tenant_id, "a ""%s"" b"));
"""
NAMES = ("albums", "access", '"Odd$Values"')
ODD = """tab\there, \\N, \\., new\nline, 'x' "y" (z), é"""
CALLS = (
    "claim('max_users')",
    "record_usage('api_calls', 2, 'anna', 'search')",
    "record_event('login_success', 'anna', NULL, NULL, NULL)",
    "give_consent('anna', 'news')",
    "refuse('bert', 'sale')",
    "open_request('erasure', 'carl')",
)


class Place:
    """Where the tenant lives at a level: its database, the schema there, and how its files get there."""

    def __init__(self, platform: Platform, level: str) -> None:
        own = level in ("database", "cluster")
        self.platform, self.level = platform, level
        self.database = {"database": ACME, "cluster": FAR}.get(level, platform.database)
        self.schema = "public" if own else {"shared": "app", "schema": ACME}[level]
        self.home = Home(ACME, "" if level == "shared" else self.schema, own)

    def settle(self) -> Place:
        """Run the tenant's files of the build by which it lives here."""
        there = Platform(self.platform.server, self.database, self.platform.admin)
        there.apply(ID, self.level, settings=SETTINGS, pinned={"postgres_database": self.database})
        return self

    def build(self) -> Place:
        """Make a database of its own, with the tables that the platform has there."""
        self.settle()
        self.platform.run(TABLES.format("public"), self.database)
        return self.settle()

    def work(self, role: str = ACME, tenant_id: str = ID, *, albums: bool = True) -> None:
        """What an application does."""
        with self.platform.as_role(role, self.database) as connection:
            if albums:
                connection.execute(
                    f"INSERT INTO {self.schema}.albums (tenant_id, title) VALUES (%s, %s)".encode(), (tenant_id, ODD)
                )
            odd_rows(connection, self.schema, tenant_id)
            for call in CALLS:
                connection.execute(f"SELECT tenantc_api.{call}".encode())
        with self.platform.as_role(self.platform.admin, self.database) as connection:
            connection.execute("SELECT tenantc.place_hold(%s, NULL, 'case')", (tenant_id,))

    def held(self, tenant_id: str = ID) -> dict[str, list[Any]]:
        """The tenant's rows in the platform's tables and in tenantc's."""
        tables = (*(f"{self.schema}.{name}" for name in NAMES), *(f"tenantc.{name}" for name in SERVED))
        whose = f"WHERE t.tenant_id = '{tenant_id}' ORDER BY 1"
        return {
            name.removeprefix(f"{self.schema}."): [
                line
                for (line,) in self.platform.rows(f"SELECT t::text FROM {name} AS t {whose}", database=self.database)
            ]
            for name in tables
        }


def odd_rows(connection: psycopg.Connection, schema: str, tenant_id: str) -> None:
    """Rows whose keys nobody else has."""
    connection.execute(
        f"INSERT INTO {schema}.access (tenant_id, album) SELECT %s, max(id) FROM {schema}.albums".encode(), (tenant_id,)
    )
    connection.execute(
        f'INSERT INTO {schema}."Odd$Values" VALUES (%s, %s || gen_random_uuid(), DEFAULT, %s, %s, %s, %s, %s)'.encode(),
        (tenant_id, ODD, "1 year -2 days 00:00:01.5", 0.1 / 3, b"\x00\xff\\", '{"a": null ,"a":1}', ["a", None, ODD]),
    )
    connection.execute(
        f'INSERT INTO {schema}."Odd$Values" (tenant_id, "a ""%%s"" b", made, told)'.encode()
        + b" SELECT %s, gen_random_uuid(), '-infinity', 'null'",
        (tenant_id,),
    )


def step(folder: Path, file: str, source: Place, target: Place) -> None:
    text = write(carried(ID, source.home, target.home)[file]).fill({}).decode()
    source.platform.run(text, (target if file == IMPORT else source).database, folder)


def carry(folder: Path, source: Place, target: Place) -> None:
    """As the heads of the files say, and each of them more than once."""
    target.settle()
    for file in (EXPORT, IMPORT, DELETE):
        for _ in range(2):
            step(folder, file, source, target)
        if file == IMPORT:
            target.settle()


def move(platform: Platform, to: str) -> None:
    text = write(moved(ID, ACME, ACME, "migrate.sql", to_schema=to == "schema")).fill({}).decode()
    for _ in range(2):
        Place(platform, to).settle()
        platform.run(text)
    Place(platform, to).settle()


def estate() -> str:
    settings = {"workspace.sql.shared_tables": tuple(f"app.{name}".replace('"', "") for name in NAMES)}
    text = sql_files.estate(("shared", "schema", "database"), settings)
    assert text is not None
    return service() + text
