"""How much of a file is read: what keeps hostile and broken input from costing more than it is worth."""

from __future__ import annotations

from typing import Final, NamedTuple


class Limits(NamedTuple):
    """Bytes and values of one file, levels of nesting, and mistakes after which no more are told."""

    size: int = 1 << 20
    depth: int = 64
    values: int = 100_000
    mistakes: int = 100


LIMITS: Final = Limits()
