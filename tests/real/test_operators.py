"""What is written for operators is what their own schemas take."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.real import operators
from tests.unit.test_kubernetes_operators import BACKUP, DOMAINS, MEASURES, PREDICTIVE, RENEWAL, found

TENANTS: Mapping[str, Mapping[str, Any]] = {
    "full": {},
    "silent": {
        "monitoring.metrics.enabled": False,
        "monitoring.alerting_rules.system_health": False,
        "monitoring.alerting_rules.usage_limits": False,
        f"{BACKUP}.enabled": False,
    },
    "other": {DOMAINS: ["a.example"], RENEWAL: 15},
}
# what a tenant has to ask for to have objects of a kind
STATED: Mapping[str, Mapping[str, Any]] = {"ScaledObject": {PREDICTIVE: True, MEASURES: []}}


@pytest.mark.parametrize("tenant", TENANTS)
@pytest.mark.parametrize("kind", operators.MODELS)
def test_operators_take_what_is_written_for_them(tmp_path: Path, kind: str, tenant: str) -> None:
    documents = found(tmp_path, {**TENANTS[tenant], **STATED.get(kind, {})})[kind]
    assert documents
    assert [problem for one in documents for problem in operators.validate(one)] == []


@pytest.mark.parametrize(
    ("kind", "way", "value"),
    [
        ("Certificate", ("spec", "renewBefre"), "360h"),
        ("PrometheusRule", ("spec", "groups"), {"name": "one"}),
        ("Schedule", ("spec", "template", "ttl"), 720),
        ("ServiceMonitor", ("spec", "endpoints", 0, "targetPort"), True),
        ("ServiceMonitor", ("metadata", "label"), {}),
        ("ScaledObject", ("spec", "maxReplicaCount"), "ten"),
    ],
)
def test_they_refuse_what_is_not_theirs(tmp_path: Path, kind: str, way: tuple[Any, ...], value: object) -> None:
    document: Any = found(tmp_path, STATED.get(kind, {}))[kind][0]
    here = document
    for step in way[:-1]:
        here = here[step]
    here[way[-1]] = value
    assert operators.validate(document) != []
