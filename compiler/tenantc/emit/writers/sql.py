"""Writes SQL for PostgreSQL: our own words, and names and values of others that are always quoted.

Quoting follows postgresql.org/docs/current/sql-syntax-lexical.html: identifiers 4.1.1, strings 4.1.2.1, dollar quotes
4.1.2.4.
"""

from __future__ import annotations

import re

from tenantc.emit.characters import HIDDEN, CannotWriteError, code_point, shows
from tenantc.emit.fill import Filler
from tenantc.emit.holes import Printed, Template, hole, template
from tenantc.emit.node import Expr, JsonText, Node, Part, Ref, Slot, Text, Tree, filled, nodes
from tenantc.emit.pieces import number_text, pieces
from tenantc.emit.statement import Dollar, Identifier, Literal, Sql

# NAMEDATALEN - 1; PostgreSQL cuts what is longer without an error, so two names could become one.
_LONGEST_NAME = 63
_HIDDEN = re.compile(f"[{HIDDEN}]")
# line breaks and tabs of a constant stay as they are: a reader sees them
_HIDDEN_IN_LITERAL = re.compile(f"(?![\t\n])[{HIDDEN}]")


def refer(ref: Ref) -> Part:
    """A cross-reference inside a text prints the name."""
    return ref.name


def identifier(name: str) -> str:
    """A name in double quotes, its own doubled. Raises `CannotWriteError`."""
    if not name or len(name.encode(errors="surrogatepass")) > _LONGEST_NAME:
        raise CannotWriteError(f"a name of PostgreSQL has 1 to {_LONGEST_NAME} bytes")
    if not shows(name):
        raise CannotWriteError("a name of PostgreSQL that holds hidden characters means trouble")
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text constant. Raises `CannotWriteError`.

    With a backslash or with what a reader can't see in it, it is an escape string, which means the same whatever
    `standard_conforming_strings` says.
    """
    if "\0" in text:
        raise CannotWriteError("PostgreSQL has no way to write the character NUL")
    quoted = text.replace("'", "''")
    if "\\" not in text and not _HIDDEN_IN_LITERAL.search(text):
        return f"'{quoted}'"
    return f"E'{_HIDDEN_IN_LITERAL.sub(_escape, quoted.replace(chr(92), chr(92) * 2))}'"


def _escape(match: re.Match[str]) -> str:
    code = code_point(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def dollar(body: str) -> str:
    """A body between dollar quotes whose tag it does not hold, nor with the quote that follows it."""
    tag = "$tenantc$"
    number = 0
    while tag in f"{body}{tag[:-1]}":
        number += 1
        tag = f"$tenantc{number}$"
    return f"{tag}{body}{tag}"


def write(tree: Tree, filler: Filler | None = None) -> Template:
    """Statements, one a line, each ended as it says; with a `filler`, filled before they are printed."""
    out: list[Printed] = []
    for statement in tree if isinstance(tree, (list, tuple)) else [tree]:
        if statement is None:
            continue
        if not isinstance(statement, Sql):
            raise TypeError(f"{statement!r} is no statement")
        _statement(statement if filler is None else statement.filled(filler.source), out)
        out.append(f"{statement.end}\n")
    return template(out)


def _statement(node: Tree, out: list[Printed]) -> None:
    assert isinstance(node, Sql), "a filled statement is one"
    for part in node.parts:
        if isinstance(part, str):
            out.append(part)
        elif isinstance(part, Sql):
            _statement(part, out)
        elif isinstance(part, Node) and any(isinstance(inner, Slot) for inner in nodes(part)):
            # what is quoted as a whole is filled as a whole
            out.append(hole(part, part_text))
        else:
            out.append(part_text(part))


def part_text(part: Tree) -> str:
    """A part of a statement that holds no slots."""
    match part:
        case str():
            return part
        case Sql():
            return "".join(part_text(inner) for inner in part.parts)
        case Identifier():
            return ".".join(identifier(_plain(name)) for name in part.parts)
        case Literal():
            return literal(part_text(part.value) if isinstance(part.value, Sql) else _plain(part.value))
        case Dollar():
            return dollar(part_text(part.body))
        case Ref():
            return identifier(_plain(part))
        case bool() | int() | float():
            return number_text(part)
        case _:
            raise TypeError(f"{part!r} cannot stand in a statement")


def _plain(value: str | Slot | Text | JsonText | Ref) -> str:
    found = pieces(value, refer)
    for piece in found:
        if isinstance(piece, Expr):
            raise TypeError(f"SQL has no expressions such as `{piece.code}`")
        assert isinstance(piece, str), "no slots are left"
    return "".join(piece for piece in found if isinstance(piece, str))
