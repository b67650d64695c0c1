"""What tenantc carries of Kubernetes' published schemas is what Kubernetes publishes, for every version it knows."""

import json
import os
from pathlib import Path

import pytest

from tests.real import kubernetes

FOLDER = Path(__file__).parents[2] / "schemas" / "kubernetes"

# Kubernetes' own kinds of which documents make objects, with their API versions
KINDS = {
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "LimitRange": "v1",
    "Namespace": "v1",
    "NetworkPolicy": "networking.k8s.io/v1",
    "PodDisruptionBudget": "policy/v1",
    "PriorityClass": "scheduling.k8s.io/v1",
    "ResourceQuota": "v1",
    "Role": "rbac.authorization.k8s.io/v1",
    "RoleBinding": "rbac.authorization.k8s.io/v1",
    "ServiceAccount": "v1",
    "ValidatingAdmissionPolicy": "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicyBinding": "admissionregistration.k8s.io/v1",
}


@pytest.mark.parametrize("version", kubernetes.minors())
def test_the_schemas_are_those_that_kubernetes_publishes(version: str) -> None:
    """`UPDATE_GOLDEN=1` writes them, as after a new release of Kubernetes."""
    file = FOLDER / f"{version}.json"
    found = kubernetes.published(version, KINDS)
    assert set(found["kinds"]) == set(KINDS)
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(json.dumps(found, indent=1) + "\n")
    assert json.loads(file.read_bytes()) == found


def test_no_version_is_carried_that_nobody_compares() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == kubernetes.minors()
