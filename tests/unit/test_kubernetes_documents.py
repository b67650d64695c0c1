"""What a tenant's settings become in Kubernetes: spec in, documents out."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tenantc.emit import kubernetes as target
from tenantc.emit.document import Document, Names
from tenantc.emit.kubernetes.autoscaling import horizontal_pod_autoscaler
from tenantc.emit.kubernetes.documents import DOCUMENTS
from tenantc.emit.kubernetes.quota import resource_quota
from tenantc.emit.node import SettingSource, Slot, Unsupported
from tenantc.source.path import split
from tenantc.source.value import UNLIMITED, Record
from tests.compiling import AS_OF, without_rules
from tests.real.kubernetes import minors, validate

ROOT = Path(__file__).parents[2]
TIERS = ("free", "professional", "enterprise", "custom")
STATUSES = ("active", "suspended", "migrating", "maintenance")
WORKLOADS = {"api": {"kind": "Deployment", "port": 8080}, "worker": {"kind": "StatefulSet"}}

Found = dict[tuple[str, str], dict[str, Any]]


@dataclass(frozen=True)
class Built:
    """What came of a tenant: its files by name, and what was said about them."""

    files: Mapping[str, bytes]
    diagnostics: list[Diagnostic]

    def documents(self) -> Found:
        """What a reader finds in kubernetes.yaml, by kind and name."""
        assert not self.diagnostics, self.diagnostics
        found: Found = {}
        for document in yaml.safe_load_all(self.files["kubernetes.yaml"]):
            key = document["kind"], document["metadata"]["name"]
            assert key not in found, f"{key} stands twice"
            found[key] = document
        return found


Tenant = Callable[..., Built]


@pytest.fixture
def tenant(tmp_path: Path) -> Tenant:
    """Compiles one tenant of a workspace, on the fast path and from scratch, which must agree."""

    def build(tier: str = "professional", overrides: Mapping[str, Any] | None = None, **said: Any) -> Built:
        options = {"workloads": WORKLOADS, **said.pop("kubernetes", {})}
        top = {
            "platform": "streaming", "language": 1, "naming": 1, "targets": ["kubernetes"],
            "kubernetes": options, "defaults": {"region": "us-east-1"},
        }  # fmt: skip
        own = {"tier": tier, "extends": "free"}
        spec = {
            "tenant_id": "acme-corp", "tenant_name": "ACME Corporation", "tier": tier,
            "owner_email": "admin@acme.com", "overrides": dict(overrides or {}), **said,
        }  # fmt: skip
        (tmp_path / "tiers").mkdir(exist_ok=True)
        if tier not in TIERS:
            (tmp_path / "tiers/own.json").write_text(json.dumps(own))
        (tmp_path / "tenantc.yaml").write_text(json.dumps(top))
        (tmp_path / "acme.json").write_text(json.dumps(spec))
        fast, slow = (_emitted(tmp_path, reference=reference) for reference in (False, True))
        assert fast.files == slow.files
        return fast

    return build


def _emitted(root: Path, *, reference: bool) -> Built:
    workspace = load(root.resolve()).value
    assert workspace is not None
    pipeline = Pipeline(without_rules(workspace), AS_OF)
    [spec], found, _ = workspace.specs(root.resolve() / "acme.json")
    outcome = pipeline.compile(spec, "")
    assert outcome.value is not None
    said = [*pipeline.shared(), *found, *outcome.diagnostics]
    assert outcome.value.judged is not None, said
    files, refusals = Emission(pipeline, reference=reference).tenant(outcome.value.judged)
    return Built(dict(files), [*said, *refusals])


def refused(built: Built) -> str:
    """The path that Kubernetes cannot express, where nothing else is wrong; each workload may say so."""
    assert {diagnostic.code for diagnostic in built.diagnostics} == {"T603"}
    [path] = {dict(diagnostic.facts)["path"] for diagnostic in built.diagnostics}
    return path


def policies(found: Found) -> dict[str, dict[str, Any]]:
    return {name: document["spec"] for (kind, name), document in found.items() if kind == "NetworkPolicy"}


def autoscaler(built: Built, name: str = "api") -> Any:
    return built.documents()["HorizontalPodAutoscaler", name]["spec"]


# the whole


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("tier", TIERS)
def test_the_strict_schemas_accept_every_document(tenant: Tenant, tier: str, status: str) -> None:
    overrides = {
        "infrastructure.auto_scaling.enabled": True,
        "infrastructure.network.allowed_ingress_namespaces": ["ingress-nginx"],
        "infrastructure.network.allowed_egress_cidrs": ["0.0.0.0/0", "2001:db8::/32"],
        "security.access_control.admin_groups": ["acme-admins"],
        "security.access_control.viewer_groups": ["acme-staff"],
    }
    found = tenant(tier, overrides, status=status).documents()
    assert {kind for kind, _ in found} == {
        *("Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "ServiceAccount", "Role", "RoleBinding"),
        *("HorizontalPodAutoscaler", "PodDisruptionBudget", "ConfigMap"),
    }
    for version in minors():
        assert {key: validate(document, version) for key, document in found.items()} == {key: [] for key in found}


@pytest.mark.parametrize("tier", TIERS)
def test_names_labels_and_quantities_are_what_the_api_server_takes(tenant: Tenant, tier: str) -> None:
    """The schemas see no difference between these and any other text."""
    for (kind, name), document in tenant(tier).documents().items():
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name)
        assert document["metadata"].get("namespace", name) == "streaming-acme-corp", kind
        for label, value in document["metadata"]["labels"].items():
            assert re.fullmatch(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,61}[A-Za-z0-9]", label)
            assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", value)
    quota = tenant(tier).documents()["ResourceQuota", "tenant"]["spec"]["hard"]
    assert all(re.fullmatch(r"[1-9][0-9]*(m|Mi)?", amount) for amount in quota.values())


def test_every_object_says_who_wrote_it_and_for_whom(tenant: Tenant) -> None:
    for document in tenant().documents().values():
        labels = document["metadata"]["labels"]
        assert (labels["app.kubernetes.io/managed-by"], labels["tenantc/tenant"]) == ("tenantc", "acme-corp")


def test_every_document_of_the_package_is_listed() -> None:
    modules = [
        importlib.import_module(f"{target.__name__}.{found.name}") for found in pkgutil.iter_modules(target.__path__)
    ]
    written = {value.name for module in modules for value in vars(module).values() if isinstance(value, Document)}
    assert written == {document.name for document in DOCUMENTS}
    assert len(DOCUMENTS) == len(written)


def test_numbers_are_placed_so_that_tenants_who_differ_in_them_share_a_template() -> None:
    # KEDA is told a number of replicas that is computed from the most there may be
    looked = {path for document in DOCUMENTS for path in document.looks if document.kind != "ScaledObject"}
    assert not {path for path in looked if path.startswith("infrastructure.compute.quota")}
    assert not looked & {f"infrastructure.auto_scaling.{end}" for end in ("min_capacity", "max_capacity")}


def test_kustomization_names_kubernetes_yaml_alone(tenant: Tenant) -> None:
    assert yaml.safe_load(tenant().files["kustomization.yaml"]) == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["kubernetes.yaml"],
    }


def test_a_pending_tenant_has_nothing_to_deploy(tenant: Tenant) -> None:
    assert tenant(status="pending").files.keys() == {"settings.json"}


def test_pods_can_read_every_setting_a_text_a_section(tenant: Tenant) -> None:
    data = tenant("custom").documents()["ConfigMap", "tenant-settings"]["data"]
    assert {name.removesuffix(".json") for name in data} == {file.stem for file in (ROOT / "schemas").glob("*.yaml")}
    assert json.loads(data["limits.json"])["max_users"] == "unlimited"


# namespace


def test_the_namespace_enforces_the_tenants_standard_and_warns_of_the_strictest(tenant: Tenant) -> None:
    found = tenant(overrides={"infrastructure.compute.pod_security": "baseline"}, kubernetes={"version": "1.33"})
    labels = found.documents()["Namespace", "streaming-acme-corp"]["metadata"]["labels"]
    assert {key.partition("/")[2]: value for key, value in labels.items() if key.startswith("pod-security")} == {
        "enforce": "baseline",
        "enforce-version": "v1.33",
        "audit": "restricted",
        "audit-version": "v1.33",
        "warn": "restricted",
        "warn-version": "v1.33",
    }


def test_a_namespace_is_found_by_what_people_select_by(tenant: Tenant) -> None:
    found = tenant("enterprise", ring="canary", status="maintenance").documents()
    labels = found["Namespace", "streaming-acme-corp"]["metadata"]["labels"]
    ours = {key: value for key, value in labels.items() if "pod-security" not in key}
    assert ours == {
        "app.kubernetes.io/managed-by": "tenantc",
        "app.kubernetes.io/part-of": "streaming",
        "tenantc/tenant": "acme-corp",
        "tenantc/environment": "default",
        "tenantc/tier": "enterprise",
        "tenantc/ring": "canary",
        "tenantc/status": "maintenance",
    }


def test_a_tenants_name_is_an_annotation_whatever_it_holds(tenant: Tenant) -> None:
    name = 'Bobby\'; DROP "ns" {{ }} ${x} \u202e\n: no'
    metadata = tenant(tenant_name=name).documents()["Namespace", "streaming-acme-corp"]["metadata"]
    assert metadata["annotations"]["tenantc/tenant-name"] == name
    assert name not in metadata["labels"].values()


def test_no_gitops_tool_deletes_a_namespace_because_a_file_is_gone(tenant: Tenant) -> None:
    annotations = tenant().documents()["Namespace", "streaming-acme-corp"]["metadata"]["annotations"]
    assert annotations["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"
    assert annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled"


@pytest.mark.parametrize("tier", ["gold-", "g" * 64])
def test_a_tier_whose_name_is_no_label_is_said_and_not_changed(tenant: Tenant, tier: str) -> None:
    assert refused(tenant(tier)) == "tenant.tier"


# quota and limits


def test_a_tiers_quota_is_in_millicores_and_mebibytes(tenant: Tenant) -> None:
    found = tenant("professional").documents()
    assert found["ResourceQuota", "tenant"]["spec"] == {
        "hard": {"limits.cpu": "20000m", "limits.memory": "32768Mi", "pods": "60"}
    }
    assert found["LimitRange", "tenant"]["spec"]["limits"] == [
        {
            "type": "Container",
            "defaultRequest": {"cpu": "250m", "memory": "512Mi"},
            "default": {"cpu": "1000m", "memory": "1024Mi"},
        }
    ]


def test_an_override_moves_its_own_line(tenant: Tenant) -> None:
    found = tenant(overrides={"infrastructure.compute.quota_pods": 7}).documents()
    assert found["ResourceQuota", "tenant"]["spec"]["hard"]["pods"] == "7"


COMPUTE = "infrastructure.compute"


def without(*paths: str) -> dict[str, Any]:
    return {"unset": [f"{COMPUTE}.{path}" for path in paths]}


def test_what_nobody_limits_has_no_hard_limit(tenant: Tenant) -> None:
    found = tenant(overrides=without("quota_pods")).documents()
    assert found["ResourceQuota", "tenant"]["spec"]["hard"].keys() == {"limits.cpu", "limits.memory"}
    found = tenant(overrides=without("quota_pods", "quota_cpu_millicores", "quota_memory_mib")).documents()
    assert ("ResourceQuota", "tenant") not in found


def test_what_is_unlimited_has_no_hard_limit() -> None:
    """No quota of the library's may be `unlimited` today; the day one may, its line goes and nothing is rounded."""
    cpu = Slot(SettingSource(f"{COMPUTE}.quota_cpu_millicores"))
    tree: Any = resource_quota.build(Names(), cpu, UNLIMITED, None)
    assert tree["spec"]["hard"].keys() == {"limits.cpu"}
    assert resource_quota.build(Names(), UNLIMITED, UNLIMITED, UNLIMITED) is None


