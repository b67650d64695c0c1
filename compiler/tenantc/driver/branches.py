"""Commits files to a branch with git itself; neither the index nor the working tree is touched."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile

from tenantc.driver.git import Repository, RevisionError, first_line


class Branch(Repository):
    """A branch of the repository around a folder; it may be new.

    Raises RevisionError for what is no name of a branch, and for one that is checked out: its files would no longer be
    those of its commit.
    """

    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder)
        if name.startswith("-") or self._run("check-ref-format", "--branch", name).returncode:
            raise RevisionError(f"`{name}` is no name of a branch")
        self._ref = f"refs/heads/{name}"
        checked_out = self._output("worktree", "list", "--porcelain").splitlines()
        if b"branch " + os.fsencode(self._ref) in checked_out:
            raise RevisionError(f"`{name}` is checked out: name a branch that is for builds alone")
        self._head = self._object(f"{self._ref}^{{commit}}")

    def paths(self) -> frozenset[str]:
        """The paths of its files."""
        if not self._head:
            return frozenset()
        lines = self._output("ls-tree", "-r", "-z", "--full-tree", "--name-only", self._head).split(b"\0")[:-1]
        return frozenset(map(os.fsdecode, lines))

    def read(self, path: str) -> bytes | None:
        """The bytes of a file, None if it has none there."""
        found = self._object(f"{self._head}:{path}") if self._head else ""
        return self._output("cat-file", "blob", found) if found else None

    def add(self, written: Iterable[tuple[str, bytes]], removed: Collection[str], message: str) -> str:
        """Commits files and removals on top of the branch, and gives the commit.

        Raises RevisionError if somebody else committed to the branch meanwhile, and for whatever git refuses.
        """
        committer = self._output("var", "GIT_COMMITTER_IDENT").strip()
        head = [b"commit %b\ncommitter %b\n" % (os.fsencode(self._ref), committer), _data(message.encode())]
        head += [b"from %b\n" % self._head.encode()] if self._head else []
        head += [b"D %b\n" % _quoted(path) for path in removed]
        files = (b"M 100644 inline %b\n" % _quoted(path) + _data(data) for path, data in written)
        self._stream("fast-import", "--quiet", pieces=chain(head, files, (b"done\n",)))
        return self._object(f"{self._ref}^{{commit}}")

    def _stream(self, *arguments: str, pieces: Iterable[bytes]) -> None:
        """Runs git on more than fits in memory."""
        with TemporaryFile() as said:
            process = self._start(*arguments, "--done", said=said)
            assert process.stdin is not None, "it is a pipe"
            with process.stdin as stream, suppress(BrokenPipeError):  # git says why it stopped
                stream.writelines(pieces)
            if process.wait():
                said.seek(0)
                raise RevisionError(f"git says: {first_line(said.read())}")


def _data(data: bytes) -> bytes:
    return b"data %d\n%b\n" % (len(data), data)


def _quoted(path: str) -> bytes:
    """A path as fast-import reads it (git-fast-import(1), `<path>`)."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return b'"%b"' % os.fsencode(escaped)
