"""Texts taken apart: what is known when a template is built, and what only a tenant knows."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from tenantc.emit.characters import CannotWriteError, json_inside, json_string
from tenantc.emit.node import Expr, JsonText, Node, Part, Ref, Slot, Text, Tree

# A slot is its value as text; a JsonText that stands here holds slots and is their JSON.
Piece: TypeAlias = str | Slot | JsonText | Expr
Refer: TypeAlias = Callable[[Ref], Part]


def pieces(node: Part, refer: Refer) -> list[Piece]:
    """The text of a node: literals, joined where they meet, and the rest in between; `refer` says what a Ref prints."""
    found: list[Piece] = []
    _collect(node, refer, found)
    return _joined(found)


def number_text(number: float) -> str:
    """A number or truth value as JSON writes it. Raises `CannotWriteError` for what JSON has no word for."""
    if isinstance(number, bool):
        return "true" if number else "false"
    if not math.isfinite(number):
        raise CannotWriteError(f"{number} is no number in any format")
    return repr(number)


def known(found: Iterable[Piece]) -> bool:
    """Whether these pieces hold nothing but literals, expressions and slots of safe characters."""
    return all(isinstance(piece, (str, Expr)) or (isinstance(piece, Slot) and piece.safe) for piece in found)


def _collect(node: Part, refer: Refer, found: list[Piece]) -> None:
    if isinstance(node, str):
        found.append(node)
    elif isinstance(node, Text):
        for part in node.parts:
            _collect(part, refer, found)
    elif isinstance(node, (Slot, Expr)):
        found.append(node)
    elif isinstance(node, Ref):
        _collect(refer(node), refer, found)
    elif isinstance(node, JsonText):
        _json(node.tree, refer, found)
    elif isinstance(node, (bool, int, float)):
        found.append(number_text(node))
    else:
        raise TypeError(f"{node!r} cannot stand in a text")


def _json(tree: Tree, refer: Refer, found: list[Piece]) -> None:
    """Compact JSON: no spaces, keys in the order given, entries that are None left out."""
    if isinstance(tree, str):
        found.append(json_string(tree))
    elif isinstance(tree, Node):
        _json_node(tree, refer, found)
    elif isinstance(tree, Mapping):
        found.append("{")
        comma = ""
        for key, item in tree.items():
            if item is not None:
                found.append(f"{comma}{json_string(key)}:")
                _json(item, refer, found)
                comma = ","
        found.append("}")
    elif isinstance(tree, (bool, int, float)):
        found.append(number_text(tree))
    elif isinstance(tree, (list, tuple)):
        found.append("[")
        comma = ""
        for item in tree:
            if item is not None:
                found.append(comma)
                _json(item, refer, found)
                comma = ","
        found.append("]")
    else:
        raise TypeError(f"{tree!r} cannot stand in JSON")


def _json_node(node: Node, refer: Refer, found: list[Piece]) -> None:
    if isinstance(node, Slot) and not node.safe:
        found.append(JsonText(node))
        return
    if not isinstance(node, (Slot, Text, JsonText, Ref, Expr)):
        raise TypeError(f"{node!r} cannot stand in JSON")
    inner = pieces(node, refer)
    if known(inner):
        found.append('"')
        found.extend(json_inside(piece) if isinstance(piece, str) else piece for piece in inner)
        found.append('"')
    else:
        found.append(JsonText(node))


def _joined(found: list[Piece]) -> list[Piece]:
    joined: list[Piece] = []
    for piece in found:
        if isinstance(piece, str):
            if not piece:
                continue
            if joined and isinstance(last := joined[-1], str):
                joined[-1] = last + piece
                continue
        joined.append(piece)
    return joined
