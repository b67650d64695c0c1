"""Imports a template: works it out, sorts it, and drafts the tenant or tier that says only what differs from a tier."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final, Literal, NamedTuple

from tenantc.check.secrets import credential
from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose, has_errors
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.sealed import Sealer
from tenantc.driver.tenant_template.comparing import alike, is_inherited, says
from tenantc.driver.tenant_template.document import Names, Said, TenantTemplate, said
from tenantc.driver.tenant_template.drafting import KEPT, Draft, Trial, Tried
from tenantc.driver.tenant_template.filling import (
    IDENTITY,
    LACKING,
    PLACES,
    Filling,
    checked_variables,
    is_worked_out,
    placed,
)
from tenantc.driver.tenant_template.names import Finder
from tenantc.driver.tenant_template.sorting import Sorted, Sorter, Stated, Unknown
from tenantc.driver.tiers import alone
from tenantc.model.settings import Settings
from tenantc.source.frozen import Frozen
from tenantc.source.node import Node
from tenantc.source.path import Path, join
from tenantc.source.span import Span
from tenantc.source.value import Value, plain

Kind = Literal["tenant", "tier"]

_NEEDED: Final = ("tenant_id", "tenant_name", "owner_email")
_OPTIONAL: Final = ("industry", "region", "ring", "status", "mixins", "names", "keep")
_REQUIRED: Final = "compliance_requirements"
# what those say who say nothing
_USUAL: Final = {"ring": "general", "status": "active"}
# where templates say which frameworks hold, besides the switches that the table knows
_FRAMEWORKS: Final = ((_REQUIRED,), ("compliance", "frameworks"), ("configuration", "compliance", "frameworks"))
# a value that may not even be kept: secrets in the open, and places of others' secrets
_SECRET: Final = frozenset(("T405", "T406", "T410"))
# what is wrong with who says a value, and not with the value
_FORBIDDEN: Final = frozenset(("T211", "T403"))
_ENABLED, _DISABLED = "features.enabled", "features.disabled"
# the store of references where tenantc.yaml names none
_STORE: Final = "vault"


class Imported(Frozen):
    """What came of an import. `text` is the document, None if errors are among the diagnostics.

    `stated` are the settings that differ from the tier, `same` those that don't; `renamed` what is called otherwise
    now, `unknown` what nothing uses, `secrets` the references by the variable that is to be put there. `tenant` is its
    id, `broken` are the rules that it breaks as it stands.
    """

    text: str | None
    diagnostics: tuple[Diagnostic, ...]
    stated: tuple[Path, ...] = ()
    same: tuple[Path, ...] = ()
    renamed: Mapping[Path, Path] = {}
    unknown: tuple[Unknown, ...] = ()
    secrets: Mapping[str, str] = {}
    tenant: str = ""
    broken: tuple[str, ...] = ()


class _EndError(Exception):
    """The import ends here, with these diagnostics."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__()


class Target(NamedTuple):
    """What is to come of a template: a tenant or a tier, the path of its file, and a tier's name."""

    kind: Kind
    path: str
    tier: str = ""


def import_template(
    pipeline: Pipeline,
    template: TenantTemplate,
    variables: Mapping[str, object],
    target: Target,
    sealer: Sealer | None = None,
) -> Imported:
    """The document that a template comes to, which compiles in the workspace.

    With a `sealer`, the secrets of a tenant that are given are sealed; all others become references. What the compiler
    refuses of a value sets it aside (T142), but for secrets in the open; whatever else is wrong leaves nothing (T140,
    T141, T143, and the compiler's own). Raises ValueError for variables that are none.
    """
    run = _Import(pipeline, template, checked_variables(variables), target, sealer)
    try:
        return run.imported()
    except _EndError as told:
        return Imported(None, told.diagnostics)


