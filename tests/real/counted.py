"""A platform whose own tables count towards limits, at every isolation level, on a real PostgreSQL."""
# ruff: noqa: S608  (SQL in names of our own)

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import errors

from tests import sql_files
from tests.real.platform import ACME, GLOBEX, INITECH, UMBRELLA, Platform
from tests.real.postgres import SUPERUSER

HARD = "billing.limits_enforcement.hard_limits"
GRACE = "billing.limits_enforcement.grace_period_hours"
TABLES = ("hooks", "jobs", "models", "drafts")
OPTIONS: Mapping[str, Any] = {
    "workspace.sql.shared_tables": ("app.people", *(f"app.{table}" for table in TABLES)),
    "workspace.sql.subject_columns": {"hooks": "owner", "people": "id"},
    "workspace.sql.time_column": "created_at",
    "workspace.sql.counted_tables": {
        "hooks": "webhook_endpoints",
        "jobs": "scheduled_jobs",
        "models": "custom_models",
        "drafts": "custom_models",
    },
}
SETTINGS: Mapping[str, Any] = {
    **OPTIONS,
    "limits.webhook_endpoints": 3,
    "limits.scheduled_jobs": 3,
    "limits.custom_models": "unlimited",
    "limits.max_users": 2,
    HARD: True,
    GRACE: 0,
    "compliance.data_governance.retention_policies": {"user_data": 100},
    "compliance.data_governance.privacy.right_to_deletion": True,
    "compliance.data_governance.privacy.erasure.complete_within_days": 30,
    "security.encryption_config.field_hash": "hmac_sha256",
}
# Keys to refer to, a column of another type for text, partitions by tenant, and an ordinary child.
MADE = """
CREATE SCHEMA IF NOT EXISTS {0};
CREATE TABLE {0}.people (id text PRIMARY KEY, tenant_id text NOT NULL);
CREATE TABLE {0}.hooks (
  id serial PRIMARY KEY, tenant_id text NOT NULL, url text UNIQUE, owner text REFERENCES {0}.people ON DELETE CASCADE,
  created_at timestamptz DEFAULT now());
CREATE TABLE {0}.jobs (name text, tenant_id varchar(40), PRIMARY KEY (name, tenant_id)) PARTITION BY LIST (tenant_id);
CREATE TABLE {0}.jobs_of_globex PARTITION OF {0}.jobs FOR VALUES IN ('globex');
CREATE TABLE {0}.jobs_of_others PARTITION OF {0}.jobs DEFAULT PARTITION BY HASH (name);
CREATE TABLE {0}.jobs_of_others_0 PARTITION OF {0}.jobs_of_others FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE {0}.jobs_of_others_1 PARTITION OF {0}.jobs_of_others FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE {0}.models (name text, tenant_id text);
CREATE TABLE {0}.models_of_old () INHERITS ({0}.models);
CREATE TABLE {0}.drafts (name text, tenant_id text);
"""


class Home(NamedTuple):
    """Where a tenant lives: its role, the schema of its tables, its database if that is its own, and its level."""

    role: str
    schema: str
    database: str | None
    level: str


HOMES: Mapping[str, Home] = {
    "acme-corp": Home(ACME, "app", None, "shared"),
    "globex": Home(GLOBEX, "app", None, "shared"),
    "initech": Home(INITECH, INITECH, None, "schema"),
    "umbrella": Home(UMBRELLA, "public", UMBRELLA, "database"),
}


def estate(platform: Platform, options: Mapping[str, Any] = OPTIONS, database: str | None = None) -> None:
    """Run an estate's files, in another database than the shared one its records.sql alone."""
    for file in ("records.sql",) if database else ("records.sql", "schema.sql"):
        text = sql_files.estate(("shared", "schema", "database"), options, file=file)
        assert text is not None
        platform.run(text, database)


def settle(
    platform: Platform, tenant_id: str, changes: Mapping[str, Any] | None = None, level: str | None = None
) -> None:
    """Run a tenant's files, of a build in which it lives at a level."""
    home = HOMES[tenant_id]
    settings = {**SETTINGS, **(changes or {})}
    files = sql_files.tenant(tenant_id, level or home.level, settings=settings)
    database = home.role if "database.sql" in files else None
    if database:
        platform.run(files["database.sql"], "postgres")
        estate(platform, {name: settings[name] for name in OPTIONS}, database)
    for file in ("schema.sql", "records.sql"):
        platform.run(files[file], database)


def hooks(tenant_id: str, count: int, schema: str | None = None) -> str:
    """A statement that adds so many rows to the table of hooks."""
    table = f"{schema or HOMES[tenant_id].schema}.hooks"
    return f"INSERT INTO {table} (tenant_id) SELECT '{tenant_id}' FROM generate_series(1, {count})"


def do(platform: Platform, tenant_id: str, *statements: str) -> None:
    """What a tenant does, a transaction each."""
    home = HOMES[tenant_id]
    with platform.as_role(home.role, home.database) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def rows(platform: Platform, query: str, tenant_id: str = "acme-corp", role: str | None = None) -> list[Any]:
    home = HOMES[tenant_id]
    return platform.rows(query, role or home.role, home.database)


def used(platform: Platform, tenant_id: str = "acme-corp", limit: str = "webhook_endpoints") -> tuple[int, bool]:
    """How much the tenant is told that it uses, and whether that is too much."""
    query = f"SELECT used, over_since IS NOT NULL FROM tenantc_api.quotas() WHERE limit_name = '{limit}'"
    [(count, over)] = rows(platform, query, tenant_id)
    return int(count), over


def superuser(platform: Platform, *statements: str, tenant_id: str = "acme-corp") -> None:
    with platform.as_role(SUPERUSER, HOMES[tenant_id].database) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def refused(platform: Platform, tenant_id: str, statement: str) -> psycopg.Error:
    home = HOMES[tenant_id]
    with platform.as_role(home.role, home.database) as connection, pytest.raises(errors.CheckViolation) as caught:
        connection.execute(statement.encode())
    return caught.value
