"""Which settings decide a line: exactly those with which, said otherwise in the tenant's spec, the line is another."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tenantc.driver.emission import Emission
from tenantc.driver.lines import altered
from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.driver.why import Inquiry
from tenantc.driver.workspace import load
from tenantc.emit.targets import TARGETS, driven
from tenantc.emit.variants import variants
from tenantc.source.path import Path as Setting
from tenantc.source.value import plain
from tests.compiling import AS_OF, without_rules, write
from tests.terraform_files import MODEL_MONITOR
from tests.unit.test_cli import ROOT, run, valid

SWITCHES = (
    *("system_health", "security_events", "usage_limits", "performance", "business_metrics"),
    *("compliance_violations", "log_pipeline_failure"),
)
LIMITS = (
    *("max_users", "concurrent_sessions", "storage_gb", "monthly_bandwidth_gb", "ai_sessions_per_month"),
    *("api_rate_limit_per_hour", "integrations", "webhook_endpoints", "scheduled_jobs", "custom_models"),
)
ALERT = {"expr": 'bad{namespace="$namespace"} > 0', "severity": "warning", "summary": "bad"}
PROMETHEUS: Mapping[str, Any] = {
    "namespace": "observability",
    "labels": {"release": "prometheus"},
    "requests": {"metric": "http_requests_total", "errors": 'code=~"5.."'},
    "usage": {name: f'sum(app_{name}{{namespace="$namespace"}})' for name in LIMITS},
    "clock_offset": "max(abs(node_timex_offset_seconds))",
    "alerts": {
        **{switch: {f"own_{switch}": ALERT} for switch in SWITCHES},
        "control_failures": {"firewall": ALERT, "ids": ALERT},
    },
}
TOP: Mapping[str, Any] = {
    "platform": "demo", "language": 1, "naming": 1, "defaults": {"region": "eu-west-1"},
    "kubernetes": {
        "version": "1.35",
        "workloads": {
            "api": {"kind": "Deployment", "port": 8080, "segment": "front"},
            "worker": {"kind": "StatefulSet", "labels": {"app": "w"}, "segment": "back"},
        },
        "pod_networks": ["10.0.0.0/8", "fd00::/8"],
        "prometheus": PROMETHEUS,
        "scaling_metrics": {
            name: {"metric": f"app_{name}", "per_replica": 50}
            for name in ("ai_session_count", "ai_session_counx", "storage_usage", "example", "memory_usagex")
        }
        | {
            name: {"query": f'sum(app_{name}{{namespace="$namespace"}})', "per_replica": 20}
            for name in ("queued_jobs", "queued_jobsx")
        },
        "keda": {
            "prometheus": "http://prometheus:9090",
            "expected": [{"start": "0 17 * * 5", "end": "0 2 * * 6", "timezone": "Europe/Berlin", "share": 0.5}],
        },
        "istio": {"namespace": "mesh", "scrape_class": "mesh"},
        "velero": {"namespace": "backups", "storage_location": "far"},
        "gateway": {"name": "public", "namespace": "gateways", "workload": "api", "issuer": "letsencrypt"},
        "spread": {"required_from_percent": 99.9},
        "priorities": {"professional": 100, "enterprise": 200},
        "admission": {"deployers": {"groups": ["engineers"]}, "image_registries": ["registry.example"]},
    },
    "terraform": {
        "mlflow_size": "Small",
        "prometheus": {"max_series": 100000},
        "model_monitor": MODEL_MONITOR,
        "replicas": ["keys", "objects"],
        "account_services": ["cloudtrail", "config", "guardduty", "inspector", "macie", "security_hub"],
        "inputs": {
            "vpc": {"state": "network", "output": "vpc_id"},
            **{
                name: {"state": "network", "output": name}
                for name in (
                    *("alarm_topic", "backup_vault_copy", "backup_vault_third_copy", "log_destination", "subnets"),
                    *("cdn_certificate", "cdn_domain", "cdn_key_group", "cluster_admin_role"),
                    *("ingress_host", "key_store"),
                    *("secondary_ingress_host", "workload_security_group", "zone"),
                )
            },
            "callback_urls": {"state": "network", "output": "callback_urls"},
            "bedrock_models": {"state": "network", "output": "bedrock_models"},
            "eks_cluster": {"state": "network", "output": "eks_cluster"},
            "rest_api": {"state": "network", "output": "rest_api"},
            "stage": {"state": "network", "output": "stage"},
            "email_identity": {"state": "network", "output": "email_identity"},
            "sms_role": {"state": "network", "output": "sms_role"},
            "alarm_topic": {"state": "network", "output": "alarm_topic"},
            "load_balancer": {"data": "aws_lb", "attribute": "arn", "arguments": {"tags": {"tenant": "{tenant.id}"}}},
        },
        "states": {
            "network": {
                "backend": "s3",
                "config": {"bucket": "states", "key": "{environment}/{account}/{region}/{cluster}/network"},
            }
        },
        "backend": {"s3": {"bucket": "states-{environment}-{account}-{region}-{cluster}", "key": "{root}"}},
        "provider": {"assume_role": "arn:aws:iam::{account}:role/deploy", "default_tags": {"a": "b"}},
    },
    "sql": {
        "shared_tables": ["app.tracks"],
        "subject_column": "user_id",
        "subject_columns": {"users": "id"},
        "time_column": "created_at",
        "data_kinds": {"access_log": "logs"},
        "counted_tables": {"tracks": "custom_models"},
        "ciphertext": "^vault:v[0-9]+:",
        "template_schema": "sql/tables.sql",
    },
    "stores": {
        "vault": {
            "kubernetes": "vault-backend",
            "terraform": "aws_secretsmanager",
            "tenant_paths": ["{tenant.id}/", "tenants/"],
            "provision": True,
        },
    },
    "argocd": {"repository": "https://git.example.com/tenants.git"},
    "deployment": {"account": "main", "cluster": "one"},
}  # fmt: skip
# two tenants in whose artifacts nearly everything stands that documents can say
TENANTS: Mapping[str, dict[str, Any]] = {
    "professional": {
        "compliance.data_governance.categories.cards": {"kind": "cardholder", "fields": ["pan"]},
        "infrastructure.auto_scaling.enabled": True,
        "infrastructure.auto_scaling.max_scale_factor": 3,
        "infrastructure.auto_scaling.custom_metrics": ["ai_session_count", "memory_usage"],
        "infrastructure.auto_scaling.predictive_scaling": False,
        "infrastructure.network.allowed_ingress_namespaces": ["ingress-nginx", "mesh"],
        "infrastructure.network.allowed_egress_cidrs": ["0.0.0.0/0"],
        "infrastructure.network.default_egress": "allow",
        "infrastructure.network.segments": {
            "world": {"zone": "untrusted"},
            "front": {"zone": "dmz", "reachable_from": ["world"]},
            "back": {"zone": "trusted", "reachable_from": ["front"]},
        },
        "security.access_control.admin_groups": ["acme-admins", "acme-leads"],
        "security.access_control.viewer_groups": ["acme-staff"],
        "billing.usage_tracking.cost_attribution": True,
        "infrastructure.storage.region": "eu-west-1",
        "infrastructure.disaster_recovery.failover_automation": True,
        "infrastructure.disaster_recovery.secondary_region": "eu-central-1",
        "security.encryption_config.kms.multi_region": True,
        "compliance.data_governance.data_residency_region": "eu-west-1",
        "infrastructure.network.custom_domains": ["music.acme.example", "acme.example"],
        "infrastructure.network.protocols": ["http", "https"],
        "monitoring.alerting_rules.performance": True,
        "monitoring.alerting_rules.control_failures": ["firewall"],
        "integrations.custom.saml_sso": True,
        "integrations.okta.enabled": True,
        "integrations.okta.client_id": "acme",
        "integrations.okta.domain": "acme.okta.example",
        "integrations.okta.client_secret": "secret://vault/${tenant.id}/okta#secret",
        "integrations.auth0.enabled": True,
        "integrations.auth0.client_id": "acme",
        "integrations.auth0.domain": "acme.auth0.example",
        "integrations.auth0.client_secret": "secret://vault/tenants/acme#auth0",
        "integrations.azure_ad.enabled": True,
        "integrations.azure_ad.client_id": "acme",
        "integrations.azure_ad.account_id": "directory",
        "integrations.azure_ad.client_secret": "secret://vault/tenants/acme#azure",
        "integrations.google_workspace.enabled": True,
        "integrations.google_workspace.client_id": "acme",
        "integrations.google_workspace.client_secret": "secret://vault/tenants/acme#google",
        "integrations.saml.enabled": True,
        "integrations.saml.endpoint": "https://idp.acme.example/metadata",
    },
    "enterprise": {
        "infrastructure.isolation_level": "database",
        "infrastructure.auto_scaling.custom_metrics": ["queued_jobs"],
        "infrastructure.network.waf_mode": "alert",
        "infrastructure.disaster_recovery.enabled": True,
        "infrastructure.disaster_recovery.secondary_region": "eu-central-1",
        "security.mfa_config.methods": ["email", "passkey"],
        "security.access_control.ip_allowlist": ["192.0.2.0/24", "2001:db8::/32"],
        "security.access_control.geo_restrictions": ["KP"],
        "security.access_control.admin_allowed_cidrs": ["192.0.2.128/25"],
        "security.threat_detection.geo_blocking": True,
    },
}
FILES = ("kubernetes.yaml", "main.tf.json", "versions.tf.json", "schema.sql", "settings.json", "values.yaml")


def compiled(
    root: Path, tier: str, overrides: Mapping[str, Any], top: Mapping[str, Any] = TOP, status: str = "active"
) -> tuple[Pipeline, Compiled]:
    spec = {"tenant_id": "acme", "tenant_name": "Acme", "tier": tier, "owner_email": "a@b.example", "status": status}
    pipeline = pipeline_of(root, json.dumps(top))
    (root / "acme.json").write_text(json.dumps({**spec, "overrides": overrides}))
    [one], _, _ = pipeline.workspace.specs(root.resolve() / "acme.json")
    return pipeline, pipeline.tenant(one).environments[""]


@cache
def pipeline_of(root: Path, top: str) -> Pipeline:
    root.mkdir(exist_ok=True)
    files = {"tenantc.yaml": top, "sql/tables.sql": "CREATE TABLE notes (x int);"}
    workspace = load(write(root, files).resolve()).value
    assert workspace is not None
    return Pipeline(without_rules(workspace), AS_OF)


@cache
def emission_of(pipeline: Pipeline) -> Emission:
    return Emission(pipeline)


def texts(
    root: Path, tier: str, overrides: Mapping[str, Any], top: Mapping[str, Any] = TOP, status: str = "active"
) -> dict[str, str] | None:
    """A tenant's artifacts; None if the tenant may not be so."""
    pipeline, one = compiled(root, tier, overrides, top, status)
    if one.judged is None:
        return None
    files, refusals = emission_of(pipeline).tenant(one.judged)
    return None if refusals else {name: data.decode() for name, data in files}


