"""Writes YAML that a 1.1 and a 1.2 reader take for the same: block style, two spaces, keys as given."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TypeAlias

from tenantc.emit.characters import HIDDEN, code_point
from tenantc.emit.fill import Filler
from tenantc.emit.holes import Hole, Printed, Template, hole, template
from tenantc.emit.node import NULL, Expr, JsonText, Node, Part, Ref, Slot, Text, Tree, filled
from tenantc.emit.pieces import Piece, number_text, pieces

Plain: TypeAlias = bool | int | float | str

# What every YAML reader takes for text without quotes: begins with a letter, `/` or `_`, ends with no space or colon,
# and holds nothing that could end it or begin something else. One step a character, so no text takes long to match.
_BARE_CHARACTERS = r"A-Za-z0-9/_.@+()=-"
_BARE = re.compile(rf"[A-Za-z/_](?:[ :]?[{_BARE_CHARACTERS}])*")
_NEVER_BARE = re.compile(rf"[^ :{_BARE_CHARACTERS}]")
_LONGEST_BARE = 127
# Words that YAML 1.1 (https://yaml.org/type/bool.html, null.html) or 1.2 reads as something else, in any case. Whatever
# looks like a number, a date, base 60, `<<` or `=` to either begins with no letter.
_WORD = re.compile(r"y|n|yes|no|on|off|true|false|null", re.IGNORECASE)
# https://yaml.org/spec/1.2.2/#742-single-pair: a key without `?` has at most 1024 characters, quotes included
_LONGEST_KEY = 1000

_ESCAPED = re.compile(rf'["\\{HIDDEN}\xa0\U00010000-\U0010ffff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def scalar(value: Plain) -> str:
    """A scalar as YAML: bare only where every reader agrees on what it is."""
    if isinstance(value, str):
        return _short(value) if len(value) <= _LONGEST_BARE else quoted(value)
    if isinstance(value, float):
        return _float(value)
    return number_text(value)


@lru_cache(maxsize=8192)
def _short(text: str) -> str:
    return text if _BARE.fullmatch(text) and not _WORD.fullmatch(text) else quoted(text)


def _float(value: float) -> str:
    """A float with a dot, without which YAML 1.1 reads text."""
    text = number_text(value)
    mantissa, e, exponent = text.partition("e")
    return f"{mantissa}.0e{exponent}" if e and "." not in mantissa else text


def quoted(text: str) -> str:
    """A text in double quotes; whatever a reader might not see, or read as a line break, is an escape."""
    return f'"{inside(text)}"'


def inside(text: str) -> str:
    """The text as it stands between double quotes. What `a + b` gives, `a` and `b` give apart."""
    return _ESCAPED.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    short = _SHORT.get(match[0])
    if short is not None:
        return short
    code = code_point(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


@lru_cache(maxsize=8192)
def _short_key(key: str) -> str:
    return f"{_short(key)}:"


def key_text(key: str, indent: int) -> tuple[str, int]:
    """A key with its colon, on a line of that indentation, and the indentation of a list that is its value."""
    shown = scalar(key)
    if len(shown) <= _LONGEST_KEY:
        return f"{shown}:", indent
    return f"? {shown}\n{' ' * indent}:", indent + 2


def refer(ref: Ref) -> Part:
    """A cross-reference prints the name."""
    return ref.name


def write(tree: Tree, filler: Filler | None = None) -> Template:
    """One document, without the line that parts it from others; with a `filler`, filled before it is printed."""
    return template(printed(tree if filler is None else filled(tree, filler.source)))


def printed(tree: Tree) -> list[Printed]:
    """One document, printed."""
    if not isinstance(tree, (Mapping, list, tuple)):
        raise TypeError("a YAML document is a mapping or a list")
    out: list[Printed] = []
    if isinstance(tree, Mapping) and _holds(tree.values()):
        _mapping(tree, "", out, first=True)
    elif isinstance(tree, (list, tuple)) and _holds(tree):
        _list(tree, "", out, first=True)
    else:
        _leaf(tree, out)
    return out


def _mapping(tree: Mapping[str, Tree], indent: str, out: list[Printed], *, first: bool) -> None:
    """A mapping's entries, each on a line. `first` says that the first stands where the text is."""
    for key, value in tree.items():
        if value is None:
            continue
        if len(key) <= _LONGEST_BARE:
            shown, inner = _short_key(key), len(indent)
        else:
            shown, inner = key_text(key, len(indent))
        head = shown if first else indent + shown
        first = False
        kind = type(value)
        if kind is str or kind is int or kind is bool:
            out.append(f"{head} {scalar(value)}\n")  # type: ignore[arg-type]
        elif isinstance(value, (dict, Mapping)) and _holds(value.values()):
            out.append(f"{head}\n")
            _mapping(value, f"{indent}  ", out, first=False)
        elif isinstance(value, (list, tuple)) and _holds(value):
            out.append(f"{head}\n")
            _list(value, " " * inner, out, first=False)
        else:
            out.append(f"{head} ")
            _leaf(value, out)


