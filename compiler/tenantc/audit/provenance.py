"""audit.json: every setting of a tenant with the line that decided it and those that it overruled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tenantc.audit.verdicts import Verdicts
from tenantc.language.format import show_value
from tenantc.language.syntax import Expression, TextTemplate
from tenantc.model.identity import IdentityText
from tenantc.model.judged import Judged
from tenantc.model.layer import Definition, Operator
from tenantc.model.rule import Rule
from tenantc.model.settings import Findings, Section
from tenantc.source.memo import Kept
from tenantc.source.path import Path
from tenantc.source.value import plain

# the sections that tenantc fills, which no line of a document says
FILLED: Final = frozenset({"tenant", "deployment", "workspace"})

# JSON as this file is laid out: one line a setting, a space behind each colon and comma
_json: Final = json.JSONEncoder(ensure_ascii=False).encode


class Provenance:
    """Writes audit.json. The text of a section that tenants share is made once, and so is a setting's."""

    def __init__(self, as_of: str, rules: Mapping[str, Rule]) -> None:
        self._as_of = as_of
        self._verdicts = Verdicts(rules)
        self._sections: Findings[bytes] = Findings()
        self._lines: Findings[dict[Path, str]] = Findings()
        self._origins: Kept[str] = Kept(16_384)

    def audit_json(self, judged: Judged) -> bytes:
        """The audit.json of a tenant in an environment (schemas/cli/audit.json)."""
        checked = judged.checked
        linked = checked.linked
        head = {
            "version": 1,
            "as_of": self._as_of,
            "tenant": linked.spec.tenant_id,
            "spec": str(linked.spec.span),
            "tier": linked.stack.tier,
            "environment": linked.environment or "default",
            "frameworks": list(linked.stack.frameworks),
        }
        text = _json(head)[:-1].encode()
        held = checked.resolved.settings.sections
        named = [held[name] for name in sorted(held) if name not in FILLED]
        sections = [self.section(section) for section in named if section.definitions]
        # joined at once, since every `+` would copy what stands before it, and this is the largest file of a tenant
        verdicts, settings = self._verdicts.text(judged), b",\n".join(sections)
        return b"".join([text, b",\n ", verdicts, b',\n "settings": {\n', settings, b"\n}}\n"])

    def section(self, section: Section) -> bytes:
        known = self._sections.get(section)
        if known is None:
            known = self._sections.put(section, ",\n".join(self.lines(section).values()).encode())
        return known

    def lines(self, section: Section) -> dict[Path, str]:
        """The settings of a section, sorted by path; what it has from the one it derives from was printed there."""
        known = self._lines.get(section)
        if known is None:
            if section.base is None:
                known = {path: self.line(section, path) for path in sorted(section.definitions)}
            else:
                inherited = self.lines(section.base)
                known = inherited.copy()
                known.update(
                    (path, self.line(section, path)) for path in section.changed if path in section.definitions
                )
                if len(known) > len(inherited):
                    known = dict(sorted(known.items()))
            self._lines.put(section, known)
        return known

    def line(self, section: Section, path: Path) -> str:
        """A setting as audit.json has it."""
        definitions = section.definitions[path]
        text = f"  {_json(path)}: {_json(decided(section, path))}"
        if len(definitions) > 1:
            over = ", ".join([self.origin(definition, path) for definition in reversed(definitions[:-1])])
            text = f'{text[:-1]}, "over": [{over}]}}'
        return text

    def origin(self, definition: Definition, path: Path) -> str:
        known = self._origins.get(definition, path)
        return known if known is not None else self._origins.put(_json(origin(definition, path)), definition, path)


def setting(section: Section, path: Path) -> dict[str, Any]:
    """One setting: its value (left out if it is absent), where that comes from, and what was overruled."""
    definitions = section.definitions[path]
    found = decided(section, path)
    if len(definitions) > 1:
        found["over"] = [origin(definition, path) for definition in reversed(definitions[:-1])]
    return found


def decided(section: Section, path: Path) -> dict[str, Any]:
    definitions = section.definitions[path]
    found: dict[str, Any] = {}
    if path in section.values:
        found["value"] = written(section.values[path])
    if path in section.uncapped:
        found["before_cap"] = written(section.uncapped[path])
    winner = origin(definitions[-1], path)
    if winner.get("written") == found.get("value"):
        winner.pop("written", None)
    return found | winner


def origin(definition: Definition, path: Path) -> dict[str, Any]:
    """Who said it and where; the operator and the value as written where they are not the setting's value itself."""
    found: dict[str, Any] = {"from": str(definition.layer)}
    if definition.span is not None:
        found["at"] = str(definition.span)
    if definition.path != path:
        found["of"] = definition.path
    if definition.operator not in (Operator.SET, Operator.DEFAULT):
        found["operator"] = definition.operator.value
    if definition.value is not None:
        found["written"] = written(definition.value)
    if definition.until is not None:
        found |= {"until": definition.until, "reason": definition.reason}
    return found


def written(value: object) -> object:
    """A value as its author would write it."""
    if isinstance(value, IdentityText):
        parts = (part if isinstance(part, str) else f"${{tenant.{part.value}}}" for part in value.parts)
        return "".join(parts)
    if isinstance(value, (Expression, TextTemplate)):
        return show_value(value)
    return plain(value)  # type: ignore[arg-type]
