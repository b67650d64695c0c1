"""The way to a value that jsonschema-rs finds fault with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


def steps(value: Any, path: Iterable[str | int]) -> Iterator[str | int]:
    """The names and indices on the way, each as it stands in the value.

    jsonschema-rs keeps its path as text: it gives a name such as `017` back as the number 17, an empty one not at all.
    """
    for step in path:
        while (here := _name(value, step) if isinstance(value, dict) else step) is None:
            yield ""
            value = value[""]
        yield here
        value = value[here]


def _name(names: Iterable[str], step: str | int) -> str | None:
    shown = str(step)
    if shown in names:
        return shown
    alike = (name for name in names if name.isascii() and name.lstrip("+").isdigit())
    return next((name for name in alike if isinstance(step, int) and int(name) == step), None)
