"""How the tenant is reached at host names of its own: a route, and a certificate that its Gateway may use, for each."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Result, Tree, Unsupported, document, slug
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.kubernetes.workload import WORKLOADS
from tenantc.source.value import Record

_DOMAINS: Final = "infrastructure.network.custom_domains"
_GATEWAY: Final = "workspace.kubernetes.gateway"
_RENEWAL: Final = "security.encryption_config.tls.renew_before_days"
_API: Final = "gateway.networking.k8s.io"
# what cert-manager asks an issuer for by default: https://cert-manager.io/docs/usage/certificate/#certificate-lifetime
_LIFETIME_DAYS: Final = 90
_HOURS: Final = 24


def _secret(domain: str) -> str:
    return f"{slug(domain)}-tls"


@document("kubernetes", kind="HTTPRoute", each=_DOMAINS, needs=_GATEWAY, looks=(_GATEWAY, WORKLOADS))
def http_route(names: Names, domain: str, _value: str, gateway: Record, workloads: Record | None) -> Result:
    """Sends what asks for a domain to the workload that answers, through the platform's Gateway.

    https://gateway-api.sigs.k8s.io/api-types/httproute/
    """
    service = str(gateway["workload"])
    workload = workloads.get(service) if workloads is not None else None
    port = workload.get("port") if isinstance(workload, Record) else None
    if port is None:
        return Unsupported(f"{_GATEWAY}.workload", ("name one of `kubernetes.workloads` that says its port",))
    return {
        "apiVersion": f"{_API}/v1",
        "kind": "HTTPRoute",
        "metadata": metadata(names, slug(domain)),
        "spec": {
            "parentRefs": [{"name": str(gateway["name"]), "namespace": str(gateway["namespace"])}],
            "hostnames": [domain],
            "rules": [{"backendRefs": [{"name": service, "port": int(str(port))}]}],
        },
    }


@document("kubernetes", kind="Certificate", each=_DOMAINS, needs=_GATEWAY, looks=(_GATEWAY, _RENEWAL))
def certificate(names: Names, domain: str, _value: str, gateway: Record, renewal: int | None) -> Result:
    """A certificate for a domain, with a new key each time it is renewed.

    https://cert-manager.io/docs/reference/api-docs/#cert-manager.io/v1.CertificateSpec
    """
    issuer = gateway.get("issuer")
    if issuer is None:
        return None
    if renewal is not None and renewal >= _LIFETIME_DAYS:
        return Unsupported(
            _RENEWAL, (f"renew certificates fewer than {_LIFETIME_DAYS} days before their end: they last that long",)
        )
    return {
        "apiVersion": "cert-manager.io/v1",
        "kind": "Certificate",
        "metadata": metadata(names, slug(domain)),
        "spec": {
            "secretName": _secret(domain),
            "dnsNames": [domain],
            "issuerRef": {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": str(issuer)},
            "duration": f"{_LIFETIME_DAYS * _HOURS}h",
            "renewBefore": None if renewal is None else f"{renewal * _HOURS}h",
            "privateKey": {"rotationPolicy": "Always"},
        },
    }


@document("kubernetes", kind="ReferenceGrant", each=_DOMAINS, needs=_GATEWAY, looks=(_GATEWAY,))
def certificate_grant(names: Names, domain: str, _value: str, gateway: Record) -> Tree:
    """Lets Gateways of the platform's namespace, and nobody else, use a domain's certificate.

    https://gateway-api.sigs.k8s.io/api-types/referencegrant/
    """
    if gateway.get("issuer") is None:
        return None
    return {
        "apiVersion": f"{_API}/v1beta1",
        "kind": "ReferenceGrant",
        "metadata": metadata(names, slug(domain)),
        "spec": {
            "from": [{"group": _API, "kind": "Gateway", "namespace": str(gateway["namespace"])}],
            "to": [{"group": "", "kind": "Secret", "name": _secret(domain)}],
        },
    }
