"""Reads the YAML that most specs are written in: a line a key, plain or quoted text, short lists.

libyaml reads everything; this reads a part of it in which nothing can mean two things, to the same nodes, and gives up
on the rest. A hook that checks one such file is spared the import of PyYAML, which takes 10 ms.
"""

from __future__ import annotations

import re
from functools import cache

from tenantc.load.limits import Limits
from tenantc.load.scalars import Refusal, resolve
from tenantc.source.node import Node
from tenantc.source.text import Text

# text without quotes: no indicator or comment sign, no space at its end; in a line of its own, a colon within a word
_ITEM = r"[A-Za-z0-9](?:[A-Za-z0-9_/+.@ -]*[A-Za-z0-9_/+.@-])?"
_BARE = r"[A-Za-z0-9](?:(?:[A-Za-z0-9_/+.@ -]|:(?! |$))*[A-Za-z0-9_/+.@-])?"
_QUOTED = r'"(?:[^"\\]|\\["\\])*"'
_COMMENT = r"(?: +#.*| *)"
# libyaml takes no longer keys
_LONGEST = 1000
_LARGEST = 65_536
_DEEPEST = 8


class _Block:
    """A mapping that is being read, and how far its lines are indented."""

    __slots__ = ("entries", "indent", "keys", "node")

    def __init__(self, text: Text, line: int, indent: int) -> None:
        self.indent = indent
        self.entries: dict[str, Node] = {}
        self.keys: dict[str, Node] = {}
        self.node = Node(self.entries, text, line, indent + 1, line, indent + 1, self.keys)


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """An entry of a mapping, an item of a list in brackets, and of one with dashes."""
    name = r"[A-Za-z][A-Za-z0-9_.+-]*(?:\[\"[A-Za-z0-9_.-]+\"\])?"
    key = rf"(?P<indent> *)(?:(?P<key>{name})|(?P<quoted>{_QUOTED})):"
    scalar = rf"(?P<bare>{_BARE})|(?P<text>{_QUOTED})"
    value = rf"(?: +(?:{scalar}|\[(?P<list>[^\[\]{{}}#]*)\]))?"
    item = rf" *(?:(?P<bare>{_ITEM})|(?P<text>{_QUOTED}))(?:,|$)"
    dashed = rf"(?P<indent> *)- (?:{scalar})"
    return re.compile(key + value + _COMMENT), re.compile(item), re.compile(dashed + _COMMENT)


def read_plain(text: Text, limits: Limits) -> Node | None:
    """The one document of a plain file, None for every other file."""
    body = text.body
    if len(body) > min(_LARGEST, limits.values) or not body.isascii() or not body.replace("\n", "").isprintable():
        return None
    return _Reading(text, limits).read()


class _Reading:
    def __init__(self, text: Text, limits: Limits) -> None:
        self.text = text
        self.deepest = min(_DEEPEST, limits.depth)
        self.blocks: list[_Block] = []
        # the key that has no value yet, and the list that is being read as one
        self.open: str | None = None
        self.items: tuple[int, list[Node]] | None = None

    def read(self) -> Node | None:
        entry, _, dashed = _patterns()
        for number, line in enumerate(self.text.body.split("\n"), 1):
            stripped = line.lstrip(" ")
            if not stripped or stripped[0] == "#":
                continue
            if len(line) > _LONGEST:
                return None
            found = entry.fullmatch(line)
            if found is not None:
                taken = self.entry(found, number)
            else:
                item = dashed.fullmatch(line)
                taken = item is not None and self.item(item, number)
            if not taken:
                return None
        if not self.blocks or self.open is not None:
            return None
        self.close(0)
        self.end(self.blocks[0])
        return self.blocks[0].node

    def entry(self, found: re.Match[str], line: int) -> bool:
        """Takes a key, and its value if that stands in the same line; False for what is not plain."""
        spaces, bare, quoted = found["indent"], found["key"], found["quoted"]
        indent = len(spaces)
        self.items = None
        if self.open is not None or not self.blocks:
            if (self.blocks and indent <= self.blocks[-1].indent) or (not self.blocks and indent):
                return False
            if len(self.blocks) == self.deepest:
                return False
            self.nest(_Block(self.text, line, indent))
        elif not self.close(indent):
            return False
        key = bare or _unquoted(quoted)
        block = self.blocks[-1]
        if key in block.keys or key in _ODD:
            return False
        start, end = indent + 1, indent + 1 + len(bare or quoted)
        block.keys[key] = Node(key, self.text, line, start, line, end)
        self.open = key
        return self.value(found, line)

    def value(self, found: re.Match[str], line: int) -> bool:
        kind = found.lastgroup
        if kind == "list":
            node = self.listing(found, line)
        elif kind in _SCALARS:
            node = self.scalar(found, line, 0)
        else:
            return True
        if node is None:
            return False
        self.put(node)
        return True

    def scalar(self, found: re.Match[str], line: int, shift: int) -> Node | None:
        kind = found.lastgroup
        assert kind is not None, "a scalar is bare or quoted"
        value = _unquoted(found[kind]) if kind == "text" else resolve(found[kind])
        if value is None or isinstance(value, Refusal):
            return None
        start, end = found.span(kind)
        return Node(value, self.text, line, start + shift + 1, line, end + shift + 1)

    def listing(self, found: re.Match[str], line: int) -> Node | None:
        """A list in brackets."""
        inner, at, shift = found["list"], 0, found.start("list")
        items: list[Node] = []
        while inner[at:].strip(" "):
            item = _patterns()[1].match(inner, at)
            node = self.scalar(item, line, shift) if item is not None else None
            if item is None or node is None:
                return None
            items.append(node)
            at = item.end()
        return Node(items, self.text, line, shift, line, found.end("list") + 2)

    def item(self, found: re.Match[str], line: int) -> bool:
        """Takes a line of a list with dashes."""
        indent = found.end("indent")
        node = self.scalar(found, line, 0)
        if node is None or not self.blocks:
            return False
        if self.open is not None:
            if indent <= self.blocks[-1].indent:
                return False
            items: list[Node] = []
            self.put(Node(items, self.text, line, indent + 1, line, indent + 1))
            self.items = (indent, items)
        if self.items is None or self.items[0] != indent:
            return False
        self.items[1].append(node)
        last = next(reversed(self.blocks[-1].entries.values()))
        last.end_line, last.end_column = node.end_line, node.end_column
        return True

    def nest(self, block: _Block) -> None:
        """Begins a mapping, as the document or as the value of the open key."""
        if self.open is not None:
            self.put(block.node)
        self.blocks.append(block)

    def put(self, node: Node) -> None:
        assert self.open is not None, "a value follows a key"
        self.blocks[-1].entries[self.open] = node
        self.open = None

    def close(self, indent: int) -> bool:
        """Ends the mappings that are indented further; False where none is indented so far."""
        while self.blocks[-1].indent > indent:
            block = self.blocks.pop()
            self.end(block)
        return self.blocks[-1].indent == indent

    @staticmethod
    def end(block: _Block) -> None:
        last = next(reversed(block.entries.values()), None)
        if last is not None:
            block.node.end_line, block.node.end_column = last.end_line, last.end_column


def _unquoted(text: str) -> str:
    """What stands between quotes; of the escapes, only those of quotes and backslashes are plain."""
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if "\\" in text else text[1:-1]


_SCALARS = frozenset({"bare", "text"})
# nothing that YAML takes for something else than text where a key stands
_ODD = frozenset({"null", "Null", "NULL", ""})
