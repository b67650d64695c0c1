"""Why a rule is broken, and what would mend it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.judge.calendar import notes
from tenantc.judge.hardening import Armed
from tenantc.judge.plainly import variables, walker
from tenantc.judge.replacement import replacement
from tenantc.judge.subject import Subject
from tenantc.language.condition import Condition, variables_of
from tenantc.language.constants import constant
from tenantc.language.format import show as show_tree
from tenantc.language.operands import Typed
from tenantc.language.walk import Entry, Nothing, scale, scaled
from tenantc.model.identity import Identity, IdentityText
from tenantc.model.layer import Definition
from tenantc.model.resolved import Resolved
from tenantc.model.rule import Clause, Rule
from tenantc.model.verdict import Answer, Strictness, Verdict
from tenantc.source.frozen import replace
from tenantc.source.path import Path, section, split
from tenantc.source.span import Span
from tenantc.source.value import UNLIMITED, Value, show

_CODES = {Strictness.BLOCK: "T530", Strictness.WARN: "T531", Strictness.REPORT: "T532", Strictness.OFF: "T532"}
_MOST = 4


def broken(
    armed: Armed,
    verdict: Verdict,
    subject: Subject,
    resolved: Resolved,
    required: Mapping[str, Span],
    fail_on: Strictness,
    identity: Mapping[Identity, str],
) -> Diagnostic:
    """T530 to T532 for a rule that is broken: what is wrong, where the values come from, and what would mend it.

    It is an error from the level `fail_on` on. `required` says who brought in each framework; `identity` is what stands
    for the tenant's in its message.
    """
    rule = armed.rule
    clause = rule.clauses[verdict.clause]
    level = verdict.strictness
    paths = _paths(rule, clause, subject, armed.params)
    missing = [path for path in paths if resolved.settings.get(path) is None]
    blames = [*_values(paths, resolved)] or [*_required(rule, clause, required)]
    blames.append(Blame(clause.span, f"{rule.severity.value}, {clause.basis.value}: {level.value}"))
    word = "is broken" if verdict.answer is Answer.FAIL else "cannot be judged"
    message = verdict.reason or said(rule, clause, subject, armed.params, identity)
    code = code_of(level, fail_on)
    help = _help(clause, armed, missing)
    about = notes(clause, rule, subject, armed.params, armed.written)
    help = f"{help} ({'; '.join(about)})" if help and about else help or "; ".join(about)
    found = diagnose(code, *blames, help=help, rule=rule.id, verdict=word, message=message)
    return replace(found, fix=replacement(rule, clause, subject, armed.params, resolved))


def code_of(level: Strictness, fail_on: Strictness) -> str:
    """The code of a broken rule that is held at this level; an error from `fail_on` on."""
    return "T530" if level.rank >= fail_on.rank else _CODES[level]


def said(rule: Rule, clause: Clause, subject: Subject, params: Sequence[Any], identity: Mapping[Identity, str]) -> str:
    """The message of a requirement with its values, or the rule's title."""
    if not clause.message:
        return f"{rule.title[:1].lower()}{rule.title[1:]}"
    walk = walker(rule, subject, params)
    pieces = []
    for piece in clause.message:
        if isinstance(piece, str):
            pieces.append(piece)
            continue
        assert isinstance(piece, Condition), "the checker makes no others"
        pieces.append(_shown(walk.walk(piece.typed), piece.typed, identity))
    return "".join(pieces)


def view(clause: Clause, rule: Rule, subject: Subject, params: Sequence[Any]) -> list[tuple[str, str]]:
    """The requirement's parts, each with what it came to, from the whole inwards."""
    condition = clause.condition
    assert isinstance(condition, Condition), "the checker makes no others"
    walk = walker(rule, subject, params)
    walk.walk(condition.typed)
    values = {id(node): value for node, value in walk.seen}
    return [
        (show_tree(part.node), _named(values[id(part.node)], subject) or _shown(values[id(part.node)], part))
        for part in _parts(condition.typed)
        if id(part.node) in values
    ]


