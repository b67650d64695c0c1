"""The Terraform files of tenants in a workspace that a test writes in place, through every stage of the compiler."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.building import files as built
from tests.building import run
from tests.compiling import AS_OF, TOP, without_rules, write

TERRAFORM_TOP = TOP + "targets: [terraform]\n"
# what the platform has, in a form that the provider takes
INPUTS: Mapping[str, Any] = {
    "alarm_topic": "arn:aws:sns:us-east-1:210000000001:alarms",
    "backup_vault_copy": "arn:aws:backup:us-west-2:111122223333:backup-vault:copies",
    "backup_vault_third_copy": "arn:aws:backup:us-west-2:444455556666:backup-vault:copies",
    "cdn_certificate": "arn:aws:acm:us-east-1:111122223333:certificate/a",
    "cdn_domain": "files.platform.example",
    "cdn_key_group": "11111111-2222-3333-4444-555555555555",
    "cluster_admin_role": "arn:aws:iam::111122223333:role/admins",
    "ingress_host": "ingress.us-east-1.platform.example",
    "key_store": "cks-0123456789abcdef0",
    "log_destination": "arn:aws:logs:us-east-1:111122223333:destination:lines",
    "secondary_ingress_host": "ingress.us-west-2.platform.example",
    "subnets": ["subnet-a", "subnet-b"],
    "vpc": "vpc-a",
    "workload_security_group": "sg-a",
    "eks_cluster": "music",
    "rest_api": "a1b2c3d4e5",
    "stage": "live",
    "load_balancer": {"data": "aws_lb", "attribute": "arn", "arguments": {"tags": {"tenant": "{tenant.id}"}}},
    "callback_urls": ["https://{tenant.id}.music.example/callback"],
    "email_identity": "arn:aws:ses:us-east-1:210000000001:identity/music.example",
    "sms_role": "arn:aws:iam::111122223333:role/messages",
    "bedrock_models": ["arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0"],
    "zone": "Z0123456789",
}
EDGE: Mapping[str, Any] = {
    name: INPUTS[name]
    for name in (
        *(
            "alarm_topic",
            "bedrock_models",
            "callback_urls",
            "eks_cluster",
            "email_identity",
            "load_balancer",
            "rest_api",
            "sms_role",
        ),
        *("stage", "vpc"),
    )
}
"""What stands where tenants' users come in, and where models are asked."""

BARE = "tier: bare\ngrade: free\nsettings: {infrastructure.isolation_level: shared}\n"


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


def top(inputs: Iterable[str]) -> str:
    """The tenantc.yaml of a platform that has what these inputs name."""
    stated = {name: INPUTS[name] for name in inputs}
    return TERRAFORM_TOP + (f"terraform: {json.dumps({'inputs': stated})}\n" if stated else "")


def acme(
    root: Path, settings: Mapping[str, Any] | None = None, *inputs: str, tier: str = "bare", **spec: Any
) -> Emitted:
    """Tenant `acme` with these settings, where the platform has what these inputs name."""
    body = {"tenant_id": "acme", "tenant_name": "Acme", "tier": tier, "owner_email": "owner@example.com", **spec}
    stated = {path: value for path, value in (settings or {}).items() if value is not None}
    unset = [path for path, value in (settings or {}).items() if value is None]
    body["overrides"] = stated | ({"unset": unset} if unset else {})
    return emit(root, {"tenantc.yaml": top(inputs), "tiers/bare.yaml": BARE, "tenants/acme.json": json.dumps(body)})


def policy(document: str) -> list[dict[str, Any]]:
    """The statements of a policy."""
    statements: list[dict[str, Any]] = json.loads(document)["Statement"]
    return statements


def estate(root: Path, inputs: Iterable[str], *tenants: Mapping[str, Any]) -> dict[str, Any] | None:
    """What stands in the estate of tenants with these settings."""
    specs = {
        f"tenants/t{index}.json": json.dumps(
            {"tenant_id": f"t{index}", "tenant_name": "T", "tier": "bare", "owner_email": "a@b.example",
             "overrides": settings}
        )
        for index, settings in enumerate(tenants)
    }  # fmt: skip
    run(write(root / "w", {"tenantc.yaml": top(inputs), "tiers/bare.yaml": BARE, **specs}), root / "out")
    found = {path: data for path, data in built(root / "out").items() if path.endswith("/main.tf.json")}
    main = [data for path, data in found.items() if path.startswith("estates/")]
    resources: dict[str, Any] | None = json.loads(main[0])["resource"] if main else None
    return resources


MODEL_MONITOR: Mapping[str, Any] = {
    "endpoint": "{tenant.id}-models",
    "baseline": "models/baseline",
    "captured": "models/captured",
    "features": ["age", "Income.2024"],
    "instance": "ml.m5.xlarge",
}
ACCOUNT_SERVICES = ["cloudtrail", "config", "guardduty", "inspector", "macie", "security_hub"]
STORES: Mapping[str, Any] = {
    "stores": {"vault": {"terraform": "aws_secretsmanager", "tenant_paths": ["tenants/{tenant.id}/", "shared/"]}}
}
PROVIDED: Mapping[str, Any] = {
    "stores": {name: {**store, "provision": True} for name, store in STORES["stores"].items()}
}


def on_inputs(
    root: Path,
    settings: Mapping[str, Any],
    inputs: Mapping[str, Any] = EDGE,
    options: Mapping[str, Any] | None = None,
) -> Emitted:
    """Tenant `acme` with these settings on a tier that says nothing itself, where the platform has made `inputs`."""
    top = {**yaml.safe_load(TERRAFORM_TOP), **(options or {})}
    top["terraform"] = {"inputs": inputs, **top.get("terraform", {})}
    spec = {"tenant_id": "acme", "tenant_name": "Acme", "tier": "bare", "owner_email": "owner@example.com"}
    bare = {"tier": "bare", "grade": "free", "settings": {"infrastructure.isolation_level": "shared"}}
    files = {"tenantc.yaml": top, "tiers/bare.json": bare, "tenants/acme.json": {**spec, "overrides": settings}}
    return emit(root, {name: json.dumps(body) for name, body in files.items()})
