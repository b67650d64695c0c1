"""Judges settings by the library's rules, explains verdicts, and says what would satisfy them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from tenantc.api.findings import Finding, findings
from tenantc.api.refusals import SettingsError, refusal
from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.driver.explanation import requirements
from tenantc.driver.rulebook import book, library_documents
from tenantc.judge.court import Court
from tenantc.judge.subject import Subject
from tenantc.link.stack import Linker
from tenantc.load.blocks import flatten
from tenantc.load.given import given
from tenantc.model.layer import Definition, Layer, LayerId, LayerKind, Named
from tenantc.model.resolved import Resolved
from tenantc.model.settings import Section, Settings
from tenantc.model.spec import Spec
from tenantc.model.stack import Stack
from tenantc.resolve.extend import Addition, empty, extend
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path
from tenantc.source.span import Span, whole
from tenantc.source.text import Text
from tenantc.source.value import Value, plain

_LAYER = LayerId(LayerKind.TENANT, "settings")


class Requirement(Frozen):
    """What a rule requires: where it says so, its parts with what they came to, and what is to be noted of them."""

    at: str
    values: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


class Explanation(Frozen):
    """A finding, with every requirement of the rule that is for such a tenant."""

    finding: Finding
    requirements: tuple[Requirement, ...]


class Satisfaction(Frozen):
    """What the remedies of the rules ask for: settings by their paths, what no remedy mends, and contradictions."""

    settings: Mapping[str, Any]
    remaining: tuple[Finding, ...]
    diagnostics: tuple[Diagnostic, ...]


class _Case(NamedTuple):
    """Settings as they are judged: on which stack, on top of what, and how they came out."""

    stack: Stack
    inherited: Resolved
    resolved: Resolved
    subject: Subject


class SecurityPolicyEngine:
    """Judges settings by the library's rules, without a workspace and without reading a file of anybody's.

    `as_of` is the day as of which it judges (YYYY-MM-DD, UTC), by default today.
    """

    def __init__(self, as_of: str | None = None) -> None:
        self.as_of = as_of or datetime.now(UTC).date().isoformat()
        self._documents = library_documents()
        self._schema = self._documents.schema
        held = book({}, self._documents, ())
        self._court = Court(held.rules, self._documents.frameworks, self._schema, self.as_of)
        self._linker = Linker(self._documents)

    def judge(
        self, settings: Mapping[str, Any], *, tier: str = "free", frameworks: Iterable[str] = ()
    ) -> tuple[Finding, ...]:
        """What comes of every rule for a tenant of this tier and these frameworks with these settings.

        `settings` is a mapping of JSON values, nested or with dotted keys as in `overrides:` of a spec, on top of what
        the tier gives; nothing is hardened. Raises SettingsError for one that is wrong, RefusedError for an unknown
        tier or framework.

        >>> from tenantc.api import SecurityPolicyEngine
        >>> engine = SecurityPolicyEngine(as_of="2026-11-01")
        >>> weak = {"security.password_policy.min_length": 8}
        >>> findings = {one.rule: one for one in engine.judge(weak, tier="professional", frameworks=["PCI DSS"])}
        >>> findings["password-min-length-pci"].verdict
        'fail'
        """
        return tuple(self._findings(self._case(settings, tier, frameworks)))

    def explain(
        self, rule: str, settings: Mapping[str, Any], *, tier: str = "free", frameworks: Iterable[str] = ()
    ) -> Explanation:
        """The verdict of one rule on such settings, and each part of what it requires with its value.

        Raises LookupError for an unknown rule, else as `judge`.

        >>> from tenantc.api import SecurityPolicyEngine
        >>> engine = SecurityPolicyEngine(as_of="2026-11-01")
        >>> weak = {"security.password_policy.min_length": 8}
        >>> told = engine.explain("password-min-length-pci", weak, frameworks=["PCI DSS"])
        >>> told.finding.help
        'raise `security.password_policy.min_length` to 12'
        """
        case = self._case(settings, tier, frameworks)
        armed = self._court.regime(case.stack.frameworks).by_id.get(rule)
        found = next((one for one in self._findings(case) if one.rule == rule), None)
        if armed is None or found is None:
            raise LookupError(f"no rule `{str(rule)[:60]}` is judged for a single tenant")
        told = requirements(armed, case.subject, self._court.standing(case.stack))
        needs = [Requirement(one["at"], _pairs(one["values"]), tuple(one.get("notes", ()))) for one in told]
        return Explanation(found, tuple(needs) if found.verdict != "not_applicable" else ())

    def satisfy(
        self, settings: Mapping[str, Any], *, tier: str = "free", frameworks: Iterable[str] = ()
    ) -> Satisfaction:
        """The nearest settings that keep the rules, as far as their remedies can tell: as hardening would have them.

        Facts have no remedy: what only somebody can state remains. Raises as `judge`.

        >>> from tenantc.api import SecurityPolicyEngine
        >>> engine = SecurityPolicyEngine(as_of="2026-11-01")
        >>> weak = {"security.password_policy.min_length": 8}
        >>> wanted = engine.satisfy(weak, tier="professional", frameworks=["PCI DSS"])
        >>> wanted.settings["security.password_policy.min_length"]
        12
        """
        case = self._case(settings, tier, frameworks)
        below = case.inherited.settings
        written, contradictions, resolved = self._court.harden(case.resolved, below, case.stack, self._extended)
        paths = sorted({one.path for one in written})
        values = {path: plain(value) for path in paths if (value := resolved.settings.get(path)) is not None}
        after = case._replace(resolved=resolved, subject=self._subject(case.stack, below, resolved))
        remaining = tuple(one for one in self._findings(after) if one.verdict in {"fail", "missing", "error"})
        return Satisfaction(values, remaining, contradictions)

    def _case(self, settings: Mapping[str, Any], tier: str, frameworks: Iterable[str]) -> _Case:
        stack, inherited = self._tier(tier, tuple(frameworks))
        node = given("settings", settings)
        if node.value is None:
            raise SettingsError(node.diagnostics)
        definitions = flatten(node.value, self._schema, _LAYER)
        if has_errors(definitions.diagnostics):
            raise SettingsError(definitions.diagnostics)
        resolved = self._extended(inherited, definitions.value)
        problems = list(resolved.diagnostics())
        if problems:
            raise SettingsError(problems)
        return _Case(stack, inherited, resolved, self._subject(stack, inherited.settings, resolved))

    def _extended(self, inherited: Resolved, definitions: tuple[Definition, ...]) -> Resolved:
        return extend(inherited, Addition(definitions), self._schema, self.as_of) if definitions else inherited

    def _subject(self, stack: Stack, tier: Settings, resolved: Resolved) -> Subject:
        sections = self._court.sections(resolved, stack)
        tenant: dict[Path, Value] = {**sections["tenant"].values, "tenant.status": "active", "tenant.ring": "general"}
        return self._court.subject({**sections, "tenant": Section(tenant, {})}, tier)

    def _findings(self, case: _Case) -> Iterator[Finding]:
        verdicts = self._court.verdicts(case.subject, case.stack)
        return findings(self._court, verdicts, case.subject, case.stack, case.resolved, {})

    def _tier(self, tier: str, frameworks: tuple[str, ...]) -> tuple[Stack, Resolved]:
        place: Span = whole(Text("settings", ""))
        required = tuple(Named(str(name), place) for name in frameworks)
        layer = Layer(_LAYER, frameworks=required)
        linked = self._linker.stack(Spec("settings", "Settings", Named(str(tier), place), "", layer, place), "")
        if linked.value is None or has_errors(linked.diagnostics):
            raise refusal(linked.diagnostics)
        resolved = empty({})
        for level in linked.value.levels:
            resolved = extend(resolved, Addition(level.definitions, level.conflicts), self._schema, self.as_of)
        return linked.value, resolved


def _pairs(values: Iterable[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((one["expression"], one["value"]) for one in values)
