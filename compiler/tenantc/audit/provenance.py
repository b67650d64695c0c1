"""audit.json: every setting of a tenant with the line that decided it and those that it overruled."""

from __future__ import annotations

import json
from typing import Any
from weakref import WeakKeyDictionary

from tenantc.language.format import show_value
from tenantc.language.syntax import Expression, TextTemplate
from tenantc.model.checked import Checked
from tenantc.model.identity import IdentityText
from tenantc.model.layer import Definition, Operator
from tenantc.model.settings import Section
from tenantc.source.path import Path
from tenantc.source.value import plain

_FILLED = frozenset({"tenant", "deployment", "workspace"})


class Provenance:
    """Writes audit.json. The text of a section that tenants share is made once."""

    def __init__(self, as_of: str) -> None:
        self._as_of = as_of
        self._sections: WeakKeyDictionary[Section, bytes] = WeakKeyDictionary()

    def audit_json(self, checked: Checked) -> bytes:
        """The audit.json of a tenant in an environment (schemas/cli/audit.json)."""
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
        text = json.dumps(head, ensure_ascii=False)[:-1].encode()
        sections = [
            self.section(section)
            for name, section in sorted(checked.resolved.settings.sections.items())
            if name not in _FILLED and section.definitions
        ]
        return text + b',\n "settings": {\n' + b",\n".join(sections) + b"\n}}\n"

    def section(self, section: Section) -> bytes:
        known = self._sections.get(section)
        if known is None:
            lines = (
                f"  {json.dumps(path, ensure_ascii=False)}: {json.dumps(setting(section, path), ensure_ascii=False)}"
                for path in sorted(section.definitions)
            )
            known = self._sections[section] = ",\n".join(lines).encode()
        return known


def setting(section: Section, path: Path) -> dict[str, Any]:
    """One setting: its value (left out if it is absent), where that comes from, and what was overruled."""
    definitions = section.definitions[path]
    found: dict[str, Any] = {}
    if path in section.values:
        found["value"] = written(section.values[path])
    if path in section.uncapped:
        found["before_cap"] = written(section.uncapped[path])
    winner = origin(definitions[-1], path)
    if winner.get("written") == found.get("value"):
        winner.pop("written", None)
    found |= winner
    if len(definitions) > 1:
        found["over"] = [origin(definition, path) for definition in reversed(definitions[:-1])]
    return found


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
