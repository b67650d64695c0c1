"""A change to what tenants share reaches them ring by ring, by whatever deploys the build.

Flux' Kustomizations are held to its own schema. No Python package was found to ship that of Argo CD's ApplicationSet,
which people read in the golden case `gitops`.
"""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenantc.emit.flux.gates import GATED
from tenantc.emit.rings import RINGS
from tests.building import codes, run
from tests.compiling import TOP, tenant, write
from tests.real import operators

FLUX = f"{TOP}targets: [kubernetes, flux]\nflux: {{path: out}}\n"
ARGO = f"{TOP}targets: [kubernetes, argocd]\nargocd: {{repository: https://git.example.com/t.git}}\n"
LISTED = "estates/us-east-1/flux/tenants.yaml"
TENANT = "demo.default.tenant."


def in_rings(rings: dict[str, str]) -> dict[str, str]:
    """A spec for each tenant, in its ring."""
    return {f"tenants/{id}.yaml": f"{tenant().replace('acme', id)}ring: {ring}\n" for id, ring in rings.items()}


def kustomizations(build: Path) -> dict[str, dict[str, Any]]:
    """What Flux is told of each thing that it applies, by name."""
    return {one["metadata"]["name"]: one["spec"] for one in yaml.safe_load_all((build / LISTED).read_text())}


def behind(specs: dict[str, dict[str, Any]], name: str) -> set[str]:
    """All that has to be ready before something is applied."""
    direct = {one["name"] for one in specs[name].get("dependsOn", ())}
    return direct.union(*(behind(specs, one) for one in direct))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rings=st.dictionaries(st.sampled_from(["anna", "bert", "cleo", "dora"]), st.sampled_from(RINGS), min_size=1))
def test_flux_waits_for_all_tenants_of_the_rings_before(
    rings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    root = tmp_path_factory.mktemp("workspace")
    assert codes(run(write(root, {"tenantc.yaml": FLUX, **in_rings(rings)}), root / "out")) == []
    specs = kustomizations(root / "out")
    for id, ring in rings.items():
        earlier = {f"{TENANT}{other}" for other, its in rings.items() if RINGS.index(its) < RINGS.index(ring)}
        assert {name for name in behind(specs, f"{TENANT}{id}") if name.startswith(TENANT)} == earlier
    for one in yaml.safe_load_all((root / "out" / LISTED).read_text()):
        assert operators.flux(one) == []
    # each applies a folder that is there and holds something
    for spec in specs.values():
        folder = root / str(spec["path"])
        assert [*folder.glob("*.yaml")], folder
    gates = {path.name for path in (root / "out/estates/us-east-1").glob("gates/*")}
    assert gates == {*rings.values()} & {*GATED}


def test_flux_keeps_a_tenant_that_is_held(tmp_path: Path) -> None:
    root, target = tmp_path / "workspace", tmp_path / "out"
    run(write(root, {"tenantc.yaml": FLUX, **in_rings({"anna": "canary", "bert": "general"})}), target)
    before = (target / LISTED).read_bytes()
    wrong = in_rings({"anna": "canary"})["tenants/anna.yaml"].replace("tier: free", "tier: none")
    write(root, {"tenantc.yaml": FLUX, "tenants/anna.yaml": wrong})
    assert "T204" in codes(run(root, target, keep_going=True))
    assert (target / LISTED).read_bytes() == before


def test_argo_cd_finds_an_application_for_every_tenant_and_a_step_for_every_ring(tmp_path: Path) -> None:
    rings = {"anna": "canary", "bert": "early", "cleo": "general"}
    assert codes(run(write(tmp_path, {"tenantc.yaml": ARGO, **in_rings(rings)}), tmp_path / "build")) == []
    [found] = yaml.safe_load_all((tmp_path / "build/fleet/applicationset.yaml").read_text())
    paths = [one["path"] for one in found["spec"]["generators"][0]["git"]["files"]]
    held = [json.loads(file.read_bytes()) for path in paths for file in sorted(tmp_path.glob(path))]
    assert [(one["name"], one["ring"]) for one in held] == [(f"demo-{id}", ring) for id, ring in rings.items()]
    steps = [step["matchExpressions"][0]["values"] for step in found["spec"]["strategy"]["rollingSync"]["steps"]]
    assert steps == [["estate"], *([ring] for ring in RINGS)]
    for one in held:
        read = found["spec"]["template"]["metadata"]["annotations"]["argocd.argoproj.io/manifest-generate-paths"]
        folder = tmp_path / f"build/tenants/{one['name'].removeprefix('demo-')}"
        assert all((folder / name).is_file() for name in read.split(";"))
        assert yaml.safe_load((folder / "kustomization.yaml").read_text())["resources"] == ["kubernetes.yaml"]


def test_a_change_of_one_tenant_leaves_what_argo_cd_reads_of_the_others(tmp_path: Path) -> None:
    run(write(tmp_path, {"tenantc.yaml": ARGO, **in_rings({"anna": "canary", "bert": "early"})}), tmp_path / "one")
    more = in_rings({"anna": "general", "bert": "early", "cleo": "early"})
    run(write(tmp_path, {"tenantc.yaml": ARGO, **more}), tmp_path / "two")
    for name in ("fleet/applicationset.yaml", "tenants/bert/application.json", "tenants/bert/kubernetes.yaml"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_nothing_of_two_environments_or_platforms_bears_one_name(tmp_path: Path) -> None:
    """One Flux serves all that shares a cluster, and one Argo CD may serve several platforms."""
    flux: list[str] = []
    argo: list[str] = []
    rings = dict.fromkeys(("canary", "estate", "estate-us-east-1", "c-acme", "acme", "x" * 40), "canary")
    for platform, environment in (("a", "b-c"), ("a", "d"), ("a-b", "c")):
        root = tmp_path / platform / environment
        top = f"""
            platform: {platform}
            language: 1
            naming: 1
            defaults: {{region: us-east-1, environments: [{environment}]}}
            targets: [kubernetes, argocd, flux]
            kubernetes: {{priorities: {{free: 1}}}}
            argocd: {{repository: https://git.example.com/t.git}}
        """
        live = {f"environments/{environment}.yaml": f"environment: {environment}\n"}
        texts = {"tenantc.yaml": dedent(top), **live, **in_rings(rings)}
        assert codes(run(write(root / "in", texts), root / "out")) == []
        argo += [json.loads(file.read_bytes())["name"] for file in (root / "out").rglob("application.json")]
        for names, pattern in ((flux, "flux/*.yaml"), (argo, "fleet/*.yaml")):
            for file in (root / "out").rglob(pattern):
                names += [one["metadata"]["name"] for one in yaml.safe_load_all(file.read_text())]
    for names in (flux, argo):
        assert len(set(names)) == len(names) == 3 * (len(rings) + 2)
        # all become labels
        assert max(map(len, names)) <= 63


def test_a_build_may_be_the_whole_repository(tmp_path: Path) -> None:
    argo = ARGO.replace("argocd]", "argocd, flux]").replace("t.git}", "t.git, path: .}")
    texts = {"tenantc.yaml": f"{argo}flux: {{path: .}}\n", **in_rings({"anna": "canary"})}
    assert codes(run(write(tmp_path / "in", texts), tmp_path / "out")) == []
    assert kustomizations(tmp_path / "out")[f"{TENANT}anna"]["path"] == "./tenants/anna"
    [found] = yaml.safe_load_all((tmp_path / "out/fleet/applicationset.yaml").read_text())
    paths = [one["path"] for one in found["spec"]["generators"][0]["git"]["files"]]
    assert paths == ["estates/*/application.json", "tenants/*/application.json"]
