"""The tenant's own identity providers, through which its users sign in at the pool: OpenID Connect for all of them."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Part, Result, Slot, Tree, Unsupported, document, text
from tenantc.emit.terraform.secrets import STORES, secret
from tenantc.emit.terraform.user_pool import CALLBACKS, POOL
from tenantc.model.secrets import Reference
from tenantc.source.path import Path
from tenantc.source.value import Record, Value

_SSO: Final[Path] = "integrations.custom.saml_sso"


def _looks(vendor: str) -> tuple[Path, ...]:
    return CALLBACKS, _SSO, f"integrations.{vendor}.enabled", STORES, f"integrations.{vendor}.client_secret"


@document(
    "terraform",
    kind="aws_cognito_identity_provider",
    needs=CALLBACKS,
    looks=_looks("auth0"),
    places=("integrations.auth0.client_id", "integrations.auth0.domain"),
)
def auth0(
    names: Names,
    _callbacks: Value,
    sso: bool | None,
    enabled: bool | None,
    stores: Record | None,
    kept: Reference | str | None,
    client: Slot | None,
    domain: Slot | None,
) -> Result:
    """https://auth0.com/docs/get-started/applications/configure-applications-with-oidc-discovery"""
    if not (sso and enabled):
        return None
    if domain is None:
        return _missing("auth0", "domain")
    return _provider(names, "auth0", text("https://", domain, "/"), client, kept, stores)


@document(
    "terraform",
    kind="aws_cognito_identity_provider",
    needs=CALLBACKS,
    looks=_looks("azure_ad"),
    places=("integrations.azure_ad.client_id", "integrations.azure_ad.account_id"),
)
def azure_ad(
    names: Names,
    _callbacks: Value,
    sso: bool | None,
    enabled: bool | None,
    stores: Record | None,
    kept: Reference | str | None,
    client: Slot | None,
    directory: Slot | None,
) -> Result:
    """https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc"""
    if not (sso and enabled):
        return None
    if directory is None:
        return _missing("azure_ad", "account_id")
    issuer = text("https://login.microsoftonline.com/", directory, "/v2.0")
    return _provider(names, "azure_ad", issuer, client, kept, stores)


@document(
    "terraform",
    kind="aws_cognito_identity_provider",
    needs=CALLBACKS,
    looks=_looks("okta"),
    places=("integrations.okta.client_id", "integrations.okta.domain"),
)
def okta(
    names: Names,
    _callbacks: Value,
    sso: bool | None,
    enabled: bool | None,
    stores: Record | None,
    kept: Reference | str | None,
    client: Slot | None,
    domain: Slot | None,
) -> Result:
    """https://developer.okta.com/docs/concepts/auth-servers/#org-authorization-server"""
    if not (sso and enabled):
        return None
    if domain is None:
        return _missing("okta", "domain")
    return _provider(names, "okta", text("https://", domain), client, kept, stores)


def _missing(vendor: str, name: str) -> Unsupported:
    path = f"integrations.{vendor}.{name}"
    return Unsupported(path, (f"set `{path}`", f"set `integrations.{vendor}.enabled` to `false`"))


def _provider(
    names: Names,
    vendor: str,
    issuer: Part,
    client: Slot | None,
    kept: Reference | str | None,
    stores: Record | None,
) -> Result:
    """https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html"""
    if client is None:
        return _missing(vendor, "client_id")
    if kept is None:
        return _missing(vendor, "client_secret")
    read = secret(names, f"integrations.{vendor}.client_secret", vendor, kept, stores)
    if isinstance(read, Unsupported):
        return read
    data, value = read
    provider: Tree = {
        "user_pool_id": POOL,
        "provider_name": vendor,
        "provider_type": "OIDC",
        "provider_details": {
            "client_id": client,
            "client_secret": value,
            "oidc_issuer": issuer,
            "authorize_scopes": "openid email profile",
            "attributes_request_method": "GET",
        },
        "attribute_mapping": {"username": "sub", "email": "email"},
    }
    return {"data": data, "resource": {"aws_cognito_identity_provider": {vendor: provider}}}
