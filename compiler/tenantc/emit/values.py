"""The resolved settings themselves: settings.json, what people's own charts and modules read, and a ConfigMap.

The text of a section that tenants share is made once; it hangs on the section and goes with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from tenantc.emit.fill import Filler
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.names import NAMES
from tenantc.emit.node import Tree
from tenantc.emit.writers import yaml
from tenantc.emit.writers.json import scalar
from tenantc.model.identity import IdentityText
from tenantc.model.settings import Section
from tenantc.source.path import split
from tenantc.source.value import Value, plain

_FILLED = frozenset({"tenant", "deployment", "workspace"})
_WORD = "unlimited"

_Print = Callable[[str, dict[str, Any]], str]


class Values:
    """Writes settings in the formats that people's own tools read.

    `unlimited` is the number that stands for it in values.yaml and tenant.tfvars.json, whose readers expect one;
    settings.json and the ConfigMap keep the word.
    """

    def __init__(self, unlimited: int) -> None:
        self._unlimited = unlimited
        self._texts: WeakKeyDictionary[Section, dict[_Print, str]] = WeakKeyDictionary()

    def settings_json(self, head: Mapping[str, Any], sections: Mapping[str, Section], filler: Filler) -> bytes:
        """settings.json: whose they are, and every resolved setting, nested; absent settings are left out."""
        parts = ",\n".join(self._sections(sections, filler, _json_entry, _WORD))
        return f'{_open({"version": 1, **head})},\n  "settings": {{\n    {_indent(parts, 4)}\n  }}\n}}\n'.encode()

    def tfvars_json(self, head: Mapping[str, Any], sections: Mapping[str, Section], filler: Filler) -> bytes:
        """tenant.tfvars.json: a variable a section, and one each for the tenant and where it is deployed."""
        parts = ",\n".join(self._sections(sections, filler, _variable, self._unlimited))
        return f"{_open(head)},\n  {_indent(parts, 2)}\n}}\n".encode()

    def values_yaml(self, head: Mapping[str, Any], sections: Mapping[str, Section], filler: Filler) -> bytes:
        """values.yaml for people's own Helm charts."""
        parts = self._sections(sections, filler, _yaml_entry, self._unlimited)
        return yaml.write(dict(head)).fill(filler) + "".join(parts).encode()

    def config_map(self, sections: Mapping[str, Section], filler: Filler) -> bytes:
        """The ConfigMap from which a tenant's pods read their settings: a JSON text a section."""
        head: Tree = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(NAMES, "tenant-settings")}
        parts = self._sections(sections, filler, _data_entry, _WORD)
        return yaml.write(head).fill(filler) + b"data:\n" + "".join(parts).encode()

    def _sections(self, sections: Mapping[str, Section], filler: Filler, show: _Print, unlimited: object) -> list[str]:
        found: list[str] = []
        for name, section in sorted(sections.items()):
            if name in _FILLED or not section.values:
                continue
            texts = self._texts.get(section)
            if texts is None:
                texts = self._texts[section] = {}
            text = texts.get(show)
            if text is None:
                text = show(name, tree(section, filler, unlimited))
                if not any(isinstance(value, IdentityText) for value in section.values.values()):
                    texts[show] = text
            found.append(text)
        return found


def tree(section: Section, filler: Filler, unlimited: object = _WORD) -> dict[str, Any]:
    """A section's values as nested JSON, in the order of their paths."""
    root: dict[str, Any] = {}
    for path in sorted(section.values):
        *groups, name = split(path)[1:]
        here = root
        for group in groups:
            here = here.setdefault(group, {})
        here[name] = _plain(section.values[path], filler, unlimited)
    return root


def _plain(value: Value, filler: Filler, unlimited: object) -> object:
    return filler.text_of(value) if isinstance(value, IdentityText) else plain(value, unlimited)


def _json_entry(name: str, nested: dict[str, Any]) -> str:
    return f"{scalar(name)}: {json_text(nested)}"


def _variable(name: str, nested: dict[str, Any]) -> str:
    return _json_entry(name, nested)


def _yaml_entry(name: str, nested: dict[str, Any]) -> str:
    return yaml.write({name: nested}).literals[0].decode()


def _data_entry(name: str, nested: dict[str, Any]) -> str:
    text = json.dumps(nested, ensure_ascii=True, separators=(",", ":"))
    return f"  {name}.json: {yaml.quoted(text)}\n"


def json_text(value: Any) -> str:
    """JSON on several lines, lists on one, whose hidden characters are escapes."""
    if isinstance(value, dict):
        inner = ",\n".join(f"{scalar(key)}: {json_text(item)}" for key, item in value.items())
        return f"{{\n  {_indent(inner, 2)}\n}}" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(json_text(item) for item in value) + "]"
    return scalar(value)


def _indent(text: str, by: int) -> str:
    return text.replace("\n", "\n" + " " * by)


def _open(head: Mapping[str, Any]) -> str:
    """The head of a JSON object, left open."""
    return json_text(dict(head)).removesuffix("\n}")
