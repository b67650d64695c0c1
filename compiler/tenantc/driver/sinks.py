"""Writes a build beside the old one and swaps the two in one step."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose

MANIFEST = "manifest.json"
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_PIECE = 1 << 16
_AT_FDCWD = -100  # linux/fcntl.h
_RENAME_EXCHANGE = 2  # renameat2(2)


class RefusedError(Exception):
    """The target cannot be written; `diagnostic` says why."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Folder:
    """A build that is being written. Nothing of it is seen until `publish`."""

    def __init__(self, target: Path, staging: Path, shown: str) -> None:
        self.target = target
        self.staging = staging
        self.shown = shown

    def write(self, folder: str, files: Iterable[tuple[str, bytes]]) -> None:
        """Writes files into a folder of the build. Documents choose names, so they stay within it."""
        full = os.path.join(self.staging, folder)
        self._make(full)
        for name, data in files:
            path = f"{full}/{name}"
            if "/" in name:
                self._make(os.path.dirname(path))
            descriptor = os.open(path, _NEW, 0o644)
            try:
                written = os.write(descriptor, data)
                while written < len(data):
                    written += os.write(descriptor, memoryview(data)[written:])
            finally:
                os.close(descriptor)

    def write_pieces(self, path: str, pieces: Iterable[bytes]) -> str:
        """Writes one file that is never whole in memory, and tells its SHA-256 in hexadecimal digits."""
        digest = sha256()
        with os.fdopen(os.open(self._place(path), _NEW, 0o644), "wb") as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        return digest.hexdigest()

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file that was written into this build, in pieces."""
        with open(os.path.join(self.staging, path), "rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    def read(self, path: str) -> bytes:
        """A file of the old build. Raises OSError if it isn't there, or only through a link."""
        return read_within(self.target, path)

    def keep(self, path: str, new_path: str | None = None, build: Path | None = None) -> bool:
        """Takes a file or link of the old build, or another, over; False if it isn't there, or only through a link."""
        root = build or self.target
        old = root / path
        if not (old.is_symlink() or old.is_file()) or is_linked(root, old.parent):
            return False
        full = self._place(new_path or path)
        try:
            os.link(old, full, follow_symlinks=False)
        except OSError:  # a file system without hard links
            shutil.copy2(old, full, follow_symlinks=False)
        return True

    def holds(self, path: str) -> bool:
        """Whether something stands at a path of the new build."""
        return os.path.lexists(self.staging / path)

    def old_files(self) -> Iterator[str]:
        """Every file and link of the old build, relative to it, sorted; links are not followed."""
        for parent, folders, names in os.walk(self.target):
            folders.sort()
            links = [name for name in folders if (Path(parent) / name).is_symlink()]
            for name in sorted([*names, *links]):
                yield (Path(parent) / name).relative_to(self.target).as_posix()

    def publish(self) -> None:
        """Makes the new build the target, in one exchange where the system has it."""
        if not _exchange(self.staging, self.target):
            retired = self.staging.with_name(f"{self.staging.name}-old")
            self.target.rename(retired)
            self.staging.rename(self.target)
            shutil.rmtree(retired)

    def _place(self, path: str) -> str:
        full = os.path.join(self.staging, path)
        self._make(os.path.dirname(full))
        return full

    def _make(self, folder: str) -> None:
        """Makes a folder of the build if it isn't there."""
        try:
            os.mkdir(folder)
        except FileExistsError:
            return
        except FileNotFoundError:
            os.makedirs(folder, exist_ok=True)


def read_within(build: Path, path: str) -> bytes:
    """A plain file of a build. Raises OSError if none is there, or only through a link."""
    full = build / path
    if full.is_symlink() or not full.is_file() or is_linked(build, full.parent):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(full))
    return full.read_bytes()


def is_linked(build: Path, folder: Path) -> bool:
    """Whether the way to a folder of a build leads through a link, and so perhaps out of it."""
    within = (one for one in (folder, *folder.parents) if one != build and one.is_relative_to(build))
    return any(one.is_symlink() for one in within)


@contextmanager
def open_folder(target: Path, shown: str) -> Iterator[Folder]:
    """The target, ready to be written by this process alone; leftovers of dead runs are cleared.

    Raises RefusedError for a folder that is not ours (T903) or that another run is writing (T904).
    """
    real = Path(os.path.realpath(target))
    real.parent.mkdir(parents=True, exist_ok=True)
    if real.exists() and not real.is_dir():
        raise RefusedError(diagnose("T903", path=shown, help="name a folder that is new, empty, or an earlier build"))
    lock = _lock(real, shown)
    try:
        if any(real.iterdir()) and not (real / MANIFEST).is_file():
            raise RefusedError(
                diagnose("T903", path=shown, help="name a folder that is new, empty, or an earlier build")
            )
        _clear(real)
        staging = real.with_name(f".{real.name}.tenantc-{os.getpid()}")
        staging.mkdir()
        held = os.open(staging, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield Folder(real, staging, shown)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
            os.close(held)
    finally:
        if not any(real.iterdir()):
            real.rmdir()  # made for the lock alone
        os.close(lock)


def _lock(target: Path, shown: str) -> int:
    """A descriptor that holds the target's lock; the folder is made if it isn't there."""
    while True:
        target.mkdir(exist_ok=True)
        descriptor = os.open(target, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise RefusedError(diagnose("T904", path=shown, help="wait until it is done")) from None
        try:
            if target.stat().st_ino == os.fstat(descriptor).st_ino:
                return descriptor
        except FileNotFoundError:
            pass  # swapped away between the two calls: what was locked is no longer the target
        os.close(descriptor)


def _clear(target: Path) -> None:
    """Removes what dead runs left beside the target; a live one holds a lock on its own."""
    for leftover in target.parent.glob(f".{target.name}.tenantc-*"):
        descriptor = os.open(leftover, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(leftover, ignore_errors=True)
        finally:
            os.close(descriptor)


def _exchange(left: Path, right: Path) -> bool:
    """Exchanges two folders in one step (renameat2); False where the system or file system can't."""
    libc = ctypes.CDLL(None, use_errno=True)
    renameat2 = getattr(libc, "renameat2", None)
    if renameat2 is None:
        return False
    if renameat2(_AT_FDCWD, os.fsencode(left), _AT_FDCWD, os.fsencode(right), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP):
        return False
    raise OSError(code, os.strerror(code), str(right))
