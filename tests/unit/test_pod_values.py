"""What charts put into their pods, by values.yaml: spec in, `pods` out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.building import codes, files, run
from tests.compiling import compile_files, tenant, write
from tests.real.kubernetes import minors, validate

WORKLOADS = {"api": {"kind": "Deployment", "port": 8080}, "db": {"kind": "StatefulSet", "labels": {"app": "d"}}}
PROMISED = "support.sla.availability_percent"


def built(root: Path, spec: str, **options: Any) -> dict[str, bytes]:
    """What comes of a tenant in a workspace with these options of Kubernetes."""
    kubernetes = {"workloads": WORKLOADS, **options}
    top = {
        "platform": "demo",
        "language": 1,
        "naming": 1,
        "kubernetes": kubernetes,
        "defaults": {"region": "us-east-1"},
    }
    made = run(write(root / "in", {"tenantc.yaml": json.dumps(top), "tenants/acme.yaml": spec}), root / "out")
    assert made.written, codes(made)
    return files(root / "out")


def pods(root: Path, spec: str, **options: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = yaml.safe_load(built(root, spec, **options)["tenants/acme/values.yaml"]).get("pods", {})
    return found


@pytest.mark.parametrize("percent", [99, 99.9])
def test_a_pod_takes_what_stands_there(tmp_path: Path, percent: float) -> None:
    spec = tenant(f"{PROMISED}: {percent}", tier="custom")
    found = pods(tmp_path, spec, priorities={"custom": 1}, spread={"required_from_percent": 99.9})
    assert found.keys() == WORKLOADS.keys()
    for part in found.values():
        body = {"containers": [{"name": "c", "image": "i"}], **part}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": body}
        assert [problem for version in minors() for problem in validate(pod, version)] == []


def test_a_platform_that_says_nothing_of_pods_is_told_nothing(tmp_path: Path) -> None:
    assert "pods" not in yaml.safe_load(built(tmp_path, tenant())["tenants/acme/values.yaml"])


@pytest.mark.parametrize("tier", ["free", "professional"])
def test_pods_name_the_class_that_their_estate_has(tmp_path: Path, tier: str) -> None:
    found = built(tmp_path, tenant(tier=tier), priorities={"free": 1, "professional": 2})
    [written] = yaml.safe_load_all(found["estates/us-east-1/kubernetes.yaml"])
    stated = yaml.safe_load(found["tenants/acme/values.yaml"])["pods"]
    assert stated == {name: {"priorityClassName": written["metadata"]["name"]} for name in WORKLOADS}


def test_a_grade_without_a_priority_names_no_class(tmp_path: Path) -> None:
    assert pods(tmp_path, tenant(tier="free"), priorities={"custom": 1}) == {}


@pytest.mark.parametrize(
    ("spread", "promised", "zones"),
    [
        ({}, 99.99, "ScheduleAnyway"),
        ({"required_from_percent": 99.9}, 99.8, "ScheduleAnyway"),
        ({"required_from_percent": 99.9}, 99.9, "DoNotSchedule"),
        ({"required_from_percent": 99}, 99.9, "DoNotSchedule"),
    ],
)
def test_pods_wait_for_their_zone_where_enough_is_promised(
    tmp_path: Path, spread: dict[str, float], promised: float, zones: str
) -> None:
    found = pods(tmp_path, tenant(f"{PROMISED}: {promised}", tier="custom"), spread=spread)

    def asked(name: str) -> dict[str, str]:
        return {one["topologyKey"]: one["whenUnsatisfiable"] for one in found[name]["topologySpreadConstraints"]}

    zone, node = "topology.kubernetes.io/zone", "kubernetes.io/hostname"
    assert asked("api") == {zone: zones, node: "ScheduleAnyway"}
    assert asked("db") == {zone: "ScheduleAnyway", node: "ScheduleAnyway"}, "its volumes lie where they lie"


def test_each_workload_counts_its_own_pods_of_one_version(tmp_path: Path) -> None:
    found = pods(tmp_path, tenant(), spread={})
    for name, labels, version in (
        ("api", {"app.kubernetes.io/name": "api"}, "pod-template-hash"),
        ("db", {"app": "d"}, "controller-revision-hash"),
    ):
        for one in found[name]["topologySpreadConstraints"]:
            assert (one["labelSelector"], one["matchLabelKeys"]) == ({"matchLabels": labels}, [version])


def test_no_section_of_settings_is_called_pods(tmp_path: Path) -> None:
    """It would stand in values.yaml under the same name."""
    section = "x-section: pods\ntype: object\nadditionalProperties: false\nproperties: {}\n"
    assert compile_files(tmp_path, {"schemas/pods.yaml": section, "tenants/acme.yaml": tenant()}).codes == ["T130"]
