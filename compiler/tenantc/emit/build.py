"""Builds documents: once per distinct looked-at values, then filled for each tenant."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.emit.document import Document
from tenantc.emit.fill import Filler
from tenantc.emit.holes import Template, joined
from tenantc.emit.memo import Memo
from tenantc.emit.names import NAMES
from tenantc.emit.node import NoRegion, SettingSource, Slot, Tree, Unsupported
from tenantc.emit.subject import Subject
from tenantc.emit.targets import Format, Target
from tenantc.emit.writers import sql, terraform, yaml
from tenantc.source.path import section
from tenantc.source.span import Span
from tenantc.source.value import UNLIMITED, Record, Value, show, typed




@dataclass(frozen=True, slots=True)
class Refusal:
    """What a target cannot say, found while a document was built."""

    document: str
    target: str
    result: Unsupported | NoRegion


Built = tuple[tuple[Tree, ...], tuple[Refusal, ...]]
Printed = tuple[object, ...]


class Builder:
    """Builds the documents of some targets. `built` counts how often a document's function ran."""

    def __init__(self, targets: Sequence[Target], *, reference: bool = False) -> None:
        self._targets = targets
        self._reference = reference
        self._trees: Memo[object, Built] = Memo(4096)
        self._printed: Memo[object, Printed] = Memo(4096)
        self.built = 0

    def files(
        self, subject: Subject, filler: Filler, scope: str, columns: Callable[[str], Value]
    ) -> tuple[list[tuple[str, bytes]], list[Refusal]]:
        """The files of a tenant or an estate that have content, and what targets refuse to say."""
        found: dict[str, bytes] = {}
        refusals: list[Refusal] = []
        for target in self._targets:
            formats = dict(target.files)
            waiting: dict[str, list[Printed]] = {name: [] for name in formats}
            beside: dict[str, str] = {}
            for document in target.documents:
                if document.scope != scope:
                    continue
                name = document.file or target.files[0][0]
                if document.beside:
                    beside[name] = document.beside
                printed, refused = self._document(document, formats[name], subject, filler, columns)
                refusals += refused
                waiting[name] += printed
            for name, parts in waiting.items():
                if parts and (name not in beside or waiting.get(beside[name])):
                    found[name] = _assemble(parts, formats[name]).fill(filler)
        return list(found.items()), refusals

    def _document(
        self, document: Document, format_: Format, subject: Subject, filler: Filler, columns: Callable[[str], Value]
    ) -> tuple[list[Printed], tuple[Refusal, ...]]:
        looked = [subject.look(path) for path in document.looks]
        placed = [subject.value(path) for path in document.places]
        columned = [columns(path) for path in document.columns]
        elements = subject.look(document.each) if document.each else None
        if document.each and not elements:
            return [], ()
        slots: list[Slot | Value | None] = [
            value if value is None or value is UNLIMITED else Slot(SettingSource(path))
            for path, value in zip(document.places, placed, strict=True)
        ]
        shape = tuple(0 if value is None else 1 if value is UNLIMITED else 2 for value in placed)
        seen = tuple(None if value is None else typed(value) for value in (*looked, *columned, elements))
        key = (document, seen, shape)
        trees, refusals = self._trees.get(key) or self._trees.put(
            key, self._build(document, elements, [*looked, *slots, *columned])
        )
        if self._reference:
            return [_print(tree, format_, filler) for tree in trees], refusals
        printed = [
            self._printed.get((key, index)) or self._printed.put((key, index), _print(tree, format_, None))
            for index, tree in enumerate(trees)
        ]
        return printed, refusals

    def _build(self, document: Document, elements: Value | None, arguments: list[Any]) -> Built:
        trees: list[Tree] = []
        refusals: list[Refusal] = []
        for element in _elements(elements) if document.each else ((),):
            self.built += 1
            names = (NAMES,) if document.scope == "tenant" else ()
            result = document.build(*names, *element, *arguments)
            if isinstance(result, (Unsupported, NoRegion)):
                refusals.append(Refusal(document.name, document.target, result))
                continue
            for tree in result if isinstance(result, (list, tuple)) and document.target != "sql" else [result]:
                if tree is not None and not (isinstance(tree, (dict, list, tuple)) and not tree):
                    trees.append(tree)
        return tuple(trees), tuple(refusals)


def _elements(collection: Value | None) -> Iterator[tuple[str, Value]]:
    if isinstance(collection, Record):
        yield from sorted(collection.items())
    elif isinstance(collection, tuple):
        yield from ((show(item), item) for item in collection)


def _print(tree: Tree, format_: Format, filler: Filler | None) -> Printed:
    if format_ == "yaml":
        return (yaml.write(tree, filler),)
    if format_ == "sql":
        return (sql.write(tree, filler),)
    return tuple(terraform.write(tree, filler).items())


def _assemble(parts: list[Printed], format_: Format) -> Template:
    """One file of the printed documents."""
    if format_ == "terraform":
        entries: dict[Any, Any] = {}
        for part in parts:
            for address, template in part:  # type: ignore[misc]
                if address in entries:
                    raise ValueError(f"two documents write {'.'.join(address)}")
                entries[address] = template
        return terraform.assemble(entries)
    templates: list[Any] = [template for part in parts for template in part]
    return joined(templates, b"---\n" if format_ == "yaml" else b"\n")


def refuse(refusal: Refusal, subject: Subject, tenant: str, spec: Span) -> Diagnostic:
    """The diagnostic of what a target refuses: T603 at the line that set the value, T604 at the tenant's."""
    if isinstance(refusal.result, NoRegion):
        help = "say `region:` in the spec, or `defaults: {region: …}` in tenantc.yaml"
        return diagnose("T604", spec, tenant=tenant, document=refusal.document, help=help)
    path = refusal.result.path
    held = subject.sections.get(section(path))
    definitions = held.definitions.get(path, ()) if held is not None else ()
    span = definitions[-1].span if definitions and definitions[-1].span else spec
    value = subject.value(path)
    shown = show(value) if value is not None else "absent"
    return diagnose("T603", span, target=refusal.target, path=path, value=shown, help="; or ".join(refusal.result.choices))
