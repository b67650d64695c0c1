"""What can come of an expression besides a value."""

from __future__ import annotations

from tenantc.source.frozen import Frozen
from tenantc.source.path import Path


class Missing(Frozen):
    """A setting that has no value, and where in the written value it is read."""

    path: Path
    offset: int
    length: int


class Problem(Frozen):
    """What is wrong with an expression or its value; `expression` is its text without the braces."""

    message: str
    offset: int
    length: int
    help: str = ""
    expression: str = ""
