"""A workspace on disk: everything but its tenants is read at once, tenants one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose, has_errors
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver import cache, files, library
from tenantc.driver.options import Options, merged, read_options
from tenantc.driver.roster import Roster
from tenantc.driver.rulebook import book
from tenantc.driver.stock import Stock, extended, stock
from tenantc.driver.targets import patchable
from tenantc.driver.templates import with_template
from tenantc.language.runtime import Function
from tenantc.load.blocks import flatten
from tenantc.load.documents import Reader
from tenantc.load.patches import read_patches
from tenantc.load.policies import read_evidence, read_waivers
from tenantc.load.structure import Structure
from tenantc.load.text import parse_text
from tenantc.model.layer import Layer, LayerId, LayerKind
from tenantc.model.patch import Patch
from tenantc.model.rule import Rule
from tenantc.model.schema import Schema
from tenantc.model.spec import Environment, Evidence, Framework, Mixin, Spec, Tier, Waiver
from tenantc.model.stack import Documents
from tenantc.source.frozen import Frozen, field
from tenantc.source.node import Node
from tenantc.source.span import Span

T = TypeVar("T", Tier, Mixin, Environment, Framework)
L = TypeVar("L", Waiver, Evidence)


class Workspace(Frozen, eq=False):
    """A workspace whose shared documents were read. `inputs` are the bytes of every file that was, by path.

    `edits` are tenant files as they would be, by where they really lie: what is asked of tenants is answered with them.
    """

    root: Path
    options: Options
    documents: Documents
    reader: Reader
    diagnostics: list[Diagnostic]
    inputs: dict[str, bytes]
    rules: tuple[tuple[Rule, Function], ...] = ()
    columns: Mapping[str, Function] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    inputs_of: Mapping[str, Options] = field(default_factory=dict)

    patches: tuple[Patch, ...] = ()
    edits: dict[Path, bytes] = field(default_factory=dict)

    def options_in(self, environment: str) -> Options:
        """The options as an environment states them."""
        return self.inputs_of.get(environment, self.options)

    def every_options(self) -> tuple[Options, ...]:
        """The workspace's options, and those of each environment that states its own."""
        return (self.options, *self.inputs_of.values())

    def tenant_files(self) -> list[Path]:
        found = list(files.listing(self.root / "tenants"))
        return [*found, *sorted(self.edits.keys() - {*found, *_real(found)})] if self.edits else found

    def read(self, path: Path) -> bytes | Diagnostic:
        """The bytes of a tenant file, or why they are not read."""
        if self.edits:
            data = self.edits.get(path.resolve() if path.is_symlink() else path)
            if data is not None:
                return data
        return files.read(path, self.root)

    def specs(self, path: Path) -> tuple[list[Spec], list[Diagnostic], bytes]:
        """The tenants of one file, what is wrong with it, and its bytes."""
        data = self.read(path)
        if isinstance(data, Diagnostic):
            return [], [data], b""
        found, diagnostics = self.read_specs(files.within(path, self.root), data)
        specs = [outcome.value for _, outcome in found if outcome.value is not None]
        return specs, [*diagnostics, *(one for _, outcome in found for one in outcome.diagnostics)], data

    def read_specs(
        self, name: str, data: bytes
    ) -> tuple[list[tuple[str | None, Outcome[Spec | None]]], tuple[Diagnostic, ...]]:
        """What the documents of a tenant file say, each with its id if it has one, and what is wrong as YAML."""
        parsed = parse_text(name, data)
        return [(_id(document), self.reader.spec(document)) for document in parsed.value], parsed.diagnostics

    def find(self, ids: Iterable[str]) -> tuple[list[Spec], list[Diagnostic]]:
        """The specs of these tenants, from the files that may hold them; no other file is parsed.

        A second spec of the same id is T201. What is wrong with another tenant of the same file is left out.
        """
        wanted = list(ids)
        found: dict[str, Spec] = {}
        diagnostics: list[Diagnostic] = []
        for path in dict.fromkeys([*Roster(self.root, _ids).holders(set(wanted)), *self.edits]):
            data = self.read(path)
            if isinstance(data, Diagnostic):
                continue
            parsed = parse_text(files.within(path, self.root), data)
            if has_errors(parsed.diagnostics) and not any(_mentions(data, id) for id in wanted):
                continue
            diagnostics += parsed.diagnostics
            for document in parsed.value:
                if _id(document) not in wanted:
                    continue
                outcome = self.reader.spec(document)
                diagnostics += outcome.diagnostics
                spec = outcome.value
                if spec is not None and spec.tenant_id in found:
                    first = found[spec.tenant_id].span
                    diagnostics.append(diagnose("T201", spec.span, first, tenant=spec.tenant_id))
                elif spec is not None:
                    found[spec.tenant_id] = spec
        return [found[id] for id in wanted if id in found], diagnostics

    def shared_ids(self, specs: Iterable[Spec]) -> list[str]:
        """The ids of these specs that another spec may have too, which `find` then tells for sure."""
        files_of: dict[str, list[Path]] = {}
        for spec in specs:
            files_of.setdefault(spec.tenant_id, []).append(self.root / spec.span.path)
        holders = Roster(self.root, _ids).holders(set(files_of))
        return [id for id, paths in files_of.items() if paths != [path for path, held in holders.items() if id in held]]

    def ids(self, *paths: Path) -> Iterator[tuple[str, Span]]:
        """Every tenant id of these files, by default of all, with its place, as far as the files can be read."""
        for path in paths or self.tenant_files():
            data = self.read(path)
            if isinstance(data, bytes):
                for document in parse_text(files.within(path, self.root), data).value:
                    id = _id(document)
                    if id is not None and isinstance(document.value, dict):
                        yield id, document.value["tenant_id"].span

    def place(self, name: str, id: str) -> list[Span]:
        """Where an id stands first in a file, by its name in the workspace; read anew, so that no text is kept."""
        return [span for one, span in self.ids(self.root / name) if one == id][:1]

    def slip(self, tenant: str) -> str:
        """A hint at the tenant that was meant, to end a sentence with."""
        hint = did_you_mean(tenant, (id for id, _ in self.ids()))
        return f": {hint}" if hint else ""


