"""What the remedies of rules make of inherited settings: bounds with a direction, in strata (language.md §3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import combinations
from types import MappingProxyType
from typing import Any, NamedTuple

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.judge.cost import excess
from tenantc.judge.judging import Standing, concerns, inapplicable
from tenantc.judge.plainly import variables
from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition
from tenantc.language.constants import for_setting
from tenantc.language.evaluate import Missing, Problem, evaluate
from tenantc.language.runtime import Function
from tenantc.language.syntax import Expression
from tenantc.model.fold import larger
from tenantc.model.layer import Definition, LayerId, LayerKind, Operator
from tenantc.model.rule import Edit, Rule
from tenantc.model.schema import Leaf, Schema
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, covers
from tenantc.source.value import Value, same, show

_OPERATORS = {
    "set": Operator.SET,
    "raise": Operator.RAISE,
    "lower": Operator.LOWER,
    "add": Operator.APPEND,
    "take": Operator.REMOVE_IF_THERE,
}


class Armed(NamedTuple):
    """A rule that is judged for a stack, with its function and the values of its parameters.

    `written` holds those of them that policies give, by name and as they write them.
    """

    rule: Rule
    function: Function
    params: Sequence[Any]
    written: Mapping[str, object] = MappingProxyType({})


class Bound(Frozen):
    """What one step of a remedy asks of a setting: its definition, and what it comes to on the settings as they are.

    `rank` orders an enum's values; empty for what is no ordered enum.
    """

    rule: Rule
    edit: Edit
    definition: Definition
    value: Value
    rank: tuple[str, ...] = ()

    @property
    def replaces(self) -> bool:
        """Whether it takes the place of what it bounds: of an enum's values no definition says `at least`."""
        return bool(self.rank) and self.edit.kind in {"raise", "lower"}

    def outdoes(self, other: Bound) -> bool:
        """Whether what this asks for keeps another bound on the setting, and not the other way round."""
        return other.is_kept(self.value) and not self.is_kept(other.value)

    def is_kept(self, value: Value | None) -> bool:
        """Whether a value of the setting keeps the bound already."""
        if value is None:
            return self.edit.kind == "take"
        match self.edit.kind:
            case "set":
                return same(value, self.value)
            case "add" | "take":
                items = value if isinstance(value, tuple) else ()
                assert isinstance(self.value, tuple), "what is added to a list is one"
                return all((item in items) is (self.edit.kind == "add") for item in self.value)
            case "raise" if self.rank:
                return self.rank.index(str(value)) >= self.rank.index(str(self.value))
            case "lower" if self.rank:
                return self.rank.index(str(value)) <= self.rank.index(str(self.value))
            case "raise":
                return larger(value, self.value) is value or same(value, self.value)
            case _:
                return larger(self.value, value) is self.value or same(value, self.value)


# by the setting that they bind
Bounds = dict[Path, list[Bound]]
# the definitions that harden each setting, and the contradiction that leaves one as it is inherited
Settlement = tuple[dict[Path, list[Definition]], dict[Path, Diagnostic]]


