"""Protection against floods of traffic by AWS Shield."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, document
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.emit.terraform.waf import BALANCER, ENABLED, MODE, not_its_own
from tenantc.source.path import Path
from tenantc.source.value import Value

_FLOODS: Final[Path] = "infrastructure.network.ddos_protection"


@document(
    "terraform",
    kind="aws_shield_protection",
    needs=BALANCER,
    looks=(BALANCER, _FLOODS, ENABLED, MODE, *LOOKS),
    places=PLACES,
)
def shield(
    names: Names,
    balancer: Value,
    floods: str | None,
    enabled: bool | None,
    mode: str | None,
    *tagged: Any,
) -> Result:
    """Shield Advanced for the tenant's load balancer; the account has to have subscribed to it.

    Less needs nothing: Shield Standard watches over every load balancer, and nobody can switch it off. What it finds in
    requests it answers by rules in the web ACL, which do what the firewall does.
    https://docs.aws.amazon.com/waf/latest/developerguide/ddos-overview.html
    https://docs.aws.amazon.com/waf/latest/developerguide/ddos-automatic-app-layer-response.html
    """
    if floods != "advanced":
        return None
    refused = not_its_own(balancer)
    if refused is not None:
        return refused
    protection: Tree = {
        "name": names.of("aws_name"),
        "resource_arn": Ref("local", "load_balancer"),
        "tags": tags(names, "network", *tagged),
    }
    answer: Tree = {
        "resource_arn": Ref("aws_shield_protection", "tenant", "resource_arn"),
        "action": "BLOCK" if enabled is not False and mode in (None, "block") else "COUNT",
        # a rule needs the web ACL that it is put into
        "depends_on": ["aws_wafv2_web_acl_association.edge"],
    }
    return {
        "resource": {
            "aws_shield_protection": {"tenant": protection},
            "aws_shield_application_layer_automatic_response": {"tenant": answer},
        }
    }
