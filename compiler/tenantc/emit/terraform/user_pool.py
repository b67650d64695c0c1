"""The tenant's user pool: who its users are, and how they prove it, where the platform signs people in by Cognito."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, document
from tenantc.emit.terraform.federation import METHODS, PROOF, Proof
from tenantc.emit.terraform.inputs import INPUTS
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import Value

CALLBACKS: Final[Path] = f"{INPUTS}.callback_urls"
"""Where a sign-in returns to: without it, people sign in elsewhere."""
RISK: Final[Path] = "security.mfa_config.risk_based_auth"
BREACHED: Final[Path] = "security.password_policy.breached_password_check"
POOL: Final = Ref("aws_cognito_user_pool", "tenant", "id")
_POLICY: Final[Path] = "security.password_policy"
_LENGTH: Final[Path] = f"{_POLICY}.min_length"
_HISTORY: Final[Path] = f"{_POLICY}.history_count"
_WATCHED: Final[Path] = "security.threat_detection.enabled"

# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html
_SHORTEST, _LONGEST, _REMEMBERED = 6, 99, 24


def _refusal(length: int | None, history: int | None) -> Unsupported | None:
    if length is not None and not _SHORTEST <= length <= _LONGEST:
        return Unsupported(_LENGTH, (f"set `{_LENGTH}` between {_SHORTEST} and {_LONGEST}, as Cognito counts",))
    if history is not None and history > _REMEMBERED:
        return Unsupported(_HISTORY, (f"set `{_HISTORY}` to {_REMEMBERED} at most, the passwords Cognito remembers",))
    return None


@document(
    "terraform",
    kind="aws_cognito_user_pool",
    needs=CALLBACKS,
    looks=(
        *(CALLBACKS, RISK, BREACHED, _WATCHED, _LENGTH, _HISTORY),
        *(f"{_POLICY}.require_{what}" for what in ("lowercase", "uppercase", "numbers", "special_chars")),
        *PROOF,
        *LOOKS,
    ),
    places=PLACES,
)
def user_pool(
    names: Names,
    _callbacks: Value,
    risk: bool | None,
    breached: bool | None,
    watched: bool | None,
    length: int | None,
    history: int | None,
    lowercase: bool | None,
    uppercase: bool | None,
    numbers: bool | None,
    symbols: bool | None,
    *said: Any,
) -> Result:
    """The pool. Users are invited and never sign up by themselves; Terraform and AWS both refuse to delete it.

    Users of the tenant's own identity provider show their second factor there: Cognito asks them for none.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/cognito_user_pool
    """
    proof, tagged = Proof(*said[: len(PROOF)]), said[len(PROOF) :]
    if proof.required and not proof.factors and not proof.providers:
        choice = f"add `totp` to `{METHODS}`", "let users sign in through an identity provider of their own"
        return Unsupported(METHODS, (*choice, "take `callback_urls` out of `terraform.inputs` in tenantc.yaml"))
    refusal = _refusal(length, history)
    if refusal is not None:
        return refusal
    enforced = risk or breached
    pool: Tree = {
        "name": names.of("aws_name"),
        # https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-sign-in-feature-plans.html
        "user_pool_tier": "PLUS" if enforced or watched else "ESSENTIALS",
        "user_pool_add_ons": {"advanced_security_mode": "ENFORCED" if enforced else "AUDIT" if watched else "OFF"},
        **_invited(by_sms="sms" in proof.factors),
        "password_policy": _passwords(length, history, lowercase, uppercase, numbers, symbols),
        **_second_factors(names, proof),
        "tags": tags(names, "identity", *tagged),
    }
    return {"resource": {"aws_cognito_user_pool": {"tenant": pool}}}


def _invited(*, by_sms: bool) -> dict[str, Tree]:
    """A telephone that gets codes is proven before another takes its place, or a stolen session would be enough."""
    proven: list[Tree] = ["email", "phone_number" if by_sms else None]
    return {
        "username_attributes": ["email"],
        "username_configuration": {"case_sensitive": False},
        "auto_verified_attributes": proven,
        "user_attribute_update_settings": {"attributes_require_verification_before_update": proven},
        "admin_create_user_config": {"allow_admin_create_user_only": True},
        "deletion_protection": "ACTIVE",
        "lifecycle": {"prevent_destroy": True},
    }


def _passwords(length: int | None, history: int | None, *asked: bool | None) -> Tree:
    characters = ("require_lowercase", "require_uppercase", "require_numbers", "require_symbols")
    return {
        "minimum_length": length,
        "password_history_size": history,
        **{name: wanted or False for name, wanted in zip(characters, asked, strict=True)},
        # days for which an invitation is good
        "temporary_password_validity_days": 1,
    }


def _second_factors(names: Names, proof: Proof) -> dict[str, Tree]:
    """What proves a user besides the password.

    Who gets codes by e-mail gets no new password that way, or the mailbox alone would be enough.
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-sms-email-message.html
    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_SmsConfigurationType.html
    """
    known = proof.factors
    by_email = "email" in known
    first: list[Tree] = ["PASSWORD", "WEB_AUTHN" if proof.passkeys else None]
    sms: Tree = {"external_id": names.of("aws_name"), "sns_caller_arn": Ref("local", "sms_role")}
    return {
        "mfa_configuration": ("ON" if proof.required else "OPTIONAL") if known else "OFF",
        "software_token_mfa_configuration": {"enabled": True} if "totp" in known else None,
        "sms_configuration": sms if "sms" in known else None,
        "email_mfa_configuration": {} if by_email else None,
        "email_configuration": (
            {"email_sending_account": "DEVELOPER", "source_arn": Ref("local", "email_identity")} if by_email else None
        ),
        "account_recovery_setting": {
            "recovery_mechanism": {"name": "admin_only" if by_email else "verified_email", "priority": 1}
        },
        "sign_in_policy": {"allowed_first_auth_factors": first},
        "web_authn_configuration": {"user_verification": "required"} if proof.passkeys else None,
    }
