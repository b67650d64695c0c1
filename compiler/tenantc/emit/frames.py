"""Settings as nested text: printed around their values, once for all sections that hold the same settings.

What differs between two sections of one shape is their values alone, so a shape's text is kept with `%s` where values
go. This is what makes a tenant's own section cost a look-up a setting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

from tenantc.emit.characters import json_string
from tenantc.emit.node import JsonText, json_ready
from tenantc.emit.pieces import number_text, pieces
from tenantc.emit.writers import yaml
from tenantc.source.frozen import Frozen
from tenantc.source.value import Record, Unlimited, Value

Names: TypeAlias = tuple[str, ...]
Nest: TypeAlias = "dict[str, Nest | int]"


class Frame(Frozen):
    """The text around values, and which value goes where, with the indentation of its line in spaces."""

    text: str
    order: tuple[int, ...]
    indents: tuple[int, ...]


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


class Filling:
    """A frame and how a form shows a value: the texts of a section's values, in the frame's order, and the whole."""

    __slots__ = ("_frame", "_leaf", "_spots")

    def __init__(self, frame: Frame, leaf: Callable[[Value, int], str]) -> None:
        self._frame = frame
        self._leaf = leaf
        self._spots = {at: spot for spot, at in enumerate(frame.order)}

    def texts(self, values: Sequence[Value]) -> list[str]:
        frame, leaf = self._frame, self._leaf
        return [leaf(values[at], by) for at, by in zip(frame.order, frame.indents, strict=True)]

    def changed(self, texts: Sequence[str], values: Sequence[Value], places: Iterable[int]) -> list[str]:
        """The texts of values that differ in these places alone."""
        made = [*texts]
        for at in places:
            spot = self._spots[at]
            made[spot] = self._leaf(values[at], self._frame.indents[spot])
        return made

    def whole(self, texts: Sequence[str]) -> str:
        """The frame around these texts."""
        return self._frame.text % tuple(texts)


def _walk(nested: Nest, indent: int, out: list[str], found: list[tuple[int, int]], marks: _Marks) -> None:
    out.append(marks.opening)
    separator = ""
    for key, below in nested.items():
        shown, inner = marks.key(key, indent)
        out.append(f"{separator}{marks.line(indent)}{shown.replace('%', '%%')}")
        separator = marks.separator
        if isinstance(below, int):
            found.append((below, inner))
            out.append("%s")
        else:
            _walk(below, indent + 2, out, found, marks)
    out.append(marks.closing(indent - 2))


class _Marks(Frozen):
    """What a format has around keys and between entries; `key` also says how far the value's lines are indented."""

    opening: str
    key: Callable[[str, int], tuple[str, int]]
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


def _json_key(key: str, indent: int) -> tuple[str, int]:
    return f"{json_string(key)}: ", indent


def _compact_key(key: str, indent: int) -> tuple[str, int]:
    return yaml.inside(f"{json_string(key)}:"), indent


_JSON: Final = _Marks("{", _json_key, ",", _json_line, lambda by: f"{_json_line(by)}}}")
_COMPACT: Final = _Marks("{", _compact_key, ",", lambda _: "", lambda _: "}")
_YAML: Final = _Marks("\n", yaml.key_text, "", lambda by: " " * by, lambda _: "")

json_frame: Final = _frame(_JSON)
compact_frame: Final = _frame(_COMPACT)
yaml_frame: Final = _frame(_YAML)


def json_leaf(value: Value, _indent: int = 0) -> str:
    """A value as JSON on one line."""
    if isinstance(value, (bool, int, float, str)):
        return _json_scalar(value)
    if isinstance(value, tuple):
        return f"[{', '.join([json_leaf(item) for item in value])}]"
    if isinstance(value, Record):
        return f"{{{', '.join([f'{json_string(key)}: {json_leaf(item)}' for key, item in value.items()])}}}"
    return json_string(word(value))


def compact_leaf(value: Value, _indent: int = 0) -> str:
    """A value as JSON without spaces, as it stands between the quotes of a text of YAML."""
    if isinstance(value, (bool, int, float, str)):
        return _compact_scalar(value)
    return yaml.inside(
        "".join(piece for piece in pieces(JsonText(json_ready(value)), yaml.refer) if isinstance(piece, str))
    )


def yaml_leaf(value: Value, indent: int = 0) -> str:
    """What stands behind a key of YAML and its colon, with the line break at the end."""
    if isinstance(value, (bool, int, float, str)):
        return _yaml_scalar(value)
    printed = "".join(piece for piece in yaml.printed({"": json_ready(value)}) if isinstance(piece, str))
    return printed.removeprefix('"":').replace("\n", f"\n{' ' * indent}").removesuffix(" " * indent)


def word(value: Value) -> str:
    """What stands for a value that no format has a word for."""
    if isinstance(value, Unlimited):
        return value.value
    raise TypeError("identity is filled in before a value is shown")


@lru_cache(maxsize=8192, typed=True)
def _json_scalar(value: float | str) -> str:
    return json_string(value) if isinstance(value, str) else number_text(value)


@lru_cache(maxsize=8192, typed=True)
def _compact_scalar(value: float | str) -> str:
    return yaml.inside(_json_scalar(value))


@lru_cache(maxsize=8192, typed=True)
def _yaml_scalar(value: float | str) -> str:
    return f" {yaml.scalar(value)}\n"
