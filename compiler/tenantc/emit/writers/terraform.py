"""Writes Terraform's JSON syntax (developer.hashicorp.com/terraform/language/syntax/json).

Every string there is a template, so text that stands for itself has its `${` and `%{` doubled at the front, and only
references and expressions of our own documents are code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from tenantc.emit.characters import json_inside, json_string
from tenantc.emit.fill import Filler
from tenantc.emit.holes import Printed, Template, hole, template
from tenantc.emit.node import Expr, JsonText, Node, Part, Ref, Slot, Text, Tree, filled
from tenantc.emit.pieces import Piece, known, number_text, pieces
from tenantc.emit.writers import json
from tenantc.source.memo import Memo
from tenantc.source.regex import lazy

# Blocks whose entries stand under a type and a name; under every other block they stand under a name.
_TYPED: Final = frozenset({"resource", "data", "ephemeral"})
# Blocks that have no name, so that one document of a file has them all.
_NAMELESS: Final = frozenset({"import", "moved", "removed"})

Address: TypeAlias = tuple[str, ...]

# stands between the entries of one document until a file is put together; JSON escapes it everywhere else
_SEPARATOR: Final = b"\0"


class ConflictError(Exception):
    """Two documents write one entry of a file: a mistake in the documents."""


# What Terraform's reader of templates loses (a byte order mark at the beginning) or trips over (code behind a carriage
# return that ends no line is no code to it), seen with 1.11; with the `$` before it, which would escape what follows.
_LOST = lazy(r"\A\ufeff|\$*\r(?!\n)")


def literal(text: str) -> str:
    """Text that stands for itself, as a template says it."""
    shown = text.replace("${", "$${").replace("%{", "%%{")
    return _LOST.sub(lambda match: _constant(match[0]), shown) if "\r" in shown or shown[:1] == "\ufeff" else shown


def _constant(text: str) -> str:
    """Text as an expression; the escapes of JSON that occur here mean the same to Terraform."""
    return f"${{{json_string(text)}}}"


def refer(ref: Ref) -> Part:
    """A cross-reference is an expression."""
    if not isinstance(ref.name, str):
        raise TypeError(f"{ref!r}: the address of a resource is the same for every tenant")
    return Expr(".".join(part for part in (ref.kind, ref.name, ref.attribute) if part))


class Addresses(tuple[Address, ...]):
    """The addresses of a document's entries; equal ones are one object, so that comparing them costs nothing."""

    __slots__ = ()

    __hash__ = object.__hash__
    __eq__ = object.__eq__


_ADDRESSES: Final[Memo[tuple[Address, ...], Addresses]] = Memo(4096)


def addresses(found: tuple[Address, ...]) -> Addresses:
    """These addresses as the one object that stands for them; a second one, met after many others, costs time only."""
    known = _ADDRESSES.get(found)
    return known if known is not None else _ADDRESSES.put(found, Addresses(found))


def entries(tree: Tree, filler: Filler | None = None) -> list[tuple[Address, Template]]:
    """The entries of one document by address, such as ("resource", "aws_kms_key", "tenant")."""
    found: list[tuple[Address, Template]] = []
    for address, entry in _entries(tree if filler is None else filled(tree, filler.source)):
        out: list[Printed] = []
        json.value(entry, "  " * len(address), out, _show, _node)
        found.append((address, template(out)))
    return found


def assemble(parts: Sequence[tuple[Addresses, bytes]]) -> bytes:
    """A whole file of filled documents, grouped as Terraform wants them, in the order in which groups first appear."""
    layout, order = _layout(tuple([shape for shape, _ in parts]))
    bodies = _SEPARATOR.join([body for _, body in parts]).split(_SEPARATOR)
    return layout % tuple([bodies[index] for index in order])


def whole(trees: Sequence[Tree], filler: Filler) -> bytes:
    """A whole file printed at once: the plain path, which `assemble` is tested against."""
    merged: dict[str, object] = {}
    for tree in trees:
        for address, entry in _entries(filled(tree, filler.source)):
            here = merged
            for name in address[:-1]:
                below = here.setdefault(name, {})
                assert isinstance(below, dict), "an address is as long as its block says"
                here = below
            if address[-1] in here:
                raise ConflictError(f"two documents write {'.'.join(address)}")
            here[address[-1]] = entry
    out: list[Printed] = []
    json.value(merged, "", out, _show, _node)  # type: ignore[arg-type]
    return template([*out, "\n"]).literals[0]


