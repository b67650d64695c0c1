"""audit.json: every setting of a tenant with the line that decided it and those that it overruled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, TypeAlias
from weakref import WeakKeyDictionary

from tenantc.audit.verdicts import Verdicts
from tenantc.language.format import show_value
from tenantc.language.syntax import Expression, TextTemplate
from tenantc.model.identity import IdentityText
from tenantc.model.judged import Judged
from tenantc.model.layer import Definition, LayerKind, Operator
from tenantc.model.rule import Rule
from tenantc.model.settings import Section
from tenantc.source.memo import Kept
from tenantc.source.path import Path
from tenantc.source.value import Value, plain

_FILLED = frozenset({"tenant", "deployment", "workspace"})

Definitions: TypeAlias = tuple[Definition, ...]

# JSON as this file is laid out: one line a setting, a space behind each colon and comma
_json: Final = json.JSONEncoder(ensure_ascii=False).encode


class Provenance:
    """Writes audit.json. The text of a section that tenants share is made once, and so is that of a shared setting."""

    def __init__(self, as_of: str, rules: Mapping[str, Rule]) -> None:
        self._as_of = as_of
        self._verdicts = Verdicts(rules)
        self._sections: WeakKeyDictionary[Section, bytes] = WeakKeyDictionary()
        self._settings: Kept[str] = Kept(16_384)
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
        sections = [
            self.section(section)
            for name, section in sorted(checked.resolved.settings.sections.items())
            if name not in _FILLED and section.definitions
        ]
        return text + b",\n " + self._verdicts.text(judged) + b',\n "settings": {\n' + b",\n".join(sections) + b"\n}}\n"

    def section(self, section: Section) -> bytes:
        known = self._sections.get(section)
        if known is None:
            values, uncapped = section.values.get, section.uncapped.get
            lines = [
                self.line(path, on, values(path), uncapped(path)) for path, on in sorted(section.definitions.items())
            ]
            known = self._sections[section] = ",\n".join(lines).encode()
        return known

    def line(self, path: Path, definitions: Definitions, value: Value | None, uncapped: Value | None) -> str:
        """A setting as audit.json has it; what a section has from the one it derives from is the same objects there."""
        known = self._settings.get(path, definitions, value, uncapped)
        if known is not None:
            return known
        text = f"  {_json(path)}: {_json(decided(path, definitions, value, uncapped))}"
        if len(definitions) > 1:
            over = ", ".join([self.origin(definition, path) for definition in reversed(definitions[:-1])])
            text = f'{text[:-1]}, "over": [{over}]}}'
        # nobody else has what a tenant says itself
        own = definitions[-1].layer.kind is LayerKind.TENANT
        return text if own else self._settings.put(text, path, definitions, value, uncapped)

    def origin(self, definition: Definition, path: Path) -> str:
        known = self._origins.get(definition, path)
        return known if known is not None else self._origins.put(_json(origin(definition, path)), definition, path)


def setting(section: Section, path: Path) -> dict[str, Any]:
    """One setting: its value (left out if it is absent), where that comes from, and what was overruled."""
    definitions = section.definitions[path]
    found = decided(path, definitions, section.values.get(path), section.uncapped.get(path))
    if len(definitions) > 1:
        found["over"] = [origin(definition, path) for definition in reversed(definitions[:-1])]
    return found


def decided(path: Path, definitions: Definitions, value: Value | None, uncapped: Value | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if value is not None:
        found["value"] = written(value)
    if uncapped is not None:
        found["before_cap"] = written(uncapped)
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
