"""Parses JSON as RFC 8259 has it, with positions, without recursion; a key that stands twice is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final, TypeAlias

from tenantc.diagnostics.diagnostic import Outcome
from tenantc.load import characters
from tenantc.load.findings import Findings, shown
from tenantc.load.frames import ListFrame, MappingFrame
from tenantc.load.limits import LIMITS, Limits
from tenantc.load.scalars import NOT_FINITE, Refusal, read_float, read_integer
from tenantc.source.node import Node
from tenantc.source.regex import lazy
from tenantc.source.text import Text

_SPACE = lazy(r"[ \t\r\n]*")
_NUMBER = lazy(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_KEY = lazy(r'"([^"\\\x00-\x1f]*)": ?')
_CHARACTERS = lazy(r'[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*')
_ESCAPE = lazy(r"\\(?:u[0-9a-fA-F]{0,4}|.?)", re.DOTALL)
# escapes in order: whole pairs, then halves by themselves, which are caught, then all others
_SURROGATES = lazy(r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\.")
# what a user may have meant as one value, up to white space or punctuation
_WORD = lazy(r"[^\s,:\[\]{}\"]+")
_VALUES: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_COMMENTS = ("//", "/*", "#")
_NO_COMMENTS = "write a YAML file, where a comment starts with `#`"
_NOT_NUMBERS: Final = frozenset({"NaN", "Infinity", "-Infinity"})

# What may come next in the text; each reads it and gives the one after it, None where reading ends.
_State: TypeAlias = "Callable[[], _State | None]"


def parse_json(text: Text, limits: Limits = LIMITS) -> Outcome[tuple[Node, ...]]:
    """The one document of a file; what is refused by itself (a number, a second key of one name) is missing in it."""
    reading = _Reading(Findings(text, limits))
    skip = reading.skip
    state: _State | None = reading.value
    while state is not None:
        skip()
        state = state()
    return Outcome(tuple(reading.documents) if reading.is_whole else (), reading.findings.found())


class _Reading:
    """One pass over a text: `at` is the offset that is read next, `line` its line, `start` where that line starts."""

    __slots__ = ("at", "body", "documents", "findings", "frame", "is_whole", "line", "stack", "start", "text", "values")

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.text = findings.text
        self.body = findings.text.body
        self.at = 0
        self.line = 1
        self.start = 0
        self.documents: list[Node] = []
        self.frame: MappingFrame | ListFrame = ListFrame(self.node(self.documents, 0), self.documents)
        self.stack: list[MappingFrame | ListFrame] = []
        # the document itself is one
        self.values = 1
        self.is_whole = False

    def skip(self) -> None:
        """Pass white space; nothing else in JSON holds a line break."""
        match = _SPACE.match(self.body, self.at)
        assert match is not None, "the pattern matches nothing at least"
        end = match.end()
        if end > self.at:
            breaks = self.body.count("\n", self.at, end)
            if breaks:
                self.line += breaks
                self.start = self.body.rfind("\n", self.at, end) + 1
            self.at = end

    # what may come next

    def value(self) -> _State | None:
        character = self.body[self.at : self.at + 1]
        if character == '"':
            node = self.string()
            return None if node is None else self.put(node)
        if character in ("{", "["):
            return self.open(character)
        word = _WORD.match(self.body, self.at)
        if word is None:
            return self.refuse_value(character)
        literal = word[0]
        if literal in _VALUES:
            return self.put(self.node(_VALUES[literal], len(literal)))
        number = _NUMBER.fullmatch(literal)
        if number is not None:
            return self.number(literal, read_integer(literal) if number.lastindex is None else read_float(literal))
        return self.number(literal, NOT_FINITE) if literal in _NOT_NUMBERS else self.refuse_word(literal)

    def first_item(self) -> _State | None:
        return self.close() if self.body.startswith("]", self.at) else self.value()

    def first_key(self) -> _State | None:
        return self.close() if self.body.startswith("}", self.at) else self.key()

    def key(self) -> _State | None:
        # nearly every key is plain and has its colon right behind it
        usual = _KEY.match(self.body, self.at)
        if usual is not None:
            assert isinstance(self.frame, MappingFrame), "keys are read in mappings only"
            name = usual[1]
            self.frame.name(name, self.node(name, len(name) + 2))
            self.at = usual.end()
            return self.value
        if not self.body.startswith('"', self.at):
            return self.refuse_key()
        node = self.string()
        if node is None:
            return None
        assert isinstance(self.frame, MappingFrame), "keys are read in mappings only"
        assert isinstance(node.value, str), "a string is text"
        self.frame.name(node.value, node)
        return self.colon

    def colon(self) -> _State | None:
        if not self.body.startswith(":", self.at):
            return self.refuse("a `:` is missing before this", 'write `"key": value`')
        self.at += 1
        return self.value

    def more(self) -> _State | None:
        """After a value: a comma, the end of the collection, or that of the file."""
        character = self.body[self.at : self.at + 1]
        if not self.stack:
            self.is_whole = not character
            if self.is_whole:
                return None
            return self.refuse("something follows the value that is the document", "a JSON file holds one value")
        closer = "}" if isinstance(self.frame, MappingFrame) else "]"
        if character == closer:
            return self.close()
        if character == ",":
            self.at += 1
            return self.key if closer == "}" else self.value
        if self.body.startswith(_COMMENTS, self.at):
            return self.refuse("comments are not part of it", _NO_COMMENTS)
        return self.refuse(f"a `,` or `{closer}` is missing before this", "a comma stands between values")

    # values

    def put(self, node: Node) -> _State:
        self.frame.put(node)
        return self.more

    def node(self, value: bool | float | str | list[Node] | None, length: int) -> Node:
        """The node of what starts here, on one line, and passes over it."""
        column = self.at - self.start + 1
        self.at += length
        return Node(value, self.text, self.line, column, self.line, column + length)

    def number(self, literal: str, value: float | Refusal) -> _State:
        if not isinstance(value, Refusal):
            return self.put(self.node(value, len(literal)))
        span = self.node(literal, len(literal)).span
        self.findings.add("T110", span, number=shown(literal), problem=value.problem, help=value.help)
        self.frame.put(None)
        return self.more

    def string(self) -> Node | None:
        match = _CHARACTERS.match(self.body, self.at + 1)
        assert match is not None, "the pattern matches nothing at least"
        if not self.body.startswith('"', match.end()):
            self.refuse_string(match.end())
            return None
        literal = self.body[self.at : match.end() + 1]
        value: str = literal[1:-1]
        if "\\" in value:
            value = json.loads(literal)
            if not self.has_whole_characters(literal, value):
                return None
        return self.node(value, len(literal))

    def open(self, opener: str) -> _State | None:
        depth = self.findings.limits.depth
        if len(self.stack) == depth:
            self.findings.add("T104", self.findings.span(self.at, self.at + 1), limit=depth)
            return None
        self.stack.append(self.frame)
        if opener == "[":
            items: list[Node] = []
            self.frame = ListFrame(self.node(items, 1), items)
            return self.first_item
        entries: dict[str, Node] = {}
        node = self.node(None, 1)
        node.value, node.keys = entries, {}
        self.frame = MappingFrame(node, entries, node.keys, self.findings)
        return self.first_key

    def close(self) -> _State | None:
        frame, limit = self.frame, self.findings.limits.values
        self.at += 1
        frame.node.end_line, frame.node.end_column = self.line, self.at - self.start + 1
        self.values += len(frame)
        if self.values > limit:
            self.findings.add("T113", frame.node.span, limit=limit)
            return None
        self.frame = self.stack.pop()
        return self.put(frame.node)

    # mistakes that end the reading

    def refuse(self, problem: str, help_: str, length: int = 1) -> _State | None:
        """Tell what is wrong with what stands here, or that the file ends here."""
        where = self.findings.span(self.at, self.at + length)
        if self.at == len(self.body) and self.stack:
            opener, closer = ("{", "}") if isinstance(self.frame, MappingFrame) else ("[", "]")
            problem, help_ = f"this `{opener}` is never closed", f"write the `{closer}`"
            where = self.frame.node.span
        self.findings.add("T102", where, format="JSON", problem=problem, help=help_)
        return None

    def refuse_value(self, character: str) -> _State | None:
        if not character:
            return self.refuse("there is no value in it", "most files hold a mapping: `{}` is an empty one")
        if character in "]},:":
            return self.refuse(
                f"no value stands before this `{character}`", "write one, or take out the comma before it"
            )
        # white space that JSON does not know
        return self.refuse_character(self.at)

    def refuse_word(self, literal: str) -> _State | None:
        length = len(literal)
        if not literal[0].isprintable():
            return self.refuse_character(self.at)
        if literal.startswith(_COMMENTS):
            return self.refuse("comments are not part of it", _NO_COMMENTS)
        if literal[0] in "'`":
            return self.refuse("text stands in double quotes", 'write `"` in place of each quote')
        if literal[0] in "+-.0123456789":
            help_ = "a number starts with a digit, with 0 only before a point, and has digits on both sides of a point"
            return self.refuse(f"`{shown(literal)}` is no number", help_, length)
        is_near = literal.lower() in ("true", "false", "null", "none")
        help_ = "write `true`, `false` or `null`" if is_near else "put text in double quotes"
        return self.refuse(f"`{shown(literal)}` is no value", help_, length)

    def refuse_key(self) -> _State | None:
        if self.body.startswith("}", self.at):
            return self.refuse("no key stands before this `}`", "take out the comma before it")
        if self.body.startswith(_COMMENTS, self.at):
            return self.refuse("comments are not part of it", _NO_COMMENTS)
        return self.refuse("a key in double quotes is missing here", 'write `"key": value`')

    def refuse_string(self, at: int) -> None:
        """The string that starts here breaks off at an offset."""
        character = self.body[at : at + 1]
        if character in ("", "\n", "\r"):
            where = self.findings.span(self.at, self.at + 1)
            help_ = "close it on its line; a line break inside is written as `\\n`"
            self.findings.add("T102", where, format="JSON", problem="this quote is never closed", help=help_)
        elif character == "\\":
            escape = _ESCAPE.match(self.body, at)
            assert escape is not None, "a backslash is an escape at least"
            problem = f"`{shown(escape[0])}` is no escape"
            help_ = "write `\\\\` for a backslash; `\\u` takes four hexadecimal digits"
            where = self.findings.span(at, escape.end())
            self.findings.add("T102", where, format="JSON", problem=problem, help=help_)
        else:
            self.refuse_character(at)

    def refuse_character(self, at: int) -> _State | None:
        where = self.findings.span(at, at + 1)
        help_ = f"take it out; in a string it is written as {json.dumps(self.body[at])}"
        self.findings.add("T112", where, character=characters.name(self.body[at]), help=help_)
        return None

    def has_whole_characters(self, literal: str, value: str) -> bool:
        """Whether no escape of a string is half of a surrogate pair, which is no character."""
        halves = [half for half in value if "\ud800" <= half <= "\udfff"] if not value.isascii() else []
        if not halves:
            return True
        for escape in _SURROGATES.finditer(literal):
            if escape[1] is not None:
                where = self.findings.span(self.at + escape.start(), self.at + escape.end())
                help_ = "characters beyond U+FFFF are written as they are, or as two escapes: high half, low half"
                self.findings.add("T112", where, character=characters.name(halves[0]), help=help_)
                break
        return False
