"""The target as its users have it: a workspace in, a tenant's catalog-info.yaml out."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

WORKSPACE = Path(__file__).parent / "workspace"


def entities(folder: Path, tenant: str) -> dict[str, dict[str, Any]]:
    """A tenant's entities by name."""
    tenantc = (sys.executable, "-m", "tenantc.cli.main")
    subprocess.run([*tenantc, "compile", str(WORKSPACE), "--as-of", "2026-11-01", "-o", str(folder)], check=True)
    text = (folder / "tenants" / tenant / "catalog-info.yaml").read_text("utf-8")
    return {one["metadata"]["name"]: one for one in yaml.safe_load_all(text)}


def test_a_tenant_is_a_system_of_a_namespace_and_a_database(tmp_path: Path) -> None:
    found = entities(tmp_path / "out", "acme")
    assert [(one["kind"], one["spec"]["type"]) for one in found.values()] == [
        ("System", "tenant"),
        ("Resource", "kubernetes-namespace"),
        ("Resource", "database-schema"),
    ]
    assert {one["spec"]["owner"] for one in found.values()} == {"group:default/platform"}
    assert found["demo-acme"]["metadata"]["links"] == [
        {"url": "https://music.acme.example", "title": "music.acme.example"},
        {"url": "https://grafana.example/d/tenant?var-namespace=demo-acme", "title": "Grafana"},
    ]
    resource = found["demo-acme--namespace"]
    assert resource["spec"]["system"] == "demo-acme"
    assert resource["metadata"]["annotations"] == {"backstage.io/kubernetes-namespace": "demo-acme"}


def test_who_shares_a_database_has_none_of_its_own(tmp_path: Path) -> None:
    assert list(entities(tmp_path / "out", "beta")) == ["demo-beta", "demo-beta--namespace"]
