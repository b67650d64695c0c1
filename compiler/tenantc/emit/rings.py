"""The roll-out cohorts, in the order in which they get a change: `ring` of a spec."""

from __future__ import annotations

from typing import Final

RING: Final = "tenantc/ring"
RINGS: Final = ("canary", "early", "general")
ESTATE: Final = "estate"
"""What stands for a ring where an estate is deployed, which comes before every tenant."""
