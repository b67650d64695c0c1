"""What stands between the internet and the tenant: a web ACL of AWS WAF at the edge."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Unsupported, document
from tenantc.emit.terraform import waf_rules as rules
from tenantc.emit.terraform.inputs import INPUTS, own
from tenantc.emit.terraform.networks import families
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED, Unlimited, Value

BALANCER: Final[Path] = f"{INPUTS}.load_balancer"
RATE: Final[Path] = "infrastructure.network.rate_limits.requests_per_second"
BURST: Final[Path] = "infrastructure.network.rate_limits.burst_requests"
ALLOWED: Final[Path] = "security.access_control.ip_allowlist"
BANNED: Final[Path] = "security.access_control.geo_restrictions"
_GEO: Final[Path] = "security.threat_detection.geo_blocking"
_LEARNED: Final[Path] = "security.threat_detection.ml_anomaly_detection"
MODE: Final[Path] = "infrastructure.network.waf_mode"
ENABLED: Final[Path] = "infrastructure.network.waf_enabled"
EDGE: Final = Ref("aws_wafv2_web_acl", "edge", "arn")
"""Where others find the web ACL before the load balancer."""


def _limit(rate: int | Unlimited | None, burst: int | Unlimited | None) -> int | None:
    """The most requests that an average with a burst lets through in WAF's window; None for any number."""
    if rate is None or isinstance(rate, Unlimited) or isinstance(burst, Unlimited):
        return None
    return rate * rules.WINDOW_SECONDS + (burst or 0)


def endless_burst(rate: int | Unlimited | None, burst: int | Unlimited | None) -> Unsupported | None:
    """No average holds where any number may come at once."""
    if isinstance(rate, int) and burst is UNLIMITED:
        return Unsupported(BURST, (f"set `{BURST}` to a number", f"set `{RATE}` to `unlimited`"))
    return None


def not_its_own(load_balancer: Value) -> Unsupported | None:
    """A load balancer has one web ACL, so the ACLs of tenants that share one would drive each other out.

    https://docs.aws.amazon.com/waf/latest/developerguide/web-acl-associating-aws-resource.html
    """
    if own(load_balancer):
        return None
    return Unsupported(BALANCER, ("find each tenant's own by `{tenant.id}`, as in the `arguments` of a data source",))


@document(
    "terraform",
    kind="aws_wafv2_web_acl",
    needs=BALANCER,
    looks=(BALANCER, ENABLED, MODE, RATE, BURST, ALLOWED, BANNED, _GEO, _LEARNED, *LOOKS),
    places=PLACES,
)
def waf(
    names: Names,
    balancer: Value,
    enabled: bool | None,
    mode: str | None,
    rate: int | Unlimited | None,
    burst: int | Unlimited | None,
    allowed: tuple[str, ...] | None,
    banned: tuple[str, ...] | None,
    geo: bool | None,
    learned: bool | None,
    *tagged: Any,
) -> Result:
    """The web ACL before the tenant's load balancer.

    Limits and lists hold with or without the firewall: only the search for attacks is switched off with it.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/wafv2_web_acl
    """
    networks = not_its_own(balancer) or endless_burst(rate, burst) or families(ALLOWED, allowed)
    if isinstance(networks, Unsupported):
        return networks
    limit = _limit(rate, burst)
    if limit is not None and limit > rules.MOST_REQUESTS:
        most = f"{rules.MOST_REQUESTS} requests, the most that AWS WAF counts in {rules.WINDOW_SECONDS} seconds"
        return Unsupported(RATE, (f"stay below {most}", f"set `{RATE}` to `unlimited`"))
    asked = [
        *([rules.outside("edge", networks)] if networks else []),
        *([rules.countries(banned)] if banned and geo else []),
        *([rules.rate(limit)] if limit is not None else []),
        *(rules.attacks(block=mode in (None, "block"), learned=learned or False) if enabled is not False else []),
    ]
    found = tags(names, "network", *tagged)
    return {
        "resource": {
            "aws_wafv2_ip_set": rules.ip_sets(names, "edge", networks, found),
            "aws_wafv2_web_acl": {"edge": rules.web_acl(names, "edge", asked, found)},
            "aws_wafv2_web_acl_association": {
                "edge": {"resource_arn": Ref("local", "load_balancer"), "web_acl_arn": EDGE}
            },
        }
    }
