"""Hardening and judging in a workspace: what the pipeline asks the rules for."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose, has_errors
from tenantc.driver.stacks import Settled, StackMemory
from tenantc.driver.workspace import Workspace
from tenantc.judge.court import Court
from tenantc.judge.evidence import broken
from tenantc.judge.judging import broken_clauses
from tenantc.judge.regime import Regime
from tenantc.judge.subject import Subject
from tenantc.judge.waivers import Waivers
from tenantc.model.checked import Checked
from tenantc.model.identity import Identity
from tenantc.model.judged import Judged
from tenantc.model.layer import Definition
from tenantc.model.resolved import Resolved
from tenantc.model.settings import Settings
from tenantc.model.spec import Waiver
from tenantc.model.stack import Stack
from tenantc.model.verdict import BROKEN, WAIVABLE, Answer, Strictness, Verdict
from tenantc.resolve.extend import Addition, extend
from tenantc.source.frozen import Frozen, field, replace
from tenantc.source.memo import Kept, Memo
from tenantc.source.path import Path, child
from tenantc.source.value import Value

# what stands for a tenant in what is said once for all of those that inherit it
_ANYBODY = dict.fromkeys(Identity, "*")


class Hardened(Frozen):
    """A stack as it is inherited, and as the remedies of the rules leave it; contradictions among them in between.

    `tier` is what its tier gives. `verdicts` are those on the hardened settings, `broken` the rules among them that
    are, `told` what was said of these, and `own` the verdicts that come out otherwise for a tenant's situation. `whole`
    holds what verdicts of a tenant's own come to, with the stack's: all of them, and which rules are broken.
    """

    inherited: Resolved
    resolved: Resolved
    tier: Settings
    contradictions: tuple[Diagnostic, ...]
    verdicts: dict[str, Verdict]
    broken: list[str]
    told: dict[str, Diagnostic] = field(default_factory=dict)
    own: Memo[tuple[Value | None, ...], dict[str, Verdict]] = field(default_factory=lambda: Memo(64))
    whole: Kept[tuple[dict[str, Verdict], list[str]]] = field(default_factory=lambda: Kept(64))


class Judgement:
    """Judges tenants as of one day; to break a rule that is held as strictly as `fail_on`, or more, is an error."""

    def __init__(self, workspace: Workspace, as_of: str, fail_on: Strictness) -> None:
        self._schema = workspace.documents.schema
        self._as_of = as_of
        self._fail_on = fail_on
        self.court = Court(workspace.rules, workspace.documents.frameworks, self._schema, as_of, workspace.columns)
        self.waivers = Waivers(workspace.waivers, self.court.rules, as_of)
        # verdicts that come out alike are one mapping, so which one it is says what is written of them
        self._alike: Kept[dict[str, Verdict]] = Kept(64)
        # what earlier runs settled, for whoever checks few tenants and puts it here
        self.memory: StackMemory | None = None
        # what is broken with leave, and whose; kept for whoever puts a mapping here, since to word it takes time
        self.excused: dict[Diagnostic, Waiver | str] | None = None

    def shared(self) -> tuple[Diagnostic, ...]:
        """What is wrong with the rules, policies and waivers by themselves."""
        return (*self.court.diagnostics, *self.waivers.diagnostics)

    def harden(self, stack: Stack, inherited: Resolved, tier: Settings) -> Hardened:
        """A stack with the remedies of its rules on top, stratum by stratum."""
        settled = self.memory.get(stack.key) if self.memory is not None else None
        if settled is None:
            settled = self._settled(stack, inherited, tier)
            if self.memory is not None:
                self.memory.put(stack.key, settled)
        resolved = self._extended(inherited, settled.written)
        verdicts = self._once({one.rule: self.court.once(one) for one in settled.verdicts})
        broken = [id for id, verdict in verdicts.items() if verdict.answer in BROKEN]
        return Hardened(inherited, resolved, tier, settled.contradictions, verdicts, broken)

    def _settled(self, stack: Stack, inherited: Resolved, tier: Settings) -> Settled:
        written, contradictions, resolved = self.court.harden(inherited, tier, stack, self._extended)
        subject = self.court.subject(self.court.sections(resolved, stack), tier)
        verdicts = tuple(self.court.verdicts(subject, stack).values())
        return Settled(written, contradictions, verdicts)

    def _extended(self, inherited: Resolved, written: tuple[Definition, ...]) -> Resolved:
        return extend(inherited, Addition(written), self._schema, self._as_of) if written else inherited

    def judge(self, checked: Checked, stack: Hardened, tier: Settings) -> Outcome[Judged | None]:
        """The verdicts on a tenant; None if one of them, or a contradiction, keeps it from being emitted."""
        subject = self.subject(checked, tier)
        verdicts, broken = self._verdicts(checked, stack, subject)
        regime = self.court.regime(checked.linked.stack.frameworks)
        waived = self._waived(checked, verdicts, broken, regime, subject)
        diagnostics = [*stack.contradictions, *regime.diagnostics]
        for id in broken:
            if id in waived and self.excused is None:
                continue
            is_inherited = verdicts[id] is stack.verdicts[id]
            told = self._told(verdicts[id], is_inherited, stack, subject, checked, regime)
            if id not in waived:
                diagnostics.append(told)
            elif self.excused is not None:
                self.excused[told] = waived[id]
        if has_errors(diagnostics):
            return Outcome(None, tuple(diagnostics))
        return Outcome(Judged(checked, _with_leave(verdicts, waived), waived), tuple(diagnostics))

    def verdicts(self, checked: Checked, stack: Hardened, tier: Settings) -> Mapping[str, Verdict]:
        """The verdicts on a tenant, whether or not it may be emitted."""
        subject = self.subject(checked, tier)
        verdicts, broken = self._verdicts(checked, stack, subject)
        regime = self.court.regime(checked.linked.stack.frameworks)
        return _with_leave(verdicts, self._waived(checked, verdicts, broken, regime, subject))

    def count(self, checked: Checked, tier: Settings) -> None:
        """Takes a tenant into what rules over the fleet know."""
        if self.court.fleet:
            linked, standing = checked.linked, self.court.standing(checked.linked.stack)
            spec = linked.spec
            self.court.fleet.add(self.subject(checked, tier), standing, linked.environment, spec.tenant_id, spec.span)

    def fleet(self, missing: str) -> list[Diagnostic]:
        """What comes of the rules over the fleet; T533 if `missing` says why the fleet is not all there."""
        if missing and self.court.fleet:
            return [diagnose("T533", problem=missing)]
        return list(self.court.fleet.diagnostics(self._schema, self._fail_on))

    def broken(self, checked: Checked, stack: Hardened, tier: Settings) -> dict[str, Verdict]:
        """The rules that a tenant breaks, whether or not a waiver lets it."""
        verdicts, broken = self._verdicts(checked, stack, self.subject(checked, tier))
        return {id: verdicts[id] for id in broken}

    def subject(self, checked: Checked, tier: Settings) -> Subject:
        """A tenant as rules read it."""
        return self.court.subject(checked.resolved.settings.sections, tier, _waiver_facts(self._waivers(checked)))

    def _waivers(self, checked: Checked) -> dict[str, tuple[Waiver, ...]]:
        return self.waivers.of(checked.linked.spec.tenant_id, checked.linked.environment)

    def _verdicts(self, checked: Checked, stack: Hardened, subject: Subject) -> tuple[dict[str, Verdict], list[str]]:
        """The verdicts on a tenant, and which of them are broken rules. Most come out as the stack's, and are those."""
        sections = checked.resolved.settings.sections
        affected = self.court.affected(stack.resolved.settings.sections, sections)
        if self._waivers(checked):
            affected |= self.court.own_waivers
        fresh = dict(self._own(checked, stack, subject))
        if affected:
            fresh |= self.court.verdicts(subject, checked.linked.stack, affected)
        fresh = {id: verdict for id, verdict in fresh.items() if verdict is not stack.verdicts[id]}
        if not fresh:
            return stack.verdicts, stack.broken
        known = stack.whole.get(*fresh.values())
        if known is None:
            broken = [id for id in stack.broken if id not in fresh]
            broken += [id for id, verdict in fresh.items() if verdict.answer in BROKEN]
            whole = self._once({**stack.verdicts, **fresh}), sorted(broken)
            known = stack.whole.put(whole, *fresh.values())
        return known

    def _once(self, verdicts: dict[str, Verdict]) -> dict[str, Verdict]:
        known = self._alike.get(*verdicts.values())
        return known if known is not None else self._alike.put(verdicts, *verdicts.values())

    def _own(self, checked: Checked, stack: Hardened, subject: Subject) -> dict[str, Verdict]:
        """The verdicts on a stack's settings for a tenant in this situation, where they depend on that."""
        situation = self.court.situation(subject)
        known = stack.own.get(situation)
        if known is None:
            whose = checked.resolved.settings.sections
            sections = {**stack.resolved.settings.sections, **{name: whose[name] for name in ("tenant", "deployment")}}
            alike = self.court.subject(sections, stack.tier)
            verdicts = self.court.verdicts(alike, checked.linked.stack, self.court.own)
            known = {id: verdict for id, verdict in verdicts.items() if verdict is not stack.verdicts[id]}
            stack.own.put(situation, known)
        return known

    def _waived(
        self,
        checked: Checked,
        verdicts: Mapping[str, Verdict],
        broken: list[str],
        regime: Regime,
        subject: Subject,
    ) -> dict[str, Waiver | str]:
        """The broken rules that do not count, each with the reason."""
        waivers = self._waivers(checked)
        found: dict[str, Waiver | str] = {}
        for id in broken:
            excuse = self._excuse(verdicts[id], waivers.get(id, ()), verdicts, regime, subject, checked.linked.stack)
            if excuse is not None:
                found[id] = excuse
        return found

    def _excuse(
        self,
        verdict: Verdict,
        waivers: tuple[Waiver, ...],
        verdicts: Mapping[str, Verdict],
        regime: Regime,
        subject: Subject,
        stack: Stack,
    ) -> Waiver | str | None:
        """Why a broken rule does not count: a waiver that covers it, or another rule that a policy prefers."""
        if verdict.answer not in WAIVABLE:
            return None
        rule, function, params, _ = regime.by_id[verdict.rule]
        clauses = broken_clauses(rule, function, params, subject, self.court.standing(stack)) if waivers else []
        waiver = self.waivers.covering(waivers, clauses, subject, params)
        if waiver is not None:
            return waiver
        for pair, winner in regime.preferred.items():
            other = verdicts.get(winner)
            if verdict.rule in pair - {winner} and other is not None and other.answer is not Answer.NOT_APPLICABLE:
                return f"a policy prefers {winner}"
        return None

    def _told(
        self,
        verdict: Verdict,
        is_inherited: bool,
        stack: Hardened,
        subject: Subject,
        checked: Checked,
        regime: Regime,
    ) -> Diagnostic:
        """What is said of a broken rule; once for all tenants that inherit it as it is."""
        known = stack.told.get(verdict.rule)
        is_shared = is_inherited and verdict.rule not in self._touched(checked, stack)
        if known is not None and is_shared:
            return known
        armed, linked, resolved = regime.by_id[verdict.rule], checked.linked, checked.resolved
        spec = linked.spec
        identity = {
            Identity.ID: spec.tenant_id,
            Identity.NAME: spec.tenant_name,
            Identity.OWNER_EMAIL: spec.owner_email,
        }
        found = broken(armed, verdict, subject, resolved, linked.stack.required, self._fail_on, identity)
        # what comes out as the stack does is the tenant's own doing if something of it stands in its file
        if not is_inherited or any(blame.span.path == spec.span.path for blame in found.blames):
            return found
        if known is None:
            known = broken(armed, verdict, subject, resolved, linked.stack.required, self._fail_on, _ANYBODY)
            stack.told[verdict.rule] = known
        return known

    def _touched(self, checked: Checked, stack: Hardened) -> set[str]:
        """The rules that read what a tenant has otherwise than its stack."""
        return self.court.affected(stack.resolved.settings.sections, checked.resolved.settings.sections)


def _with_leave(verdicts: dict[str, Verdict], waived: Mapping[str, Waiver | str]) -> Mapping[str, Verdict]:
    if not waived:
        return verdicts
    return {**verdicts, **{id: replace(verdicts[id], answer=Answer.WAIVED) for id in waived}}


def _waiver_facts(waivers: Mapping[str, tuple[Waiver, ...]]) -> dict[Path, Value]:
    found: dict[Path, Value] = {}
    for rule, (waiver, *_) in waivers.items():
        at = child("waivers", rule)
        found |= {f"{at}.until": waiver.until, f"{at}.reason": waiver.reason, f"{at}.approver": waiver.approver}
    return found
