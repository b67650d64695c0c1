"""The resolved settings themselves: settings.json, what people's own charts and modules read, and a ConfigMap.

The text of a section that tenants share is made once and goes with the section; that of a tenant's own section is made
of frames (`frames.py`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Final

from tenantc.emit import frames
from tenantc.emit.characters import json_string
from tenantc.emit.fill import Filler
from tenantc.emit.frames import Filling, Frame, Nest, nest
from tenantc.emit.kubernetes.metadata import metadata
from tenantc.emit.names import NAMES
from tenantc.emit.writers import yaml
from tenantc.model.identity import holds_identity
from tenantc.model.settings import Content, Findings, Section
from tenantc.source.frozen import Frozen
from tenantc.source.memo import Memo
from tenantc.source.path import Path, split
from tenantc.source.value import UNLIMITED, Record, Unlimited, Value

_FILLED: Final = frozenset({"tenant", "deployment", "workspace"})

# https://developer.hashicorp.com/terraform/language/values/variables#declaring-an-input-variable: no variable may bear
# these names, so the section `lifecycle` comes as `tenant_lifecycle`
_NO_VARIABLES: Final = frozenset(
    {"source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"}
)

Head = Mapping[str, Mapping[str, str]]


class Form(Frozen, eq=False):
    """How a file shows a section: what stands before it, the frame, its indentation, a value, what stands behind it.

    `plain` says that the file's readers expect numbers, so that one stands for `unlimited`.
    """

    before: Callable[[str], str]
    frame: Callable[[Nest, int], Frame]
    indent: int
    leaf: Callable[[Value, int], str]
    after: str
    plain: bool


def _entry(name: str) -> str:
    return f"{json_string(name)}: "


def _variable(name: str) -> str:
    return _entry(f"tenant_{name}" if name in _NO_VARIABLES else name)


_SETTINGS: Final = Form(_entry, frames.json_frame, 6, frames.json_leaf, "", plain=False)
_HEAD: Final = Form(_entry, frames.json_frame, 4, frames.json_leaf, "", plain=False)
_TFVARS: Final = Form(_variable, frames.json_frame, 4, frames.json_leaf, "", plain=True)
_YAML: Final = Form(lambda name: f"{yaml.scalar(name)}:", frames.yaml_frame, 2, frames.yaml_leaf, "", plain=True)
_CONFIG: Final = Form(
    lambda name: f'  {yaml.scalar(f"{name}.json")}: "', frames.compact_frame, 0, frames.compact_leaf, '"\n', plain=False
)


# what needs no closer look
_PLAIN: Final = frozenset({bool, int, float, str, Unlimited})


class _Shown:
    """A section as it is shown: its settings in the order of their paths, and its text in each form asked for.

    `personal` are the places of values with identity in them; where there are some, no text is kept. `base` is the
    section that it has all but the values at `places` from, if it has the same settings.
    """

    __slots__ = ("base", "leaves", "paths", "personal", "places", "settings", "texts", "values")

    paths: tuple[Path, ...]
    settings: frozenset[Path]
    values: list[Value]
    places: list[int]

    def __init__(self, content: Content, base: _Shown | None) -> None:
        held = content.values
        self.base = base if base is not None and held.keys() == base.settings else None
        if self.base is None:
            self.paths = tuple(sorted(held))
            self.values = list(map(held.__getitem__, self.paths))
            self.settings = frozenset(held)
            self.places = []
        else:
            self.paths, self.settings = self.base.paths, self.base.settings
            self.values = self.base.values.copy()
            self.places = [bisect_left(self.paths, path) for path in set(content.changed) & self.settings]
            for at in self.places:
                self.values[at] = held[self.paths[at]]
        self.personal = [
            at for at, value in enumerate(self.values) if type(value) not in _PLAIN and holds_identity(value)
        ]
        self.texts: dict[Form, str] = {}
        self.leaves: dict[Form, list[str]] = {}

    def whose(self, filler: Filler) -> list[Value]:
        """The values with the tenant's identity in them."""
        values = self.values.copy()
        for at in self.personal:
            values[at] = filler.with_identity(values[at])
        return values


