"""Every free text that a workspace may hold, found by walking the JSON Schemas, and hostile texts put there.

A field that a schema gains is attacked with the others: nobody has to add it here, unless no sample fits its pattern.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jsonschema_rs

from tests.fleet import quoted

Keys = tuple[str | int, ...]
Schema = Mapping[str, Any]

LEFT_OUT = ()
"""Stands for a field that the sample does without."""
# one of them fits whatever pattern a schema states
_SAMPLES = (
    *("a", "A", "1h", "/a", "a.example", "a@b.example", "2026-01-01", "0.0.0.0/0", "09:00", "USD", "US"),
    *("a://b", f"sha256:{'0' * 64}", 'a="b"', "1", "1.30", "a.b", True, 1, 1.5),
)
# what stands around a text where a schema takes none by itself
_FRAMES = ("*", "a.*", "*.example", "*@b.example", "a://*", 'a="*"')
_MARK = re.compile(r"mark\d+x")


@dataclass(frozen=True)
class Place:
    """Where a text stands in a file: a value, or with `names` the name of an entry."""

    file: str
    keys: Keys
    schema: Schema = field(compare=False, hash=False)
    names: bool = False

    def __str__(self) -> str:
        return f"{self.file}: {'.'.join(map(str, self.keys))}{' (name)' if self.names else ''}"

    def framed(self, text: str) -> str:
        """The text with what the schema wants around any text."""
        frame = next((one for one in _FRAMES if fits(self.schema, one.replace("*", "mark1x"))), "*")
        return frame.replace("*", text)


def fits(schema: Schema, value: object) -> bool:
    return _validator(json.dumps(schema)).is_valid(value)


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema))


def sample(schema: Schema, stated: Any = None) -> Any:
    """A value that holds all that the schema has fields for, as `stated` where that says."""
    types = schema.get("type", ())
    if isinstance(stated, dict) or (stated is None and "object" in types):
        return _mapping(schema, stated or {})
    if isinstance(stated, list):
        return [sample(schema.get("items", {}), one) for one in stated]
    if stated is not None:
        return stated
    if "array" in types:
        return [sample(schema.get("items", {}))]
    examples = (*schema.get("examples", ()), *schema.get("enum", ()), schema.get("default"), schema.get("minimum"))
    return next(one for one in (*examples, *_SAMPLES) if fits(schema, one))


def _mapping(schema: Schema, stated: Mapping[str, Any]) -> dict[str, Any]:
    fixed, rest = schema.get("properties", {}), schema.get("additionalProperties")
    asked = {name: one for name, one in stated.items() if one != LEFT_OUT}
    made = {
        name: sample(below, asked.get(name)) for name, below in fixed.items() if name in asked or name not in stated
    }
    others = [name for name in asked if name not in fixed]
    if isinstance(rest, Mapping) and not others:
        others = [next(str(one) for one in _SAMPLES if fits(schema.get("propertyNames", {}), one))]
    return made | {name: sample(rest or {}, asked.get(name)) for name in others}


def places(file: str, schema: Schema, body: Any, keys: Keys = ()) -> Iterator[Place]:
    """The places of all texts in a body that the schema leaves free."""
    if isinstance(body, dict):
        names, rest = schema.get("propertyNames", {}), schema.get("additionalProperties")
        for name, item in body.items():
            below = schema.get("properties", {}).get(name)
            # in what no schema describes, as a patch, the names on the way to a value are somebody else's words
            if below is None and "enum" not in names and (rest or not isinstance(item, (dict, list))):
                yield Place(file, (*keys, name), names, names=True)
            yield from places(file, below or rest or {}, item, (*keys, name))
    elif isinstance(body, list):
        for index, item in enumerate(body):
            yield from places(file, schema.get("items", {}), item, (*keys, index))
    elif isinstance(body, str) and not {"enum", "const"} & schema.keys():
        yield Place(file, keys, schema)


def put(bodies: Mapping[str, Any], texts: Mapping[Place, str]) -> dict[str, Any]:
    """The bodies of files with these texts in their places; names come last, since they lead to the others."""
    made = deepcopy(dict(bodies))
    for place in sorted(texts, key=lambda one: (one.names, -len(one.keys))):
        *way, last = place.keys
        here = made[place.file]
        for step in way:
            here = here[step]
        if place.names:
            renamed = {texts[place] if name == last else name: item for name, item in here.items()}
            here.clear()
            here.update(renamed)
        else:
            here[last] = texts[place]
    return made


def laid_out(value: Any, keys: Keys = (), before: str = "") -> Iterator[tuple[str, Keys]]:
    """A body as YAML that shows nothing but itself, a text a line, each line with where it stands."""
    if isinstance(value, (dict, list)) and value:
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        yield before + opening, keys
        for name, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from laid_out(item, (*keys, name), f"{quoted(name)}: " if isinstance(value, dict) else "")
        yield closing + ("," if keys else ""), keys
    else:
        yield f"{before}{quoted(value)},", keys


def standing(place: Place, texts: Mapping[Place, str]) -> Keys:
    """Where a place is found once these texts are put: names on the way to it may be others."""
    renamed = {one.keys: text for one, text in texts.items() if one.names and one.file == place.file}
    return tuple(renamed.get(place.keys[: index + 1], step) for index, step in enumerate(place.keys))


def swapped(tree: Any, texts: Mapping[str, str]) -> Any:
    """A tree with texts in place of the marks that stand for them, in names and in values."""
    if isinstance(tree, str):
        return _MARK.sub(lambda match: texts[match[0]], tree)
    if isinstance(tree, dict):
        return {swapped(name, texts): swapped(item, texts) for name, item in tree.items()}
    return [swapped(item, texts) for item in tree] if isinstance(tree, list) else tree
