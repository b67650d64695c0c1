"""Diagnostics as text, like a good compiler's: code, sentence, source lines underlined, who shares the blame, help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tenantc.diagnostics.codes import CODES
from tenantc.diagnostics.diagnostic import Blame, Diagnostic
from tenantc.source.span import Span

_WIDEST = 200
LIBRARY = "library/"


def render(diagnostic: Diagnostic, root: str = "") -> str:
    """A diagnostic on several lines, the first `path:line:column: error[T204]: …`. Positions are never cut.

    `root` is put before the paths of a workspace's files: they are relative to the workspace, and are shown relative
    to the current folder. The library's begin with `library/`.
    """
    return "\n".join(_lines(diagnostic, root))


def short(diagnostic: Diagnostic, root: str = "") -> str:
    """A diagnostic on one line, for logs and editors: `path:line:column: error[T204]: …`."""
    place = f"{place_of(diagnostic.blames[0].span, root)}: " if diagnostic.blames else ""
    return f"{place}{diagnostic.severity.value}[{diagnostic.code}]: {sentence(diagnostic)}"


def sentence(diagnostic: Diagnostic) -> str:
    """What is wrong, and how many tenants it reaches, without its place."""
    return f"{printable(diagnostic.message)}{_reach(diagnostic)}"


def place_of(span: Span, root: str = "") -> str:
    """A position as it is printed: `path:line:column`."""
    return f"{printable(path_of(span, root))}:{span.line}:{span.column}"


def path_of(span: Span, root: str = "") -> str:
    """A path as it is printed: the way to it from the current folder; the library's begin with `library/`."""
    return span.path if span.path.startswith(LIBRARY) else root + span.path


def _lines(diagnostic: Diagnostic, root: str) -> Iterator[str]:
    yield short(diagnostic, root)
    masked = CODES[diagnostic.code].masked
    width = max((len(str(blame.span.line)) for blame in diagnostic.places), default=0)
    for index, blame in enumerate(diagnostic.places):
        if index:
            yield f"{' ' * width} ::: {place_of(blame.span, root)}"
        yield from _source(blame, width, masked, "^" if index == 0 else "-")
    if diagnostic.help:
        yield f"{' ' * width} = help: {printable(diagnostic.help)}"


def _source(blame: Blame, width: int, masked: bool, mark: str) -> Iterator[str]:
    span = blame.span
    line = span.text.line(span.line)
    if not line.strip():
        return
    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    end = max(end, start + 1)
    if masked:
        line = line[:start] + "*" * min(end - start, len(line) - start) + line[end:]
    shift = max(0, start - _WIDEST // 2) if len(line) > _WIDEST else 0
    shown = printable(line[shift : shift + _WIDEST].replace("\t", " "))
    yield f"{span.line:>{width}} | {shown}"
    label = f" {printable(blame.label)}" if blame.label else ""
    marks = mark * min(end - start, _WIDEST - (start - shift))
    yield f"{' ' * width} | {' ' * (start - shift)}{marks}{label}"


def _reach(diagnostic: Diagnostic) -> str:
    return f" ({diagnostic.tenants} tenants)" if diagnostic.tenants > 1 else ""


def printable(text: str) -> str:
    """The text with what a terminal would obey, or a reader not see, written as escapes."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else f"\\u{{{ord(character):x}}}" for character in text)


def as_json(diagnostic: Diagnostic, root: str = "") -> dict[str, Any]:
    """A diagnostic as the JSON documents of the command line hold it (schemas/cli/diagnostic.json)."""
    result: dict[str, Any] = {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "spans": [_span(blame, root) for blame in diagnostic.places],
    }
    if diagnostic.tenants:
        result["tenants"] = diagnostic.tenants
    return result


def _span(blame: Blame, root: str) -> dict[str, Any]:
    span = blame.span
    return {
        "path": path_of(span, root),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
        "label": blame.label,
    }


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics in reading order."""
    return sorted(diagnostics, key=lambda diagnostic: diagnostic.sort_key)
