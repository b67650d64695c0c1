"""What the parsers found wrong in one file."""

from __future__ import annotations

from tenantc.diagnostics.diagnostic import Blame, Diagnostic, diagnose
from tenantc.load.limits import Limits
from tenantc.source.span import Span
from tenantc.source.text import Text

_LONGEST = 60


class Findings:
    """Collects the diagnostics of one file; beyond the limit of mistakes they are dropped."""

    __slots__ = ("_found", "limits", "text")

    def __init__(self, text: Text, limits: Limits) -> None:
        self.text = text
        self.limits = limits
        self._found: list[Diagnostic] = []

    def add(self, code: str, *blames: Span | Blame, help: str = "", **facts: object) -> None:
        if len(self._found) < self.limits.mistakes:
            self._found.append(diagnose(code, *blames, help=help, **facts))

    def span(self, start: int, end: int) -> Span:
        """The span between two character offsets; what lies beyond the text counts as its end."""
        line, column = self._place(start)
        end_line, end_column = self._place(max(start, end))
        return Span(self.text, line, column, end_line, end_column)

    def found(self) -> tuple[Diagnostic, ...]:
        return tuple(self._found)

    def __bool__(self) -> bool:
        return bool(self._found)

    def _place(self, offset: int) -> tuple[int, int]:
        body = self.text.body
        at = min(offset, len(body))
        return body.count("\n", 0, at) + 1, at - body.rfind("\n", 0, at)


def shown(text: str) -> str:
    """User text as a message quotes it: on one line, and not too long."""
    line = text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
