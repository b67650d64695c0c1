"""What a YAML or JSON text says, with the position of every value."""

from __future__ import annotations

from tenantc.source.span import Span
from tenantc.source.text import Text

_KINDS = {dict: "a mapping", list: "a list", str: "text", bool: "a boolean", int: "a number", float: "a number"}


class Node:
    """A value of a document and where it stands.

    `value` is None, a bool, an int, a float, a str, a `list[Node]` or a `dict[str, Node]`; for a mapping, `keys` holds
    the span of each key as a node of its own (its value is the key). Compared by identity.
    """

    __slots__ = ("column", "end_column", "end_line", "keys", "line", "text", "value")

    def __init__(
        self,
        value: bool | int | float | str | list[Node] | dict[str, Node] | None,
        text: Text,
        line: int,
        column: int,
        end_line: int,
        end_column: int,
        keys: dict[str, Node] | None = None,
    ) -> None:
        self.value = value
        self.text = text
        self.line = line
        self.column = column
        self.end_line = end_line
        self.end_column = end_column
        self.keys = keys

    @property
    def span(self) -> Span:
        return Span(self.text, self.line, self.column, self.end_line, self.end_column)

    def key_span(self, key: str) -> Span:
        """Where the key of a mapping's entry stands."""
        assert self.keys is not None, "only mappings have keys"
        return self.keys[key].span

    def plain(self) -> object:
        """The value without positions, as `json.loads` would give it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def kind(self) -> str:
        """The kind of value in words a user knows: `a mapping`, `a list`, `text`, `a number`, `nothing`."""
        return _KINDS.get(type(self.value), "nothing")

    def __repr__(self) -> str:
        return f"Node({self.plain()!r} at {self.line}:{self.column})"
