"""The real Terraform with the real AWS provider, from a mirror on this machine: nothing is downloaded.

A call costs three seconds and 850 MB, so a test hands over many modules at once. Each takes a tenth of a second more, a
web ACL a whole one, and a module that configures a provider of its own 0.35 s, for a process of that provider.
"""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.real import parts

# a root with a provider for a second region
SECOND = {
    "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws"}}},
    "provider": {"aws": {"alias": "secondary"}},
}
# Go's collector of garbage takes a quarter of their time if nobody gives it room (https://go.dev/doc/gc-guide)
_ROOM = {"GOGC": "400", "GOMEMLIMIT": "1GiB"}


@dataclass(frozen=True)
class Terraform:
    config: Path

    def validate(self, folder: Path) -> list[str]:
        """Say what Terraform has against a root module. It works on a copy; the folder stays as it is."""
        with _scratch() as scratch:
            root = _copy(folder, scratch / "root")
            return self._init_and_validate(root)

    def validate_modules(self, folders: Mapping[str, Path]) -> list[str]:
        """Say what Terraform has against many modules in one call; a problem starts with its folder's name."""
        with _scratch() as root:
            for number, folder in enumerate(folders.values()):
                _copy(folder, root / "modules" / f"m{number}")
            calls = {f"m{n}": call(f"./modules/m{n}", folder) for n, folder in enumerate(folders.values())}
            (root / "main.tf.json").write_text(json.dumps({**SECOND, "module": calls}))
            problems = self._init_and_validate(root)
        for number, name in enumerate(folders):
            problems = [problem.replace(f"modules/m{number}/", f"{name}/") for problem in problems]
        return problems

    def _init_and_validate(self, root: Path) -> list[str]:
        init = self.run(root, "init", "-backend=false", "-input=false", "-no-color")
        if init.returncode:
            return [init.stderr.strip() or init.stdout.strip()]
        answer = json.loads(self.run(root, "validate", "-json").stdout)
        return [_problem(diagnostic) for diagnostic in answer["diagnostics"]]

    def run(self, root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        # a developer's own TF_ variables stay out of it
        own = {name: value for name, value in os.environ.items() if not name.startswith("TF_")}
        return subprocess.run(
            ["terraform", *arguments],
            cwd=root,
            env={**own, **_ROOM, "TF_CLI_CONFIG_FILE": str(self.config)},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )


def call(source: str, folder: Path) -> dict[str, Any]:
    """A call of a module, which is handed the second provider where it asks for one."""
    [asked] = json.loads((folder / "versions.tf.json").read_bytes())["terraform"]["required_providers"].values()
    aliases = asked.get("configuration_aliases", [])
    return {"source": source, **({"providers": {name: name for name in ("aws", *aliases)}} if aliases else {})}


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="tenantc-terraform-") as folder:
        yield Path(folder)


def _copy(folder: Path, to: Path) -> Path:
    return shutil.copytree(folder, to, ignore=shutil.ignore_patterns(".terraform*"))


def _problem(diagnostic: dict[str, Any]) -> str:
    place = diagnostic.get("range")
    where = f"{place['filename']}:{place['start']['line']}:{place['start']['column']}: " if place else ""
    return f"{where}{diagnostic['severity']}: {diagnostic['summary']}: {diagnostic['detail']}"


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    parts.need(parts.TERRAFORM)
    mirror = parts.terraform_mirror()
    assert mirror is not None
    config = tmp_path_factory.mktemp("terraform") / "cli.tfrc"
    # the mirror's files are linked into a root, not copied, so a plugin cache would save nothing
    config.write_text(
        "disable_checkpoint = true\n"
        f"provider_installation {{\n  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n}}\n"
    )
    return Terraform(config)
