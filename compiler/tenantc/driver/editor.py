"""JSON Schemas with which editors complete and check a workspace's documents."""

from __future__ import annotations

from typing import Any

from tenantc.check.json_schema import json_schema
from tenantc.driver.library import document_schema
from tenantc.driver.workspace import Workspace
from tenantc.model.schema import Group, Leaf
from tenantc.source.path import split

_REFERENCE = {"type": "string", "pattern": r"\$\{"}
_BLOCKS = {
    "workspace": ("settings",),
    "spec": ("overrides",),
    "tier": ("settings", "ceilings"),
    "mixin": ("settings", "ceilings"),
    "environment": ("settings", "caps"),
}


def editor_schemas(workspace: Workspace) -> dict[str, dict[str, Any]]:
    """A schema for each kind of document, by kind, with this workspace's settings, tiers, mixins and environments."""
    schemas = {kind: document_schema(kind) for kind in (*_BLOCKS, "policy", "waiver", "evidence")}
    for kind, blocks in _BLOCKS.items():
        for block in blocks:
            schemas[kind]["properties"][block] |= _settings(workspace, dated=kind == "spec")
    inputs, options = schemas["environment"]["properties"]["inputs"]["properties"], schemas["workspace"]["properties"]
    for name in inputs:
        inputs[name] = _partial(options[name])
    documents = workspace.documents
    spec = schemas["spec"]["properties"]
    spec["tier"] |= {"enum": sorted(documents.tiers)}
    spec["mixins"] |= {"items": {"enum": sorted(documents.mixins)}}
    return schemas


def _partial(schema: dict[str, Any]) -> dict[str, Any]:
    """What says something otherwise need not say the rest."""
    found = {key: value for key, value in schema.items() if key != "required"}
    for key in ("properties", "patternProperties"):
        if key in found:
            found[key] = {name: _partial(inner) for name, inner in found[key].items()}
    if isinstance(found.get("additionalProperties"), dict):
        found["additionalProperties"] = _partial(found["additionalProperties"])
    return found


def _settings(workspace: Workspace, dated: bool) -> dict[str, Any]:
    """A block of settings: nested, or with dotted paths and operators as keys."""
    root = workspace.documents.schema.root
    properties: dict[str, Any] = {name: _nested(member, dated) for name, member in root.members.items()}
    for leaf in workspace.documents.schema.leaves():
        if ".*" not in leaf.path and not leaf.computed:
            properties[leaf.path] = _leaf(leaf, dated)
    operators = {"type": "array", "items": {"type": "string"}}
    properties["unset"] = operators | {"description": "Paths that go back to the schema's default."}
    return {
        "type": "object",
        "properties": properties,
        "patternProperties": {r"([+!]|-\??)$": {}, r'[."\]]': {}},
        "additionalProperties": False,
    }


def _nested(member: Group | Leaf, dated: bool) -> dict[str, Any]:
    if isinstance(member, Leaf):
        return _leaf(member, dated)
    schema = json_schema(member)
    schema["properties"] = {name: _nested(inner, dated) for name, inner in member.members.items()}
    schema["patternProperties"] = {r"([+!]|-\??)$": {}, r'[."\]]': {}}
    schema.pop("required", None)
    return schema


def _leaf(leaf: Leaf, dated: bool) -> dict[str, Any]:
    own = {key: value for key, value in leaf.schema.items() if key != "description"}
    choices: list[dict[str, Any]] = [own, _REFERENCE]
    if dated:
        entry = {"value": own, "until": {"type": "string", "format": "date"}, "reason": {"type": "string"}}
        choices.append({"type": "object", "properties": entry, "required": list(entry), "additionalProperties": False})
    return {"description": f"{leaf.description} ({split(leaf.path)[0]})", "anyOf": choices}
