"""What programs ask of a workspace's tenants: a new one, or other words in the spec of one that is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple, TypeAlias

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose, has_errors
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.revision import Reviser, Revision
from tenantc.emit.writers import yaml
from tenantc.language.format import show_value
from tenantc.language.syntax import Expression, TextTemplate
from tenantc.load.amend import Amendment
from tenantc.load.blocks import flatten
from tenantc.load.given import given
from tenantc.load.text import parse_text
from tenantc.model.layer import Definition, LayerId, LayerKind, Operator
from tenantc.model.spec import Spec
from tenantc.source.frozen import Frozen, field
from tenantc.source.node import Node
from tenantc.source.path import Path as Setting
from tenantc.source.span import Span, whole
from tenantc.source.text import Text
from tenantc.source.value import plain

# characters of what a caller says is an id that are looked at and shown
_LONGEST: Final = 60
# settings in one call: each is put into the text and read back
MOST_SETTINGS: Final = 400
_ID: Final = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")
_AMENDED: Final = frozenset({Operator.SET, Operator.APPEND, Operator.REMOVE, Operator.REMOVE_IF_THERE})
_SETTINGS: Final = "settings"
# what no edit changes: who a tenant is, and what is laid out in blocks of its own
_FIXED: Final = frozenset({"tenant_id", "environments"})
# an override that changes nothing
_IDLE: Final = "T307"


class Bench(NamedTuple):
    """What an edit works with."""

    pipeline: Pipeline
    reviser: Reviser


class Draft(NamedTuple):
    """A file after an edit, the number of the tenant's document in it, and the spec before, if there was one."""

    revision: Revision
    number: int
    before: Spec | None


Drafted: TypeAlias = "Draft | list[Diagnostic]"


class Creation(Frozen):
    """A new tenant, in a file of its own: keys of its spec (`stated`), and what is configured.

    `config` holds further keys of the spec and settings, nested or dotted, which become its overrides.
    """

    tenant_id: str
    stated: Mapping[str, Any]
    config: Mapping[str, Any] = field(default_factory=dict)

    def drafted(self, bench: Bench) -> Drafted:
        """The new file; T201 or T906 if there is such a tenant or file."""
        named = str(self.tenant_id)
        known = _ID.fullmatch(named[: _LONGEST + 1]) is not None
        name = f"tenants/{named if known else 'new'}.yaml"
        asked = _asked({"tenant_id": self.tenant_id, **self.stated}, self.config, bench)
        if not isinstance(asked, _Asked):
            return asked
        document = {key: node.plain() for key, node in asked.stated.items()}
        document |= {"overrides": asked.settings.plain()} if asked.settings.value else {}
        data = "".join(f"{line}\n" for line in _lines(document, "")).encode()
        parsed = parse_text(name, data)
        outcome = bench.pipeline.workspace.reader.spec(parsed.value[0]) if not parsed.diagnostics else None
        if outcome is None or outcome.value is None or has_errors(outcome.diagnostics):
            return [*parsed.diagnostics, *(outcome.diagnostics if outcome is not None else ())]
        return self._placed(bench, name, data, outcome.value)

    def _placed(self, bench: Bench, name: str, data: bytes, spec: Spec) -> Drafted:
        workspace = bench.pipeline.workspace
        there, wrong = workspace.find([spec.tenant_id])
        if there:
            return [diagnose("T201", spec.span, there[0].span, tenant=spec.tenant_id)]
        if has_errors(wrong):  # a file that can't be read may hold it
            return [one for one in wrong if has_errors([one])]
        path = (workspace.root / "tenants").resolve() / f"{spec.tenant_id}.yaml"
        problem = ""
        if not path.is_relative_to(workspace.root):
            problem = "leads out of the workspace"
        elif path in workspace.edits or path.is_symlink() or path.exists():
            problem = "is there already, and holds no such tenant"
        if problem:
            return [diagnose("T906", whole(Text(name, "")), path=name, problem=problem)]
        return Draft(Revision(path, b"", data, is_made=True), 0, None)


class Amending(Frozen):
    """Other words in a tenant's spec: keys of its own (`stated`), and what is configured, as in a `Creation`."""

    tenant_id: str
    stated: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)

    def drafted(self, bench: Bench) -> Drafted:
        """The tenant's file with what is asked for, and nothing else; T902 if there is no such tenant."""
        asked = _asked(self.stated, self.config, bench)
        if not isinstance(asked, _Asked):
            return asked
        amendments, wrong = _amendments(asked, bench.pipeline)
        if wrong:
            return wrong
        begun = self._found(bench)
        if not isinstance(begun, Draft):
            return begun
        revision: Revision | list[Diagnostic] = begun.revision
        for key, node in asked.stated.items():
            if isinstance(revision, Revision):
                revision = bench.reviser.stated(revision, begun.number, key, node.plain())
        for wanted in amendments:
            if isinstance(revision, Revision):
                revision = bench.reviser.amended(revision, begun.number, wanted)
        if not isinstance(revision, Revision):
            return revision
        if not revision.is_changed:
            return begun
        return _tidied(bench, begun._replace(revision=revision), {one.path for one in amendments})

    def _found(self, bench: Bench) -> Drafted:
        """The tenant's file as it is."""
        id, workspace = str(self.tenant_id)[:_LONGEST], bench.pipeline.workspace
        specs, diagnostics = workspace.find([id])
        twice = [one for one in diagnostics if has_errors([one])]
        if not specs or any(one.code == "T201" for one in twice):
            slip = workspace.slip(id).removeprefix(": ")
            return twice or [diagnose("T902", tenant=id, help=slip)]
        revision = bench.reviser.opened(workspace.root / specs[0].span.path)
        if isinstance(revision, Diagnostic):
            return [revision]
        number, spec = next(one for one in bench.reviser.specs(revision)[0] if one[1].tenant_id == id)
        return Draft(revision, number, spec)


