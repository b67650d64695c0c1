"""By what a tenant's users prove who they are at its pool: factors that Cognito asks for, or somebody else's word."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.terraform.standing import option
from tenantc.source.path import Path
from tenantc.source.value import Value

EMAIL: Final[Path] = option("email_identity")
SMS: Final[Path] = option("sms_role")
"""As whom Cognito sends messages to telephones; for them, an account has to be set up, and nobody calls them safe."""
REQUIRED: Final[Path] = "security.mfa_config.required"
METHODS: Final[Path] = "security.mfa_config.methods"
VENDORS: Final = ("auth0", "azure_ad", "google_workspace", "okta", "saml")
"""Who may be the tenant's own identity provider; `saml` is whoever speaks it."""
FEDERATED: Final[tuple[Path, ...]] = (
    "integrations.custom.saml_sso",
    *(f"integrations.{vendor}.enabled" for vendor in VENDORS),
)
"""What `providers` takes, in its order."""
PROOF: Final[tuple[Path, ...]] = (EMAIL, SMS, REQUIRED, METHODS, *FEDERATED)
"""What `Proof` takes, in its order."""

# https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html
_FACTORS: Final = frozenset({"totp", "email", "sms"})
_PASSKEYS: Final = frozenset({"webauthn", "passkey"})


def providers(sso: bool | None, *enabled: bool | None) -> list[str]:
    """The tenant's own identity providers."""
    return [vendor for vendor, on in zip(VENDORS, enabled, strict=True) if sso and on]


def called(vendor: str) -> str:
    """What Cognito calls an identity provider, in whose name it takes no `_`.

    https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateIdentityProvider.html
    """
    return vendor.replace("_", "-")


class Proof:
    """What proves a user, of what `PROOF` names."""

    __slots__ = ("factors", "passkeys", "providers", "required")

    def __init__(
        self,
        email: Value | None,
        sms: Value | None,
        required: bool | None,
        methods: tuple[str, ...] | None,
        *federated: Any,
    ) -> None:
        lacking = {name for name, one in (("email", email), ("sms", sms)) if one is None}
        self.factors: frozenset[str] = (_FACTORS - lacking) & frozenset(methods or ())
        """The second factors that Cognito can ask for, of those that users may choose from."""
        self.passkeys: bool = required is False and not _PASSKEYS.isdisjoint(methods or ())
        """Whether users may sign in by a passkey, which Cognito knows as a first factor where no second is required.

        https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html
        """
        self.providers: list[str] = providers(*federated)
        self.required: bool = required or False
