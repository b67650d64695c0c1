"""JSON as users write it: what it means, where it stands, and what is said about mistakes."""

import pytest

from tenantc.load.limits import Limits
from tenantc.load.text import parse_text
from tenantc.source.node import Node


def read(text: str, limits: Limits = Limits()) -> tuple[list[object], list[str]]:  # noqa: B008  immutable
    """The documents of `t.json`, and what is wrong with it as `t.json:line:column: CODE`."""
    outcome = parse_text("t.json", text.encode(), limits)
    return [node.plain() for node in outcome.value], [f"{d.blames[0].span}: {d.code}" for d in outcome.diagnostics]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        *(("null", None), ("true", True), ("false", False), ("{}", {}), ("[]", []), ('""', "")),
        *(("0", 0), ("-0", 0), ("12", 12), ("-12", -12), ("9007199254740992", 2**53)),
        *(("1.0", 1.0), ("-0.0", -0.0), ("1e3", 1000.0), ("1E+3", 1000.0), ("-1.5e-3", -0.0015)),
        (r'"\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"', '"\\/\b\f\n\r\tAé😀'),
        ('"é😀\u2028\x7f\u0085"', "é😀\u2028\x7f\u0085"),
        ('"no # comment, *x: &y"', "no # comment, *x: &y"),
        (' \t\r\n{ "a" : [ 1 , { "b":2 } ] ,\n"" :null }\r\n', {"a": [1, {"b": 2}], "": None}),
        ('{"1": 1, "1.0": 2, "é": 3, "\\u0061": 4, "<<": 5}', {"1": 1, "1.0": 2, "é": 3, "a": 4, "<<": 5}),
        ("\ufeff[1]", [1]),
    ],
)
def test_what_a_text_means(text: str, meant: object) -> None:
    documents, mistakes = read(text)
    assert mistakes == []
    assert repr(documents) == repr([meant]), "1, 1.0 and true are different values"


def test_the_ending_decides_whatever_its_case() -> None:
    assert [node.plain() for node in parse_text("T.JSON", b'{"a": 1}').value] == [{"a": 1}]
    assert parse_text("T.JSON", b"a: 1").diagnostics[0].message.startswith("this is not valid JSON")
    assert [node.plain() for node in parse_text("json", b"a: 1").value] == [{"a": 1}]


def test_positions_count_characters_and_start_at_one() -> None:
    (document,) = parse_text("t.json", '{"é😀":\t"😀x",\r\n "a": [1,\n  {"b": -1.5}]\n}\n'.encode()).value

    def place(node: Node) -> tuple[int, ...]:
        return node.span[1:]

    assert place(document) == (1, 1, 4, 2)
    assert isinstance(document.value, dict)
    assert document.keys is not None
    assert (place(document.keys["é😀"]), place(document.value["é😀"])) == ((1, 2, 1, 6), (1, 8, 1, 12))
    assert (place(document.keys["a"]), place(document.value["a"])) == ((2, 2, 2, 5), (2, 7, 3, 15))
    assert isinstance(document.value["a"].value, list)
    one, inner = document.value["a"].value
    assert (place(one), place(inner)) == ((2, 8, 2, 9), (3, 3, 3, 14))
    assert isinstance(inner.value, dict)
    assert place(inner.value["b"]) == (3, 9, 3, 13)


