"""A report of one tenant, or of the tenants of one framework: it says nothing of others, not even their ids."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from tenantc.audit.report.records import UNKNOWN, Table
from tenantc.model.spec import HOUSE

Report: TypeAlias = Mapping[str, Any]
Entries: TypeAlias = Sequence[Report]

_BROKEN: Final = ("fail", "missing", "error")
_WORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_PLACE: Final = re.compile(r":\d+:\d+$")


class AbsentError(Exception):
    """There is nothing that a report could be narrowed to: a sentence that says why."""


def narrow(report: Report, tenant: str = "", framework: str = "") -> dict[str, Any]:
    """The report (schemas/cli/report.json) narrowed to a tenant, a framework, or both; empty texts narrow nothing.

    Raises AbsentError if there is no such framework or tenant, or the tenant is not to meet it.
    """
    names = [one["id"] for one in report["frameworks"]]
    if framework and framework not in names:
        raise AbsentError(f"no tenant of the build is to meet `{framework}`, but: {', '.join(names) or 'none at all'}")
    entries = [one for one in report["tenants"] if tenant in ("", one["id"])]
    if not entries:
        raise AbsentError(f"the build tells of no tenant `{tenant}`")
    entries = [one for one in entries if framework in ("", HOUSE, *one["frameworks"])]
    if not entries:
        raise AbsentError(f"tenant `{tenant}` is not to meet `{framework}`")
    return _Narrowing(report, entries, tenant, framework).run()


class _Narrowing:
    def __init__(self, report: Report, entries: Entries, tenant: str, framework: str) -> None:
        self._report = report
        self._entries = entries
        self._tenant = tenant
        self._is_one = bool(framework)
        self._kept = {one["id"] for one in entries}
        self._others = ids(report) - self._kept
        theirs = {framework} if framework else {HOUSE, *(name for one in entries for name in one["frameworks"])}
        self._frameworks = [one for one in report["frameworks"] if one["id"] in theirs]
        self._policies = theirs
        judged = {one["verdicts"] for one in entries} - {UNKNOWN}
        self._rules = {rule for one in self._frameworks for control in one["controls"] for rule in control["rules"]}
        if not framework:
            self._rules |= report["wide"].keys()
            self._rules |= {rule for at in judged for rules in report["verdicts"][at].values() for rule in rules}
        # the verdicts of each entry, without the rules that are left out
        self._sets = {at: self._set(report["verdicts"][at]) for at in sorted(judged)}

    def _set(self, by_word: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
        kept = {word: [rule for rule in rules if rule in self._rules] for word, rules in by_word.items()}
        return {word: rules for word, rules in kept.items() if rules}

    def run(self) -> dict[str, Any]:
        report, verdicts = self._report, Table()
        numbers = {at: verdicts.number(_frozen(one)) for at, one in self._sets.items()} | {UNKNOWN: UNKNOWN}
        tables, entries = self._tables(numbers)
        held = [self._clean(one, "reason") for one in report["held"] if one["tenant"] in self._kept]
        removed = [one for one in report["removed"] if one["tenant"] in self._kept]
        found = {
            **report,
            "counts": {"tenants": len(self._kept), "held": len(held), "removed": len(removed)},
            "frameworks": [self._framework(one, numbers) for one in self._frameworks],
            "rules": {rule: one for rule, one in report["rules"].items() if rule in self._rules},
            "wide": {rule: word for rule, word in report["wide"].items() if rule in self._rules},
            "failures": list(self._failures()),
            "waivers": list(self._waivers()),
            "contradictions": list(self._contradictions()),
            "settled": [one for one in report["settled"] if one["policy"] in self._policies],
            "evidence": [one for one in report["evidence"] if one["framework"] in self._policies],
            "held": held,
            "removed": removed,
            "verdicts": [{word: list(rules) for word, rules in one} for one in verdicts],
            **tables,
            "tenants": entries,
        }
        if "blame" in report:
            lines = set(_lines(found))
            found["blame"] = {line: one for line, one in report["blame"].items() if line in lines}
        if report["changes"] is not None:
            found["changes"] = self._changes(report["changes"], set(_cited(found)))
        return found

    def _tables(self, numbers: Mapping[int, int]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """What is left of the tables, and the entries that refer to them."""
        report, stacks, sections, names = self._report, Table(), Table(), Table()
        entries = [
            {
                **(self._clean(one, "reason") if "reason" in one else one),
                "verdicts": numbers[one["verdicts"]],
                "stack": UNKNOWN if one["stack"] == UNKNOWN else stacks.number(one["stack"]),
                "artifacts": names.number(one["artifacts"]),
            }
            for one in self._entries
        ]
        tables = {
            "stacks": [[sections.number(section) for section in report["stacks"][at]] for at in stacks],
            "sections": [report["sections"][at] for at in sections],
            "names": [report["names"][at] for at in names],
        }
        return tables, entries

    def _framework(self, framework: Report, numbers: Mapping[int, int]) -> dict[str, Any]:
        id = framework["id"]
        counts: Counter[int] = Counter()
        states: dict[int, Sequence[str]] = {}
        told = {row["verdicts"]: row["states"] for row in framework["rows"]}
        for one in self._entries:
            if id in (HOUSE, *one["frameworks"]):
                number = numbers[one["verdicts"]]
                counts[number] += 1
                states[number] = told[one["verdicts"]]
        rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        controls = []
        for place, control in enumerate(framework["controls"]):
            stands: Counter[str] = Counter()
            for number, count in rows:
                stands[states[number][place]] += count
            controls.append({**control, "states": dict(sorted(stands.items()))})
        return {
            **framework,
            "tenants": counts.total(),
            "controls": controls,
            "rows": [{"verdicts": number, "tenants": count, "states": states[number]} for number, count in rows],
        }

    def _failures(self) -> Iterator[dict[str, Any]]:
        """What was said of the tenants left; of rules about no single tenant, only where no tenant is asked for."""
        known = [one for one in self._report["failures"] if one["rule"] in self._rules]
        places = set(self._places()) if self._tenant else set()
        mine = [one for one in known if self._is_mine(one, places)]
        # what is missing stands nowhere: then whatever was said of several tenants may be meant
        told = {one["rule"] for one in mine}
        for one in known:
            if one in mine or (one["tenants"] > 1 and one["rule"] not in told and self._breaking(one["rule"])):
                count = len(self._breaking(one["rule"])) if one["tenants"] > 1 else one["tenants"]
                yield self._told(one) | {"tenants": min(one["tenants"], count)}

    def _is_mine(self, one: Report, places: set[str]) -> bool:
        if "tenant" in one:
            return one["tenant"] in self._kept
        if not self._tenant:
            return not one["tenants"] or bool(self._breaking(one["rule"]))
        return bool(self._breaking(one["rule"])) and not places.isdisjoint(map(_place, one["spans"]))

    def _breaking(self, rule: str) -> set[str]:
        broken = {at for at, one in self._sets.items() if any(rule in one.get(word, ()) for word in _BROKEN)}
        return {one["id"] for one in self._entries if one["verdicts"] in broken}

    def _places(self) -> Iterator[str]:
        """Where the settings of the tenants left are said."""
        for one in self._entries:
            sections = () if one["stack"] == UNKNOWN else self._report["stacks"][one["stack"]]
            for settings in (one["own"], *(self._report["sections"][at] for at in sections)):
                yield from (said["at"] for said in settings.values() if "at" in said)

    def _waivers(self) -> Iterator[dict[str, Any]]:
        for one in self._report["waivers"]:
            tenants = [id for id in one["tenants"] if id in self._kept]
            if tenants and one["rule"] in self._rules:
                uses = sum(self._uses(one, entry) for entry in self._entries)
                yield self._clean(one, "reason", "at") | {"tenants": tenants, "uses": uses}

    def _uses(self, waiver: Report, entry: Report) -> bool:
        here = not waiver["environments"] or entry["environment"] in waiver["environments"]
        words = self._sets.get(entry["verdicts"], {})
        return entry["id"] in waiver["tenants"] and here and waiver["rule"] in words.get("waived", ())

    def _contradictions(self) -> Iterator[dict[str, Any]]:
        """Those that stand in what tenants share, or with a tenant that is left."""
        mine = {_file(one["spec"]) for one in self._entries if "spec" in one}
        foreign = {_file(one["spec"]) for one in self._report["tenants"] if "spec" in one} - mine
        for one in self._report["contradictions"]:
            if foreign.isdisjoint(place["path"] for place in one["spans"]):
                yield self._told(one)

    def _changes(self, changes: Report, cited: set[str]) -> dict[str, Any]:
        """Of inputs only those that the narrowed report speaks of: another's file may be called as its tenant is."""
        turns = None
        if changes["verdicts"] is not None:
            kept = [
                {**one, "tenants": [pair for pair in one["tenants"] if pair[0] in self._kept]}
                for one in changes["verdicts"]
                if not self._is_one or one["rule"] in self._rules
            ]
            turns = [one for one in kept if one["tenants"]]
        return {
            **changes,
            "inputs": {how: [path for path in paths if path in cited] for how, paths in changes["inputs"].items()},
            "tenants": {how: [id for id in ids if id in self._kept] for how, ids in changes["tenants"].items()},
            "verdicts": turns,
        }

    def _told(self, one: Report) -> dict[str, Any]:
        """A diagnostic in which no other tenant is named."""
        return self._clean(one, "message", "help") | {"spans": [self._clean(place, "label") for place in one["spans"]]}

    def _clean(self, one: Report, *texts: str) -> dict[str, Any]:
        return {**one, **{name: _WORD.sub(self._masked, one[name]) for name in texts}}

    def _masked(self, word: re.Match[str]) -> str:
        return "(another tenant)" if word[0] in self._others else word[0]


