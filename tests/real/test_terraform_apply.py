"""What tenantc writes, applied to an emulator of AWS: once it is there, nothing is left to do, wherever it stands."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantc.driver.build import Request, build
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tenantc.emit.terraform.documents import DOCUMENTS as TERRAFORM
from tests.building import codes
from tests.compiling import AS_OF, without_rules, write
from tests.real.aws import Aws, apply, changes, emulator, init
from tests.real.terraform import Terraform
from tests.real.test_terraform import spec
from tests.terraform_files import PROVIDED
from tests.unit.test_cli import run

TOP = """
platform: demo
language: 1
naming: 1
targets: [terraform]
defaults: {region: eu-west-1}
deployment: {regions: {eu-west-1: eu-west-1}}
"""


SETTINGS = {
    # the emulator has no detectors of anomalies in logs
    "monitoring.logging.automated_review": False,
    "infrastructure.disaster_recovery.secondary_region": "eu-central-1",
    "integrations.slack.bot_token": "secret://vault/tenants/acme/slack#bot",
    "integrations.slack.webhook_url": "secret://vault/tenants/acme/slack#webhook",
}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Aws]:
    with emulator() as found:
        # https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
        monkeypatch.setenv("AWS_ENDPOINT_URL", found.url)
        yield found


def compiled(root: Path, layout: str, states: Path) -> Path:
    """A build of the workspace in a layout, its states in files of one folder."""
    options: dict[str, Any] = {
        "layout": layout,
        "provider": {},
        "replicas": ["keys", "objects"],
        "inputs": {"alarm_topic": "arn:aws:sns:eu-west-1:123456789012:alarms"},
        "backend": {"local": {"path": f"{states}/{{root}}.tfstate"}},
    }
    top = f"{TOP}terraform: {json.dumps(options)}\n{yaml.safe_dump(dict(PROVIDED))}"
    write(root, {"tenantc.yaml": top, **spec("acme", "professional", SETTINGS)})
    loaded = load(root.resolve()).value
    assert loaded is not None
    # who may ship is not the question here
    assert codes(build(Pipeline(without_rules(loaded), AS_OF), Request(root / "build", "build"))) == []
    return root / "build"


@pytest.mark.slow
def test_a_tenant_is_made_adopted_and_moved_and_nothing_is_made_twice(
    terraform: Terraform, aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = compiled(tmp_path / "old", "tenant", tmp_path / "states")
    root = old / "tenants/acme"
    aws.use(root)
    init(terraform, root)
    apply(terraform, root)
    assert changes(terraform, root) == {}
    carried = json.loads((root / "main.tf.json").read_bytes())["resource"].keys()
    rest = {one.kind for one in TERRAFORM if one.scope != "root" and one.kind.startswith("aws_")} - carried
    with capsys.disabled():
        sys.stdout.write(f"\napplied: {', '.join(sorted(carried))}\nnot applied: {', '.join(sorted(rest))}\n")

    # somebody whose state is lost, or who never had one
    lost = shutil.copytree(old, tmp_path / "lost", ignore=shutil.ignore_patterns(".terraform*"))
    root = lost / "tenants/acme"
    backend = {"terraform": {"backend": {"local": {"path": str(tmp_path / "adopted.tfstate")}}}}
    (root / "z_override.tf.json").write_text(json.dumps(backend))
    told = run("adopt", "acme", str(lost), cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    init(terraform, root)
    assert {*map(tuple, changes(terraform, root).values())} <= {("update",)}, "nothing is made or replaced"

    # all tenants of the environment into one root
    new = compiled(tmp_path / "new", "environment", tmp_path / "states")
    told = run("migrate-terraform", str(old), str(new), "-o", str(tmp_path / "moves"), cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    assert told.stdout.endswith("1 tenant in other roots than before\n")
    root = new / "terraform"
    shutil.copy(tmp_path / "moves/enter/terraform/moves.tf.json", root)
    aws.use(root)
    init(terraform, root)
    assert {*map(tuple, changes(terraform, root).values())} <= {("update",)}
    apply(terraform, root)
    (root / "moves.tf.json").unlink()
    assert changes(terraform, root) == {}
    leave = tmp_path / "moves/leave/tenants/acme"
    aws.use(leave)
    init(terraform, leave)
    assert "0 destroyed" in apply(terraform, leave)
    # what was forgotten there is still here
    assert changes(terraform, root) == {}
