"""What deployers of a build go by: the roll-out cohorts, in the order in which they get a change, and where it lies."""

from __future__ import annotations

from typing import Final

RING: Final = "tenantc/ring"
RINGS: Final = ("canary", "early", "general")
ESTATE: Final = "estate"
"""What stands for a ring where an estate is deployed, which comes before every tenant."""


def written_to(path: str) -> tuple[str, ...]:
    """The folder of a repository that holds the build; none if it is the repository's own, `.`."""
    return () if path == "." else (path,)
