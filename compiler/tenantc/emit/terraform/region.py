"""Where a tenant's module may run.

The provider and its region are the business of whoever calls the module, so a module can't choose its region; but it
can refuse any other. A tenant that must stay in the European Union is then not created in the United States because a
provider block was copied.
"""

from __future__ import annotations

import re
from typing import Final

from tenantc.emit.document import Expr, Names, NoRegion, Result, Slot, Tree, document, text
from tenantc.source.path import Path

HOME: Final[Path] = "deployment.region"
"""Where the tenant's module runs."""


def elsewhere(wanted: str | None, home: str | None) -> bool:
    """Whether something is wanted in another region than the one in which the module's provider works."""
    return wanted is not None and home is not None and wanted != home


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html; all else is a jurisdiction
_REGION: Final = r"[a-z]{2,3}(-[a-z]+)+-[0-9]"


@document(
    "terraform",
    kind="data.aws_region",
    looks=("compliance.data_governance.residency.regions", "compliance.data_governance.data_residency_region"),
    places=(HOME,),
)
def aws_region(_names: Names, allowed: tuple[str, ...] | None, residency: str | None, wanted: Slot | None) -> Result:
    """Conditions that fail the plan, before anything is made, where the provider works in another region.

    Or in one where the data may not lie: Terraform knows regions and no jurisdictions, so what names a jurisdiction is
    left to the rules of tenantc.
    https://developer.hashicorp.com/terraform/language/expressions/custom-conditions
    """
    if wanted is None:
        return NoRegion("its check of the region of the provider")
    right: Tree = {
        "condition": Expr("self.name == local.tenant_region"),
        "error_message": text(
            "The tenant belongs in ",
            Expr("local.tenant_region"),
            ", but this provider works in ",
            Expr("self.name"),
            ".",
        ),
    }
    narrow = residency is not None and re.fullmatch(_REGION, residency) is not None
    places = [residency] if narrow and residency is not None else [*(allowed or ())]
    told = bool(places) and all(re.fullmatch(_REGION, place) for place in places)
    lawful: Tree = {
        "condition": Expr("contains(local.tenant_residency, self.name)"),
        "error_message": text("The tenant's data may not lie in ", Expr("self.name"), "."),
    }
    return {
        # a local, so that the region stands here as plain text and in the condition as a name
        "locals": {"tenant_region": wanted, "tenant_residency": places if told else None},
        "data": {"aws_region": {"tenant": {"lifecycle": {"postcondition": [right, lawful] if told else right}}}},
    }
