"""What a build has otherwise than the one before it, as its reports tell."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from tenantc.audit.report.records import UNKNOWN, Records, words

# the verdicts of a rule before and after
Turn = tuple[str, str, str]


def turns(earlier: Mapping[str, Any], records: Records) -> list[dict[str, Any]]:
    """The rules that came out otherwise than before, and for whom; who was not judged then or now is left out."""
    before = [dict(words(found)) for found in earlier["verdicts"]]
    after = [dict(found) for found in records.verdicts]
    known: dict[tuple[int, int], list[Turn]] = {}
    found: dict[Turn, list[list[str]]] = {}
    for entry in earlier["tenants"]:
        record = records.all.get((entry["id"], entry["environment"]))
        if record is None or UNKNOWN in (record.verdicts, entry["verdicts"]):
            continue
        pair = entry["verdicts"], record.verdicts
        if pair not in known:
            known[pair] = _differences(before[pair[0]], after[pair[1]])
        for turn in known[pair]:
            found.setdefault(turn, []).append([record.tenant, record.environment])
    return [
        {"rule": rule, "from": was, "to": now, "tenants": sorted(tenants)}
        for (rule, was, now), tenants in sorted(found.items())
    ]


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[Turn]:
    rules = sorted({*before, *after})
    pairs = ((rule, before.get(rule, ""), after.get(rule, "")) for rule in rules)
    return [turn for turn in pairs if turn[1] != turn[2]]


def inputs(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    """The input files that came, went, or have other bytes, by their digests."""
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "changed": sorted(path for path in after.keys() & before.keys() if after[path] != before[path]),
    }


def tenants(before: Collection[str], after: Collection[str], changed: Collection[str]) -> dict[str, list[str]]:
    """The tenants that came, went, or have other artifacts."""
    return {
        "added": sorted({*after}.difference(before)),
        "removed": sorted({*before}.difference(after)),
        "changed": sorted(changed),
    }
