"""A file's text, as the compiler saw it."""

from __future__ import annotations


class Text:
    """The text of one input file and the path it is shown under.

    Compared by identity: two files with equal contents are two files.
    """

    __slots__ = ("_lines", "body", "path")

    def __init__(self, path: str, body: str) -> None:
        self.path = path
        self.body = body
        self._lines: list[str] | None = None

    def line(self, number: int) -> str:
        """The line with this 1-based number without its line break; empty beyond the last."""
        if self._lines is None:
            self._lines = self.body.split("\n")
        if not 1 <= number <= len(self._lines):
            return ""
        return self._lines[number - 1].removesuffix("\r")

    def __repr__(self) -> str:
        return f"Text({self.path!r})"
