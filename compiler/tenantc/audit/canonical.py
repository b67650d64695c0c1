"""Documents of evidence as bytes: each has one encoding, and whatever else is read for it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final, TypeVar

T = TypeVar("T")

_compact: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def encode(document: Any) -> bytes:
    """A document as one line of JSON, its keys in the order in which they stand."""
    return f"{_compact(document)}\n".encode()


def decode(data: bytes, shape: Callable[[Any], T], write: Callable[[T], bytes]) -> T:
    """What `shape` makes of a document, if `write` makes the same bytes of that. Raises ValueError if not."""
    try:
        found = shape(json.loads(data))
        canonical = write(found) == data
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ValueError("cannot be read") from None
    if not canonical:
        raise ValueError("is not encoded as tenantc does")
    return found
