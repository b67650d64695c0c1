"""Hostile texts say the same wherever they stand: in a layer as in the spec, in an environment as in tenantc.yaml.

What becomes of them in artifacts, tests/unit/test_hostile_texts.py shows.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.building import codes, files, run
from tests.compiling import TOP, tenant, write
from tests.hostile import fits
from tests.unit.test_hostile_texts import TEXTS

GOLDEN = Path(__file__).parents[1] / "golden"
SETTING = "integrations.okta.account_id"
# what such a setting takes
HELD = [text for text in TEXTS if 0 < len(text) <= 256]
READ = ("values.yaml", "kubernetes.yaml", "settings.json", "tenant.tfvars.json")


def literal(text: str) -> str:
    """The text as it is written where expressions may stand."""
    return quoted(text.replace("${", "$${"))


def quoted(text: str) -> str:
    """The text as YAML has it in quotes, where beyond U+FFFF no escape is JSON's."""
    return f'"{"".join(one if ord(one) > 0xFFFF else json.dumps(one)[1:-1] for one in text)}"'


def artifacts(root: Path, layers: dict[str, str]) -> dict[str, bytes]:
    """What is written for the tenant `acme` in the environment `live`."""
    shutil.rmtree(root, ignore_errors=True)
    live = {"environments/live.yaml": "environment: live\n"}
    assert codes(run(write(root / "in", {**live, **layers}), root / "out")) == []
    found = files(root / "out")
    return {name: found[f"live/tenants/acme/{name}"] for name in READ}


@pytest.mark.parametrize("start", range(2))
def test_a_text_is_the_same_in_every_layer(tmp_path: Path, start: int) -> None:
    for text in HELD[start::16]:
        said = f"{SETTING}: {literal(text)}"
        spec = tenant().replace("tier: free", "tier: own") + "environments:\n  live: {}\n"
        plain = {"tiers/own.yaml": "tier: own\nextends: free\n", "tenants/acme.yaml": spec}
        own = {**plain, "tenants/acme.yaml": f"{spec}overrides:\n  {said}\n"}
        expected = artifacts(tmp_path / "build", own)
        assert json.loads(expected["settings.json"])["settings"]["integrations"]["okta"]["account_id"] == text
        layers = (
            {"tiers/own.yaml": f"tier: own\nextends: free\nsettings:\n  {said}\n"},
            {"environments/live.yaml": f"environment: live\nsettings:\n  {said}\n"},
            {"tenantc.yaml": f"{TOP}settings:\n  {said}\n"},
            {"mixins/own.yaml": f"mixin: own\nsettings:\n  {said}\n", "tenants/acme.yaml": f"{spec}mixins: [own]\n"},
        )
        for layer in layers:
            assert artifacts(tmp_path / "build", {**plain, **layer}) == expected


def test_an_option_is_the_same_in_an_environment(tmp_path: Path) -> None:
    spec = {"tenants/acme.yaml": f"{tenant()}environments:\n  live: {{}}\n"}
    for text in HELD[::9]:
        alert = f"{{expr: up == 0, severity: info, summary: {quoted(text)}}}"
        options = f"kubernetes: {{prometheus: {{alerts: {{system_health: {{own: {alert}}}}}}}}}"
        top = {"tenantc.yaml": f"{TOP}{options}\n", **spec}
        inputs = {"environments/live.yaml": f"environment: live\ninputs: {{{options}}}\n", **spec}
        assert artifacts(tmp_path / "build", top) == artifacts(tmp_path / "build", inputs)


def test_who_waives_and_why_stands_whole_in_the_audit(tmp_path: Path) -> None:
    shutil.copytree(GOLDEN / "rule-that-is-waived" / "in", tmp_path / "in")
    [file] = (tmp_path / "in" / "waivers").iterdir()
    file.unlink()
    for text in (text for text in HELD[::4] if fits({"maxLength": 254}, text)):
        waiver = {"rule": "short-lived", "tenants": ["acme"], "until": "2027-01-31", "reason": text, "approver": text}
        (tmp_path / "in" / "waivers" / "all.json").write_text(json.dumps([waiver]))
        run(tmp_path / "in", tmp_path / "out")
        audit = json.loads((tmp_path / "out" / "tenants" / "acme" / "audit.json").read_bytes())
        assert [(one["reason"], one["approver"]) for one in waivers(audit)] == [(text, text)]


def waivers(audit: Any) -> list[dict[str, Any]]:
    """Every waiver that an audit names."""
    if isinstance(audit, dict):
        own = [audit["waiver"]] if isinstance(audit.get("waiver"), dict) else []
        return [*own, *(one for value in audit.values() for one in waivers(value))]
    return [one for value in audit for one in waivers(value)] if isinstance(audit, list) else []
