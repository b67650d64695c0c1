"""YAML as users write it: what it means, where it stands, and what is said about mistakes."""

import sys

import pytest

from tenantc.load import yaml
from tenantc.load.limits import Limits
from tenantc.load.text import parse_text
from tenantc.source.node import Node


def read(text: str | bytes, limits: Limits = Limits()) -> tuple[list[object], list[str]]:  # noqa: B008  immutable
    """The documents of `t.yaml`, and what is wrong with it as `t.yaml:line:column: CODE`."""
    outcome = parse_text("t.yaml", text.encode() if isinstance(text, str) else text, limits)
    return [node.plain() for node in outcome.value], [f"{d.blames[0].span}: {d.code}" for d in outcome.diagnostics]


def value(text: str) -> object:
    documents, mistakes = read(text)
    assert mistakes == []
    (document,) = documents
    return document


def node(text: str) -> Node:
    (document,) = parse_text("t.yaml", text.encode()).value
    return document


def entry(document: Node, key: str) -> Node:
    assert isinstance(document.value, dict)
    return document.value[key]


def items(found: Node) -> list[Node]:
    assert isinstance(found.value, list)
    return found.value


def marked(text: str, found: Node) -> str:
    """What a node's span covers of a text; lines are joined by a slash."""
    lines = text.split("\n")[found.line - 1 : found.end_line]
    lines[-1] = lines[-1][: found.end_column - 1]
    lines[0] = lines[0][found.column - 1 :]
    return "/".join(lines)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((word, None) for word in ("null", "Null", "NULL", "~", "")),
        *((word, True) for word in ("true", "True", "TRUE")),
        *((word, False) for word in ("false", "False", "FALSE")),
        *(
            (word, word)
            for word in ("yes", "no", "on", "off", "y", "n", "nULL", "tRUE", "None", "nan", "inf", "Infinity")
        ),
        *(
            (word, word)
            for word in ("2027-03-31", "2001-12-14t21:59:43.10-05:00", "12:30", "190:20:30", "1_000", "0b1")
        ),
        *(
            (word, word)
            for word in ("1.2.3", "1e", "0x", "0o8", "0xg", "+0x1", "--", "+", ".", "-.", "1.5 GB", "=", "<<")
        ),
        *((digit, digit) for digit in ("\u0661", "1\u0661", "\u00b2", "1\u00a0")),
        *(("0", 0), ("12", 12), ("+12", 12), ("-12", -12), ("012", 12), ("0o14", 12), ("0x1F", 31), ("-0", 0)),
        *(("9007199254740992", 2**53), ("-9007199254740992", -(2**53)), ("0x20000000000000", 2**53)),
        *(("1.0", 1.0), ("1.", 1.0), (".5", 0.5), ("-.5", -0.5), ("1e3", 1000.0), ("1E-3", 0.001), ("+1.5e+2", 150.0)),
        *((f'"{word}"', word) for word in ("12", "true", "null", "", "~", "1.0")),
        *(("'it''s'", "it's"), (r'"a\tb\x41\u00e9\U0001F600\/"', "a\tbAé😀/")),
        *(
            ("!!str 12", "12"),
            ("!!str", ""),
            ("!!int '12'", 12),
            ("!!int 0x1f", 31),
            ("!!float 12", 12.0),
            ("!!float 1.5", 1.5),
        ),
        *(("!!bool 'true'", True), ("!!null ''", None), ("! 12", "12"), ("!!map {a: 1}", {"a": 1}), ("!!seq [1]", [1])),
        *(("[a, 1, true]", ["a", 1, True]), ("{a: 1, b: [c]}", {"a": 1, "b": ["c"]}), ("[a: 1]", [{"a": 1}])),
        *(("http://x/?a=b#c", "http://x/?a=b#c"), ("a #b", "a"), ("*bold*"[1:], "bold*"), ("a: b"[:2] + "b", "a:b")),
    ],
)
def test_what_a_value_means(written: str, meant: object) -> None:
    found = value(f"key: {written}\n")
    assert found == {"key": meant}
    assert repr(found) == repr({"key": meant}), "1, 1.0 and true are different values"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("|\n  a\n   b\n\n  c\n", "a\n b\n\nc\n"),
        ("|-\n  a\n", "a"),
        ("|+\n  a\n\n", "a\n\n"),
        (">\n  a\n  b\n\n  c\n", "a b\nc\n"),
        ("|2\n   a\n", " a\n"),
        ("|\n  a", "a\n"),
        ("|\r\n  a\r\n  b\r\n", "a\nb\n"),
        ("a\n  b\n\n  c", "a b\nc"),
        ('"a\n  b\\\n  c"', "a bc"),
    ],
)
def test_text_over_several_lines(written: str, meant: str) -> None:
    assert value(f"key: {written}") == {"key": meant}


