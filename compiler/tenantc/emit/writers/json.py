"""Writes JSON (RFC 8259): two spaces, keys as given, a line break at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tenantc.emit.characters import json_inside, json_string
from tenantc.emit.fill import Filler
from tenantc.emit.holes import Printed, Template, hole, template
from tenantc.emit.node import Expr, JsonText, Node, Part, Ref, Slot, Text, Tree, filled
from tenantc.emit.pieces import number_text, pieces

WriteText = Callable[[Node, list[Printed]], None]


def scalar(value: Tree) -> str:
    """A scalar as JSON."""
    if isinstance(value, str):
        return json_string(value)
    if isinstance(value, (bool, int, float)):
        return number_text(value)
    raise TypeError(f"{value!r} is no scalar of JSON")


def refer(ref: Ref) -> Part:
    """A cross-reference prints the name."""
    return ref.name


def write(tree: Tree, filler: Filler | None = None) -> Template:
    """A whole JSON text; with a `filler`, filled before it is printed."""
    out: list[Printed] = []
    value(tree if filler is None else filled(tree, filler.source), "", out)
    out.append("\n")
    return template(out)


def value(
    tree: Tree,
    indent: str,
    out: list[Printed],
    show: Callable[[Tree], str] = scalar,
    node: WriteText | None = None,
) -> None:
    """A value whose first line stands where the text is, and whose others are indented.

    `show` prints a scalar, keys among them, and `node` a node, where a format on top of JSON adds something.
    """
    if isinstance(tree, Node):
        (node or _node)(tree, out)
    elif isinstance(tree, Mapping):
        entries = [(f"{show(key)}: ", item) for key, item in tree.items() if item is not None]
        _members("{}", entries, indent, out, show, node)
    elif isinstance(tree, (list, tuple)):
        _members("[]", [("", item) for item in tree if item is not None], indent, out, show, node)
    else:
        out.append(show(tree))


def _members(
    brackets: str,
    entries: Sequence[tuple[str, Tree]],
    indent: str,
    out: list[Printed],
    show: Callable[[Tree], str],
    node: WriteText | None,
) -> None:
    if not entries:
        out.append(brackets)
        return
    inner = f"{indent}  "
    separator = f"{brackets[0]}\n{inner}"
    for key, item in entries:
        out.append(f"{separator}{key}")
        value(item, inner, out, show, node)
        separator = f",\n{inner}"
    out.append(f"\n{indent}{brackets[1]}")


def _node(node: Node, out: list[Printed]) -> None:
    if isinstance(node, Slot):
        out.append(hole(node, scalar))
        return
    if not isinstance(node, (Text, JsonText, Ref)):
        raise TypeError(f"{node!r} cannot stand in JSON")
    out.append('"')
    for piece in pieces(node, refer):
        if isinstance(piece, Expr):
            raise TypeError(f"JSON has no expressions such as `{piece.code}`")
        # escapes know no neighbours, so each slot of a text can be a hole of its own
        out.append(json_inside(piece) if isinstance(piece, str) else hole(piece, _print_inside))
    out.append('"')


def _print_inside(value: Tree) -> str:
    assert isinstance(value, (bool, int, float, str, Text, JsonText, Ref)), "a filled node is a text"
    return "".join(json_inside(piece) for piece in pieces(value, refer) if isinstance(piece, str))
