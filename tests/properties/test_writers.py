"""Whatever stands in a tree, a template prints what the plain path prints, and readers get back what was meant."""

from __future__ import annotations

import json
import re
from typing import Any

import pglast
import pytest
import yaml as pyyaml
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tenantc.emit.characters import CannotWriteError
from tenantc.emit.fill import Filler
from tenantc.emit.formats import FORMATS
from tenantc.emit.node import Expr, Ref, text
from tenantc.emit.statement import Dollar, Identifier, Literal, Sql, sql
from tenantc.emit.writers import json as json_writer
from tenantc.emit.writers import sql as sql_writer
from tenantc.emit.writers import yaml
from tests.trees import (
    AWKWARD,
    FILLERS,
    NAMES,
    PLACED,
    SLOTS,
    TEXTS,
    filler,
    holds_json_in_text,
    means,
    same,
    texts,
    trees,
)

CODE = Expr("var.zone")
REF = Ref("aws_kms_key", "tenant", "arn")
CLEAR = trees().filter(lambda tree: not holds_json_in_text(tree))


@given(trees(), FILLERS)
@settings(max_examples=80)
def test_yaml_prints_the_same_on_both_paths(tree: Any, known: Filler) -> None:
    assert yaml.write(tree).fill(known) == yaml.write(tree, known).fill({})


@given(CLEAR, FILLERS)
@settings(max_examples=80)
def test_readers_of_yaml_1_1_find_what_was_meant(tree: Any, known: Filler) -> None:
    written = yaml.write(tree).fill(known)
    assert same(means(tree, known), pyyaml.load(written, pyyaml.CSafeLoader))


@given(CLEAR, FILLERS)
@settings(max_examples=40)
def test_readers_of_yaml_1_2_find_what_was_meant(tree: Any, known: Filler) -> None:
    written = yaml.write(tree).fill(known)
    assert same(means(tree, known), YAML(typ="safe", pure=True).load(written))


@pytest.mark.parametrize("awkward", AWKWARD, ids=[str(number) for number in range(len(AWKWARD))])
def test_each_awkward_text_is_one_line_that_yaml_readers_agree_on(awkward: str) -> None:
    tree: dict[str, Any] = {"key": awkward, "list": [awkward], awkward or "empty": 1}
    written = yaml.write(tree).fill({}).decode()
    assert len(written.splitlines()) == (5 if len(awkward) > 1000 else 4)
    assert same(tree, pyyaml.safe_load(written))
    assert same(tree, YAML(typ="safe", pure=True).load(written))


@given(trees(), FILLERS)
@settings(max_examples=80)
def test_json_prints_the_same_on_both_paths(tree: Any, known: Filler) -> None:
    assert json_writer.write(tree).fill(known) == json_writer.write(tree, known).fill({})


@given(CLEAR, FILLERS)
@settings(max_examples=80)
def test_readers_of_json_find_what_was_meant(tree: Any, known: Filler) -> None:
    assert same(means(tree, known), json.loads(json_writer.write(tree).fill(known)))


@given(trees(CODE, REF), FILLERS)
@settings(max_examples=80)
def test_terraform_prints_the_same_on_both_paths(tree: Any, known: Filler) -> None:
    shape, template = FORMATS["terraform"].one([{"locals": tree}])
    assert FORMATS["terraform"].file([(shape, template.fill(known))]) == FORMATS["terraform"].whole(
        [[{"locals": tree}]], known
    )


TEMPLATE = re.compile(
    r'(?P<literal>\$\$\{|%%\{)|(?P<quoted>\$\{"(?:[^"\\]|\\.)+"\})|(?P<code>\$\{[^}]*\})|(?P<wrong>%\{)'
)


def evaluated(template: str) -> str:
    """What Terraform makes of a template whose code is ours; seen in tests/real with the real one."""

    def what(match: re.Match[str]) -> str:
        assert match["wrong"] is None, "a directive that nobody wrote"
        if match["literal"]:
            return match["literal"][1:]
        if match["quoted"]:
            return str(json.loads(match["quoted"][2:-1]))
        assert match["code"] in ("${var.zone}", "${aws_kms_key.tenant.arn}"), "code that nobody wrote"
        return "<code>"

    return TEMPLATE.sub(what, template)


@given(st.lists(st.one_of(TEXTS, SLOTS, st.just(CODE), st.just(REF)), min_size=1, max_size=6), FILLERS)
@settings(max_examples=300)
def test_no_text_is_code_to_terraform_and_all_code_stays_code(parts: list[Any], known: Filler) -> None:
    node = text(*parts)
    _, template = FORMATS["terraform"].one([{"locals": {"x": node}}])
    written = json.loads(template.fill(known))
    spelled = "".join("<code>" if isinstance(one, (Expr, Ref)) else plain(one, known) for one in parts)
    assert evaluated(written) == spelled


def plain(part: Any, known: Filler) -> str:
    value = means(part, known)
    return value if isinstance(value, str) else json.dumps(value)


def parsed(written: str) -> Any:
    """The one statement in a text, as PostgreSQL's own grammar reads it."""
    [statement] = pglast.parse_sql(written)
    return statement.stmt


@given(TEXTS, st.sampled_from(PLACED))
@settings(max_examples=150)
def test_a_literal_of_sql_is_the_text_and_nothing_else(value: str, slot: Any) -> None:
    known = filler(dict.fromkeys(("one.a", "one.b", "two.c"), value))
    written = sql_writer.write(sql("SELECT ", Literal(slot))).fill(known).decode()
    assert parsed(written).targetList[0].val.val.sval == value
    assert written == sql_writer.write(sql("SELECT ", Literal(value))).fill({}).decode()


@given(TEXTS.filter(lambda text: 0 < len(text.encode()) < 64))
@settings(max_examples=100)
def test_an_identifier_of_sql_is_the_name_and_nothing_else(name: str) -> None:
    try:
        written = sql_writer.write(sql("SELECT 1 AS ", Identifier(name))).fill({}).decode()
    except CannotWriteError:
        return
    assert parsed(written).targetList[0].name == name


PARTS = st.one_of(
    TEXTS.map(Literal),
    SLOTS.map(Literal),
    texts().map(Literal),
    st.sampled_from(NAMES).map(Identifier),
    st.just(Ref("role", NAMES[0])),
    st.just(" SELECT "),
    st.integers(),
)
PIECES = st.recursive(
    st.lists(PARTS, max_size=4).map(lambda parts: sql(*parts)),
    lambda inner: st.one_of(
        inner, inner.map(lambda one: sql(" DO ", Dollar(one))), inner.map(lambda one: sql(Literal(one)))
    ),
    max_leaves=4,
)


@given(PIECES, FILLERS)
@settings(max_examples=150)
def test_sql_prints_the_same_on_both_paths(statement: Sql, known: Filler) -> None:
    assert sql_writer.write(statement).fill(known) == sql_writer.write(statement, known).fill({})


@given(TEXTS)
@settings(max_examples=100)
def test_a_body_of_sql_is_the_body_and_nothing_else(value: str) -> None:
    known = filler({"one.a": value})
    body = sql("BEGIN PERFORM ", Literal(PLACED[0]), "; END")
    written = sql_writer.write(sql("DO ", Dollar(body))).fill(known).decode()
    assert parsed(written).args[0].arg.sval == f"BEGIN PERFORM {sql_writer.literal(value)}; END"
