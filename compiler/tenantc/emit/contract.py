"""What every target keeps to, tenantc's own and those of other packages: found before any document is built."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tenantc.emit.document import SECRETS, Document
from tenantc.emit.formats import FORMATS
from tenantc.emit.subject import FILLED
from tenantc.emit.targets import Target
from tenantc.language.roots import IDENTITY, ROOTS
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.source.path import Path, section, split
from tenantc.source.regex import lazy

_FILE: Final = lazy(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}){0,3}")
_BUILD: Final = frozenset({"build.folder", "build.estate", "build.root", "build.departed"})
# what nobody writes holds nobody's identity (T127)
_COMPUTED: Final = frozenset({"compliance.frameworks"})
_FACTS: Final = {leaf.path: leaf for name in FILLED for leaf in ROOTS[name].leaves() if leaf.path not in IDENTITY}


def breaches(target: Target) -> Iterator[str]:
    """What is wrong with a target in whatever workspace, each as a sentence."""
    names = [name for name, _ in target.files]
    for name, format_ in target.files:
        if not _FILE.fullmatch(name):
            yield f"`{name}` is no plain file name, and a tenant's artifacts lie in its own folder"
        if format_ not in FORMATS:
            yield f"`{name}` would be `{format_}`, and the formats are {', '.join(FORMATS)}"
        if names.count(name) > 1:
            yield f"`{name}` stands twice among its files"
    for document in target.documents:
        if document.target != target.name:
            yield f"`{document.name}` is a document of `{document.target}`"
        if document.file is not None and document.file not in names:
            yield f"`{document.name}` goes to `{document.file}`, which is none of its files"
    if target.documents and not names:
        yield "it has documents and no file"
    yield from _crowded(target)


def _crowded(target: Target) -> Iterator[str]:
    """A file of JSON holds one tree."""
    for name, format_ in target.files:
        held = [one for one in target.documents if (one.file or target.files[0][0]) == name]
        by_scope = [[one for one in held if one.scope == scope] for scope in sorted({one.scope for one in held})]
        if format_ == "json" and any(len(one) > 1 or one[0].each for one in by_scope):
            yield f"`{name}` is JSON, so one document makes it whole, and without `each`"


def strangers(target: Target, schema: Schema, options: Mapping[str, Any]) -> Iterator[str]:
    """What its documents read that a workspace does not have, each as a sentence.

    `schema` is that of the settings, `options` the JSON Schema of what documents see of tenantc.yaml.
    """
    for document in target.documents:
        for path in document.reads:
            if path in IDENTITY and path in document.rows:
                continue
            if not _is_known(path, schema, options):
                yield f"`{document.name}` reads `{path}`, which is no setting, option or fact"
        yield from _free(document, schema)


def _free(document: Document, schema: Schema) -> Iterator[str]:
    """Columns are looked at, and free text of settings may hold a tenant's identity."""
    for path in document.columns:
        leaf = schema.find(path) if path not in _FACTS and path not in _COMPUTED else None
        if isinstance(leaf, Group) or (isinstance(leaf, Leaf) and not leaf.enum and "string" in (leaf.type, leaf.item)):
            yield f"`{document.name}` has the column `{path}`, which is free text or no single setting"


def _is_known(path: Path, schema: Schema, options: Mapping[str, Any]) -> bool:
    if path == SECRETS or path in _BUILD:
        return True
    if section(path) in FILLED:
        return path in _FACTS
    if section(path) != "workspace":
        return schema.find(path) is not None
    stated: Any = options
    for name in split(path)[1:]:
        stated = stated.get("properties", {}).get(name, stated.get("additionalProperties", True))
        if not isinstance(stated, Mapping):
            return stated is not False
    return True