def _real(paths: Iterable[Path]) -> Iterator[Path]:
    """Where the links among these paths lead."""
    return (path.resolve() for path in paths if path.is_symlink())


def _id(document: Node) -> str | None:
    if not isinstance(document.value, dict) or "tenant_id" not in document.value:
        return None
    id = document.value["tenant_id"].value
    return id if isinstance(id, str) else None


def _ids(name: str, data: bytes) -> set[str] | None:
    """The ids in a tenant file, None if something is wrong with it."""
    parsed = parse_text(name, data)
    if has_errors(parsed.diagnostics):
        return None
    return {id for document in parsed.value if (id := _id(document)) is not None}


def _mentions(data: bytes, id: str) -> bool:
    """Whether an id stands in a file as a word of its own."""
    return (
        re.search(rb"(?<![a-z0-9-])" + re.escape(id.encode(errors="surrogatepass")) + rb"(?![a-z0-9-])", data)
        is not None
    )


def load(root: Path) -> Outcome[Workspace | None]:
    """Reads the shared documents of a workspace on top of the library's. None if tenantc.yaml itself is unusable."""
    return _Loader(root).load()


def is_current(workspace: Workspace) -> bool:
    """Whether everything but the tenants' own files lies there as it was read, without a complaint."""
    loader = _Loader(workspace.root)
    loader.rules()
    loader.with_templates([workspace.options, *workspace.inputs_of.values()])
    return not loader.diagnostics and not loader.unkept and loader.inputs == workspace.inputs


