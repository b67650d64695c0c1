"""What a module of Terraform says of its resources, read back from main.tf.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tenantc.emit.terraform.imports import Found, Lookup
from tenantc.source.frozen import Frozen

_REFERENCE: Final = re.compile(r"\$\{([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([a-z0-9_]+)\}")
_PLACE: Final = re.compile(r"\{([a-z0-9_.-]+)\}")
# references stop here: a module's are two or three long
_DEEPEST: Final = 10


class Resource(Frozen):
    """A resource of a module: its type, its label, and what is said of it."""

    type: str
    label: str
    body: Mapping[str, Any]

    @property
    def address(self) -> str:
        return f"{self.type}.{self.label}"


class Module:
    """A module's resources. `ids` says for each type how an import names one (schemas/terraform/imports.yaml)."""

    def __init__(self, main: bytes, ids: Mapping[str, Any]) -> None:
        blocks = json.loads(main).get("resource", {})
        self._ids = ids
        self.resources: dict[str, Resource] = {
            f"{type}.{label}": Resource(type, label, body)
            for type, labelled in blocks.items()
            for label, body in labelled.items()
        }

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources.values())

    def id_of(self, resource: Resource) -> Found:
        """The id of a resource: a text, a data source that finds it, or None if only AWS knows it."""
        rule = self._ids.get(resource.type)
        if isinstance(rule, str):
            return self._filled(rule, resource)
        if rule is None:
            return None
        arguments = {name: self._filled(text, resource) for name, text in rule["by"].items()}
        known = {name: text for name, text in arguments.items() if text is not None}
        return Lookup(rule["data"], known, rule["attribute"]) if len(known) == len(arguments) else None

    def known_by(self, resource: Resource) -> Mapping[str, str | None] | None:
        """The attributes by which a state tells this resource from others of its type; None if only AWS knows."""
        rule = self._ids.get(resource.type)
        if not isinstance(rule, str):
            return None
        return {name: self._said(name, resource, _DEEPEST) for name in _PLACE.findall(rule)}

    def kept_by(self, resource: Resource) -> tuple[Resource, str] | None:
        """Another resource and its attribute that holds the id of this one in a state; None if none does."""
        rule = self._ids.get(resource.type)
        for address, attribute in rule.get("state", {}).items() if isinstance(rule, dict) else ():
            if address in self.resources:
                return self.resources[address], attribute
        return None

    def _filled(self, text: str, resource: Resource) -> str | None:
        """A text with what the module says in its places; None where the module itself does not know."""
        parts = _PLACE.split(text)
        said = [self._said(part, resource, _DEEPEST) if index % 2 else part for index, part in enumerate(parts)]
        return "".join(part for part in said if part is not None) if None not in said else None

    def _said(self, place: str, resource: Resource, depth: int) -> str | None:
        """What stands at `attribute` of a resource, or at `type.label.attribute`."""
        *address, attribute = place.split(".")
        one = self.resources.get(".".join(address)) if address else resource
        value = one.body.get(attribute) if one is not None else None
        if value is None and one is not None and attribute in ("id", "name", "bucket") and depth:
            # what a resource is called is its id, or what it gives others as one
            rule = self._ids.get(one.type)
            return self._filled(rule, one) if isinstance(rule, str) else None
        if not isinstance(value, str) or not depth:
            return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
        reference = _REFERENCE.fullmatch(value)
        if reference is not None:
            return self._said(".".join(reference.groups()), resource, depth - 1)
        return value.replace("$${", "${").replace("%%{", "%{") if not _holds_code(value) else None


def _holds_code(text: str) -> bool:
    return re.search(r"(?<!\$)\$\{|(?<!%)%\{", text) is not None
