"""Writes SQL for PostgreSQL: our own words, and names and values of others that are always quoted.

Quoting follows postgresql.org/docs/current/sql-syntax-lexical.html: identifiers 4.1.1, strings 4.1.2.1, dollar quotes
4.1.2.4.
"""

from __future__ import annotations

import re

from tenantc.emit.characters import HIDDEN, CannotWriteError, code_point, shows
from tenantc.emit.fill import Filler
from tenantc.emit.holes import Hole, Printed, Template, hole, template
from tenantc.emit.node import Expr, JsonText, NameSource, Node, Part, Ref, Slot, Text, Tree, nodes
from tenantc.emit.pieces import Piece, number_text, pieces
from tenantc.emit.statement import Dollar, Identifier, Literal, Sql

# NAMEDATALEN - 1; PostgreSQL cuts what is longer without an error, so two names could become one.
_LONGEST_NAME = 63
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
        if isinstance(part, Sql):
            _statement(part, out)
        else:
            out += _pieces(part)


def _pieces(part: Tree) -> list[Printed]:
    """A part of a statement. What is quoted as a whole is one hole, unless its slots hold harmless characters alone."""
    slots = [inner for inner in nodes(part) if isinstance(inner, Slot)]
    if not slots:
        return [part_text(part)]
    found = _known(part) if all(slot.safe for slot in slots) else None
    return found if found is not None else [hole(part, part_text)] if isinstance(part, Node) else []


def _known(part: Tree) -> list[Printed] | None:
    """A part whose slots need no quoting, printed around them; None if something else decides how it is quoted."""
    match part:
        case Identifier(parts=(Slot() as name,)) | Ref(name=Slot() as name):
            # a name of PostgreSQL's kinds has its length; whatever else stands in an identifier is measured when filled
            return ['"', hole(name, _raw), '"'] if _is_postgres_name(name) else None
        case Literal(value=Sql() as inner) | Dollar(body=inner):
            out: list[Printed] = []
            _statement(inner, out)
            return _quoted(part, out)
        case Literal(value=Slot() | Text() as value):
            found = pieces(value, refer)
            return _quoted(part, [one if isinstance(one, str) else hole(one, _raw) for one in found if _placed(one)])
        case _:
            return None


def _quoted(part: Tree, inner: list[Printed]) -> list[Printed] | None:
    if any(isinstance(one, Hole) and one.printer is not _raw for one in inner):
        return None
    literals = [one for one in inner if isinstance(one, str)]
    if isinstance(part, Dollar):
        return None if any("$" in one for one in literals) else ["$tenantc$", *inner, "$tenantc$"]
    if any("\\" in one or _HIDDEN_IN_LITERAL.search(one) for one in literals):
        return None
    return ["'", *(one.replace("'", "''") if isinstance(one, str) else one for one in inner), "'"]


def _is_postgres_name(slot: Slot) -> bool:
    return isinstance(slot.source, NameSource) and slot.source.kind.startswith("postgres_")


def _placed(piece: Piece) -> bool:
    if isinstance(piece, Expr):
        raise TypeError(f"SQL has no expressions such as `{piece.code}`")
    return True


def _raw(value: Tree) -> str:
    assert isinstance(value, str), "names and ids are texts"
    return value


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
