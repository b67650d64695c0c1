"""The rules that hold, and what they are checked and tested against."""

from __future__ import annotations

import marshal
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.driver import cache, files, library
from tenantc.driver.rules import RuleFile, read_rules
from tenantc.driver.stock import stock
from tenantc.judge.judging import Function
from tenantc.language.generate import generate, load
from tenantc.language.rule_check import Catalogue
from tenantc.model.layer import Layer, LayerId, LayerKind
from tenantc.model.rule import Rule
from tenantc.model.stack import Documents
from tenantc.source.frozen import Frozen

ENDING = ".rule"


class Book(Frozen):
    """The rules that hold in a workspace, sorted by id, each with its function."""

    rules: tuple[tuple[Rule, Function], ...]
    diagnostics: tuple[Diagnostic, ...]


class _Bound(NamedTuple):
    """Rules as the cache keeps them: with the code of their functions."""

    rules: tuple[Rule, ...]
    code: bytes
    diagnostics: tuple[Diagnostic, ...]


def book(own: Mapping[str, bytes], documents: Documents, context: Iterable[bytes]) -> Book:
    """The library's rules, and the workspace's own by path.

    `context` is what decides, besides their text, whether the workspace's rules are right: its schemas and policies.
    """
    theirs = _library()
    found = list(zip(theirs.rules, load(marshal.loads(theirs.code), len(theirs.rules)), strict=True))  # noqa: S302 — from the cache, or just made
    diagnostics = list(theirs.diagnostics)
    if own:
        mine = _own(own, documents, context)
        known = {rule.id: rule for rule in theirs.rules}
        diagnostics += mine.diagnostics
        functions = load(marshal.loads(mine.code), len(mine.rules))  # noqa: S302 — as above
        for rule, function in zip(mine.rules, functions, strict=True):
            if rule.id in known:
                diagnostics.append(diagnose("T509", rule.span, known[rule.id].span, rule=rule.id))
            else:
                found.append((rule, function))
    found.sort(key=lambda pair: pair[0].id)
    return Book(tuple(found), tuple(diagnostics))


def _library() -> _Bound:
    """The library's rules. A workspace may narrow the library's schemas, and they are not read against that."""
    parts = [f"{name} {digest}".encode() for name, digest in library.digests().items()]
    key = cache.key(b"rules", *parts)
    known = cache.get(key)
    if isinstance(known, _Bound):
        return known
    documents = library_documents()
    made = _bound(((shown, path.read_bytes()) for shown, path in library.rule_files()), documents)
    cache.put(key, made)
    return made


def _own(own: Mapping[str, bytes], documents: Documents, context: Iterable[bytes]) -> _Bound:
    parts = [part for name, data in own.items() for part in (name.encode(), data)]
    parts += [f"{name} {digest}".encode() for name, digest in library.digests().items()]
    key = cache.key(b"own rules", *parts, *context)
    known = cache.get(key)
    if isinstance(known, _Bound):
        return known
    made = _bound(own.items(), documents)
    cache.put(key, made)
    return made


def _bound(sources: Iterable[tuple[str, bytes]], documents: Documents) -> _Bound:
    files, diagnostics = read_rules(sources, documents.schema, catalogue(documents))
    rules = tuple(file.rule for file in files if file.rule is not None)
    return _Bound(rules, marshal.dumps(generate(rules)), tuple(diagnostics))


def library_documents() -> Documents:
    """The library's documents, as in a workspace that says nothing."""
    held = stock({})
    base = Layer(LayerId(LayerKind.WORKSPACE, ""))
    return Documents(held.schema, base, held.tiers, held.tiers, held.mixins, held.mixins, {}, held.frameworks)


def catalogue(documents: Documents) -> Catalogue:
    """What rules may name."""
    controls = {name: frozenset(one.id for one in found.controls) for name, found in documents.frameworks.items()}
    grades = frozenset(tier.grade or name for name, tier in documents.tiers.items())
    return Catalogue(controls, grades)


def found(paths: Iterable[Path]) -> Iterator[Path]:
    """Every rule file among these files and in these folders, once, folder by folder in the order of names."""
    seen: set[Path] = set()
    for path in paths:
        inside = sorted(path.rglob(f"*{ENDING}")) if path.is_dir() else [path]
        for one in inside:
            if one.resolve() not in seen and not any(part.startswith(".") for part in one.relative_to(path).parts):
                seen.add(one.resolve())
                yield one


def read(paths: Iterable[Path], documents: Documents) -> tuple[list[RuleFile], list[Diagnostic]]:
    """The rules of these files, and what is wrong with them; paths are shown relative to the current folder."""
    sources = ((files.shown(path), path.read_bytes()) for path in found(paths))
    return read_rules(sources, documents.schema, catalogue(documents))


def all_rules(start: Path) -> list[Path]:
    """The folders of the rules that hold around a path: the library's, and the workspace's own."""
    root = files.find_workspace(start)
    folders = [library.root() / "rules", *([root / "rules"] if root is not None else [])]
    return [folder for folder in folders if folder.is_dir()]
