"""Where tenants' metrics are kept in AWS: spec in, Terraform's resources out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import Emitted, on_inputs

METRICS = "monitoring.metrics"


def kept(root: Path, settings: Mapping[str, Any], **stated: Any) -> Emitted:
    return on_inputs(root, settings, options={"terraform": {"prometheus": stated}})


@pytest.mark.parametrize("days", [1, 7, 1095])
def test_metrics_are_kept_as_many_days_as_said(tmp_path: Path, days: int) -> None:
    emitted = kept(tmp_path, {f"{METRICS}.retention_days": days})
    assert emitted.resource("aws_prometheus_workspace_configuration") == {
        "workspace_id": "${aws_prometheus_workspace.tenant.id}",
        "retention_period_in_days": days,
    }
    workspace = emitted.resource("aws_prometheus_workspace")
    assert (workspace["kms_key_arn"], workspace["lifecycle"]) == (
        "${aws_kms_key.tenant.arn}",
        {"prevent_destroy": True},
    )


def test_nobody_keeps_them_longer_than_amazon_does(tmp_path: Path) -> None:
    emitted = kept(tmp_path, {f"{METRICS}.retention_days": 1096})
    assert emitted.refusals == [("T603", f"terraform cannot express `{METRICS}.retention_days` = 1096")]
    assert "1095 at most" in emitted.diagnostics[0].help


def test_a_tenant_writes_no_more_series_than_the_platform_says(tmp_path: Path) -> None:
    configured = kept(tmp_path, {}, max_series=5000).resource("aws_prometheus_workspace_configuration")
    assert configured["limits_per_label_set"] == {"label_set": {}, "limits": {"max_series": 5000}}


def test_workloads_write_there_only_where_metrics_are_the_tenants_own(tmp_path: Path) -> None:
    for custom in (True, False):
        main = kept(tmp_path / str(custom), {f"{METRICS}.custom_metrics": custom}).main()
        [statement] = main["data"]["aws_iam_policy_document"].get("metrics", {"statement": [None]})["statement"]
        allowed = {
            "sid": "Metrics",
            "actions": ["aps:RemoteWrite"],
            "resources": ["${aws_prometheus_workspace.tenant.arn}"],
        }
        assert statement == (allowed if custom else None)


def test_where_nothing_is_collected_or_nobody_says_where_nothing_is_kept(tmp_path: Path) -> None:
    off = {f"{METRICS}.enabled": False, f"{METRICS}.custom_metrics": True}
    for name, emitted in (("off", kept(tmp_path / "off", off)), ("unsaid", on_inputs(tmp_path / "unsaid", {}))):
        assert "prometheus" not in json.dumps(emitted.main()), name
