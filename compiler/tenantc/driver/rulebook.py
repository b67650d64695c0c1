"""The rules that hold, and what they are checked and tested against."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Mapping
from functools import lru_cache

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver import cache, library
from tenantc.driver.stock import stock
from tenantc.language.runtime import Function, load
from tenantc.model.layer import Layer, LayerId, LayerKind
from tenantc.model.rule import Rule
from tenantc.model.stack import Documents
from tenantc.source.frozen import Frozen


class Book(Frozen):
    """The rules that hold in a workspace, sorted by id, each with its function.

    `columns` are the functions that give rules over the fleet the values of one tenant, by the rules' ids.
    """

    rules: tuple[tuple[Rule, Function], ...]
    columns: Mapping[str, Function]
    diagnostics: tuple[Diagnostic, ...]


class _Bound(Frozen):
    """Rules as the cache keeps them: with the code of their functions."""

    rules: tuple[Rule, ...]
    code: bytes
    diagnostics: tuple[Diagnostic, ...]


def book(own: Mapping[str, bytes], documents: Documents, context: Iterable[bytes]) -> Book:
    """The library's rules, and the workspace's own by path.

    `context` is what decides, besides their text, whether the workspace's rules are right: its schemas and policies.
    """
    theirs, functions, columns = _library(cache.key(b"rules", library.state()))
    found = list(functions)
    diagnostics = list(theirs.diagnostics)
    if own:
        mine = _own(own, documents, context)
        known = {rule.id: rule for rule in theirs.rules}
        diagnostics += mine.diagnostics
        added, more = _loaded(mine)
        for rule, function in added:
            if rule.id in known:
                diagnostics.append(diagnose("T509", rule.span, known[rule.id].span, rule=rule.id))
            else:
                found.append((rule, function))
        columns = {**more, **columns}
    found.sort(key=lambda pair: pair[0].id)
    return Book(tuple(found), columns, tuple(diagnostics))


def _loaded(bound: _Bound) -> tuple[tuple[tuple[Rule, Function], ...], Mapping[str, Function]]:
    over = [rule for rule in bound.rules if rule.columns is not None]
    functions = load(marshal.loads(bound.code), len(bound.rules) + len(over))  # noqa: S302 — from the cache, or just made
    columns = {rule.id: function for rule, function in zip(over, functions[len(bound.rules) :], strict=True)}
    return tuple(zip(bound.rules, functions, strict=False)), columns


@lru_cache(maxsize=1)  # whoever loads several workspaces in a process need not unpickle the same for each
def _library(key: str) -> tuple[_Bound, tuple[tuple[Rule, Function], ...], Mapping[str, Function]]:
    """The library's rules. A workspace may narrow the library's schemas, and they are not read against that."""
    bound = cache.get(key)
    if not isinstance(bound, _Bound):
        sources = ((shown, path.read_bytes()) for shown, path in library.rule_files())
        bound = _bound(sources, library_documents())
        cache.put(key, bound)
    return bound, *_loaded(bound)


def _own(own: Mapping[str, bytes], documents: Documents, context: Iterable[bytes]) -> _Bound:
    parts = [part for name, data in own.items() for part in (name.encode(), data)]
    key = cache.key(b"own rules", library.state(), *parts, *context)
    known = cache.get(key)
    if isinstance(known, _Bound):
        return known
    made = _bound(own.items(), documents)
    cache.put(key, made)
    return made


def _bound(sources: Iterable[tuple[str, bytes]], documents: Documents) -> _Bound:
    # a hook finds them in the cache, and needs no parser
    from tenantc.driver.rules import catalogue, read_rules
    from tenantc.language.generate import generate

    files, diagnostics = read_rules(sources, documents.schema, catalogue(documents))
    rules = tuple(file.rule for file in files if file.rule is not None)
    columns = (rule.columns for rule in rules if rule.columns is not None)
    return _Bound(rules, marshal.dumps(generate((*rules, *columns))), tuple(diagnostics))


def library_documents() -> Documents:
    """The library's documents, as in a workspace that says nothing."""
    held = stock({})
    base = Layer(LayerId(LayerKind.WORKSPACE, ""))
    return Documents(held.schema, base, held.tiers, held.tiers, held.mixins, held.mixins, {}, held.frameworks)
