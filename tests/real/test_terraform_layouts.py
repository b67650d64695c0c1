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
from tests.real.test_terraform import ISOLATION, OFFLINE, spec
from tests.terraform_files import ACCOUNT_SERVICES, INPUTS, MODEL_MONITOR

STATE = {
    "version": 4,
    "terraform_version": "1.11.0",
    "serial": 1,
    "lineage": "network",
    "outputs": {"vpc_id": {"value": "vpc-0123456789abcdef0", "type": "string"}},
    "resources": [],
}
BALANCERS = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app"
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
    """Two tenants in two regions, one of them also in a third, whose network another state knows."""
    for region in ("eu-west-1", "us-east-1"):
        (root / region).mkdir(parents=True)
        (root / region / "network.tfstate").write_text(json.dumps(STATE))
    options: dict[str, Any] = {
        "layout": layout,
        "shards": 2,
        "provider": {"default_tags": {"made-by": "tenantc"}},
        "backend": {"local": {"path": f"{root}/states/{{root}}.tfstate"}},
        "inputs": {
            "vpc": {"state": "network", "output": "vpc_id"},
            "subnets": ["subnet-a", "subnet-b"],
            "workload_security_group": "sg-nodes",
        },
        "replicas": ["keys", "objects"],
        "states": {"network": {"backend": "local", "config": {"path": f"{root}/{{region}}/network.tfstate"}}},
    }
    top = f"{TOP}terraform: {json.dumps(options)}\n"
    recovery = "infrastructure.disaster_recovery"
    second = {f"{recovery}.enabled": True, f"{recovery}.secondary_region": "eu-central-1"}
    tenants = spec("acme", "professional", second) | spec("globex", "enterprise", region="us-east-1")
    return write(root / "workspace", {"tenantc.yaml": top, **tenants})


def offline(folder: Path) -> None:
    """Overrides a root's providers so that they ask nobody anything."""
    stated = json.loads((folder / "provider.tf.json").read_bytes())["provider"]["aws"]
    blocks = stated if isinstance(stated, list) else [stated]
    asked = [{**OFFLINE, **({"alias": one["alias"]} if "alias" in one else {})} for one in blocks]
    (folder / "offline_override.tf.json").write_text(json.dumps({"provider": {"aws": asked}}))


def compiled(root: Path) -> Path:
    """A build of the workspace; who may ship is not the question here."""
    loaded = load(root.resolve()).value
    assert loaded is not None
    # a level that is the tier's own is said all the same
    assert {*codes(build(Pipeline(without_rules(loaded), AS_OF), Request(root / "build", "build")))} <= {"T307"}
    return root / "build"


def planned(terraform: Terraform, root: Path) -> dict[str, str]:
    """What Terraform would do in a root, by address."""
    offline(root)
    init = terraform.run(root, "init", "-input=false", "-no-color")
    assert init.returncode == 0, init.stderr
    done = terraform.run(root, "plan", "-input=false", "-refresh=false", "-json")
    assert done.returncode == 0, done.stdout
    # it says what it would do as it goes; a plan that is shown is planned and then decoded, which takes as long again
    told = (json.loads(line) for line in done.stdout.splitlines())
    changes = [one["change"] for one in told if one["type"] == "planned_change"]
    found: dict[str, str] = {change["resource"]["addr"]: change["action"] for change in changes}
    assert {*found.values()} <= {"create", "read"}
    return found


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
    made = compiled(workspace(tmp_path, layout))
    for folder, modules in roots.items():
        plan = planned(terraform, made / folder)
        buckets = {address for address in plan if address.endswith("aws_s3_bucket.tenant")}
        assert buckets == {f"{module}aws_s3_bucket.tenant" for module in modules}
        replicas = {address for address in plan if address.endswith("aws_s3_bucket.secondary")}
        assert replicas == {f"{module}aws_s3_bucket.secondary" for module in modules if "acme" in f"{folder}{module}"}


@pytest.mark.slow
def test_terraform_plans_every_tier_and_level_and_their_estate(terraform: Terraform, tmp_path: Path) -> None:
    """All that there is to plan, where the platform has everything that can be named."""
    inputs = {**INPUTS, "load_balancer": f"{BALANCERS}/{{tenant.id}}/0123456789abcdef"}
    options = {
        "layout": "environment",
        "provider": {},
        "inputs": inputs,
        # Inspector is told the account, for which Terraform asks AWS
        "account_services": [one for one in ACCOUNT_SERVICES if one != "inspector"],
        "mlflow_size": "Small",
        "model_monitor": MODEL_MONITOR,
        "prometheus": {"max_series": 100000},
    }
    top = TOP.replace("eu-west-1}", "us-east-1}", 1) + f"terraform: {json.dumps(options)}\n"
    files = {"tenantc.yaml": top}
    for tier, levels in ISOLATION.items():
        for level in levels:
            files |= spec(f"{tier}-{level}", tier, {"infrastructure.isolation_level": level})
    made = compiled(write(tmp_path, files))
    plan = planned(terraform, made / "terraform")
    tenants = {address.split(".")[1] for address in plan}
    assert tenants == {f"{tier}-{level}" for tier, levels in ISOLATION.items() for level in levels}
    watched = {address.split(".")[1] for address in plan if "aws_sagemaker_monitoring_schedule" in address}
    drifting = {address.split(".")[1] for address in plan if "metric_alarm.drift_" in address}
    assert (watched, drifting) == (
        {tenant for tenant in tenants if not tenant.startswith("free-")},
        {tenant for tenant in tenants if tenant.startswith(("enterprise-", "custom-"))},
    )
    kept = {address.split(".")[1] for address in plan if "aws_prometheus_workspace_configuration" in address}
    assert kept == tenants
    [estate] = (made / "estates").iterdir()
    shared = {"aws_rds_cluster.shared", "aws_elasticache_replication_group.shared", "aws_backup_plan.shared"}
    assert shared | {"aws_config_configuration_recorder.estate"} <= planned(terraform, estate).keys()
