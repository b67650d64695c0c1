"""Where tenantc lies, and what its files are without reading them: a key for what was made of them."""

from __future__ import annotations

import os
from functools import lru_cache

from tenantc import __version__


@lru_cache(maxsize=1)
def package() -> str:
    """The folder of tenantc's package."""
    return os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


@lru_cache(maxsize=1)
def code() -> bytes:
    """The version, and the state of every module: in a checkout code changes and the version stays."""
    return f"{__version__}\n{states(package(), ('.py',))}".encode()


def states(folder: str, endings: tuple[str, ...]) -> str:
    """A line for each file in a folder and those inside it whose name ends so."""
    found = []
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.name.endswith(endings):
                    status = entry.stat()
                    found.append(f"{entry.path} {status.st_size} {status.st_mtime_ns}\n")
                elif "." not in entry.name and entry.name != "__pycache__" and entry.is_dir():
                    waiting.append(entry.path)
    return "".join(sorted(found))
