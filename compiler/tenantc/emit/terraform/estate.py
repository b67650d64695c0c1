"""How what tenants share is called."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import slug
from tenantc.emit.naming import DIGEST_DIGITS, digest
from tenantc.source.path import Path

BEARER: Final[tuple[Path, ...]] = ("workspace.platform", "deployment.environment", "deployment.cluster")
"""By what an estate's name differs from that of another in the same account and region."""
_LIMIT: Final = 40


def estate_name(platform: str, environment: str | None, cluster: str | None) -> str:
    """As short as a tenant's `aws_resource`, and always with a digest, so that no tenant's is called so."""
    readable = slug(f"{platform}-{environment}" if environment else platform, _LIMIT - DIGEST_DIGITS - 1)
    return f"{readable}-{digest('estate', platform, environment, cluster)}"