def test_a_default_that_nobody_states_is_left_out(tenant: Tenant) -> None:
    limits = ("container_cpu_limit_millicores", "container_memory_limit_mib")
    found = tenant(overrides=without(*limits)).documents()
    assert found["LimitRange", "tenant"]["spec"]["limits"] == [
        {"type": "Container", "defaultRequest": {"cpu": "250m", "memory": "512Mi"}}
    ]
    requests = ("container_cpu_request_millicores", "container_memory_request_mib")
    assert ("LimitRange", "tenant") not in tenant(overrides=without(*limits, *requests)).documents()


# network

INGRESS = "infrastructure.network.allowed_ingress_namespaces"
EGRESS = "infrastructure.network.allowed_egress_cidrs"
OPEN = {INGRESS: ["ingress-nginx", "monitoring"], EGRESS: ["192.0.2.0/24"]}


def test_every_pod_is_closed_in_both_directions_by_default(tenant: Tenant) -> None:
    assert policies(tenant().documents())["default-deny"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }


def test_pods_reach_dns_and_each_other(tenant: Tenant) -> None:
    found = policies(tenant().documents())
    assert found["allow-dns"]["egress"] == [
        {
            "to": [
                {
                    "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                    "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
                },
                {"ipBlock": {"cidr": "169.254.20.10/32"}},
            ],
            "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
        }
    ]
    assert found["allow-dns"]["policyTypes"] == ["Egress"]
    assert found["allow-same-namespace"]["ingress"] == [{"from": [{"podSelector": {}}]}]
    assert found["allow-same-namespace"]["egress"] == [{"to": [{"podSelector": {}}]}]


