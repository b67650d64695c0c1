"""Documents of a test's own, built for tenants that a test states, on the fast path and on the plain one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tenantc.emit.build import Builder, Refusal
from tenantc.emit.document import Document
from tenantc.emit.subject import Subject
from tenantc.emit.targets import Format, Target
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.model.settings import Section
from tenantc.source.path import section, split
from tenantc.source.value import Record, Value
from tests.trees import filler


def no_columns(_path: str | tuple[str, ...]) -> Value:
    """What an estate's tenants have, where there is no estate."""
    return ()


def target(*documents: Document, format_: Format = "yaml", name: str = "kubernetes") -> Target:
    """A target of these documents with two files."""
    ending = {"yaml": "yaml", "json": "json", "terraform": "tf.json", "sql": "sql"}[format_]
    return Target(name, ((f"first.{ending}", format_), (f"second.{ending}", format_)), documents)


def schema(paths: Sequence[str]) -> Schema:
    """A schema that has these settings."""
    root: dict[str, Any] = {}
    for path in paths:
        *groups, name = split(path)
        here = root
        for group in groups:
            here = here.setdefault(group, {})
        here[name] = None
    return Schema(_group("", root))


def _group(path: str, members: Mapping[str, Any]) -> Group:
    made: dict[str, Group | Leaf] = {}
    for name, below in members.items():
        here = f"{path}.{name}".lstrip(".")
        made[name] = Leaf(here, "string", "", "control", {}) if below is None else _group(here, below)
    return Group(path, "", made)


def sections(values: Mapping[str, Any]) -> dict[str, Section]:
    """Sections that hold these settings."""
    held: dict[str, dict[str, Value]] = {}
    for path, value in values.items():
        held.setdefault(section(path), {})[path] = frozen(value)
    return {name: Section(inner, {}) for name, inner in held.items()}


def frozen(value: Any) -> Value:
    """The value as settings hold it."""
    if isinstance(value, dict):
        return Record({key: frozen(item) for key, item in value.items()})
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    return value  # type: ignore[no-any-return]


Built = tuple[dict[str, str], list[Refusal]]


class Bench:
    """A builder and its plain twin; whatever the one builds, the other has to build too."""

    def __init__(self, *targets: Target, paths: Sequence[str] = ()) -> None:
        self.fast = Builder(targets)
        self.plain = Builder(targets, reference=True)
        self.schema = schema(paths)

    def build(self, values: Mapping[str, Any] | Mapping[str, Section], **who: str) -> Built:
        """The files of a tenant with these settings, or sections."""
        held = {name: one for name, one in values.items() if isinstance(one, Section)} or sections(values)
        subject = Subject(self.schema, held)
        found, refusals = self.fast.files(subject, filler(subject.find, **who), "tenant", no_columns)
        assert (found, refusals) == self.plain.files(subject, filler(subject.find, **who), "tenant", no_columns)
        return {name: data.decode() for name, data in found}, refusals

    def text(self, values: Mapping[str, Any] | Mapping[str, Section], **who: str) -> str:
        """The one file of a tenant; empty if there is none."""
        files, refusals = self.build(values, **who)
        assert not refusals, refusals
        assert len(files) <= 1, files
        return next(iter(files.values()), "")
