"""Compares what lies in a folder with a list of files and their digests."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias

CHANGED: Final = "changed"
MISSING: Final = "missing"
EXTRA: Final = "a file that it does not list"

# with fewer files, another process takes longer to start than it saves
_MANY: Final = 4_000
# shares of the work for each process, so that none waits long for another
_SHARES: Final = 8
_FLAGS: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_BLOCK: Final = 1 << 18

# a folder: the digests of the files that belong there, by name, and the names of the folders that do
_Shelf: TypeAlias = tuple[dict[str, str], set[str]]


class Deviant(NamedTuple):
    """What is not as listed, with the digest of its own bytes; `kind` says in what way, in words if it is extra."""

    path: str
    kind: str
    digest: str = ""


def deviants(root: Path, listed: Mapping[str, str]) -> list[Deviant]:
    """All that deviates from a list, by path: files in other bytes, missing ones, and what else lies there.

    Digests are SHA-256 in hexadecimal digits. Links are not followed, wherever they stand.
    """
    shelves: dict[str, _Shelf] = {"": ({}, set())}
    for path, digest in listed.items():
        folder, _, name = path.rpartition("/")
        shelf = shelves.get(folder)
        if shelf is None:
            shelf = _put_up(shelves, folder)
        shelf[0][name] = digest
    folders = [*shelves.items()]
    workers = os.cpu_count() or 1
    if workers == 1 or len(listed) < _MANY:
        return sorted(_deviants(os.fspath(root), folders))
    number = workers * _SHARES
    shares = [folders[start::number] for start in range(number)]
    with ProcessPoolExecutor(workers, multiprocessing.get_context("fork")) as pool:
        return sorted(chain.from_iterable(pool.map(partial(_deviants, os.fspath(root)), shares)))


def _put_up(shelves: dict[str, _Shelf], folder: str) -> _Shelf:
    """A shelf for a folder, which those above know of."""
    made = shelves[folder] = ({}, set())
    while folder:
        above, _, name = folder.rpartition("/")
        is_new = above not in shelves
        shelves.setdefault(above, ({}, set()))[1].add(name)
        folder = above if is_new else ""
    return made


def _deviants(root: str, folders: Sequence[tuple[str, _Shelf]]) -> list[Deviant]:
    found: list[Deviant] = []
    plain = {"": True}
    for folder, (files, inner) in folders:
        before = f"{folder}/" if folder else ""
        missing = dict.fromkeys(files)
        if _is_plain(root, folder, plain):
            with os.scandir(f"{root}/{folder}") as entries:
                for entry in entries:
                    digest = files.get(entry.name)
                    if digest is not None and entry.is_file(follow_symlinks=False):
                        del missing[entry.name]
                        own = _digest(entry.path)
                        if own != digest:
                            found.append(Deviant(f"{before}{entry.name}", CHANGED, own))
                    elif entry.name not in inner or not entry.is_dir(follow_symlinks=False):
                        found += _extra(entry, before)
        found += [Deviant(f"{before}{name}", MISSING) for name in missing]
    return found


def _is_plain(root: str, folder: str, known: dict[str, bool]) -> bool:
    """Whether a folder is one, and neither it nor one above it is a link."""
    found = known.get(folder)
    if found is None:
        found = _is_plain(root, folder.rpartition("/")[0], known)
        try:
            found = found and stat.S_ISDIR(os.lstat(f"{root}/{folder}").st_mode)
        except FileNotFoundError:
            found = False
        known[folder] = found
    return found


def _extra(entry: os.DirEntry[str], before: str) -> Iterator[Deviant]:
    """What an entry that is not listed comes to: each file, and each link as such."""
    path = f"{before}{entry.name}"
    if entry.is_symlink():
        yield Deviant(path, "a link")
    elif entry.is_dir():
        with os.scandir(entry.path) as entries:
            for inner in entries:
                yield from _extra(inner, f"{path}/")
    elif entry.is_file():
        yield Deviant(path, EXTRA, _digest(entry.path))
    else:
        yield Deviant(path, "neither a file nor a folder")


def _digest(path: str) -> str:
    """The SHA-256 of a file. What was swapped for a pipe meanwhile is read as empty, and a link not at all."""
    descriptor = os.open(path, _FLAGS)
    try:
        block = os.read(descriptor, _BLOCK)
        digest = hashlib.sha256(block)
        while len(block) == _BLOCK:  # of a plain file, what is shorter is the last
            block = os.read(descriptor, _BLOCK)
            digest.update(block)
        return digest.hexdigest()
    finally:
        os.close(descriptor)
