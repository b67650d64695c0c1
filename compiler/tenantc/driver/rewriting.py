"""Puts new content in the place of files: all of them, each in one step, and one writer at a time."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def locked(root: Path) -> Iterator[None]:
    """Waits until nobody else changes a workspace's files, and keeps others from it meanwhile: threads and processes.

    The lock is on the folder itself, so nothing is left behind, and it ends with whoever holds it (flock(2)).
    """
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def _staged(changes: Mapping[Path, bytes]) -> Iterator[dict[Path, Path]]:
    """New files beside those that they replace, with their modes; what was not put in place goes."""
    staged: dict[Path, Path] = {}
    try:
        for path, data in changes.items():
            beside = path.with_name(f".{path.name}.{os.getpid()}")
            mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(beside, flags, 0o666 if mode is None else 0o600)
            staged[path] = beside
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            if mode is not None:
                beside.chmod(mode)
        yield staged
    finally:
        for beside in staged.values():
            beside.unlink(missing_ok=True)


def replace_all(changes: Mapping[Path, bytes]) -> None:
    """Puts new content in the place of files, their modes kept, or makes them.

    Raises OSError; then, as a rule, none has changed.

    All are written before the first is put in its place, so that a full disk or a folder nobody may write to changes
    none. Only a machine that stops between two renames leaves some files new and the others as they were.
    """
    with _staged(changes) as staged:
        for path, beside in staged.items():
            beside.replace(path)
