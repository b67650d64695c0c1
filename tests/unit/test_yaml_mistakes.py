"""Mistakes in YAML: what is said about them and where."""

import pytest

from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.load.text import parse_text

# a text, where what is said about it, and words of the first message or its help
MISTAKES = [
    # what is said about one value, and the parser goes on
    ("a: 1\nb: 2\na: 3\na: 4", ["3:1: T105", "4:1: T105"], "`a` stands twice"),
    ("a: {b: 1, 'b': 2}", ["1:11: T105"], "`b` stands twice"),
    ("1: a\n'1': b", ["2:1: T105"], "`1` stands twice"),
    ("a: &x b\nc: *x\nd: e", ["1:4: T106", "2:4: T106"], "anchors (`&x`)"),
    ("a: &x\n  b: 1\nc: &y [*x]", ["1:4: T106", "3:4: T106", "3:8: T106"], "anchors (`&x`)"),
    ("domain: *acme", ["1:9: T106"], "put text that starts with `*` in quotes"),
    ("a: &x {b: 1}\nc:\n  <<: *x\n  d: 1", ["1:4: T106", "3:3: T107"], "take it out"),
    ("<<: {a: 1}\nb: 1", ["1:1: T107"], "put what tenants share in a tier or a mixin"),
    ("a: !secret b", ["1:4: T108"], "the tag `!secret` is not known"),
    ("a: !!timestamp 2027-01-01", ["1:4: T108"], "`!!timestamp` is not known"),
    ("a: !!set {b}\nc: !!binary aGk=", ["1:4: T108", "2:4: T108"], "`!!set` is not known"),
    ("a: !!int b", ["1:4: T108"], "`!!int` does not fit `b`"),
    ("a: !!bool yes", ["1:4: T108"], "`!!bool` does not fit `yes`"),
    ("a: !!map [b]", ["1:4: T108"], "`!!map` does not fit a list"),
    ("a: !!seq {b: 1}", ["1:4: T108"], "does not fit a mapping"),
    ("a: !e!x b", ["1:4: T108"], "`!e!x` is not known"),
    ("%TAG !e! tag:e\n---\na: !e!x b", ["1:1: T108", "3:4: T108"], "cannot be declared"),
    ("a: 9007199254740993", ["1:4: T110"], "beyond ±2^53"),
    ("a: -9007199254740993\nb: 0x20000000000001", ["1:4: T110", "2:4: T110"], "in quotes"),
    ("a: .nan\nb: [-.inf, .INF]\nc: 1e999", ["1:4: T110", "2:5: T110", "2:12: T110", "3:4: T110"], "`unlimited`"),
    ("a: !!int 99999999999999999999", ["1:4: T110"], "beyond"),
    ("[a]: b\n{c: d}: e\nf: 1", ["1:1: T111", "2:1: T111"], "this one is a list"),
    ("~: a\nb: 1", ["1:1: T111"], "this one is `~`"),
    ("? \n: a", ["1:2: T111"], "this one is empty"),
    ("!!int 1: a", ["1:1: T111"], "this one is a number"),
    ("[!!str :a]", ["1:2: T111"], "this one is empty"),
    ('a: "b"#c\nd: 1', ["1:7: T102"], "a comment needs a space before its `#`"),
    ("a: [b,#c\n  d]", ["1:7: T102"], "a comment needs a space"),
    ("a: [b]#c", ["1:7: T102"], "a comment needs a space"),
    ("a: |#c\n  d", ["1:5: T102"], "a comment needs a space"),
    ("a: [?b]", ["1:5: T102"], "text that starts with `?` needs quotes"),
    ("a: {?b: 1}", ["1:5: T102"], "text that starts with `?` needs quotes"),
    # what ends the parse
    ("a: 1\n\tb: 2", ["2:1: T102"], "indent with spaces"),
    ("a:\n\t- b", ["2:1: T102"], "indent with spaces"),
    ("a: |\n\tb", ["2:1: T102"], "indent with spaces"),
    ("a: b\n\tc", ["2:1: T102"], "indent with spaces"),
    ("a: 'b\nc: d", ["1:4: T102"], "this quote is never closed"),
    ('a: "b', ["1:4: T102"], "this quote is never closed"),
    ("a: 'it's'", ["1:8: T102"], "something follows the closing `'`"),
    ('a: "b" c', ["1:8: T102"], 'something follows the closing `"`'),
    ("a: [b]]", ["1:7: T102"], "`]` closes nothing"),
    ("a: }", ["1:4: T102"], "`}` closes nothing"),
    ("a: [b, c\nd: e", ["2:2: T102"], "a `,` or `]` is missing before this"),
    ("a: [b, c", ["1:4: T102"], "this `[` is never closed"),
    ("a: {b: 1", ["1:4: T102"], "this `{` is never closed"),
    ("a: {b: 1 c: 2}", ["1:11: T102"], "a `,` or `}` is missing"),
    ("a: [,b]", ["1:5: T102"], "no value stands before this `,`"),
    ("{: a}", ["1:2: T102"], "text that starts with `:` needs quotes"),
    ("a: [::1]", ["1:5: T102"], "text that starts with `:` needs quotes"),
    ("a: [- b]", ["1:5: T102"], "commas between them"),
    ("a: b: c", ["1:5: T102"], "put text that holds `: ` in quotes"),
    ("a: 1\n b: 2", ["2:3: T102"], "a key stands on a line of its own"),
    ("a:\n  b: 1\n c: 2", ["3:2: T102"], "the keys of a mapping start in one column"),
    ("- a\nb: 1", ["2:1: T102"], "the items of a list start with `- `"),
    ("a: 1\nb\nc: 2", ["2:1: T102"], "this line has no key"),
    ("a: - b", ["1:4: T102"], "a list cannot start on this line"),
    ("a: ? b", ["1:4: T102"], "cannot start with `? `"),
    (": a", ["1:1: T102"], "there is no key before this `:`"),
    ("a: @b", ["1:4: T102"], "text cannot start with `@` here"),
    ("a: `b`", ["1:4: T102"], "a backquote"),
    ("a: %b", ["1:4: T102"], "text cannot start with `%` here"),
    ("a: *.example.com", ["1:4: T102"], "text cannot start with `*` here"),
    ("a: & b", ["1:4: T102"], "text cannot start with `&` here"),
    ("a: !<b", ["1:4: T102"], "this tag is not complete"),
    ('a: "\\q"', ["1:5: T102"], "`\\q` is no escape"),
    ('a: "b\\x4"', ["1:6: T102"], "`\\x4` is no whole escape"),
    ('a: "\\U00110000"', ["1:5: T102"], "is no character"),
    ('a: "b\\ud83d\\ude00"', ["1:6: T112"], "U+D83D (half of a surrogate pair)"),
    ("a: |0\n b", ["1:5: T102"], "a number from 1 to 9"),
    ("a: |b\n", ["1:5: T102"], "start the text on the next line"),
    ('a: "b\n--- c"', ["2:1: T102"], "indent the line"),
    ("a: [b:]", ["1:6: T102"], "has no value behind it"),
    ("[a]\n[b]", ["2:1: T102"], "separate documents with `---`"),
    ("%YAML 2.0\n---\na: 1", ["1:1: T102"], "write `%YAML 1.2`"),
    ("%YAML 1.2\n%YAML 1.2\n---\n", ["2:1: T102"], "stands twice"),
    ("%FOO\n---\na: 1", ["1:1: T102"], "this directive is not one that is read"),
    (f"a: 1\n{'k' * 1025}: 1", ["2:1026: T102"], "this key is too long"),
    (f"{'k' * 1025}: 1", ["1:1026: T102"], "this key is too long"),
    ('{"a"\n: 1}', ["2:1: T102"], "a `,` or `}` is missing"),
    # characters
    ("a: b\x00", ["1:5: T112"], "U+0000 (NUL)"),
    ("a: '\x07'\nb: \x07", ["1:5: T112"], 'write "\\x07" in double quotes'),
    ("a: \x7f", ["1:4: T112"], "U+007F (DELETE)"),
    ("a: b\ufeffc", ["1:5: T112"], "U+FEFF (a byte order mark)"),
    ("a: 1\n\ufeffb: 2", ["2:1: T112"], "it may only open a file"),
    ("a: b # c\u2028d: e", ["1:9: T112"], "U+2028 (LINE SEPARATOR)"),
    ('a: "b\u2029c"', ["1:6: T112"], 'write "\\P" in double quotes'),
    ("a: b\x85 c", ["1:5: T112"], "U+0085 (NEXT LINE)"),
    ("a: b\rc: d", ["1:5: T112"], "end each line with a line feed"),
    ("a: \ufffe\nb: \x01\nc: \x01", ["1:4: T112", "2:4: T112"], "U+FFFE"),
]


