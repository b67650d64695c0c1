"""What stands in a cluster once for all tenants of an estate: a workspace in, the estate's folder out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tenantc.driver.workspace import load
from tests.building import codes, files, run
from tests.compiling import tenant, write
from tests.real.admission import refusals
from tests.real.kubernetes import minors, validate

PRIORITIES = {"free": -10, "professional": 100, "enterprise": 200, "custom": 300}
ARGO = "system:serviceaccount:argocd:argocd-application-controller"
ADMISSION: Mapping[str, Any] = {
    "image_registries": ["registry.example.com", "ghcr.io/demo"],
    "deployers": {"users": [ARGO, "o'neil\"\\n@example.com"], "groups": ["platform engineers"]},
}

Documents = list[dict[str, Any]]


def estate(root: Path, tiers: str = "free", **options: Any) -> dict[str, bytes]:
    """The files of an estate whose tenants have these tiers; none where it has no folder."""
    top = {"platform": "demo", "language": 1, "naming": 1, "targets": ["kubernetes"], "kubernetes": options}
    names = {f"tenants/{tier}.yaml": tenant(tier=tier).replace("acme", tier) for tier in tiers.split()}
    built = run(write(root / "in", {"tenantc.yaml": json.dumps(top), **names}), root / "out")
    assert built.written, codes(built)
    found = files(root / "out")
    return {name.rpartition("/")[2]: data for name, data in found.items() if name.startswith("estates/default/")}


def documents(root: Path, tiers: str = "free", **options: Any) -> Documents:
    return list(yaml.safe_load_all(estate(root, tiers, **options).get("kubernetes.yaml", b"")))


def test_the_strict_schemas_accept_every_document(tmp_path: Path) -> None:
    found = documents(tmp_path, "free custom", priorities=PRIORITIES, admission=ADMISSION)
    assert {one["kind"] for one in found} == {
        *("PriorityClass", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")
    }
    assert len(minors()) >= 5
    for version in minors():
        assert [problem for one in found for problem in validate(one, version)] == []


def test_an_estate_whose_platform_says_nothing_has_no_folder(tmp_path: Path) -> None:
    assert estate(tmp_path) == {}


def test_kustomize_finds_the_estates_documents(tmp_path: Path) -> None:
    found = estate(tmp_path, priorities=PRIORITIES)
    assert yaml.safe_load(found["kustomization.yaml"])["resources"] == ["kubernetes.yaml"]


def test_kinds_that_stand_in_the_cluster_already_are_left_to_it(tmp_path: Path) -> None:
    options: dict[str, Any] = {"priorities": PRIORITIES, "admission": ADMISSION}
    policy = "ValidatingAdmissionPolicy"
    for kinds, kept in (
        ({"include": ["PriorityClass"]}, {"PriorityClass"}),
        ({"exclude": ["PriorityClass"]}, {policy, f"{policy}Binding"}),
        ({"exclude": [policy]}, {"PriorityClass", f"{policy}Binding"}),
        ({"include": ["Namespace"]}, set()),
    ):
        assert {one["kind"] for one in documents(tmp_path, kinds=kinds, **options)} == kept


# --- priorities ---


def classes(found: Documents) -> dict[str, int]:
    return {one["metadata"]["name"]: one["value"] for one in found if one["kind"] == "PriorityClass"}


def test_each_grade_that_a_tenant_has_is_a_class(tmp_path: Path) -> None:
    assert classes(documents(tmp_path, "free enterprise", priorities=PRIORITIES)) == {
        "tenantc.demo.default.free--10": -10,
        "tenantc.demo.default.enterprise-200": 200,
    }


def test_a_grade_without_a_priority_has_no_class(tmp_path: Path) -> None:
    assert estate(tmp_path, "free", priorities={"custom": 1}) == {}
    assert classes(documents(tmp_path, "free custom", priorities={"custom": 1})).keys() == {
        "tenantc.demo.default.custom-1"
    }


def test_another_priority_is_another_class(tmp_path: Path) -> None:
    """The API server refuses to change the value of one that is there."""
    before, after = (classes(documents(tmp_path, priorities={"free": value})) for value in (1, 2))
    assert not before.keys() & after.keys()


def test_classes_of_platforms_and_environments_share_a_cluster(tmp_path: Path) -> None:
    top = {"language": 1, "naming": 1, "targets": ["kubernetes"], "kubernetes": {"priorities": PRIORITIES}}
    names: list[str] = []
    for platform, environment in (("a", "b-c"), ("a-b", "c"), ("system", "x")):
        stated = {**top, "platform": platform, "defaults": {"environments": [environment]}}
        texts = {
            "tenantc.yaml": json.dumps(stated),
            f"environments/{environment}.yaml": f"environment: {environment}\n",
            "tenants/acme.yaml": tenant(),
        }
        root = tmp_path / platform
        run(write(root, texts), tmp_path / "out" / platform)
        written = files(tmp_path / "out" / platform)[f"{environment}/estates/default/kubernetes.yaml"]
        names += classes(list(yaml.safe_load_all(written)))
    assert len(set(names)) == 3
    assert not [name for name in names if name.startswith("system-")], "Kubernetes keeps these to itself"


def test_a_held_tenant_keeps_its_class(tmp_path: Path) -> None:
    before = estate(tmp_path, "free professional", priorities=PRIORITIES)
    wrong = tenant("limits.max_users: 0").replace("acme", "free")
    (tmp_path / "in/tenants/free.yaml").write_text(wrong)
    assert run(tmp_path / "in", tmp_path / "out", keep_going=True).written
    assert files(tmp_path / "out")["estates/default/kubernetes.yaml"] == before["kubernetes.yaml"]


# --- what the API server refuses ---

OURS = {
    "app.kubernetes.io/part-of": "demo",
    "tenantc/environment": "default",
    "tenantc/tenant": "acme",
    "pod-security.kubernetes.io/enforce": "restricted",
}
NAMESPACE: Mapping[str, Any] = {"metadata": {"name": "demo-acme", "labels": OURS}}
DYING: Mapping[str, Any] = {"metadata": {**NAMESPACE["metadata"], "deletionTimestamp": "2026-11-01T00:00:00Z"}}
OTHERS: Mapping[str, Any] = {"metadata": {"name": "kube-system", "labels": {"kubernetes.io/metadata.name": "x"}}}
USER = {"username": "somebody", "groups": ["system:authenticated"]}


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> Documents:
    return documents(tmp_path_factory.mktemp("estate"), admission=ADMISSION)


def request(resource: str, operation: str = "CREATE", group: str = "", **user: Any) -> dict[str, Any]:
    return {"resource": resource, "operation": operation, "group": group, "userInfo": {**USER, **user}}


def pod(image: str = "ghcr.io/demo/api:1", **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "api"}, "spec": {"containers": [{"name": "api", "image": image}], **spec}}


def token(**asked: Any) -> dict[str, Any]:
    return {"volumes": [{"name": "t", "projected": {"sources": [{"serviceAccountToken": {"path": "t", **asked}}]}}]}


IMAGES = "a tenant's images come from registry.example.com or ghcr.io/demo"
TOKENS = (
    "a tenant's pod carries no token for the API server: say `automountServiceAccountToken: false`, or "
    "`serviceAccountName: tenant`"
)


@pytest.mark.parametrize(
    ("brought", "said"),
    [
        (pod(), []),
        (pod("registry.example.com/any/thing@sha256:ab"), []),
        (pod("nginx"), [IMAGES]),
        (pod("registry.example.com.evil.example/api"), [IMAGES]),
        (pod("ghcr.io/demonic/api"), [IMAGES]),
        (pod(initContainers=[{"name": "i", "image": "evil/x"}]), [IMAGES]),
        (pod(ephemeralContainers=[{"name": "e", "image": "evil/x"}]), [IMAGES]),
        (pod(volumes=[{"name": "v", "image": {"reference": "evil/x"}}]), [IMAGES]),
        (pod(volumes=[{"name": "v", "image": {"reference": "ghcr.io/demo/x"}}, {"name": "e", "emptyDir": {}}]), []),
        (pod(**token()), [TOKENS]),
        (pod(**token(audience="vault")), []),
        (pod(volumes=[{"name": "v", "projected": {"defaultMode": 420}}]), []),
        (pod(volumes=[{"name": "v", "projected": {"sources": [{"configMap": {"name": "x"}}]}}]), []),
    ],
)
def test_pods_run_the_platforms_images_and_carry_no_token(
    policies: Documents, brought: dict[str, Any], said: list[str]
) -> None:
    assert refusals(policies, NAMESPACE, request("pods"), object=brought) == said
    assert refusals(policies, OTHERS, request("pods"), object=brought) == []


def test_a_pod_that_was_there_before_may_stay_and_takes_no_new_image(policies: Documents) -> None:
    old, worse = pod("nginx"), pod("nginx", ephemeralContainers=[{"name": "debug", "image": "busybox"}])
    assert refusals(policies, NAMESPACE, request("pods", "UPDATE"), object=old, oldObject=old) == []
    debug = request("pods/ephemeralcontainers", "UPDATE")
    assert refusals(policies, NAMESPACE, debug, object=worse, oldObject=old) == [IMAGES]


def service(leaving: bool = False, **spec: Any) -> dict[str, Any]:
    return {"metadata": {"name": "api", **({"deletionTimestamp": "2026"} if leaving else {})}, "spec": spec}


@pytest.mark.parametrize(
    ("brought", "said"),
    [
        (service(), 0),
        (service(type="ClusterIP", externalIPs=[]), 0),
        (service(type="NodePort"), 1),
        (service(type="ExternalName", externalName="api.demo-other.svc"), 1),
        (service(type="ClusterIP", externalIPs=["192.0.2.1"]), 1),
        (service(type="LoadBalancer", externalIPs=["192.0.2.1"]), 2),
        (service(leaving=True, type="LoadBalancer"), 0),
    ],
)
def test_services_open_no_door_of_their_own(policies: Documents, brought: dict[str, Any], said: int) -> None:
    assert len(refusals(policies, NAMESPACE, request("services", "UPDATE"), object=brought)) == said
    assert refusals(policies, OTHERS, request("services"), object=brought) == []


def test_a_platform_may_let_tenants_have_load_balancers_and_tokens(tmp_path: Path) -> None:
    found = documents(tmp_path, admission={"service_types": ["ClusterIP", "LoadBalancer"], "api_tokens": True})
    assert refusals(found, NAMESPACE, request("services"), object=service(type="LoadBalancer")) == []
    assert refusals(found, NAMESPACE, request("services"), object=service(type="NodePort")) == [
        "a tenant's Service is of type ClusterIP or LoadBalancer"
    ]
    assert refusals(found, NAMESPACE, request("pods"), object=pod("nginx", **token())) == []
    policy = {"metadata": {"name": "open"}}
    opened = request("networkpolicies", group="networking.k8s.io")
    assert refusals(found, NAMESPACE, opened, object=policy) == [], "nobody said who deploys"


@pytest.mark.parametrize("resource", ["namespaces", "namespaces/status", "namespaces/finalize"])
@pytest.mark.parametrize(
    ("labels", "user", "said"),
    [
        (OURS, {}, 0),
        ({**OURS, "team": "x"}, {}, 0),
        ({**OURS, "tenantc/tenant": "globex"}, {"username": ARGO}, 1),
        ({**OURS, "tenantc/tenant": "globex"}, {}, 2),
        ({key: value for key, value in OURS.items() if key != "app.kubernetes.io/part-of"}, {"username": ARGO}, 1),
        (None, {"username": ARGO}, 1),
        ({**OURS, "pod-security.kubernetes.io/enforce": "privileged"}, {}, 1),
        ({**OURS, "pod-security.kubernetes.io/enforce": "privileged"}, {"groups": ["platform engineers"]}, 0),
        ({**OURS, "pod-security.kubernetes.io/warn": "privileged"}, {}, 1),
        ({**OURS, "istio-injection": "disabled"}, {}, 1),
        ({key: value for key, value in OURS.items() if "pod-security" not in key}, {}, 1),
        ({**OURS, "pod-security.kubernetes.io/enforce": "x"}, {"username": "o'neil\"\\n@example.com"}, 0),
    ],
)
def test_a_namespace_stays_its_tenants(
    policies: Documents, resource: str, labels: dict[str, str] | None, user: dict[str, Any], said: int
) -> None:
    brought = {"metadata": {"name": "demo-acme", **({"labels": labels} if labels is not None else {})}}
    asked = request(resource, "UPDATE", **user)
    # the API server selects a namespace by the labels that it is going to have
    assert len(refusals(policies, brought, asked, object=brought, oldObject=NAMESPACE)) == said


@pytest.mark.parametrize("labels", [{}, {"tenantc/tenant": "acme"}, {**OURS, "app.kubernetes.io/part-of": "other"}])
def test_namespaces_of_others_are_theirs(policies: Documents, labels: dict[str, str]) -> None:
    old = {"metadata": {"name": "other", **({"labels": labels} if labels else {})}}
    new = {"metadata": {"name": "other"}}
    assert refusals(policies, new, request("namespaces", "UPDATE"), object=new, oldObject=old) == []


@pytest.mark.parametrize(
    ("group", "resource"),
    [
        ("networking.k8s.io", "networkpolicies"),
        ("", "resourcequotas"),
        ("", "limitranges"),
        ("rbac.authorization.k8s.io", "rolebindings"),
        ("security.istio.io", "peerauthentications"),
        ("rbac.authorization.k8s.io", "roles"),
    ],
)
def test_only_deployers_change_what_bounds_a_tenant(policies: Documents, group: str, resource: str) -> None:
    there = {"metadata": {"name": "x"}}
    going = {"metadata": {"name": "x", "deletionTimestamp": "2026-11-01T00:00:00Z"}}
    for operation, objects in (
        ("CREATE", {"object": there}),
        ("UPDATE", {"object": there, "oldObject": there}),
        ("DELETE", {"oldObject": there}),
    ):
        for user, said in (({}, 1), ({"username": ARGO}, 0), ({"groups": ["platform engineers"]}, 0)):
            asked = request(resource, operation, group, **user)
            assert len(refusals(policies, NAMESPACE, asked, **objects)) == said
            assert refusals(policies, OTHERS, asked, **objects) == []
    assert refusals(policies, DYING, request(resource, "DELETE", group), oldObject=there) == []
    assert len(refusals(policies, DYING, request(resource, "CREATE", group), object=there)) == 1
    released = request(resource, "UPDATE", group)
    assert refusals(policies, NAMESPACE, released, object=going, oldObject=going) == [], "a finalizer is taken off"


@pytest.mark.parametrize("action", ["Deny", "Warn", "Audit"])
def test_a_platform_may_first_see_what_would_be_refused(tmp_path: Path, action: str) -> None:
    found = documents(tmp_path, admission={"action": action})
    bound = [one["spec"]["validationActions"] for one in found if one["kind"].endswith("Binding")]
    assert bound == [[action]] * 3


def test_a_registry_that_is_none_is_refused(tmp_path: Path) -> None:
    top = "platform: demo\nlanguage: 1\nnaming: 1\nkubernetes: {admission: {image_registries: [%s]}}\n"
    for registry, accepted in (("r.example:5000/a_b/c", True), ("r.example/", False), ('r" || true || "', False)):
        root = write(tmp_path / "w", {"tenantc.yaml": top % json.dumps(registry), "tenants/acme.yaml": tenant()})
        assert (not load(root.resolve()).diagnostics) is accepted