def test_a_workload_is_reached_on_its_port_from_the_namespaces_listed(tenant: Tenant) -> None:
    found = policies(tenant(overrides=OPEN).documents())
    assert found["allow-ingress-api"] == {
        "podSelector": {"matchLabels": {"app.kubernetes.io/name": "api"}},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [
                    {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "ingress-nginx"}}},
                    {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}},
                ],
                "ports": [{"protocol": "TCP", "port": 8080}],
            }
        ],
    }
    assert "ports" not in found["allow-ingress-worker"]["ingress"][0]


def test_a_workloads_own_labels_select_its_pods(tenant: Tenant) -> None:
    workloads = {"api": {"kind": "Deployment", "labels": {"app": "Edge", "part": "api"}}}
    found = policies(tenant(overrides=OPEN, kubernetes={"workloads": workloads}).documents())
    assert found["allow-ingress-api"]["podSelector"] == {"matchLabels": {"app": "Edge", "part": "api"}}


def test_an_empty_list_opens_nothing(tenant: Tenant) -> None:
    """An empty `from` or `to` would mean everybody."""
    found = policies(tenant().documents())
    assert found["allow-ingress-api"].keys() == found["allow-networks"].keys() == {"podSelector", "policyTypes"}
    assert found["allow-ingress-api"]["policyTypes"] == ["Ingress"]
    assert found["allow-networks"]["policyTypes"] == ["Egress"]