def place(found: Diagnostic) -> tuple[str, str, list[tuple[int, ...]]]:
    return found.code, found.message, [blame.span[1:] for blame in found.blames]


@pytest.mark.parametrize(("text", "places", "words"), MISTAKES, ids=[repr(text)[:40] for text, _, _ in MISTAKES])
def test_mistakes_are_told_where_they_are(text: str, places: list[str], words: str) -> None:
    found = parse_text("t.yaml", text.encode()).diagnostics
    assert [f"{d.blames[0].span}: {d.code}" for d in found] == [f"t.yaml:{place}" for place in places]
    # the end of the file is where libyaml's positions are least to be trusted
    assert [place(d) for d in found] == [place(d) for d in parse_text("t.yaml", f"{text}\n".encode()).diagnostics]
    first = found[0]
    assert words in f"{first.message}; {first.help}"
    assert all(d.help and d.message[0].islower() and not d.message.endswith(".") for d in found)


def test_every_place_that_shares_the_blame_is_named() -> None:
    def blames(text: str) -> list[str]:
        (found,) = parse_text("t.yaml", text.encode()).diagnostics
        return [f"{blame.span}: {blame.label}" for blame in found.blames]

    assert blames("a: 1\n\na: 2") == ["t.yaml:3:1: ", "t.yaml:1:1: first here"]
    assert blames("x:\n  - a\n  b: 1") == ["t.yaml:3:3: ", "t.yaml:2:3: the list starts here"]
    assert blames("x: [a\ny: 1") == ["t.yaml:2:2: ", "t.yaml:1:4: the `[` opens here"]
    assert blames('"a\n--- b"') == ["t.yaml:2:1: ", "t.yaml:1:1: the quote opens here"]