def strata(rules: Iterable[Rule]) -> tuple[list[frozenset[str]], list[Diagnostic]]:
    """The ids of rules with a remedy, those first whose remedies decide whether others are judged; T510: a circle."""
    remedied = [rule for rule in rules if any(clause.remedy for clause in rule.clauses)]
    writers: dict[Path, set[str]] = {}
    for rule in remedied:
        for path in {edit.path for clause in rule.clauses for edit in clause.remedy}:
            writers.setdefault(path, set()).add(rule.id)
    guards = {guard for rule in remedied for guard in rule.guards}
    deciding = {guard: {id for path, ids in writers.items() if covers(guard, path) for id in ids} for guard in guards}
    graph = {rule.id: {id for guard in rule.guards for id in deciding[guard]} - {rule.id} for rule in remedied}
    sorter = TopologicalSorter(graph)
    try:
        sorter.prepare()
    except CycleError as error:
        circle = error.args[1]
        spans = [rule.span for rule in remedied if rule.id in circle]
        shown = " → ".join(f"`{id}`" for id in circle)
        return [frozenset(graph)], [diagnose("T510", *spans, cycle=shown)]
    found: list[frozenset[str]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append(frozenset(ready))
        sorter.done(*ready)
    return found, []


def bounds(armed: Iterable[Armed], subject: Subject, standing: Standing, schema: Schema) -> Bounds:
    """What the remedies of one stratum ask of each setting.

    All of those of a requirement that the settings fail; of one that they pass, what they satisfy already, so that
    mending another rule cannot break it.
    """
    found: Bounds = {}
    for one in armed:
        if inapplicable(one.rule, standing) or excess(one.rule, subject):
            continue
        results = one.function(subject.get, subject.entries, one.params)
        for clause, result in zip(one.rule.clauses, results or (), strict=False):
            for edit in clause.remedy if concerns(clause, standing) else ():
                bound = _bound(one, edit, subject, schema)
                if bound is not None and (result is not True or bound.is_kept(subject.get(edit.path))):
                    found.setdefault(edit.path, []).append(bound)
    return found


def settle(
    found: Bounds,
    subject: Subject,
    schema: Schema,
    references: Mapping[Path, frozenset[Path]],
    preferred: Mapping[frozenset[str], str],
) -> Settlement:
    """The definitions that harden inherited settings, and the contradictions (T511), which leave one as it is.

    `references` are what the values of settings read; such a value moves, so the bounds that it keeps today stay.
    `preferred` says which of two rules a policy prefers; the other gives way to it.
    """
    definitions: dict[Path, list[Definition]] = {}
    contradictions: dict[Path, Diagnostic] = {}
    for path, asked in sorted(found.items()):
        leaf = schema.leaf(path)
        assert leaf is not None, "remedies write settings"
        losers = _losers({one.rule.id for one in asked}, preferred)
        kept = [one for one in asked if one.rule.id not in losers]
        if any(_excludes(one, other) for one, other in combinations(kept, 2)):
            contradictions[path] = _contradiction(path, kept)
            definitions[path] = []
            continue
        before = subject.get(path)
        needed = [one for one in kept if (references.get(path) and not one.replaces) or not one.is_kept(before)]
        needed = [one for one in needed if not (one.replaces and any(other.outdoes(one) for other in needed))]
        # `set` forgets what lies below it, so it comes first; the rest meets in any order
        needed.sort(key=lambda one: (one.edit.kind != "set", one.rule.id, one.edit.kind, show(one.value)))
        definitions[path] = [one.definition for one in needed]
    return definitions, contradictions


def _bound(one: Armed, edit: Edit, subject: Subject, schema: Schema) -> Bound | None:
    """A step of a remedy on the settings as they are; None where its value refers to what has none."""
    leaf = schema.leaf(edit.path)
    condition = edit.value
    assert leaf is not None
    assert isinstance(condition, Condition), "the checker makes no others"
    rank = _ranks(leaf)
    operator = Operator.SET if rank and edit.kind in {"raise", "lower"} else _OPERATORS[edit.kind]
    layer = LayerId(LayerKind.HARDENING, one.rule.id)
    value = edit.fixed
    if edit.written is not None:
        assert isinstance(edit.written, Expression), "the checker parsed it"
        found = evaluate(edit.written, leaf, schema, subject.get)
        if isinstance(found, (Missing, Problem)):
            return None
        definition = Definition(edit.path, operator, edit.written, layer, edit.span, edit.span, dynamic=True)
        return Bound(one.rule, edit, definition, found, rank)
    if value is None:
        value = for_setting(condition.typed, leaf, variables(one.rule, one.params))
    return Bound(one.rule, edit, Definition(edit.path, operator, value, layer, edit.span, edit.span), value, rank)


def _ranks(leaf: Leaf) -> tuple[str, ...]:
    return leaf.order if isinstance(leaf.order, tuple) else ()


def _losers(rules: set[str], preferred: Mapping[frozenset[str], str]) -> set[str]:
    """The rules that give way to another of these."""
    return {loser for pair, winner in preferred.items() if pair <= rules for loser in pair - {winner}}


def _excludes(one: Bound, other: Bound) -> bool:
    """Whether no value keeps both bounds."""
    if {one.edit.kind, other.edit.kind} == {"raise", "lower"}:
        low, high = (one, other) if one.edit.kind == "raise" else (other, one)
        return not high.is_kept(low.value)
    if {one.edit.kind, other.edit.kind} == {"add", "take"}:
        assert isinstance(one.value, tuple)
        assert isinstance(other.value, tuple)
        return any(item in other.value for item in one.value)
    setting = next((bound for bound in (one, other) if bound.edit.kind == "set"), None)
    return setting is not None and not (other if setting is one else one).is_kept(setting.value)


def _contradiction(path: Path, asked: list[Bound]) -> Diagnostic:
    rules = sorted({one.rule.id for one in asked})
    shown = ", ".join(f"`{id}`" for id in rules)
    blames = [Blame(one.edit.span, f"{one.rule.id}: {_asks(one)}") for one in asked]
    help = (
        f"require only one of their frameworks, make one of the rules not apply, or settle it in a policy: "
        f"`settle: [{{rules: [{', '.join(rules)}], prefer: …, reason: …, approver: …}}]`"
    )
    return diagnose("T511", *sorted(blames, key=lambda one: one.span.key), rules=shown, path=path, help=help)


def _asks(bound: Bound) -> str:
    words = {"set": "sets it to", "raise": "at least", "lower": "at most", "add": "holds", "take": "does not hold"}
    return f"{words[bound.edit.kind]} {show(bound.value)}"
