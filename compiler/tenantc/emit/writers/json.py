"""Writes JSON (RFC 8259): two spaces, keys as given, a line break at the end."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from tenantc.emit.fill import Dialect, Filler, Plain
from tenantc.emit.holes import Pieces, Template
from tenantc.emit.node import Expr, Node, Ref, Tree

# What a reader may not see, or take for a line break: controls, bidi marks, byte order marks, line separators.
_HIDDEN = re.compile("[\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")


class JsonDialect:
    """A text in JSON stands for itself; a reference is the name."""

    def literal(self, text: str) -> str:
        return text

    def reference(self, ref: Ref, name: str) -> str:
        return name

    def code(self, expression: Expr) -> str:
        raise TypeError(f"JSON has no expressions such as `{expression.code}`")


DIALECT = JsonDialect()


def scalar(value: Plain) -> str:
    """A scalar as JSON."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return _HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def write(tree: Tree, filler: Filler | None = None, dialect: Dialect = DIALECT) -> Template:
    """A whole JSON text."""
    pieces = Pieces(dialect, filler)
    value(tree, 0, pieces, dialect)
    pieces.add("\n")
    return pieces.template()


def value(tree: Tree, indent: int, pieces: Pieces, dialect: Dialect) -> None:
    """A value whose first line stands where the text is, and whose others are indented."""
    if isinstance(tree, Node):
        pieces.place(tree, scalar)
    elif isinstance(tree, Mapping):
        entries = [(f"{scalar(key)}: ", item) for key, item in tree.items() if item is not None]
        _members("{", entries, "}", indent, pieces, dialect)
    elif isinstance(tree, (list, tuple)):
        _members("[", [("", item) for item in tree if item is not None], "]", indent, pieces, dialect)
    elif isinstance(tree, str):
        pieces.add(scalar(dialect.literal(tree)))
    else:
        assert isinstance(tree, (bool, int, float))
        pieces.add(scalar(tree))


def _members(
    opening: str, entries: list[tuple[str, Tree]], closing: str, indent: int, pieces: Pieces, dialect: Dialect
) -> None:
    if not entries:
        pieces.add(opening + closing)
        return
    inner = " " * (indent + 2)
    for index, (key, item) in enumerate(entries):
        pieces.add(f"{opening if index == 0 else ','}\n{inner}{key}")
        value(item, indent + 2, pieces, dialect)
    pieces.add(f"\n{' ' * indent}{closing}")
