"""The formats of files: how a document is printed, and how a file is put together from documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from tenantc.emit.fill import Filler
from tenantc.emit.holes import Template, joined
from tenantc.emit.node import Tree, filled
from tenantc.emit.writers import json, sql, terraform, yaml
from tenantc.source.frozen import Frozen

# What a format must know of a document to put it into a file, whoever the tenant is: its entries' addresses, if any.
Shape: TypeAlias = terraform.Addresses


class Format(Frozen):
    """A format of files.

    one: prints a document's trees with holes. file: puts filled documents together. whole: prints a file at once from
    trees, the plain path that the other two are tested against. between: what stands between documents. lists: a list
    is one tree, not several.
    """

    one: Callable[[Sequence[Tree]], tuple[Shape, Template]]
    file: Callable[[Sequence[tuple[Shape, bytes]]], bytes]
    whole: Callable[[Sequence[Sequence[Tree]], Filler], bytes]
    between: bytes
    lists: bool = False

    def together(self, shapes: Sequence[Shape]) -> Shape:
        """The shape of several documents that become one."""
        return terraform.addresses(tuple(address for shape in shapes for address in shape))


NO_SHAPE: Final[Shape] = terraform.addresses(())


def _yaml_one(trees: Sequence[Tree]) -> tuple[Shape, Template]:
    return NO_SHAPE, joined((yaml.write(tree) for tree in trees), b"---\n")


def _yaml_file(parts: Sequence[tuple[Shape, bytes]]) -> bytes:
    return b"---\n".join([data for _, data in parts])


def _yaml_whole(documents: Sequence[Sequence[Tree]], filler: Filler) -> bytes:
    plain = (filled(tree, filler.source) for trees in documents for tree in trees)
    return b"---\n".join(yaml.write(tree).literals[0] for tree in plain)


def _sql_one(trees: Sequence[Tree]) -> tuple[Shape, Template]:
    return NO_SHAPE, joined(map(sql.write, trees), b"\n")


def _sql_file(parts: Sequence[tuple[Shape, bytes]]) -> bytes:
    return b"\n".join([data for _, data in parts])


def _sql_whole(documents: Sequence[Sequence[Tree]], filler: Filler) -> bytes:
    return b"\n".join(sql.write(tree, filler).literals[0] for trees in documents for tree in trees)


def _json_one(trees: Sequence[Tree]) -> tuple[Shape, Template]:
    [tree] = trees
    return NO_SHAPE, json.write(tree)


def _json_file(parts: Sequence[tuple[Shape, bytes]]) -> bytes:
    # `emit.contract` lets no second document into a file of JSON, which has no way to hold it
    [(_, data)] = parts
    return data


def _json_whole(documents: Sequence[Sequence[Tree]], filler: Filler) -> bytes:
    [[tree]] = documents
    return json.write(tree, filler).literals[0]


def _terraform_one(trees: Sequence[Tree]) -> tuple[Shape, Template]:
    entries = [entry for tree in trees for entry in terraform.entries(tree)]
    return terraform.addresses(tuple(address for address, _ in entries)), joined((one for _, one in entries), b"\0")


def _terraform_whole(documents: Sequence[Sequence[Tree]], filler: Filler) -> bytes:
    return terraform.whole([tree for trees in documents for tree in trees], filler)


FORMATS: Final[Mapping[str, Format]] = {
    "yaml": Format(_yaml_one, _yaml_file, _yaml_whole, b"---\n"),
    "json": Format(_json_one, _json_file, _json_whole, b"", lists=True),
    "terraform": Format(_terraform_one, terraform.assemble, _terraform_whole, b"\0"),
    "sql": Format(_sql_one, _sql_file, _sql_whole, b"\n", lists=True),
}