def mentions(text: str, tenants: Collection[str]) -> bool:
    """Whether a text holds one of these ids as a word."""
    return any(word in tenants for word in _WORD.findall(text))


def ids(report: Report) -> set[str]:
    """Every tenant that a report names."""
    found = {one["id"] for one in report["tenants"]}
    found |= {one["tenant"] for what in ("held", "removed") for one in report[what]}
    found |= {id for one in report["waivers"] for id in one["tenants"]}
    return found.union(*(report["changes"] or {"tenants": {}})["tenants"].values())


def _cited(report: Report) -> Iterator[str]:
    """The files of which a report says that something stands there."""
    yield from (_file(one["at"]) for what in ("waivers", "settled") for one in report[what])
    yield from (_file(one["at"]) for one in report["rules"].values())
    told = (*report["failures"], *report["contradictions"])
    yield from (place["path"] for one in told for place in one["spans"])
    yield from (_file(one["spec"]) for one in report["tenants"] if "spec" in one)
    for settings in (*report["sections"], *(one["own"] for one in report["tenants"])):
        yield from (_file(at) for said in settings.values() for at in _ats(said))


def _lines(report: Report) -> Iterator[str]:
    """The lines, as `path:line`, of what a report says is broken, waived or a tenant's own."""
    yield from (f"{span['path']}:{span['line']}" for one in report["failures"] for span in one["spans"])
    own = (said["at"] for one in report["tenants"] for said in one["own"].values() if "at" in said)
    yield from (at.rpartition(":")[0] for at in (*(one["at"] for one in report["waivers"]), *own))


def _ats(said: Report) -> Iterator[str]:
    for one in (said, *said.get("over", ())):
        if "at" in one:
            yield one["at"]


def _file(at: str) -> str:
    return _PLACE.sub("", at)


def _place(span: Report) -> str:
    return f"{span['path']}:{span['line']}:{span['column']}"


def _frozen(by_word: Mapping[str, Iterable[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((word, tuple(rules)) for word, rules in by_word.items())
