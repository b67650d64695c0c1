"""Reads a folder as a revision has it, with git itself; neither the index nor the working tree is touched."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple

from tenantc.load.limits import LIMITS

# objects that one call of git hands over: what they hold lies in memory meanwhile
_AT_ONCE = 500
_LINK = b"120000"
_SUBMODULE = b"160000"
# A hook's variables name its repository relative to where it runs; ours is the one that the workspace lies in.
_OF_HOOKS = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"})


class RevisionError(ValueError):
    """A revision that cannot be read; the message says why."""


class _Entry(NamedTuple):
    """A file of a revision: its path from the folder, its mode, its object and its size in bytes."""

    path: str
    mode: bytes
    object: bytes
    size: int


class Repository:
    """The repository around a folder.

    `prefix` is the way from its top to the folder, with a slash behind it, empty at the top. Raises FileNotFoundError
    without git, RevisionError outside a repository.
    """

    def __init__(self, folder: Path) -> None:
        found = shutil.which("git")
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "not found, and it is what reads revisions", "git")
        self._git = found
        self._folder = folder
        done = self._run("rev-parse", "--show-prefix")
        if done.returncode:
            raise RevisionError(f"git says: {_said(done)}")
        self.prefix = os.fsdecode(done.stdout.removesuffix(b"\n"))

    def commit(self, revision: str) -> str:
        """The full name of a revision's commit. Raises RevisionError if there is none."""
        if revision.startswith("-"):
            raise RevisionError(f"`{revision}` is no revision: none begins with a dash")
        named = self._object(revision)
        found = self._object(f"{named}^{{commit}}") if named else ""
        if not found:
            raise RevisionError(f"there is no revision `{revision}` here (a shallow clone has few: fetch it first)")
        return found

    @contextmanager
    def files(self, commit: str, names: Iterable[str]) -> Iterator[Path]:
        """A temporary folder, the user's alone, with these files and folders of ours as the commit has them.

        Contents are as they were committed: no filter, line ending or attribute changes them. Raises RevisionError for
        what cannot be had.
        """
        with TemporaryDirectory(prefix="tenantc-") as folder:
            root = Path(folder).resolve()
            self._write(root, self._wanted(commit, frozenset(names)))
            yield root

    def _object(self, name: str) -> str:
        done = self._run("rev-parse", "--verify", "--quiet", name)
        text = os.fsdecode(done.stdout).strip()
        return text if done.returncode == 0 and re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", text) else ""

    def _wanted(self, commit: str, names: frozenset[str]) -> list[_Entry]:
        tree = self._object(f"{commit}:{self.prefix.removesuffix('/')}")
        if not tree:
            return []
        entries = list(self._entries(tree))
        wanted = [entry for entry in entries if entry.path.partition("/")[0] in names]
        for entry in wanted:
            if entry.mode == _SUBMODULE:
                raise RevisionError(f"`{self.prefix}{entry.path}` is a submodule, whose files git does not hand over")
        if any(entry.mode == _LINK for entry in wanted):  # which may lead to any file of the folder
            return [entry for entry in entries if entry.mode != _SUBMODULE]
        return wanted

    def _entries(self, tree: str) -> Iterator[_Entry]:
        for line in self._output("ls-tree", "-r", "-z", "-l", "--full-tree", tree).split(b"\0")[:-1]:
            about, _, path = line.partition(b"\t")
            mode, _, name, size = about.split()
            if any(part in (b"", b".", b"..", b".git") for part in path.split(b"/")):
                raise RevisionError(f"the revision holds `{os.fsdecode(path)}`, which is no path of a file")
            yield _Entry(os.fsdecode(path), mode, name, 0 if mode == _SUBMODULE else int(size))

    def _write(self, root: Path, entries: list[_Entry]) -> None:
        # links come last, so that nothing is written through one
        ordered = sorted(entries, key=lambda entry: entry.mode == _LINK)
        for entry, data in self._contents(iter(ordered)):
            path = root / entry.path
            path.parent.mkdir(parents=True, exist_ok=True)
            if entry.mode == _LINK:
                path.symlink_to(os.fsdecode(data))
                continue
            with path.open("xb") as file:
                file.write(data)
                file.truncate(entry.size)

    def _contents(self, entries: Iterator[_Entry]) -> Iterator[tuple[_Entry, bytes]]:
        """The bytes of files; nothing of those that are too large to be read, whose size says it."""
        while chunk := list(islice(entries, _AT_ONCE)):
            small = [entry for entry in chunk if entry.size <= LIMITS.size]
            yield from ((entry, b"") for entry in chunk if entry.size > LIMITS.size)
            output = self._output("cat-file", "--batch", given=b"".join(entry.object + b"\n" for entry in small))
            at = 0
            for entry in small:
                start = output.index(b"\n", at) + 1
                if output[at : start - 1] != b"%b blob %d" % (entry.object, entry.size):
                    raise RevisionError(f"git does not have what `{entry.path}` held: {os.fsdecode(output[at:start])}")
                at = start + entry.size + 1
                yield entry, output[start : at - 1]

    def _output(self, *arguments: str, given: bytes = b"") -> bytes:
        done = self._run(*arguments, given=given)
        if done.returncode:
            raise RevisionError(f"git says: {_said(done)}")
        return done.stdout

    def _run(self, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 — no shell, and no argument of the user's begins with a dash
            [self._git, *arguments], cwd=self._folder, env=_variables(), input=given, capture_output=True, check=False
        )

    def _start(self, *arguments: str, said: IO[bytes]) -> subprocess.Popen[bytes]:
        """Starts git on what is written to its input; what it says goes into a file."""
        return subprocess.Popen(  # noqa: S603 — as above
            [self._git, *arguments],
            cwd=self._folder,
            env=_variables(),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=said,
        )


def _variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in _OF_HOOKS}


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return first_line(done.stderr)


def first_line(said: bytes) -> str:
    """What git says first, without its own word for an error."""
    return os.fsdecode(said).strip().partition("\n")[0].removeprefix("fatal: ")