def _entries(tree: Tree) -> list[tuple[Address, Tree]]:
    if not isinstance(tree, Mapping):
        raise TypeError("a Terraform document is a mapping of blocks")
    found: list[tuple[Address, Tree]] = []
    for block, entries in tree.items():
        if entries is None:
            continue
        if isinstance(entries, (list, tuple)) and block in _NAMELESS:
            found.append(((block,), entries))
            continue
        if not isinstance(entries, Mapping):
            raise TypeError(f"the block {block} is a mapping of names")
        for name, entry in entries.items():
            if block in _TYPED and isinstance(entry, Mapping):
                found += [((block, name, label), body) for label, body in entry.items() if body is not None]
            elif entry is not None:
                found.append(((block, name), entry))
    return found


@lru_cache(maxsize=4096)
def _layout(parts: tuple[Addresses, ...]) -> tuple[bytes, tuple[int, ...]]:
    """A file's frame with `%b` for each entry, and which entry goes where. Depends on addresses alone."""
    tree: dict[str, object] = {}
    for index, address in enumerate(address for shape in parts for address in shape):
        here = tree
        for name in address[:-1]:
            below = here.setdefault(name, {})
            assert isinstance(below, dict), "an address is as long as its block says"
            here = below
        if address[-1] in here:
            raise ConflictError(f"two documents write {'.'.join(address)}")
        here[address[-1]] = index
    out: list[str] = []
    order: list[int] = []
    _frame(tree, "", out, order)
    return f"{''.join(out)}\n".encode(), tuple(order)


def _frame(tree: Mapping[str, object], indent: str, out: list[str], order: list[int]) -> None:
    if not tree:
        out.append("{}")
        return
    separator = f"{{\n{indent}  "
    for name, below in tree.items():
        out.append(f"{separator}{_show(name).replace('%', '%%')}: ")
        if isinstance(below, dict):
            _frame(below, f"{indent}  ", out, order)
        else:
            assert isinstance(below, int), "a group or an entry's place"
            out.append("%b")
            order.append(below)
        separator = f",\n{indent}  "
    out.append(f"\n{indent}}}")


def _show(value: Tree) -> str:
    if isinstance(value, str):
        return json_string(literal(value))
    if isinstance(value, (bool, int, float)):
        return number_text(value)
    raise TypeError(f"{value!r} is no scalar of Terraform")


def _node(node: Node, out: list[Printed]) -> None:
    if isinstance(node, Slot):
        out.append(hole(node, _show))
        return
    if not isinstance(node, (Text, JsonText, Ref, Expr)):
        raise TypeError(f"{node!r} cannot stand in Terraform")
    out.append('"')
    found = pieces(node, refer)
    run: list[Piece] = []
    for piece in found:
        if isinstance(piece, Expr):
            _run(run, out, before_code=True)
            out.append(json_inside(f"${{{piece.code}}}"))
            run = []
        else:
            run.append(piece)
    _run(run, out, before_code=False)
    out.append('"')


def _run(run: list[Piece], out: list[Printed], *, before_code: bool) -> None:
    """What stands between two expressions. `$` and `{` may meet where pieces do, so unknown ones are filled as one."""
    if known(run):
        last = len(run) - 1
        for index, piece in enumerate(run):
            if isinstance(piece, str):
                out.append(_inside(piece, before_code=before_code and index == last))
            else:
                assert isinstance(piece, Slot), "expressions end a run"
                out.append(hole(piece, _print_inside))
        return
    parts = tuple(piece for piece in run if not isinstance(piece, Expr))
    out.append(hole(Text(parts), _print_before_code if before_code else _print_inside))


def _inside(text: str, *, before_code: bool = False) -> str:
    shown = literal(text)
    if before_code and shown.endswith("$"):
        # `$` and the `${` of what follows would read as an escaped `${`
        bare = shown.rstrip("$")
        shown = bare + _constant(shown[len(bare) :])
    return json_inside(shown)


def _print_inside(value: Tree) -> str:
    return _inside(_plain(value))


def _print_before_code(value: Tree) -> str:
    return _inside(_plain(value), before_code=True)


def _plain(value: Tree) -> str:
    assert isinstance(value, (bool, int, float, str, Text)), "a run is filled as a text"
    return "".join(piece for piece in pieces(value, refer) if isinstance(piece, str))
