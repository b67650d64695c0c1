"""Dotted paths: how users name a setting.

A path is a `str` in one canonical spelling, so that it serves as a key: names joined by dots, and names that hold other
characters than letters, digits, `_` and `-` as `["gpt-4.1"]`.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import TypeAlias

Path: TypeAlias = str

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_DOTTED = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_STEP = re.compile(r'\.?([A-Za-z0-9_-][A-Za-z0-9_-]*)|\[("(?:\\.|[^"\\])*")\]')


class BadPathError(ValueError):
    """Text that is no path; the message says why and `offset` is the first character that does not fit."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


@lru_cache(maxsize=65_536)
def split(path: Path) -> tuple[str, ...]:
    """The names in a path. Raises `BadPathError`."""
    if _DOTTED.fullmatch(path):
        return tuple(path.split("."))
    names: list[str] = []
    at = 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or (match.group(1) is not None and (path[at] == ".") != bool(names)):
            raise BadPathError("a path is names joined by dots, other names in brackets and quotes", at)
        if match.group(1) is not None:
            names.append(match.group(1))
        else:
            try:
                names.append(json.loads(match.group(2)))
            except json.JSONDecodeError as error:
                raise BadPathError("the quoted name is not valid text", at) from error
        at = match.end()
    if not names:
        raise BadPathError("a path needs at least one name", 0)
    return tuple(names)


def join(names: tuple[str, ...]) -> Path:
    """The canonical path of these names; `split(join(names)) == names`."""
    parts: list[str] = []
    for name in names:
        if _PLAIN.fullmatch(name):
            parts.append(f".{name}" if parts else name)
        else:
            parts.append(f"[{json.dumps(name, ensure_ascii=False)}]")
    return "".join(parts)


def child(path: Path, name: str) -> Path:
    """The path of `name` under `path`."""
    if _PLAIN.fullmatch(name):
        return f"{path}.{name}" if path else name
    return f"{path}[{json.dumps(name, ensure_ascii=False)}]"


@lru_cache(maxsize=65_536)
def section(path: Path) -> str:
    """The first name of a path: the section that the setting lies in."""
    return split(path)[0]


@lru_cache(maxsize=65_536)
def uppers(path: Path) -> frozenset[Path]:
    """The path and all under which it lies."""
    names = split(path)
    return frozenset(join(names[:length]) for length in range(1, len(names) + 1))


def covers(upper: Path, path: Path) -> bool:
    """Whether `path` is `upper` or lies under it."""
    return path == upper or (path.startswith(upper) and path[len(upper)] in ".[")
