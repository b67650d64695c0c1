"""What documents are built from: a tenant's settings, or what an estate's tenants have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tenantc.model.schema import Group, Schema
from tenantc.model.secrets import Reference, reference, stated
from tenantc.model.settings import Section
from tenantc.source.frozen import Frozen
from tenantc.source.path import Path, covers, section, split
from tenantc.source.value import Opaque, Record, Value

FILLED: Final = ("tenant", "deployment")
"""Sections that tenantc makes for each tenant anew, however equal they are: a few texts each."""


class Subject(Frozen):
    """Sections by name, `tenant`, `deployment` and `workspace` among them."""

    schema: Schema
    sections: Mapping[str, Section]

    def value(self, path: Path) -> Value | None:
        """The value at a path, None if it is absent."""
        held = self.sections.get(section(path))
        return held.values.get(path) if held is not None else None

    def find(self, path: Path) -> Value | None:
        """The value at a path, None if it is absent; what stands below a mapping of settings comes as a `Record`."""
        value = self.value(path)
        if value is not None or not self.is_group(path):
            return value
        held = self.sections.get(section(path))
        depth = len(split(path))
        nested: dict[str, Value] = {}
        for under, item in sorted(held.values.items()) if held is not None else ():
            if covers(path, under):
                _put(nested, split(under)[depth:], item)
        return Record(nested) if nested else None

    def look(self, path: Path) -> Value | None:
        """As `find`; raises `TypeError` where the tenant's identity stands, which nobody inspects."""
        value = self.find(path)
        if isinstance(value, Opaque):
            raise TypeError(f"`{path}` holds a tenant's identity, which documents place and never inspect")
        return value

    def secrets(self, name: str) -> list[tuple[Path, Reference | None]]:
        """Each secret of a section that has a value, by path: where it lies, None for a sealed one."""
        return [(path, reference(value)) for path, value in stated(self.schema, self.sections.get(name))]

    def is_secret(self, path: Path) -> bool:
        leaf = self.schema.leaf(path) if section(path) not in FILLED else None
        return leaf is not None and leaf.secret

    def is_group(self, path: Path) -> bool:
        """Whether a path names a mapping of settings; of options, whatever is no value may be one."""
        name = section(path)
        return name == "workspace" or isinstance(self.schema.find(path), Group)


def _put(nested: dict[str, Value], names: tuple[str, ...], value: Value) -> None:
    *groups, name = names
    here = nested
    for group in groups:
        inner = here.setdefault(group, Record())
        assert isinstance(inner, Record), "a mapping of settings"
        here = inner
    here[name] = value
