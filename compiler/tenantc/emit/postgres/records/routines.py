"""Functions and procedures, each with its search path pinned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias
from typing import Literal as OneOf

from tenantc.emit.statement import Dollar, Literal, Sql, SqlPart, code, joined, sql

Rights: TypeAlias = OneOf["definer", "invoker"]

# A definer's function with a search path of its caller's would call what the caller has put there:
# https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY
_PINNED: Final = "SET search_path = pg_catalog, pg_temp"


def function(signature: str, returns: str, body: str, rights: Rights = "invoker", **parts: SqlPart) -> Sql:
    """A function in PL/pgSQL; `body` is what `code` reads, `returns` may end in a word on volatility."""
    return _routine(f"FUNCTION {signature} RETURNS {returns}", body, rights, parts)


def procedure(signature: str, body: str, rights: Rights = "invoker", **parts: SqlPart) -> Sql:
    """A procedure in PL/pgSQL."""
    return _routine(f"PROCEDURE {signature}", body, rights, parts)


def by_table(name: str, stated: Mapping[str, str], otherwise: SqlPart) -> Sql:
    """What is stated of the table whose name is the column `name`, as an expression."""
    if not stated:
        return sql(otherwise)
    cases = [sql("WHEN ", Literal(table), " THEN ", Literal(value)) for table, value in sorted(stated.items())]
    return sql(f"CASE {name} ", joined(" ", cases), " ELSE ", otherwise, " END")


def _routine(head: str, body: str, rights: Rights, parts: dict[str, SqlPart]) -> Sql:
    return sql(
        code(f"CREATE OR REPLACE {head}", **parts),
        f"\n  LANGUAGE plpgsql SECURITY {rights.upper()} {_PINNED} AS ",
        Dollar(code(f"\n{body.strip()}\n", **parts)),
    )
