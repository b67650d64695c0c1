"""Lets blocked tenants ship in an incident: what they break is waived for a week, and reports show that in red."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tenantc.diagnostics.diagnostic import has_errors
from tenantc.driver import baseline
from tenantc.driver.pipeline import Pipeline
from tenantc.model.spec import Waiver
from tenantc.model.verdict import Strictness

FILE = "waivers/break-glass.yaml"
_HEAD = b"# What blocked tenants were shipped with in an incident. Mend it, or have it waived as any other rule is.\n"
_BROKEN = "T530"
# long enough to mend a setting, too short to live with
_DAYS = 7


def break_glass(
    pipeline: Pipeline, tenants: Collection[str], fail_on: Strictness, approver: str, reason: str
) -> baseline.Failures:
    """What keeps these tenants from being shipped, all of which is waived from now on, unless some of it can't be.

    Waivers of an earlier incident that still hold for others stay in the file. Nothing is waived where something else
    is wrong, too: the tenants would not ship all the same.
    """
    specs, wrong = pipeline.workspace.find(tenants)
    said = [*pipeline.shared(), *wrong, *(one for spec in specs for one in pipeline.tenant(spec).diagnostics)]
    if has_errors(one for one in said if one.code != _BROKEN):
        return baseline.Failures((), ())
    found = baseline.failures(pipeline, fail_on, specs, FILE)
    if found.waivable and not found.refused:
        until = (date.fromisoformat(pipeline.as_of) + timedelta(days=_DAYS)).isoformat()
        kept = [_entry(one, left) for one in broken(pipeline.workspace.waivers) if (left := _others(one, tenants))]
        kept = [one for one in kept if one["until"] >= pipeline.as_of]
        made = baseline.entries(found.waivable, baseline.Approval(approver, until, reason))
        baseline.put(Path(pipeline.workspace.root) / FILE, _HEAD, [*kept, *made])
    return found


def broken(waivers: Iterable[Waiver]) -> list[Waiver]:
    """The waivers that an incident brought about."""
    return [one for one in waivers if one.rule.span.path == FILE]


def _others(waiver: Waiver, tenants: Collection[str]) -> list[str]:
    return [one.name for one in waiver.tenants if one.name not in tenants]


def _entry(waiver: Waiver, tenants: list[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {"rule": waiver.rule.name, "tenants": tenants}
    entry |= {"environments": [one.name for one in waiver.environments]} if waiver.environments else {}
    entry |= {"items": list(waiver.items)} if waiver.items else {}
    entry |= {} if waiver.up_to is None else {"up_to": waiver.up_to}
    return entry | {"until": waiver.until, "reason": waiver.reason, "approver": waiver.approver}