def _named(value: Any, subject: Subject) -> str:
    """Of an open map or a section as a whole, the names that stand in it; empty for what is neither."""
    if isinstance(value, Entry):
        return show(subject.names(value.path)) if subject.names(value.path) else "nothing"
    if isinstance(value, tuple) and any(isinstance(one, Entry) for one in value):
        return show(tuple(split(one.path)[-1] for one in value))
    return ""


def _parts(typed: Typed) -> Iterator[Typed]:
    yield typed
    for part in typed.parts:
        yield from _parts(part)


def _shown(value: Any, typed: Typed, identity: Mapping[Identity, str] = MappingProxyType({})) -> str:
    if isinstance(value, Nothing):
        return "<missing>"
    if isinstance(value, IdentityText):
        parts = (
            part if isinstance(part, str) else identity.get(part, f"<tenant.{part.value}>") for part in value.parts
        )
        return "".join(parts)
    return show(unscaled(scaled(value, typed.type, 1 / scale(typed.type))))


def unscaled(value: Any) -> Value:
    """A value that was calculated, as settings hold values."""
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(unscaled(item) for item in value)
    if isinstance(value, Fraction):
        return value.numerator if value.denominator == 1 else float(value)
    return value if isinstance(value, (bool, int, float, str)) or value is UNLIMITED else str(value)


def _paths(rule: Rule, clause: Clause, subject: Subject, params: Sequence[Any]) -> list[Path]:
    """The settings that a requirement read to come out as it did."""
    assert isinstance(clause.condition, Condition), "the checker makes no others"
    walk = walker(rule, subject, params)
    walk.walk(clause.condition.typed)
    besides = {"tier", "as_of", "waivers", "secrets", "tenant", "deployment"}
    return sorted({path for path in walk.looked if section(path) not in besides})


def _values(paths: list[Path], resolved: Resolved) -> Iterator[Blame]:
    """Where the values come from: those that an environment caps first, then those that a tenant wrote."""
    settings = resolved.settings
    capped = [path for path in paths if path in resolved.caps and settings.before_caps(path) != settings.get(path)]
    for path in capped:
        bound = resolved.caps[path]
        yield Blame(bound.span, f"`{path}` is capped to {show(settings.get(path))}: {bound.layer}")
    decided: list[tuple[Path, Definition]] = []
    for path in paths:
        written = [one for one in settings.definitions(path) if one.span is not None]
        if written and path not in capped:
            decided.append((path, written[-1]))
    decided.sort(key=lambda pair: (-_authority(pair[1]), pair[0]))
    for path, definition in decided[:_MOST]:
        assert definition.span is not None
        yield Blame(definition.span, f"`{path}` is {show(settings.get(path))}: {definition.layer}")


def _authority(definition: Definition) -> int:
    kinds = list(type(definition.layer.kind))
    return kinds.index(definition.layer.kind)


def _required(rule: Rule, clause: Clause, required: Mapping[str, Span]) -> Iterator[Blame]:
    """Who brought in a framework for which the requirement is, where no value is to blame."""
    named = frozenset[str]()
    for audience in (rule.applies, clause.audience):
        if audience is not None and not audience.excepted:
            named |= audience.frameworks
    for framework, span in required.items():
        if framework in named:
            yield Blame(span, f"{framework} is required here")
            return


def _help(clause: Clause, armed: Armed, missing: list[Path]) -> str:
    """The nearest values that would do: the remedy's, else what is not stated."""
    steps = []
    for edit in clause.remedy:
        condition = edit.value
        assert isinstance(condition, Condition), "the checker makes no others"
        value = condition.text
        if variables_of(condition.typed):
            unit = condition.typed.type.unit
            found = show(unscaled(constant(condition.typed, variables(armed.rule, armed.params))))
            value = f"{found} {unit.name}" if unit is not None and unit.name else found
        words = {"set": "set", "raise": "raise", "lower": "lower"}
        if edit.kind in words:
            steps.append(f"{words[edit.kind]} `{edit.path}` to {value}")
        else:
            steps.append(f"{edit.kind} {value} {'to' if edit.kind == 'add' else 'from'} `{edit.path}`")
    if steps:
        return ", ".join(steps)
    return f"state {', '.join(f'`{path}`' for path in missing[:_MOST])}" if missing else ""