def readers(one: Compiled, path: Setting) -> set[Setting]:
    """A setting and those that are computed from it."""
    found = {path}
    while more := {name for name, reads in one.resolved.reads.items() if found & set(reads)} - found:
        found |= more
    return found


@pytest.mark.parametrize("tier", TENANTS)
def test_every_line_names_the_settings_by_which_it_changes(tmp_path: Path, tier: str) -> None:
    pipeline, one = compiled(tmp_path, tier, TENANTS[tier])
    assert one.checked is not None
    before = texts(tmp_path, tier, TENANTS[tier])
    assert before is not None
    told = {file: Inquiry(pipeline, one.checked, file).decisive() for file in FILES}
    compared = 0
    paths = [leaf for leaf in pipeline.schema.leaves() if ".*" not in leaf.path and driven(leaf.path, TARGETS)]
    # every setting in one of the tenants: all in both takes a minute more
    for leaf in paths[[*TENANTS].index(tier) :: len(TENANTS)]:
        path = leaf.path
        others = list(variants(one.resolved.settings.get(path), leaf))
        stated = [plain(other) for other in others if other is not None]
        after = [texts(tmp_path, tier, {**TENANTS[tier], path: other}) for other in stated]
        followers = readers(one, path)
        for file in FILES:
            changed = {line for new in after if new is not None for line in altered(before[file], new.get(file, ""))}
            named = {line for line, deciding in told[file].items() if path in deciding}
            unnamed = {line for line in changed if followers.isdisjoint(told[file].get(line, []))}
            assert unnamed == set(), f"{path} changes lines of {file} that do not name it"
            if None not in others and None not in after and followers == {path}:
                compared += bool(named)
                assert named <= changed, f"lines of {file} name {path}, which does not change them"
    assert compared > 30


