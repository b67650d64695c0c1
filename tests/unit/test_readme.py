"""What the README's tour shows is what tenantc prints: its commands run on the example, broken as the text says.

`UPDATE_GOLDEN=1 pytest tests/unit/test_readme.py` writes what they print into the README, to be read.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.test_cli import run

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
BLOCKS = re.findall(
    r"^```console\n\$ tenantc (?P<command>.+)\n(?P<output>(?:.*\n)*?)```$", README.read_text("utf-8"), re.MULTILINE
)
USERS = "limits.max_users: 500\n  features"
ERASURE = "  compliance.data_governance.privacy.right_to_deletion: false\n"

# how the example's spec is changed before each command of the tour
CHANGES: dict[str, Callable[[str], str]] = {
    "T402": lambda text: text.replace(USERS, "limits.max_users: 5000\n  feature"),
    "T530": lambda text: text + ERASURE,
}


@pytest.mark.parametrize(("command", "output"), BLOCKS, ids=[command for command, _ in BLOCKS])
def test_the_tour_prints_what_it_says(tmp_path: Path, command: str, output: str) -> None:
    workspace = tmp_path / "streaming"
    shutil.copytree(ROOT / "examples" / "streaming", workspace)
    spec = workspace / "tenants" / "acme-corp.yaml"
    for code, change in CHANGES.items():
        if f"[{code}]" in output:
            spec.write_text(change(spec.read_text()))
    done = run(*command.split(), cwd=workspace)
    printed = done.stderr + done.stdout
    if os.environ.get("UPDATE_GOLDEN"):
        README.write_text(README.read_text("utf-8").replace(output, printed), "utf-8")
        return
    assert printed == output
