"""Regular expressions of rules: RE2, whose time is linear in the text whatever the expression."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol, cast

MAX_LENGTH = 500


class Pattern(Protocol):
    """A compiled expression."""

    def fullmatch(self, text: str) -> object | None: ...


@lru_cache(maxsize=1024)
def compile_pattern(pattern: str) -> Pattern | str:
    """The expression, ready to match whole texts, or why it is none. RE2 is imported when the first one comes."""
    import re2

    if len(pattern) > MAX_LENGTH:
        return f"it has more than {MAX_LENGTH} characters"
    options = re2.Options()
    options.log_errors = False
    try:
        return cast("Pattern", re2.compile(pattern, options))
    except re2.error as error:
        text = error.args[0]
        return text.decode() if isinstance(text, bytes) else str(text)