@pytest.mark.parametrize("tier", TIERS)
def test_nothing_reaches_a_suspended_tenant_even_if_nobody_prunes(tenant: Tenant, tier: str) -> None:
    """Each policy of the active tenant is there again, for the same pods and directions, without a rule."""
    active = policies(tenant(tier, OPEN).documents())
    suspended = policies(tenant(tier, OPEN, status="suspended").documents())
    assert any("ingress" in policy for policy in active.values())
    assert suspended == {
        name: {"podSelector": policy["podSelector"], "policyTypes": policy["policyTypes"]}
        for name, policy in active.items()
    }


@pytest.mark.parametrize("status", ["migrating", "maintenance"])
def test_other_statuses_keep_the_network(tenant: Tenant, status: str) -> None:
    assert policies(tenant(overrides=OPEN, status=status).documents()) == policies(tenant(overrides=OPEN).documents())


@pytest.mark.parametrize(
    ("cidr", "held_back"),
    [
        ("192.0.2.0/24", None),
        ("0.0.0.0/0", ["169.254.0.0/16"]),
        ("160.0.0.0/4", ["169.254.0.0/16"]),
        ("169.254.0.0/16", None),
        ("169.254.169.254/32", None),
        ("::/0", ["fd00:ec2::254/128", "fd20:ce::254/128"]),
        ("fd00:ec2::/32", ["fd00:ec2::254/128"]),
        ("2001:db8::/32", None),
    ],
)
def test_the_internet_does_not_include_the_nodes_credentials(
    tenant: Tenant, cidr: str, held_back: list[str] | None
) -> None:
    [rule] = policies(tenant(overrides={EGRESS: [cidr]}).documents())["allow-networks"]["egress"]
    [peer] = rule["to"]
    assert peer["ipBlock"] == ({"cidr": cidr} if held_back is None else {"cidr": cidr, "except": held_back})
    # the API server refuses an exception that is not strictly inside its network
    assert all(_strictly_inside(inner, cidr) for inner in held_back or ())


