"""How a tenant's users sign in by Cognito: spec in, a user pool and what belongs to it out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import EDGE, STORES, Emitted, on_inputs

POLICY = "security.password_policy"
REQUIRED = "security.mfa_config.required"
METHODS = "security.mfa_config.methods"
RISK = "security.mfa_config.risk_based_auth"
BREACHED = f"{POLICY}.breached_password_check"
WATCHED = "security.threat_detection.enabled"
TIMEOUT = "security.session_config.timeout_minutes"
SSO = "integrations.custom.saml_sso"
OKTA: Mapping[str, Any] = {
    SSO: True,
    "integrations.okta.enabled": True,
    "integrations.okta.domain": "acme.okta.example",
    "integrations.okta.client_id": "0oa1acme",
    "integrations.okta.client_secret": "secret://vault/tenants/${tenant.id}/okta#client_secret",
}


def pool(emitted: Emitted) -> dict[str, Any]:
    return emitted.resource("aws_cognito_user_pool")


def client(emitted: Emitted) -> dict[str, Any]:
    return emitted.resource("aws_cognito_user_pool_client")


def refused(emitted: Emitted, path: str) -> bool:
    return bool(emitted.refusals) and all(code == "T603" and f"`{path}`" in text for code, text in emitted.refusals)


def test_nobody_signs_in_where_a_sign_in_returns_nowhere(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path, OKTA, {"vpc": "vpc-1"}, STORES)
    assert not [kind for kind in emitted.main()["resource"] if "cognito" in kind]


def test_passwords_are_as_the_policy_says(tmp_path: Path) -> None:
    settings = {
        f"{POLICY}.min_length": 20,
        f"{POLICY}.history_count": 24,
        f"{POLICY}.require_numbers": True,
        f"{POLICY}.require_special_chars": True,
    }
    assert pool(on_inputs(tmp_path, settings))["password_policy"] == {
        "minimum_length": 20,
        "password_history_size": 24,
        "require_lowercase": False,
        "require_uppercase": False,
        "require_numbers": True,
        "require_symbols": True,
        "temporary_password_validity_days": 1,
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (f"{POLICY}.min_length", 5),
        (f"{POLICY}.min_length", 100),
        (f"{POLICY}.history_count", 25),
        (TIMEOUT, 4),
        (TIMEOUT, 1441),
    ],
)
def test_what_cognito_cannot_say_is_refused(tmp_path: Path, path: str, value: int) -> None:
    more = {"security.session_config.idle_timeout_minutes": 1} if path == TIMEOUT else {}
    assert refused(on_inputs(tmp_path, {path: value, **more}), path)


@pytest.mark.parametrize(
    ("required", "methods", "mfa", "first"),
    [
        (True, ["totp", "webauthn"], "ON", ["PASSWORD"]),
        (False, ["totp"], "OPTIONAL", ["PASSWORD"]),
        (False, ["passkey"], "OFF", ["PASSWORD", "WEB_AUTHN"]),
        (True, ["email"], "ON", ["PASSWORD"]),
    ],
)
def test_second_factors_are_those_that_users_may_choose_from(
    tmp_path: Path, required: bool, methods: list[str], mfa: str, first: list[str]
) -> None:
    found = pool(on_inputs(tmp_path, {REQUIRED: required, METHODS: methods, RISK: False}))
    assert (found["mfa_configuration"], found["sign_in_policy"]["allowed_first_auth_factors"]) == (mfa, first)
    assert ("software_token_mfa_configuration" in found) == ("totp" in methods)
    # a mailbox that gets the codes doesn't reset the password as well
    by_email = "email" in methods
    assert ("email_mfa_configuration" in found) == by_email
    recovery = found["account_recovery_setting"]["recovery_mechanism"]["name"]
    assert recovery == ("admin_only" if by_email else "verified_email")


def test_a_factor_that_cognito_cannot_ask_for_is_the_identity_providers_or_refused(tmp_path: Path) -> None:
    settings = {REQUIRED: True, METHODS: ["webauthn", "piv"]}
    assert refused(on_inputs(tmp_path / "a", settings), METHODS)
    emitted = on_inputs(tmp_path / "b", {**settings, **OKTA}, options=STORES)
    assert pool(emitted)["mfa_configuration"] == "OFF"
    assert client(emitted)["supported_identity_providers"] == ["${aws_cognito_identity_provider.okta.provider_name}"]
    assert "ALLOW_USER_SRP_AUTH" not in client(emitted)["explicit_auth_flows"]


def test_a_second_factor_by_mail_needs_an_address_to_write_from(tmp_path: Path) -> None:
    inputs = {name: value for name, value in EDGE.items() if name != "email_identity"}
    assert refused(on_inputs(tmp_path / "a", {REQUIRED: True, METHODS: ["email"]}, inputs), METHODS)
    assert refused(on_inputs(tmp_path / "b", {RISK: True}, inputs), RISK)


@pytest.mark.parametrize(
    ("breached", "risk", "watched", "mode", "plan"),
    [
        (True, False, False, "ENFORCED", "PLUS"),
        (False, True, False, "ENFORCED", "PLUS"),
        (False, False, True, "AUDIT", "PLUS"),
        (False, False, False, "OFF", "ESSENTIALS"),
    ],
)
def test_risks_are_met_as_far_as_asked(
    tmp_path: Path, breached: bool, risk: bool, watched: bool, mode: str, plan: str
) -> None:
    emitted = on_inputs(tmp_path, {BREACHED: breached, RISK: risk, WATCHED: watched})
    found = pool(emitted)
    assert (found["user_pool_add_ons"]["advanced_security_mode"], found["user_pool_tier"]) == (mode, plan)
    asked = emitted.main()["resource"].get("aws_cognito_risk_configuration", {}).get("tenant", {})
    assert ("compromised_credentials_risk_configuration" in asked) == breached
    assert ("account_takeover_risk_configuration" in asked) == risk


def test_a_session_lives_as_long_as_it_may(tmp_path: Path) -> None:
    settings = {TIMEOUT: 60, "security.session_config.absolute_timeout_hours": 8}
    found = client(on_inputs(tmp_path, settings))
    assert (found["access_token_validity"], found["id_token_validity"], found["refresh_token_validity"]) == (60, 60, 8)
    assert found["token_validity_units"] == {"access_token": "minutes", "id_token": "minutes", "refresh_token": "hours"}
    assert found["callback_urls"] == "${local.callback_urls}"


def test_the_pool_refuses_to_be_destroyed(tmp_path: Path) -> None:
    found = pool(on_inputs(tmp_path, {}))
    assert (found["lifecycle"], found["deletion_protection"]) == ({"prevent_destroy": True}, "ACTIVE")


# --- the tenant's own identity providers ---


def test_a_client_secret_stands_in_no_file(tmp_path: Path) -> None:
    emitted = on_inputs(tmp_path, OKTA, options=STORES)
    details = emitted.main()["resource"]["aws_cognito_identity_provider"]["okta"]["provider_details"]
    read = "data.aws_secretsmanager_secret_version.okta"
    assert details["client_secret"] == f'${{jsondecode({read}.secret_string)["client_secret"]}}'
    assert (details["oidc_issuer"], details["client_id"]) == ("https://acme.okta.example", "0oa1acme")
    found = emitted.main()["data"]["aws_secretsmanager_secret_version"]["okta"]
    assert found == {"secret_id": "tenants/acme/okta"}
    assert client(emitted)["supported_identity_providers"] == [
        "COGNITO",
        "${aws_cognito_identity_provider.okta.provider_name}",
    ]


@pytest.mark.parametrize(
    ("vendor", "issuer"),
    [
        ("auth0", "https://acme.example/"),
        ("okta", "https://acme.example"),
        ("azure_ad", "https://login.microsoftonline.com/directory/v2.0"),
        ("google_workspace", "https://accounts.google.com"),
    ],
)
def test_each_vendor_is_found_at_its_issuer(tmp_path: Path, vendor: str, issuer: str) -> None:
    settings = {
        SSO: True,
        f"integrations.{vendor}.enabled": True,
        f"integrations.{vendor}.domain": "acme.example",
        f"integrations.{vendor}.account_id": "directory",
        f"integrations.{vendor}.client_id": "acme",
        f"integrations.{vendor}.client_secret": "secret://vault/tenants/acme/idp#secret",
    }
    main = on_inputs(tmp_path, settings, options=STORES).main()
    provider = main["resource"]["aws_cognito_identity_provider"][vendor]
    assert provider["provider_details"]["oidc_issuer"] == issuer
    # Cognito takes no name with an underscore
    assert provider["provider_name"] == vendor.replace("_", "-")


def test_whoever_speaks_saml_is_found_by_its_metadata(tmp_path: Path) -> None:
    settings = {SSO: True, "integrations.saml.enabled": True}
    assert refused(on_inputs(tmp_path / "a", settings), "integrations.saml.endpoint")
    metadata = {"integrations.saml.endpoint": "https://idp.acme.example/${tenant.id}/metadata"}
    emitted = on_inputs(tmp_path / "b", {**settings, **metadata})
    provider = emitted.main()["resource"]["aws_cognito_identity_provider"]["saml"]
    assert (provider["provider_type"], provider["provider_name"]) == ("SAML", "saml")
    assert provider["provider_details"] == {"MetadataURL": "https://idp.acme.example/acme/metadata"}
    assert client(emitted)["supported_identity_providers"][-1] == "${aws_cognito_identity_provider.saml.provider_name}"


def test_messages_are_sent_only_as_somebody(tmp_path: Path) -> None:
    settings = {REQUIRED: True, METHODS: ["sms"], RISK: False}
    nobody = {name: value for name, value in EDGE.items() if name != "sms_role"}
    assert refused(on_inputs(tmp_path / "a", settings, nobody), METHODS)
    found = pool(on_inputs(tmp_path / "b", settings))
    assert found["sms_configuration"] == {"external_id": "demo-acme", "sns_caller_arn": "${local.sms_role}"}
    assert found["mfa_configuration"] == "ON"
    # nobody puts another telephone in the place of the one that gets the codes
    assert found["user_attribute_update_settings"]["attributes_require_verification_before_update"] == [
        "email",
        "phone_number",
    ]


@pytest.mark.parametrize("off", [SSO, "integrations.okta.enabled"])
def test_an_identity_provider_that_is_off_lets_nobody_in(tmp_path: Path, off: str) -> None:
    emitted = on_inputs(tmp_path, {**OKTA, off: False}, options=STORES)
    assert "aws_cognito_identity_provider" not in emitted.main()["resource"]
    assert client(emitted)["supported_identity_providers"] == ["COGNITO"]


@pytest.mark.parametrize("path", ["domain", "client_id", "client_secret"])
def test_an_identity_provider_that_lacks_something_is_refused(tmp_path: Path, path: str) -> None:
    settings = {name: value for name, value in OKTA.items() if name != f"integrations.okta.{path}"}
    assert refused(on_inputs(tmp_path, settings, options=STORES), f"integrations.okta.{path}")


@pytest.mark.parametrize(
    ("secret", "stores"),
    [
        ("secret://vault/tenants/acme/okta#client_secret", {"stores": {"vault": {"kubernetes": "vault"}}}),
        ("sealed:AAAA", STORES),
        ('secret://vault/tenants/acme/okta#a"]}${file("/etc/passwd")}', STORES),
        ("secret://vault/tenants/acme/okta#${tenant.id}", STORES),
    ],
)
def test_a_secret_that_terraform_cannot_read_is_refused(tmp_path: Path, secret: str, stores: Mapping[str, Any]) -> None:
    path = "integrations.okta.client_secret"
    literal = secret if "tenant.id" in secret else secret.replace("${", "$${")
    emitted = on_inputs(tmp_path, {**OKTA, path: literal}, options=stores)
    assert refused(emitted, path)
