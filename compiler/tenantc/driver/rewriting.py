"""Puts new content in the place of files: all of them, each in one step."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def _staged(changes: Mapping[Path, bytes]) -> Iterator[dict[Path, Path]]:
    """New files beside those that they replace, with their modes; what was not put in place goes."""
    staged: dict[Path, Path] = {}
    try:
        for path, data in changes.items():
            beside = path.with_name(f".{path.name}.{os.getpid()}")
            descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
            staged[path] = beside
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            beside.chmod(path.stat().st_mode & 0o7777)
        yield staged
    finally:
        for beside in staged.values():
            beside.unlink(missing_ok=True)


def replace_all(changes: Mapping[Path, bytes]) -> None:
    """Puts new content in the place of files, their modes kept. Raises OSError; then, as a rule, none has changed.

    All are written before the first is put in its place, so that a full disk or a folder nobody may write to changes
    none. Only a machine that stops between two renames leaves some files new and the others as they were.
    """
    with _staged(changes) as staged:
        for path, beside in staged.items():
            beside.replace(path)