MISTAKES = [
    # what is said about one value, and the parser goes on
    ('{"a": 1,\n "a": 2, "\\u0061": 3}', ["2:2: T105", "2:10: T105"], "`a` stands twice"),
    ("[NaN, Infinity,\n -Infinity]", ["1:2: T110", "1:7: T110", "2:2: T110"], "`unlimited`"),
    ("[9007199254740993, -9007199254740993]", ["1:2: T110", "1:20: T110"], "put it in quotes"),
    ("[1e999, -1E+999]", ["1:2: T110", "1:9: T110"], "larger than a number can be"),
    # what ends the parse
    ("", ["1:1: T102"], "there is no value in it"),
    (" \n ", ["2:2: T102"], "there is no value in it"),
    ("{", ["1:1: T102"], "this `{` is never closed"),
    ('[1, {"a":', ["1:5: T102"], "this `{` is never closed"),
    ('{"a": [1,\n', ["1:7: T102"], "this `[` is never closed"),
    ("[1, 2,]", ["1:7: T102"], "take out the comma before it"),
    ('{"a": 1,}', ["1:9: T102"], "take out the comma before it"),
    ("[,1]", ["1:2: T102"], "no value stands before this `,`"),
    ('{"a": }', ["1:7: T102"], "no value stands before this `}`"),
    ("[1 2]", ["1:4: T102"], "a `,` or `]` is missing before this"),
    ('{"a": 1 "b": 2}', ["1:9: T102"], "a `,` or `}` is missing before this"),
    ('{"a": 1]', ["1:8: T102"], "a `,` or `}` is missing before this"),
    ("[1}", ["1:3: T102"], "a `,` or `]` is missing before this"),
    ('{"a" 1}', ["1:6: T102"], "a `:` is missing before this"),
    ('{"a"}', ["1:5: T102"], "a `:` is missing before this"),
    ("{a: 1}", ["1:2: T102"], "a key in double quotes is missing here"),
    ("{1: 1}", ["1:2: T102"], "a key in double quotes is missing here"),
    ("['a']", ["1:2: T102"], "text stands in double quotes"),
    ("[a]", ["1:2: T102"], "put text in double quotes"),
    ("[True]", ["1:2: T102"], "write `true`, `false` or `null`"),
    *(
        (f"[{number}]", ["1:2: T102"], f"`{number}` is no number")
        for number in ("01", "+1", ".5", "1.", "-", "1e", "0x1")
    ),
    ("[\u0661]", ["1:2: T102"], "is no value"),
    ("// a\n1", ["1:1: T102"], "write a YAML file"),
    ("[1, # a\n2]", ["1:5: T102"], "write a YAML file"),
    ("[1 /* a */]", ["1:4: T102"], "write a YAML file"),
    ('{ // a\n"b": 1}', ["1:3: T102"], "write a YAML file"),
    ("[1] [2]", ["1:5: T102"], "a JSON file holds one value"),
    ("1\n2", ["2:1: T102"], "a JSON file holds one value"),
    ('["a', ["1:2: T102"], "this quote is never closed"),
    ('["a\nb"]', ["1:2: T102"], "written as `\\n`"),
    ('["ab\\q"]', ["1:5: T102"], "`\\q` is no escape"),
    ('["ab\\u12"]', ["1:5: T102"], "four hexadecimal digits"),
    ('["a\tb"]', ["1:4: T112"], 'written as "\\t"'),
    ('["a\x00"]', ["1:4: T112"], "U+0000 (NUL)"),
    ('["a\\ud83d"]', ["1:4: T112"], "U+D83D (half of a surrogate pair)"),
    ('["\\ud83d\\ude00\\\\ud83d\\uDE00"]', ["1:22: T112"], "U+DE00"),
    ("[\u00a01]", ["1:2: T112"], "U+00A0 (a no-break space)"),
    ("[1]\x0c", ["1:4: T102"], "one value"),
    ("[\ufeff1]", ["1:2: T112"], "U+FEFF"),
]


@pytest.mark.parametrize(("text", "places", "words"), MISTAKES, ids=[repr(text)[:40] for text, _, _ in MISTAKES])
def test_mistakes_are_told_where_they_are(text: str, places: list[str], words: str) -> None:
    found = parse_text("t.json", text.encode()).diagnostics
    assert [f"{d.blames[0].span}: {d.code}" for d in found] == [f"t.json:{place}" for place in places]
    assert words in f"{found[0].message}; {found[0].help}"
    assert all(d.help and d.message[0].islower() and not d.message.endswith(".") for d in found)


def test_what_is_refused_is_missing_and_the_rest_is_there() -> None:
    assert read('{"a": NaN, "b": [1, 1e999, 2], "c": 1, "c": 2}')[0] == [{"b": [1, 2], "c": 1}]


def test_nothing_is_given_of_a_text_that_is_no_json() -> None:
    assert read('{"a": 1} x')[0] == []
    assert read('[{"a": 1}, x]')[0] == []


def test_size_depth_and_number_of_values_are_limited() -> None:
    small = Limits(size=100, depth=3, values=5, mistakes=2)
    assert read(" " * 99 + "1", small) == ([1], [])
    assert read(" " * 100 + "1", small) == ([], ["t.json:1:1: T103"])
    assert read('[{"a": []}]', small) == ([[{"a": []}]], [])
    assert read('[{"a":\n [[]]}]', small) == ([], ["t.json:2:3: T104"])
    assert read("[1, [2, 3]]", small)[1] == []
    assert read("[1, [2, 3, 4]]", small)[1] == ["t.json:1:1: T113"]
    assert read("[[1, 2, 3, 4, 5]]", small)[1] == ["t.json:1:2: T113"]
    assert read("[NaN, NaN, NaN]", small)[1] == ["t.json:1:2: T110", "t.json:1:7: T110"]


BOMBS = {
    "brackets": ("[" * 100_000, "1:65: T104"),
    "braces": ('{"a":' * 100_000, "1:321: T104"),
    "a number": ("9" * 1_000_000, "1:1: T110"),
    "an exponent": ("1e" + "9" * 1_000_000, "1:1: T110"),
    "a fraction": ("0." + "1" * 1_000_000 + "x", "1:1: T102"),
    "an open quote": ('"' + "a" * 1_000_000, "1:1: T102"),
    "escapes": ('"' + "\\n" * 500_000 + "\\q", "1:1000002: T102"),
    "halves": ('"' + "\\ud800" * 100_000 + '"', "1:2: T112"),
    "a word": ("x" * 1_000_000, "1:1: T102"),
    "values": ("[" + "1," * 100_001 + "1]", "1:1: T113"),
    "NULs": ("\0" * 1_000_000, "1:1: T112"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_told_not_run(name: str) -> None:
    text, first = BOMBS[name]
    assert read(text) == ([], [f"t.json:{first}"])