class _Import:
    def __init__(
        self,
        pipeline: Pipeline,
        template: TenantTemplate,
        variables: Mapping[str, object],
        target: Target,
        sealer: Sealer | None,
    ) -> None:
        self.sealer = sealer
        self.pipeline = pipeline
        self.template = template
        self.target = target
        given = variables if target.kind == "tenant" else {**variables, **PLACES}
        self.filling = Filling(template, given, pipeline.as_of)
        assert isinstance(template.root.value, dict), "a template is a mapping"
        self.top = template.root.value
        self.trial = Trial(pipeline, target.kind, target.path)
        self.nodes: dict[Path, Node] = {}
        self.kept: dict[Path, Any] = {}
        self.already: dict[Path, Diagnostic] = {}

    def imported(self) -> Imported:
        tier = self.tier()
        stack = alone(self.pipeline.linker, tier)
        inherited = self.pipeline.level(stack.levels).settings if stack is not None else Settings({})
        self.filling.look_into(inherited.get)
        head = self.head(tier)
        self.filling.keep_secrets(self.secret_prefix(head))
        if self.sealer is not None and self.target.kind == "tenant":
            self.filling.seal_secrets(partial(self.sealer.seal, tenant=str(head["tenant_id"])))
        sorter = Sorter(Finder(self.pipeline.schema), _plain(inherited.get))
        frameworks: list[Any] = []
        for one, value in self.worked_out(inherited.get):
            if one.names[0] == KEPT:
                self.kept[join(one.names[1:]) if len(one.names) > 2 else "".join(one.names[1:])] = value
            elif one.names in _FRAMEWORKS:
                frameworks += value if isinstance(value, list) else [value]
            elif one.names[0] not in self.nodes:
                sorter.take(one, value)
        self.stop(self.filling.diagnostics())
        found = sorter.sorted()
        self.stop(self.open_secrets(found))
        self.require(head, frameworks, found.frameworks)
        return self.drafted(head, found)

    def tier(self) -> str:
        """The tier that the template names."""
        tier = self.filling.identity("tier")
        node = self.top.get("tier", self.template.root)
        if not isinstance(tier, str):
            if "tier" not in self.top:
                self.filling.lack("tier", self.template.root)
            problems = self.filling.diagnostics()
            self.stop(problems or [diagnose("T143", node.span, problem="names no tier")])
        tiers = self.pipeline.workspace.documents.tiers
        if tier not in tiers:
            help = did_you_mean(str(tier), tiers) or f"there are {', '.join(f'`{name}`' for name in sorted(tiers))}"
            self.stop([diagnose("T204", node.span, name=tier, help=help)])
        assert isinstance(tier, str), "it is a key of tiers"
        return tier

    def head(self, tier: str) -> dict[str, Any]:
        """What the document says about itself, with the nodes that say it."""
        self.nodes = {name: self.top[name] for name in (*_NEEDED, "tier", *_OPTIONAL) if name in self.top}
        if self.target.kind == "tier":
            mixins = self.filling.work_out(self.top["mixins"]) if "mixins" in self.top else None
            return {"tier": self.target.tier, "extends": tier} | ({"mixins": mixins} if mixins else {})
        found: dict[str, Any] = {}
        for name in (*_NEEDED[:2], "tier", *_NEEDED[2:]):
            value = self.filling.identity(name)
            if value is LACKING and name in self.top:
                value = self.filling.work_out(self.top[name])
            elif value is LACKING:
                self.filling.lack(name, self.template.root)
            found[name] = value
        for name in _OPTIONAL:
            value = self.filling.identity(name) if name in IDENTITY else LACKING
            if value is LACKING:
                value = self.filling.work_out(self.top[name]) if name in self.top else None
            if value is not None and value != _USUAL.get(name):
                found[name] = value
        return found

    def worked_out(self, look: Callable[[Path], Value | None]) -> Iterable[tuple[Said, Any]]:
        """Everything that the template says, with its values; features first, which others ask for."""
        everything = list(said(self.template))
        values: dict[int, Any] = {}
        features: dict[Path, Any] = {_ENABLED: look(_ENABLED) or (), _DISABLED: ()}
        for number, one in enumerate(everything):
            path = join(one.names[-2:])
            if path in features:
                value = values[number] = self.filling.work_out(one.node)
                features[path] = value if isinstance(value, list) else ()
        enabled, disabled = ({item for item in features[path] if isinstance(item, str)} for path in features)
        self.filling.enable(frozenset(enabled - disabled))
        for number, one in enumerate(everything):
            value = values[number] if number in values else self.filling.work_out(one.node)
            if is_worked_out(value):
                yield one, self.placed(value)

    def secret_prefix(self, head: Mapping[str, Any]) -> str:
        """How the references of secrets begin: where the workspace keeps those of a tenant."""
        options = self.pipeline.workspace.options
        stores: Any = options.node.plain() if isinstance(options.node.value, dict) else {}
        names = list(stores.get("stores", ())) or [_STORE]
        path = options.secret_paths.get(names[0], _PATHS)[0]
        id = PLACES["tenant_id"] if self.target.kind == "tier" else str(head["tenant_id"])
        return f"secret://{names[0]}/{path.replace('{tenant.id}', id)}"

    def open_secrets(self, found: Sorted) -> list[Diagnostic]:
        """T406 for each text that looks like a credential, wherever it would be written."""
        written = [(value, stated.nodes[0].span) for stated in found.settings.values() for value in [stated.value]]
        places = {join(one.names): one.node.span for one in said(self.template)}
        written += [(value, places[path]) for path, value in found.kept.items()]
        written += [(value, self.template.root.span) for value in self.kept.values()]
        problems: list[Diagnostic] = []
        for value, span in written:
            for text in _texts(value):
                what = credential(text)
                if what is not None:
                    help = "take it out of the template, and write `{{ name | encrypt_sensitive }}`"
                    problems.append(diagnose("T406", span, what=what, help=help))
        return problems

    def require(self, head: dict[str, Any], stated: list[Any], switched: Iterable[str]) -> None:
        """Puts the frameworks that the template requires into the document, each once."""
        known = self.pipeline.workspace.documents.frameworks
        names = [str(name) for name in stated if name is not None]
        for id in switched:
            spellings = [one.name for one in known[id].accepts]
            if not any(name in (id, *spellings) for name in names):
                names.append(spellings[0])
        if names:
            head["frameworks" if self.target.kind == "tier" else _REQUIRED] = list(dict.fromkeys(names))

    def drafted(self, head: dict[str, Any], found: Sorted) -> Imported:
        """The document, with what the compiler refuses set aside, and what the tier says already left out."""
        bare = self.trial.run(Draft(head, {}, {}))
        self.stop(self.moved(one, bare) for one in bare.errors)
        kept, aside = {**self.kept, **found.kept}, list(found.diagnostics)
        settings = {path: _escaped(one.value, self.target.kind) for path, one in found.settings.items()}
        whole = self.accepted(head, found, settings, kept, aside, bare)
        follow = {path for path in self.already if not alike(path, whole, bare)}
        for path in sorted(follow):
            error = self.already.pop(path)
            self.set_aside(path, found.settings[path], error, kept, aside)
        whole = self.trial.run(Draft(head, settings, kept)) if follow else whole
        same = [path for path in settings if is_inherited(path, whole, bare)]
        while same:
            less = {path: value for path, value in settings.items() if path not in same}
            reduced = self.trial.run(Draft(head, less, kept))
            needed = {path for path in same if not alike(path, whole, reduced)}
            if not needed and not reduced.errors:
                settings, whole = less, reduced
                break
            same = [path for path in same if path not in needed] if needed else []
        return Imported(
            whole.text,
            tuple(aside),
            tuple(settings),
            tuple(path for path in found.settings if path in same or path in self.already),
            found.renamed,
            found.unknown,
            {name: str(self.placed(reference)) for name, reference in self.filling.secrets.items()},
            str(head.get("tenant_id", "")),
            whole.broken,
        )

    def accepted(
        self,
        head: dict[str, Any],
        found: Sorted,
        settings: dict[Path, Any],
        kept: dict[Path, Any],
        aside: list[Diagnostic],
        bare: Tried,
    ) -> Tried:
        """The document with all settings that the compiler takes; the others are moved to what is kept.

        Where a tenant may not say what it inherits anyway, nothing has to be kept.
        """
        while True:
            tried = self.trial.run(Draft(head, settings, kept))
            if not tried.errors:
                return tried
            movable = {path: one for path, one in tried.blamed.items() if path in settings} or tried.behind(settings)
            if not movable or any(one.code in _SECRET for one in tried.errors):
                self.stop(self.moved(one, tried, found.settings) for one in tried.errors)
            for path, error in movable.items():
                stated = found.settings[path]
                del settings[path]
                if error.code in _FORBIDDEN and says(bare, path, stated.value):
                    self.already[path] = error
                else:
                    self.set_aside(path, stated, error, kept, aside)

    def set_aside(
        self, path: Path, stated: Stated, error: Diagnostic, kept: dict[Path, Any], aside: list[Diagnostic]
    ) -> None:
        """Moves what the template says of a setting to what is kept."""
        kept |= {join(names): self.raw(names) for names in stated.names}
        facts = {"path": path, "problem": error.message}
        aside.append(diagnose("T142", stated.nodes[0].span, help=error.help, **facts))

    def raw(self, names: Names) -> Any:
        """What stands at a place of the template, worked out."""
        node = self.template.root
        for name in names:
            assert isinstance(node.value, dict), "names lead through mappings"
            node = node.value[name]
        return self.placed(self.filling.work_out(node))

    def placed(self, value: Any) -> Any:
        """A value as the document says it, but for what specs escape."""
        return placed(value) if self.target.kind == "tier" else value

    def moved(self, error: Diagnostic, tried: Tried, settings: Mapping[Path, Stated] | None = None) -> Diagnostic:
        """An error with the place in the template for that in the document."""
        path = next((path for path, one in tried.blamed.items() if one is error), None)
        span: Span | None = None
        if path is not None and settings is not None and path in settings:
            span = settings[path].nodes[0].span
        elif path is not None and path in self.nodes:
            span = self.nodes[path].span
        rest = [one for one in error.blames if one.span.path != self.target.path]
        blames = [Blame(span or self.template.root.span), *rest]
        return Diagnostic(error.code, error.facts, tuple(blames), error.help)

    def stop(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Ends the import if anything is wrong."""
        found = list(diagnostics)
        if has_errors(found):
            raise _EndError(found)


# how the paths of a tenant's secrets begin where the store keeps no order
_PATHS: Final = ("tenants/{tenant.id}/",)


def _plain(look: Callable[[Path], Value | None]) -> Callable[[Path], Any]:
    def get(path: Path) -> Any:
        value = look(path)
        return None if value is None else plain(value)

    return get


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _escaped(value: Any, kind: Kind) -> Any:
    """A value as specs write it, in which nothing is a reference; a tier's is written so already."""
    if kind == "tier":
        return value
    if isinstance(value, list):
        return [_escaped(item, kind) for item in value]
    return _REFERENCE.sub("$${", value) if isinstance(value, str) else value


_REFERENCE = re.compile(r"\$\{")
