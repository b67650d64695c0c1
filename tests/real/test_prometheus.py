"""A tenant's alerts in Prometheus itself: they parse, fire when something is wrong, and keep still otherwise."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.real import parts
from tests.unit.test_why import PROMETHEUS, SWITCHES, TENANTS, TOP, texts

OVERRIDES: Mapping[str, Any] = {
    **TENANTS["professional"],
    "limits.max_users": 200,
    "billing.usage_alerts.first_at_percent": 80,
    "support.sla.availability_percent": 99.5,
}
BURNT = "requests fail so often that the promise of 99.5 % would be broken early"
WAITS = "container web of pod api waits for CPU"
HERE = 'namespace="demo-acme"'
# hostile, and every one of them a label, an annotation or PromQL in what comes out
HOSTILE = "\"quotes\" 'more' {{ $value }} %s ${HOME} back\\\\slash — ünïcödé"


def groups(
    root: Path, overrides: Mapping[str, Any] = OVERRIDES, top: Mapping[str, Any] = TOP, tier: str = "professional"
) -> dict[str, Any]:
    files = texts(root, tier, overrides, top)
    assert files is not None
    [rule] = [one for one in yaml.safe_load_all(files["kubernetes.yaml"]) if one["kind"] == "PrometheusRule"]
    return {"groups": rule["spec"]["groups"]}


def promtool(*arguments: str | Path) -> str:
    parts.need(parts.PROMTOOL)
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise parts.RefusedError(f"{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def firing(root: Path, series: Mapping[str, str], minutes: int, rules: Mapping[str, Any], every: str = "1m") -> None:
    """Raises RefusedError unless exactly these alerts fire: `rules` gives by name the labels of each."""
    (root / "rules.yaml").write_text(yaml.safe_dump(groups(root)))
    names = {rule["alert"] for group in groups(root)["groups"] for rule in group["rules"]}
    tests = [
        {
            "interval": "1m",
            "input_series": [{"series": key, "values": values} for key, values in series.items()],
            "alert_rule_test": [
                {
                    "eval_time": f"{minutes}m",
                    "alertname": name,
                    "exp_alerts": [
                        {"exp_labels": labels, "exp_annotations": {"summary": summary}}
                        for labels, summary in rules.get(name, [])
                    ],
                }
                for name in sorted(names)
            ],
        }
    ]
    whole = {"rule_files": ["rules.yaml"], "evaluation_interval": every, "tests": tests}
    (root / "tests.yaml").write_text(yaml.safe_dump(whole))
    promtool("test", "rules", root / "tests.yaml")


def alert(severity: str, **labels: str) -> dict[str, str]:
    return {"severity": severity, "tenantc_tenant": "acme", **labels}


def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    for tier_overrides in (OVERRIDES, {}, {**OVERRIDES, "support.sla.availability_percent": 90}):
        (tmp_path / "rules.yaml").write_text(yaml.safe_dump(groups(tmp_path, tier_overrides)))
        assert "SUCCESS" in promtool("check", "rules", tmp_path / "rules.yaml")


def test_every_switch_has_a_group_and_takes_it_away(tmp_path: Path) -> None:
    def names(overrides: Mapping[str, Any]) -> set[str]:
        return {group["name"] for group in groups(tmp_path, overrides)["groups"]}

    everything = names({**OVERRIDES, **dict.fromkeys(_switches(), True)})
    for path in _switches():
        name = path.rpartition(".")[2].replace("_", "-")
        assert everything - names({**OVERRIDES, **dict.fromkeys(_switches(), True), path: False}) == {name}


def _switches() -> list[str]:
    return [f"monitoring.alerting_rules.{name}" for name in PROMETHEUS["alerts"] if name != "control_failures"]


@pytest.mark.parametrize(
    ("series", "minutes", "expected"),
    [
        # well: nobody hears of it
        (
            {
                f'kube_pod_status_phase{{{HERE},pod="api",phase="Running"}}': "1x60",
                f'kube_pod_status_phase{{{HERE},pod="api",phase="Pending"}}': "0x60",
                f"app_max_users{{{HERE}}}": "159x60",
                f'http_requests_total{{{HERE},code="200"}}': "0+1000x400",
                f'http_requests_total{{{HERE},code="500"}}': "0+1x400",
            },
            59,
            {},
        ),
        # somebody else's pod is somebody else's
        ({'kube_pod_status_phase{namespace="demo-other",pod="api",phase="Pending"}': "1x60"}, 59, {}),
        (
            {f'kube_pod_status_phase{{{HERE},pod="api",phase="Pending"}}': "1x60"},
            20,
            {"TenantPodNotRunning": [(alert("critical", pod="api"), "pod api does not run")]},
        ),
        ({f'kube_pod_status_phase{{{HERE},pod="api",phase="Pending"}}': "1x60"}, 10, {}),
        (
            {f'kube_pod_container_status_restarts_total{{{HERE},pod="api",container="web"}}': "0+1x60"},
            30,
            {
                "TenantContainerRestarting": [
                    (
                        alert("warning", namespace="demo-acme", pod="api", container="web"),
                        "container web of pod api restarts again and again",
                    )
                ]
            },
        ),
        # thrice in a quarter of an hour is no reason yet
        ({f'kube_pod_container_status_restarts_total{{{HERE},pod="api",container="web"}}': "0+0.19x60"}, 30, {}),
        # a quarter of the time is
        *[
            (
                {
                    f'container_cpu_cfs_throttled_periods_total{{{HERE},pod="api",container="web"}}': f"0+{share}x60",
                    f'container_cpu_cfs_periods_total{{{HERE},pod="api",container="web"}}': "0+100x60",
                },
                40,
                {"TenantCpuThrottled": [(alert("warning", pod="api", container="web"), WAITS)]} if share > 25 else {},
            )
            for share in (25, 26)
        ],
        # 160 of 200 users
        (
            {f'app_max_users{{{HERE},pod="a"}}': "100x60", f'app_max_users{{{HERE},pod="b"}}': "60x60"},
            20,
            {"TenantLimitNearlyUsed": [(alert("warning", limit="max_users"), "80 % of limits.max_users is used")]},
        ),
        (
            {
                f'kube_resourcequota{{{HERE},resource="pods",type="used"}}': "9x60",
                f'kube_resourcequota{{{HERE},resource="pods",type="hard"}}': "10x60",
            },
            20,
            {
                "TenantQuotaNearlyUsed": [
                    (alert("warning", namespace="demo-acme", resource="pods"), "90 % of the quota of pods is used")
                ]
            },
        ),
        # 8 % fail, and 0.5 % may: 16 times too fast
        (
            {
                f'http_requests_total{{{HERE},code="200"}}': "0+92x90",
                f'http_requests_total{{{HERE},code="500"}}': "0+8x90",
            },
            80,
            {
                "TenantAvailabilityAtRisk": [
                    (alert(severity, window=window), BURNT)
                    for severity, windows in (("critical", ("1h", "6h")), ("warning", ("1d", "3d")))
                    for window in windows
                ]
            },
        ),
        # clocks within a second of each other, and one that is not
        ({"node_timex_offset_seconds{instance='a'}": "1x60"}, 20, {}),
        (
            {"node_timex_offset_seconds{instance='a'}": "0x60", "node_timex_offset_seconds{instance='b'}": "-1.5x60"},
            20,
            {"TenantClockOff": [(alert("warning"), "a clock that stamps the tenant's lines is 1.5 seconds off")]},
        ),
        (
            {f'bad{{{HERE},host="h"}}': "1x60"},
            20,
            {
                name: [(alert("warning", namespace="demo-acme", host="h"), "bad")]
                for name in (*(f"own_{switch}" for switch in SWITCHES if switch != "business_metrics"), "firewall")
            },
        ),
    ],
)  # fmt: skip
def test_alerts_fire_when_something_is_wrong_and_then_alone(
    tmp_path: Path, series: dict[str, str], minutes: int, expected: dict[str, Any]
) -> None:
    firing(tmp_path, series, minutes, expected)


def test_a_promise_that_is_kept_by_a_hair_is_kept(tmp_path: Path) -> None:
    """An error more in a thousand, and somebody hears of it: the factors are those of the SRE workbook."""
    requests = f'http_requests_total{{{HERE},code="200"}}', f'http_requests_total{{{HERE},code="500"}}'
    slow = {requests[0]: "0+9950x5000", requests[1]: "0+50x5000"}
    firing(tmp_path, slow, 4500, {}, "90m")
    slow[requests[1]] = "0+52x5000"
    firing(tmp_path, slow, 4500, {"TenantAvailabilityAtRisk": [(alert("warning", window="3d"), BURNT)]}, "90m")


@pytest.mark.parametrize(
    ("percent", "bounds"),
    [
        (99.9, {"1h": "0.0144", "6h": "0.006", "1d": "0.003", "3d": "0.001"}),
        (99, {"1h": "0.144", "6h": "0.06", "1d": "0.03", "3d": "0.01"}),
        # a month's errors are never used up 14.4 times too fast where one request in ten may fail
        (90, {"6h": "0.6", "1d": "0.3", "3d": "0.1"}),
        (99.99, {"1h": "0.00144", "6h": "0.0006", "1d": "0.0003", "3d": "0.0001"}),
    ],
)
def test_bounds_are_those_of_the_sre_workbook(tmp_path: Path, percent: float, bounds: dict[str, str]) -> None:
    overrides = {"support.sla.availability_percent": percent, "infrastructure.auto_scaling.enabled": False}
    held = groups(tmp_path, overrides, tier="custom")["groups"]
    [rules] = [group["rules"] for group in held if group["name"] == "availability"]
    windows = {"1h": "5m", "6h": "30m", "1d": "2h", "3d": "6h"}
    assert {rule["labels"]["window"]: rule["expr"].rpartition(" > ")[2].rstrip(")") for rule in rules} == bounds
    assert all(rule["expr"].count(f"[{windows[rule['labels']['window']]}]") == 2 for rule in rules)


def test_what_the_platform_writes_comes_out_as_it_is(tmp_path: Path) -> None:
    stated = {
        "expr": 'bad{namespace="$namespace",why=~".*\\\\s%s"}',
        "severity": "info",
        "for": "2h",
        "summary": HOSTILE,
    }
    own = {**PROMETHEUS, "alerts": {"performance": {"Own": stated}}}
    top = {**TOP, "kubernetes": {**TOP["kubernetes"], "prometheus": own}}
    found = groups(tmp_path, OVERRIDES, top)
    [rule] = [rule for group in found["groups"] for rule in group["rules"] if rule["alert"] == "Own"]
    assert (rule["annotations"]["summary"], rule["for"]) == (HOSTILE, "2h")
    assert rule["expr"] == stated["expr"].replace("$namespace", "demo-acme")
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(found))
    promtool("check", "rules", tmp_path / "rules.yaml")
