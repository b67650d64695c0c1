"""Tenant templates as platforms hold them: JSON documents with Jinja2's expressions in their texts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.load.json import parse_json
from tenantc.load.text import decode
from tenantc.source.frozen import Frozen
from tenantc.source.node import Node
from tenantc.source.span import whole
from tenantc.source.text import Text

Names = tuple[str, ...]
"""Where something stands in a template: the keys that lead to it."""


class TenantTemplate(Frozen, eq=False):
    """A template as it was read: `name` is the path that diagnostics show, `root` the mapping that it holds."""

    name: str
    root: Node

    def plain(self) -> dict[str, Any]:
        """The document as `json.loads` gives it."""
        found = self.root.plain()
        assert isinstance(found, dict), "a template is a mapping"
        return found


class Said(NamedTuple):
    """A value that a template says, and where: whatever is no mapping, and mappings that hold nothing."""

    names: Names
    node: Node
    key: Node


def read_template(name: str, data: bytes) -> Outcome[TenantTemplate | None]:
    """A template from the bytes of its file: T101 to T113 for what is no JSON, T143 for what is no mapping."""
    text = decode(name, data)
    if isinstance(text, Diagnostic):
        return Outcome(None, (text,))
    parsed = parse_json(text)
    if parsed.diagnostics or not parsed.value:
        return Outcome(None, parsed.diagnostics)
    root = parsed.value[0]
    if not isinstance(root.value, dict):
        problem = f"is {root.kind()}, and not a mapping"
        return Outcome(None, (diagnose("T143", whole(text), problem=problem),))
    return Outcome(TenantTemplate(name, root))


def made_template(name: str, document: Mapping[str, Any]) -> TenantTemplate:
    """A template of plain data. Raises ValueError for what JSON can't hold."""
    body = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    parsed = parse_json(Text(name, body))
    if parsed.diagnostics:
        raise ValueError(parsed.diagnostics[0].message)
    return TenantTemplate(name, parsed.value[0])


def said(template: TenantTemplate) -> Iterator[Said]:
    """Everything that a template says, in its order."""
    assert isinstance(template.root.value, dict), "a template is a mapping"
    yield from _under(template.root, ())


def _under(mapping: Node, above: Names) -> Iterator[Said]:
    assert isinstance(mapping.value, dict), "asked of mappings only"
    assert mapping.keys is not None, "a mapping has keys"
    for name, node in mapping.value.items():
        if isinstance(node.value, dict) and node.value:
            yield from _under(node, (*above, name))
        else:
            yield Said((*above, name), node, mapping.keys[name])
