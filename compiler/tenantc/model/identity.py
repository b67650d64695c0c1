"""Tenant identity inside a setting: placed, never inspected (language.md §4)."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from tenantc.source.value import Opaque


class Identity(enum.Enum):
    """A part of a tenant's identity, standing for a text that only the emitted artifact holds."""

    ID = "id"
    NAME = "name"
    OWNER_EMAIL = "owner_email"


@dataclass(frozen=True, slots=True)
class IdentityText(Opaque):
    """A text with identity in it: no two texts stand side by side, none is empty, and one part at least is identity."""

    parts: tuple[str | Identity, ...]
