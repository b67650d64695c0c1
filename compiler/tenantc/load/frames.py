"""The mapping or list that a parser is filling: both parsers keep a stack of these instead of recursing."""

from __future__ import annotations

from typing import Final

from tenantc.diagnostics.diagnostic import Blame
from tenantc.load.findings import Findings, shown
from tenantc.source.node import Node

# Stands for a key that was refused, so that its value is dropped. Told apart by identity: no key that was read is this
# very object.
DROPPED: Final = "a dropped key"


class MappingFrame:
    """A mapping: `key` is None while a key is expected, then the key whose value comes next."""

    __slots__ = ("entries", "findings", "key", "keys", "node")

    def __init__(self, node: Node, entries: dict[str, Node], keys: dict[str, Node], findings: Findings) -> None:
        self.node = node
        self.entries = entries
        self.keys = keys
        self.key: str | None = None
        self.findings = findings

    def name(self, key: str, node: Node) -> None:
        """Take a key; a second one of the same text is told and its value dropped."""
        first = self.keys.setdefault(key, node)
        if first is node:
            self.key = key
        else:
            self.key = DROPPED
            help_ = "keep one of them"
            self.findings.add("T105", node.span, Blame(first.span, "first here"), help=help_, key=shown(key))

    def put(self, node: Node | None) -> None:
        """Take the value of the key, or a collection that stands where a key should; None for one that was refused."""
        key = self.key
        if key is None:
            if node is not None:
                self.findings.add("T111", node.span, kind=node.kind(), help="put the key in quotes if it is text")
            self.key = DROPPED
            return
        if key is not DROPPED:
            if node is None:
                del self.keys[key]
            else:
                self.entries[key] = node
        self.key = None

    def __len__(self) -> int:
        return len(self.entries)

    def last(self) -> Node | None:
        """The value that was taken last, as far as one was."""
        return next(reversed(self.entries.values()), None)


class ListFrame:
    """A list; also the file as such, whose items are documents."""

    __slots__ = ("items", "node")

    def __init__(self, node: Node, items: list[Node]) -> None:
        self.node = node
        self.items = items

    def put(self, node: Node | None) -> None:
        if node is not None:
            self.items.append(node)

    def __len__(self) -> int:
        return len(self.items)

    def last(self) -> Node | None:
        return self.items[-1] if self.items else None
