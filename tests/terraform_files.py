"""The Terraform files of tenants in a workspace that a test writes in place, through every stage of the compiler."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.compiling import AS_OF, TOP, without_rules, write

TERRAFORM_TOP = TOP + "targets: [terraform]\n"


@dataclass(frozen=True)
class Emitted:
    """The bytes of every tenant's Terraform files by tenant and name, and everything that was said."""

    tenants: Mapping[str, Mapping[str, bytes]]
    diagnostics: list[Diagnostic]

    def main(self, tenant: str = "acme") -> dict[str, Any]:
        """What a tenant's main.tf.json says."""
        assert not self.diagnostics, self.diagnostics
        main: dict[str, Any] = json.loads(self.tenants[tenant]["main.tf.json"])
        return main

    def resource(self, kind: str, tenant: str = "acme") -> dict[str, Any]:
        """The resource of that kind, of which a tenant has one."""
        resource: dict[str, Any] = self.main(tenant)["resource"][kind]["tenant"]
        return resource

    @property
    def refusals(self) -> list[tuple[str, str]]:
        """The code and the message of each diagnostic."""
        return [(diagnostic.code, diagnostic.message) for diagnostic in self.diagnostics]


def emit(root: Path, files: Mapping[str, str]) -> Emitted:
    """Compiles a workspace of these files whose only target is Terraform; each tenant in its first environment."""
    loaded = load(write(root, {"tenantc.yaml": TERRAFORM_TOP, **files}).resolve())
    assert loaded.value is not None, loaded.diagnostics
    pipeline = Pipeline(without_rules(loaded.value), AS_OF)
    emission = Emission(pipeline)
    found = [*pipeline.shared(), *emission.diagnostics]
    tenants: dict[str, dict[str, bytes]] = {}
    for path in loaded.value.tenant_files():
        specs, diagnostics, _ = loaded.value.specs(path)
        found += diagnostics
        for spec in specs:
            tenant = pipeline.tenant(spec)
            found += tenant.diagnostics
            checked = next(iter(tenant.environments.values())).judged
            if checked is not None:
                artifacts, diagnostics = emission.tenant(checked)
                found += diagnostics
                tenants[spec.tenant_id] = {name: data for name, data in artifacts if name.endswith(".tf.json")}
    # a test states what it rests on, be it the default or not
    return Emitted(tenants, [diagnostic for diagnostic in found if diagnostic.code != "T307"])


INPUTS: Mapping[str, Any] = {
    "load_balancer": {"data": "aws_lb", "attribute": "arn", "arguments": {"tags": {"tenant": "{tenant.id}"}}},
    "callback_urls": ["https://{tenant.id}.music.example/callback"],
    "vpc": "vpc-0a1b2c3d4e5f60718",
    "rest_api": "a1b2c3d4e5",
    "stage": "live",
    "eks_cluster": "music",
    "email_identity": "arn:aws:ses:us-east-1:210000000001:identity/music.example",
    "bedrock_models": ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"],
    "alarm_topic": "arn:aws:sns:us-east-1:210000000001:alarms",
}
"""What a platform has made, as far as tenants' resources stand on it."""

ACCOUNT_SERVICES = ["cloudtrail", "guardduty", "inspector", "macie", "security_hub"]
STORES: Mapping[str, Any] = {
    "stores": {"vault": {"terraform": "aws_secretsmanager", "tenant_paths": ["tenants/{tenant.id}/", "shared/"]}}
}


def on_inputs(
    root: Path,
    settings: Mapping[str, Any],
    inputs: Mapping[str, Any] = INPUTS,
    options: Mapping[str, Any] | None = None,
) -> Emitted:
    """Tenant `acme` with these settings on a tier that says nothing itself, where the platform has made `inputs`."""
    top = {**yaml.safe_load(TERRAFORM_TOP), **(options or {})}
    top["terraform"] = {"inputs": inputs, **top.get("terraform", {})}
    spec = {"tenant_id": "acme", "tenant_name": "Acme", "tier": "bare", "owner_email": "owner@example.com"}
    bare = {"tier": "bare", "grade": "free", "settings": {"infrastructure.isolation_level": "shared"}}
    files = {"tenantc.yaml": top, "tiers/bare.json": bare, "tenants/acme.json": {**spec, "overrides": settings}}
    return emit(root, {name: json.dumps(body) for name, body in files.items()})
