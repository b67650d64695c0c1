"""Who wrote a line last, as git tells: the commit, its author and the day."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tenantc.driver.git import Repository, RevisionError

UNKNOWN: Final = "unknown (shallow history)"
_HEAD: Final = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) [0-9]+ ([0-9]+)")
_PLACE: Final = re.compile(r"(.+?):([0-9]+)(?::[0-9]+)?")
# what git calls the commit of a line that is in none
_NONE: Final = re.compile(r"0+")

Origin = Mapping[str, str]


class Blame(Repository):
    """Blames lines of the files below a folder. Raises RevisionError outside a repository."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._is_shallow = self._output("rev-parse", "--is-shallow-repository").strip() == b"true"

    def lines(self, places: Iterable[str]) -> dict[str, Origin]:
        """What git knows of each line, by `path:line`, given places as `path:line:column` or `path:line`.

        Each has a `commit`, an `author` and a `date` (YYYY-MM-DD, UTC); a line that is in no commit has an author
        alone, and so has one whose commit a shallow clone lacks.
        """
        wanted: dict[str, set[int]] = {}
        for place in places:
            match = _PLACE.fullmatch(place)
            assert match is not None, "a place has a line"
            wanted.setdefault(match[1], set()).add(int(match[2]))
        found: dict[str, Origin] = {}
        for path, numbers in sorted(wanted.items()):
            known = self._file(path)
            found |= {f"{path}:{number}": known[number] for number in sorted(numbers) if number in known}
        return found

    def _file(self, path: str) -> dict[int, Origin]:
        try:
            output = self._output("blame", "--porcelain", "--", path)
        except RevisionError:  # a file that git does not keep
            return {}
        commits: dict[str, dict[str, str]] = {}
        found: dict[int, Origin] = {}
        commit, number = "", 0
        for line in output.split(b"\n"):
            head = _HEAD.match(line)
            if head is not None:
                commit, number = head[1].decode(), int(head[2])
                commits.setdefault(commit, {})
            elif line.startswith(b"\t"):
                found[number] = self._origin(commit, commits[commit])
            else:
                name, _, value = line.partition(b" ")
                commits.get(commit, {})[os.fsdecode(name)] = value.decode(errors="replace")
        return found

    def _origin(self, commit: str, said: Mapping[str, str]) -> Origin:
        if _NONE.fullmatch(commit):
            return {"author": "not committed"}
        if self._is_shallow and "boundary" in said:
            return {"author": UNKNOWN}
        day = datetime.fromtimestamp(int(said["author-time"]), UTC).date().isoformat()
        return {"commit": commit, "author": said["author"], "date": day}
