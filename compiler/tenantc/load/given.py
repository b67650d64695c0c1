"""Reads what a program gives in place of a text: JSON values, which may be anything at all."""

from __future__ import annotations

import json
from typing import Any

from tenantc.diagnostics.diagnostic import Outcome, diagnose
from tenantc.load.limits import LIMITS
from tenantc.load.text import parse_text
from tenantc.source.node import Node
from tenantc.source.span import whole
from tenantc.source.text import Text


def given(name: str, value: Any) -> Outcome[Node | None]:
    """A JSON value as the one document of a text called `name`; None and what is wrong for what is none.

    The limits of files hold: T103, T104, T113.
    """
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        data = text.encode()
    except RecursionError:
        return Outcome(None, (diagnose("T104", whole(Text(name, "")), limit=LIMITS.depth),))
    except (TypeError, ValueError) as error:  # no JSON, a circle, NaN, half a character
        problem = str(error)[:200]
        return Outcome(None, (diagnose("T102", whole(Text(name, "")), format="JSON", problem=problem),))
    parsed = parse_text(name, data)
    return Outcome(parsed.value[0] if parsed.value and not parsed.diagnostics else None, parsed.diagnostics)
