"""Roots of every layout, planned by the real Terraform, with what they are handed from another state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tenantc.driver.build import Request, build
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.building import codes
from tests.compiling import AS_OF, without_rules, write
from tests.real.terraform import Terraform
from tests.real.test_terraform import OFFLINE, spec

STATE = {
    "version": 4,
    "terraform_version": "1.11.0",
    "serial": 1,
    "lineage": "network",
    "outputs": {"vpc_id": {"value": "vpc-0123456789abcdef0", "type": "string"}},
    "resources": [],
}
TOP = """
platform: demo
language: 1
naming: 1
targets: [terraform]
defaults: {region: eu-west-1}
deployment:
  account: main
  regions: {eu-west-1: eu-west-1, us-east-1: us-east-1}
"""


def workspace(root: Path, layout: str) -> Path:
    """Two tenants in two regions, whose network another state knows."""
    for region in ("eu-west-1", "us-east-1"):
        (root / region).mkdir(parents=True)
        (root / region / "network.tfstate").write_text(json.dumps(STATE))
    options: dict[str, Any] = {
        "layout": layout,
        "shards": 2,
        "provider": {"default_tags": {"made-by": "tenantc"}},
        "backend": {"local": {"path": f"{root}/states/{{root}}.tfstate"}},
        "inputs": {"vpc": {"state": "network", "output": "vpc_id"}, "subnets": ["subnet-a", "subnet-b"]},
        "states": {"network": {"backend": "local", "config": {"path": f"{root}/{{region}}/network.tfstate"}}},
    }
    top = f"{TOP}terraform: {json.dumps(options)}\n"
    tenants = spec("acme", "professional") | spec("globex", "enterprise", region="us-east-1")
    return write(root / "workspace", {"tenantc.yaml": top, **tenants})


def offline(folder: Path) -> None:
    """Overrides a root's providers so that they ask nobody anything."""
    stated = json.loads((folder / "provider.tf.json").read_bytes())["provider"]["aws"]
    blocks = stated if isinstance(stated, list) else [stated]
    asked = [{**OFFLINE, **({"alias": one["alias"]} if "alias" in one else {})} for one in blocks]
    (folder / "offline_override.tf.json").write_text(json.dumps({"provider": {"aws": asked}}))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("layout", "roots"),
    [
        ("tenant", {"tenants/acme": [""], "tenants/globex": [""]}),
        ("environment", {"terraform": ["module.acme.", "module.globex."]}),
        ("shard", {"terraform/shard-0": ["module.globex."], "terraform/shard-1": ["module.acme."]}),
    ],
)
def test_terraform_plans_every_layout(
    terraform: Terraform, tmp_path: Path, layout: str, roots: dict[str, list[str]]
) -> None:
    root = workspace(tmp_path, layout)
    loaded = load(root.resolve()).value
    assert loaded is not None
    # who may ship is not the question here
    assert codes(build(Pipeline(without_rules(loaded), AS_OF), Request(root / "build", "build"))) == []
    for folder, modules in roots.items():
        where = root / "build" / folder
        offline(where)
        init = terraform._run(where, "init", "-input=false", "-no-color")
        assert init.returncode == 0, init.stderr
        planned = terraform._run(where, "plan", "-input=false", "-no-color", "-refresh=false", "-out=plan")
        assert planned.returncode == 0, planned.stderr
        changes = json.loads(terraform._run(where, "show", "-json", "plan").stdout)["resource_changes"]
        made = {change["address"] for change in changes if change["change"]["actions"] == ["create"]}
        assert {f"{module}aws_s3_bucket.tenant" for module in modules} == {
            address for address in made if address.endswith("aws_s3_bucket.tenant")
        }
        assert {*map(tuple, (change["change"]["actions"] for change in changes))} <= {("create",), ("read",)}
