"""Regular expressions that are compiled when they are first used: a hook uses few of those that it imports."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Lazy:
    """Stands for a compiled pattern, whose methods it keeps once they were asked for."""

    def __init__(self, text: str | bytes, flags: int) -> None:
        self._pattern: Any = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self._pattern, self._flags), name)
        setattr(self, name, found)
        return found


def lazy(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, later; a mistake in `text` shows then, too."""
    return cast("re.Pattern[AnyStr]", _Lazy(text, flags))
