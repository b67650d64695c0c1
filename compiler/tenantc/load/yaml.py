"""Parses YAML: libyaml finds the events, this module builds nodes with positions and holds them to the 1.2 core schema.

libyaml scans YAML 1.1 with most of what 1.2 changed. Where it reads something else than YAML 1.2 would, this project
refuses the text: `characters.py` (line breaks), `dialect.py` (comments, `?`) and `scalars.py` (types) say where.
Python recursion is never used and libyaml's events need none, so depth costs nothing until the limit.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Protocol, cast

from tenantc.diagnostics.diagnostic import Outcome
from tenantc.load import characters, complaints, dialect
from tenantc.load.findings import Findings, shown
from tenantc.load.frames import DROPPED, ListFrame, MappingFrame
from tenantc.load.limits import LIMITS, Limits
from tenantc.load.plain import read_plain
from tenantc.load.scalars import FLOAT, INTEGER, NULLS, STARTS, WORDS, Refusal, Scalar, resolve
from tenantc.source.node import Node
from tenantc.source.span import Span
from tenantc.source.text import Text

if TYPE_CHECKING:
    from yaml._yaml import CParser
    from yaml.error import MarkedYAMLError
    from yaml.events import ScalarEvent

_BLOCK_STYLES = frozenset("|>")
_TAGS = "tag:yaml.org,2002:"
_TOO_DEEP = "exceeded maximum nesting depth"
_QUOTE_HELP = "put text that starts with `{}` in quotes"


class NoLibyaml(ImportError):  # noqa: N818  it names what is missing
    """PyYAML is installed without libyaml; its own parser is thirty times slower and is not used instead."""

    def __init__(self) -> None:
        super().__init__("PyYAML is installed without libyaml: install one of its wheels")


class Mark(Protocol):
    """A place in the text, 0-based, in characters."""

    index: int
    line: int
    column: int


class _Event(Protocol):
    """What is read of libyaml's events; not every kind of event has everything."""

    start_mark: Mark
    end_mark: Mark
    value: str
    style: str
    tag: str | None
    anchor: str | None
    tags: dict[str, str] | None


def parse_yaml(text: Text, limits: Limits = LIMITS) -> Outcome[tuple[Node, ...]]:
    """The documents of a file that are whole, empty ones left out.

    What is refused by itself (an alias, a number, a second key of one name) is missing in its document; what only says
    too much (an anchor, an unknown tag) is there without it.
    """
    plain = read_plain(text, limits)
    return Outcome((plain,)) if plain is not None else parse_events(text, limits)


def parse_events(text: Text, limits: Limits = LIMITS) -> Outcome[tuple[Node, ...]]:
    """As `parse_yaml`, by libyaml whatever the text."""
    findings = Findings(text, limits)
    if characters.refuse(findings) or dialect.refuse_flood(findings):
        return Outcome((), findings.found())
    # libyaml takes the end of the file for no line break: `|` would hold other text than in YAML 1.2, and than with one
    return _parse(text, text.body if text.body.endswith("\n") else text.body + "\n", limits)


def _parse(text: Text, body: str, limits: Limits) -> Outcome[tuple[Node, ...]]:
    """The documents in `body`, which is the text or its beginning."""
    parser, scalar, error_type = _libyaml()
    findings = Findings(text, limits)
    reading = _Reading(cast("Callable[[], _Event]", parser(body).get_event), scalar, findings)
    try:
        is_read = reading.read()
    except error_type as error:
        if error.problem == _TOO_DEEP and error.problem_mark is not None:
            # libyaml 0.2.6 looks ahead within brackets, and gives up before it has said where any of them open
            return _parse(text, body[: error.problem_mark.index], limits)
        complaints.explain(error, findings)
    else:
        if is_read and dialect.is_suspect(text.body):
            dialect.check(findings)
    return Outcome(tuple(reading.whole_documents()), findings.found())


@cache
def _libyaml() -> tuple[type[CParser], type[ScalarEvent], type[MarkedYAMLError]]:
    """What is used of PyYAML: imported when the first file is parsed, as that costs 13 ms."""
    try:
        from yaml._yaml import CParser
    except ImportError as error:
        raise NoLibyaml from error
    from yaml.error import MarkedYAMLError
    from yaml.events import ScalarEvent

    return CParser, ScalarEvent, MarkedYAMLError


