"""Laws of the parsers: printing and parsing undo each other, positions are right, both formats agree, none raises."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import yaml
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tenantc.diagnostics.diagnostic import Outcome
from tenantc.load.limits import Limits
from tenantc.load.text import parse_text
from tenantc.source.node import Node

Parsed = Outcome[tuple[Node, ...]]

# Texts that both versions of YAML read as text without quotes.
PLAIN = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)\b)[a-z]+(?: [a-z]+)*")
words = st.from_regex(PLAIN, fullmatch=True)
texts = words | st.text(max_size=30) | st.text("ab \n\t#:-'\"\\é😀\u2028\x85\x07", max_size=30)
integers = st.integers(-(2**53), 2**53)
floats = st.floats(allow_nan=False, allow_infinity=False)
scalars = st.none() | st.booleans() | integers | floats | texts


def trees(leaves: st.SearchStrategy[object], keys: st.SearchStrategy[str]) -> st.SearchStrategy[object]:
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
    )


values = trees(scalars, texts)


class Dumper(yaml.SafeDumper):
    """PyYAML in a chosen style of quotes, also for text that it leaves bare and YAML 1.2 takes for a number."""

    quotes = '"'

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002  equal parts of a value are written out
        return True


def represent_text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    # PyYAML breaks lines where YAML 1.1 does, and escapes that only in double quotes
    quotes = '"' if re.search("[\x85\u2028\u2029]", text) else dumper.quotes
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, None if PLAIN.fullmatch(text) else quotes)


Dumper.add_representer(str, represent_text)


@st.composite
def printed(draw: st.DrawFn) -> tuple[object, str]:
    """A value, and the YAML that says it in one of many styles."""
    value = draw(values)
    style = type("Style", (Dumper,), {"quotes": draw(st.sampled_from("'\"|>"))})
    text = yaml.dump(
        value,
        Dumper=style,
        allow_unicode=draw(st.booleans()),
        default_flow_style=draw(st.sampled_from((None, True, False))),
        indent=draw(st.sampled_from((2, 4, 7))),
        width=draw(st.sampled_from((20, 80, 10_000))),
        line_break=draw(st.sampled_from(("\n", "\r\n"))),
        explicit_start=draw(st.booleans()),
        sort_keys=False,
    )
    # where PyYAML breaks a long text behind an escape, it does not get back what it wrote
    assume(repr(yaml.safe_load(text)) == repr(value))
    return value, text


def parsed(path: str, text: str) -> Parsed:
    return parse_text(path, text.encode("utf-8", "surrogatepass"))


def only(outcome: Parsed) -> Node:
    assert [d.message for d in outcome.diagnostics] == []
    (node,) = outcome.value
    return node


def everything(node: Node) -> Iterator[Node]:
    """A node, its keys and all below it."""
    yield node
    if isinstance(node.value, list):
        for item in node.value:
            yield from everything(item)
    elif isinstance(node.value, dict):
        assert node.keys is not None
        yield from node.keys.values()
        for item in node.value.values():
            yield from everything(item)


def covered(node: Node) -> str:
    """What a node's span covers of its text."""
    lines = node.text.body.split("\n")[node.line - 1 : node.end_line]
    lines[-1] = lines[-1][: node.end_column - 1]
    lines[0] = lines[0][node.column - 1 :]
    return "\n".join(lines)


@given(printed())
def test_what_is_printed_as_yaml_is_read_back(case: tuple[object, str]) -> None:
    value, text = case
    assert repr(only(parsed("t.yaml", text)).plain()) == repr(value), "equal, and of equal types in the same order"


@given(printed())
def test_the_span_of_a_scalar_says_that_scalar(case: tuple[object, str]) -> None:
    _, text = case
    for node in everything(only(parsed("t.yaml", text))):
        slice_ = covered(node)
        # a block's indentation indicator counts from its parent, which is not in the slice
        if isinstance(node.value, list | dict) or re.match(r"(!\S+ )?[|>]\S*[0-9+]", slice_):
            continue
        if slice_:
            assert repr(only(parsed("t.yaml", slice_)).value) == repr(node.value)
        else:
            assert node.value is None


@given(printed())
def test_the_span_of_a_collection_holds_its_parts(case: tuple[object, str]) -> None:
    _, text = case
    for node in everything(only(parsed("t.yaml", text))):
        if isinstance(node.value, list | dict):
            for part in everything(node):
                assert (node.line, node.column) <= (part.line, part.column)
                assert (part.end_line, part.end_column) <= (node.end_line, node.end_column)


