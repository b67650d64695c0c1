"""Where a tenant's secrets lie in Secrets Manager: references in, containers without a value out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import EDGE, PROVIDED, STORES, TERRAFORM_TOP, acme, emit, on_inputs
from tests.unit.test_terraform_sign_in import OKTA

OWN: Mapping[str, Any] = {
    "integrations.slack.bot_token": "secret://vault/tenants/${tenant.id}/chat#bot",
    "integrations.slack.webhook_url": "secret://vault/tenants/${tenant.id}/chat#webhook",
    "integrations.snowflake.api_key": "secret://vault/shared/snowflake#key",
    "integrations.splunk.api_key": "sealed:AAAA",
}


def test_each_secret_of_the_tenants_own_is_made_once_and_without_a_value(tmp_path: Path) -> None:
    resources = on_inputs(tmp_path, OWN, options=PROVIDED).main()["resource"]
    [made] = resources["aws_secretsmanager_secret"].values()
    assert made.pop("tags")["tenantc:tenant"] == "acme"
    assert made == {
        "name": "tenants/acme/chat",
        "kms_key_id": "${aws_kms_key.tenant.arn}",
        "recovery_window_in_days": 30,
    }
    assert "aws_secretsmanager_secret_version" not in resources


def test_what_somebody_else_makes_is_left_alone(tmp_path: Path) -> None:
    assert "aws_secretsmanager_secret" not in on_inputs(tmp_path, OWN, options=STORES).main()["resource"]


def test_what_reads_a_secret_waits_for_where_it_lies(tmp_path: Path) -> None:
    main = on_inputs(tmp_path, OKTA, options=PROVIDED).main()
    [label] = main["resource"]["aws_secretsmanager_secret"]
    read = main["data"]["aws_secretsmanager_secret_version"]["okta"]
    assert read == {"secret_id": f"${{aws_secretsmanager_secret.{label}.id}}"}
    shared = {"integrations.okta.client_secret": "secret://vault/shared/okta#client_secret"}
    main = on_inputs(tmp_path / "shared", {**OKTA, **shared}, options=PROVIDED).main()
    assert main["data"]["aws_secretsmanager_secret_version"]["okta"] == {"secret_id": "shared/okta"}


def test_a_name_that_secrets_manager_would_not_take_is_refused(tmp_path: Path) -> None:
    path = "integrations.slack.bot_token"
    emitted = on_inputs(tmp_path, {path: "secret://vault/tenants/acme/chat:1#bot"}, EDGE, PROVIDED)
    assert [(code, f"`{path}`" in said) for code, said in emitted.refusals] == [("T603", True)]


@pytest.mark.parametrize("store", ["{provision: true}", "{provision: true, terraform: vault, tenant_paths: [a/]}"])
def test_only_a_store_in_secrets_manager_that_says_whose_paths_are_is_provided(tmp_path: Path, store: str) -> None:
    with pytest.raises(AssertionError, match="T12"):
        emit(tmp_path, {"tenantc.yaml": f"{TERRAFORM_TOP}stores: {{vault: {store}}}\n"})


def test_a_tenant_without_secrets_has_none(tmp_path: Path) -> None:
    assert "aws_secretsmanager_secret" not in acme(tmp_path).main()["resource"]
