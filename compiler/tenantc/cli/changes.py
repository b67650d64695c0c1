"""What `tenantc diff` prints."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.diagnostics.markdown import span
from tenantc.diagnostics.render import as_json, in_order, printable, short
from tenantc.driver.difference import Change, Difference, Group, Uncompiled
from tenantc.driver.version import Version
from tenantc.source.frozen import values
from tenantc.source.value import Record, Value, plain, show

Versions = tuple[Version, Version]

# tenants named in a line, characters of a value, characters of a comment (GitHub takes 65 536)
_NAMED = 10
_WIDEST = 120
_COMMENT = 60_000


class _Item(NamedTuple):
    """A change in one line, and what is to be said about it below."""

    head: str
    lines: tuple[str, ...]


def human(difference: Difference, versions: Versions, max_blast: int | None) -> Iterator[str]:
    """The difference for a terminal, line by line."""
    before, after = (version.source.name for version in versions)
    yield printable(f"{before} → {after}: {_summary(difference, max_blast)}")
    for title, items in _parts(difference, versions, printable):
        yield f"\n{title}"
        for item in items:
            yield f"  {item.head}"
            yield from (f"    {line}" for line in item.lines)


def markdown(difference: Difference, versions: Versions, max_blast: int | None) -> Iterator[str]:
    """The difference as a comment on a pull request: what users wrote stands in code spans, where it does nothing."""
    before, after = (version.source.name for version in versions)
    yield f"### {span(before)} → {span(after)}\n"
    yield f"{_summary(difference, max_blast)}."
    left = _COMMENT
    omitted = 0
    for title, items in _parts(difference, versions, span):
        texts = ["\n".join([f"- {item.head}", *(f"  - {line}" for line in item.lines)]) for item in items]
        if left > 0:
            yield f"\n#### {title[0].upper()}{title[1:]}\n"
        for text in texts:
            left -= len(text) + 1
            if left > 0:
                yield text
            else:
                omitted += 1
    if omitted:
        yield f"\n… and {omitted} more: `tenantc diff --format json` has all of them."


def as_document(difference: Difference, versions: Versions, max_blast: int | None) -> dict[str, Any]:
    """The difference as JSON (schemas/cli/diff.json)."""
    before, after = versions
    found: dict[str, Any] = {
        "version": 1,
        "before": _version(before, difference.counts[0]),
        "after": _version(after, difference.counts[1]),
        "reached": sorted(difference.reached),
        "added": [dict(values(one)) | {"frameworks": list(one.frameworks)} for one in difference.added],
        "removed": list(difference.removed),
        "uncompiled": [
            {
                "tenants": list(one.tenants),
                "before": [as_json(error, before.source.prefix) for error in in_order(one.before)],
                "after": [as_json(error, after.source.prefix) for error in in_order(one.after)],
                "resolved": one.resolved,
                "unresolved": list(one.unresolved),
            }
            for one in difference.uncompiled
        ],
        "authority": [
            _group(one, {"kind": one.change.kind, "subject": one.change.subject}) for one in difference.authority
        ],
        "verdicts": [_group(one, {"rule": one.change.subject}) for one in difference.verdicts],
        "settings": [
            _group(one, {"path": one.change.subject}) | {"shielded": list(one.shielded)} for one in difference.settings
        ],
    }
    if max_blast is not None:
        found["max_blast"] = max_blast
    return found


def _version(version: Version, tenants: int) -> dict[str, Any]:
    found: dict[str, Any] = {"name": version.source.name}
    if version.source.commit:
        found["commit"] = version.source.commit
    if version.pipeline is not None:
        found |= {"as_of": version.pipeline.as_of, "tenants": tenants}
    return found | {"errors": [as_json(error, version.source.prefix) for error in in_order(version.errors)]}


def _group(group: Group, what: dict[str, Any]) -> dict[str, Any]:
    change = group.change
    if change.gained or change.lost:
        what |= {"added": plain(change.gained), "removed": plain(change.lost)}
    what |= {
        name: plain(value) for name, value in (("before", change.before), ("after", change.after)) if value is not None
    }
    return what | {"environments": list(group.environments), "tenants": list(group.tenants)}


def _summary(difference: Difference, max_blast: int | None) -> str:
    reached, total = len(difference.reached), difference.counts[0]
    failing = len({tenant for one in difference.uncompiled for tenant in one.tenants})
    parts = [f"{reached} of {total} tenant{'' if total == 1 else 's'} reached"]
    parts += [f"{len(difference.added)} new"] if difference.added else []
    parts += [f"{len(difference.removed)} gone"] if difference.removed else []
    parts += [f"{failing} {'does' if failing == 1 else 'do'} not compile"] if failing else []
    if max_blast is not None and reached > max_blast:
        parts.append(f"more than the {max_blast} that may be")
    return ", ".join(parts)


def _parts(
    difference: Difference, versions: Versions, code: Callable[[str], str]
) -> Iterator[tuple[str, Sequence[_Item]]]:
    """The parts of a report that have something in them; `code` writes what users wrote."""
    errors = [_Item(_error(one, version, code), ()) for version in versions for one in in_order(version.errors)]
    new = [_Item(f"{code(one.tenant)}: {code(', '.join((one.tier, *one.frameworks)))}", ()) for one in difference.added]
    gone = [_Item(code(tenant), ()) for tenant in difference.removed]
    failing = [_failing(one, versions, code) for one in difference.uncompiled]
    groups = (
        ("authority: who may do what, and what is required of whom", difference.authority),
        ("verdicts that flip", difference.verdicts),
        ("settings", difference.settings),
    )
    parts = [("wrong in what tenants share", errors), ("new", new), ("gone", gone), ("not compiled", failing)]
    parts += [(title, [_changed(one, code) for one in held]) for title, held in groups]
    return ((title, items) for title, items in parts if items)


def _error(error: Diagnostic, version: Version, code: Callable[[str], str]) -> str:
    return f"in {code(version.source.name)}: {code(short(error, version.source.prefix))}"


def _failing(one: Uncompiled, versions: Versions, code: Callable[[str], str]) -> _Item:
    lines = [
        _error(error, version, code)
        for version, errors in zip(versions, (one.before, one.after), strict=True)
        for error in in_order(errors)
    ]
    if not one.resolved:
        lines.append("nothing of it could be compared")
    elif one.unresolved:
        lines.append(f"not comparable: {_listed(one.unresolved, code)}")
    return _Item(_listed(one.tenants, code), tuple(lines))


def _changed(group: Group, code: Callable[[str], str]) -> _Item:
    change = group.change
    what = code(change.subject)
    if change.kind not in ("setting", "verdict"):
        what = f"{change.kind} {what}" if change.subject else change.kind
    where = f" in {_listed(group.environments, code)}" if group.environments else ""
    lines = [_counted(group.tenants, code)]
    if group.shielded:
        lines.append(f"shielded by an override of their own: {_counted(group.shielded, code)}")
    return _Item(f"{what}: {_values(change, code)}{where}", tuple(lines))


def _values(change: Change, code: Callable[[str], str]) -> str:
    """What a change does to a value; of a mapping that is there before and after, only what differs."""
    before, after = change.before, change.after
    if change.gained or change.lost:
        signs = (("+", change.gained), ("-", change.lost))
        return ", ".join(f"{sign} {code(_text(item))}" for sign, items in signs for item in items)
    if isinstance(before, Record) and isinstance(after, Record):
        names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return ", ".join(f"{name} {code(_text(before.get(name)))} → {code(_text(after.get(name)))}" for name in names)
    return f"{code(_text(before))} → {code(_text(after))}"


def _text(value: Value | None) -> str:
    if value is None:
        return "(absent)"
    text = show(value)
    if isinstance(value, tuple):
        text = f"[{', '.join(map(show, value))}]"
    elif isinstance(value, Record):
        text = ", ".join(f"{name}: {_text(item)}" for name, item in value.items())
    return text if len(text) <= _WIDEST else f"{text[:_WIDEST]}…"


def _counted(tenants: Sequence[str], code: Callable[[str], str]) -> str:
    if not tenants:
        return "no tenant"
    return f"{len(tenants)} tenant{'' if len(tenants) == 1 else 's'}: {_listed(tenants, code)}"


def _listed(names: Sequence[str], code: Callable[[str], str]) -> str:
    shown: Iterable[str] = map(code, names[:_NAMED])
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(shown)}{rest}"
