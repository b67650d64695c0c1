"""What Kubernetes publishes of the kinds of objects that it has: their fields, and how lists of them are merged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

Fields: TypeAlias = Mapping[str, Any]
"""A JSON Schema; `x-kubernetes-patch-merge-key` and `-patch-strategy` say how a strategic merge patch takes a list."""

MERGE_KEY: Final = "x-kubernetes-patch-merge-key"
STRATEGY: Final = "x-kubernetes-patch-strategy"
_METADATA: Final = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
_ANY: Final[Fields] = {}


class Published:
    """The schemas of one minor version, from a file of `schemas/kubernetes`."""

    def __init__(self, version: str, table: Mapping[str, Any]) -> None:
        self.version = version
        self._kinds: Mapping[str, str] = table["kinds"]
        self._definitions: Mapping[str, Fields] = table["$defs"]

    def knows(self, kind: str) -> bool:
        return kind in self._kinds

    def kind(self, name: str) -> Fields:
        """The fields of a kind; of one that is not Kubernetes' own its metadata, which all have."""
        if name in self._kinds:
            return self._definitions[self._kinds[name]]
        open_: dict[str, Fields] = {"metadata": self._definitions[_METADATA]}
        return {"type": "object", "properties": open_}

    def below(self, fields: Fields, key: str | int) -> Fields | None:
        """What stands under a key, or in a list; None if there is no such field."""
        if isinstance(key, int):
            return self._meant(fields.get("items", _ANY))
        found = fields.get("properties", _ANY).get(key, fields.get("additionalProperties", _ANY))
        return None if found is False else self._meant(found)

    def whole(self, fields: Fields, *, partial: bool = False) -> dict[str, Any]:
        """The schema without references to others. With `partial` fields may be lacking, and say `$patch`."""
        found = dict(self._meant(fields))
        if "properties" in found:
            found["properties"] = {key: self.whole(one, partial=partial) for key, one in found["properties"].items()}
        for key in ("items", "additionalProperties"):
            if isinstance(found.get(key), Mapping):
                found[key] = self.whole(found[key], partial=partial)
        if partial:
            found.pop("required", None)
            if "properties" in found:
                found["properties"]["$patch"] = {"enum": ["replace", "delete"]}
        return found

    def _meant(self, fields: Fields) -> Fields:
        reference = fields.get("$ref")
        return fields if reference is None else self._definitions[reference.removeprefix("#/$defs/")]
