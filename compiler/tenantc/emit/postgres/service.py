"""The estate's records.sql: what serves tenants in each database that they live in, the shared one and their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.emit.document import Tree, document
from tenantc.emit.postgres.records.access import access, service_schema
from tenantc.emit.postgres.records.audit import audit
from tenantc.emit.postgres.records.caller import callers
from tenantc.emit.postgres.records.consents import consents
from tenantc.emit.postgres.records.counting import counting
from tenantc.emit.postgres.records.guard import guard
from tenantc.emit.postgres.records.masking import masking
from tenantc.emit.postgres.records.pseudonyms import pseudonyms
from tenantc.emit.postgres.records.quotas import quotas
from tenantc.emit.postgres.records.requests import requests
from tenantc.emit.postgres.records.retention import retention
from tenantc.emit.postgres.records.tables import tables
from tenantc.emit.postgres.records.template import template
from tenantc.emit.postgres.records.usage import usage
from tenantc.emit.postgres.script import transaction
from tenantc.emit.postgres.sharing import (
    callers_group,
    group_role,
    keepers_group,
    readers_group,
    roles_table,
    tenants_group,
)

FILE: Final = "records.sql"
_HEAD: Final = (
    "Run in each database in which tenants of the estate live, the shared one and after database.sql their own, before",
    "the records.sql of its tenants, as the role that runs the other files there:",
)


@document(
    "sql",
    kind="schema",
    scope="estate",
    file=FILE,
    looks=(
        "workspace.platform",
        "deployment.environment",
        "workspace.sql.tenant_column",
        "workspace.sql.subject_column",
        "workspace.sql.subject_columns",
        "workspace.sql.time_column",
        "workspace.sql.data_kinds",
        "workspace.sql.counted_tables",
        "workspace.sql.template_schema",
    ),
    columns=("infrastructure.isolation_level",),
)
def service(
    platform: str,
    environment: str,
    column: str,
    subject: str | None,
    subjects: Mapping[str, str] | None,
    time: str | None,
    kinds: Mapping[str, str] | None,
    counted: Mapping[str, str] | None,
    tables_of_own: str | None,
    levels: tuple[str, ...],
) -> Tree:
    """Tables, and functions that alone reach them."""
    if not levels:
        return None
    shared = tenants_group(platform, environment)
    groups = callers_group, keepers_group, readers_group
    calling, keeping, reading = (group(platform, environment) for group in groups)
    return transaction(
        _HEAD,
        "DATABASE",
        [
            *(group_role(group) for group in (shared, calling, keeping, reading)),
            *roles_table(shared),
            service_schema(),
            *pseudonyms(),
            *template(tables_of_own),
            *tables(),
            *callers(),
            *quotas(),
            *audit(),
            *usage(),
            *consents(),
            *retention(column, subject, subjects or {}, time, kinds or {}),
            *counting(counted or {}, column),
            *requests(),
            *masking(column),
            *guard(column),
            *access(calling, keeping, reading),
        ],
        file=FILE,
    )
