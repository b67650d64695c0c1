"""Sets one setting in many tenants' files: in all that are meant, or in none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.diagnostics.suggest import did_you_mean
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.revision import Reviser, Revision
from tenantc.load.amend import Amendment
from tenantc.load.blocks import flatten, locate, split_operator
from tenantc.load.text import parse_text
from tenantc.model.layer import LayerId, LayerKind, Operator
from tenantc.model.schema import Group, Schema
from tenantc.model.spec import Spec
from tenantc.source.node import Node

# PATH=VALUE, the first `=` outside a name in brackets and quotes
_ASSIGNMENT = re.compile(r'(?P<key>(?:[^=\["]|\[(?:"(?:\\.|[^"\\])*")?)+)=(?P<value>.*)', re.DOTALL)

# what `--where KEY=…` asks of a tenant: the words that it answers with
_ANSWERS: Mapping[str, Callable[[Spec, Pipeline], Iterable[str]]] = {
    "tenant_id": lambda spec, _: (spec.tenant_id,),
    "tier": lambda spec, _: (spec.tier.name,),
    "status": lambda spec, _: (spec.status,),
    "ring": lambda spec, _: (spec.ring,),
    "region": lambda spec, pipeline: (
        named.name for named in (spec.region or pipeline.workspace.options.region,) if named is not None
    ),
    "industry": lambda spec, _: (spec.industry,),
    "mixins": lambda spec, _: (named.name for named in spec.mixins),
}


class Condition(NamedTuple):
    """Which tenants are meant: those that answer a key with one of the words, for each key."""

    words: Mapping[str, frozenset[str]]

    def holds(self, spec: Spec, pipeline: Pipeline) -> bool:
        return all(words.intersection(_ANSWERS[key](spec, pipeline)) for key, words in self.words.items())


class Assigned(NamedTuple):
    """What came of it: the files, the tenants that change and those that have the value already, and what is wrong."""

    revisions: list[Revision]
    changed: list[str]
    unchanged: list[str]
    diagnostics: list[Diagnostic]


def read_assignment(text: str, schema: Schema) -> Amendment:
    """What `PATH=VALUE` asks for; PATH may end with an operator. Raises ValueError for a slip in it."""
    match = _ASSIGNMENT.fullmatch(text)
    if match is None or not match["key"].strip():
        raise ValueError(f"`{text}` is not of the form PATH=VALUE")
    key = match["key"].strip()
    parsed = parse_text(key, match["value"].encode())
    if parsed.diagnostics or len(parsed.value) != 1:
        problem = parsed.diagnostics[0].message if parsed.diagnostics else "it is not one value"
        raise ValueError(f"the value of `{key}` can't be read: {problem}")
    value = parsed.value[0]
    spelled, operator = split_operator(key)
    path = locate(Node(spelled, value.text, 1, 1, 1, 1), schema)
    _refuse(path.diagnostics)
    assert path.value is not None, "what can't be located is told"
    if operator is Operator.REPLACE or (operator is Operator.SET and isinstance(schema.find(path.value), Group)):
        raise ValueError(f"`{key}` is a mapping of settings: set them one by one")
    name = Node(key, value.text, 1, 1, 1, 1)
    block = Node({key: value}, value.text, 1, 1, value.end_line, value.end_column, {key: name})
    read = flatten(block, schema, LayerId(LayerKind.TENANT, ""), dated=True)
    _refuse(read.diagnostics)
    return Amendment(path.value, operator, value.plain())


def _refuse(diagnostics: Sequence[Diagnostic]) -> None:
    for wrong in diagnostics:
        raise ValueError(f"{wrong.message}{f': {wrong.help}' if wrong.help else ''}")


def read_condition(words: Sequence[str]) -> Condition:
    """Which tenants `--where KEY=WORD` means, each. Raises ValueError for a slip in it."""
    found: dict[str, frozenset[str]] = {}
    for text in words:
        key, sign, word = text.partition("=")
        if not sign or not word:
            raise ValueError(f"`{text}` is not of the form KEY=WORD")
        if key not in _ANSWERS:
            hint = did_you_mean(key, _ANSWERS) or f"there are {', '.join(_ANSWERS)}"
            raise ValueError(f"tenants are not told apart by `{key}`: {hint}")
        found[key] = found.get(key, frozenset()) | {word}
    return Condition(found)


def assign(pipeline: Pipeline, wanted: Amendment, where: Condition, advance: Callable[[], None]) -> Assigned:
    """Every tenant that is meant with the setting as it is wanted, in memory; errors are of those that refuse it.

    What a tenant says for one environment alone stays.

    A tenant refuses what makes an error or breaks a rule that was kept. One that inherits the value anyway gets no
    override, since that would change nothing.
    """
    reviser = Reviser(pipeline)
    done = Assigned([], [], [], [])
    seen: set[object] = set()
    for path in pipeline.workspace.tenant_files():
        advance()
        revision = reviser.opened(path)
        if isinstance(revision, Diagnostic):
            done.diagnostics.append(revision)
            continue
        if revision.path in seen:  # a link to a file that is listed as well
            continue
        seen.add(revision.path)
        specs, diagnostics = reviser.specs(revision)
        done.diagnostics.extend(one for one in diagnostics if has_errors([one]))
        for number, spec in specs:
            if where.holds(spec, pipeline):
                further, told = _assigned(reviser, revision, number, spec, wanted)
                done.diagnostics.extend(told)
                if not has_errors(told):
                    (done.changed if further.new != revision.new else done.unchanged).append(spec.tenant_id)
                    revision = further
        if revision.is_changed:
            done.revisions.append(revision)
    return done


def _assigned(
    reviser: Reviser, revision: Revision, number: int, spec: Spec, wanted: Amendment
) -> tuple[Revision, list[Diagnostic]]:
    """A file with one tenant's setting as it is wanted, and what that makes worse; errors say that it is refused."""
    further = reviser.amended(revision, number, wanted)
    if not isinstance(further, Revision):
        return revision, further
    if further.new == revision.new:
        return revision, []
    after = dict(reviser.specs(further)[0])[number]
    standing = reviser.standing(after)
    worse = standing.worse(reviser.standing(spec))
    own = {one.key_span for one in after.layer.definitions if one.path == wanted.path}
    for one in standing.diagnostics:
        if one.code == "T307" and one.blames[0].span in own and not has_errors(worse):
            if not any(one.path == wanted.path for one in spec.layer.definitions):
                return revision, []
            dropped = reviser.dropped(further, number, wanted.path, one.blames[0].span)
            return (dropped, worse) if isinstance(dropped, Revision) else (further, dropped)
    return further, worse
