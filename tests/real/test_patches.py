"""A strategic merge patch does to an object what kustomize makes of it, and a JSON Patch what RFC 6902 says."""

from typing import Any

import pytest
import yaml

from tenantc.driver import library
from tenantc.emit.patching import applied
from tenantc.load.patches import read_patches
from tenantc.load.text import parse_text
from tests.real import kubernetes

METADATA = {"name": "it", "labels": {"a": "1", "b": "2"}, "finalizers": ["x/one", "x/two"]}
CASES: dict[str, tuple[dict[str, Any], str]] = {
    "a mapping is merged key by key": (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": METADATA},
        "{metadata: {labels: {b: '3', c: '4'}, annotations: {x: 'y'}}}",
    ),
    "null takes a key away, and one that is not there stays away": (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": METADATA},
        "{metadata: {labels: {b: null, c: null}, annotations: null}}",
    ),
    "a mapping is replaced": (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": METADATA},
        "{metadata: {labels: {$patch: replace, z: '1'}}}",
    ),
    "a mapping is deleted": (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": METADATA},
        "{metadata: {labels: {$patch: delete}}}",
    ),
    "a list of mappings goes by the key that tells them apart": (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": METADATA,
         "imagePullSecrets": [{"name": "one"}, {"name": "two"}]},
        "{imagePullSecrets: [{name: two}, {name: three}]}",
    ),
    "an item of such a list is deleted": (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": METADATA,
         "secrets": [{"name": "one", "namespace": "a"}, {"name": "two"}]},
        "{secrets: [{name: one, $patch: delete}]}",
    ),
    "an item of such a list is merged": (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": METADATA,
         "secrets": [{"name": "one", "namespace": "a"}, {"name": "two"}]},
        "{secrets: [{name: one, fieldPath: x}]}",
    ),
    "such a list is replaced": (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": METADATA,
         "secrets": [{"name": "one", "namespace": "a"}, {"name": "two"}]},
        "{secrets: [{$patch: replace}, {name: four}]}",
    ),
    "a list of plain values gets those that it lacks": (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": METADATA},
        # in this order kustomize leaves them; the API server appends
        "{metadata: {finalizers: [x/one, x/two, x/three]}}",
    ),
    "any other list is replaced whole": (
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": METADATA,
         "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]},
        "{rules: [{apiGroups: [apps], resources: [deployments], verbs: [list]}]}",
    ),
    "an operator's object is merged too, its lists replaced": (
        {"apiVersion": "velero.io/v1", "kind": "Schedule", "metadata": METADATA,
         "spec": {"schedule": "@every 1h", "template": {"includedNamespaces": ["a"], "ttl": "1h"}}},
        "{spec: {template: {includedNamespaces: [b, c], ttl: null, snapshotVolumes: false}}}",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def kustomized(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What kustomize makes of every case, each object under a name of its own."""
    folder = tmp_path_factory.mktemp("kustomize")
    objects, patches = [], []
    for index, (given, patch) in enumerate(CASES.values()):
        objects.append(yaml.safe_dump({**given, "metadata": {**given["metadata"], "name": f"it-{index}"}}))
        head = {"apiVersion": given["apiVersion"], "kind": given["kind"]}
        body = yaml.safe_load(patch)
        named = {**head, **body, "metadata": {"name": f"it-{index}", **body.get("metadata", {})}}
        patches.append({"patch": yaml.safe_dump(named)})
    (folder / "objects.yaml").write_text("---\n".join(objects))
    (folder / "kustomization.yaml").write_text(yaml.safe_dump({"resources": ["objects.yaml"], "patches": patches}))
    built = {one["metadata"]["name"]: one for one in kubernetes.kustomize(folder)}
    return [built[f"it-{index}"] for index in range(len(CASES))]


@pytest.mark.parametrize("name", CASES)
def test_a_merge_patch_does_what_kustomize_does(name: str, kustomized: list[dict[str, Any]]) -> None:
    given, patch = CASES[name]
    expected = kustomized[[*CASES].index(name)]
    expected["metadata"]["name"] = "it"
    assert changed(given, f"merge: {patch}") == without_empty(expected)


def test_json_patches_point_at_keys_with_slashes_and_at_items() -> None:
    given: dict[str, Any] = {
        "apiVersion": "v1", "kind": "ServiceAccount",
        "metadata": {"name": "it", "annotations": {"a/b": "1", "c~d": "2"}},
        "secrets": [{"name": "one"}],
    }  # fmt: skip
    operations = """json:
      - {op: move, from: /metadata/annotations/a~1b, path: /metadata/annotations/c~0d}
      - {op: add, path: /secrets/-, value: {name: last}}
      - {op: add, path: /secrets/0, value: {name: first}}
      - {op: copy, from: /secrets/0, path: /secrets/1}
      - {op: remove, path: /secrets/2}
    """
    found = changed(given, operations)
    assert found["metadata"]["annotations"] == {"c~d": "1"}
    assert [one["name"] for one in found["secrets"]] == ["first", "first", "last"]


def changed(given: dict[str, Any], patch: str) -> dict[str, Any]:
    """An object as a patch of a tenantc.yaml changes it; it finds nothing wrong with the patch itself."""
    text = f"- kind: {given['kind']}\n  {patch}"
    (node,) = parse_text("patches.yaml", text.encode()).value
    published = library.published("1.30")
    outcome = read_patches(node, {given["kind"]}, (), [published])
    assert [one.code for one in outcome.diagnostics] == ([] if published.knows(given["kind"]) else ["T614"])
    (read,) = outcome.value
    found = applied(read, given, published)
    assert isinstance(found, dict), found
    return without_empty(found)


def without_empty(value: dict[str, Any]) -> dict[str, Any]:
    """kustomize leaves mappings out that became empty; to Kubernetes they are the same."""
    inner = {key: without_empty(one) if isinstance(one, dict) else one for key, one in value.items()}
    return {key: one for key, one in inner.items() if one not in ({}, [])}
