"""The entries of a block as they are written, for whoever changes them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tenantc.load.blocks import Flattener, split_operator
from tenantc.model.layer import LayerId, LayerKind, Operator
from tenantc.model.schema import Group, Schema
from tenantc.source.node import Node
from tenantc.source.path import Path


class Entry(NamedTuple):
    """An entry of a block as it is written: `key` in the mapping `holder`, what it names, and its value.

    Mappings of settings are entries, too; `unset` is one with an empty path.
    """

    path: Path
    operator: Operator
    holder: Node
    key: str
    value: Node


def entries(block: Node, schema: Schema) -> Iterator[Entry]:
    """The entries of a block that was flattened without a complaint, each mapping before what lies in it."""
    yield from _entries(block, schema.root, "", Flattener(schema, LayerId(LayerKind.TENANT, ""), dated=True))


def _entries(block: Node, group: Group, prefix: Path, flattener: Flattener) -> Iterator[Entry]:
    assert isinstance(block.value, dict), "a block is a mapping"
    for key, node in block.value.items():
        if not prefix and key == "unset":
            yield Entry("", Operator.UNSET, block, key, node)
            continue
        text, operator = split_operator(key)
        at = flattener.locate(text, group, prefix, key, block.key_span(key))
        if at is None:
            continue
        yield Entry(at[0], operator, block, key, node)
        if isinstance(at[1], Group) and isinstance(node.value, dict) and operator in (Operator.SET, Operator.REPLACE):
            yield from _entries(node, at[1], at[0], flattener)