class _Shared(Frozen):
    """What the shared files of a workspace say, on top of the library: taken from the cache while they are the same."""

    options: Options
    documents: Documents
    structure: Mapping[str, dict[str, Any]]
    diagnostics: tuple[Diagnostic, ...]
    waivers: tuple[Waiver, ...]
    evidence: tuple[Evidence, ...]
    inputs_of: Mapping[str, Options]
    patches: tuple[Patch, ...]


_FOLDERS = ("schemas", "tiers", "mixins", "environments", "policies", "waivers", "evidence")
# what a workspace is made of
PARTS = (files.WORKSPACE_FILE, *_FOLDERS, "rules", "sql", "tenants")


class _Loader:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.diagnostics: list[Diagnostic] = []
        self.unkept: list[Diagnostic] = []
        self.inputs: dict[str, bytes] = {}
        self.folders = {folder: self.read(files.listing(root / folder)) for folder in _FOLDERS}
        self.top = self.read([root / files.WORKSPACE_FILE])

    def load(self) -> Outcome[Workspace | None]:
        key = None if self.diagnostics else self.key()
        shared = cache.get(key) if key is not None else None
        if not isinstance(shared, _Shared):
            shared = self.shared()
            if shared is None:
                return Outcome(None, tuple(self.diagnostics))
            if key is not None:
                cache.put(key, shared)
        reader = Reader(shared.documents.schema, Structure(shared.structure))
        held = book(self.rules(), shared.documents, self.context())
        options, *others = self.with_templates([shared.options, *shared.inputs_of.values()])
        diagnostics = [*shared.diagnostics, *self.unkept, *held.diagnostics]
        return Outcome(
            Workspace(
                self.root,
                options,
                shared.documents,
                reader,
                diagnostics,
                self.inputs,
                held.rules,
                held.columns,
                shared.waivers,
                shared.evidence,
                dict(zip(shared.inputs_of, others, strict=True)),
                shared.patches,
            )
        )

    def rules(self) -> dict[str, bytes]:
        return self.read(files.listing(self.root / "rules", (library.RULE,)))

    def with_templates(self, stated: Iterable[Options]) -> list[Options]:
        """The options with the files that they name, which the cache does not hold."""
        found = []
        for one in stated:
            outcome = with_template(one, self.root, self.inputs)
            self.unkept += [problem for problem in outcome.diagnostics if problem not in self.unkept]
            found.append(outcome.value)
        return found

    def context(self) -> list[bytes]:
        """What decides, besides their own text, whether the workspace's rules are right."""
        return [data for folder in ("schemas", "policies", "tiers") for data in self.folders[folder].values()]

    def key(self) -> str:
        parts = [part for name, data in self.inputs.items() for part in (name.encode(), data)]
        return cache.key(b"workspace", library.state(), *parts)

    def shared(self) -> _Shared | None:
        known = stock(self.folders["schemas"])
        self.diagnostics += known.diagnostics
        structure = Structure(known.structure)
        top = self.options_node(structure)
        if top is None:
            return None
        documents = self.documents(Reader(known.schema, structure), known, top)
        waivers = tuple(self.listed("waivers", "waiver", structure, read_waivers))
        evidence = tuple(self.listed("evidence", "evidence", structure, read_evidence))
        options, inputs = read_options(top), self.inputs_of(structure, documents, top)
        patches = self.patches(top, documents, [options, *inputs.values()])
        return _Shared(options, documents, known.structure, tuple(self.diagnostics), waivers, evidence, inputs, patches)

    def patches(self, top: Node, documents: Documents, options: Iterable[Options]) -> tuple[Patch, ...]:
        assert isinstance(top.value, dict), "the structure was checked"
        if "patches" not in top.value:
            return ()
        versions = sorted({one.kubernetes for one in options})
        published = [library.published(version) for version in versions]
        outcome = read_patches(top.value["patches"], patchable(), documents.environments, published)
        self.diagnostics += outcome.diagnostics
        return outcome.value

    def inputs_of(self, structure: Structure, documents: Documents, top: Node) -> dict[str, Options]:
        """The options of each environment that says some of them otherwise."""
        found: dict[str, Options] = {}
        for name, environment in documents.environments.items():
            if environment.inputs is not None:
                node = merged(top, environment.inputs)
                problems = structure.problems("workspace", node)
                self.diagnostics += problems
                if not problems:
                    found[name] = read_options(node)
        return found

    def listed(self, folder: str, kind: str, structure: Structure, read: Callable[[Node], Iterator[L]]) -> Iterator[L]:
        """What the documents of a folder list."""
        for node in self.parse(self.folders[folder]):
            problems = structure.problems(kind, node)
            self.diagnostics += problems
            if not problems:
                yield from read(node)

    def options_node(self, structure: Structure) -> Node | None:
        nodes = self.parse(self.top)
        if len(nodes) != 1:
            if not any(blame.span.path == files.WORKSPACE_FILE for one in self.diagnostics for blame in one.blames):
                problem = "holds no document" if not nodes else "holds more than one document"
                self.diagnostics.append(diagnose("T906", path=files.WORKSPACE_FILE, problem=problem))
            return None
        problems = structure.problems("workspace", nodes[0])
        self.diagnostics += problems
        return None if problems else nodes[0]

    def documents(self, reader: Reader, known: Stock, top: Node) -> Documents:
        tiers = self.own("tiers", lambda node: reader.tier(node, own=True))
        mixins = self.own("mixins", lambda node: reader.mixin(node, own=True))
        environments = self.own("environments", reader.environment)
        frameworks = dict(known.frameworks)
        for name, framework in self.own("policies", reader.framework).items():
            frameworks[name] = extended(frameworks[name], framework) if name in frameworks else framework
        return Documents(
            known.schema,
            self.base(known.schema, top),
            {**known.tiers, **tiers},
            known.tiers,
            {**known.mixins, **mixins},
            known.mixins,
            environments,
            frameworks,
        )

    def base(self, schema: Schema, top: Node) -> Layer:
        id = LayerId(LayerKind.WORKSPACE, "")
        assert isinstance(top.value, dict), "the structure was checked"
        if "settings" not in top.value:
            return Layer(id)
        read = flatten(top.value["settings"], schema, id)
        self.diagnostics += read.diagnostics
        return Layer(id, read.value, path=files.WORKSPACE_FILE)

    def own(self, folder: str, read: Callable[[Node], Outcome[T | None]]) -> dict[str, T]:
        """Documents of a folder by name; two of one name are T202."""
        found: dict[str, T] = {}
        for node in self.parse(self.folders[folder]):
            outcome = read(node)
            self.diagnostics += outcome.diagnostics
            document = outcome.value
            if document is None:
                continue
            if document.name in found:
                spans = [span for one in (document, found[document.name]) if (span := _span(one)) is not None]
                kind = type(document).__name__.lower()
                self.diagnostics.append(diagnose("T202", *spans, kind=kind, name=document.name))
                continue
            found[document.name] = document
        return found

    def read(self, paths: Iterable[Path]) -> dict[str, bytes]:
        """The bytes of files by path, each an input of the build."""
        found: dict[str, bytes] = {}
        for path in paths:
            data = files.read(path, self.root)
            if isinstance(data, Diagnostic):
                self.diagnostics.append(data)
            else:
                found[files.within(path, self.root)] = data
        self.inputs |= found
        return found

    def parse(self, found: Mapping[str, bytes]) -> list[Node]:
        nodes: list[Node] = []
        for name, data in found.items():
            parsed = parse_text(name, data)
            self.diagnostics += parsed.diagnostics
            nodes += parsed.value
        return nodes


def _span(document: Tier | Mixin | Environment | Framework) -> Span | None:
    return document.span
