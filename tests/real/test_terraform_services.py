"""What stands on the platform's inputs, read by the real Terraform with the real AWS provider."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantc.emit.terraform.guardrail import CHECKS
from tests.fleet import HOSTILE
from tests.real.terraform import Terraform
from tests.real.test_terraform import BARE, INTERPOLATED, assert_no_text_is_lost, modules, spec, without_web_acl
from tests.terraform_files import ACCOUNT_SERVICES, EDGE, MODEL_MONITOR, PROVIDED, TERRAFORM_TOP
from tests.unit.test_terraform_estates import build_of

SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "nothing-said": {},
    "nobody-watches": {
        "security.password_policy.breached_password_check": False,
        "security.threat_detection.enabled": False,
        "infrastructure.network.waf_enabled": False,
        "security.mfa_config.required": False,
        "security.mfa_config.methods": ["passkey"],
    },
    "sign-in": {
        "security.password_policy.history_count": 24,
        "security.mfa_config.required": True,
        "security.mfa_config.methods": ["totp", "email", "sms"],
        "security.mfa_config.risk_based_auth": True,
        "integrations.custom.saml_sso": True,
        "integrations.okta": {
            "enabled": True,
            "domain": "acme.okta.example",
            "client_id": "${tenant.name}",
            "client_secret": "secret://vault/tenants/${tenant.id}/okta#a-b.c_d",
        },
        "integrations.google_workspace": {
            "enabled": True,
            "client_id": "acme",
            "client_secret": "secret://vault/tenants/${tenant.id}/google#secret",
        },
        "integrations.saml": {"enabled": True, "endpoint": "https://${tenant.id}.example/metadata"},
    },
    "bias-alone": {
        **{path: path.endswith("bias_detection") for path in CHECKS},
        "billing.usage_tracking.budget_management": True,
    },
    "tracked": {"ai_configuration.ml_pipeline.experiment_tracking": True},
    "models-watched": {
        "ai_configuration.ml_pipeline.drift_detection": True,
        "ai_configuration.ml_pipeline.drift_threshold": 0.1,
        "monitoring.metrics.custom_metrics": True,
        "monitoring.metrics.retention_days": 1095,
    },
    "models-watched-in-the-open": {
        "ai_configuration.ml_pipeline.model_monitoring": True,
        "security.encryption_config.at_rest": False,
        "monitoring.metrics.enabled": False,
    },
    "searched": {"compliance.data_governance.data_loss_prevention.enabled": True},
    "reached": {
        "infrastructure.network.allowed_ports": [443, 8443],
        "infrastructure.network.admin_protocol": "ssh",
        "security.access_control.admin_allowed_cidrs": ["2001:db8::/64"],
        "integrations.custom.api_access": True,
    },
    "replicated": {
        "infrastructure.disaster_recovery.enabled": True,
        "infrastructure.disaster_recovery.secondary_region": "us-west-2",
        "infrastructure.disaster_recovery.rpo_minutes": 60,
        "infrastructure.storage.versioning_enabled": True,
    },
    "key-replicated": {
        "infrastructure.disaster_recovery.secondary_region": "us-west-2",
        "security.encryption_config.kms.multi_region": True,
    },
    "edge": {
        "infrastructure.network.rate_limits.requests_per_second": 1,
        "infrastructure.network.waf_mode": "alert",
        "infrastructure.network.ddos_protection": "advanced",
        "security.access_control.ip_allowlist": ["0.0.0.0/0", "2001:db8::/32"],
        "security.access_control.geo_restrictions": ["KP", "RU"],
        "security.threat_detection.geo_blocking": True,
        "security.threat_detection.ml_anomaly_detection": True,
    },
}


@pytest.mark.slow
def test_terraform_takes_what_stands_on_inputs(terraform: Terraform, tmp_path: Path) -> None:
    services = {
        "account_services": ACCOUNT_SERVICES,
        "mlflow_size": "Small",
        "model_monitor": MODEL_MONITOR,
        "prometheus": {"max_series": 100000},
        "replicas": ["keys", "objects"],
    }
    stated = {"inputs": EDGE, **services}
    top = {**yaml.safe_load(TERRAFORM_TOP), "terraform": stated, **PROVIDED}
    files = {**BARE, "tenantc.yaml": json.dumps(top)}
    for tier in ("free", "professional", "enterprise", "custom"):
        files |= spec(tier, tier)
    for id, settings in SETTINGS.items():
        files |= spec(id, settings=settings)
    rest = {**BARE, "tenantc.yaml": json.dumps({**top, "terraform": {**stated, "inputs": without_web_acl(EDGE)}})}
    for number, text in enumerate((HOSTILE[0], *INTERPOLATED)):
        rest |= spec(f"hostile-{number}", "enterprise", tenant_name=text)
    files |= {name: rest[name] for name in rest if name.endswith("/hostile-0.json")}
    files |= spec("l" * 40, "enterprise")
    found, others = modules(tmp_path, files), modules(tmp_path / "rest", rest)
    assert_no_text_is_lost(found["hostile-0"], others["hostile-0"], HOSTILE[0])
    found = others | found
    found["estate"] = tmp_path / "estate-module"
    found["estate"].mkdir()
    estate = build_of(tmp_path / "estate", {"acme": SETTINGS["searched"]}, stated, compliance_requirements=["PCI-DSS"])
    assert "aws_securityhub_account" in json.loads(estate["main.tf.json"])["resource"]
    for name, data in estate.items():
        (found["estate"] / name).write_bytes(data)
    assert terraform.validate_modules(found) == []
