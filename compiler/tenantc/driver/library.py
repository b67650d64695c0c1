"""Where the standard library lies: beside the package in a wheel, at the root of a checkout."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from tenantc.driver.state import package, states
from tenantc.load.text import parse_text
from tenantc.model.published import Published
from tenantc.source.digest import sha256
from tenantc.source.node import Node

FOLDERS = ("schemas", "tiers", "policies", "rules")
# how the name of a rule file ends
RULE = ".rule"


@lru_cache(maxsize=1)
def root() -> Path:
    """The folder that holds the library's `schemas`, `tiers`, `policies` and `rules`.

    Raises FileNotFoundError if the package was installed without its data.
    """
    here = Path(package())
    for candidate in (here / "library", here.parent.parent):
        if all((candidate / folder).is_dir() for folder in FOLDERS):
            return candidate
    raise FileNotFoundError(f"tenantc's library lies neither in {here / 'library'} nor beside the package")


def files(folder: str) -> Iterator[tuple[str, Path]]:
    """The files of a library folder, without those of its subfolders: the name they are shown under, and their path."""
    for path in sorted((root() / folder).iterdir()):
        if path.suffix in (".yaml", ".yml", ".json") and path.is_file():
            yield f"library/{folder}/{path.name}", path


def rule_files() -> Iterator[tuple[str, Path]]:
    """The library's rules: the name they are shown under, and their path."""
    folder = root() / "rules"
    for path in sorted(folder.rglob(f"*{RULE}")):
        yield f"library/rules/{path.relative_to(folder).as_posix()}", path


def page(code: str) -> str:
    """The page of a diagnostic's code, in Markdown."""
    path = Path(package()) / "diagnostics" / "explain" / f"{code}.md"
    return path.read_text("utf-8")


def report_page() -> dict[str, str]:
    """What the page of a report is made of: templates, style and script by name."""
    folder = Path(package()) / "audit" / "report" / "template"
    return {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir())}


@lru_cache(maxsize=1)
def state() -> bytes:
    """Size and time of every file of the library; for its bytes there are `digests`."""
    endings = (".yaml", ".yml", ".json", RULE)
    return "".join(states(os.path.join(root(), folder), endings) for folder in FOLDERS).encode()


@lru_cache(maxsize=1)
def digests() -> dict[str, str]:
    """The digest of every file of the library, by the path it is shown under."""
    folders = ("schemas", "schemas/documents", "schemas/kubernetes", "tiers", "tiers/mixins", "policies")
    documents = {shown: sha256(path.read_bytes()) for folder in folders for shown, path in files(folder)}
    return documents | {shown: sha256(path.read_bytes()) for shown, path in rule_files()}


def nodes(shown: str, path: Path) -> tuple[Node, ...]:
    """The documents of a library file. That they parse is a test's business."""
    return parse_text(shown, path.read_bytes()).value


def awaiting() -> dict[str, list[str]]:
    """Paths of settings on which no artifact depends yet, by the target that is going to be made of them."""
    (node,) = nodes("library/schemas/effects/awaiting.yaml", root() / "schemas" / "effects" / "awaiting.yaml")
    table = node.plain()
    assert isinstance(table, dict), "a mapping of lists"
    return table


def imports() -> dict[str, Any]:
    """How an import names a resource of Terraform's, by the resource's type."""
    (node,) = nodes("library/schemas/terraform/imports.yaml", root() / "schemas" / "terraform" / "imports.yaml")
    table = node.plain()
    assert isinstance(table, dict), "a mapping of types"
    return table


def template_names() -> dict[str, Any]:
    """What templates of platforms call what: sections and settings, items of lists, frameworks."""
    (node,) = nodes("library/schemas/templates/names.yaml", root() / "schemas" / "templates" / "names.yaml")
    table = node.plain()
    assert isinstance(table, dict), "a mapping of tables"
    return table


def published(version: str) -> Published:
    """What Kubernetes publishes of a minor version, of the newest that is known for one that is newer."""
    folder = root() / "schemas" / "kubernetes"
    known = {int(path.stem.removeprefix("1.")): path for path in folder.glob("1.*.json")}
    minor = min(int(version.removeprefix("1.")), max(known))
    return Published(f"1.{minor}", json.loads(known[minor].read_bytes()))


def document_schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a kind of document, as plain data."""
    (node,) = nodes(f"library/schemas/documents/{kind}.yaml", root() / "schemas" / "documents" / f"{kind}.yaml")
    schema = node.plain()
    assert isinstance(schema, dict), "a schema is a mapping"
    return schema
