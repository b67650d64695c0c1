"""Which tenant files may hold which ids: kept between runs, so that a hook need not read the fleet to check one file.

What is known of a file holds as long as the system gives it the same size, times and inode. A file that changed at the
very time it was read could change again without a sign, so nothing is remembered of such a file (git's "racy" rule).
The roster only narrows down where to look: whoever asks reads the files themselves. One that is missing, damaged or
cannot be written costs time only.
"""

from __future__ import annotations

import marshal
import os
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TypeAlias

from tenantc.driver import cache, files
from tenantc.source.regex import lazy

# size, time of change, time of the inode's change, inode; then the ids
_Entry: TypeAlias = tuple[int, int, int, int, tuple[bytes, ...]]
# the coarsest clock of a file system in use (FAT)
_RACY = 2_000_000_000

_KEY = b"tenant_id"
_ESCAPED = lazy(rb"\\[^\"]")
_STATED = lazy(rb"tenant_id[\"']?[ \t]*:[ \t]*[\"']?([a-z0-9-]+)")


class Roster:
    """The tenant files of one workspace.

    `ids` parses a file whose text does not tell its ids plainly; None if something is wrong with it.
    """

    def __init__(self, root: Path, ids: Callable[[str, bytes], Collection[str] | None]) -> None:
        self._root = root
        self._ids = ids

    def holders(self, wanted: set[str]) -> dict[Path, set[str]]:
        """The files that may hold one of these ids, in the order of the fleet, each with those it may hold."""
        key = cache.key(b"roster", os.fsencode(self._root))
        known = _recall(key)
        now = time.time_ns()
        needles = {id.encode(errors="surrogatepass"): id for id in wanted}
        entries: dict[str, _Entry] = {}
        found: dict[Path, set[str]] = {}
        for file in files.entries(self._root / "tenants"):
            status = file.stat(follow_symlinks=False)
            state = (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
            entry = known.get(file.path)
            if entry is None or entry[:4] != state:
                ids = self._read(file)
                if ids is None:
                    found[Path(file.path)] = wanted
                    continue
                entry = (*state, ids)
            for id in entry[4]:
                if id in needles:
                    found.setdefault(Path(file.path), set()).add(needles[id])
            if max(entry[1], entry[2]) + _RACY < now:
                entries[file.path] = entry
        if entries != known:
            cache.write(key, marshal.dumps(entries))
        return found

    def _read(self, file: os.DirEntry[str]) -> tuple[bytes, ...] | None:
        """The ids that a file may hold, None if it can't be told."""
        try:
            plain = files.read_plain(file.path, self._root)
        except OSError:
            return None
        if plain is None:
            return None
        stated = plainly_stated(plain.data)
        if stated is None:
            parsed = self._ids(files.within(file.path, self._root), plain.data)
            stated = tuple(id.encode() for id in parsed) if parsed is not None else None
        return stated


def plainly_stated(data: bytes) -> tuple[bytes, ...] | None:
    """The ids in a file that says `tenant_id: acme` wherever it names the key, None if it may say it in other ways.

    Without a backslash, but before quotation marks, no letter is escaped and the key stands in the text as it is.
    """
    stated = _STATED.findall(data)
    if _ESCAPED.search(data) or len(stated) != data.count(_KEY):
        return None
    return tuple(dict.fromkeys(stated))


def _recall(key: str) -> dict[str, _Entry]:
    data = cache.read(key)
    if data is None:
        return {}
    known: dict[str, _Entry] = marshal.loads(data)  # noqa: S302 — from the cache folder, which is the user's own
    return known
