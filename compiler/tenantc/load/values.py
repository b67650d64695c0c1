"""Reads what stands at a leaf: a plain value of its type, or an expression that will give one."""

from __future__ import annotations

from tenantc.diagnostics.diagnostic import Diagnostic, diagnose
from tenantc.language.check import check_value
from tenantc.language.parse import parse_value
from tenantc.language.syntax import Expression, SyntaxProblem, TextTemplate
from tenantc.model.layer import Written
from tenantc.model.schema import Leaf, Schema, TypeName
from tenantc.source.frozen import Frozen
from tenantc.source.node import Node
from tenantc.source.path import Path
from tenantc.source.span import part
from tenantc.source.value import UNLIMITED, Record, Value

_EXPECTED = {
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "array": "a list",
}


class Read(Frozen):
    """A value and whether it holds an expression."""

    value: Written
    dynamic: bool


class Problem(Frozen):
    """Why there is no value."""

    diagnostic: Diagnostic


def read_value(node: Node, leaf: Leaf, path: Path, schema: Schema, whole: bool = True) -> Read | Problem:
    """The value of a node for a leaf. `whole` is false for the items that an operator adds to or takes from a list."""
    if node.value is None:
        return Problem(diagnose("T109", node.span, path=path, help="leave the line out, or use `unset`"))
    if isinstance(node.value, str) and "${" in node.value:
        return _read_expression(node, node.value, leaf, path, schema)
    if leaf.type == "array":
        if isinstance(node.value, list):
            return _read_list(node.value, leaf, path)
        expected = "a list" if whole else "a list of items"
        return Problem(diagnose("T133", node.span, path=path, expected=expected, kind=_kind(node)))
    return _read_scalar(node, leaf.type, leaf.unlimited, path)


def _read_list(items: list[Node], leaf: Leaf, path: Path) -> Read | Problem:
    values: list[Written] = []
    for item in items:
        if item.value is None:
            return Problem(diagnose("T109", item.span, path=f"{path}[]", help="a list holds values only"))
        if isinstance(item.value, str) and "${" in item.value:
            text = parse_value(item.value)
            if isinstance(text, str) and leaf.item == "string":  # each `${` of it was written `$${`
                values.append(text)
                continue
            what = "an expression gives the whole list: write `${…}` in its place"
            return Problem(diagnose("T301", item.span, problem="a list's items are plain values", help=what))
        if leaf.item is None or (leaf.item in _EXPECTED and leaf.item != "array"):
            read = _read_scalar(item, leaf.item, False, f"{path}[]") if leaf.item else Read(_record(item), False)
            if isinstance(read, Problem):
                return read
            values.append(read.value)
        else:
            values.append(_record(item))
    return Read(tuple(values), False)  # type: ignore[arg-type]


def _read_scalar(node: Node, expected: TypeName, unlimited: bool, path: Path) -> Read | Problem:
    value = node.value
    if expected == "string":
        if isinstance(value, str):
            return Read(value, False)
    elif expected == "boolean":
        if isinstance(value, bool):
            return Read(value, False)
    elif not isinstance(value, bool):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) or (isinstance(value, float) and expected == "number"):
            return Read(value, False)
        if unlimited and value == "unlimited":
            return Read(UNLIMITED, False)
    words = _EXPECTED[expected] + (" or `unlimited`" if unlimited else "")
    return Problem(
        diagnose("T133", node.span, path=path, expected=words, kind=_kind(node), help=_quoted(node, expected))
    )


def _quoted(node: Node, expected: TypeName) -> str:
    """The way out where quotes are all that is wrong."""
    if expected == "string" and isinstance(node.value, (bool, int, float)):
        return "put it in quotes to make it text"
    if expected == "boolean" and node.value in ("yes", "no", "on", "off"):
        return f"in YAML 1.2 `{node.value}` is text; write `{'true' if node.value in ('yes', 'on') else 'false'}`"
    return ""


def _kind(node: Node) -> str:
    if isinstance(node.value, (bool, int, float)):
        return f"`{str(node.value).lower()}`"
    if isinstance(node.value, str):
        return f"the text `{node.value if len(node.value) < 40 else node.value[:37] + '…'}`"
    return node.kind()


def _record(node: Node) -> Value:
    """A list's item of any shape, as an immutable value."""
    if isinstance(node.value, dict):
        return Record({key: _record(item) for key, item in node.value.items()})
    if isinstance(node.value, list):
        return tuple(_record(item) for item in node.value)
    assert node.value is not None
    return node.value


def _read_expression(node: Node, text: str, leaf: Leaf, path: Path, schema: Schema) -> Read | Problem:
    parsed = parse_value(text)
    if isinstance(parsed, str):
        if leaf.type == "string":
            return Read(parsed, False)
        return Problem(diagnose("T133", node.span, path=path, expected=_EXPECTED[leaf.type], kind=_kind(node)))
    if isinstance(parsed, SyntaxProblem):
        span = part(node.span, text, parsed.offset, parsed.length)
        return Problem(diagnose("T301", span, problem=parsed.message, help=parsed.help))
    assert isinstance(parsed, (Expression, TextTemplate))
    problems = check_value(parsed, schema, leaf)
    if problems:
        first = problems[0]
        span = part(node.span, text, first.offset, first.length)
        return Problem(diagnose("T301", span, problem=first.message, help=first.help))
    return Read(parsed, True)
