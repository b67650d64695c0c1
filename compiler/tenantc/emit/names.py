"""The slots of a tenant's identity and names: the same for every document."""

from __future__ import annotations

from typing import Final

from tenantc.emit.document import Names

NAMES: Final = Names()
