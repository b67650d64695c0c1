"""Reads ceilings and caps, and lists of paths: locks, grants, what a tenant keeps."""

from __future__ import annotations

from tenantc.diagnostics.diagnostic import Diagnostic, Outcome, diagnose
from tenantc.load.blocks import flatten, locate
from tenantc.model.layer import Bound, LayerId, Named, Operator
from tenantc.model.schema import Schema
from tenantc.source.node import Node


def read_bounds(node: Node | None, schema: Schema, layer: LayerId) -> Outcome[tuple[Bound, ...]]:
    """The bounds of a block: plain values of settings that have an order (numbers, ordered enums, booleans, lists)."""
    if node is None:
        return Outcome(())
    block = flatten(node, schema, layer)
    diagnostics: list[Diagnostic] = list(block.diagnostics)
    bounds: list[Bound] = []
    for definition in block.value:
        leaf = schema.leaf(definition.path)
        span = definition.span
        assert span is not None
        if definition.operator is not Operator.SET or leaf is None:
            problem = "a bound is a plain value"
            diagnostics.append(
                diagnose("T128", span, operator=definition.operator.value, path=definition.path, problem=problem)
            )
        elif definition.dynamic:
            diagnostics.append(diagnose("T301", span, problem="a bound is a plain value and refers to nothing"))
        elif leaf.type == "string" and not leaf.order:
            problem = "its values have no order"
            diagnostics.append(diagnose("T128", span, operator="a bound", path=definition.path, problem=problem))
        else:
            bounds.append(Bound(definition.path, definition.value, layer, span))  # type: ignore[arg-type]
    return Outcome(tuple(bounds), tuple(diagnostics))


def read_paths(node: Node | None, schema: Schema) -> Outcome[tuple[Named, ...]]:
    """The canonical paths in a list of paths; each names a setting or a mapping of settings."""
    if node is None:
        return Outcome(())
    assert isinstance(node.value, list), "the structure was checked"
    found: list[Named] = []
    diagnostics: list[Diagnostic] = []
    for item in node.value:
        at = locate(item, schema)
        diagnostics += at.diagnostics
        if at.value is not None:
            found.append(Named(at.value, item.span))
    return Outcome(tuple(found), tuple(diagnostics))
