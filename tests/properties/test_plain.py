"""What is read without libyaml is what libyaml reads: the same values in the same places, and no complaints."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenantc.load.limits import LIMITS
from tenantc.load.plain import read_plain
from tenantc.load.yaml import parse_events, parse_yaml
from tenantc.source.node import Node
from tenantc.source.text import Text
from tests.fleet import _yaml, spec

ROOT = Path(__file__).parents[2]


def told(node: Node) -> object:
    """Everything that a node says."""
    place = (node.line, node.column, node.end_line, node.end_column)
    keys = {key: told(one) for key, one in node.keys.items()} if node.keys is not None else None
    if isinstance(node.value, dict):
        return place, keys, {key: told(one) for key, one in node.value.items()}
    if isinstance(node.value, list):
        return place, [told(one) for one in node.value]
    return place, type(node.value), node.value


def agree(body: str) -> bool:
    """Whether the text is plain; fails if libyaml reads something else."""
    text = Text("t.yaml", body)
    plain = read_plain(text, LIMITS)
    if plain is None:
        return False
    outcome = parse_events(text)
    assert outcome.diagnostics == ()
    assert [told(node) for node in outcome.value] == [told(plain)]
    return True


WORDS = [
    "a",
    "b",
    "tenant_id",
    "x.y",
    "x.y+",
    "true",
    "null",
    "~",
    "yes",
    "0o17",
    "-1",
    "1.5",
    "1e3",
    "012",
    ".5",
    "+1",
]
KEYS = st.sampled_from([*WORDS, '"a b"', '"x: y"', 'm["gpt-4.1"]', '""', "<<", "a b", "'q'", "a:", "- a", "? a"])
VALUES = st.sampled_from(
    [
        *WORDS, "", " ", "text with spaces", "a:b", "a: b", "http://x/y", "12:30", "a #c", "a# b", "a  ", '"q"',
        '"# q"', '"q" # c', '"q"# c', "[]", "[ ]", "[a]", "[a, b]", '["a", 1, true]', "[a,, b]", "[a,]", "[a:b]",
        "[a: b]", "[~]", "[ a , b ]", "[[a]]", "{}", "{a: 1}", "|", ">-", "*a", "&a b", "!t a", "'s'", "2026-01-01",
        "9" * 30, "@a", "a,b", "é", '"a', "# c", "-", "- a", "a - b", "unlimited", "%a", "a]",
        '"a\\"b"', '"\\\\"', '"\\\\\\""', '"\\/"', "99999999999999999",
        "Infinity", ".inf", '"\\n"',
    ]
)  # fmt: skip
LINES = st.one_of(
    st.builds("{}{}: {}".format, st.sampled_from(["", "", "  ", "    ", " "]), KEYS, VALUES),
    st.builds("{}{}:".format, st.sampled_from(["", "", "  ", "    "]), KEYS),
    st.builds("{}- {}".format, st.sampled_from(["", "  ", "    "]), VALUES),
    st.sampled_from(["", "  ", "# c", "   # c", "---", "...", "text", "\ta: b", "%YAML 1.2"]),
)


@given(st.lists(LINES, max_size=8).map("\n".join), st.sampled_from(["", "\n", "\n\n", " "]))
def test_lines_mean_what_libyaml_says(body: str, end: str) -> None:
    agree(body + end)


@given(st.text("ab1: -#\n\"'[],.{}&*!|>%@`~?", max_size=40))
def test_texts_mean_what_libyaml_says(body: str) -> None:
    agree(body)


@given(st.integers(0, 10_000), st.integers(0, 3), st.data())
def test_a_spec_with_one_character_changed_means_what_libyaml_says(
    number: int, extra: int, data: st.DataObject
) -> None:
    body = _yaml(spec(number))
    for _ in range(extra):
        at = data.draw(st.integers(0, len(body) - 1))
        body = body[:at] + data.draw(st.sampled_from(" \n:#-'\"[]{},.a1~?!&*|>%\t\\é")) + body[at + 1 :]
    agree(body)


@pytest.mark.parametrize(
    "path",
    # what `make demo` leaves is no file of the project
    sorted(path for path in ROOT.glob("examples/**/*.yaml") if "build" not in path.parts)
    + sorted(ROOT.glob("tests/golden/*/in/**/*.yaml")),
)
def test_files_mean_what_libyaml_says(path: Path) -> None:
    body = path.read_bytes().decode("utf-8", "replace")
    agree(body)
    lines = body.split("\n")
    for seed in range(5):
        shuffled = lines.copy()
        random.Random(seed).shuffle(shuffled)  # noqa: S311 — data for tests
        agree("\n".join(shuffled))


def test_specs_are_plain() -> None:
    assert all(agree(_yaml(spec(number))) for number in range(500))


def test_limits_hold() -> None:
    nested = "a:\n  b:\n    c: 1\n"
    assert read_plain(Text("t.yaml", nested), LIMITS) is not None
    assert read_plain(Text("t.yaml", nested), LIMITS._replace(depth=2)) is None
    assert read_plain(Text("t.yaml", nested), LIMITS._replace(values=3)) is None
    assert parse_yaml(Text("t.yaml", nested), LIMITS._replace(depth=2)).diagnostics[0].code == "T104"