def _list(tree: list[Tree] | tuple[Tree, ...], indent: str, out: list[Printed], *, first: bool) -> None:
    for item in tree:
        if item is None:
            continue
        if type(item) is str:
            out.append(f"- {scalar(item)}\n" if first else f"{indent}- {scalar(item)}\n")
            first = False
            continue
        out.append("- " if first else f"{indent}- ")
        first = False
        if isinstance(item, (dict, Mapping)) and _holds(item.values()):
            _mapping(item, f"{indent}  ", out, first=True)
        elif isinstance(item, (list, tuple)) and _holds(item):
            _list(item, f"{indent}  ", out, first=True)
        else:
            _leaf(item, out)


def _holds(items: Iterable[Tree]) -> bool:
    for item in items:  # noqa: SIM110 (a generator costs more than what it looks at)
        if item is not None:
            return True
    return False


def _leaf(value: Tree, out: list[Printed]) -> None:
    if isinstance(value, Node):
        _node(value, out)
    elif isinstance(value, Mapping):
        out.append("{}")
    elif isinstance(value, (list, tuple)):
        out.append("[]")
    elif isinstance(value, (bool, int, float, str)):
        out.append(scalar(value))
    else:
        raise TypeError(f"{value!r} cannot stand in YAML")
    out.append("\n")


def _node(node: Node, out: list[Printed]) -> None:
    if node is NULL:
        out.append("null")
        return
    if isinstance(node, Slot):
        out.append(hole(node, _print_scalar))
        return
    if not isinstance(node, (Text, JsonText, Ref)):
        raise TypeError(f"{node!r} cannot stand in YAML")
    found = pieces(node, refer)
    for piece in found:
        if isinstance(piece, Expr):
            raise TypeError(f"YAML has no expressions such as `{piece.code}`")
    if not found:
        out.append('""')
    elif len(found) == 1 and isinstance(found[0], str):
        out.append(scalar(found[0]))
    elif len(found) == 1 and isinstance(found[0], Slot) and isinstance(node, Ref):
        out.append(hole(found[0], _print_scalar))
    elif any(isinstance(piece, str) and _NEVER_BARE.search(piece) for piece in found):
        # quoted whatever the slots hold, and escapes know no neighbours: each slot can be a hole of its own
        out.append('"')
        out.extend(inside(piece) if isinstance(piece, str) else _inner_hole(piece) for piece in found)
        out.append('"')
    else:
        out.append(hole(node, _print_text))


def _inner_hole(piece: Piece) -> Hole:
    assert not isinstance(piece, (str, Expr)), "literals and expressions are no holes"
    return hole(piece, _print_inside)


def _print_scalar(value: Tree) -> str:
    assert isinstance(value, (bool, int, float, str)), "a filled slot is a scalar"
    return scalar(value)


def _print_text(value: Tree) -> str:
    return scalar(plain_text(value))


def _print_inside(value: Tree) -> str:
    return inside(plain_text(value))


def plain_text(value: Tree) -> str:
    """The text of a filled node."""
    assert isinstance(value, (bool, int, float, str, Node)), "a filled node is a text"
    found = pieces(value, refer)  # type: ignore[arg-type]
    for piece in found:
        if not isinstance(piece, str):
            raise TypeError(f"{piece!r} is no text")
    return "".join(piece for piece in found if isinstance(piece, str))
