"""Changes one value, entry or item of a YAML or JSON text, and no other character of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tenantc.source.node import Node
from tenantc.source.text import Text

# between two members in brackets: white space and comments, the comma, and spaces that part no comment from it
_COMMA = re.compile(r"(?:\s|#[^\n]*)*,(?: +(?![ #]))?")
_COMMENT = re.compile(r"(?<!\S)#[^\r\n]*")
_COLON = re.compile(r"\s*:")


class Step(NamedTuple):
    """A collection, and which of its members the way through it takes."""

    collection: Node
    at: int

    @property
    def value(self) -> Node:
        return members(self.collection)[self.at]

    @property
    def key(self) -> Node | None:
        """The key of the member, None in a list."""
        return list(self.collection.keys.values())[self.at] if self.collection.keys is not None else None


def members(collection: Node) -> list[Node]:
    """The values of a mapping or the items of a list, in order."""
    value = collection.value
    assert isinstance(value, (dict, list)), "only collections have members"
    return list(value.values()) if isinstance(value, dict) else value


def way(document: Node, line: int, column: int) -> list[Step]:
    """The way from a document to the key or list item that begins at a place; empty if none does."""
    for index, value in enumerate(members(document) if isinstance(document.value, (dict, list)) else ()):
        step = Step(document, index)
        begins = step.key or value
        if (begins.line, begins.column) == (line, column):
            return [step]
        further = way(value, line, column)
        if further:
            return [step, *further]
    return []


def _scalars(node: Node) -> Iterator[Node]:
    """The keys and values in a node that hold nothing else."""
    if not isinstance(node.value, (dict, list)):
        yield node
        return
    yield from (node.keys or {}).values()
    for member in members(node):
        yield from _scalars(member)


class Patch:
    """A text that is being changed, each change at a place of the text as it was."""

    def __init__(self, text: Text) -> None:
        self.body = text.body
        self._changes: list[tuple[int, int, str]] = []
        self._starts = [0, *(match.end() for match in re.finditer("\n", text.body)), len(text.body)]
        self._break = "\r\n" if "\r\n" in text.body else "\n"

    def text(self) -> str:
        """The text with all changes."""
        body = self.body
        for start, end, text in sorted(self._changes, reverse=True):
            body = body[:start] + text + body[end:]
        return body

    def replace(self, key: Node, value: Node, text: str) -> None:
        """Puts a value of one line in a value's place."""
        start, end = self._start(value), self._end(value)
        colon = self._colon(key)
        if "\n" in self.body[colon:start]:
            start, text = colon, f" {text}"
        kept = self._kept(start, end, _scalars(value), key.column)
        if self.body[end : end + 1] in "\r\n":
            kept = kept.rstrip()
        self._changes.append((start, end, f"{text}{kept}"))

    def rename(self, key: Node, text: str) -> None:
        """Spells a key otherwise."""
        self._changes.append((self._start(key), self._end(key), text))

    def add(self, collection: Node, member: str) -> None:
        """Adds an entry (`key: value`) or an item of one line at the end of a collection."""
        held = members(collection)
        start = self._start(collection)
        if not held:
            assert self.is_flow(collection), "a collection in block style holds something"
            self._changes.append((start + 1, start + 1, member))
        elif self.is_flow(collection):
            end = self._end(held[-1])
            last = Step(collection, len(held) - 1)
            begins = self._start(last.key or last.value)
            indent = self.body[self._starts[(last.key or last.value).line - 1] : begins]
            between = f",{self._break}{indent}" if not indent.strip() else ", "
            self._changes.append((end, end, f"{between}{member}"))
        else:
            dash = "- " if isinstance(collection.value, list) else ""
            self.add_lines(collection.end_line, f"{' ' * (collection.column - 1)}{dash}{member}")

    def add_lines(self, line: int, *texts: str) -> None:
        """Adds lines below one."""
        end = self._line_end(line)
        self._changes.append((end, end, "".join(f"{self._break}{text}" for text in texts)))

    def drop(self, way: Sequence[Step]) -> None:
        """Takes the last member of a way out, and the collections above it that it leaves empty.

        The first collection of the way stays: in block style it must hold more. Comments stay.
        """
        keep = len(way) - 1
        while keep > 0 and len(members(way[keep].collection)) == 1:
            keep -= 1
        top = way[keep]
        if self.is_flow(top.collection):
            self._drop_flow(top)
            return
        self._drop_block(way[keep:])

    def empty(self, key: Node, way: Sequence[Step]) -> None:
        """Takes out all that the mapping of a key holds, in block style a single way; `{}` stays."""
        colon = self._colon(key)
        self._changes.append((colon, colon, " {}"))
        self._drop_block(way)

    def is_flow(self, node: Node) -> bool:
        """Whether a collection stands in brackets."""
        return isinstance(node.value, (dict, list)) and self.body[self._start(node)] in "{["

    def _drop_block(self, way: Sequence[Step]) -> None:
        """Takes out the lines of a way's last member, and of each key above it; their comments stay."""
        for step in way:
            begins, is_last = step.key or step.value, step is way[-1] or self.is_flow(step.value)
            start = self._starts[begins.line - 1]
            end = self._starts[min(step.value.end_line if is_last else begins.line, len(self._starts) - 1)]
            scalars = [*_scalars(step.value if is_last else begins), begins]
            indent = " " * (len(self.body[start:end]) - len(self.body[start:end].lstrip(" ")))
            kept = "".join(f"{indent}{comment}{self._break}" for comment in self._comments(start, end, scalars))
            self._changes.append((start, end, kept))
            if is_last:
                return

    def _comments(self, start: int, end: int, scalars: Iterable[Node]) -> Iterator[str]:
        """The comments of some lines, in which these scalars stand."""
        masked = self.body[start:end]
        for node in scalars:
            first, last = max(self._start(node) - start, 0), min(self._end(node), end) - start
            masked = f"{masked[:first]}{'x' * (last - first)}{masked[last:]}" if first < last else masked
        for match in _COMMENT.finditer(masked):
            yield match[0]

    def _drop_flow(self, step: Step) -> None:
        """Takes out a member in brackets, with the comma before it, or behind it if it is the first."""
        begins = step.key or step.value
        start, end = self._start(begins), self._end(step.value)
        if step.at:
            start = self._end(members(step.collection)[step.at - 1])
        else:
            match = _COMMA.match(self.body, end)
            end = match.end() if match else end
        self._changes.append((start, end, self._kept(start, end, [*_scalars(step.value), begins], begins.column)))

    def _kept(self, start: int, end: int, scalars: Iterable[Node], column: int) -> str:
        """The comments of what goes, behind what stays before it; whatever comes then has a line of its own."""
        comments = self._comments(start, end, scalars)
        return "".join(f" {comment}{self._break}{' ' * (column - 1)}" for comment in comments)

    def _colon(self, key: Node) -> int:
        """The offset behind the colon of a key."""
        match = _COLON.match(self.body, self._end(key))
        return match.end() if match else self._end(key)

    def _start(self, node: Node) -> int:
        return self._starts[node.line - 1] + node.column - 1

    def _end(self, node: Node) -> int:
        return self._starts[node.end_line - 1] + node.end_column - 1

    def _line_end(self, line: int) -> int:
        """The offset of a line's break."""
        end = self.body.find("\n", self._starts[line - 1])
        end = len(self.body) if end < 0 else end
        return end - 1 if self.body[:end].endswith("\r") else end
