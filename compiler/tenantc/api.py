"""What Python programs call."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from tenantc.diagnostics.diagnostic import Diagnostic, has_errors
from tenantc.driver.rulebook import book, library_documents
from tenantc.judge.court import Court
from tenantc.judge.evidence import said, view
from tenantc.link.stack import Linker
from tenantc.load.blocks import flatten
from tenantc.load.text import parse_text
from tenantc.model.layer import Layer, LayerId, LayerKind, Named
from tenantc.model.resolved import Resolved
from tenantc.model.rule import Rule
from tenantc.model.settings import Section
from tenantc.model.spec import Spec
from tenantc.model.stack import Stack
from tenantc.model.verdict import BROKEN, Verdict
from tenantc.resolve.extend import Addition, empty, extend
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path
from tenantc.source.span import Span, whole
from tenantc.source.text import Text
from tenantc.source.value import Value

_LAYER = LayerId(LayerKind.TENANT, "settings")


class SettingsError(ValueError):
    """The mapping is none of settings; `diagnostics` say what is wrong with it."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("; ".join(one.message for one in self.diagnostics))


class Finding(Frozen):
    """What came of one rule.

    `verdict` is pass, fail, missing, error or not_applicable; `level` is what a failure does (block, warn, report).
    `message` says what is wrong, why the rule does not apply or why nobody can judge it. `values` are the parts of the
    requirement that decided, from the whole inwards, each with what it came to. `attested` marks a pass that rests on
    what somebody stated, `vacuous` one over nothing.
    """

    rule: str
    title: str
    verdict: str
    level: str
    severity: str
    attested: bool = False
    vacuous: bool = False
    message: str = ""
    values: tuple[tuple[str, str], ...] = ()
    controls: tuple[tuple[str, str], ...] = ()

    @property
    def blocks(self) -> bool:
        return self.verdict in {answer.value for answer in BROKEN} and self.level == "block"


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
        the tier gives; nothing is hardened. Raises SettingsError for one that is wrong, ValueError for an unknown tier
        or framework.
        """
        stack, inherited = self._tier(tier, tuple(frameworks))
        definitions = flatten(self._node(settings), self._schema, _LAYER)
        if has_errors(definitions.diagnostics):
            raise SettingsError(definitions.diagnostics)
        resolved = extend(inherited, Addition(definitions.value), self._schema, self.as_of)
        problems = list(resolved.diagnostics())
        if problems:
            raise SettingsError(problems)
        return self._findings(stack, inherited, resolved)

    def _node(self, settings: Mapping[str, Any]) -> Any:
        parsed = parse_text("settings.json", json.dumps(settings).encode())
        if parsed.diagnostics:
            raise SettingsError(parsed.diagnostics)
        return parsed.value[0]

    def _tier(self, tier: str, frameworks: tuple[str, ...]) -> tuple[Stack, Resolved]:
        place: Span = whole(Text("settings", ""))
        required = tuple(Named(name, place) for name in frameworks)
        layer = Layer(_LAYER, frameworks=required)
        linked = self._linker.stack(Spec("settings", "Settings", Named(tier, place), "", layer, place), "")
        if linked.value is None or has_errors(linked.diagnostics):
            raise ValueError("; ".join(one.message for one in linked.diagnostics))
        resolved = empty({})
        for level in linked.value.levels:
            resolved = extend(resolved, Addition(level.definitions, level.conflicts), self._schema, self.as_of)
        return linked.value, resolved

    def _findings(self, stack: Stack, inherited: Resolved, resolved: Resolved) -> tuple[Finding, ...]:
        sections = self._court.sections(resolved, stack)
        tenant: dict[Path, Value] = {**sections["tenant"].values, "tenant.status": "active", "tenant.ring": "general"}
        subject = self._court.subject({**sections, "tenant": Section(tenant, {})}, inherited.settings)
        regime = self._court.regime(stack.frameworks)
        found = []
        for id, verdict in self._court.verdicts(subject, stack).items():
            armed = regime.by_id[id]
            message = verdict.reason
            values: tuple[tuple[str, str], ...] = ()
            if verdict.answer in BROKEN:
                clause = armed.rule.clauses[verdict.clause]
                message = verdict.reason or said(armed.rule, clause, subject, armed.params, {})
                values = tuple(view(clause, armed.rule, subject, armed.params))
            found.append(_finding(verdict, armed.rule, message, values))
        return tuple(found)


def _finding(verdict: Verdict, rule: Rule, message: str, values: tuple[tuple[str, str], ...]) -> Finding:
    return Finding(
        rule.id,
        rule.title,
        verdict.answer.value,
        verdict.strictness.value,
        rule.severity.value,
        verdict.attested,
        verdict.vacuous,
        message,
        values,
        tuple((citation.framework, citation.control) for citation in rule.citations),
    )
