"""The tags by which people, bills and audits tell tenants' resources apart.

Keys of our own begin with `tenantc:`, so that they meet no tag of a provider's `default_tags`; AWS proposes such
prefixes (https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html). A tag's value takes
letters, digits, spaces and `+ - = . _ : / @`
(https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html), so tags hold ids and enums and never what people
write freely, as the tenant's name.
"""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names, Slot, Tree
from tenantc.source.path import Path

LOOKS: Final[tuple[Path, ...]] = (
    "compliance.data_governance.data_classification",
    "billing.usage_tracking.cost_attribution",
)
TIER: Final[Path] = "tenant.tier"
PLACES: Final[tuple[Path, ...]] = ("workspace.platform", "deployment.environment", TIER)

DATA_PLACES: Final[tuple[Path, ...]] = (
    *PLACES,
    "compliance.data_governance.data_residency_region",
    "infrastructure.tenancy",
)
"""What `tags` also takes of what holds data."""


def tags(
    names: Names,
    component: str,
    classification: str | None,
    attributed: bool | None,
    platform: Slot | str | None,
    environment: Slot | str | None,
    tier: Slot | None,
    residency: Slot | None = None,
    tenancy: Slot | None = None,
) -> dict[str, Tree]:
    """The tags of one resource, of what `LOOKS` and `PLACES` name.

    Where cost is attributed, a bill splits by tenant and by `component`, the part of the platform that the resource
    belongs to (once the two keys are activated as cost allocation tags,
    https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/cost-alloc-tags.html).
    """
    return {
        "tenantc:tenant": names.tenant_id,
        "tenantc:platform": platform,
        "tenantc:environment": environment,
        "tenantc:tier": tier,
        "tenantc:data-classification": classification,
        "tenantc:data-residency": residency,
        "tenantc:tenancy": tenancy,
        "tenantc:cost-center": names.tenant_id if attributed else None,
        "tenantc:cost-component": component if attributed else None,
    }


def estate_tags(platform: str, environment: str | None) -> dict[str, Tree]:
    """The tags of what tenants share."""
    return {"tenantc:platform": platform, "tenantc:environment": environment, "tenantc:tier": "shared"}
