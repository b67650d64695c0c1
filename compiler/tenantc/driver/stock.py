"""What the library gives every workspace, read against its schemas: parsed once and then taken from the cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome
from tenantc.driver import cache, library
from tenantc.load.documents import Reader
from tenantc.load.schemas import read_schemas
from tenantc.load.structure import KINDS, Structure
from tenantc.load.text import parse_text
from tenantc.model.schema import Schema
from tenantc.model.spec import Framework, Mixin, Tier
from tenantc.source.frozen import Frozen
from tenantc.source.node import Node

T = TypeVar("T", Tier, Mixin, Framework)


class Stock(Frozen):
    """The schema of all settings (with the workspace's own), the schemas of documents, and the library's documents.

    `diagnostics` are about the workspace's schemas: the library's documents have none.
    """

    schema: Schema
    structure: Mapping[str, dict[str, Any]]
    tiers: Mapping[str, Tier]
    mixins: Mapping[str, Mixin]
    frameworks: Mapping[str, Framework]
    diagnostics: tuple[Diagnostic, ...]


def stock(schemas: Mapping[str, bytes]) -> Stock:
    """The library under a workspace with these schema files."""
    parts = [part for name, data in schemas.items() for part in (name.encode(), data)]
    key = cache.key(b"stock", library.state(), *parts)
    known = cache.get(key)
    if isinstance(known, Stock):
        return known
    made = _read(schemas)
    cache.put(key, made)
    return made


def _read(schemas: Mapping[str, bytes]) -> Stock:
    theirs = [node for shown, path in library.files("schemas") for node in library.nodes(shown, path)]
    diagnostics: list[Diagnostic] = []
    own: list[Node] = []
    for name, data in schemas.items():
        parsed = parse_text(name, data)
        diagnostics += parsed.diagnostics
        own += parsed.value
    read = read_schemas(theirs, own)
    diagnostics += read.diagnostics
    structure = {kind: library.document_schema(kind) for kind in KINDS}
    reader = Reader(read.value, Structure(structure))
    return Stock(
        read.value,
        structure,
        _named("tiers", lambda node: reader.tier(node, own=False), diagnostics),
        _named("tiers/mixins", lambda node: reader.mixin(node, own=False), diagnostics),
        _named("policies", reader.framework, diagnostics),
        tuple(diagnostics),
    )


def _named(folder: str, read: Callable[[Node], Outcome[T | None]], diagnostics: list[Diagnostic]) -> dict[str, T]:
    found: dict[str, T] = {}
    for shown, path in library.files(folder):
        for node in library.nodes(shown, path):
            outcome = read(node)
            diagnostics += outcome.diagnostics
            if outcome.value is not None:
                found[outcome.value.name] = outcome.value
    return found


def extended(theirs: Framework, own: Framework) -> Framework:
    """A policy of the library with what a workspace adds to it, key by key."""
    controls = {one.id: one for one in (*theirs.controls, *own.controls)}
    enforce = {one.rule: one for one in (*theirs.enforce, *own.enforce)}
    params = {(one.rule, one.name): one for one in (*theirs.params, *own.params)}
    return Framework(
        theirs.name,
        theirs.title,
        (*theirs.accepts, *own.accepts),
        own.span,
        own.version or theirs.version,
        tuple(controls.values()),
        tuple(enforce.values()),
        tuple(params.values()),
        (*theirs.settle, *own.settle),
    )
