"""Tenants of a framework whose rules came out alike, where something of that is not as it should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from tenantc.audit.report.posture import State
from tenantc.audit.report.records import UNKNOWN
from tenantc.source.frozen import Frozen

# a tenant with such a control is named
WANTING: Final = frozenset({State.FAILING.value, State.UNJUDGED.value, State.WAIVED.value})
_FINE: Final = frozenset({"pass", "attested", "vacuous", "not_applicable"})

Sets: TypeAlias = Sequence[Mapping[str, Sequence[str]]]
Report: TypeAlias = Mapping[str, Any]


class Subject(NamedTuple):
    """A tenant in an environment: the frameworks that it is to meet, and its verdicts by number."""

    tenant: str
    environment: str
    frameworks: tuple[str, ...]
    verdicts: int


class Group(Frozen, eq=False):
    """Tenants whose rules came out alike: the rules that are broken or waived, with verdict, and how controls stand."""

    words: tuple[tuple[str, str], ...]
    states: tuple[str, ...]
    subjects: tuple[Subject, ...]


def groups(framework: Report, report: Report, sets: Sets, subjects: Mapping[int, Sequence[Subject]]) -> list[Group]:
    """The groups of a framework in which a control is wanting, in the order of the report's rows.

    `subjects` are the tenants by their verdicts.
    """
    cited = {rule for control in framework["controls"] for rule in control["rules"]}
    found: dict[tuple[tuple[tuple[str, str], ...], tuple[str, ...]], list[Subject]] = {}
    for row in framework["rows"]:
        if WANTING.isdisjoint(row["states"]):
            continue
        words = () if row["verdicts"] == UNKNOWN else _words(sets[row["verdicts"]], report["wide"], cited)
        theirs = [one for one in subjects.get(row["verdicts"], ()) if framework["id"] in (*one.frameworks, "house")]
        found.setdefault((words, tuple(row["states"])), []).extend(theirs)
    return [Group(words, states, tuple(sorted(theirs))) for (words, states), theirs in found.items()]


def _words(
    by_word: Mapping[str, Sequence[str]], wide: Mapping[str, str], cited: Iterable[str]
) -> tuple[tuple[str, str], ...]:
    known = {rule: word for word, rules in by_word.items() if word not in _FINE for rule in rules}
    known |= {rule: word for rule, word in wide.items() if word not in _FINE}
    return tuple(sorted((rule, known[rule]) for rule in known.keys() & set(cited)))


def by_verdicts(subjects: Iterable[Subject]) -> dict[int, list[Subject]]:
    """Tenants by the number of their verdicts."""
    found: dict[int, list[Subject]] = {}
    for one in subjects:
        found.setdefault(one.verdicts, []).append(one)
    return found


def waived(waiver: Report, held: Sequence[Group]) -> Iterator[tuple[int, list[Subject]]]:
    """The groups, by number, in which a waiver counts, and for whom."""
    tenants, environments = set(waiver["tenants"]), set(waiver["environments"])
    for number, group in enumerate(held):
        if (waiver["rule"], "waived") not in group.words:
            continue
        named = [one for one in group.subjects if one.tenant in tenants]
        theirs = [one for one in named if not environments or one.environment in environments]
        if theirs:
            yield number, theirs