def test_a_missing_line_break_at_the_end_changes_nothing() -> None:
    for text in ("a: |\n  x", "a: >\n  x", "a: |+\n  x\n ", "a: x", "- a\n- b"):
        assert read(text) == read(text + "\n")


def test_keys_are_text_whatever_they_look_like() -> None:
    text = "1: a\n1.0: b\nno: c\ntrue: d\n2027-03-31: e\n'null': f\n\"\": g\n!!str ~: h\n"
    assert value(text) == {
        "1": "a",
        "1.0": "b",
        "no": "c",
        "true": "d",
        "2027-03-31": "e",
        "null": "f",
        "": "g",
        "~": "h",
    }


def test_a_file_holds_several_documents_and_empty_ones_are_left_out() -> None:
    assert read("a: 1\n---\n---\n# nothing\n---\nb: 2\n...\n---\n~\n") == ([{"a": 1}, {"b": 2}, None], [])
    assert read("") == read("# nothing\n") == read("---\n...\n") == read("\ufeff") == ([], [])


def test_positions_count_characters_and_start_at_one() -> None:
    text = 'é😀: "😀x"  # c\nlist:\n\t\n'.replace("\t\n", "") + "- {k:\tv}\n-   [1,\n     2]\n"
    document = node(text)
    assert (document.line, document.column, document.end_line, document.end_column) == (1, 1, 5, 8)
    assert str(document.key_span("é😀")) == "t.yaml:1:1"
    assert entry(document, "é😀").span[1:] == (1, 5, 1, 9)
    first, second = items(entry(document, "list"))
    assert (marked(text, first), marked(text, entry(first, "k"))) == ("{k:\tv}", "v")
    assert marked(text, second) == "[1,/     2]"


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("a: b c # d\n", "b c"),
        ("a: 'b'\n", "'b'"),
        ("a: !!str b\n", "!!str b"),
        ("a:\n  b: 1\n  c: 2\n\n# d\n", "b: 1/  c: 2"),
        ("a:\n- 1\n- b: 2\n\nz: 1\n", "- 1/- b: 2"),
        ("a: {b: 1,\n  c: 2}  \n", "{b: 1,/  c: 2}"),
        ("a: b\n  c\nz: 1\n", "b/  c"),
        ("a: |\n  b\n   c \n\n\nz: 1\n", "|/  b/   c"),
        ("a: |\n\n\nz: 1\n", "|"),
        ("a: |\r\n  b\r\n\r\nz: 1\r\n", "|\r/  b"),
        ("a: > # d\n  b\n", "> # d/  b"),
        ("a:\nz: 1\n", ""),
        ("{a, z: 1}\n", ""),
        ("? a\n? z\n", ""),
    ],
)
def test_what_a_span_covers(text: str, covered: str) -> None:
    assert marked(text, entry(node(text), "a")) == covered


def test_a_missing_value_stands_at_its_key() -> None:
    for text, place in (("a:\nz: 1\n", (1, 3)), ("? a\n? z\n", (1, 4)), ("a:\n  # c\n", (1, 3))):
        found = entry(node(text), "a")
        assert (found.line, found.column) == place


def test_a_byte_order_mark_and_windows_line_breaks_shift_nothing() -> None:
    assert read("\ufeffa: 1\r\nb: 'x\r\n  y'\r\nc:\t*\r\n")[1] == ["t.yaml:4:4: T102"]
    assert value("\ufeffa: 1\r\nb: 'x\r\n  y'\r\n") == {"a": 1, "b": "x y"}


def test_what_is_refused_is_missing_and_the_rest_is_there() -> None:
    assert read("a: *x\nb: [1, *x, .nan, 2]\nc: 99999999999999999999\nd: 1\nd: 2\n<<: {}\n[k]: v\ne: &y f\ng: !h i")[
        0
    ] == [{"b": [1, 2], "d": 1, "e": "f", "g": "i"}]
    document = parse_text("t.yaml", b"a: *x\nb: 1\nc: .nan").value[0]
    assert document.keys is not None
    assert document.keys.keys() == {"b"}


