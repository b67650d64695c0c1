"""The next day on which a build may come out otherwise, though nobody changes a file.

What rules over the fleet make of the day is not among it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from tenantc.judge.turns import Turns, day_after
from tenantc.model.layer import Definition
from tenantc.model.rule import Rule
from tenantc.model.spec import HOUSE, Evidence, Framework, Waiver


class Boundaries:
    """The earliest day after `as_of` of which it was told, and what changes then."""

    def __init__(self, as_of: str) -> None:
        self._as_of = as_of
        self.day = ""
        self._changes: set[str] = set()

    @property
    def changes(self) -> list[str]:
        return sorted(self._changes)

    def shared(
        self,
        rules: Iterable[Rule],
        policies: Iterable[Framework],
        waivers: Iterable[Waiver],
        evidence: Iterable[Evidence],
        standings: Collection[tuple[tuple[str, ...], str]],
        turns: Turns | None,
    ) -> None:
        """Takes in waivers, evidence, turns, and rules and policies as far as they are for somebody of these."""
        concerned = [rule for rule in rules if _concerns(rule, standings)]
        known = {HOUSE}.union(*(frameworks for frameworks, _ in standings))
        held = [policy for policy in policies if policy.name in known]
        for day, change in (*_rules(concerned), *_policies(held), *_waivers(waivers), *_evidence(evidence)):
            self._note(day, change)
        if turns is not None:
            for rule in turns.rules:
                self._note(turns.day, f"rule `{rule}` may come out otherwise")

    def overrides(self, definitions: Iterable[Definition], whose: str) -> None:
        """Takes in what a document sets until some day."""
        for one in definitions:
            if one.until is not None:
                self._note(day_after(one.until), f"{whose} no longer sets `{one.path}`")

    def _note(self, day: str, change: str) -> None:
        if day <= self._as_of or (self.day and day > self.day):
            return
        if day != self.day:
            self.day = day
            self._changes.clear()
        self._changes.add(change)


def _concerns(rule: Rule, standings: Iterable[tuple[tuple[str, ...], str]]) -> bool:
    return rule.applies is None or any(rule.applies.holds(*standing) for standing in standings)


def _rules(rules: Iterable[Rule]) -> Iterator[tuple[str, str]]:
    for rule in rules:
        if rule.effective:
            yield rule.effective, f"rule `{rule.id}` comes into force"
        if rule.until:
            yield day_after(rule.until), f"rule `{rule.id}` is no longer in force"


def _policies(policies: Iterable[Framework]) -> Iterator[tuple[str, str]]:
    for policy in policies:
        for one in policy.enforce:
            if one.start:
                yield one.start, f"policy `{policy.name}` holds `{one.rule}` at `{one.level}`"
            if one.until:
                yield day_after(one.until), f"policy `{policy.name}` no longer holds `{one.rule}` at `{one.level}`"


def _waivers(waivers: Iterable[Waiver]) -> Iterator[tuple[str, str]]:
    for waiver in waivers:
        yield day_after(waiver.until), f"a waiver of `{waiver.rule.name}` has ended"


def _evidence(evidence: Iterable[Evidence]) -> Iterator[tuple[str, str]]:
    for one in evidence:
        yield day_after(one.until), f"evidence for `{one.framework.name} {one.control.name}` has ended"
