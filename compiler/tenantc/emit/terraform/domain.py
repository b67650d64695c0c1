"""Where the tenant's own host names lead, in the platform's zone: to its ingress, or to another region's."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, document, slug
from tenantc.emit.terraform.delivery import ZONE
from tenantc.emit.terraform.standing import lacking, option, standing
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path

_INGRESS: Final = "ingress_host"
_OTHER: Final = "secondary_ingress_host"
_FAILOVER: Final[Path] = "infrastructure.disaster_recovery.failover_automation"
# House: clients look again after a minute, so that they follow a failover soon
_SECONDS: Final = 60


@document(
    "terraform",
    kind="aws_route53_record",
    each="infrastructure.network.custom_domains",
    needs=option(ZONE),
    looks=(*map(option, (ZONE, _INGRESS, _OTHER)), _FAILOVER),
)
def domain_records(
    _names: Names, domain: str, _value: Any, _zone: Any, ingress: Any, other: Any, failover: bool | None
) -> Result:
    """A record a host name; two where the other region takes over by itself.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-types.html
    """
    missing = [name for name, found in ((_INGRESS, ingress), (_OTHER, other or not failover)) if not found]
    if missing:
        return lacking(*missing)
    record: dict[str, Tree] = {"zone_id": standing(ZONE), "name": domain, "type": "CNAME", "ttl": _SECONDS}
    label = slug(domain)
    if not failover:
        return {"resource": {"aws_route53_record": {label: {**record, "records": [standing(_INGRESS)]}}}}
    first: Tree = {
        **record,
        "records": [standing(_INGRESS)],
        "set_identifier": "primary",
        "failover_routing_policy": {"type": "PRIMARY"},
        "health_check_id": Ref("aws_route53_health_check", "tenant", "id"),
    }
    second: Tree = {
        **record,
        "records": [standing(_OTHER)],
        "set_identifier": "secondary",
        "failover_routing_policy": {"type": "SECONDARY"},
    }
    return {"resource": {"aws_route53_record": {label: first, f"{label}-secondary": second}}}


@document(
    "terraform",
    kind="aws_route53_health_check",
    needs=option(ZONE),
    looks=(*map(option, (ZONE, _INGRESS)), _FAILOVER, "infrastructure.network.custom_domains", *LOOKS),
    places=PLACES,
)
def ingress_check(
    names: Names, _zone: Any, ingress: Any, failover: bool | None, domains: tuple[str, ...] | None, *tagged: Any
) -> Tree:
    """Whether the tenant's own region answers, which is asked from all over the world every ten seconds.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-creating-values.html
    """
    if not failover or not domains or ingress is None:
        return None
    check: Tree = {
        "type": "TCP",
        "fqdn": standing(_INGRESS),
        "port": 443,
        "request_interval": 10,
        "failure_threshold": 3,
        "tags": tags(names, "delivery", *tagged),
    }
    return {"resource": {"aws_route53_health_check": {"tenant": check}}}
