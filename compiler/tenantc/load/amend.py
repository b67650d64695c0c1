"""Changes what a tenant's spec says of one setting, in the spec's own text."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from tenantc.load.blocks import locate, split_operator
from tenantc.load.entries import Entry, entries
from tenantc.load.patch import Patch, Step, members, way
from tenantc.model.layer import Operator
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.source.node import Node
from tenantc.source.path import Path, covers, join, split
from tenantc.source.span import Span

_REMOVES = (Operator.REMOVE, Operator.REMOVE_IF_THERE)
_MERGES = (Operator.SET, Operator.REPLACE)
# what needs no quotes as a key in block style: dotted names, quoted names in brackets, an operator
_BARE_KEY = re.compile(r'[A-Za-z_][A-Za-z0-9_.-]*(?:\["[A-Za-z0-9_./@ -]+"\][A-Za-z0-9_.-]*)*(?:\+|-\??|!)?')

# prints a scalar as the file's language has it
Print = Callable[[Any], str]


class Amendment(NamedTuple):
    """What is to be said of a setting: in the tenant's overrides, or in those for one environment.

    `value` is as JSON has it; for an operator of lists, the items that are added or taken. `inner` says that of an
    entry with an end date only the value changes.
    """

    path: Path
    operator: Operator
    value: Any
    environment: str = ""
    inner: bool = False


class Editor:
    """The text of one document of a tenant file, and the amendments of it."""

    def __init__(self, document: Node, schema: Schema, scalar: Print) -> None:
        self.document = document
        self.schema = schema
        self.scalar = scalar
        self.is_json = document.text.path.lower().endswith(".json")
        self.patch = Patch(document.text)

    def amended(self, wanted: Amendment) -> str:
        """The file's text one step nearer to an amendment; as it was where the spec says so already.

        What is taken out and what is put in may be the same lines, so each step is one of the two.
        """
        block = self._block(wanted.environment)
        if block is None:
            self._new_block(wanted)
            return self.patch.text()
        held = list(entries(block, self.schema))
        own = [entry for entry in held if entry.path == wanted.path]
        if wanted.operator in _MERGES:
            self._set(wanted, block, held, own)
        else:
            self._shift(wanted, block, held, own)
        return self.patch.text()

    def stated(self, key: str, value: Any) -> str:
        """The file's text with another value of one of the spec's own keys, such as `tier`."""
        top = self.document.value
        assert isinstance(top, dict), "a spec is a mapping"
        if key in top:
            self.patch.replace((self.document.keys or {})[key], top[key], self._print(value))
        elif self.patch.is_flow(self.document):
            self.patch.add(self.document, f"{self._quoted(key, flow=True)}: {self._print(value)}")
        else:
            indent = " " * (self.document.column - 1)
            self.patch.add_lines(top["tier"].end_line, f"{indent}{key}: {self._print(value)}")
        return self.patch.text()

    def dropped(self, at: Span) -> str:
        """The file's text without the entry, or the item of `unset`, that begins at a place."""
        self._drop(way(self.document, at.line, at.column))
        return self.patch.text()

    def _drop(self, steps: list[Step]) -> None:
        # that a tenant lives in an environment is said by its key: a mapping there stays, if empty
        is_environment = len(steps) > 2 and steps[0].key is not None and steps[0].key.value == "environments"
        if is_environment and all(len(members(step.collection)) == 1 for step in steps[2:]):
            name = steps[1].key
            assert name is not None, "environments go by name"
            if not self.patch.is_flow(steps[2].collection):
                self.patch.empty(name, steps[2:])
                return
        self.patch.drop(steps[2:] if is_environment else steps)

    def _block(self, environment: str) -> Node | None:
        top = self.document.value
        assert isinstance(top, dict), "a spec is a mapping"
        if not environment:
            return top.get("overrides")
        places = top["environments"].value
        assert isinstance(places, dict), "the structure was checked"
        inner = places[environment].value
        assert isinstance(inner, dict), "the structure was checked"
        return inner.get("overrides")

    def _new_block(self, wanted: Amendment) -> None:
        """An `overrides:` for a spec that has none; one for an environment is never missing, since it won."""
        assert not wanted.environment, "what holds in one environment is amended where it stands"
        is_flow = self.patch.is_flow(self.document)
        entry = f"{self._key(wanted.path, '', wanted.operator, flow=is_flow)}: {self._print(wanted.value)}"
        if is_flow:
            self.patch.add(self.document, f"{self._quoted('overrides')}: {{{entry}}}")
            return
        indent = " " * (self.document.column - 1)
        self.patch.add_lines(self.document.end_line, f"{indent}overrides:", f"{indent}  {entry}")

    def _set(self, wanted: Amendment, block: Node, held: list[Entry], own: list[Entry]) -> None:
        unset = [entry for entry in held if entry.operator is Operator.UNSET]
        if any(self._unsets(entry, wanted.path) for entry in unset):
            return
        if not own:
            self._insert(wanted, block, held)
            return
        first, *others = own
        key = first.holder.keys[first.key] if first.holder.keys is not None else first.value
        spelled, operator = split_operator(first.key)
        if operator not in _MERGES:
            self.patch.rename(key, self._quoted(spelled, flow=self.patch.is_flow(first.holder)))
        place, node = (key, first.value)
        if wanted.inner and isinstance(node.value, dict) and node.keys is not None:
            place, node = node.keys["value"], node.value["value"]
        if not _same(node.plain(), wanted.value) or operator not in _MERGES:
            self.patch.replace(place, node, self._print(wanted.value))
        for entry in others:
            self._drop(self._way(entry))

    def _shift(self, wanted: Amendment, block: Node, held: list[Entry], own: list[Entry]) -> None:
        """Adds items to a list or takes them away, in the entries that are there as far as that can be."""
        is_added = wanted.operator is Operator.APPEND
        grows = (Operator.SET, Operator.APPEND) if is_added else _REMOVES
        shrinks = _REMOVES if is_added else (Operator.SET, Operator.APPEND)
        items = list(wanted.value)
        if any(entry.operator in shrinks and self._take(entry, items) for entry in own):
            return
        target = next((entry for entry in own if entry.operator in grows and self._list(entry) is not None), None)
        if target is not None:
            node = self._list(target)
            assert node is not None
            missing = [item for item in items if not any(_same(item, one.plain()) for one in members(node))]
            if missing:
                self.patch.add(node, self._print(missing[0]))
        elif is_added or not any(entry.operator is Operator.SET for entry in own):
            self._insert(wanted, block, held)

    def _take(self, entry: Entry, items: Sequence[Any]) -> bool:
        """Takes one of the items out of a list where it stands; an operator without items goes as a whole."""
        node = self._list(entry)
        if node is None:
            return False
        held = members(node)
        index = next((at for at, one in enumerate(held) if any(_same(one.plain(), item) for item in items)), None)
        if index is None:
            return False
        if len(held) > 1:
            self.patch.drop([Step(node, index)])
        elif entry.operator is not Operator.SET:
            self._drop(self._way(entry))
        else:
            within, key = (entry.value, "value") if node is not entry.value else (entry.holder, entry.key)
            assert within.keys is not None, "a list stands in a mapping"
            self.patch.replace(within.keys[key], node, "[]")
        return True

    def _list(self, entry: Entry) -> Node | None:
        """The list of an entry, behind its end date if it has one."""
        node = entry.value.value["value"] if isinstance(entry.value.value, dict) else entry.value
        return node if isinstance(node.value, list) else None

    def _unsets(self, entry: Entry, path: Path) -> bool:
        """Takes a path that is to be set out of `unset`."""
        for index, item in enumerate(members(entry.value)):
            if locate(item, self.schema).value == path:
                self._drop([*self._way(entry), Step(entry.value, index)])
                return True
        return False

    def _way(self, entry: Entry) -> list[Step]:
        span = entry.holder.key_span(entry.key)
        return way(self.document, span.line, span.column)

    def _insert(self, wanted: Amendment, block: Node, held: list[Entry]) -> None:
        """Adds an entry to the mapping that lies nearest: the one of the settings around it, or the whole block."""
        around = [
            entry
            for entry in held
            if entry.operator in _MERGES
            and isinstance(self.schema.find(entry.path), Group)
            and covers(entry.path, wanted.path)
        ]
        nearest = max(around, key=lambda entry: len(split(entry.path)), default=None)
        holder, prefix = (nearest.value, nearest.path) if nearest is not None else (block, "")
        key = self._key(wanted.path, prefix, wanted.operator, flow=self.patch.is_flow(holder))
        self.patch.add(holder, f"{key}: {self._print(wanted.value)}")

    def _key(self, path: Path, prefix: Path, operator: Operator, *, flow: bool) -> str:
        names = split(path)[len(split(prefix)) if prefix else 0 :]
        above = self.schema.find(join(split(path)[:-1])) if len(names) == 1 and prefix else None
        # under an open map of plain values the rest of a key is one name
        is_name = isinstance(above, Group) and isinstance(above.entry, Leaf) and re.fullmatch(r"[\w.@/-]*\w", names[0])
        sign = "" if operator in _MERGES else operator.value
        text = names[0] if is_name else join(names)
        if split_operator(text)[1] is not Operator.SET:  # a name that ends as if an operator stood behind it
            text = f"{join(names[:-1])}[{json.dumps(names[-1], ensure_ascii=False)}]"
        return self._quoted(f"{text}{sign}", flow=flow)

    def _quoted(self, key: str, *, flow: bool = False) -> str:
        if not self.is_json and not flow and _BARE_KEY.fullmatch(key):
            return key
        return json.dumps(key, ensure_ascii=False) if self.is_json else self.scalar(key)

    def _print(self, value: Any) -> str:
        """A value on one line."""
        if self.is_json:
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, list):
            return f"[{', '.join(self._print(item) for item in value)}]"
        if isinstance(value, dict):
            return f"{{{', '.join(f'{self.scalar(key)}: {self._print(item)}' for key, item in value.items())}}}"
        return self.scalar(value)


def _same(left: Any, right: Any) -> bool:
    """Whether two values as JSON has them are the same: `1` and `true` are not."""
    return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
