"""The workflow of examples/github-actions: its steps run as a runner of GitHub Actions would run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from tests.compiling import write
from tests.real.parts import JQ, need
from tests.unit.test_reports import RULE, SIX, WAIVER

WORKFLOW = Path(__file__).parents[2] / "examples" / "github-actions" / "tenantc.yml"


def step(name: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    job = yaml.safe_load(WORKFLOW.read_text())["jobs"]["tenantc"]
    [script] = [one["run"] for one in job["steps"] if one.get("name") == name]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=cwd,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    soon = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()
    return write(
        tmp_path,
        {
            "tenants/acme.yaml": SIX,
            "tenants/other.yaml": SIX.replace("acme", "other"),
            "rules/few-codes.rule": RULE,
            "waivers/other.yaml": WAIVER.replace("2027-01-31", soon),
        },
    )


def test_what_is_uploaded_holds_what_counts(workspace: Path) -> None:
    need(JQ)
    done = step("List what is broken", workspace)
    assert (done.returncode, done.stderr) == (0, "")
    everything, uploaded = (json.loads((workspace / name).read_text()) for name in ("all.sarif", "tenantc.sarif"))
    assert len(everything["runs"][0]["results"]) == 2
    [result] = uploaded["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "tenants/acme.yaml"


def test_a_workspace_that_cannot_be_found_fails_the_step(tmp_path: Path) -> None:
    need(JQ)
    assert step("List what is broken", tmp_path).returncode != 0


def test_the_last_step_annotates_and_decides(workspace: Path) -> None:
    done = step("Check, and annotate the lines", workspace)
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=tenants/acme.yaml,line=6,")
    write(workspace, {"tenants/acme.yaml": SIX.replace(": 6", ": 4")})
    assert step("Check, and annotate the lines", workspace).returncode == 0
