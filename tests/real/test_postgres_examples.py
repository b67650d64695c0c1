"""Every SQL file of the examples, compiled as a user does, run twice on a real PostgreSQL as its head says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.real.platform import Platform, owned
from tests.real.postgres import Postgres

EXAMPLES = Path(__file__).parents[2] / "examples"


def environments(build: Path) -> Iterator[Path]:
    """The folders that hold tenants and estates: the build itself, or one for each environment."""
    return (folder.parent for folder in sorted(build.rglob("tenants")) if folder.is_dir())


def run(platform: Platform, folder: Path) -> int:
    """Run an environment's files, estates first; all its estates are one database here. Say how many files ran."""
    texts = [(file.read_text(), platform.database) for file in sorted(folder.glob("estates/*/*.sql"))]
    [service] = {file.read_text() for file in folder.glob("estates/*/records.sql")}
    for tenant in sorted(folder.glob("tenants/*")):
        home = platform.database
        if (tenant / "database.sql").exists():
            texts.append(((tenant / "database.sql").read_text(), "postgres"))
            # what CREATE DATABASE says is what there is
            home = (tenant / "database.sql").read_text().partition('CREATE DATABASE "')[2].partition('"')[0]
            texts.append((service, home))
        files = [tenant / file for file in ("schema.sql", "records.sql", "reader.sql")]
        texts += [(file.read_text(), home) for file in files if file.exists()]
    for text, database in texts:
        platform.run(text, database)
    return len(list(folder.rglob("*.sql")))


@pytest.mark.slow
@pytest.mark.parametrize("example", ["minimal", "streaming", "regulated"])
def test_every_file_runs_twice(postgres: Postgres, tmp_path: Path, example: str) -> None:
    build = tmp_path / "build"
    command = [sys.executable, "-m", "tenantc.cli.main", "compile", str(EXAMPLES / example), "-o", str(build)]
    subprocess.run(command, check=True, capture_output=True)
    options = yaml.safe_load((EXAMPLES / example / "tenantc.yaml").read_text())
    tables = options.get("sql", {}).get("shared_tables", [])
    listed = [one["path"] for one in json.loads((build / "manifest.json").read_text())["artifacts"]]
    ran = 0
    for folder in environments(build):
        with postgres.scratch() as database:
            platform = owned(postgres, database, "platform_admin")
            for table in tables:
                platform.run(f"CREATE TABLE IF NOT EXISTS {table} (id serial PRIMARY KEY, tenant_id text NOT NULL);")
            ran += run(platform, folder)
            run(platform, folder)
    assert ran == len([path for path in listed if path.endswith(".sql")])
