"""manifest.json: what a build holds, from which inputs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tenantc import __version__
from tenantc.driver.sinks import MANIFEST
from tenantc.source.digest import sha256
from tenantc.source.frozen import Frozen

# how lines of a manifest begin
_EVIDENCE: Final = b'    {"path": "audit/'
_PREVIOUS: Final = b'  "previous": '


class Follows(Frozen):
    """The build that another was made after: SHA-256 in hexadecimal digits of its manifest, and of its newest link."""

    manifest: str
    link: str | None

    def document(self) -> dict[str, str | None]:
        return {"manifest": self.manifest, "link": self.link}


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
    keys: tuple[str, ...] = ()
    # the digests of the manifest and the newest link of the build that it followed; None if it followed none
    follows: Follows | None = None
    # whether it has a link in a chain: builds had none once
    chained: bool = False

    def listed(self) -> set[str]:
        return {path for files in self.files.values() for path in files} | {MANIFEST}

    def digests(self) -> dict[str, str]:
        """The digest of every file that it lists."""
        return {path: digest for files in self.files.values() for path, digest in files.items()}

    def tenants(self) -> set[str]:
        return {tenant for tenant in self.files if tenant}


def read_previous(folder: Path) -> Previous:
    """A build's manifest; an empty one if there is none. Raises ValueError for one that isn't ours."""
    path = folder / MANIFEST
    return parse_manifest(path.read_bytes()) if path.is_file() else Previous()


def parse_manifest(data: bytes) -> Previous:
    """What a manifest says. Raises ValueError, KeyError, TypeError or AttributeError for one that isn't ours."""
    body = json.loads(data)
    if not isinstance(body, dict) or body.get("tool", {}).get("name") != "tenantc" or body.get("version") != 1:
        raise ValueError("its manifest.json is not one of tenantc's")
    previous = Previous(digest=sha256(data))
    for artifact in body["artifacts"]:
        if not stays(artifact["path"]) or len(bytes.fromhex(artifact["sha256"])) != 32:
            raise ValueError("its manifest.json lists what does not lie in it")
        previous.files.setdefault(artifact.get("tenant", ""), {})[artifact["path"]] = artifact["sha256"]
    previous.removed = {item["tenant"]: item for item in body["removed"]}
    previous.held = {item["tenant"]: item for item in body["held"]}
    previous.inputs = {item["path"]: item["sha256"] for item in body["inputs"]}
    previous.as_of = body.get("as_of", "")
    previous.keys = tuple(body.get("keys", ()))
    previous.chained = "previous" in body
    if body.get("previous") is not None:
        previous.follows = Follows(body["previous"]["manifest"], body["previous"]["link"])
    texts = (previous.as_of, *previous.keys, *previous.inputs, *previous.inputs.values(), *previous.files)
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("its manifest.json is not one of tenantc's")
    return previous


def owner(path: str) -> str:
    """The tenant in whose folder of a build a path lies, or an empty text."""
    parts = path.split("/")
    return parts[parts.index("tenants") + 1] if "tenants" in parts[:2] and len(parts) > 2 else ""


def stays(path: str) -> bool:
    """Whether a path names something within the build: a manifest may come with a repository, and then is hostile."""
    return "\0" not in path and all(part not in ("", ".", "..") for part in path.split("/"))


class Head(Frozen):
    """What a manifest says of a build, beside what the build holds and was made from."""

    as_of: str
    partial: bool
    keys: tuple[str, ...]
    follows: Follows | None


def write_manifest(
    about: Head,
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
        "as_of": about.as_of,
        "partial": about.partial,
        "keys": list(about.keys),
        "previous": about.follows.document() if about.follows is not None else None,
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


def substance(lines: Iterable[bytes], *, alone: bool) -> bytes:
    """A digest of what a manifest says, given its lines, without its files in `audit/`, which tell of the build itself.

    `alone` leaves out what it followed, too.
    """
    digest = hashlib.sha256()
    for line in lines:
        if not line.startswith((_EVIDENCE, _PREVIOUS) if alone else _EVIDENCE):
            digest.update(line.rstrip(b",\n"))
            digest.update(b"\n")
    return digest.digest()


def _block(value: Any) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value, ensure_ascii=False)
    return "[\n    " + ",\n    ".join(json.dumps(item, ensure_ascii=False) for item in value) + "\n  ]"