class _Reading:
    """One pass over the events of a file."""

    __slots__ = ("documents", "findings", "get", "marked", "scalar", "text")

    def __init__(self, get: Callable[[], _Event], scalar: type, findings: Findings) -> None:
        self.get = get
        self.scalar = scalar
        self.findings = findings
        self.text = findings.text
        # most files hold neither tags nor anchors, and need not ask each event for them
        self.marked = "!" in self.text.body or "&" in self.text.body
        self.documents: list[Node] = []

    def read(self) -> bool:
        """Read the events; False if a limit ended it."""
        limits, findings = self.findings.limits, self.findings
        frame: _Mapping | _List = _List(Node(self.documents, self.text, 1, 1, 1, 1), self.documents)
        stack: list[_Mapping | _List] = []
        values = 0
        while True:
            event = frame.fill(self)
            match type(event).__name__:
                case "MappingStartEvent" | "SequenceStartEvent" as name:
                    if len(stack) == limits.depth:
                        findings.add("T104", _first(event, self.text), limit=limits.depth)
                        return False
                    stack.append(frame)
                    frame = self.open(event, is_mapping=name == "MappingStartEvent")
                case "MappingEndEvent" | "SequenceEndEvent":
                    node = _close(frame, event)
                    values += len(frame)
                    if self.is_over(values, node):
                        return False
                    frame = stack.pop()
                    frame.put(node)
                case "AliasEvent":
                    self.refuse_alias(frame, event)
                case "DocumentStartEvent" if event.tags:
                    dialect.refuse_declaration(findings, event.start_mark.index)
                case "DocumentEndEvent":
                    values += 1
                    if self.documents and self.is_over(values, self.documents[-1]):
                        self.documents.pop()
                        return False
                case "StreamEndEvent":
                    return True
                case _:
                    pass

    def is_over(self, values: int, node: Node) -> bool:
        """Whether there are too many values; told at the collection or document that was one too much."""
        limit = self.findings.limits.values
        if values > limit:
            self.findings.add("T113", node.span, limit=limit)
        return values > limit

    def whole_documents(self) -> list[Node]:
        """The documents; an empty one is a null that takes no room."""
        return [node for node in self.documents if node.value is not None or node.column != node.end_column]

    def open(self, event: _Event, *, is_mapping: bool) -> _Mapping | _List:
        """The frame of a collection that starts here; its end is known later."""
        start = event.start_mark
        line, column = start.line + 1, start.column + 1
        if self.marked:
            self.refuse_anchor(event)
            expected = "map" if is_mapping else "seq"
            if event.tag not in (None, "!", _TAGS + expected):
                self.refuse_tag(event, "a mapping" if is_mapping else "a list")
        if is_mapping:
            entries: dict[str, Node] = {}
            keys: dict[str, Node] = {}
            node = Node(entries, self.text, line, column, line, column, keys)
            return _Mapping(node, entries, keys, self.findings)
        items: list[Node] = []
        return _List(Node(items, self.text, line, column, line, column), items)

    def settle(self, event: _Event, node: Node) -> bool:
        """Give a scalar its value where that is not simply its text; False if there is none."""
        if self.marked:
            self.refuse_anchor(event)
            if event.tag is not None:
                return self.settle_tagged(event, node)
        if event.style:
            self.look_behind(event, node)
            return True
        return self.take(resolve(event.value), event, node)

    def take(self, value: Scalar | Refusal, event: _Event, node: Node) -> bool:
        if isinstance(value, Refusal):
            self.findings.add("T110", node.span, number=shown(event.value), problem=value.problem, help=value.help)
            return False
        node.value = value
        return True

    def settle_tagged(self, event: _Event, node: Node) -> bool:
        """Honour the tags of the core schema; with any other, the value counts as text."""
        assert event.tag is not None, "only tagged scalars come here"
        self.look_behind(event, node)
        text = event.value
        value = resolve(text)
        match event.tag.removeprefix(_TAGS):
            # `!` says that the value is what its look suggests, without asking the schema: text
            case "str" | "!":
                return True
            case "null" if text in NULLS:
                value = None
            case "bool" if isinstance(value, bool):
                pass
            case "int" if INTEGER.fullmatch(text):
                pass
            case "float" if INTEGER.fullmatch(text) or FLOAT.fullmatch(text):
                value = float(value) if isinstance(value, int) else value
            case _:
                self.refuse_tag(event, f"`{shown(text)}`")
                return True
        return self.take(value, event, node)

    def name(self, frame: _Mapping, event: _Event, node: Node) -> None:
        """Take a key that is not simply new text."""
        if self.marked:
            self.refuse_anchor(event)
            # `[!!str :a]` is the text `:a`, and to libyaml a mapping with an empty key
            if event.tag is not None and (event.style or event.value):
                if not self.settle_tagged(event, node) or not isinstance(node.value, str):
                    frame.put(node)
                else:
                    frame.name(event.value, node)
                return
        if event.style:
            self.look_behind(event, node)
            frame.name(event.value, node)
        elif event.value in NULLS:
            kind = f"`{event.value}`" if event.value else "empty"
            help_ = "put the key in quotes if it is text"
            self.findings.add("T111", node.span, kind=kind, help=help_)
            frame.key = DROPPED
        elif event.value == "<<":
            help_ = "write the values out, or put what tenants share in a tier or a mixin"
            self.findings.add("T107", node.span, help=help_)
            frame.key = DROPPED
        else:
            frame.name(event.value, node)

    def refuse_anchor(self, event: _Event) -> None:
        if event.anchor is not None:
            where = _first(event, self.text, len(event.anchor) + 1)
            help_ = f"take it out; {_QUOTE_HELP.format('&')}"
            self.findings.add("T106", where, what=f"anchors (`&{shown(event.anchor)}`)", help=help_)

    def refuse_alias(self, frame: _Mapping | _List, event: _Event) -> None:
        # the value of a merge key has been told with the key
        if not (isinstance(frame, _Mapping) and frame.key is DROPPED):
            help_ = f"write the value out, or put what tenants share in a tier or a mixin; {_QUOTE_HELP.format('*')}"
            where = _first(event, self.text, len(event.anchor or "") + 1)
            self.findings.add("T106", where, what=f"aliases (`*{shown(event.anchor or '')}`)", help=help_)
        frame.put(None)

    def refuse_tag(self, event: _Event, value: str) -> None:
        assert event.tag is not None, "only what has a tag comes here"
        is_known = event.tag.startswith(_TAGS) and event.tag.removeprefix(_TAGS) in _KNOWN_TAGS
        problem = f"does not fit {value}" if is_known else "is not known"
        tag = shown(event.tag.replace(_TAGS, "!!"))
        self.findings.add("T108", _first(event, self.text), tag=tag, problem=problem, help=_QUOTE_HELP.format("!"))

    def look_behind(self, event: _Event, node: Node) -> None:
        """What libyaml sees otherwise behind a scalar in quotes or in block style."""
        start, end, body = event.start_mark.index, event.end_mark.index, self.text.body
        if event.style in _BLOCK_STYLES:
            # it ends with its last visible character; libyaml ends it after the empty lines that follow
            raw = body[start:end].rstrip()
            node.end_line = node.line + raw.count("\n")
            node.end_column = len(raw) - raw.rfind("\n") if "\n" in raw else node.column + len(raw)
            header = dialect.HEADER.match(body, start)
            if header is not None:
                dialect.refuse_comment(self.findings, header.end() - 1)
        elif body[end : end + 1] == "#" and event.style:
            dialect.refuse_comment(self.findings, end)


