"""What every SQL file has around its statements: how to run it, and one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tenantc.emit.statement import Identifier, Literal, Sql, comment, sql

_RUN: Final = "  psql --set ON_ERROR_STOP=1 --dbname {database} --file {file}"

# Row security and policies take an ACCESS EXCLUSIVE lock, and whoever waits for one makes all later readers of the
# table wait too (https://www.postgresql.org/docs/current/explicit-locking.html). Ours, not PostgreSQL's number: long
# enough for an ordinary transaction to end, short enough that nobody takes a deployment for an outage.
_LOCK_TIMEOUT: Final = "10s"


def transaction(head: Sequence[str], database: str, statements: Sequence[Sql], file: str = "schema.sql") -> list[Sql]:
    """The statements as plain SQL that takes effect as a whole or not at all, and may run any number of times.

    Unqualified names in it mean PostgreSQL's own objects, whatever anybody put into `public`: functions and operators
    are looked up once, when a policy is created (https://www.postgresql.org/docs/current/ddl-schemas.html#DDL-SCHEMAS-PATH).
    """
    return [*run_as(head, database, file), *atomic(statements)]


def run_as(head: Sequence[str], database: str, file: str) -> list[Sql]:
    """What a file is for, and the command that runs it."""
    return [comment(line) for line in (*head, _RUN.format(database=database, file=file))]


def atomic(statements: Sequence[Sql]) -> list[Sql]:
    """The statements as one transaction, with what `transaction` says of names and locks."""
    return [
        sql("BEGIN"),
        sql("SET LOCAL search_path = ", Identifier("pg_catalog"), ", ", Identifier("pg_temp")),
        sql("SET LOCAL lock_timeout = ", Literal(_LOCK_TIMEOUT)),
        *statements,
        sql("COMMIT"),
    ]