def test_who_the_tenant_is_decides_names_and_labels(tmp_path: Path) -> None:
    pipeline, one = compiled(tmp_path, "professional", TENANTS["professional"])
    assert one.checked is not None
    inquiry = Inquiry(pipeline, one.checked, "kubernetes.yaml")
    assert inquiry.text is not None
    lines = dict(enumerate(inquiry.text.splitlines(), 1))
    told = inquiry.decisive()
    # of equal lines the first
    named = {lines[line].strip(): paths for line, paths in reversed(told.items())}
    assert named["name: demo-acme"] == ["tenant.id", "workspace.platform"]
    assert named["tenantc/tenant-name: Acme"] == ["tenant.name"]
    assert named["tenantc/status: active"] == ["tenant.status"]
    assert named["name: allow-ingress-api"] == ["workspace.kubernetes.workloads.api"]
    # closed for a suspended tenant
    assert "tenant.status" in named["kubernetes.io/metadata.name: ingress-nginx"]
    # there only as long as the platform says which Prometheus watches it
    assert "workspace.kubernetes.prometheus" in named["kind: ServiceMonitor"]
    assert all(path.startswith("security.") for path in named[next(one for one in named if "security.json" in one)])


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("a: 1\nb: 2\n", "a: 1\nb: 3\n", {2}),
        ("a: 1\nb: 2\n", "a: 1\nb: 2\nc: 3\n", set()),
        # what stands under another key is another line
        ("a:\n  x: 1\nb:\n  x: 1\n", "b:\n  x: 1\n", {1, 2}),
        # brackets go with what they close, and no comma behind what comes last is no change
        ('{\n  "a": {\n  },\n  "b": {\n  }\n}\n', '{\n  "a": {\n  }\n}\n', {4, 5}),
        # the second of three policies goes, and not the head of the third
        *[
            (
                "---\n".join(f"kind: P\nmetadata:\n  name: {name}\nspec: 1\n" for name in "abc"),
                "---\n".join(f"kind: P\nmetadata:\n  name: {name}\nspec: 1\n" for name in left),
                gone,
            )
            for left, gone in [("ac", {6, 7, 8, 9}), ("abd", {13}), ("", {1, 2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14})]
        ],
    ],
)
def test_lines_are_compared_under_what_they_stand_under(old: str, new: str, lines: set[int]) -> None:
    assert altered(old, new) == lines