_KNOWN_TAGS = frozenset({"str", "int", "float", "bool", "null", "map", "seq"})


class _Mapping(MappingFrame):
    __slots__ = ()

    def fill(self, reading: _Reading) -> _Event:
        """Take keys and scalars up to the next other event, and return that. The hot loop, with `_List.fill`."""
        get, scalar, text, marked = reading.get, reading.scalar, reading.text, reading.marked
        entries, keys, key = self.entries, self.keys, self.key
        while True:
            event = get()
            if type(event) is not scalar:
                self.key = key
                return event
            start, end, value, style = event.start_mark, event.end_mark, event.value, event.style
            node = Node(value, text, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
            if key is None:
                if style or marked or value in keys or value in _ODD_KEYS:
                    reading.name(self, event, node)
                    key = self.key
                else:
                    keys[value] = node
                    key = value
                continue
            if style or marked or value in WORDS or value[:1] in STARTS:
                if not reading.settle(event, node):
                    self.key = key
                    self.put(None)
                    key = None
                    continue
                if node.value is None:
                    _tuck(node, keys.get(key))
            if key is not DROPPED:
                entries[key] = node
            key = None


class _List(ListFrame):
    __slots__ = ()

    def fill(self, reading: _Reading) -> _Event:
        """Take scalars up to the next other event, and return that."""
        get, scalar, text, marked = reading.get, reading.scalar, reading.text, reading.marked
        append = self.items.append
        while True:
            event = get()
            if type(event) is not scalar:
                return event
            start, end, value, style = event.start_mark, event.end_mark, event.value, event.style
            node = Node(value, text, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
            if not (style or marked or value in WORDS or value[:1] in STARTS) or reading.settle(event, node):
                append(node)


_ODD_KEYS = NULLS | {"<<"}


def _tuck(node: Node, key: Node | None) -> None:
    """Put a missing value where its key ends; behind `? key` libyaml puts it where the next thing is."""
    if key is not None and node.line > key.end_line and node.column == node.end_column:
        node.line = node.end_line = key.end_line
        node.column = node.end_column = key.end_column


def _close(frame: _Mapping | _List, event: _Event) -> Node:
    """The collection of a frame; one in block style ends with its last value, which its end mark does not say."""
    node, start, end = frame.node, event.start_mark, event.end_mark
    last = None if end.index > start.index else frame.last()
    if last is not None:
        node.end_line, node.end_column = last.end_line, last.end_column
    elif end.index > start.index:
        node.end_line, node.end_column = end.line + 1, end.column + 1
    return node


def _first(event: _Event, text: Text, length: int = 1) -> Span:
    """The first characters of what starts at an event."""
    start = event.start_mark
    return Span(text, start.line + 1, start.column + 1, start.line + 1, start.column + 1 + length)
