"""What documents make and what they refer to, so that no artifact points at something that is not there."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from itertools import count
from typing import Final, TypeAlias

from tenantc.emit.node import Node, Ref, Tree, nodes, tree_key
from tenantc.emit.statement import Sql

Target: TypeAlias = tuple[str, Hashable]

_SERIALS: Final = count(1)
# blocks of Terraform whose entries go by another word where they are referred to
_CALLED: Final[Mapping[str, str]] = {"variable": "var", "locals": "local"}


class BrokenReferenceError(Exception):
    """A document refers to what no document of its target and scope makes: a mistake in the documents."""


class Links:
    """What one document makes and needs, by kind and name. Names are those of templates: slots, not values."""

    __slots__ = ("makes", "needs", "serial")

    def __init__(self, makes: frozenset[Target], needs: frozenset[Target]) -> None:
        self.makes = makes
        self.needs = needs
        self.serial = next(_SERIALS)


def links(trees: Iterable[Tree]) -> Links | None:
    """The links of a document's trees, None if there are none."""
    makes: set[Target] = set()
    needs: set[Target] = set()
    for tree in trees:
        makes.update(_makes(tree))
        needs.update((node.kind, tree_key(node.name)) for node in nodes(tree) if isinstance(node, Ref))
    return Links(frozenset(makes), frozenset(needs)) if makes or needs else None


def check(target: str, found: Iterable[Links], elsewhere: Collection[str] = ()) -> None:
    """Raises `BrokenReferenceError` if something is needed and not made, unless its kind is made elsewhere."""
    made: set[Target] = set()
    needed: set[Target] = set()
    for one in found:
        made |= one.makes
        needed |= one.needs
    missing = sorted(f"{kind} {name}" for kind, name in needed - made if kind not in elsewhere)
    if missing:
        raise BrokenReferenceError(f"documents of {target} refer to what none of them makes: {', '.join(missing)}")


def _makes(tree: Tree) -> Iterable[Target]:
    if isinstance(tree, Node):
        for node in nodes(tree):
            if isinstance(node, Sql):
                yield from ((kind, tree_key(name)) for kind, name in node.makes)
    elif isinstance(tree, (list, tuple)):
        for item in tree:
            yield from _makes(item)
    elif isinstance(tree, Mapping):
        kind, metadata = tree.get("kind"), tree.get("metadata")
        if isinstance(kind, str) and isinstance(metadata, Mapping):
            yield (kind, tree_key(metadata.get("name")))
        else:
            yield from _addresses(tree)


def _addresses(tree: Mapping[str, Tree]) -> Iterable[Target]:
    """What a Terraform document makes, as references call it."""
    for block, entries in tree.items():
        if not isinstance(entries, Mapping):
            continue
        for name, entry in entries.items():
            if block in ("resource", "data", "ephemeral") and isinstance(entry, Mapping):
                prefix = "" if block == "resource" else f"{block}."
                yield from ((f"{prefix}{name}", tree_key(label)) for label in entry)
            else:
                yield (_CALLED.get(block, block), tree_key(name))
