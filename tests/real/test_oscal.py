"""compliance-trestle, a reader of OSCAL that is not ours, finds our assessment results valid."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.auditing import audited, spoiled
from tests.building import run

REGULATED = Path(__file__).parents[2] / "examples" / "regulated"
TRESTLE = Path(sys.executable).with_name("trestle")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which trestle works."""
    found = tmp_path_factory.mktemp("trestle")
    subprocess.run([TRESTLE, "init"], cwd=found, check=True, capture_output=True)
    return found


def trestle(folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    """What trestle says of assessment results in its folder."""
    file = f"assessment-results/{name}/assessment-results.json"
    return subprocess.run([TRESTLE, "validate", "-f", file], cwd=folder, check=False, capture_output=True, text=True)


@pytest.mark.parametrize("workspace", [REGULATED, None], ids=["regulated", "hostile"])
def test_assessment_results_are_valid(tmp_path: Path, folder: Path, workspace: Path | None) -> None:
    run(workspace or spoiled(audited(tmp_path / "w")), tmp_path / "build", keep_going=True)
    name = workspace.name if workspace else "hostile"
    (folder / "assessment-results" / name).mkdir()
    shutil.copy(
        tmp_path / "build" / "audit" / "oscal-assessment-results.json",
        folder / "assessment-results" / name / "assessment-results.json",
    )
    done = trestle(folder, name)
    assert (done.returncode, "VALID" in done.stdout + done.stderr) == (0, True), done.stdout + done.stderr


def twice(found: dict[str, Any]) -> None:
    found["results"].append(found["results"][0])


def renamed(found: dict[str, Any]) -> None:
    found["results"][0]["findings"][0]["target"]["target-id"] = "A(1)"


@pytest.mark.parametrize("change", [twice, renamed])
def test_trestle_refuses_what_is_not_oscal(
    tmp_path: Path, folder: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    run(audited(tmp_path / "w"), tmp_path / "build")
    found = json.loads((tmp_path / "build" / "audit" / "oscal-assessment-results.json").read_bytes())
    change(found["assessment-results"])
    home = folder / "assessment-results" / change.__name__
    home.mkdir()
    (home / "assessment-results.json").write_text(json.dumps(found))
    assert trestle(folder, change.__name__).returncode != 0
