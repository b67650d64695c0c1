"""The files of a build with their digests: what its manifest lists, in little memory for however many tenants."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from hashlib import sha256
from typing import Final, TypeAlias

_json: Final = json.JSONEncoder(ensure_ascii=False).encode
_SIZE: Final = sha256().digest_size

# a folder with its slash, or a file that lies in none; whose it is
_Key: TypeAlias = tuple[str, str]
# the names in the folder, and their digests one behind the other
_Files: TypeAlias = tuple[tuple[str, ...], bytes]


class Listing:
    """Files by the folder they lie in and the tenant they belong to, an empty text for nobody's."""

    __slots__ = ("_folders", "_names")

    def __init__(self) -> None:
        self._folders: dict[_Key, _Files] = {}
        # most tenants have files of the same names, so those are one tuple
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}

    def add(self, folder: str, tenant: str, files: Sequence[tuple[str, bytes]]) -> None:
        """Files that were written into a folder: their names and contents."""
        digests = b"".join([sha256(data).digest() for _, data in files])
        self._put((f"{folder}/" if folder else "", tenant), tuple([name for name, _ in files]), digests)

    def keep(self, path: str, tenant: str, digest: str) -> None:
        """A file that was taken over."""
        folder, name = _split(path)
        self._put((folder, tenant), (name,), bytes.fromhex(digest))

    def _put(self, key: _Key, names: tuple[str, ...], digests: bytes) -> None:
        before, theirs = self._folders.get(key, ((), b""))
        names = (*before, *names)
        self._folders[key] = (self._names.setdefault(names, names), theirs + digests)

    def drop(self, tenants: Collection[str]) -> list[str]:
        """Forgets the files of these tenants, and tells which they were."""
        gone = [key for key in self._folders if key[1] in tenants]
        return [f"{key[0]}{name}" for key in gone for name in self._folders.pop(key)[0]]

    def homes(self) -> dict[tuple[str, str], list[str]]:
        """The folders of each tenant in each environment, the uppermost first."""
        found: dict[tuple[str, str], list[str]] = {}
        for folder, tenant in sorted(self._folders):
            if tenant:
                environment = folder.partition(f"tenants/{tenant}/")[0].rstrip("/")
                found.setdefault((tenant, environment), []).append(folder)
        return found

    def held(self, tenant: str, folders: Collection[str]) -> dict[str, str]:
        """The files of a tenant in these folders: their digests by path."""
        return {path: digest.hex() for one in folders for path, _, digest in self._files((one, tenant))}

    def named(self, name: str) -> dict[str, dict[str, str]]:
        """The files of this name: digests in hexadecimal digits by path, by tenant."""
        found: dict[str, dict[str, str]] = {}
        for key, (names, _) in self._folders.items():
            if name in names:
                wanted = (file for file in self._files(key) if file[0] == f"{key[0]}{name}")
                found.setdefault(key[1], {}).update((path, digest.hex()) for path, _, digest in wanted)
        return found

    def paths(self) -> set[str]:
        return {f"{folder}{name}" for (folder, _), (names, _) in self._folders.items() for name in names}

    def lines(self) -> Iterator[bytes]:
        """The manifest's entries, sorted by path."""
        group: list[_Key] = []
        for key in sorted(self._folders):
            # what lies in a folder sorts among what lies beside it
            if group and not key[0].startswith(group[0][0]):
                yield from self._lines(group)
                group.clear()
            group.append(key)
        yield from self._lines(group)

    def _lines(self, group: list[_Key]) -> Iterator[bytes]:
        for path, tenant, digest in sorted(file for key in group for file in self._files(key)):
            owner = f', "tenant": {_json(tenant)}' if tenant else ""
            yield f'{{"path": {_json(path)}, "sha256": "{digest.hex()}"{owner}}}'.encode()

    def _files(self, key: _Key) -> Iterator[tuple[str, str, bytes]]:
        (folder, tenant), (names, digests) = key, self._folders[key]
        for at, name in enumerate(names):
            yield f"{folder}{name}", tenant, digests[at * _SIZE : (at + 1) * _SIZE]


def _split(path: str) -> tuple[str, str]:
    folder, slash, name = path.rpartition("/")
    return (f"{folder}/", name) if slash else (name, "")
