"""The rules that hold, and what they are checked and tested against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.driver import files, library
from tenantc.driver.rules import RuleFile, read_rules
from tenantc.driver.stock import stock
from tenantc.driver.workspace import load
from tenantc.language.rule_check import Catalogue
from tenantc.model.layer import Layer, LayerId, LayerKind
from tenantc.model.stack import Documents

ENDING = ".rule"


def library_documents() -> Documents:
    """The library's documents, as in a workspace that says nothing."""
    held = stock({})
    base = Layer(LayerId(LayerKind.WORKSPACE, ""))
    return Documents(held.schema, base, held.tiers, held.tiers, held.mixins, held.mixins, {}, held.frameworks)


def documents_for(start: Path) -> tuple[Documents, list[Diagnostic]]:
    """The documents of the workspace around a path, or the library's if there is none."""
    root = files.find_workspace(start)
    if root is None:
        return library_documents(), []
    loaded = load(root)
    if loaded.value is None:
        return library_documents(), list(loaded.diagnostics)
    return loaded.value.documents, loaded.value.diagnostics


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
