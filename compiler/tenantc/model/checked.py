"""A tenant whose settings were proven."""

from __future__ import annotations

from tenantc.model.resolved import Resolved
from tenantc.model.stack import Linked
from tenantc.source.frozen import Frozen


class Checked(Frozen):
    """A tenant in an environment whose settings keep to schema, ceilings, locks and pairs. Only `check` makes one."""

    linked: Linked
    resolved: Resolved
