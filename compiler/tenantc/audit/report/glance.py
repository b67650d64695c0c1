"""What report.html shows at a glance: the head of report.json in groups that have a bound, and its charts' measures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tenantc.audit.report.posture import State
from tenantc.model.rule import Weight
from tenantc.model.spec import SOON

_STATES: Final = tuple(state.value for state in State)
_FAILING, _UNJUDGED = State.FAILING.value, State.UNJUDGED.value
_WEIGHTS: Final = tuple(weight.value for weight in Weight)
# states in which nobody showed that a control holds
_UNCHECKED: Final = (_UNJUDGED, State.EVIDENCE.value, State.OPEN.value, State.VACUOUS.value)
# as much of a list as a page shows at once; the rest is counted
_RULES, _EACH, _ROWS, _LINES, _NAMES, _FEW = 25, 2, 12, 60, 12, 3
# the least share of a bar, so that one of 10 000 is seen
_LEAST: Final = 0.02
# how wide a letter of a control's id is, in CSS pixels
_LETTER: Final = 6.4


def glance(head: Mapping[str, Any]) -> dict[str, Any]:
    """What the page's template is made with: the head of report.json, and what is counted, grouped and drawn of it."""
    frameworks = [_framework(one) for one in head["frameworks"]]
    failures = _failures(head["failures"], head["rules"])
    waivers = [one | {"when": _when(one), "share": _days_share(one["days"])} for one in head["waivers"]]
    unchecked = Counter[str]()
    for one in frameworks:
        unchecked.update({state: count for state, count in one["worst"] if state in _UNCHECKED})
    return {
        "head": head,
        "states": _STATES,
        "soon": SOON,
        "frameworks": frameworks,
        "failures": _first(failures, _RULES),
        "broken": Counter(one["weight"] for one in failures),
        "weights": _WEIGHTS,
        "waivers": _first(sorted(waivers, key=_urgency), _LINES),
        "waiver_counts": Counter(one["when"] for one in waivers),
        "waivers_used": sum(one["uses"] > 0 for one in waivers),
        "unchecked": unchecked,
        "glass": [one for one in waivers if one["glass"] and one["days"] >= 0],
        "evidence": _first([one | {"when": _counts(one)} for one in head["evidence"]], _LINES),
        "stale": _first([one for one in head["evidence"] if _counts(one) != "later"], _FEW),
        "blame": head.get("blame", {}),
        "contradictions": _first(head["contradictions"], _LINES),
        "settled": _first(head["settled"], _LINES),
        "held": _first(head["held"], _LINES),
        "removed": _first(head["removed"], _LINES),
        "changes": _changes(head["changes"]),
        "wide": [rule for rule, word in head["wide"].items() if word == "fail"],
    }


def _first(items: Sequence[Any], most: int) -> dict[str, Any]:
    """The beginning of a list, and how many more there are."""
    return {"items": items[:most], "more": max(0, len(items) - most), "total": len(items)}


def _framework(framework: Mapping[str, Any]) -> dict[str, Any]:
    controls = []
    worst = Counter[str]()
    for control in framework["controls"]:
        states = _in_order(control["states"])
        # where somebody held is not judged, each control is not: that would hide how it stands for all others
        worst[next((state for state, _ in states if state != _UNJUDGED), _UNJUDGED)] += 1
        controls.append({**control, "states": states, "bar": _bar(states)})
    rows = [{**one, "at": at, "counts": _in_order(Counter(one["states"]))} for at, one in _telling(framework["rows"])]

    def reach(state: str) -> int:
        return sum(one["tenants"] for one in framework["rows"] if state in one["states"])

    ordered = _in_order(worst)
    longest = max((len(one["id"]) for one in controls), default=0)
    return {
        **framework,
        "controls": controls,
        "worst": ordered,
        "bar": _bar(ordered),
        # what the ids above a heat map need, which slant
        "height": round(longest * _LETTER * 0.82) + 10,
        "overhang": round(longest * _LETTER * 0.58) + 4,
        "failing": reach(_FAILING),
        "unjudged": reach(_UNJUDGED),
        "rows": {"items": rows, "more": len(framework["rows"]) - len(rows), "total": len(framework["rows"])},
    }


def _telling(rows: Sequence[Mapping[str, Any]]) -> list[tuple[int, Mapping[str, Any]]]:
    """The most numerous of a heat map's rows with their numbers, and the most numerous in which something fails."""
    numbered = list(enumerate(rows))
    first, rest = numbered[: _ROWS // 2], numbered[_ROWS // 2 :]
    rest.sort(key=lambda pair: _FAILING not in pair[1]["states"])
    return first + rest[: _ROWS - len(first)]


def _in_order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return [(state, counts[state]) for state in _STATES if counts.get(state)]


def _bar(counts: Iterable[tuple[str, int]]) -> list[tuple[str, float, float]]:
    """Where the parts of a bar begin and how long they are, in percent; a small one is drawn longer than it is."""
    parts = list(counts)
    total = sum(count for _, count in parts)
    lengths = [max(count / total, _LEAST) for _, count in parts]
    scale = 100 / sum(lengths) if lengths else 0
    found, at = [], 0.0
    for (state, _), length in zip(parts, lengths, strict=True):
        found.append((state, round(at, 2), round(length * scale, 2)))
        at += length * scale
    return found


def _failures(failures: Iterable[Mapping[str, Any]], rules: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What was said of each broken rule, the worst rule first, as report.json orders them."""
    by_rule: dict[str, list[Mapping[str, Any]]] = {}
    for one in failures:
        by_rule.setdefault(one["rule"], []).append(one)
    found = [
        {
            "rule": rule,
            "weight": said[0]["weight"],
            **{key: rules[rule][key] for key in ("title", "because", "at", "controls")},
            "said": _first(said, _EACH),
            "reach": sum(one["tenants"] for one in said),
        }
        for rule, said in by_rule.items()
    ]
    return sorted(found, key=lambda one: (_WEIGHTS.index(one["weight"]), -one["reach"]))


def _when(waiver: Mapping[str, Any]) -> str:
    if waiver["days"] < 0:
        return "ended"
    if not waiver["uses"]:
        return "unused"
    return "soon" if waiver["days"] <= SOON else "later"


def _counts(evidence: Mapping[str, Any]) -> str:
    """When what was shown for a control ends to count."""
    if not evidence["counts"]:
        return "ended"
    return "soon" if evidence["days"] <= SOON else "later"


def _urgency(waiver: Mapping[str, Any]) -> tuple[str, str]:
    return waiver["until"], waiver["rule"]


def _days_share(days: int) -> float:
    """The length of a waiver's bar in percent: what is left of it, up to a year."""
    return round(min(max(days, 0), 365) / 3.65, 1)


def _changes(changes: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if changes is None:
        return None
    turns = changes["verdicts"]
    return {
        "since": changes["since"],
        **{
            name: {key: _first(changes[name][key], _NAMES) for key in ("added", "removed", "changed")}
            for name in ("inputs", "tenants")
        },
        "verdicts": None
        if turns is None
        else _first([one | {"tenants": _first(one["tenants"], _EACH)} for one in sorted(turns, key=_worse)], _LINES),
    }


def _worse(turn: Mapping[str, Any]) -> tuple[bool, int, str]:
    return turn["to"] not in ("fail", "missing", "error"), -len(turn["tenants"]), turn["rule"]
