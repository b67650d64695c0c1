"""Where a tenant's module may run.

The provider and its region are the business of whoever calls the module, so a module can't choose its region; but it
can refuse any other. A tenant that must stay in the European Union is then not created in the United States because a
provider block was copied.
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Expr, Names, NoRegion, Result, Slot, document, text
from tenantc.source.path import Path

HOME: Final[Path] = "deployment.region"
"""Where the tenant's module runs."""


def elsewhere(wanted: str | None, home: str | None) -> bool:
    """Whether something is wanted in another region than the one in which the module's provider works."""
    return wanted is not None and home is not None and wanted != home


@document("terraform", kind="data.aws_region", places=(HOME,))
def aws_region(_names: Names, wanted: Slot | None) -> Result:
    """A condition that fails the plan, before anything is made, where the provider works in another region.

    https://developer.hashicorp.com/terraform/language/expressions/custom-conditions
    """
    if wanted is None:
        return NoRegion("its check of the region of the provider")
    return {
        # a local, so that the region stands here as plain text and in the condition as a name
        "locals": {"tenant_region": wanted},
        "data": {
            "aws_region": {
                "tenant": {
                    "lifecycle": {
                        "postcondition": {
                            "condition": Expr("self.name == local.tenant_region"),
                            "error_message": text(
                                "The tenant belongs in ",
                                Expr("local.tenant_region"),
                                ", but this provider works in ",
                                Expr("self.name"),
                                ".",
                            ),
                        }
                    }
                }
            }
        },
    }
