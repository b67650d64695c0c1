"""How the platform's application signs users in at the tenant's pool, and for how long."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Result, Tree, Unsupported, document, text
from tenantc.emit.terraform.federation import EMAIL, PROOF, Proof
from tenantc.emit.terraform.standing import unmet
from tenantc.emit.terraform.user_pool import BREACHED, CALLBACKS, POOL, RISK
from tenantc.source.path import Path
from tenantc.source.value import Value

_TIMEOUT: Final[Path] = "security.session_config.timeout_minutes"
_ABSOLUTE: Final[Path] = "security.session_config.absolute_timeout_hours"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-cognito-userpoolclient-tokenvalidityunits.html
# (refresh tokens live between an hour and ten years, which every `absolute_timeout_hours` does)
_SHORTEST, _LONGEST = 5, 1440
# One in all accounts of a region, at most 63 characters, and never with `aws`, `amazon` or `cognito` in it, which a
# tenant's id may hold: https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
_DOMAIN: Final = text("t", Expr("substr(sha256(aws_cognito_user_pool.tenant.arn), 0, 31)"))


@document(
    "terraform",
    kind="aws_cognito_user_pool_client",
    needs=CALLBACKS,
    looks=(CALLBACKS, _TIMEOUT, _ABSOLUTE, *PROOF),
)
def user_pool_client(
    names: Names,
    _callbacks: Value,
    timeout: int | None,
    absolute: int | None,
    *said: Any,
) -> Result:
    """The application, which holds no secret and so proves by PKCE that it began a sign-in.

    A session is renewed when its tokens end, and begins anew when nothing renews them any more. Where a second factor
    is required that Cognito can't ask for, only the tenant's own identity provider lets in.
    https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html
    """
    if timeout is not None and not _SHORTEST <= timeout <= _LONGEST:
        bounds = f"between {_SHORTEST} and {_LONGEST}, the minutes for which tokens of Cognito can live"
        return Unsupported(_TIMEOUT, (f"set `{_TIMEOUT}` {bounds}",))
    proof = Proof(*said)
    own = not proof.required or proof.factors
    federated: list[Tree] = [
        Ref("aws_cognito_identity_provider", vendor, "provider_name") for vendor in proof.providers
    ]
    client: Tree = {
        "name": names.of("aws_name"),
        "user_pool_id": POOL,
        "generate_secret": False,
        "allowed_oauth_flows_user_pool_client": True,
        "allowed_oauth_flows": ["code"],
        "allowed_oauth_scopes": ["email", "openid", "profile"],
        "callback_urls": Ref("local", "callback_urls"),
        "supported_identity_providers": ["COGNITO" if own else None, *federated],
        "explicit_auth_flows": [
            "ALLOW_REFRESH_TOKEN_AUTH",
            "ALLOW_USER_AUTH" if proof.passkeys else None,
            "ALLOW_USER_SRP_AUTH" if own else None,
        ],
        "access_token_validity": timeout,
        "id_token_validity": timeout,
        "refresh_token_validity": absolute,
        "token_validity_units": {"access_token": "minutes", "id_token": "minutes", "refresh_token": "hours"},
        "enable_token_revocation": True,
        "prevent_user_existence_errors": "ENABLED",
    }
    return {"resource": {"aws_cognito_user_pool_client": {"tenant": client}}}


@document("terraform", kind="aws_cognito_user_pool_domain", needs=CALLBACKS, looks=(CALLBACKS,))
def user_pool_domain(_names: Names, _callbacks: Value) -> Tree:
    """Where users sign in, and what a caller of the module gets to know of the pool."""
    return {
        "resource": {"aws_cognito_user_pool_domain": {"tenant": {"domain": _DOMAIN, "user_pool_id": POOL}}},
        "output": {name: {"description": says, "value": value} for name, (says, value) in _OUTPUTS.items()},
    }


_OUTPUTS: Final[dict[str, tuple[str, Tree]]] = {
    "user_pool": ("Id of the tenant's user pool.", POOL),
    "user_pool_arn": ("ARN of the tenant's user pool.", Ref("aws_cognito_user_pool", "tenant", "arn")),
    "user_pool_client": (
        "Id of the platform's application in the tenant's user pool.",
        Ref("aws_cognito_user_pool_client", "tenant", "id"),
    ),
    "user_pool_domain": (
        "Beginning of the host name at which the tenant's users sign in.",
        Ref("aws_cognito_user_pool_domain", "tenant", "domain"),
    ),
}


@document(
    "terraform",
    kind="aws_cognito_risk_configuration",
    needs=CALLBACKS,
    looks=(CALLBACKS, EMAIL, BREACHED, RISK),
)
def user_pool_risk(
    _names: Names, _callbacks: Value, email: Value | None, breached: bool | None, risk: bool | None
) -> Result:
    """What follows from a password that is known from a breach, and from a sign-in that looks risky.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-settings-threat-protection.html
    """
    if risk and email is None:
        return unmet("email_identity", "which identity of SES Cognito writes from", RISK)
    asked: Tree = {"event_action": "MFA_REQUIRED", "notify": True}
    takeover: Tree = {
        "actions": {
            # who has enrolled no second factor is let in where little speaks against it
            "low_action": {"event_action": "MFA_IF_CONFIGURED", "notify": False},
            "medium_action": asked,
            "high_action": asked,
        },
        "notify_configuration": {"source_arn": Ref("local", "email_identity")},
    }
    compromised: Tree = {"event_filter": ["PASSWORD_CHANGE", "SIGN_UP"], "actions": {"event_action": "BLOCK"}}
    configuration: dict[str, Tree] = {
        "compromised_credentials_risk_configuration": compromised if breached else None,
        "account_takeover_risk_configuration": takeover if risk else None,
    }
    if not (breached or risk):
        return None
    return {"resource": {"aws_cognito_risk_configuration": {"tenant": {"user_pool_id": POOL, **configuration}}}}
