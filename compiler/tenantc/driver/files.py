"""Finds and reads the files of a workspace, and never one outside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.load.limits import LIMITS
from tenantc.source.span import whole
from tenantc.source.text import Text

ENDINGS = (".yaml", ".yml", ".json")
WORKSPACE_FILE = "tenantc.yaml"


def find_workspace(start: Path) -> Path | None:
    """The nearest folder upward that holds a tenantc.yaml."""
    here = start.resolve()
    for folder in (here, *here.parents) if here.is_dir() else here.parents:
        if (folder / WORKSPACE_FILE).is_file():
            return folder
    return None


def shown(path: Path) -> str:
    """A path as it is shown: relative to the current folder, with forward slashes."""
    return Path(os.path.relpath(path)).as_posix()


def listing(folder: Path) -> Iterator[Path]:
    """The documents in a folder and below it, sorted by path, hidden ones left out."""
    if not folder.is_dir():
        return
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(ENDINGS) and not name.startswith("."):
                yield Path(parent) / name


def within(path: Path, root: Path) -> str:
    """A path relative to the workspace's root, with forward slashes, which is the same wherever it is compiled."""
    return path.relative_to(root).as_posix()


def read(path: Path, root: Path) -> bytes | Diagnostic:
    """The bytes of a file of the workspace, or why they are not read: links out of it and what is no plain file."""
    text = Text(within(path, root), "")
    try:
        resolved = path.resolve(strict=True)
        if not resolved.is_relative_to(root):
            return diagnose("T906", whole(text), path=text.path, problem="leads out of the workspace")
        status = resolved.stat()
        if not stat.S_ISREG(status.st_mode):
            return diagnose("T906", whole(text), path=text.path, problem="is not a plain file")
        if status.st_size > LIMITS.size:
            return diagnose("T103", whole(text), size=status.st_size, limit=LIMITS.size)
        return resolved.read_bytes()
    except (OSError, RuntimeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its links go round in a circle"
        return diagnose("T906", whole(text), path=text.path, problem=f"cannot be read: {str(reason).lower()}")