# --- the command ---


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built") / "streaming"
    shutil.copytree(ROOT / "examples" / "streaming", root, ignore=shutil.ignore_patterns("build"))
    assert run("compile", cwd=root).returncode == 0
    return root


def at(root: Path, file: str, text: str) -> str:
    lines = (root / "build" / "tenants" / "acme-corp" / file).read_text().splitlines()
    return f"build/tenants/acme-corp/{file}:{next(n for n, line in enumerate(lines, 1) if text in line)}"


def test_the_command_says_who_decided_the_line_and_where(examples: Path) -> None:
    place = at(examples, "kubernetes.yaml", "limits.cpu")
    told = run("why", place, cwd=examples)
    assert told.returncode == 0, told.stderr
    head, setting, winner, *_ = told.stdout.splitlines()
    assert head == f'{place}  limits.cpu: "20000m"'
    assert setting == "  infrastructure.compute.quota_cpu_millicores = 20000"
    assert winner.startswith("    → tier `professional`: 20000  library/tiers/professional.yaml:")
    document = valid(
        run("why", at(examples, "main.tf.json", '"days": 90'), "--format", "json", cwd=examples).stdout, "why"
    )
    assert [one["path"] for one in document["settings"]] == [
        f"infrastructure.storage.lifecycle_policies.{name}_after_days" for name in ("archive", "delete")
    ]
    assert document["settings"][1]["references"] == {
        "compliance.data_governance.retention_policies.user_data": document["settings"][1]["value"]
    }
    option = run("why", at(examples, "kubernetes.yaml", "name: allow-ingress-api"), cwd=examples).stdout
    assert "workspace.kubernetes.workloads.api = " in option
    assert "→ tenantc.yaml:12:" in option
    tier = run("why", at(examples, "kubernetes.yaml", "tenantc/tier"), cwd=examples).stdout
    assert "→ tenants/acme-corp.yaml:3:7" in tier
    same = run("why", at(examples, "kubernetes.yaml", "k8s-app"), cwd=examples).stdout
    assert "tenant.status" in same
    assert (
        "no setting decides this line"
        in run("why", at(examples, "kubernetes.yaml", "kind: Namespace"), cwd=examples).stdout
    )