def _strictly_inside(inner: str, outer: str) -> bool:
    small, large = ip_network(inner), ip_network(outer)
    return small.version == large.version and small[0] in large and small.prefixlen > large.prefixlen


def test_text_that_is_no_network_is_said(tenant: Tenant) -> None:
    built = tenant(overrides={EGRESS: ["10.0.0.0/8", "::::/64"]})
    assert refused(built) == EGRESS
    assert "`::::/64`" in built.diagnostics[0].help


# access

ACCESS = "security.access_control"
GROUPS = {f"{ACCESS}.admin_groups": ["acme-admins", "on-call"], f"{ACCESS}.viewer_groups": ["acme-staff"]}


def test_pods_run_without_a_token(tenant: Tenant) -> None:
    assert tenant().documents()["ServiceAccount", "tenant"]["automountServiceAccountToken"] is False


def test_groups_are_bound_to_their_roles(tenant: Tenant) -> None:
    found = tenant(overrides=GROUPS).documents()
    assert _bound(found, "tenant-admin") == ["acme-admins", "on-call"]
    assert _bound(found, "tenant-viewer") == ["acme-staff"]


def _bound(found: Found, name: str) -> list[str]:
    binding = found["RoleBinding", name]
    assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    assert ("Role", name) in found
    subjects = binding.get("subjects", [])
    assert all((one["kind"], one["apiGroup"]) == ("Group", "rbac.authorization.k8s.io") for one in subjects)
    return [subject["name"] for subject in subjects]


@pytest.mark.parametrize("overrides", [{}, {**GROUPS, f"{ACCESS}.rbac_enabled": False}])
def test_whoever_lost_a_right_loses_it_even_if_nobody_prunes(tenant: Tenant, overrides: dict[str, Any]) -> None:
    found = tenant(overrides=overrides).documents()
    assert _bound(found, "tenant-admin") == _bound(found, "tenant-viewer") == []


def test_no_role_can_undo_what_the_settings_say(tenant: Tenant) -> None:
    for name in ("tenant-admin", "tenant-viewer"):
        for rule in tenant().documents()["Role", name]["rules"]:
            assert "*" not in {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}
            assert not {"secrets", "pods/exec", "pods/attach"} & set(rule["resources"])
            assert not {"bind", "escalate", "impersonate"} & set(rule["verbs"])
            if not set(rule["verbs"]) <= {"get", "list", "watch"}:
                assert name == "tenant-admin"
                assert {*rule["resources"]} <= {
                    *("pods", "deployments", "deployments/scale", "statefulsets", "statefulsets/scale"),
                    *("cronjobs", "jobs"),
                }


