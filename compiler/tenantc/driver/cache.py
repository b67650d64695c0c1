"""A cache of what was computed from content, in the user's own cache folder.

An entry is immutable and its key is a digest of everything it depends on. It is a pickle, which runs code when it is
read, so entries are read from a folder only that belongs to the user and that nobody else can write, and never from a
workspace or a build: what comes with a repository is hostile. A missing, damaged or unwritable cache costs time only.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
import zlib
from pathlib import Path
from typing import Any

from tenantc.driver import state

_SUM = 4  # bytes


def folder() -> Path:
    """TENANTC_CACHE_DIR, else XDG_CACHE_HOME/tenantc (XDG Base Directory Specification), else ~/.cache/tenantc."""
    stated = os.environ.get("TENANTC_CACHE_DIR")
    if stated:
        return Path(stated)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path("~/.cache").expanduser()) / "tenantc"


def key(*parts: bytes) -> str:
    """A key for what depends on these parts, on this state of tenantc's code and on this Python."""
    digest = hashlib.sha256()
    for part in (state.code(), sys.version.encode(), *parts):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def get(key: str) -> Any | None:
    """What was stored under a key, or None."""
    data = read(key)
    return None if data is None else pickle.loads(data)  # noqa: S301 — the folder is the user's own, as the module says


def put(key: str, value: Any) -> None:
    """Stores a value, if that is possible."""
    write(key, pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def read(key: str) -> bytes | None:
    """The bytes under a key, None if there are none, or they are damaged or could be somebody else's."""
    try:
        home = folder()
        if not _private(home):
            return None
        # without a buffer, since some entries have megabytes
        with (home / key).open("rb", buffering=0) as file:
            stated, data = file.read(_SUM), file.readall()
    except (OSError, RuntimeError):
        return None
    return data if _sum(data) == stated else None


def write(key: str, data: bytes) -> None:
    """Puts bytes under a key, if that is possible."""
    try:
        home = folder()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _private(home):
            return
        staged = home / f".{key}.{os.getpid()}"
        with open(staged, "wb", opener=_private_file) as file:
            file.write(_sum(data) + data)
        staged.replace(home / key)
    except (OSError, RuntimeError):
        return


def _sum(data: bytes) -> bytes:
    """What tells damage; who would forge it could as well write the cache."""
    return zlib.crc32(data).to_bytes(_SUM, "big")


def _private_file(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL, 0o600)


def _private(home: Path) -> bool:
    """Whether a folder belongs to the user and nobody else can read or write it."""
    status = home.stat()
    return status.st_uid == os.getuid() and stat.S_IMODE(status.st_mode) & 0o077 == 0
