"""Documents that an import writes, as they are tried out: compiled as they would be, and blamed value by value."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any, Final, NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Compiled, Pipeline
from tenantc.emit.node import NULL
from tenantc.emit.writers import yaml
from tenantc.load.text import parse_text
from tenantc.model.layer import Layer, LayerId, LayerKind, Named
from tenantc.model.spec import Spec
from tenantc.source.frozen import Frozen, replace
from tenantc.source.node import Node
from tenantc.source.path import Path

# the key under which a document of each kind says its settings
BLOCKS: Final = {"tenant": "overrides", "tier": "settings"}
KEPT: Final = "x-imported"


class Draft(NamedTuple):
    """What a document says: about itself, its settings, and what nothing uses."""

    head: Mapping[str, Any]
    settings: Mapping[Path, Any]
    kept: Mapping[Path, Any]


class Tried(Frozen):
    """A draft as it compiles: its text, the tenant in each environment, and what is wrong, with the values that blame.

    `blamed` has a problem by the path of a setting, or by a key of the document itself. `broken` are the rules that it
    breaks: most ask for facts that no template states, so they are told and keep nothing from being written.
    """

    text: str
    environments: Mapping[str, Compiled]
    errors: tuple[Diagnostic, ...]
    blamed: Mapping[Path, Diagnostic]
    broken: tuple[str, ...] = ()

    def behind(self, stated: Container[Path]) -> dict[Path, Diagnostic]:
        """For an error about a setting that nobody states, the nearest stated one that it is computed from."""
        for error in self.errors:
            for compiled in self.environments.values():
                reads = compiled.resolved.reads
                waiting = [fact for _, fact in error.facts]
                for path in waiting:
                    if path in stated:
                        return {path: error}
                    waiting += [one for one in sorted(reads.get(path, ())) if one not in waiting]
        return {}


class Trial:
    """Tries drafts of one kind out in a workspace; `name` is the path that the document is going to have."""

    def __init__(self, pipeline: Pipeline, kind: str, name: str) -> None:
        self._pipeline = pipeline
        self._kind = kind
        self._name = name

    def text(self, draft: Draft) -> str:
        """The document as it is written."""
        block = BLOCKS[self._kind]
        parts = {**draft.head, block: dict(draft.settings) or None, KEPT: _nulled(dict(draft.kept)) or None}
        return yaml.write(parts).fill({}).decode()

    def run(self, draft: Draft) -> Tried:
        text = self.text(draft)
        parsed = parse_text(self._name, text.encode())
        if parsed.diagnostics or len(parsed.value) != 1:
            return Tried(text, {}, parsed.diagnostics, {})
        (document,) = parsed.value
        found, environments = self._tier(document) if self._kind == "tier" else self._tenant(document)
        told = [one for one in dict.fromkeys(found) if has_errors([one])]
        errors = tuple(one for one in told if not one.code.startswith("T5"))
        broken = {rule for one in told if (rule := dict(one.facts).get("rule")) and one not in errors}
        return Tried(text, environments, errors, self._blamed(document, errors), tuple(sorted(broken)))

    def _tenant(self, document: Node) -> tuple[list[Diagnostic], Mapping[str, Compiled]]:
        read = self._pipeline.workspace.reader.spec(document)
        if read.value is None:
            return list(read.diagnostics), {}
        tenant = self._pipeline.tenant(read.value)
        emission = Emission(self._pipeline)
        lives = tenant.environments.values() if read.value.status != "terminated" else ()
        checked = [one.checked for one in lives if one.checked is not None]
        refused = [problem for one in checked for problem in emission.documents(one)]
        return [*read.diagnostics, *tenant.diagnostics, *refused], tenant.environments

    def _tier(self, document: Node) -> tuple[list[Diagnostic], Mapping[str, Compiled]]:
        """A tier is tried out by a tenant that has it and says nothing."""
        workspace = self._pipeline.workspace
        read = workspace.reader.tier(document, own=True)
        tier = read.value
        if tier is None:
            return list(read.diagnostics), {}
        documents = replace(workspace.documents, tiers={**workspace.documents.tiers, tier.name: tier})
        pipeline = Pipeline(replace(workspace, documents=documents), self._pipeline.as_of)
        layer = Layer(LayerId(LayerKind.TENANT, _SAMPLE))
        spec = Spec(_SAMPLE, _SAMPLE, Named(tier.name, tier.span), "owner@example.com", layer, tier.span)
        compiled = pipeline.tenant(spec)
        return [*read.diagnostics, *pipeline.linker.chain(tier.name).diagnostics, *compiled.diagnostics], (
            compiled.environments
        )

    def _blamed(self, document: Node, errors: Iterable[Diagnostic]) -> dict[Path, Diagnostic]:
        """For each value that an error points to, the error."""
        places = list(_places(document, BLOCKS[self._kind]))
        found: dict[Path, Diagnostic] = {}
        for error in errors:
            lines = [blame.span.line for blame in error.blames if blame.span.path == self._name]
            for line in lines[:1]:
                path = next((path for path, first, last in places if first <= line <= last), None)
                if path is not None:
                    found.setdefault(path, error)
        return found


def _places(document: Node, block: str) -> Iterable[tuple[Path, int, int]]:
    """The lines on which each setting, and each other key of a document, stands."""
    assert isinstance(document.value, dict), "what we write is a mapping"
    for key, node in document.value.items():
        inner = node.value
        if key == block and isinstance(inner, dict):
            for name, value in inner.items():
                yield name, node.key_span(name).line, value.end_line
        else:
            yield key, document.key_span(key).line, node.end_line


def _nulled(value: Any) -> Any:
    """A value whose absences are written: the writer leaves out what is None."""
    if isinstance(value, dict):
        return {key: _nulled(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_nulled(item) for item in value]
    return NULL if value is None else value


# a tenant that stands for all of a tier
_SAMPLE: Final = "sample"