def test_a_viewer_sees_what_an_administrator_sees(tenant: Tenant) -> None:
    found = tenant().documents()
    viewer, admin = (found["Role", name]["rules"] for name in ("tenant-viewer", "tenant-admin"))
    assert viewer == admin[: len(viewer)]
    assert len(admin) > len(viewer)
    assert "pods/log" in viewer[0]["resources"]


# autoscaling

SCALING = "infrastructure.auto_scaling"


def test_a_workload_follows_the_tenants_numbers(tenant: Tenant) -> None:
    overrides = {
        f"{SCALING}.min_capacity": 2,
        f"{SCALING}.max_capacity": 12,
        f"{SCALING}.target_utilization": 60,
        f"{SCALING}.scale_up_cooldown": 30,
        f"{SCALING}.scale_down_cooldown": 900,
    }
    assert autoscaler(tenant(overrides=overrides)) == {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"},
        "minReplicas": 2,
        "maxReplicas": 12,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}},
            }
        ],
        "behavior": {
            "scaleUp": {
                "stabilizationWindowSeconds": 30,
                "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
            },
            "scaleDown": {"stabilizationWindowSeconds": 900},
        },
    }


def test_what_can_be_scaled_gets_an_autoscaler_of_its_own_kind(tenant: Tenant) -> None:
    found = tenant().documents()
    kinds = {name: found[kind, name]["spec"]["scaleTargetRef"]["kind"] for kind, name in found if kind[0] == "H"}
    assert kinds == {"api": "Deployment", "worker": "StatefulSet"}


def scaler(kind: str = "Deployment", *, target: bool = True) -> Any:
    """The document by itself, for what no workspace can state today."""
    slot = Slot(SettingSource(f"{SCALING}.max_capacity"))
    said = (True, None, None, None, None, 70 if target else None, None, None, None, "1.30")
    return horizontal_pod_autoscaler.build(Names(), "api", Record({"kind": kind}), *said, *[slot] * 4)


def test_what_cannot_be_scaled_gets_none() -> None:
    assert scaler() is not None
    assert scaler("DaemonSet") is scaler("CronJob") is None


def test_an_autoscaler_needs_a_target() -> None:
    refusal = scaler(target=False)
    assert isinstance(refusal, Unsupported)
    assert refusal.path == f"{SCALING}.target_utilization"


def test_a_tier_that_does_not_scale_has_no_autoscaler(tenant: Tenant) -> None:
    assert not [key for key in tenant("free").documents() if key[0] == "HorizontalPodAutoscaler"]
    assert [key for key in tenant("free", {f"{SCALING}.enabled": True}).documents() if key[0][0] == "H"]


def test_a_workspace_without_workloads_builds_nothing_for_them(tenant: Tenant) -> None:
    found = tenant(overrides=OPEN, kubernetes={"workloads": {}}).documents()
    assert not [name for _, name in found if name in WORKLOADS or name.startswith("allow-ingress")]


@pytest.mark.parametrize(
    ("factor", "percent"), [(1.5, 50), (2, 100), (2.0, 100), (1.07, 7), (10.0, 900), (1000, 99900)]
)
def test_a_step_multiplies_by_the_factor_at_most(tenant: Tenant, factor: float, percent: int) -> None:
    grow = autoscaler(tenant(overrides={f"{SCALING}.max_scale_factor": factor}))["behavior"]["scaleUp"]
    assert grow["policies"] == [{"type": "Percent", "value": percent, "periodSeconds": 15}]


