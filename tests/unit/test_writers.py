"""How each format is spelled."""

from __future__ import annotations

from textwrap import dedent
from time import perf_counter
from typing import Any

import pytest

from tenantc.emit.characters import CannotWriteError
from tenantc.emit.document import Names, Ref, Tree, compact_json, text
from tenantc.emit.formats import FORMATS
from tenantc.emit.node import Expr, Node
from tenantc.emit.statement import Dollar, Identifier, Literal, comment, joined, sql
from tenantc.emit.writers import json, terraform, yaml
from tenantc.emit.writers import sql as sql_writer
from tests.trees import filler

NAMES = Names()


def test_yaml_is_block_style_with_two_spaces_and_keys_as_given() -> None:
    tree: Tree = {
        "kind": "Deployment",
        "metadata": {"name": "b", "labels": {"app.kubernetes.io/name": "api", "a": "1"}},
        "spec": {
            "replicas": 2,
            "paused": False,
            "args": ["--level=INFO", {"name": "x", "ports": [80, {"from": 1, "to": [2, 3]}]}, ["nested", ["deeper"]]],
            "empty": {},
            "none": [],
        },
    }
    assert yaml.write(tree).fill({}).decode() == dedent("""\
        kind: Deployment
        metadata:
          name: b
          labels:
            app.kubernetes.io/name: api
            a: "1"
        spec:
          replicas: 2
          paused: false
          args:
          - "--level=INFO"
          - name: x
            ports:
            - 80
            - from: 1
              to:
              - 2
              - 3
          - - nested
            - - deeper
          empty: {}
          none: []
        """)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("api", "api"),
        ("an ordinary sentence", "an ordinary sentence"),
        ("registry.example.com/app:v1.2", "registry.example.com/app:v1.2"),
        ("/var/lib", "/var/lib"),
        ("no", '"no"'),
        ("Yes", '"Yes"'),
        ("y", '"y"'),
        ("null", '"null"'),
        ("~", '"~"'),
        ("=", '"="'),
        ("<<", '"<<"'),
        ("0o17", '"0o17"'),
        ("1e3", '"1e3"'),
        ("1_000", '"1_000"'),
        ("12:30:45", '"12:30:45"'),
        ("2026-11-01", '"2026-11-01"'),
        (".inf", '".inf"'),
        ("-", '"-"'),
        ("", '""'),
        (" a", '" a"'),
        ("a ", '"a "'),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("a:", '"a:"'),
        ('say "x" \\', '"say \\"x\\" \\\\"'),
        ("a\nb\tc\rd", '"a\\nb\\tc\\rd"'),
        ("\x00\x07\x7f", '"\\x00\\x07\\x7f"'),
        ("\x85\xa0\u2028\u2029", '"\\x85\\xa0\\u2028\\u2029"'),
        ("\u202eabc\u2066", '"\\u202eabc\\u2066"'),
        ("\U0001f3b5", '"\\U0001f3b5"'),
        ("é漢", '"é漢"'),
        (True, "true"),
        (5, "5"),
        (-3, "-3"),
        (0.8, "0.8"),
        (10.0, "10.0"),
        (1e16, "1.0e+16"),
        (1e-7, "1.0e-07"),
        (1.5e300, "1.5e+300"),
    ],
)
def test_yaml_quotes_whatever_some_reader_takes_for_something_else(value: Any, written: str) -> None:
    assert yaml.scalar(value) == written


def test_no_text_takes_yaml_long() -> None:
    start = perf_counter()
    for text_ in ("a" * 50_000 + "!", "a " * 50_000 + "!", "a" * 126 + "!", "a:" * 60 + "!", "-" * 100_000):
        yaml.scalar(text_)
    assert perf_counter() - start < 1


def test_long_text_is_never_folded_and_long_keys_are_explicit() -> None:
    long = "word " * 2_000
    assert yaml.write({"a": long}).fill({}).decode() == f'a: "{long}"\n'
    assert yaml.write([{"k" * 2_000: {"b": [1]}}]).fill({}).decode() == f'- ? "{"k" * 2_000}"\n  :\n    b:\n    - 1\n'


def test_json_shows_what_hides() -> None:
    tree: Tree = {
        "a": ['"\\/', "\u202e\u2028\x7f\x00é", [], {}],
        "b": {"c": None, "d": 1.0},
        "e": text("x=", NAMES.tenant_id),
    }
    assert json.write(tree).fill(filler({})).decode() == dedent("""\
        {
          "a": [
            "\\"\\\\/",
            "\\u202e\\u2028\\u007f\\u0000é",
            [],
            {}
          ],
          "b": {
            "d": 1.0
          },
          "e": "x=acme-corp"
        }
        """)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", text("a", "\udfff")])
def test_what_no_format_has_a_word_for_is_refused(value: Any) -> None:
    known = filler({})
    for write in (yaml.write, json.write, lambda tree: FORMATS["terraform"].one([{"locals": tree}])[1]):
        with pytest.raises(CannotWriteError):
            write({"a": value}).fill(known)


def terraform_text(node: Node | str, **settings: Any) -> str:
    """What stands in the file for one value."""
    _, template = FORMATS["terraform"].one([{"locals": {"x": node}}])
    return template.fill(filler(settings)).decode()


