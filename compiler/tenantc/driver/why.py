"""Which settings decide the lines of an artifact: those of which some other value would make a line read otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from tenantc.driver import library
from tenantc.driver.case import Case
from tenantc.driver.emission import Emission
from tenantc.driver.lines import altered
from tenantc.driver.options import Options
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.targets import known, targets
from tenantc.emit.naming import Bearer
from tenantc.emit.targets import TARGETS, driven
from tenantc.emit.variants import variants
from tenantc.model.checked import Checked
from tenantc.model.identity import Identity
from tenantc.model.settings import Section
from tenantc.source.path import Path, child, covers, section, split
from tenantc.source.value import Record, Value

# files in which every setting stands, so that any other value shows where
_OBJECTS: Final = "kubernetes.yaml"
_HOLDING: Final = frozenset({"values.yaml", "tenant.tfvars.json", "settings.json", _OBJECTS})
_IDENTITY: Final = {f"tenant.{part.value}": part for part in Identity}
# what names are derived from besides the tenant's id
_BEARING: Final = {
    "workspace.platform": "platform",
    "deployment.environment": "environment",
    "deployment.account": "account",
    "deployment.region": "region",
}
NAMES: Final = "names"
PATCHES: Final = "patches["
# what a case is made of
_PARTS: Final = ("schema", "sections", "identity", "bearer", "pinned", "environment")


def target_of(file: str, options: Options) -> str | None:
    """The target whose file of a tenant this is; an empty text for settings.json, None for what no target writes."""
    if file == "settings.json":
        return ""
    every = (*known(options), *TARGETS)
    return next((target.name for target in every if file in {name for name, _ in target.files}), None)


class Inquiry:
    """One file of a tenant in an environment, and what its lines depend on.

    `text` is the file as it is compiled now: empty if there is none, None if a target refuses to say something in it.
    """

    def __init__(self, pipeline: Pipeline, checked: Checked, file: str) -> None:
        target = target_of(file, pipeline.workspace.options)
        assert target is not None, "asked for what targets write"
        self._file = file
        self._target = target
        self._pipeline = pipeline
        options = pipeline.workspace.options_in(checked.linked.environment)
        self._targets = [one for one in targets(options) if one.name == target]
        self._emission = Emission(pipeline, {target})
        self._case, _ = self._emission.case(checked)
        stated = library.document_schema("spec"), library.document_schema("workspace")
        self._stated: Mapping[str, Mapping[str, Any]] = dict(zip(("tenant", "workspace"), stated, strict=True))
        self._kinds = {(one.target, one.name): one.kind for target in self._targets for one in target.documents}
        self.text, _ = self._written(self._case)

    def decisive(self) -> dict[int, list[Path]]:
        """The paths that decide each line, by its number from 1; a line that none decides is left out.

        Besides settings these are facts about the tenant and where it is deployed (`tenant.`, `deployment.`), options
        of tenantc.yaml (`workspace.`), names that the tenant adopts (`names.`), and patches (`patches[0]`).
        """
        assert self.text is not None, "there is such a file"
        found: dict[int, list[Path]] = {}
        for path, cases in self._alternatives():
            lines: set[int] = set()
            for text, refused in dict.fromkeys(self._written(case) for case in cases):
                if text is not None:
                    lines |= altered(self.text, text, refused)
            for line in lines:
                found.setdefault(line, []).append(path)
        for index, patch in enumerate(self._pipeline.workspace.patches):
            text, refused = self._written(self._case, Emission(self._pipeline, {self._target}, without=patch))
            for line in altered(self.text, text, refused) if text is not None else ():
                found.setdefault(line, []).append(f"{PATCHES}{index}]")
        return {line: sorted(paths) for line, paths in sorted(found.items())}

    def _written(self, case: Case, emission: Emission | None = None) -> tuple[str | None, frozenset[str]]:
        """The file, and the kinds of objects that are not in it since the target refuses to say something of them.

        None where that cannot be told from what is left out.
        """
        files, refusals = (emission or self._emission).files(case)
        if (refusals and self._file != _OBJECTS) or (case.pending and not self._case.pending):
            return None, frozenset()
        text = next((data.decode() for name, data in files if name == self._file), "")
        return text, frozenset(self._kinds.get((one.target, one.document), "") for one in refusals)

    def _alternatives(self) -> Iterator[tuple[Path, Iterator[Case]]]:
        """The tenant with other values, path by path."""
        case = self._case
        for held in case.sections.values():
            for path, value in held.values.items():
                yield path, self._others(path, value)
        for leaf in case.schema.leaves():
            is_absent = ".*" not in leaf.path and case.subject.value(leaf.path) is None
            if is_absent and (self._file in _HOLDING or driven(leaf.path, self._targets)):
                yield leaf.path, self._others(leaf.path, None)
        for path, part in _IDENTITY.items():
            yield path, (self._known_as(part, str(other)) for other in variants(case.identity[part]))
        for kind, named in case.pinned.items():
            others = (named._replace(name=str(other)) for other in variants(named.name))
            yield child(NAMES, kind), (_case(case, pinned={**case.pinned, kind: one}) for one in others)
        for path in (*self._mappings(), *self._entries()):
            yield path, iter([self._without(path)])

    def _others(self, path: Path, value: Value | None) -> Iterator[Case]:
        leaf = self._case.schema.leaf(path)
        name, *names = split(path)
        others = variants(value, leaf, _below(self._stated.get(name, {}), names))
        if not driven(leaf.path if leaf is not None else path, self._targets):
            # it is shown as it is, a list with a line an item
            others = others if isinstance(value, tuple) else islice(others, 1)
        for other in others:
            yield self._with(path, other)

    def _with(self, path: Path, value: Value | None) -> Case:
        # a section of the workspace's own may say nothing yet
        held = self._case.sections.get(section(path), Section({}, {}))
        values = {key: old for key, old in held.values.items() if key != path}
        if value is not None:
            values[path] = value
        case = _case(self._case, sections={**self._case.sections, section(path): Section(values, held.definitions)})
        bearing = _BEARING.get(path)
        return (
            case if bearing is None else _case(case, bearer=Bearer(**(case.bearer._asdict() | {bearing: str(value)})))
        )

    def _known_as(self, part: Identity, text: str) -> Case:
        identity = {**self._case.identity, part: text}
        bearer = self._case.bearer
        return _case(self._case, identity=identity, bearer=bearer._replace(tenant_id=identity[Identity.ID]))

    def _mappings(self) -> list[Path]:
        """The mappings that documents look at as a whole, without those that they repeat over."""
        documents = [one for target in self._targets for one in target.documents]
        looked = {path for one in documents for path in one.looks} - {one.each for one in documents}
        return sorted(path for path in looked if isinstance(self._case.subject.find(path), Record))

    def _entries(self) -> Iterator[Path]:
        """The entries of mappings over which documents repeat."""
        documents = [one for target in self._targets for one in target.documents]
        for path in sorted({one.each for one in documents if one.each}):
            held = self._case.subject.find(path)
            yield from (child(path, name) for name in (held if isinstance(held, Record) else ()))

    def _without(self, path: Path) -> Case:
        held = self._case.sections[section(path)]
        values = {key: value for key, value in held.values.items() if not covers(path, key)}
        return _case(self._case, sections={**self._case.sections, section(path): Section(values, held.definitions)})


def _case(case: Case, **changes: Any) -> Case:
    parts = {name: getattr(case, name) for name in _PARTS}
    return Case(**(parts | changes))


def _below(schema: Mapping[str, Any], names: Sequence[str]) -> Mapping[str, Any]:
    """What a JSON Schema says of what stands under these names."""
    for name in names:
        schema = schema.get("properties", {}).get(name) or schema.get("additionalProperties") or {}
    return schema
