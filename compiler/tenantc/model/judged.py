"""A tenant that was judged."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.model.checked import Checked
from tenantc.model.spec import Waiver
from tenantc.model.verdict import Verdict
from tenantc.source.frozen import Frozen, field


class Judged(Frozen):
    """A tenant in an environment, with the verdict on every rule. Only `judge` makes one.

    `waived` holds, for rules that are broken with leave, the waiver, or the reason for which a policy prefers another.
    """

    checked: Checked
    verdicts: Mapping[str, Verdict]
    waived: Mapping[str, Waiver | str] = field(default_factory=dict)