class Values:
    """Writes settings in the formats that people's own tools read.

    `unlimited` is the number that stands for it in values.yaml and tenant.tfvars.json, whose readers expect one;
    settings.json and the ConfigMap keep the word.
    """

    def __init__(self, unlimited: int) -> None:
        self._unlimited = unlimited
        self._shown: Findings[_Shown] = Findings()
        self._fillings: Memo[Hashable, Filling] = Memo(1024)
        self._groups: Memo[Hashable, Filling] = Memo(64)
        self._config_head = yaml.write(
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata(NAMES, "tenant-settings")}
        )
        self._headed: tuple[Head, list[str]] = ({}, [])
        self._last: tuple[Mapping[str, Section], list[tuple[str, _Shown]]] = ({}, [])

    def settings_json(self, head: Head, sections: Mapping[str, Section], filler: Filler) -> bytes:
        """settings.json: whose they are, and every resolved setting, nested; absent settings are left out."""
        shown = ",\n    ".join(self._sections(sections, filler, _SETTINGS))
        top = ",\n  ".join(['"version": 1', *self._json_head(head)])
        return f'{{\n  {top},\n  "settings": {{\n    {shown}\n  }}\n}}\n'.encode()

    def tfvars_json(self, head: Head, sections: Mapping[str, Section], filler: Filler) -> bytes:
        """tenant.tfvars.json: a variable a section, and one each for the tenant and where it is deployed."""
        shown = ",\n  ".join([*self._json_head(head), *self._sections(sections, filler, _TFVARS)])
        return f"{{\n  {shown}\n}}\n".encode()

    def values_yaml(self, head: Head, sections: Mapping[str, Section], filler: Filler) -> bytes:
        """values.yaml for people's own Helm charts."""
        return "".join([*self._head(head, _YAML), *self._sections(sections, filler, _YAML)]).encode()

    def config_map(self, sections: Mapping[str, Section], filler: Filler) -> bytes:
        """The ConfigMap from which a tenant's pods read their settings: a JSON text a section."""
        shown = "".join(self._sections(sections, filler, _CONFIG))
        return self._config_head.fill(filler) + b"data:\n" + shown.encode()

    def _json_head(self, head: Head) -> list[str]:
        """As both files of JSON have it."""
        if self._headed[0] is not head:
            self._headed = (head, self._head(head, _HEAD))
        return self._headed[1]

    def _head(self, head: Head, form: Form) -> list[str]:
        return [self._group(name, group, form) for name, group in head.items()]

    def _group(self, name: str, group: Mapping[str, str], form: Form) -> str:
        """Whose the settings are, and where: texts under a few names that most tenants have."""
        key = (form, name, *group)
        filling = self._groups.get(key)
        if filling is None:
            frame = form.frame(nest([(key,) for key in group]), form.indent)
            filling = self._groups.put(key, Filling(frame, form.leaf))
        return f"{form.before(name)}{filling.whole(filling.texts([*group.values()]))}{form.after}"

    def _sections(self, sections: Mapping[str, Section], filler: Filler, form: Form) -> list[str]:
        if self._last[0] is not sections:
            self._last = (sections, self._shown_of(sections))
        return [one.texts.get(form) or self._text(name, one, filler, form) for name, one in self._last[1]]

    def _text(self, name: str, one: _Shown, filler: Filler, form: Form) -> str:
        if one.personal:
            return self._show(name, one.paths, one.whose(filler), form)
        one.texts[form] = text = self._derived(name, one, form)
        return text

    def _shown_of(self, sections: Mapping[str, Section]) -> list[tuple[str, _Shown]]:
        """The sections to show, by name."""
        named = [(name, sections[name]) for name in sorted(sections) if name not in _FILLED]
        return [(name, self._shown_one(section.content)) for name, section in named if section.values]

    def _shown_one(self, content: Content) -> _Shown:
        known = self._shown.get(content)
        if known is None:
            base = content.base
            known = self._shown.put(content, _Shown(content, self._shown_one(base) if base is not None else None))
        return known

    def _show(self, name: str, paths: tuple[Path, ...], values: Sequence[Value], form: Form) -> str:
        filling = self._filling(paths, form)
        return f"{form.before(name)}{filling.whole(filling.texts(values))}{form.after}"

    def _derived(self, name: str, one: _Shown, form: Form) -> str:
        """A section's text, of whose settings most were shown with the section that it derives from."""
        filling = self._filling(one.paths, form)
        return f"{form.before(name)}{filling.whole(self._leaves(one, filling, form))}{form.after}"

    def _leaves(self, one: _Shown, filling: Filling, form: Form) -> list[str]:
        known = one.leaves.get(form)
        if known is None:
            if one.base is None or one.base.personal:
                known = filling.texts(one.values)
            else:
                known = filling.changed(self._leaves(one.base, filling, form), one.values, one.places)
            one.leaves[form] = known
        return known

    def _filling(self, paths: tuple[Path, ...], form: Form) -> Filling:
        filling = self._fillings.get((form, paths))
        if filling is None:
            frame = form.frame(nest([split(path)[1:] for path in paths]), form.indent)
            filling = self._fillings.put((form, paths), Filling(frame, self._plain(form) if form.plain else form.leaf))
        return filling

    def _plain(self, form: Form) -> Callable[[Value, int], str]:
        return lambda value, indent: form.leaf(_numbers(value, self._unlimited), indent)


def _numbers(value: Value, unlimited: int) -> Value:
    """The value with a number for `unlimited`."""
    if value is UNLIMITED:
        return unlimited
    if isinstance(value, tuple):
        return tuple([_numbers(item, unlimited) for item in value])
    if isinstance(value, Record):
        return Record({key: _numbers(item, unlimited) for key, item in value.items()})
    return value
