"""What stands before the tenant's sign-in: a web ACL of AWS WAF of its own."""

from __future__ import annotations

from typing import Any

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, document
from tenantc.emit.terraform import waf_rules as rules
from tenantc.emit.terraform.networks import families
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.emit.terraform.user_pool import CALLBACKS
from tenantc.emit.terraform.waf import ALLOWED, BANNED
from tenantc.source.value import Value


@document(
    "terraform",
    kind="aws_wafv2_web_acl",
    needs=CALLBACKS,
    looks=(CALLBACKS, ALLOWED, BANNED, *LOOKS),
    places=PLACES,
)
def waf_of_sign_in(
    names: Names,
    _callbacks: Value,
    allowed: tuple[str, ...] | None,
    banned: tuple[str, ...] | None,
    *tagged: Any,
) -> Result:
    """The web ACL before the tenant's user pool: from where nobody signs in, whoever may look at its pages.

    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-waf.html
    """
    networks = families(ALLOWED, allowed)
    if isinstance(networks, Unsupported):
        return networks
    asked = [
        *([rules.outside("sign-in", networks)] if networks else []),
        *([rules.countries(banned)] if banned else []),
    ]
    if not asked:
        return None
    found = tags(names, "network", *tagged)
    association: Tree = {
        "resource_arn": Ref("aws_cognito_user_pool", "tenant", "arn"),
        "web_acl_arn": Ref("aws_wafv2_web_acl", "sign_in", "arn"),
    }
    return {
        "resource": {
            "aws_wafv2_ip_set": rules.ip_sets(names, "sign-in", networks, found),
            "aws_wafv2_web_acl": {"sign_in": rules.web_acl(names, "sign-in", asked, found)},
            "aws_wafv2_web_acl_association": {"sign_in": association},
        }
    }