Edit: TypeAlias = Creation | Amending


class _Asked(NamedTuple):
    """What a caller says, apart: keys of a spec, and the settings among its overrides."""

    stated: dict[str, Node]
    settings: Node


def _asked(stated: Mapping[str, Any], config: Any, bench: Bench) -> _Asked | list[Diagnostic]:
    """Takes apart what a caller says; errors for what is no mapping of JSON, or says a key twice."""
    outcome = given(_SETTINGS, {"stated": dict(stated), "config": config})
    if outcome.value is None:
        return [*outcome.diagnostics]
    parts: Any = outcome.value.value
    own, said = dict(parts["stated"].value), parts["config"]
    known = bench.pipeline.workspace.reader.structure.keys("spec")
    found: dict[str, Node] = {}
    keys: dict[str, Node] = {}
    wrong = []
    overrides = said.value.get("overrides") if isinstance(said.value, dict) else None
    for block in (said, overrides) if overrides is not None else (said,):
        if not isinstance(block.value, dict):
            return [diagnose("T132", block.span, path=_SETTINGS, kind=block.kind())]
        for key, node in block.value.items():
            if block is said and key == "overrides":
                continue
            into = own if block is said and key in known else found
            if key in into:
                wrong.append(diagnose("T105", block.key_span(key), key=key))
            into[key], keys[key] = node, block.keys[key]
    return wrong or _Asked(own, Node(found, said.text, said.line, said.column, said.end_line, said.end_column, keys))


def _amendments(asked: _Asked, pipeline: Pipeline) -> tuple[list[Amendment], list[Diagnostic]]:
    """What settings, nested or dotted, ask for one by one, and the errors in that."""
    read = flatten(asked.settings, pipeline.schema, LayerId(LayerKind.TENANT, _SETTINGS))
    wrong = [one for one in read.diagnostics if has_errors([one])]
    wrong += [_unamendable(one) for one in read.value if one.operator not in _AMENDED]
    wrong += [_fixed(key, one) for key, one in asked.stated.items() if key in _FIXED]
    if len(read.value) > MOST_SETTINGS:
        problem = f"hold {len(read.value)} entries, and one call takes {MOST_SETTINGS}"
        help = "ask in several calls"
        wrong.append(diagnose("T906", asked.settings.span, path=_SETTINGS, problem=problem, help=help))
    return [Amendment(one.path, one.operator, _json(one)) for one in read.value], wrong


def _fixed(key: str, node: Node) -> Diagnostic:
    return diagnose("T906", node.span, path=key, problem="of a tenant stays what it is", help="write it by hand")


def _unamendable(definition: Definition) -> Diagnostic:
    problem = f"with `{definition.operator.value}` does away with other entries"
    help = "set settings one by one, or write it into the spec by hand"
    return diagnose("T906", definition.span or _nowhere(), path=definition.path, problem=problem, help=help)


def _nowhere() -> Span:
    return whole(Text(_SETTINGS, ""))


def _json(definition: Definition) -> object:
    """A value as the caller wrote it: a reference stays one."""
    value: Any = definition.value
    return show_value(value) if isinstance(value, Expression | TextTemplate) else plain(value)


def _tidied(bench: Bench, draft: Draft, asked: set[Setting]) -> Drafted:
    """A draft without those entries among the asked ones that change nothing, as `tenantc set` leaves them out."""
    while True:
        spec = dict(bench.reviser.specs(draft.revision)[0])[draft.number]
        places = {one.key_span: one.path for one in spec.layer.definitions if one.path in asked}
        told = bench.pipeline.tenant(spec).diagnostics
        idle = [one.blames[0].span for one in told if one.code == _IDLE and one.blames[0].span in places]
        if not idle:
            return draft
        revision = bench.reviser.dropped(draft.revision, draft.number, places[idle[0]], idle[0])
        if not isinstance(revision, Revision):
            return revision
        draft = draft._replace(revision=revision)


def _lines(mapping: Mapping[str, Any], indent: str) -> Iterator[str]:
    """A mapping as YAML, a line a value."""
    for key, value in mapping.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{yaml.scalar(key)}:"
            yield from _lines(value, f"{indent}  ")
        else:
            yield f"{indent}{yaml.scalar(key)}: {_flow(value)}"


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{yaml.scalar(key)}: {_flow(item)}' for key, item in value.items())}}}"
    return "null" if value is None else yaml.scalar(value)