def test_a_factor_of_one_never_grows(tenant: Tenant) -> None:
    grow = autoscaler(tenant(overrides={f"{SCALING}.max_scale_factor": 1.0}))["behavior"]["scaleUp"]
    assert grow == {"stabilizationWindowSeconds": 300, "selectPolicy": "Disabled"}


@pytest.mark.parametrize("version", minors())
def test_thresholds_count_from_the_version_on_that_has_tolerances(tenant: Tenant, version: str) -> None:
    overrides = {f"{SCALING}.scale_up_threshold": 0.805, f"{SCALING}.scale_down_threshold": 0.5}
    found = tenant(overrides=overrides, kubernetes={"version": version}).documents()["HorizontalPodAutoscaler", "api"]
    held = found["spec"]["behavior"]
    counts = version not in {"1.30", "1.31", "1.32", "1.33", "1.34"}
    assert ("tolerance" in held["scaleUp"], "tolerance" in held["scaleDown"]) == (counts, counts)
    assert validate(found, version) == []


@pytest.mark.parametrize(
    ("target", "up", "down"),
    [(70, 0.8, 0.2), (70, 0.805, 0.195), (25, 0.34, 0.25), (10, 0.1, 0.03), (20, 1, 0), (99, 0.99, 0.99)],
)
def test_replicas_change_exactly_beyond_the_thresholds(tenant: Tenant, target: int, up: float, down: float) -> None:
    said = {"target_utilization": target, "scale_up_threshold": up, "scale_down_threshold": down}
    overrides = {f"{SCALING}.{name}": value for name, value in said.items()}
    held = autoscaler(tenant(overrides=overrides, kubernetes={"version": "1.35"}))["behavior"]
    above, below = (float(held[way]["tolerance"]) for way in ("scaleUp", "scaleDown"))
    # what the controller computes, in the same binary fractions
    for use in range(150):
        assert (use / target > 1.0 + above) == (use > Decimal(str(up)) * 100), use
        assert (use / target < 1.0 - below) == (use < Decimal(str(down)) * 100), use


@pytest.mark.parametrize(
    ("said", "choices"),
    [
        ({"target_utilization": 90}, "set it to at most 80; or set `{}.scale_up_threshold` to at least 0.9"),
        ({"target_utilization": 15}, "set it to at least 20; or set `{}.scale_down_threshold` to at most 0.15"),
    ],
)
def test_a_target_lies_between_the_thresholds(tenant: Tenant, said: dict[str, Any], choices: str) -> None:
    overrides = {f"{SCALING}.{name}": value for name, value in said.items()}
    built = tenant(overrides=overrides, kubernetes={"version": "1.35"})
    assert refused(built) == f"{SCALING}.target_utilization"
    assert built.diagnostics[0].help == choices.format(SCALING)
    assert autoscaler(tenant(overrides=overrides, kubernetes={"version": "1.34"}))


@pytest.mark.parametrize(
    ("overrides", "path"),
    [
        ({f"{SCALING}.max_scale_factor": 1.005}, f"{SCALING}.max_scale_factor"),
        ({"unset": [f"{SCALING}.max_capacity"]}, f"{SCALING}.max_capacity"),
    ],
)
def test_what_an_autoscaler_cannot_say_is_reported(tenant: Tenant, overrides: dict[str, Any], path: str) -> None:
    built = tenant(overrides=overrides)
    assert refused(built) == path
    assert built.diagnostics[0].help


def test_paths_are_written_as_the_schemas_write_them() -> None:
    """A setting that no schema knows would be absent for every tenant."""
    known = {file.stem: yaml.safe_load(file.read_text()) for file in (ROOT / "schemas").glob("*.yaml")}
    for document in DOCUMENTS:
        for path in (*document.looks, *document.places):
            section, *names = split(path)
            if section not in ("tenant", "deployment", "workspace"):
                here = known[section]
                for name in names:
                    assert name in here["properties"], f"{document.name}: {path}"
                    here = here["properties"][name]
