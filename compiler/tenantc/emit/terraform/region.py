"""Where a tenant's module may run.

The provider and its region are the business of whoever calls the module, so a module can't choose its region; but it
can refuse any other. A tenant that must stay in the European Union is then not created in the United States because a
provider block was copied. What lies in a second region is made by a second provider, which only those modules ask for
that have something there.
"""

from __future__ import annotations

import re
from typing import Any, Final

from tenantc.emit.document import Expr, Names, NoRegion, Result, Tree, Unsupported, document, text
from tenantc.emit.terraform.key_limits import REGIONS
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path

HOME: Final[Path] = "deployment.region"
"""Where the tenant's module runs."""
RECOVERY: Final[Path] = "infrastructure.disaster_recovery"
REPLICAS: Final[Path] = "workspace.terraform.replicas"
ELSEWHERE: Final = "aws.secondary"
"""The provider that works in the second region, as modules call it."""
SECOND: Final[tuple[Path, ...]] = (f"{RECOVERY}.secondary_region", f"{RECOVERY}.enabled", REGIONS)
LOOKS: Final[tuple[Path, ...]] = (REPLICAS, HOME, *SECOND)
"""What `replicas` takes, in its order."""
OBJECTS: Final[tuple[Path, ...]] = LOOKS[:-1]
"""What it takes of whoever asks for objects alone."""


class Replicas(Frozen):
    """What also lies in a second region: the tenant's key, or its objects."""

    region: str
    keys: bool
    objects: bool


def replicas(
    stated: tuple[str, ...] | None, home: str | None, second: str | None, recovers: Any, everywhere: Any = None
) -> Replicas | None:
    """What of the tenant's also lies in a second region; None if nothing does."""
    keys = "keys" in (stated or ()) and everywhere is True
    objects = "objects" in (stated or ()) and recovers is True
    return Replicas(second, keys, objects) if (keys or objects) and second and second != home else None


def elsewhere(wanted: str | None, home: str | None) -> bool:
    """Whether something is wanted in another region than the one in which the module's provider works."""
    return wanted is not None and home is not None and wanted != home


# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html; all else is a jurisdiction
_REGION: Final = r"[a-z]{2,3}(-[a-z]+)+-[0-9]"


@document(
    "terraform",
    kind="data.aws_region",
    looks=("compliance.data_governance.residency.regions", "compliance.data_governance.data_residency_region", *LOOKS),
)
def aws_region(_names: Names, allowed: tuple[str, ...] | None, residency: str | None, *said: Any) -> Result:
    """Conditions that fail the plan, before anything is made, where a provider works in another region.

    Or in one where the data may not lie: Terraform knows regions and no jurisdictions, so what names a jurisdiction is
    left to the rules of tenantc.
    https://developer.hashicorp.com/terraform/language/expressions/custom-conditions
    """
    _, home, *_ = said
    second = replicas(*said)
    if home is None:
        return NoRegion("its check of the region of the provider")
    if second is not None and not re.fullmatch(_REGION, second.region):
        return Unsupported(SECOND[0], (f"name a region of AWS in `{SECOND[0]}`, in which a provider can work",))
    narrow = residency is not None and re.fullmatch(_REGION, residency) is not None
    places = [residency] if narrow and residency is not None else [*(allowed or ())]
    told = bool(places) and all(re.fullmatch(_REGION, place) for place in places)
    return {
        # locals, so that the regions stand here as plain text and in the conditions as names
        "locals": {
            "tenant_region": home,
            "tenant_second_region": second.region if second is not None else None,
            "tenant_residency": places if told else None,
        },
        "data": {
            "aws_region": {
                "tenant": _checked("tenant_region", "this provider", None, told=told),
                "secondary": _checked("tenant_second_region", ELSEWHERE, ELSEWHERE, told=told) if second else None,
            }
        },
    }


def _checked(wanted: str, called: str, provider: str | None, *, told: bool) -> Tree:
    right: Tree = {
        "condition": Expr(f"self.name == local.{wanted}"),
        "error_message": text(
            "The tenant belongs in ", Expr(f"local.{wanted}"), f", but {called} works in ", Expr("self.name"), "."
        ),
    }
    lawful: Tree = {
        "condition": Expr("contains(local.tenant_residency, self.name)"),
        "error_message": text("The tenant's data may not lie in ", Expr("self.name"), "."),
    }
    return {"provider": provider, "lifecycle": {"postcondition": [right, lawful] if told else right}}