@pytest.mark.parametrize(
    ("place", "problem"),
    [
        ("build/tenants/acme-corp/kubernetes.yaml", "is no place: write FILE:LINE"),
        ("build/tenants/acme-corp/kubernetes.yaml:0", "the file has"),
        ("build/tenants/acme-corp/kubernetes.yaml:99999", "the file has"),
        ("build/tenants/acme-corp/none.yaml:1", "is no file of a build"),
        ("tenantc.yaml:1", "is no file of a build"),
        ("build/tenants/acme-corp/audit.json:1", "is no artifact of a tenant"),
        ("build/manifest.json:1", "is no artifact of a tenant"),
    ],
)
def test_a_place_that_is_none_is_told(examples: Path, place: str, problem: str) -> None:
    told = run("why", place, cwd=examples)
    assert told.returncode == 2
    assert problem in told.stderr


def test_a_build_of_something_else_is_told(examples: Path, tmp_path: Path) -> None:
    root = tmp_path / "streaming"
    shutil.copytree(examples, root)
    spec = root / "tenants" / "acme-corp.yaml"
    spec.write_text(spec.read_text().replace("limits.max_users: 500", "limits.max_users: 501"))
    told = run("why", "build/tenants/acme-corp/values.yaml:1", cwd=root)
    assert told.returncode == 2
    assert "lies in a build of something else than the workspace: compile it again" in told.stderr


def test_a_patch_decides_the_lines_that_it_changes(tmp_path: Path) -> None:
    top = {
        **TOP,
        "patches": [
            {"kind": "Namespace", "merge": {"metadata": {"annotations": {"example.com/owner": "platform"}}}},
            {"kind": "ResourceQuota", "json": [{"op": "remove", "path": "/spec/hard/pods"}]},
        ],
    }
    pipeline, one = compiled(tmp_path, "professional", {}, top)
    assert one.checked is not None
    inquiry = Inquiry(pipeline, one.checked, "kubernetes.yaml")
    assert inquiry.text is not None
    assert "pods:" not in inquiry.text
    lines = inquiry.text.splitlines()
    found = {lines[number - 1].strip(): paths for number, paths in inquiry.decisive().items() if "patches[0]" in paths}
    assert found == {"example.com/owner: platform": ["patches[0]"]}
