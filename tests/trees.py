"""Trees as documents build them, with slots in them and hostile values behind the slots."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from tenantc.emit.fill import Filler
from tenantc.emit.naming import Bearer
from tenantc.emit.node import IdentitySource, JsonText, NameSource, SettingSource, Slot, Text, compact_json, text
from tenantc.model.identity import Identity
from tenantc.source.value import UNLIMITED, Record, Value
from tests.fleet import HOSTILE

# What trips one reader or another; each is data and has to stay data.
AWKWARD = (
    *HOSTILE,
    *(
        "",
        " ",
        "  two  spaces ",
        "trailing ",
        "\ttab",
        "a: b",
        "a #b",
        "#",
        "- a",
        "? a",
        "|",
        ">",
        "%YAML",
        "@at",
        "`tick",
    ),
    *("no", "No", "NO", "on", "y", "N", "true", "FALSE", "null", "~", "=", "<<", ".inf", "-.INF", ".nan", "---", "..."),
    *("0", "-1", "+1", "0o17", "0x1F", "0b1", "017", "1e3", "1E+3", "1.", ".5", "1_000", "12:30:45", "190:20:30"),
    *("2001-01-01", "2001-12-14t21:59:43.10-05:00", "1.30", "8080", "10Gi", "500m"),
    *("${", "$${", "$", "$$", "%{", "%%{", "%", "%%", "%b", "%s", "%(x)s", "{{ x }}", "{% x %}", "${${x}}", "{x}"),
    *(
        "'",
        "''",
        '"',
        '""',
        "\\",
        "\\\\",
        "\\'",
        "$$",
        "$tenantc$",
        "$tenantc",
        "';--",
        "/*",
        "*/",
        "\\gexec",
        ":x",
        ":'x'",
    ),
    *("\x01", "\x7f", "\x85", "\xa0", "\xad", "\u2028", "\u2029", "\u200b", "\u202e", "\u2066", "\ufeff", "\uffff"),
    *(
        "\U0001f3b5",
        "\U000e0041",
        "a\nb",
        "a\r\nb",
        "a\rb",
        "$\r",
        "\r",
        "a\r\r\nb${x}",
        "\ufeff\ufeff$",
        "\n",
        "é漢ا",
        "x" * 10_000,
        "-" * 2_000,
    ),
)

# by number, since Hypothesis prints what it samples from
TEXTS = st.one_of(
    st.integers(0, len(AWKWARD) - 1).map(lambda at: AWKWARD[at]),
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)
NUMBERS = st.one_of(
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0.0, -0.0, 1e16, 1e-7]),
)
SCALARS = st.one_of(st.booleans(), NUMBERS, TEXTS)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(SCALARS, st.just(UNLIMITED)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(tuple), st.dictionaries(TEXTS, inner, max_size=3).map(Record)
    ),
    max_leaves=6,
)

PATHS = ("one.a", "one.b", "two.c")
PLACED = [Slot(SettingSource(path)) for path in PATHS]
IDENTITY = [Slot(IdentitySource("tenant_id"), safe=True), Slot(IdentitySource("tenant_name"))]
NAMES = [Slot(NameSource("postgres_role"), safe=True), Slot(NameSource("kms_alias", "logs"), safe=True)]
SLOTS = st.sampled_from([*PLACED, *IDENTITY, *NAMES])


def texts(*more: Any) -> st.SearchStrategy[Any]:
    """Texts put together from literals, slots and JSON with slots in it; `more` are parts that only a format knows."""
    parts = st.one_of(TEXTS, st.integers(), st.booleans(), SLOTS, jsons(*more), *map(st.just, more))
    return st.lists(parts, min_size=1, max_size=5).map(lambda found: text(*found))


def jsons(*more: Any) -> st.SearchStrategy[Any]:
    """Trees as compact JSON."""
    inner = st.one_of(SCALARS, SLOTS, st.lists(st.one_of(TEXTS, SLOTS), max_size=3).map(lambda found: text(*found)))
    tree = st.one_of(inner, st.dictionaries(TEXTS, inner, max_size=3), st.lists(inner, max_size=3))
    return st.one_of(tree, *map(st.just, more)).map(compact_json)


def trees(*more: Any) -> st.SearchStrategy[Any]:
    """Mappings that hold all that a document's tree may hold."""
    leaves = st.one_of(st.none(), SCALARS, SLOTS, texts(*more), jsons(*more))
    inner = st.recursive(
        leaves,
        lambda below: st.one_of(st.lists(below, max_size=4), st.dictionaries(TEXTS, below, max_size=4)),
        max_leaves=10,
    )
    return st.dictionaries(TEXTS, inner, min_size=1, max_size=4)


def filler(
    values: Mapping[str, Value] | Callable[[str], Value | None], tenant_id: str = "acme-corp", name: str = "Acme"
) -> Filler:
    """What a tenant's slots stand for."""
    identity = {Identity.ID: tenant_id, Identity.NAME: name, Identity.OWNER_EMAIL: "owner@example.com"}
    return Filler(
        identity,
        Bearer("streaming", "production", "1", "us-east-1", tenant_id),
        {},
        values if callable(values) else values.get,
    )


FILLERS = st.builds(
    filler,
    st.fixed_dictionaries(dict.fromkeys(PATHS, SCALARS)),
    st.from_regex(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True),
    TEXTS,
)


def plain_text(value: Any) -> str:
    """What a value is inside a text."""
    return value if isinstance(value, str) else json.dumps(value)


def means(node: Any, known: Filler) -> Any:
    """What a reader of the artifact has to find where a tree stands: told without any of the writers' code."""
    match node:
        case Slot():
            return known.source(node.source)
        case Text():
            return "".join(plain_text(means(part, known)) for part in node.parts)
        case JsonText():
            return Json(means(node.tree, known))
        case dict():
            return {key: means(item, known) for key, item in node.items() if item is not None}
        case list():
            return [means(item, known) for item in node if item is not None]
        case _:
            return node


@dataclass
class Json:
    """A text that is JSON of this value, in whichever of its spellings."""

    value: Any


def same(wanted: Any, found: Any) -> bool:
    """Whether a reader found what it had to, types included."""
    if isinstance(wanted, Json):
        return isinstance(found, str) and same(wanted.value, json.loads(found))
    if isinstance(wanted, dict):
        return (
            isinstance(found, dict)
            and list(wanted) == list(found)
            and all(same(item, found[key]) for key, item in wanted.items())
        )
    if isinstance(wanted, list):
        return isinstance(found, list) and len(wanted) == len(found) and all(map(same, wanted, found))
    return type(wanted) is type(found) and bool(wanted == found)


def holds_json_in_text(tree: Any) -> bool:
    """Whether JSON with slots is a part of a longer text, whose spelling nothing but the writer knows."""
    if isinstance(tree, Text):
        return any(isinstance(part, JsonText) for part in tree.parts)
    if isinstance(tree, JsonText):
        return holds_json_in_text(tree.tree)
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return any(map(holds_json_in_text, inner))
