"""The report as a comment on a pull request: what blocks, what changed, which waivers end, how frameworks stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from tenantc.audit.report.posture import State
from tenantc.diagnostics.markdown import cell, span
from tenantc.model.spec import SOON

Report: TypeAlias = Mapping[str, Any]

# GitHub takes 65 536 characters of a comment: what a list may take of that, how many it shows, how many names in a line
_ROOM: Final = 10_000
_SHOWN: Final = 20
_NAMED: Final = 5
# characters of a text that somebody wrote
_WIDEST: Final = 240
_STATES: Final = tuple(State)


class _List(NamedTuple):
    """A part of the comment: a heading, a sentence, and items of one line each."""

    title: str
    items: Sequence[str]
    intro: str = ""


def comment(report: Report) -> str:
    """The comment; of report.json the tables of what tenants share and have are not read."""
    counts = report["counts"]
    told = [f"{_count(counts['tenants'], 'tenant')} as of {report['as_of']}"]
    told += [f"{counts[what]} {what}" for what in ("held", "removed") if counts[what]]
    told += ["only some of them compiled"] if report["partial"] else []
    lines = [f"### What was decided for the tenants of {_quoted(report['platform'])}", ""]
    lines.append(f"{', '.join(told)}.")
    for part in (_blocking(report), _changed(report), _waivers(report), _let_through(report)):
        lines += ["", f"#### {part.title}", *(["", part.intro] if part.intro else [])]
        lines += ["", *_fitting(part.items)] if part.items else []
    lines += ["", "#### How controls stand", "", *_posture(report["frameworks"])]
    return "\n".join(lines) + "\n"


def _fitting(items: Sequence[str], start: Sequence[str] = ()) -> Iterator[str]:
    """As many items as there is room for."""
    yield from start
    left, shown = _ROOM, 0
    for item in items[:_SHOWN]:
        left -= len(item) + 1
        if left < 0:
            break
        shown += 1
        yield item
    if shown < len(items):
        if start:
            yield ""
        yield f"{'' if start else '- '}… and {len(items) - shown} more: `audit/report.json` has all of them."


def _blocking(report: Report) -> _List:
    items = [f"- {_quoted(one['tenant'])} keeps what it had: {_quoted(one['reason'])}" for one in report["held"]]
    items += [_failure(one) for one in report["failures"] if one["severity"] == "error"]
    items += [f"- {_quoted(one['message'])}" for one in report["contradictions"]]
    return _List("What blocks", items, "" if items else "Nothing.")


def _let_through(report: Report) -> _List:
    items = [_failure(one) for one in report["failures"] if one["severity"] != "error"]
    return _List("Rules that are broken and block nobody", items, "" if items else "None.")


def _failure(one: Report) -> str:
    whose = _quoted(one["tenant"]) if "tenant" in one else _count(one["tenants"], "tenant")
    about = f", {whose}" if one["tenants"] else ""
    places = [_quoted("{path}:{line}".format_map(place)) for place in one["spans"][:1]]
    return f"- {_quoted(one['rule'])} ({one['weight']}{about}): {_quoted(one['message'])} {' '.join(places)}".rstrip()


def _changed(report: Report) -> _List:
    title = "What changed"
    changes = report["changes"]
    if changes is None:
        return _List(title, (), "There is no build before this one.")
    items = [_turn(one) for one in changes["verdicts"] or ()]
    for what, noun in (("tenants", "tenant"), ("inputs", "file")):
        for how in ("added", "changed", "removed"):
            names = changes[what][how]
            items += [f"- {_count(len(names), noun)} {how}: {_named(names)}"] if names else []
    since = f"Since the build of {changes['since']['as_of']}"
    missing = "; it has no report that its verdicts could be compared with" if changes["verdicts"] is None else ""
    return _List(title, items, f"{since}{missing}{':' if items else ': nothing.'}")


def _turn(one: Report) -> str:
    was, now = one["from"] or "no such rule", one["to"] or "no such rule"
    places = [name if where == "default" else f"{name} in {where}" for name, where in one["tenants"]]
    return f"- {_quoted(one['rule'])} turned from {was} to {now}: {_named(places)}"


def _waivers(report: Report) -> _List:
    ending = [one for one in report["waivers"] if one["days"] <= SOON]
    return _List(
        "Waivers that end soon", [_waiver(one) for one in ending], "" if ending else f"None within {SOON} days."
    )


def _waiver(one: Report) -> str:
    days = one["days"]
    when = f"ended on {one['until']}" if days < 0 else f"ends in {_count(days, 'day')}, on {one['until']}"
    uses = f"{one['uses']} in need of it" if one["uses"] else "nobody in need of it"
    return f"- {_quoted(one['rule'])} {when}, {uses}: {_named(one['tenants'])} ({_quoted(one['at'])})"


def _posture(frameworks: Sequence[Report]) -> Iterator[str]:
    if not frameworks:
        yield "No tenant is to meet a framework."
        return
    yield "Controls, each counted once: as it stands for the tenant for whom it stands worst."
    yield ""
    heads = ["framework", "tenants", *(state.value.replace("_", " ") for state in _STATES)]
    head = [f"| {' | '.join(heads)} |", f"|---|{'---:|' * (len(heads) - 1)}"]
    yield from _fitting([_row(one) for one in frameworks], head)


def _row(framework: Report) -> str:
    worst = Counter(next(state for state in _STATES if state.value in one["states"]) for one in framework["controls"])
    cells = [cell(framework["id"]), str(framework["tenants"]), *(str(worst[state]) for state in _STATES)]
    return f"| {' | '.join(cells)} |"


def _named(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(map(_quoted, names[:_NAMED]))}{rest}"


def _quoted(text: str) -> str:
    """What somebody wrote, in a code span: there it mentions nobody and links nowhere."""
    return span(text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…")


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
