"""What a tenant's settings become in Kubernetes: spec in, documents out."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantc.emit import kubernetes as target
from tenantc.emit.document import Document, Names, Ref, Slot, Text, Unsupported
from tenantc.emit.kubernetes.documents import DOCUMENTS
from tenantc.emit.naming import KINDS, Bearer, derive
from tenantc.emit.node import IdentitySource, NameSource, SettingSource
from tenantc.source.path import split
from tenantc.source.value import UNLIMITED, Record
from tests.real.kubernetes import validate

ROOT = Path(__file__).parents[2]
TIERS = ("free", "professional", "enterprise", "custom")
STATUSES = ("active", "suspended", "migrating", "maintenance")  # pending and terminated tenants have no artifacts
WORKLOADS = {"api": {"kind": "Deployment", "port": 8080}, "worker": {"kind": "StatefulSet"}}

Found = dict[tuple[str, str], dict[str, Any]]


@cache
def _defaults() -> dict[str, Any]:
    def leaves(schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
        for name, inner in schema.get("properties", {}).items():
            yield from leaves(inner, f"{path}.{name}")
        if "default" in schema:
            yield path, schema["default"]

    files = sorted((ROOT / "schemas").glob("*.yaml"))
    return {path: value for file in files for path, value in leaves(yaml.safe_load(file.read_text()), file.stem)}


@cache
def _tier(name: str) -> dict[str, Any]:
    """What a tier says and inherits, by path; nothing that Kubernetes reads is written with an operator there."""
    written = yaml.safe_load((ROOT / "tiers" / f"{name}.yaml").read_text())

    def leaves(settings: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
        for key, value in settings.items():
            here = f"{path}.{key}" if path else key
            yield from leaves(value, here) if isinstance(value, dict) else [(here, value)]

    inherited = _tier(written["extends"]) if "extends" in written else _defaults()
    return {**inherited, **dict(leaves(written["settings"], ""))}


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return Record({key: _frozen(inner) for key, inner in sorted(value.items())})
    if isinstance(value, list):
        return tuple(_frozen(inner) for inner in value)
    return UNLIMITED if value == "unlimited" else value


class Tenant:
    """A tenant with its settings, and each document built and filled for it alone."""

    def __init__(self, tier: str = "professional", overrides: Mapping[str, Any] | None = None, **facts: Any) -> None:
        self.name = facts.pop("tenant_name", "ACME Corporation")
        options = {"version": "1.30", "workloads": WORKLOADS, **facts.pop("kubernetes", {})}
        self.values: dict[str, Any] = {
            **_tier(tier if tier in TIERS else "professional"),
            "tenant.tier": tier,
            "tenant.ring": "general",
            "tenant.status": "active",
            "deployment.environment": "default",
            "workspace.platform": "streaming",
            "workspace.kubernetes.version": options["version"],
            "workspace.kubernetes.workloads": options["workloads"],
            **{f"tenant.{fact}": value for fact, value in facts.items()},
            **(overrides or {}),
        }

    def results(self, document: Document) -> Iterator[Any]:
        looked = [_frozen(self.values.get(path)) for path in document.looks]
        placed: list[Any] = []
        for path in document.places:
            value = self.values.get(path)
            placed.append(Slot(SettingSource(path)) if value not in (None, "unlimited") else _frozen(value))
        elements: Mapping[str, Any] = self.values[document.each] if document.each else {}
        for key, value in sorted(elements.items()) if document.each else [(None, None)]:
            each = () if key is None else (key, _frozen(value))
            yield document.build(Names(), *each, *looked, *placed)

    def fill(self, tree: Any) -> Any:
        if isinstance(tree, Slot):
            return self._value(tree)
        if isinstance(tree, Text):
            return "".join(part if isinstance(part, str) else str(self.fill(part)) for part in tree.parts)
        if isinstance(tree, Ref):
            return self.fill(tree.name)
        if isinstance(tree, Mapping):
            return {key: self.fill(inner) for key, inner in tree.items() if inner is not None}
        if isinstance(tree, (list, tuple)):
            return [self.fill(inner) for inner in tree if inner is not None]
        return tree

    def _value(self, slot: Slot) -> Any:
        match slot.source:
            case SettingSource(path):
                return self.values[path]
            case IdentitySource(part):
                return {"tenant_id": "acme-corp", "tenant_name": self.name}[part]
            case NameSource(kind, suffix):
                return derive(Bearer("streaming", "default", "", "us-east-1", "acme-corp"), KINDS[kind], suffix)

    def refusals(self) -> list[Unsupported]:
        return [
            result for document in DOCUMENTS for result in self.results(document) if isinstance(result, Unsupported)
        ]

    def documents(self) -> Found:
        found: Found = {}
        for document in DOCUMENTS:
            for result in self.results(document):
                assert not isinstance(result, Unsupported), result
                if result is not None and document.file is None:
                    tree = self.fill(result)
                    key = tree["kind"], tree["metadata"]["name"]
                    assert key not in found, f"{key} stands twice"
                    found[key] = tree
        return found


def policies(found: Found) -> dict[str, dict[str, Any]]:
    return {name: document["spec"] for (kind, name), document in found.items() if kind == "NetworkPolicy"}


def autoscaler(tenant: Tenant, name: str = "api") -> Any:
    return tenant.documents()["HorizontalPodAutoscaler", name]["spec"]


# the whole


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("tier", TIERS)
def test_the_strict_schemas_accept_every_document(tier: str, status: str) -> None:
    overrides = {
        "infrastructure.auto_scaling.enabled": True,
        "infrastructure.network.allowed_ingress_namespaces": ["ingress-nginx"],
        "infrastructure.network.allowed_egress_cidrs": ["0.0.0.0/0", "2001:db8::/32"],
        "security.access_control.admin_groups": ["acme-admins"],
        "security.access_control.viewer_groups": ["acme-staff"],
    }
    found = Tenant(tier, overrides, status=status).documents()
    assert {kind for kind, _ in found} == {
        *("Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "ServiceAccount", "Role", "RoleBinding"),
        "HorizontalPodAutoscaler",
    }
    for version in ("1.30", "1.34"):
        assert {key: validate(document, version) for key, document in found.items()} == {key: [] for key in found}


@pytest.mark.parametrize("tier", TIERS)
def test_names_labels_and_quantities_are_what_the_api_server_takes(tier: str) -> None:
    """The schemas see no difference between these and any other text."""
    for (kind, name), document in Tenant(tier).documents().items():
        assert re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", name)
        assert document["metadata"].get("namespace", name) == "streaming-acme-corp", kind
        for label, value in document["metadata"]["labels"].items():
            assert re.fullmatch(r"([a-z0-9.-]{1,253}/)?[A-Za-z0-9][A-Za-z0-9._-]{0,61}[A-Za-z0-9]", label)
            assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?", value)
    quota = Tenant(tier).documents()["ResourceQuota", "tenant"]["spec"]["hard"]
    assert all(re.fullmatch(r"[1-9][0-9]*(m|Mi)?", amount) for amount in quota.values())


def test_every_object_says_who_wrote_it_and_for_whom() -> None:
    for document in Tenant().documents().values():
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
    looked = {path for document in DOCUMENTS for path in document.looks}
    assert not {path for path in looked if path.startswith("infrastructure.compute.quota")}
    assert not looked & {f"infrastructure.auto_scaling.{end}" for end in ("min_capacity", "max_capacity")}


def test_kustomization_names_kubernetes_yaml_alone() -> None:
    [document] = [document for document in DOCUMENTS if document.file == "kustomization.yaml"]
    [tree] = Tenant().results(document)
    assert tree["resources"] == ["kubernetes.yaml"]
    assert document.beside == "kubernetes.yaml"


# namespace


def test_the_namespace_enforces_the_tenants_standard_and_warns_of_the_strictest() -> None:
    found = Tenant(overrides={"infrastructure.compute.pod_security": "baseline"}, kubernetes={"version": "1.33"})
    labels = found.documents()["Namespace", "streaming-acme-corp"]["metadata"]["labels"]
    assert {key.partition("/")[2]: value for key, value in labels.items() if key.startswith("pod-security")} == {
        "enforce": "baseline",
        "enforce-version": "v1.33",
        "audit": "restricted",
        "audit-version": "v1.33",
        "warn": "restricted",
        "warn-version": "v1.33",
    }


def test_a_namespace_is_found_by_what_people_select_by() -> None:
    found = Tenant("enterprise", ring="canary", status="maintenance").documents()
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


def test_a_tenants_name_is_an_annotation_whatever_it_holds() -> None:
    name = 'Bobby\'; DROP "ns" {{ }} ${x} \u202e\n: no'
    metadata = Tenant(tenant_name=name).documents()["Namespace", "streaming-acme-corp"]["metadata"]
    assert metadata["annotations"]["tenantc/tenant-name"] == name
    assert name not in metadata["labels"].values()


def test_no_gitops_tool_deletes_a_namespace_because_a_file_is_gone() -> None:
    annotations = Tenant().documents()["Namespace", "streaming-acme-corp"]["metadata"]["annotations"]
    assert annotations["argocd.argoproj.io/sync-options"] == "Prune=false,Delete=false"
    assert annotations["kustomize.toolkit.fluxcd.io/prune"] == "disabled"


@pytest.mark.parametrize("tier", ["gold-", "g" * 64])
def test_a_tier_whose_name_is_no_label_is_said_and_not_changed(tier: str) -> None:
    assert [refusal.path for refusal in Tenant(tier).refusals()] == ["tenant.tier"]


# quota and limits


def test_a_tiers_quota_is_in_millicores_and_mebibytes() -> None:
    found = Tenant("professional").documents()
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


def test_an_override_moves_its_own_line() -> None:
    found = Tenant(overrides={"infrastructure.compute.quota_pods": 7}).documents()
    assert found["ResourceQuota", "tenant"]["spec"]["hard"]["pods"] == "7"


COMPUTE = "infrastructure.compute"


@pytest.mark.parametrize("nothing", ["unlimited", None])
def test_what_is_not_limited_has_no_hard_limit(nothing: str | None) -> None:
    found = Tenant(overrides={f"{COMPUTE}.quota_pods": nothing}).documents()
    assert found["ResourceQuota", "tenant"]["spec"]["hard"].keys() == {"limits.cpu", "limits.memory"}
    none = dict.fromkeys((f"{COMPUTE}.quota_{end}" for end in ("pods", "cpu_millicores", "memory_mib")), nothing)
    assert ("ResourceQuota", "tenant") not in Tenant(overrides=none).documents()


def test_a_default_that_nobody_states_is_left_out() -> None:
    absent = {
        f"{COMPUTE}.container_{what}_limit_{unit}": None for what, unit in (("cpu", "millicores"), ("memory", "mib"))
    }
    found = Tenant(overrides=absent).documents()
    assert found["LimitRange", "tenant"]["spec"]["limits"] == [
        {"type": "Container", "defaultRequest": {"cpu": "250m", "memory": "512Mi"}}
    ]
    requests = (f"{COMPUTE}.container_cpu_request_millicores", f"{COMPUTE}.container_memory_request_mib")
    assert ("LimitRange", "tenant") not in Tenant(overrides={**absent, **dict.fromkeys(requests)}).documents()


# network

INGRESS = "infrastructure.network.allowed_ingress_namespaces"
EGRESS = "infrastructure.network.allowed_egress_cidrs"
OPEN = {INGRESS: ["ingress-nginx", "monitoring"], EGRESS: ["192.0.2.0/24"]}


def test_every_pod_is_closed_in_both_directions_by_default() -> None:
    assert policies(Tenant().documents())["default-deny"] == {
        "podSelector": {},
        "policyTypes": ["Ingress", "Egress"],
    }


def test_pods_reach_dns_and_each_other() -> None:
    found = policies(Tenant().documents())
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


def test_a_workload_is_reached_on_its_port_from_the_namespaces_listed() -> None:
    found = policies(Tenant(overrides=OPEN).documents())
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


def test_a_workloads_own_labels_select_its_pods() -> None:
    workloads = {"api": {"kind": "Deployment", "labels": {"app": "Edge", "part": "api"}}}
    found = policies(Tenant(overrides=OPEN, kubernetes={"workloads": workloads}).documents())
    assert found["allow-ingress-api"]["podSelector"] == {"matchLabels": {"app": "Edge", "part": "api"}}


def test_an_empty_list_opens_nothing() -> None:
    """An empty `from` or `to` would mean everybody."""
    found = policies(Tenant().documents())
    assert found["allow-ingress-api"].keys() == found["allow-networks"].keys() == {"podSelector", "policyTypes"}
    assert found["allow-ingress-api"]["policyTypes"] == ["Ingress"]
    assert found["allow-networks"]["policyTypes"] == ["Egress"]


@pytest.mark.parametrize("tier", TIERS)
def test_nothing_reaches_a_suspended_tenant_even_if_nobody_prunes(tier: str) -> None:
    """Each policy of the active tenant is there again, for the same pods and directions, without a rule."""
    active = policies(Tenant(tier, OPEN).documents())
    suspended = policies(Tenant(tier, OPEN, status="suspended").documents())
    assert any("ingress" in policy for policy in active.values())
    assert suspended == {
        name: {"podSelector": policy["podSelector"], "policyTypes": policy["policyTypes"]}
        for name, policy in active.items()
    }


@pytest.mark.parametrize("status", ["migrating", "maintenance"])
def test_other_statuses_keep_the_network(status: str) -> None:
    assert policies(Tenant(overrides=OPEN, status=status).documents()) == policies(Tenant(overrides=OPEN).documents())


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
def test_the_internet_does_not_include_the_nodes_credentials(cidr: str, held_back: list[str] | None) -> None:
    [rule] = policies(Tenant(overrides={EGRESS: [cidr]}).documents())["allow-networks"]["egress"]
    [peer] = rule["to"]
    assert peer["ipBlock"] == ({"cidr": cidr} if held_back is None else {"cidr": cidr, "except": held_back})
    # the API server refuses an exception that is not strictly inside its network
    assert all(_strictly_inside(inner, cidr) for inner in held_back or ())


def _strictly_inside(inner: str, outer: str) -> bool:
    small, large = ip_network(inner), ip_network(outer)
    return small.version == large.version and small[0] in large and small.prefixlen > large.prefixlen


def test_text_that_is_no_network_is_said() -> None:
    [refusal] = Tenant(overrides={EGRESS: ["10.0.0.0/8", "::::/64"]}).refusals()
    assert refusal.path == EGRESS
    assert "`::::/64`" in refusal.choices[0]


# access

ACCESS = "security.access_control"
GROUPS = {f"{ACCESS}.admin_groups": ["acme-admins", "on-call"], f"{ACCESS}.viewer_groups": ["acme-staff"]}


def test_pods_run_without_a_token() -> None:
    assert Tenant().documents()["ServiceAccount", "tenant"]["automountServiceAccountToken"] is False


def test_groups_are_bound_to_their_roles() -> None:
    found = Tenant(overrides=GROUPS).documents()
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
def test_whoever_lost_a_right_loses_it_even_if_nobody_prunes(overrides: dict[str, Any]) -> None:
    found = Tenant(overrides=overrides).documents()
    assert _bound(found, "tenant-admin") == _bound(found, "tenant-viewer") == []


def test_no_role_can_undo_what_the_settings_say() -> None:
    for name in ("tenant-admin", "tenant-viewer"):
        for rule in Tenant().documents()["Role", name]["rules"]:
            assert "*" not in {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}
            assert not {"secrets", "pods/exec", "pods/attach"} & set(rule["resources"])
            assert not {"bind", "escalate", "impersonate"} & set(rule["verbs"])
            if not set(rule["verbs"]) <= {"get", "list", "watch"}:
                assert name == "tenant-admin"
                assert {*rule["resources"]} <= {
                    *("pods", "deployments", "deployments/scale", "statefulsets", "statefulsets/scale"),
                    *("cronjobs", "jobs"),
                }


def test_a_viewer_sees_what_an_administrator_sees() -> None:
    found = Tenant().documents()
    viewer, admin = (found["Role", name]["rules"] for name in ("tenant-viewer", "tenant-admin"))
    assert viewer == admin[: len(viewer)]
    assert len(admin) > len(viewer)
    assert "pods/log" in viewer[0]["resources"]


# autoscaling

SCALING = "infrastructure.auto_scaling"


def test_a_workload_follows_the_tenants_numbers() -> None:
    overrides = {
        f"{SCALING}.min_capacity": 2,
        f"{SCALING}.max_capacity": 12,
        f"{SCALING}.target_utilization": 60,
        f"{SCALING}.scale_up_cooldown": 30,
        f"{SCALING}.scale_down_cooldown": 900,
    }
    assert autoscaler(Tenant(overrides=overrides)) == {
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


def test_what_can_be_scaled_gets_an_autoscaler_of_its_own_kind() -> None:
    workloads = {**WORKLOADS, "agent": {"kind": "DaemonSet"}, "report": {"kind": "CronJob"}}
    found = Tenant(kubernetes={"workloads": workloads}).documents()
    kinds = {name: found[kind, name]["spec"]["scaleTargetRef"]["kind"] for kind, name in found if kind[0] == "H"}
    assert kinds == {"api": "Deployment", "worker": "StatefulSet"}


def test_a_tier_that_does_not_scale_has_no_autoscaler() -> None:
    assert not [key for key in Tenant("free").documents() if key[0] == "HorizontalPodAutoscaler"]
    assert [key for key in Tenant("free", {f"{SCALING}.enabled": True}).documents() if key[0][0] == "H"]


def test_a_workspace_without_workloads_builds_nothing_for_them() -> None:
    found = Tenant(overrides=OPEN, kubernetes={"workloads": {}}).documents()
    assert not [name for _, name in found if name in WORKLOADS or name.startswith("allow-ingress")]


@pytest.mark.parametrize(
    ("factor", "percent"), [(1.5, 50), (2, 100), (2.0, 100), (1.07, 7), (10.0, 900), (1000, 99900)]
)
def test_a_step_multiplies_by_the_factor_at_most(factor: float, percent: int) -> None:
    grow = autoscaler(Tenant(overrides={f"{SCALING}.max_scale_factor": factor}))["behavior"]["scaleUp"]
    assert grow["policies"] == [{"type": "Percent", "value": percent, "periodSeconds": 15}]


def test_a_factor_of_one_never_grows() -> None:
    grow = autoscaler(Tenant(overrides={f"{SCALING}.max_scale_factor": 1.0}))["behavior"]["scaleUp"]
    assert grow == {"stabilizationWindowSeconds": 300, "selectPolicy": "Disabled"}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{SCALING}.max_scale_factor", 1.005),
        (f"{SCALING}.max_capacity", None),
        (f"{SCALING}.target_utilization", None),
    ],
)
def test_what_an_autoscaler_cannot_say_is_reported(path: str, value: object) -> None:
    refusals = Tenant(overrides={path: value}).refusals()
    assert {refusal.path for refusal in refusals} == {path}
    assert all(refusal.choices for refusal in refusals)


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
