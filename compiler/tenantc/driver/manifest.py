"""manifest.json: what a build holds, from which inputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tenantc import __version__
from tenantc.driver.sinks import MANIFEST
from tenantc.source.digest import sha256


@dataclass(slots=True)
class Previous:
    """What an earlier build's manifest says: the files of each tenant, and of nobody (""), with their digests.

    `digest` is its own, empty if there is no earlier build.
    """

    files: dict[str, dict[str, str]] = field(default_factory=dict)
    removed: dict[str, dict[str, Any]] = field(default_factory=dict)
    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    as_of: str = ""
    digest: str = ""

    def listed(self) -> set[str]:
        return {path for files in self.files.values() for path in files} | {MANIFEST}

    def tenants(self) -> set[str]:
        return {tenant for tenant in self.files if tenant}


def read_previous(folder: Path) -> Previous:
    """A build's manifest; an empty one if there is none. Raises ValueError for one that isn't ours."""
    path = folder / MANIFEST
    if not path.is_file():
        return Previous()
    data = path.read_bytes()
    body = json.loads(data)
    if not isinstance(body, dict) or body.get("tool", {}).get("name") != "tenantc" or body.get("version") != 1:
        raise ValueError("its manifest.json is not one of tenantc's")
    previous = Previous(as_of=body["as_of"], digest=sha256(data))
    for artifact in body["artifacts"]:
        if not _stays(artifact["path"]) or len(bytes.fromhex(artifact["sha256"])) != 32:
            raise ValueError("its manifest.json lists what does not lie in it")
        previous.files.setdefault(artifact.get("tenant", ""), {})[artifact["path"]] = artifact["sha256"]
    previous.removed = {item["tenant"]: item for item in body["removed"]}
    previous.held = {item["tenant"]: item for item in body["held"]}
    previous.inputs = {item["path"]: item["sha256"] for item in body["inputs"]}
    return previous


def _stays(path: str) -> bool:
    """Whether a path names something within the build: a manifest may come with a repository, and then is hostile."""
    return "\0" not in path and all(part not in ("", ".", "..") for part in path.split("/"))


def write_manifest(
    as_of: str,
    partial: bool,
    inputs: Mapping[str, str],
    artifacts: Iterable[bytes],
    held: Iterable[Mapping[str, Any]],
    removed: Iterable[Mapping[str, Any]],
) -> Iterator[bytes]:
    """The manifest as JSON in pieces, a line for each artifact, so that two of them can be compared line by line.

    `artifacts` are a listing's lines.
    """
    head = {
        "version": 1,
        "tool": {"name": "tenantc", "version": __version__},
        "as_of": as_of,
        "partial": partial,
        "inputs": [{"path": path, "sha256": digest} for path, digest in sorted(inputs.items())],
        "held": list(held),
        "removed": list(removed),
    }
    yield b"{\n  "
    for key, value in head.items():
        yield f"{json.dumps(key)}: {_block(value)},\n  ".encode()
    between = b'"artifacts": [\n    '
    for line in artifacts:
        yield between + line
        between = b",\n    "
    yield b'"artifacts": []' if between.startswith(b'"') else b"\n  ]"
    yield b"\n}\n"


def _block(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n    " + ",\n    ".join(json.dumps(item, ensure_ascii=False) for item in value) + "\n  ]"