def test_terraform_takes_text_for_text_and_references_for_code() -> None:
    key = Ref("aws_kms_key", "tenant", "arn")
    assert terraform_text("${aws:user} %{if} $${x} 100%") == '"$${aws:user} %%{if} $$${x} 100%"'
    assert terraform_text(key) == '"${aws_kms_key.tenant.arn}"'
    assert terraform_text(Expr('lookup(var.m, "k")')) == '"${lookup(var.m, \\"k\\")}"'
    assert terraform_text(text("cost $", key, "/${x}")) == '"cost ${\\"$\\"}${aws_kms_key.tenant.arn}/$${x}"'
    assert terraform_text(text("$$", key)) == '"${\\"$$\\"}${aws_kms_key.tenant.arn}"'
    assert terraform_text(text("$", NAMES.tenant_name, key)) == '"$Acme${aws_kms_key.tenant.arn}"'
    policy = compact_json({"Resource": [text(key, "/*"), NAMES.tenant_id, "${aws:user}"]})
    assert (
        terraform_text(policy)
        == '"{\\"Resource\\":[\\"${aws_kms_key.tenant.arn}/*\\",\\"acme-corp\\",\\"$${aws:user}\\"]}"'
    )


def test_dollar_and_brace_that_meet_where_texts_meet_are_no_code() -> None:
    known = filler({}, name="{aws_kms_key.x.id}")
    _, template = FORMATS["terraform"].one([{"locals": {"x": text("$", NAMES.tenant_name)}}])
    assert template.fill(known) == b'"$${aws_kms_key.x.id}"'


def test_keys_of_terraform_are_text_too() -> None:
    _, template = FORMATS["terraform"].one([{"locals": {"tags": {"${x}": 1}}}])
    assert template.fill({}) == b'{\n      "$${x}": 1\n    }'


def sql_text(*parts: Any) -> str:
    """A statement as it is written."""
    return sql_writer.write(sql(*parts)).fill(filler({})).decode()


def test_sql_quotes_names_and_texts_and_nothing_else() -> None:
    assert sql_text("GRANT SELECT ON ", Identifier("app", 'odd"name'), " TO ", Ref("role", NAMES.postgres_role)) == (
        'GRANT SELECT ON "app"."odd""name" TO "streaming_acme_corp";\n'
    )
    assert sql_text("SELECT ", Literal("O'Reilly"), ", ", 5, ", ", True) == "SELECT 'O''Reilly', 5, true;\n"
    assert sql_text(Literal("a\\b")) == "E'a\\\\b';\n"
    assert sql_text(Literal("a\u202eb\x07\U000e0041")) == "E'a\\u202eb\\u0007\\U000e0041';\n"
    assert sql_text(Literal(text("by ", NAMES.tenant_id, "'s"))) == "'by acme-corp''s';\n"
    assert sql_text(Literal(compact_json({"id": NAMES.tenant_id}))) == '\'{"id":"acme-corp"}\';\n'


def test_sql_inside_sql_is_quoted_once_more() -> None:
    inner = sql("CREATE ROLE ", Identifier(NAMES.postgres_role), " PASSWORD ", Literal("it's"))
    assert sql_text("SELECT ", Literal(inner)) == "SELECT 'CREATE ROLE \"streaming_acme_corp\" PASSWORD ''it''''s''';\n"
    assert sql_text("DO ", Dollar(inner)) == (
        "DO $tenantc$CREATE ROLE \"streaming_acme_corp\" PASSWORD 'it''s'$tenantc$;\n"
    )


@pytest.mark.parametrize("body", ["$tenantc$", "x$tenantc", "$tenantc$tenantc1$", "$"])
def test_a_body_never_holds_the_quote_that_ends_it(body: str) -> None:
    written = sql_writer.dollar(body)
    tag = written[: written.index("$", 1) + 1]
    assert written == f"{tag}{body}{tag}"
    assert f"{body}{tag}".index(tag) == len(body)


def test_statements_end_as_they_say_and_what_is_quoted_is_no_keyword() -> None:
    tree = [
        comment("what follows"),
        None,
        sql("SELECT 1 \\gexec", end=""),
        joined(", ", ["a", Identifier("b")]),
        sql("x"),
    ]
    assert sql_writer.write(tree).fill({}).decode() == '-- what follows\nSELECT 1 \\gexec\na, "b";\nx;\n'
    for quoted in ("SELECT 'x'", 'a "b"', "$$", "\0"):
        with pytest.raises(ValueError, match="use Identifier, Literal or Dollar"):
            sql(quoted)
    with pytest.raises(ValueError, match="one line"):
        comment("a\nDROP TABLE x")


@pytest.mark.parametrize("name", ["", "x" * 64, "é" * 32, "a\0b", "a\u202eb"])
def test_a_name_that_postgresql_would_cut_or_nobody_can_read_is_refused(name: str) -> None:
    with pytest.raises(CannotWriteError):
        sql_writer.identifier(name)


@pytest.mark.parametrize(
    "wrong", [Expr("x"), Identifier("x"), object(), [{"a": Expr("x")}], {"a": text("b", Expr("x"))}], ids=range(5)
)
def test_each_format_refuses_what_it_has_no_words_for(wrong: Any) -> None:
    for write in (yaml.write, json.write):
        with pytest.raises(TypeError):
            write({"a": wrong})
    with pytest.raises(TypeError):
        sql_writer.write(wrong)
    with pytest.raises(TypeError):
        terraform.entries({"locals": {"a": Identifier("x")}})
