"""What is written for operators that a cluster may have: nothing unless tenantc.yaml says that it has them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantc.driver.effects import effects
from tenantc.driver.emission import Emission
from tenantc.driver.library import document_schema
from tenantc.driver.workspace import load
from tenantc.emit.kubernetes.documents import DOCUMENTS
from tests.compiling import write
from tests.real.kubernetes import minors, validate
from tests.real.operators import MODELS
from tests.unit.test_why import TENANTS, TOP, compiled, texts

DOMAINS = "infrastructure.network.custom_domains"
RENEWAL = "security.encryption_config.tls.renew_before_days"
BACKUP = "infrastructure.disaster_recovery.backup"
SCALING = "infrastructure.auto_scaling"
MEASURES = f"{SCALING}.custom_metrics"
PREDICTIVE = f"{SCALING}.predictive_scaling"
# Kinds of operators whose schema no Python package was found to ship: looked through were the cloudcoil-models, from
# which the others are checked (tests/real/operators.py), lightkube-models, pulumi-kubernetes-cert-manager,
# kubernetes-client and kubesdk-cli. People read them in the golden case kubernetes-operators.
UNCHECKED = {"ExternalSecret", "HTTPRoute", "ReferenceGrant"}
FOREIGN = UNCHECKED | MODELS.keys()

Found = dict[str, list[dict[str, Any]]]


def workspace(options: Mapping[str, Any]) -> dict[str, Any]:
    """The full workspace, where `options` stand for its own; None leaves one out."""
    stated = {**TOP["kubernetes"], **options}
    return {**TOP, "kubernetes": {key: value for key, value in stated.items() if value is not None}}


def found(root: Path, overrides: Mapping[str, Any], status: str = "active", **options: Any) -> Found:
    """The documents of a tenant by kind, where `options` stand for those of the full workspace."""
    top = workspace(options)
    files = texts(root, "professional", {**TENANTS["professional"], **overrides}, top, status)
    assert files is not None
    result: Found = {}
    for document in yaml.safe_load_all(files["kubernetes.yaml"]):
        result.setdefault(document["kind"], []).append(document)
    return result


def test_kinds_that_kubernetes_does_not_know_are_listed(tmp_path: Path) -> None:
    ahead = found(tmp_path, {PREDICTIVE: True, MEASURES: []})
    documents = [document for held in ahead.values() for document in held]
    unknown = {one["kind"] for one in documents if any("Kubernetes 1.30 has no" in text for text in validate(one))}
    assert unknown == FOREIGN
    assert {document.kind for document in DOCUMENTS} > FOREIGN


@pytest.mark.parametrize("version", minors())
def test_the_strict_schemas_of_a_version_accept_what_is_written_for_it(tmp_path: Path, version: str) -> None:
    held = found(tmp_path, {}, version=version)
    own = [document for kind in held.keys() - FOREIGN for document in held[kind]]
    assert {one["kind"] for one in own} >= {
        document.kind for document in DOCUMENTS if document.scope == "tenant"
    } - FOREIGN - {"Kustomization"}
    assert [problem for one in own for problem in validate(one, version)] == []


def test_a_cluster_without_operators_is_given_nothing_for_them(tmp_path: Path) -> None:
    # what is read from secret stores hangs on those
    held = found(tmp_path, {PREDICTIVE: True}, prometheus=None, velero=None, gateway=None, keda=None, istio=None)
    assert held.keys() & FOREIGN == {"ExternalSecret"}
    assert "Certificate" not in found(tmp_path, {}, gateway={"name": "g", "namespace": "n", "workload": "api"})


def test_every_domain_has_a_route_and_a_certificate_that_the_gateway_may_read(tmp_path: Path) -> None:
    held = found(tmp_path, {DOMAINS: ["a.example", "b.example"], RENEWAL: 15})
    for route, certificate, grant in zip(held["HTTPRoute"], held["Certificate"], held["ReferenceGrant"], strict=True):
        assert route["spec"]["hostnames"] == certificate["spec"]["dnsNames"]
        assert route["spec"]["rules"] == [{"backendRefs": [{"name": "api", "port": 8080}]}]
        assert certificate["spec"]["renewBefore"] == "360h"
        assert grant["spec"]["to"] == [{"group": "", "kind": "Secret", "name": certificate["spec"]["secretName"]}]
        assert grant["spec"]["from"][0]["namespace"] == route["spec"]["parentRefs"][0]["namespace"] == "gateways"
    names = [route["metadata"]["name"] for route in held["HTTPRoute"]]
    fewer = found(tmp_path, {DOMAINS: ["b.example"]})["HTTPRoute"]
    assert [route["metadata"]["name"] for route in fewer] == names[1:], "another domain's name stays"


def refusal(root: Path, overrides: Mapping[str, Any], **options: Any) -> str:
    pipeline, one = compiled(root, "professional", {**TENANTS["professional"], **overrides}, workspace(options))
    assert one.judged is not None
    said = {f"{one.code} {one.message} ({one.help})" for one in Emission(pipeline).tenant(one.judged)[1]}
    [found] = said
    return found


def test_a_certificate_cannot_be_renewed_before_it_begins(tmp_path: Path) -> None:
    assert found(tmp_path, {RENEWAL: 89})["Certificate"][0]["spec"]["renewBefore"] == "2136h"
    said = refusal(tmp_path, {RENEWAL: 90})
    assert said.startswith("T603")
    assert "renew certificates fewer than 90 days before their end" in said


def test_a_route_needs_a_workload_that_says_its_port(tmp_path: Path) -> None:
    said = refusal(tmp_path, {}, gateway={"name": "g", "namespace": "n", "workload": "worker"})
    assert said.startswith("T603")
    assert "name one of `kubernetes.workloads` that says its port" in said


@pytest.mark.parametrize(("days", "kept", "every", "ttl"), [(1, 1, "24h", "24h"), (7, 30, "168h", "720h")])
def test_backups_are_made_and_kept_as_long_as_settings_say(
    tmp_path: Path, days: int, kept: int, every: str, ttl: str
) -> None:
    overrides = {f"{BACKUP}.full_interval_days": days, "limits.backup_retention_days": kept}
    [schedule] = found(tmp_path, overrides)["Schedule"]
    assert schedule["metadata"]["namespace"] == "backups"
    assert schedule["spec"] == {
        "schedule": f"@every {every}",
        "paused": False,
        "template": {"includedNamespaces": ["demo-acme"], "storageLocation": "far", "ttl": ttl},
    }


def test_backups_that_are_switched_off_pause(tmp_path: Path) -> None:
    """`kubectl apply` deletes nothing, so a schedule that was left out would go on."""
    [schedule] = found(tmp_path, {f"{BACKUP}.enabled": False})["Schedule"]
    assert schedule["spec"]["paused"] is True


def policy(held: Found, name: str) -> Any:
    return next(one["spec"] for one in held["NetworkPolicy"] if one["metadata"]["name"] == name)


def test_prometheus_reaches_what_it_watches(tmp_path: Path) -> None:
    held = found(tmp_path, {"monitoring.metrics.granularity_minutes": 2})
    [monitor] = held["ServiceMonitor"]
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert monitor["spec"] == {
        "selector": {"matchLabels": {"app.kubernetes.io/name": "api"}},
        "scrapeClass": "mesh",
        "endpoints": [
            {
                "targetPort": 8080,
                "path": "/metrics",
                "scheme": "https",
                "tlsConfig": {"insecureSkipVerify": True},
                "interval": "2m",
            }
        ],
    }
    [plain] = found(tmp_path, {}, istio=None)["ServiceMonitor"]
    assert plain["spec"].keys() == {"selector", "endpoints"}
    assert plain["spec"]["endpoints"][0].keys() == {"targetPort", "path", "interval"}
    [rule] = policy(held, "allow-scraping-api")["ingress"]
    assert rule["from"][0]["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": "observability"}
    assert rule["ports"] == [{"protocol": "TCP", "port": 8080}]
    unwatched = found(tmp_path, {"monitoring.metrics.enabled": False})
    # empty and not left out, so that it goes from the cluster, too
    assert unwatched["ServiceMonitor"][0]["spec"]["endpoints"] == []
    assert policy(unwatched, "allow-scraping-api")["policyTypes"] == ["Ingress"]
    assert "ingress" not in policy(unwatched, "allow-scraping-api")


MTLS = "security.encryption_config.tls.internal_mtls"


@pytest.mark.parametrize(("asked", "mode"), [(True, "STRICT"), (False, "PERMISSIVE")])
def test_pods_in_a_mesh_prove_who_they_are_if_settings_say_so(tmp_path: Path, asked: bool, mode: str) -> None:
    held = found(tmp_path, {MTLS: asked})
    [peers] = held["PeerAuthentication"]
    assert (peers["metadata"]["name"], peers["metadata"]["namespace"]) == ("default", "demo-acme")
    assert peers["spec"] == {"mtls": {"mode": mode}}
    assert held["Namespace"][0]["metadata"]["labels"]["istio-injection"] == "enabled"


def test_proxies_reach_the_meshs_control_plane(tmp_path: Path) -> None:
    named, usual, closed = (
        policy(held, "allow-mesh")
        for held in (found(tmp_path, {}), found(tmp_path, {}, istio={}), found(tmp_path, {}, status="suspended"))
    )
    for spec, namespace in ((named, "mesh"), (usual, "istio-system")):
        assert spec["podSelector"] == {}
        istiod = {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
            "podSelector": {"matchLabels": {"app": "istiod"}},
        }
        assert spec["egress"] == [{"to": [istiod], "ports": [{"protocol": "TCP", "port": 15012}]}]
    assert closed == {"podSelector": {}, "policyTypes": ["Egress"]}


def test_without_a_mesh_nothing_says_that_there_is_one(tmp_path: Path) -> None:
    held = found(tmp_path, {}, istio=None)
    assert "PeerAuthentication" not in held
    assert "istio-injection" not in held["Namespace"][0]["metadata"]["labels"]
    assert "allow-mesh" not in {one["metadata"]["name"] for one in held["NetworkPolicy"]}


def test_administrators_say_which_metrics_are_the_tenants_own(tmp_path: Path) -> None:
    def monitors(held: Found, role: str = "tenant-admin") -> list[Any]:
        [rules] = [one["rules"] for one in held["Role"] if one["metadata"]["name"] == role]
        return [one for one in rules if one["apiGroups"] == ["monitoring.coreos.com"]]

    own = {"monitoring.metrics.custom_metrics": True}
    [rule] = monitors(found(tmp_path, own))
    assert rule["resources"] == ["podmonitors", "servicemonitors"]
    assert {"get", "list", "watch", "create", "update", "patch", "delete"} == set(rule["verbs"])
    assert monitors(found(tmp_path, own), "tenant-viewer") == []
    assert monitors(found(tmp_path, {"monitoring.metrics.custom_metrics": False})) == []
    assert monitors(found(tmp_path, own, prometheus=None)) == [], "nobody would read them"


def test_a_workload_is_never_emptied_at_once(tmp_path: Path) -> None:
    api, worker = found(tmp_path, {})["PodDisruptionBudget"]
    assert api["spec"]["maxUnavailable"] == worker["spec"]["maxUnavailable"] == 1
    assert worker["spec"]["selector"] == {"matchLabels": {"app": "w"}}
    assert validate(api) == []


@pytest.mark.parametrize(
    ("measures", "metrics"),
    [
        ([], []),
        (["cpu_usage"], []),
        (["memory_usage"], [{"type": "Utilization", "averageUtilization": 70}]),
        (["ai_session_count", "cpu_usage"], [{"type": "AverageValue", "averageValue": "50"}]),
    ],
)
def test_replicas_follow_the_measures_that_settings_name(
    tmp_path: Path, measures: list[str], metrics: list[dict[str, Any]]
) -> None:
    [scaler, _] = found(tmp_path, {MEASURES: measures})["HorizontalPodAutoscaler"]
    cpu, *further = scaler["spec"]["metrics"]
    assert cpu["resource"]["name"] == "cpu"
    assert [(one.get("resource") or one["pods"])["target"] for one in further] == metrics
    assert validate(scaler, TOP["kubernetes"]["version"]) == []


def test_a_measure_that_the_platform_does_not_explain_is_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path, {MEASURES: ["queue_length"]})
    assert said.startswith("T603")
    assert "say in tenantc.yaml what `queue_length` is, under `kubernetes.scaling_metrics`" in said


def test_keda_scales_what_no_autoscaler_follows_within_the_same_bounds(tmp_path: Path) -> None:
    bounds = {"min_capacity": 2, "max_capacity": 9, "target_utilization": 60, "scale_up_cooldown": 30}
    overrides = {f"{SCALING}.{name}": value for name, value in bounds.items()}
    plain = found(tmp_path, {**overrides, MEASURES: ["memory_usage"]})
    assert "ScaledObject" not in plain
    held = found(tmp_path, {**overrides, MEASURES: ["memory_usage", "queued_jobs"]})
    assert "HorizontalPodAutoscaler" not in held, "no workload has two"
    for scaler, one in zip(plain["HorizontalPodAutoscaler"], held["ScaledObject"], strict=True):
        ours, theirs = scaler["spec"], one["spec"]
        # KEDA takes over the autoscaler of this name, which `kubectl apply` leaves in the cluster
        assert one["metadata"]["annotations"] == {"scaledobject.keda.sh/transfer-hpa-ownership": "true"}
        config = {"name": scaler["metadata"]["name"], "behavior": ours["behavior"]}
        assert theirs["advanced"] == {"horizontalPodAutoscalerConfig": config}
        assert theirs["scaleTargetRef"] == ours["scaleTargetRef"]
        assert (theirs["minReplicaCount"], theirs["maxReplicaCount"]) == (ours["minReplicas"], ours["maxReplicas"])
        *resources, query = theirs["triggers"]
        assert resources == [
            {"type": kind, "metricType": "Utilization", "metadata": {"value": "60"}} for kind in ("cpu", "memory")
        ]
        assert query == {
            "type": "prometheus",
            "metricType": "AverageValue",
            "metadata": {
                "serverAddress": "http://prometheus:9090",
                "query": 'sum(app_queued_jobs{namespace="demo-acme"})',
                "threshold": "20",
                "ignoreNullValues": "false",
            },
        }


def test_keda_never_goes_below_one_replica(tmp_path: Path) -> None:
    held = found(tmp_path, {MEASURES: ["queued_jobs"], "unset": [f"{SCALING}.min_capacity"]})
    assert {one["spec"]["minReplicaCount"] for one in held["ScaledObject"]} == {1}


@pytest.mark.parametrize(("most", "share", "replicas"), [(10, 0.5, "5"), (7, 0.5, "4"), (10, 0.12, "2"), (3, 1, "3")])
def test_replicas_are_there_when_load_is_expected(tmp_path: Path, most: int, share: float, replicas: str) -> None:
    when = {"start": "0 17 * * 1-5", "end": "30 22 * * 1-5", "timezone": "Europe/Berlin"}
    overrides = {PREDICTIVE: True, MEASURES: [], f"{SCALING}.max_capacity": most}
    held = found(tmp_path, overrides, keda={"expected": [{**when, "share": share}]})
    cpu, ahead = held["ScaledObject"][0]["spec"]["triggers"]
    assert cpu["type"] == "cpu"
    assert ahead == {"type": "cron", "metadata": {**when, "desiredReplicas": replicas}}


def test_where_nobody_has_keda_tenants_are_scaled_by_their_load_alone(tmp_path: Path) -> None:
    ahead, after = (found(tmp_path, {PREDICTIVE: asked}, keda=None) for asked in (True, False))
    assert ahead.keys() == after.keys()
    assert ahead["HorizontalPodAutoscaler"] == after["HorizontalPodAutoscaler"]
    [setting] = effects(compiled(tmp_path, "free", {}, workspace({"keda": None}))[0].workspace, PREDICTIVE)
    assert ("scaled_object", "kubernetes.keda") in {(one.name, lacks) for one, lacks in setting.dormant}


EXPECTED = {"start": "0 17 * * 5", "end": "0 17 * * 5", "timezone": "UTC", "share": 1}


@pytest.mark.parametrize(
    ("overrides", "keda", "choice"),
    [
        ({MEASURES: ["queued_jobs"]}, None, "say in tenantc.yaml that the cluster has KEDA, as `kubernetes.keda`"),
        ({MEASURES: ["queued_jobs"]}, {}, "where Prometheus is asked, as `kubernetes.keda.prometheus`"),
        (
            {PREDICTIVE: True, MEASURES: []},
            {},
            "when load is expected, as `kubernetes.keda.expected`; or set it to false",
        ),
        ({PREDICTIVE: True}, {}, "say in tenantc.yaml what `ai_session_count` is as a `query`"),
        ({PREDICTIVE: True, MEASURES: ["queue_length"]}, {}, "say in tenantc.yaml what `queue_length` is"),
        ({PREDICTIVE: True, MEASURES: []}, {"expected": [EXPECTED]}, "let it end at another time than it begins"),
        ({MEASURES: ["queued_jobs"], f"{SCALING}.max_scale_factor": 1.005}, TOP["kubernetes"]["keda"], "two decimal"),
        ({MEASURES: ["queued_jobs"], "unset": [f"{SCALING}.max_capacity"]}, TOP["kubernetes"]["keda"], "set it, or"),
    ],
)
def test_what_keda_cannot_follow_is_refused_with_a_way_out(
    tmp_path: Path, overrides: dict[str, Any], keda: Any, choice: str
) -> None:
    said = refusal(tmp_path, overrides, keda=keda)
    assert said.startswith("T603")
    assert choice in said


@pytest.mark.parametrize(
    ("kubernetes", "problem"),
    [
        ("scaling_metrics: {jobs: {per_replica: 1}}", "lacks `metric`; or lacks `query`"),
        (
            "scaling_metrics: {jobs: {metric: a, query: b, per_replica: 1}}",
            "says several things, of which one excludes",
        ),
        (
            "keda: {expected: [{start: 61 * * * *, end: 0 2 * * 6, timezone: UTC, share: 1}]}",
            "`61 * * * *`, which does",
        ),
        ("keda: {expected: [{start: 0 1 * * 6, end: 0 2 * * 6, timezone: UTC, share: 0}]}", "is 0, and is above 0"),
    ],
)
def test_a_slip_in_what_is_said_of_scaling_is_told(tmp_path: Path, kubernetes: str, problem: str) -> None:
    top = f"platform: demo\nlanguage: 1\nnaming: 1\nkubernetes: {{{kubernetes}}}\n"
    [said] = load(write(tmp_path, {"tenantc.yaml": top})).diagnostics
    assert said.code == "T122"
    assert problem in said.message


@pytest.mark.parametrize(
    ("said", "status", "passes"),
    [
        ({"ingress": "deny", "egress": "deny"}, "active", set()),
        ({"ingress": "allow", "egress": "deny"}, "active", {"ingress"}),
        ({"ingress": "deny", "egress": "allow"}, "active", {"egress"}),
        ({"ingress": "allow", "egress": "allow"}, "suspended", set()),
    ],
)
def test_what_no_rule_names_passes_if_settings_say_so(
    tmp_path: Path, said: dict[str, str], status: str, passes: set[str]
) -> None:
    overrides = {f"infrastructure.network.default_{way}": verb for way, verb in said.items()}
    held = found(tmp_path, {"infrastructure.network.segments": {}, **overrides}, status=status)["NetworkPolicy"]
    spec = next(one["spec"] for one in held if one["metadata"]["name"] == "allow-by-default")
    assert {way for way in ("ingress", "egress") if way in spec} == passes
    for rule in spec.get("egress", ()):
        blocks = [one["ipBlock"] for one in rule["to"] if "ipBlock" in one]
        assert all("169.254.0.0/16" in one["except"] for one in blocks if ":" not in one["cidr"])


# --- living with what exists ---


def test_kinds_that_stand_in_the_cluster_already_are_left_to_it(tmp_path: Path) -> None:
    everything = found(tmp_path, {}).keys()
    assert found(tmp_path, {}, kinds={"exclude": ["Role", "ConfigMap"]}).keys() == everything - {"Role", "ConfigMap"}
    for kind in ("NetworkPolicy", "ConfigMap"):
        assert found(tmp_path, {}, kinds={"include": [kind]}).keys() == {kind}
    bound = found(tmp_path, {}, kinds={"exclude": ["Role"]})["RoleBinding"]
    assert [one["roleRef"]["name"] for one in bound] == ["tenant-viewer", "tenant-admin"]


def test_a_setting_drives_no_document_that_is_left_out(tmp_path: Path) -> None:
    pipeline, _ = compiled(tmp_path, "free", {}, {**TOP, "kubernetes": {"kinds": {"exclude": ["ResourceQuota"]}}})
    [pods] = effects(pipeline.workspace, "infrastructure.compute.quota_pods")
    assert (pods.documents, pods.awaiting) == ((), None)


def test_every_kind_that_is_written_can_be_chosen() -> None:
    stated = document_schema("workspace")["properties"]["kubernetes"]["properties"]["kinds"]["properties"]
    written = {document.kind for document in DOCUMENTS} | {"ConfigMap"}
    assert set(stated["include"]["items"]["enum"]) == set(stated["exclude"]["items"]["enum"]) == written
