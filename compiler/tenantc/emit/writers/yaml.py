"""Writes YAML that a 1.1 and a 1.2 reader take for the same: block style, two spaces, keys as given."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tenantc.emit.fill import Filler, Plain
from tenantc.emit.node import Expr, Node, Ref, Tree
from tenantc.emit.holes import Pieces, Template

# What every YAML reader takes for text without quotes: begins with a letter or `/`, ends with no space or colon, and
# holds nothing that could end it or begin something else.
_BARE = re.compile(r"[A-Za-z/_.][A-Za-z0-9/_.@+-]*(?:(?: |:)?[A-Za-z0-9/_.@+()=-]+)*")
# Words that YAML 1.1 (https://yaml.org/type/bool.html, null.html, float.html, merge.html, value.html) or 1.2 reads as
# something else, in any case; and what looks like a number, a date or base 60 to either.
_WORD = re.compile(r"(?:y|n|yes|no|on|off|true|false|null|~|\.inf|\.nan|[+-]?\.inf)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+.0-9].*")


class YamlDialect:
    """A text in YAML stands for itself; a reference is the name."""

    def literal(self, text: str) -> str:
        return text

    def reference(self, ref: Ref, name: str) -> str:
        return name

    def code(self, expression: Expr) -> str:
        raise TypeError(f"YAML has no expressions such as `{expression.code}`")


DIALECT = YamlDialect()


def scalar(value: Plain) -> str:
    """A scalar as YAML: bare only where every reader agrees on what it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if _BARE.fullmatch(value) and not _WORD.fullmatch(value) and not _NUMBER.fullmatch(value) and len(value) < 128:
        return value
    return quoted(value)


def _number(value: float) -> str:
    """A float with a dot and a signed exponent, without which YAML 1.1 reads text."""
    text = repr(value)
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    sign = "" if exponent[0] in "+-" else "+"
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{sign}{exponent}"


_ESCAPED = re.compile(r"[^\x20-\x7e\u00a1-\u00ac\u00ae-\u024f\u0370-\u03ff\u0400-\u04ff\u3041-\u30ff\u4e00-\u9fff]")


def quoted(value: str) -> str:
    """A text in double quotes; whatever a reader might not see, or read as a line break, is an escape."""
    inner = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_ESCAPED.sub(_escape, inner)}"'


def _escape(match: re.Match[str]) -> str:
    code = ord(match.group())
    short = {0x0A: "\\n", 0x0D: "\\r", 0x09: "\\t"}.get(code)
    if short is not None:
        return short
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def write(tree: Tree, filler: Filler | None = None) -> Template:
    """One document, without the line that parts it from others."""
    pieces = Pieces(DIALECT, filler)
    _block(tree, 0, pieces, first=True)
    return pieces.template()


def _block(tree: Tree, indent: int, pieces: Pieces, *, first: bool) -> None:
    """A mapping's entries or a list's items, each on a line. `first` says that the first stands where the text is."""
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if value is None:
                continue
            pieces.add(f"{'' if first else ' ' * indent}{scalar(key)}:")
            _value(value, indent, pieces)
            first = False
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            if item is None:
                continue
            pieces.add(f"{'' if first else ' ' * indent}-")
            _item(item, indent, pieces)
            first = False
    else:
        raise TypeError("a document is a mapping or a list")


def _value(value: Tree, indent: int, pieces: Pieces) -> None:
    if isinstance(value, Mapping) and _held(value):
        pieces.add("\n")
        _block(value, indent + 2, pieces, first=False)
    elif isinstance(value, (list, tuple)) and any(item is not None for item in value):
        pieces.add("\n")
        _block(value, indent, pieces, first=False)
    else:
        pieces.add(" ")
        _scalar(value, pieces)


def _item(item: Tree, indent: int, pieces: Pieces) -> None:
    pieces.add(" ")
    if (isinstance(item, Mapping) and _held(item)) or (isinstance(item, (list, tuple)) and item):
        _block(item, indent + 2, pieces, first=True)
    else:
        _scalar(item, pieces)


def _scalar(value: Tree, pieces: Pieces) -> None:
    if isinstance(value, Node):
        pieces.place(value, scalar)
    elif isinstance(value, Mapping):
        pieces.add("{}")
    elif isinstance(value, (list, tuple)):
        pieces.add("[]")
    else:
        assert isinstance(value, (bool, int, float, str))
        pieces.add(scalar(value))
    pieces.add("\n")


def _held(tree: Mapping[str, Tree]) -> bool:
    return any(value is not None for value in tree.values())
