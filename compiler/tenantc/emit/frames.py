"""Settings as nested text: printed around their values, once for all sections that hold the same settings.

What differs between two sections of one shape is their values alone, so a shape's text is kept with `%s` where values
go. This is what makes a tenant's own section cost a look-up a setting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

from tenantc.emit.characters import json_string
from tenantc.emit.pieces import number_text
from tenantc.emit.writers import yaml
from tenantc.source.value import UNLIMITED, Opaque, Record, Unlimited, Value

Names: TypeAlias = tuple[str, ...]
Nest: TypeAlias = "dict[str, Nest | int]"


class Frame(NamedTuple):
    """The text around values, and which value goes where, with the indentation of its line in spaces."""

    text: str
    order: tuple[int, ...]
    indents: tuple[int, ...]


class Form(NamedTuple):
    """A way to show settings: the text around values, and a value of a given indentation."""

    frame: Callable[[Nest, int], Frame]
    leaf: Callable[[Value, int], str]


def nest(paths: Sequence[Names]) -> Nest:
    """Paths as nested mappings, with the place of each in the sequence."""
    root: Nest = {}
    for place, names in enumerate(paths):
        here = root
        for name in names[:-1]:
            below = here.setdefault(name, {})
            assert isinstance(below, dict), "a mapping of settings"
            here = below
        here[names[-1]] = place
    return root


def fill(frame: Frame, leaf: Callable[[Value, int], str], values: Sequence[Value]) -> str:
    """A frame around these values."""
    if len(frame.order) == 1:
        return frame.text % (leaf(values[0], frame.indents[0]),)
    return frame.text % tuple([leaf(values[at], by) for at, by in zip(frame.order, frame.indents, strict=True)])


def _walk(nested: Nest, indent: int, out: list[str], found: list[tuple[int, int]], marks: _Marks) -> None:
    out.append(marks.opening)
    separator = ""
    for key, below in nested.items():
        out.append(f"{separator}{marks.line(indent)}{marks.key(key).replace('%', '%%')}")
        separator = marks.separator
        if isinstance(below, int):
            found.append((below, indent))
            out.append("%s")
        else:
            _walk(below, indent + 2, out, found, marks)
    out.append(marks.closing(indent - 2))


class _Marks(NamedTuple):
    """What a format has around keys and between entries."""

    opening: str
    key: Callable[[str], str]
    separator: str
    line: Callable[[int], str]
    closing: Callable[[int], str]


def _frame(marks: _Marks) -> Callable[[Nest, int], Frame]:
    def print_frame(nested: Nest, indent: int) -> Frame:
        out: list[str] = []
        found: list[tuple[int, int]] = []
        _walk(nested, indent, out, found, marks)
        return Frame("".join(out), tuple(at for at, _ in found), tuple(by for _, by in found))

    return print_frame


def _json_line(indent: int) -> str:
    return f"\n{' ' * indent}"


_JSON: Final = _Marks("{", lambda key: f"{json_string(key)}: ", ",", _json_line, lambda by: f"{_json_line(by)}}}")
_COMPACT: Final = _Marks(
    "{", lambda key: yaml.inside(f"{json_string(key)}:"), ",", lambda _: "", lambda _: "}"
)
_YAML: Final = _Marks("\n", lambda key: f"{yaml.scalar(key)}:", "", lambda by: " " * by, lambda _: "")


@lru_cache(maxsize=8192, typed=True)
def _json_scalar(value: bool | float | str) -> str:
    return json_string(value) if isinstance(value, str) else number_text(value)


@lru_cache(maxsize=8192, typed=True)
def _compact_scalar(value: bool | float | str) -> str:
    return yaml.inside(json_string(value)) if isinstance(value, str) else number_text(value)


@lru_cache(maxsize=8192, typed=True)
def _yaml_scalar(value: bool | float | str) -> str:
    return f" {yaml.scalar(value)}\n"


def json_leaf(value: Value, unlimited: Value, between: str = ", ") -> str:
    """A value as JSON on one line."""
    if isinstance(value, Unlimited):
        return json_leaf(unlimited, unlimited) if unlimited is not UNLIMITED else f'"{value.value}"'
    if isinstance(value, tuple):
        return f"[{between.join([json_leaf(item, unlimited, between) for item in value])}]"
    if isinstance(value, Record):
        colon = ": " if between == ", " else ":"
        entries = [f"{json_string(key)}{colon}{json_leaf(item, unlimited, between)}" for key, item in value.items()]
        return f"{{{between.join(entries)}}}"
    assert not isinstance(value, Opaque), "identity is filled in before a value is shown"
    return _json_scalar(value)