@given(values, st.booleans(), st.sampled_from((None, 0, 2, "\t")))
def test_what_is_printed_as_json_is_read_back(value: object, ascii_only: bool, indent: int | str | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    node = only(parsed("t.json", text))
    assert repr(node.plain()) == repr(value)
    for part in everything(node):
        assert repr(json.loads(covered(part))) == repr(part.plain())


# YAML reads no escaped halves of surrogate pairs, no NEXT LINE and no keys beyond 1024 characters
ordinary = st.text(
    st.characters(
        max_codepoint=0xFFFD, exclude_characters="\x7f\ufeff\u2028\u2029", exclude_categories=("Cs", "Cc", "Cn")
    ),
    max_size=100,
)


@given(
    trees(st.none() | st.booleans() | integers | floats | ordinary, ordinary),
    st.booleans(),
    st.sampled_from((None, 2, "\t")),
)
def test_json_read_as_yaml_says_the_same_in_the_same_places(
    value: object, ascii_only: bool, indent: int | str | None
) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    as_json, as_yaml = only(parsed("t.json", text)), only(parsed("t.yaml", text))
    assert repr(as_yaml.plain()) == repr(as_json.plain())
    assert [node.span[1:] for node in everything(as_yaml)] == [node.span[1:] for node in everything(as_json)]


def check(outcome: Parsed) -> None:
    """Everything about an outcome can be shown, and every position lies in its text."""
    for diagnostic in outcome.diagnostics:
        assert diagnostic.message.isprintable()
        assert diagnostic.help.isprintable()
        assert diagnostic.blames
        for blame in diagnostic.blames:
            check_span(blame.span.text.body, blame.span[1:])
    for document in outcome.value:
        for node in everything(document):
            check_span(node.text.body, node.span[1:])


def check_span(body: str, span: tuple[int, int, int, int]) -> None:
    line, column, end_line, end_column = span
    lines = body.split("\n")
    assert 1 <= line <= end_line <= len(lines)
    assert 1 <= column <= len(lines[line - 1]) + 1
    assert 1 <= end_column <= len(lines[end_line - 1]) + 2
    assert (line, column) <= (end_line, end_column)


FRAGMENTS = (
    *(
        "a",
        "b: ",
        "- ",
        "? ",
        ": ",
        ":",
        ",",
        "[",
        "]",
        "{",
        "}",
        "#",
        " #",
        "&a",
        "*a",
        "!",
        "!!int ",
        "!x ",
        "|",
        ">-",
        "%",
    ),
    *(
        "'",
        '"',
        "\\",
        "\\u",
        "\\ud83d",
        "\n",
        "\n  ",
        "\n\t",
        "\r\n",
        "\r",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "%TAG ! b\n",
        "<<: ",
    ),
    *(
        "1",
        "01",
        "1e9",
        ".inf",
        "-",
        "~",
        "null",
        "true",
        "@",
        "`",
        "😀",
        "\ufeff",
        "\u2028",
        "\x85",
        "\x00",
        "é",
        " ",
        "  ",
    ),
)
DOCUMENTS = (
    "tenant_id: acme\nlimits: {users: 5, names: [a, 'b', \"c\"]}\ntext: |\n  one\n  two\n---\n- x: !!str 1\n",
    '{"tenant_id": "acme", "limits": {"users": 5.0, "names": ["a", "\\u00e9", null, true]},\n "x": [[], {}]}\n',
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A document with some of it gone, doubled, or replaced by other bits."""
    text = draw(st.sampled_from(DOCUMENTS))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 10)))
        text = text[:start] + draw(st.sampled_from((*FRAGMENTS, "", text[start:end] * 2))) + text[end:]
    return text


anything = st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join) | mutated() | st.text()


@settings(max_examples=400)
@given(st.sampled_from(("t.yaml", "t.json")), st.binary(max_size=60) | anything.map(lambda text: text.encode()))
@example("t.yaml", b"a: \xc3")
def test_no_bytes_make_a_parser_raise(path: str, data: bytes) -> None:
    check(parse_text(path, data))


@settings(max_examples=400)
@given(anything)
def test_a_file_without_its_last_line_break_says_the_same(text: str) -> None:
    if text.endswith(("\n", "\r")):
        return
    without, with_one = parsed("t.yaml", text), parsed("t.yaml", text + "\n")
    assert [node.plain() for node in without.value] == [node.plain() for node in with_one.value]
    assert [d.message for d in without.diagnostics] == [d.message for d in with_one.diagnostics]


# what json.loads takes and this project does not
STRICTER = {"T104", "T105", "T110", "T112"}


@settings(max_examples=400)
@given(
    mutated().filter(lambda text: text.startswith(("{", '"', "[")))
    | st.text(' \n"[]{},:\\u0189adefnrtl.+-E', max_size=12)
)
@example("[1,]")
@example('"\\ud83d"')
def test_what_is_json_is_decided_as_by_python(text: str) -> None:
    outcome = parsed("t.json", text)
    try:
        expected = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError:
        assert outcome.diagnostics
        assert outcome.value == ()
        return
    codes = {diagnostic.code for diagnostic in outcome.diagnostics}
    assert codes <= STRICTER
    if not codes:
        assert repr(only(outcome).plain()) == repr(expected)


@given(printed(), st.integers(1, 5), st.integers(1, 10))
def test_limits_hold_whatever_the_document(case: tuple[object, str], depth: int, most: int) -> None:
    value, text = case
    for path, written in (("t.yaml", text), ("t.json", json.dumps(value))):
        outcome = parse_text(path, written.encode(), Limits(depth=depth, values=most))
        codes = [diagnostic.code for diagnostic in outcome.diagnostics]
        is_deep, is_long = levels(value) > depth, count(value) > most
        # whichever limit is met first ends the reading
        assert len(codes) == (is_deep or is_long)
        assert set(codes) <= {code for code, met in (("T104", is_deep), ("T113", is_long)) if met}
        assert not codes or outcome.value == ()


def levels(value: object) -> int:
    inner = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else None
    return 0 if inner is None else 1 + max(map(levels, inner), default=0)


def count(value: object) -> int:
    inner = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
    return 1 + sum(map(count, inner))
