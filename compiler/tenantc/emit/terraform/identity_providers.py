"""The tenant's own identity providers, through which its users sign in at the pool: by OpenID Connect, or by SAML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from tenantc.emit.document import Names, Result, Slot, Tree, Unsupported, document, text
from tenantc.emit.terraform.federation import FEDERATED, called, providers
from tenantc.emit.terraform.secrets import STORES, secret
from tenantc.emit.terraform.user_pool import CALLBACKS, POOL
from tenantc.model.secrets import Reference
from tenantc.source.path import Path
from tenantc.source.value import Record, Value


class _Issuer(NamedTuple):
    """Where a vendor tells what it signs with: a setting of the tenant's, if there is one, between two texts."""

    before: str
    setting: str | None = None
    after: str = ""


# https://auth0.com/docs/get-started/applications/configure-applications-with-oidc-discovery
# https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
# https://developers.google.com/identity/openid-connect/openid-connect#discovery
# https://developer.okta.com/docs/concepts/auth-servers/#org-authorization-server
_ISSUERS: Final[Mapping[str, _Issuer]] = {
    "auth0": _Issuer("https://", "domain", "/"),
    "azure_ad": _Issuer("https://login.microsoftonline.com/", "account_id", "/v2.0"),
    # whom Google lets in is for the tenant's own client to say, whose users are internal
    "google_workspace": _Issuer("https://accounts.google.com"),
    "okta": _Issuer("https://", "domain"),
}
_METADATA: Final[Path] = "integrations.saml.endpoint"
_SETTINGS: Final = {vendor: one.setting for vendor, one in _ISSUERS.items() if one.setting is not None}


@document(
    "terraform",
    kind="aws_cognito_identity_provider",
    needs=CALLBACKS,
    looks=(CALLBACKS, STORES, *(f"integrations.{vendor}.client_secret" for vendor in _ISSUERS), *FEDERATED),
    places=(
        *(f"integrations.{vendor}.client_id" for vendor in _ISSUERS),
        *(f"integrations.{vendor}.{setting}" for vendor, setting in _SETTINGS.items()),
        _METADATA,
    ),
)
def identity_providers(names: Names, _callbacks: Value, stores: Record | None, *said: Any) -> Result:
    """Those that the tenant has switched on.

    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-oidc-idp.html
    https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-saml-idp.html
    """
    rest = iter(said)
    kept = {vendor: next(rest) for vendor in _ISSUERS}
    chosen = providers(*(next(rest) for _ in FEDERATED))
    clients = {vendor: next(rest) for vendor in _ISSUERS}
    stated = {vendor: next(rest) for vendor in _SETTINGS}
    metadata = next(rest)
    found: list[Tree] = []
    for vendor in chosen:
        if vendor not in _ISSUERS:
            one = _by_saml(metadata)
        else:
            one = _by_oidc(names, vendor, stated.get(vendor), clients[vendor], kept[vendor], stores)
        if isinstance(one, Unsupported):
            return one
        found.append(one)
    return found


def _missing(vendor: str, name: str) -> Unsupported:
    path = f"integrations.{vendor}.{name}"
    return Unsupported(path, (f"set `{path}`", f"set `integrations.{vendor}.enabled` to `false`"))


def _by_oidc(
    names: Names,
    vendor: str,
    stated: Slot | None,
    client: Slot | None,
    kept: Reference | str | None,
    stores: Record | None,
) -> Tree | Unsupported:
    before, setting, after = _ISSUERS[vendor]
    if setting is not None and stated is None:
        return _missing(vendor, setting)
    if client is None:
        return _missing(vendor, "client_id")
    if kept is None:
        return _missing(vendor, "client_secret")
    read = secret(names, f"integrations.{vendor}.client_secret", vendor, kept, stores)
    if isinstance(read, Unsupported):
        return read
    data, value = read
    details: Tree = {
        "client_id": client,
        "client_secret": value,
        "oidc_issuer": before if stated is None else text(before, stated, after),
        "authorize_scopes": "openid email profile",
        "attributes_request_method": "GET",
    }
    return {"data": data, **_provider(vendor, "OIDC", details, {"username": "sub", "email": "email"})}


def _by_saml(metadata: Slot | None) -> Tree | Unsupported:
    """What identifies a user is the assertion's subject, and an address has to come with it."""
    if metadata is None:
        return _missing("saml", "endpoint")
    address = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
    return _provider("saml", "SAML", {"MetadataURL": metadata}, {"email": address})


def _provider(vendor: str, kind: str, details: Tree, attributes: Tree) -> dict[str, Tree]:
    provider: Tree = {
        "user_pool_id": POOL,
        "provider_name": called(vendor),
        "provider_type": kind,
        "provider_details": details,
        "attribute_mapping": attributes,
    }
    return {"resource": {"aws_cognito_identity_provider": {vendor: provider}}}
