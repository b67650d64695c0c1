"""The verdicts of a tenant in its audit.json: each with the requirement that decided it, and counts by framework."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tenantc.model.judged import Judged
from tenantc.model.rule import Rule
from tenantc.model.spec import Waiver
from tenantc.model.verdict import Answer, Verdict
from tenantc.source.memo import Kept

_json: Final = json.JSONEncoder(ensure_ascii=False).encode


class Verdicts:
    """Writes verdicts. What tenants share is written once: a whole stack's, or a single one."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self._cited = {
            id: ("all", *sorted({citation.framework for citation in rule.citations})) for id, rule in rules.items()
        }
        # whoever judges gives tenants that come out alike one mapping of shared verdicts
        self._whole: Kept[bytes] = Kept(48)
        self._single: Kept[str] = Kept(16_384)

    def text(self, judged: Judged) -> bytes:
        """`"counts": …, "verdicts": …, "not_applicable": …`, with which an object goes on."""
        known = None if judged.waived else self._whole.get(judged.verdicts)
        if known is not None:
            return known
        lines: list[str] = []
        away: dict[str, list[str]] = {}
        for id, verdict in judged.verdicts.items():
            if verdict.answer is Answer.NOT_APPLICABLE:
                away.setdefault(verdict.reason, []).append(id)
            else:
                lines.append(self._line(verdict, judged))
        counts = _json(self._counts(judged.verdicts))
        joined = ",\n".join(lines)
        text = f'"counts": {counts},\n "verdicts": {{\n{joined}\n}},\n "not_applicable": {_json(away)}'.encode()
        return text if judged.waived else self._whole.put(text, judged.verdicts)

    def _line(self, verdict: Verdict, judged: Judged) -> str:
        waived = judged.waived.get(verdict.rule)
        known = self._single.get(verdict, waived)
        if known is not None:
            return known
        rule = self._rules[verdict.rule]
        clause = rule.clauses[verdict.clause]
        found: dict[str, Any] = {"verdict": verdict.answer.value}
        if verdict.attested:
            found["attested"] = True
        if verdict.vacuous:
            found["vacuous"] = True
        if verdict.reason:
            found["reason"] = verdict.reason
        found |= {"level": verdict.strictness.value, "severity": rule.severity.value, "basis": clause.basis.value}
        found["at"] = str(clause.span)
        if isinstance(waived, Waiver):
            keys = {"until": waived.until, "reason": waived.reason, "approver": waived.approver}
            # nobody signs a waiver: whoever may change its file may name anybody
            found["waiver"] = keys | {"proof": "stated", "at": str(waived.rule.span)}
        elif waived is not None:
            found["instead"] = waived
        return self._single.put(f"  {_json(rule.id)}: {_json(found)}", verdict, waived)

    def _counts(self, verdicts: Mapping[str, Verdict]) -> dict[str, dict[str, int]]:
        """How many rules came out how, of all and of those that cite each framework."""
        found: dict[str, dict[str, int]] = {"all": {}}
        for id, verdict in verdicts.items():
            for name in self._cited[id]:
                counts = found.setdefault(name, {})
                counts[verdict.word] = counts.get(verdict.word, 0) + 1
        return {name: found[name] for name in ("all", *sorted(set(found) - {"all"}))}
