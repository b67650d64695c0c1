"""What a module of Terraform says of its resources, read back from main.tf.json."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tenantc.emit.terraform.imports import Found, Lookup
from tenantc.source.frozen import Frozen

_REFERENCE: Final = re.compile(r"([a-z0-9_]+)\.([A-Za-z0-9_-]+)\.([a-z0-9_]+)")
# code in a template, which `$${` is not
_CODE: Final = re.compile(r"(?<!\$)\$\{([^{}]*)\}")
_PLACE: Final = re.compile(r"\{([a-z0-9_.-]+)\}")
_COUNTED: Final = re.compile(r"count\.index(?: \+ ([0-9]+))?")
# references stop here: a module's are two or three long
_DEEPEST: Final = 10


class Resource(Frozen):
    """A resource of a module: its type, its label, and what is said of it; of several alike, its number."""

    type: str
    label: str
    body: Mapping[str, Any]
    index: int | None = None

    @property
    def block(self) -> str:
        """The address of all that its block makes."""
        return f"{self.type}.{self.label}"

    @property
    def address(self) -> str:
        return self.block if self.index is None else f"{self.block}[{self.index}]"


class Module:
    """A module's resources. `ids` says for each type how an import names one (schemas/terraform/imports.yaml)."""

    def __init__(self, main: bytes, ids: Mapping[str, Any]) -> None:
        blocks = json.loads(main).get("resource", {})
        self._ids = ids
        found = (one for type, labelled in blocks.items() for label in labelled for one in _each(type, label, blocks))
        self.resources: dict[str, Resource] = {one.address: one for one in found}

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
        after = self._filled(rule.get("after", ""), resource)
        complete = len(known) == len(arguments) and after is not None
        return Lookup(rule["data"], known, rule["attribute"], after or "") if complete else None

    def known_by(self, resource: Resource) -> Mapping[str, str | None] | None:
        """The attributes by which a state tells this resource from others of its type; None if only AWS knows."""
        rule = self._ids.get(resource.type)
        if not isinstance(rule, str):
            return None
        return {name: self._said(name, resource, _DEEPEST) for name in _PLACE.findall(rule)}

    def kept_by(self, resource: Resource) -> tuple[Resource, str] | None:
        """Another resource and its attribute that holds the id of this one in a state; None if none does."""
        rule = self._ids.get(resource.type)
        for pattern, attribute in rule.get("state", {}).items() if isinstance(rule, dict) else ():
            address = pattern.replace("*", resource.label)
            if address in self.resources:
                return self.resources[address], attribute
        return None

    def _filled(self, text: str, resource: Resource, depth: int = _DEEPEST) -> str | None:
        """A text with what the module says in its places; None where the module itself does not know."""
        parts = _PLACE.split(text)
        said = [self._said(part, resource, depth) if index % 2 else part for index, part in enumerate(parts)]
        return "".join(part for part in said if part is not None) if None not in said else None

    def _said(self, place: str, resource: Resource | None, depth: int) -> str | None:
        """What stands at `attribute` of a resource, or at `type.label.attribute`."""
        *address, attribute = place.split(".")
        one: Resource | None = self.resources.get(".".join(address)) if address else resource
        value = one.body.get(attribute) if one is not None else None
        if value is None and one is not None and attribute in ("id", "name", "bucket") and depth:
            # what a resource is called is its id, or what it gives others as one
            rule = self._ids.get(one.type)
            return self._filled(rule, one, depth - 1) if isinstance(rule, str) else None
        if not isinstance(value, str) or not depth:
            return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
        parts = _CODE.split(value)
        said = [self._read(part, one, depth) if index % 2 else _plain(part) for index, part in enumerate(parts)]
        return "".join(part for part in said if part is not None) if None not in said else None

    def _read(self, code: str, resource: Resource | None, depth: int) -> str | None:
        """What code comes to that stands in a template of a resource's; None for what the module does not know."""
        counted = _COUNTED.fullmatch(code)
        if counted is not None and resource is not None and resource.index is not None:
            return str(resource.index + int(counted[1] or 0))
        reference = _REFERENCE.fullmatch(code)
        return self._said(".".join(reference.groups()), resource, depth - 1) if reference is not None else None


def _each(type: str, label: str, blocks: Mapping[str, Any]) -> Iterator[Resource]:
    """What a block makes: one, or as many as `count` says."""
    body = blocks[type][label]
    count = body.get("count")
    if isinstance(count, int):
        yield from (Resource(type, label, body, index) for index in range(count))
    else:
        yield Resource(type, label, body)


def _plain(text: str) -> str | None:
    """Text of a template as it is; None where code is left in it."""
    shown = text.replace("$${", "\0").replace("%%{", "\1")
    return None if "${" in shown or "%{" in shown else shown.replace("\0", "${").replace("\1", "%{")
