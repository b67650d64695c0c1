"""Brings what deployers apply of a build to a folder or a branch of its own, and touches only what differs there."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Final, Protocol

from tenantc.diagnostics.diagnostic import diagnose
from tenantc.driver.branches import Branch
from tenantc.driver.manifest import Previous, owner, stays
from tenantc.driver.sinks import RefusedError, is_linked, read_within
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen

RECORD: Final = ".tenantc/published.json"
"""What was published, beside it: of which build, and the digest of each file."""
# evidence stays with the build: it changes each day, and who holds the nonces knows all tenants
_EVIDENCE: Final = "audit.json"


class Difference(Frozen):
    """What has to be done: the files to write, in the order of their paths, those to remove, and whose they are.

    `record` is the record of all that lies there then, `message` says what is done.
    """

    written: tuple[str, ...]
    removed: tuple[str, ...]
    tenants: tuple[str, ...]
    record: bytes = b""
    message: str = ""

    def __bool__(self) -> bool:
        return bool(self.written or self.removed)


class Goal(Protocol):
    """Where builds are published to."""

    def record(self) -> bytes | None:
        """The record of what lies there, None if nothing does."""

    def gone(self, files: Mapping[str, str]) -> set[str]:
        """Those of the files, digests by path, that the record lists and that don't lie there as it says."""

    def apply(self, build: Path, difference: Difference) -> str:
        """Makes it so, and gives the commit, empty where there are none."""


def publish(build: Path, manifest: Previous, goal: Goal, shown: str) -> tuple[Difference, str]:
    """Publishes a build that was verified: what had to be done, and the commit, empty if there is none.

    Raises RefusedError (T715) where it can't be.
    """
    found = goal.record()
    before = _recorded(found, shown) if found is not None else {}
    after = {path: digest for path, digest in manifest.digests().items() if _is_applied(path)}
    stale = {path for path, digest in after.items() if before.get(path) != digest}
    stale |= goal.gone({path: digest for path, digest in after.items() if path not in stale})
    removed = tuple(sorted(before.keys() - after.keys()))
    tenants = tuple(sorted({owner(path) for path in (*stale, *removed)} - {""}))
    record = {"version": 1, "as_of": manifest.as_of, "manifest": manifest.digest, "files": dict(sorted(after.items()))}
    data = json.dumps(record, indent=1, ensure_ascii=False).encode() + b"\n"
    difference = Difference(tuple(sorted(stale)), removed, tenants, data, _message(manifest, tenants))
    return difference, goal.apply(build, difference) if difference else ""


def _is_applied(path: str) -> bool:
    return not path.startswith("audit/") and path.rpartition("/")[2] != _EVIDENCE


def _recorded(data: bytes, shown: str) -> Mapping[str, str]:
    """The files of a record, which may come from anybody."""
    try:
        record = json.loads(data)
        files = record["files"]
        if record["version"] == 1 and all(isinstance(one, str) and stays(path) for path, one in files.items()):
            return dict(files)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise RefusedError(diagnose("T715", path=shown, problem=f"its `{RECORD}` is not one of tenantc's"))


def _message(manifest: Previous, tenants: Sequence[str]) -> str:
    """The message of a commit: how many tenants change, and which."""
    count, all_ = len(tenants), len(manifest.tenants())
    shown = "\n".join(tenants[:50]) + (f"\nand {count - 50} more" if count > 50 else "")
    head = f"Publish {count} of {all_} tenant{'' if all_ == 1 else 's'} as of {manifest.as_of}"
    return "\n\n".join([head, *([shown] if shown else []), f"Manifest: sha256:{manifest.digest}"]) + "\n"


class FolderGoal:
    """A folder that may hold other files, too: what no publication wrote is left alone."""

    def __init__(self, folder: Path, shown: str) -> None:
        self._folder = folder
        self._shown = shown

    def record(self) -> bytes | None:
        return self._read(RECORD)

    def gone(self, files: Mapping[str, str]) -> set[str]:
        return {path for path, digest in files.items() if sha256(self._read(path) or b"") != digest}

    def apply(self, build: Path, difference: Difference) -> str:
        for path in (*difference.written, *difference.removed, RECORD):
            full = self._folder / path
            if full.is_symlink() or is_linked(self._folder, full.parent) or full.is_dir():
                problem = f"`{path}` is a folder, a link, or lies behind one"
                raise RefusedError(diagnose("T715", path=self._shown, problem=problem))
        for path in difference.written:
            self._write(path, read_within(build, path))
        for path in difference.removed:
            self._remove(path)
        self._write(RECORD, difference.record)
        return ""

    def _read(self, path: str) -> bytes | None:
        try:
            return read_within(self._folder, path)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _write(self, path: str, data: bytes) -> None:
        full = self._folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        staged = full.with_name(f".{full.name}.tenantc-{os.getpid()}")
        staged.write_bytes(data)
        staged.replace(full)

    def _remove(self, path: str) -> None:
        full = self._folder / path
        full.unlink(missing_ok=True)
        for folder in full.parents:
            if folder == self._folder or any(folder.iterdir()):
                return
            folder.rmdir()


class BranchGoal:
    """A branch that holds what is published; files that somebody else commits to it are left alone."""

    def __init__(self, branch: Branch) -> None:
        self._branch = branch

    def record(self) -> bytes | None:
        return self._branch.read(RECORD)

    def gone(self, files: Mapping[str, str]) -> set[str]:
        return files.keys() - self._branch.paths()

    def apply(self, build: Path, difference: Difference) -> str:
        files = ((path, read_within(build, path)) for path in difference.written)
        record = (RECORD, difference.record)
        return self._branch.add(chain(files, (record,)), difference.removed, difference.message)
