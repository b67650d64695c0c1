"""How the tenant's objects are delivered: by CloudFront, which alone may read them besides the tenant's role."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Part, Ref, Result, Text, Tree, Unsupported, document, text
from tenantc.emit.terraform.bucket import CDN, CERTIFICATE, DISTRIBUTION
from tenantc.emit.terraform.standing import lacking, option, standing
from tenantc.emit.terraform.tags import DATA_PLACES, LOOKS, tags
from tenantc.source.path import Path

_DOMAIN: Final = "cdn_domain"
_READERS: Final = "cdn_key_group"
ZONE: Final = "zone"
_PUBLIC: Final[Path] = "infrastructure.storage.public_access"
_EDGES: Final[Path] = "infrastructure.network.edge_locations"
_OLDEST: Final[Path] = "security.encryption_config.tls.min_version"
_PROTOCOLS: Final[Path] = "infrastructure.network.protocols"
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/secure-connections-supported-viewer-protocols-ciphers.html
_POLICIES: Final = {"TLSv1.0": "TLSv1_2016", "TLSv1.1": "TLSv1.1_2016", "TLSv1.2": "TLSv1.2_2021"}
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html, CachingOptimized
_CACHED: Final = "658327ea-f89d-4fab-a63d-7e88639e58f6"
_ORIGIN: Final = "objects"


def _host(names: Names) -> Text:
    """The tenant's label in the platform's domain."""
    parts: tuple[Part, ...] = (names.dns_label, ".", standing(_DOMAIN))
    return text(*parts)


def _refusal(
    edges: tuple[str, ...] | None, oldest: str | None, protocols: tuple[str, ...] | None
) -> Unsupported | None:
    if edges:
        # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/PriceClass.html
        return Unsupported(_EDGES, (f"set `{_EDGES}` to an empty list, since CloudFront chooses the place itself",))
    if oldest not in (None, *_POLICIES):
        newest = max(_POLICIES)
        return Unsupported(_OLDEST, (f"set `{_OLDEST}` to `{newest}`, the newest that this provider can say",))
    if protocols is not None and "https" not in protocols:
        return Unsupported(
            _PROTOCOLS,
            (f"add `https` to `{_PROTOCOLS}`, which CloudFront always speaks", f"set `{CDN}` to false"),
        )
    return None


@document(
    "terraform",
    kind="aws_cloudfront_distribution",
    needs=option(CERTIFICATE),
    looks=(
        *map(option, (CERTIFICATE, _DOMAIN, _READERS)),
        CDN,
        _PUBLIC,
        _EDGES,
        _OLDEST,
        _PROTOCOLS,
        "security.encryption_config.in_transit",
        *LOOKS,
    ),
    places=DATA_PLACES,
)
def distribution(
    names: Names,
    _certificate: Any,
    domain: Any,
    readers: Any,
    wanted: bool | None,
    public: bool | None,
    edges: tuple[str, ...] | None,
    oldest: str | None,
    protocols: tuple[str, ...] | None,
    encrypted: bool | None,
    *tagged: Any,
) -> Result:
    """Whoever is not let in by a signed address reads nothing, unless the tenant's objects are public anyway.

    A certificate of the platform's, since with CloudFront's own it speaks TLS 1.0, whatever is said.
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html
    https://docs.aws.amazon.com/cloudfront/latest/APIReference/API_ViewerCertificate.html
    """
    if not wanted:
        return None
    if (refused := _refusal(edges, oldest, protocols)) is not None:
        return refused
    missing = [name for name, found in ((_DOMAIN, domain), (_READERS, readers or public)) if not found]
    if missing:
        return lacking(*missing)
    policy = _POLICIES[oldest or max(_POLICIES)]
    viewers = _viewers(http="http" in (protocols or ()), encrypted=encrypted is not False)
    return _made(names, public=public or False, viewers=viewers, policy=policy, tagged=tagged)


def _viewers(*, http: bool, encrypted: bool) -> str:
    """Over HTTP whoever asks is sent on to HTTPS, unless that is no protocol of the tenant's.

    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-https-viewers-to-cloudfront.html
    """
    if not http:
        return "https-only"
    return "redirect-to-https" if encrypted else "allow-all"


def _made(names: Names, *, public: bool, viewers: str, policy: str, tagged: Any) -> Tree:
    behaviour: Tree = {
        "target_origin_id": _ORIGIN,
        "allowed_methods": ["GET", "HEAD"],
        "cached_methods": ["GET", "HEAD"],
        "cache_policy_id": _CACHED,
        "compress": True,
        "viewer_protocol_policy": viewers,
        "trusted_key_groups": None if public else [standing(_READERS)],
    }
    origin: Tree = {
        "origin_id": _ORIGIN,
        "domain_name": Ref("aws_s3_bucket", "tenant", "bucket_regional_domain_name"),
        "origin_access_control_id": Ref("aws_cloudfront_origin_access_control", "tenant", "id"),
    }
    here: Tree = {
        "enabled": True,
        "is_ipv6_enabled": True,
        "http_version": "http2and3",
        "aliases": [_host(names)],
        "origin": origin,
        "default_cache_behavior": behaviour,
        "restrictions": {"geo_restriction": {"restriction_type": "none"}},
        "viewer_certificate": {
            "acm_certificate_arn": standing(CERTIFICATE),
            "ssl_support_method": "sni-only",
            "minimum_protocol_version": policy,
        },
        "tags": tags(names, "delivery", *tagged),
    }
    control: Tree = {
        "name": names.of("aws_resource"),
        "origin_access_control_origin_type": "s3",
        "signing_behavior": "always",
        "signing_protocol": "sigv4",
    }
    told: Tree = {"description": "Host name under which objects are delivered.", "value": _host(names)}
    return {
        "resource": {
            "aws_cloudfront_origin_access_control": {"tenant": control},
            "aws_cloudfront_distribution": {"tenant": here},
        },
        "output": {"delivery_host": told},
    }


@document(
    "terraform",
    kind="aws_route53_record",
    needs=option(ZONE),
    looks=(option(ZONE), option(CERTIFICATE), CDN),
)
def delivery_records(names: Names, _zone: Any, certificate: Any, wanted: bool | None) -> Tree:
    """Where that host is, in the platform's zone."""
    if not wanted or certificate is None:
        return None
    alias: Tree = {
        "name": Ref(DISTRIBUTION.kind, "tenant", "domain_name"),
        "zone_id": Ref(DISTRIBUTION.kind, "tenant", "hosted_zone_id"),
        "evaluate_target_health": False,
    }
    return {
        "resource": {
            "aws_route53_record": {
                f"delivery_{kind.lower()}": {
                    "zone_id": standing(ZONE),
                    "name": _host(names),
                    "type": kind,
                    "alias": alias,
                }
                for kind in ("A", "AAAA")
            }
        }
    }
