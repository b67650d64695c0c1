r"""What SQL documents are made of. Nothing that a user gave ever stands among the keywords.

    sql("CREATE ROLE ", Identifier(names.postgres_role), " NOLOGIN", makes=(("role", names.postgres_role),))
    sql("GRANT SELECT ON ", Identifier("app", "tracks"), " TO ", Ref("role", names.postgres_role))
    sql("COMMENT ON ROLE ", Identifier(names.postgres_role), " IS ", Literal(text("tenant ", names.tenant_name)))
    sql("DO ", Dollar(sql("BEGIN IF … THEN ", create, "; END IF; END")))
    sql("SELECT ", Literal(sql("CREATE DATABASE ", Identifier(names.postgres_database))), " … \\gexec", end="")

A document returns one statement or a list of them. Each ends with `end`, a semicolon unless it says otherwise, and a
line break.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from tenantc.emit.node import JsonText, Node, Part, Ref, Slot, Text, Tree, ValueOf, filled


class Identifier(Node):
    """A name, always quoted; several parts are joined by dots: `Identifier("app", "tracks")` is `"app"."tracks"`.

    PostgreSQL cuts names after 63 bytes without an error (NAMEDATALEN - 1), so a longer part is refused.
    """

    __slots__ = ("parts",)

    parts: tuple[str | Slot | Text, ...]

    def __init__(self, *parts: str | Slot | Text) -> None:
        self.parts = parts

    def filled(self, value_of: ValueOf) -> Tree:
        return Identifier(*(_name(part, value_of) for part in self.parts))

    def inner(self) -> tuple[Tree, ...]:
        return self.parts

    def __repr__(self) -> str:
        return f"<identifier {self.parts!r}>"


class Literal(Node):
    """A text constant; of a `Sql`, the statement as text."""

    __slots__ = ("value",)

    value: str | Slot | Text | JsonText | Sql

    def __init__(self, value: str | Slot | Text | JsonText | Sql) -> None:
        self.value = value

    def filled(self, value_of: ValueOf) -> Tree:
        value = filled(self.value, value_of)
        return Literal(value if isinstance(value, (str, Text, JsonText, Sql)) else Text((_scalar(value),)))

    def inner(self) -> tuple[Tree, ...]:
        return (self.value,)

    def __repr__(self) -> str:
        return f"<literal {self.value!r}>"


class Dollar(Node):
    """A dollar-quoted body, for blocks of code: `$tenantc$ … $tenantc$`, with a tag that the body doesn't hold."""

    __slots__ = ("body",)

    body: Sql

    def __init__(self, body: Sql) -> None:
        self.body = body

    def filled(self, value_of: ValueOf) -> Tree:
        body = self.body.filled(value_of)
        assert isinstance(body, Sql), "a statement stays one"
        return Dollar(body)

    def inner(self) -> tuple[Tree, ...]:
        return (self.body,)

    def __repr__(self) -> str:
        return f"<body {self.body!r}>"


SqlPart: TypeAlias = "str | int | float | Slot | Ref | Identifier | Literal | Dollar | Sql"


class Sql(Node):
    """A statement or a piece of one; see `sql`."""

    __slots__ = ("end", "makes", "parts")

    parts: tuple[SqlPart, ...]
    makes: tuple[tuple[str, str | Slot | Text], ...]
    end: str

    def __init__(
        self, parts: tuple[SqlPart, ...], makes: tuple[tuple[str, str | Slot | Text], ...] = (), end: str = ";"
    ) -> None:
        self.parts = parts
        self.makes = makes
        self.end = end

    def filled(self, value_of: ValueOf) -> Tree:
        parts: list[SqlPart] = []
        for part in self.parts:
            held = filled(part, value_of) if isinstance(part, Node) else part
            if isinstance(part, Slot) and not isinstance(held, (bool, int, float)):
                raise TypeError(f"{part!r} is no number: place it in an `Identifier` or a `Literal`")
            assert isinstance(held, (str, int, float, Ref, Identifier, Literal, Dollar, Sql)), "a part becomes a part"
            parts.append(held)
        return Sql(tuple(parts), self.makes, self.end)

    def inner(self) -> tuple[Tree, ...]:
        return self.parts

    def __repr__(self) -> str:
        return f"<sql {self.parts!r}>"


def sql(*parts: SqlPart, makes: Sequence[tuple[str, str | Slot | Text]] = (), end: str = ";") -> Sql:
    """A statement or a piece of one.

    A plain text among the parts is code of ours and printed as it is; quotes in it are refused, since whatever is
    quoted is an `Identifier`, a `Literal` or a `Dollar`. A slot among them must hold a number. `makes` lists what the
    statement creates as (kind, name), for `Ref(kind, name)` elsewhere; `end` closes it as a statement of its own.
    """
    for part in (*parts, end):
        if isinstance(part, str) and any(mark in part for mark in ("'", '"', "$$", "\0")):
            raise ValueError(f"`{part}` holds a quote: use Identifier, Literal or Dollar")
    return Sql(parts, tuple(makes), end)


_MARKED: Final = re.compile(r"'((?:[^']|'')*)'|\"([^\"]+)\"|\{(\w+)\}")


def code(written: str, **parts: SqlPart) -> Sql:
    """Longer code of our own as it is written in PostgreSQL, with `{name}` where a part is to stand.

    What it quotes becomes a `Literal` or an `Identifier`, so that the writer alone quotes. Dollar quotes are refused.
    """
    found: list[SqlPart] = []
    end = 0
    for match in _MARKED.finditer(written):
        found.append(written[end : match.start()])
        text, name, part = match.groups()
        if text is not None:
            found.append(Literal(text.replace("''", "'")))
        else:
            found.append(Identifier(name) if name is not None else parts[part])
        end = match.end()
    return sql(*found, written[end:])


def comment(line: str) -> Sql:
    """A line that explains what follows; of our own words, one line."""
    if "\n" in line or "\r" in line:
        raise ValueError("a comment is one line")
    return Sql((f"-- {line}",), end="")


def joined(separator: str, parts: Sequence[SqlPart]) -> Sql:
    """The parts with a separator of ours between them, as in a list of columns."""
    return sql(*[item for part in parts for item in (separator, part)][1:]) if parts else sql()


def _name(part: str | Slot | Text, value_of: ValueOf) -> str | Text:
    held = filled(part, value_of)
    return held if isinstance(held, Text) else str(held)


def _scalar(value: Tree) -> Part:
    assert isinstance(value, (bool, int, float)), "what else may be placed was met before"
    return value
