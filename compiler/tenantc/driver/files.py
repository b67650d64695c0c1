"""Finds and reads the files of a workspace, and never one outside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.load.limits import LIMITS
from tenantc.source.frozen import Frozen
from tenantc.source.span import whole
from tenantc.source.text import Text

ENDINGS = (".yaml", ".yml", ".json")
WORKSPACE_FILE = "tenantc.yaml"
# proc(5): where an open file really lies, whatever links led to it
_OPENED = "/proc/self/fd"


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


def listing(folder: Path, endings: tuple[str, ...] = ENDINGS) -> Iterator[Path]:
    """The documents in a folder and below it, sorted by path, hidden ones left out."""
    for entry in entries(folder, endings):
        yield Path(entry.path)


def entries(folder: Path, endings: tuple[str, ...] = ENDINGS) -> Iterator[os.DirEntry[str]]:
    """As `listing`, with what the system says of each file at no cost. What cannot be listed holds nothing."""
    waiting = [os.fspath(folder)]
    while waiting:
        found: list[os.DirEntry[str]] = []
        folders: list[os.DirEntry[str]] = []
        try:
            with os.scandir(waiting.pop()) as inside:
                for entry in inside:
                    if not entry.name.startswith("."):
                        (folders if _is_folder(entry) else found).append(entry)
        except OSError:
            continue
        found.sort(key=_name)
        yield from (entry for entry in found if entry.name.endswith(endings))
        # a folder behind a link may lie anywhere, and may be one that we are in
        waiting += [entry.path for entry in sorted(folders, key=_name, reverse=True) if not entry.is_symlink()]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # links that go round in a circle, which whoever reads the file is told
        return False


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def within(path: Path | str, root: Path | str) -> str:
    """A path relative to the workspace's root, with forward slashes, which is the same wherever it is compiled."""
    full, top = os.fspath(path), _top(root)
    if not full.startswith(top):
        raise ValueError(f"{full} does not lie in {top}")
    return full[len(top) :].replace(os.sep, "/")


@lru_cache(maxsize=16)
def _top(root: Path | str) -> str:
    """What the path of everything in a folder begins with."""
    return os.path.join(root, "")


class Opened(Frozen):
    """A plain file's bytes, and its state before they were read."""

    data: bytes
    status: os.stat_result


def read(path: Path | str, root: Path | str) -> bytes | Diagnostic:
    """The bytes of a file of the workspace, or why they are not read: links out of it and what is no plain file."""
    try:
        plain = read_plain(path, root)
    except OSError:
        plain = None
    return plain.data if plain is not None else _read_any(Path(path), Path(root))


def read_plain(path: Path | str, root: Path | str) -> Opened | None:
    """The quick way for almost every file: one that is no link, of a usual size and in the workspace, else None."""
    # whoever opens a device may set it going, so what the path is comes first
    if not stat.S_ISREG(os.lstat(path).st_mode):
        return None
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LIMITS.size:
            return None
        if not os.readlink(f"{_OPENED}/{descriptor}").startswith(_top(root)):
            return None
        data = os.read(descriptor, status.st_size + 1)
        return Opened(data, status) if len(data) == status.st_size else None
    finally:
        os.close(descriptor)


def _read_any(path: Path, root: Path) -> bytes | Diagnostic:
    """The long way, which also tells what is wrong."""
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
