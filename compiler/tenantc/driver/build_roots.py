"""The roots of a build: the folders that Terraform runs in, and where each tenant's resources stand in them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tenantc.driver.manifest import Previous, read_previous
from tenantc.driver.modules import Resource
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen

MAIN: Final = "main.tf.json"
# what decides, beside main.tf.json, what Terraform would do in a root
_ENDING: Final = ".tf.json"
_BACKEND: Final = "backend.tf.json"


class Standing(Frozen):
    """Where a tenant's module stands: its folder, its root's, and its address there, empty where it is the root.

    `providers` are those that the root hands it, by what the module calls them; none where they are the root's own.
    """

    tenant: str
    folder: str
    root: str
    module: str
    providers: Mapping[str, str]

    def provider_of(self, resource: Resource) -> str:
        """The root's provider that sees a resource of the module, empty where it is the root's usual one."""
        asked = resource.body.get("provider", "")
        return self.providers.get(asked or "aws", asked)

    def address(self, resource: str) -> str:
        """The address in the root of a resource of the module."""
        return f"{self.module}.{resource}" if self.module else resource


class Roots:
    """The roots of a build. Raises ValueError where it is none of tenantc's or was changed, OSError as reading does."""

    def __init__(self, build: Path) -> None:
        self.build = build
        self.manifest: Previous = read_previous(build)
        if not self.manifest.files:
            raise ValueError("it holds no build")
        self._digests = {path: digest for files in self.manifest.files.values() for path, digest in files.items()}
        self.folders = sorted(path.removesuffix(f"/{MAIN}") for path in self._digests if path.endswith(f"/{MAIN}"))
        self.standings = {one.folder: one for one in self._standings()}

    def read(self, path: str) -> bytes:
        """A file that the manifest lists, as it was built."""
        data = (self.build / path).read_bytes()
        if sha256(data) != self._digests[path]:
            raise ValueError(f"{path} is not what was built")
        return data

    def roots(self) -> list[str]:
        """The folders that Terraform runs in: no root calls them as a module."""
        return [folder for folder in self.folders if folder not in self.standings or not self.standings[folder].module]

    def backend(self, root: str) -> Any:
        """The backend of a root, None if nothing is said of it."""
        path = f"{root}/{_BACKEND}"
        return json.loads(self.read(path)) if path in self._digests else None

    def files(self, root: str) -> Mapping[str, str]:
        """What Terraform reads in a root and in the modules that it calls: digests by path."""
        folders = {root, *(one.folder for one in self.standings.values() if one.root == root)}
        return {
            path: digest
            for path, digest in self._digests.items()
            if path.endswith(_ENDING) and path.rpartition("/")[0] in folders
        }

    def _standings(self) -> Iterator[Standing]:
        called: dict[str, tuple[str, str, Mapping[str, str]]] = {}
        for root in self.folders:
            for label, call in json.loads(self.read(f"{root}/{MAIN}")).get("module", {}).items():
                called[_joined(root, call["source"])] = root, f"module.{label}", call.get("providers", {})
        for tenant, files in self.manifest.files.items():
            for path in files if tenant else ():
                folder, _, name = path.rpartition("/")
                if name == MAIN:
                    yield Standing(tenant, folder, *called.get(folder, (folder, "", {})))


def changed(old: Roots | None, new: Roots) -> list[str]:
    """The roots of a build in which anything that Terraform reads is another than in an earlier build."""
    return [root for root in new.roots() if old is None or old.files(root) != new.files(root)]


def _joined(root: str, source: str) -> str:
    """The folder that a module's source names, within the build."""
    parts = root.split("/")
    for part in source.split("/"):
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)