def test_documents_before_a_syntax_error_are_given() -> None:
    assert read("a: 1\n---\nb: [") == ([{"a": 1}], ["t.yaml:3:5: T102"])


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"\xff", "1:1"),
        (b"a: \xc3", "1:4"),
        (b"a: 1\nb: \xe9t\xe9", "2:4"),
        ("é😀: ".encode() + b"\xed\xa0\x80", "1:5"),
        (b"\xef\xbb\xbfa\xc0\xaf", "1:2"),
        ("a: é".encode("utf-16"), "1:1"),
    ],
)
def test_bad_utf8_is_told_where_it_is(data: bytes, place: str) -> None:
    assert read(data) == ([], [f"t.yaml:{place}: T101"])


def test_the_offset_of_bad_utf8_is_that_in_the_file() -> None:
    (found,) = parse_text("t.yaml", b"\xef\xbb\xbfab\xff").diagnostics
    assert found.message == "the file is not valid UTF-8: the byte at offset 5 is 0xff"


def test_size_depth_and_number_of_values_are_limited() -> None:
    small = Limits(size=100, depth=3, values=5)
    assert read("#" * 100, small) == ([], [])
    assert read("#" * 101, small) == ([], ["t.yaml:1:1: T103"])
    assert read("[[[]]]", small) == ([[[[]]]], [])
    assert read("[[[[]]]]", small) == ([], ["t.yaml:1:4: T104"])
    assert read("[\n[\n[\n[\n,#\n@", small)[1] == ["t.yaml:4:1: T104"]
    assert read("a:\n b:\n  - c: 1\n", small)[1] == ["t.yaml:3:5: T104"]
    assert read("[1, 2, 3, 4]", small)[1] == []
    assert read("- [1, 2, 3, 4]\n- [5]\n", small)[1] == ["t.yaml:1:1: T113"]
    assert read("- 1\n- [1, 2, 3, 4, 5, 6]\n", small)[1] == ["t.yaml:2:3: T113"]
    assert read("[1, 2, 3, 4, 5, 6]", small) == ([], ["t.yaml:1:1: T113"])
    assert read("--- 1\n" * 5, small)[1] == []
    assert read("--- 1\n" * 6, small)[1] == ["t.yaml:6:5: T113"]


def test_mistakes_are_counted_up_to_a_limit() -> None:
    assert len(read("- *a\n" * 30, Limits(mistakes=7))[1]) == 7


MEGABYTE = 1 << 20
BOMBS = {
    "brackets": ("[" * 100_000, "1:65: T104"),
    "brackets on lines": ("[\n" * 100_000, "65:1: T104"),
    "braces": ("{" * 100_000, "1:65: T104"),
    "lists in lists": ("- " * 100_000, "1:129: T104"),
    "keys in keys": ("? " * 100_000, "1:129: T104"),
    "indentation": ("".join(" " * i + "a:\n" for i in range(200)), "65:65: T104"),
    "laughs": (
        "a: &a [x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)),
        "1:4: T106",
    ),
    "tag lines": ("".join(f"%TAG !a{i}! b\n" for i in range(50_000)) + "---\na", "1:1: T108"),
    "a digit": ("9" * MEGABYTE, "1:1: T110"),
    "open quotes": ('"' * (MEGABYTE - 1), "1:3: T102"),
    "backslashes": ('"' + "\\" * 99_999, "1:1: T102"),
    "NULs": ("\0" * 100_000, "1:1: T112"),
    "colons": (": " * 100_000, "1:1: T102"),
    "values": ("[" + "a," * 100_001 + "]", "1:1: T113"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_told_not_run(name: str) -> None:
    text, first = BOMBS[name]
    documents, mistakes = read(text)
    assert mistakes[0] == f"t.yaml:{first}"
    assert len(mistakes) <= 100
    assert documents == [] or name in {"laughs", "open quotes"}


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x " * 50_000 + "y",
        "'" + "x" * 500_000 + "'",
        "a: |\n" + "  x\n" * 100_000,
        "a: |\n" + "\n" * 500_000,
        "a: >\n" + "  x\n\n" * 50_000,
        "#" * 1_000_000,
        "\n" * 1_000_000,
        "- |\n  x\n\n" * 20_000,
    ],
    ids=[
        "a long line",
        "long quotes",
        "a long block",
        "an empty block",
        "a folded block",
        "comment",
        "lines",
        "blocks",
    ],
)
def test_long_files_are_read(text: str) -> None:
    assert read(text)[1] == []


def test_a_pyyaml_without_libyaml_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    yaml._libyaml.cache_clear()
    try:
        with pytest.raises(yaml.NoLibyaml, match="PyYAML is installed without libyaml"):
            read("a: {b: 1}")
    finally:
        yaml._libyaml.cache_clear()
