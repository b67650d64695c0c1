"""The JSON Schema of a section, as the tree of settings gives it."""

from __future__ import annotations

from typing import Any

from tenantc.model.schema import Group, Leaf


def json_schema(member: Group | Leaf) -> dict[str, Any]:
    """A JSON Schema (2020-12) for the values of a section, workspace extensions included."""
    if isinstance(member, Leaf):
        return dict(member.schema)
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: json_schema(inner) for name, inner in member.members.items()},
        "additionalProperties": json_schema(member.entry) if member.entry is not None else False,
    }
    if member.description:
        schema["description"] = member.description
    if member.required:
        schema["required"] = list(member.required)
    if member.names is not None:
        schema["propertyNames"] = member.names
    return schema
