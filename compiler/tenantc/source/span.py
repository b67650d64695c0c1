"""Where something stands in a text."""

from __future__ import annotations

from typing import NamedTuple

from tenantc.source.text import Text


class Span(NamedTuple):
    """A stretch of one text: 1-based lines, 1-based columns in characters, the end exclusive."""

    text: Text
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def path(self) -> str:
        """The path of the file, as it is shown to the user."""
        return self.text.path

    @property
    def key(self) -> tuple[str, int, int, int, int]:
        """Sorts spans in reading order, file by file."""
        return (self.text.path, self.line, self.column, self.end_line, self.end_column)

    def __str__(self) -> str:
        return f"{self.text.path}:{self.line}:{self.column}"


def part(span: Span, text: str, offset: int, length: int) -> Span:
    """A part of the text that stands at `span`; the whole of it where escapes or folding hide the part's place."""
    if span.line == span.end_line:
        at = span.text.line(span.line)[span.column - 1 : span.end_column - 1].find(text)
        if at >= 0:
            start = span.column + at + offset
            return Span(span.text, span.line, start, span.line, start + max(length, 1))
    return span


def whole(text: Text) -> Span:
    """The first character of a file, for what concerns the file as such."""
    return Span(text, 1, 1, 1, 1)
