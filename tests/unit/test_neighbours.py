"""What was found out about one tenant spares work on the next, and never answers for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.diagnostics.render import short
from tenantc.model.verdict import Answer
from tests.compiling import compile_files, tenant

BASE = """
    tier: base
    settings:
      limits.max_users: 10
      security.encryption_config.at_rest: true
      integrations.slack.bot_token: "secret://vault/slack#token"
      integrations.slack.region: eu
    ceilings: {limits.max_users: 100}
    locks: [security.encryption_config.at_rest]
    """
RULE = """
    rule kept
      title    "Kept in a store"
      require  all path, secret in secrets: secret.kind == reference
      severity critical
      basis    house
    """


def neighbour(overrides: str) -> str:
    return tenant(overrides, tier="base").replace("acme", "able", 1)


@pytest.mark.parametrize(
    ("asked", "codes"),
    [
        ("limits.max_users: -5", ["T401"]),
        ("limits.max_users: 101", ["T402"]),
        ("limits.max_users: 50\nlimits.storage_gb: -1", ["T401"]),
        ("limits.storage_gb: 5\nlimits.max_users: 200", ["T402"]),
        ("security.encryption_config.at_rest: false", ["T403"]),
        ("integrations.slack.bot_token: open sesame", ["T405"]),
        ("integrations.okta.client_secret: open sesame", ["T405"]),
        ("monitoring.logging.level: LOUD", ["T401"]),
        ("features.enabled+: [a, '']", ["T401"]),
        ("limits.max_users: 99", []),
    ],
)
@pytest.mark.parametrize("theirs", ["", "limits.max_users: 101"])
def test_a_setting_is_refused_whatever_was_checked_before(
    tmp_path: Path, asked: str, codes: list[str], theirs: str
) -> None:
    files = {"tiers/base.yaml": BASE, "tenants/b.yaml": tenant(asked, tier="base")}
    alone = compile_files(tmp_path / "alone", files)
    beside = compile_files(tmp_path / "beside", files | {"tenants/a.yaml": neighbour(theirs)})
    told = [short(one) for one in alone.tenants["acme"].diagnostics]
    assert [one.code for one in alone.tenants["acme"].diagnostics] == codes
    assert [short(one) for one in beside.tenants["acme"].diagnostics] == told


def test_a_rule_about_secrets_tells_tenants_apart_that_keep_theirs_otherwise(tmp_path: Path) -> None:
    files = {"tiers/base.yaml": BASE, "rules/kept.rule": RULE}
    files |= {"tenants/a.yaml": neighbour("integrations.slack.region: us")}
    files |= {"tenants/b.yaml": tenant("integrations.slack.bot_token: sealed:AgBy3i4OJSWK", tier="base")}
    result = compile_files(tmp_path, files)
    judged = {id: one.environments[""].judged for id, one in result.tenants.items()}
    assert judged["able"] is not None
    assert judged["able"].verdicts["kept"].answer is Answer.PASS
    assert judged["acme"] is None
    assert [one.code for one in result.tenants["acme"].diagnostics] == ["T530"]
