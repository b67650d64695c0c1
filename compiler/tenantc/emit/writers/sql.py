"""Writes SQL for PostgreSQL: our own words, and names and values of others that are always quoted.

Quoting follows postgresql.org/docs/current/sql-syntax-lexical.html: identifiers 4.1.1, strings 4.1.2.1, dollar quotes
4.1.2.4.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from tenantc.emit.fill import Filler, concrete, key_of, scalar_text
from tenantc.emit.holes import Pieces, Template
from tenantc.emit.node import Expr, JsonText, Ref, Slot, Text, Tree
from tenantc.emit.statement import Dollar, Identifier, Literal, Sql

# NAMEDATALEN - 1; PostgreSQL cuts what is longer without an error, so two names could become one.
_LONGEST_NAME = 63
_HIDDEN = re.compile("[\x01-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class SqlDialect:
    """A text in SQL stands for itself until it is quoted as a whole."""

    def literal(self, text: str) -> str:
        return text

    def reference(self, ref: Ref, name: str) -> str:
        return name

    def code(self, expression: Expr) -> str:
        raise TypeError(f"SQL has no expressions such as `{expression.code}`")


DIALECT = SqlDialect()


def identifier(name: str) -> str:
    """A name in double quotes, its own doubled."""
    if "\0" in name or not name or len(name.encode()) > _LONGEST_NAME:
        raise ValueError(f"`{name}` is no name of PostgreSQL: 1 to {_LONGEST_NAME} bytes without NUL")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant. With a backslash or with what a reader can't see in it, it is an escape string, which means the
    same whatever `standard_conforming_strings` says."""
    if "\0" in text:
        raise ValueError("PostgreSQL has no way to write the character NUL")
    quoted = text.replace("'", "''")
    if "\\" not in text and not _HIDDEN.search(text):
        return f"'{quoted}'"
    escaped = _HIDDEN.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted.replace("\\", "\\\\"))
    return f"E'{escaped}'"


def dollar(body: str) -> str:
    """A body between dollar quotes whose tag it does not hold."""
    tag = "$tenantc$"
    number = 0
    while tag in body or body.endswith(tag[:-1]):
        number += 1
        tag = f"$tenantc{number}$"
    return f"{tag}{body}{tag}"


def text(node: Sql, filler: Filler) -> str:
    """A statement's text for one tenant, without what ends it."""
    return "".join(_part(part, filler) for part in node.parts)


def _part(part: object, filler: Filler) -> str:
    match part:
        case str():
            return part
        case Sql():
            return text(part, filler)
        case Identifier():
            return ".".join(identifier(_plain(name, filler)) for name in part.parts)
        case Literal():
            return literal(text(part.value, filler) if isinstance(part.value, Sql) else _plain(part.value, filler))
        case Dollar():
            return dollar(text(part.body, filler))
        case Ref():
            return identifier(_plain(part, filler))
        case Slot():
            value = concrete(part, filler, DIALECT)
            if isinstance(value, str):
                raise TypeError(f"{part!r} is no number: place it in an `Identifier` or a `Literal`")
            return scalar_text(value)
        case _:
            assert isinstance(part, (bool, int, float)), "a part of a statement"
            return scalar_text(part)


def _plain(value: str | Slot | Text | JsonText | Ref, filler: Filler) -> str:
    return value if isinstance(value, str) else scalar_text(concrete(value, filler, DIALECT))


def write(tree: Tree, filler: Filler | None = None) -> Template:
    """Statements, one a line, each ended as it says."""
    statements = tree if isinstance(tree, Sequence) and not isinstance(tree, str) else [tree]
    pieces = Pieces(DIALECT, filler)
    for statement in statements:
        if statement is None:
            continue
        assert isinstance(statement, Sql), "a SQL document is a statement or a list of them"
        _write(statement, pieces)
        pieces.add(f"{statement.end}\n")
    return pieces.template()


def _write(node: Sql, pieces: Pieces) -> None:
    for part in node.parts:
        if isinstance(part, str):
            pieces.add(part)
        elif isinstance(part, Sql):
            _write(part, pieces)
        else:
            _leave(part, pieces)


def _leave(part: object, pieces: Pieces) -> None:
    """A hole for one quoted part: what is quoted as a whole is filled as a whole."""
    pieces.leave(lambda filler: _part(part, filler), ("sql", _key(part)))


def _key(part: object) -> object:
    match part:
        case Sql():
            return ("sql", *(_key(inner) for inner in part.parts))
        case Identifier():
            return ("identifier", *(key_of(name) for name in part.parts))
        case Literal():
            return ("literal", _key(part.value))
        case Dollar():
            return ("dollar", _key(part.body))
        case _:
            return key_of(part)
