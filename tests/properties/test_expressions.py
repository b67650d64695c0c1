"""Laws of expressions: printing and parsing undo each other, and the compiled form agrees with the plain walk."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from random import Random

from hypothesis import assume, event, example, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tenantc.language.check import Checked, check
from tenantc.language.evaluate import Missing, Problem, evaluate
from tenantc.language.format import show, show_value
from tenantc.language.parse import MAX_NUMBER, parse_expression, parse_value
from tenantc.language.reads import reads
from tenantc.language.reference import evaluate_plainly
from tenantc.language.syntax import (
    Aggregate,
    Binary,
    Boolean,
    Expression,
    Function,
    Invert,
    Listing,
    Negate,
    NoLimit,
    Number,
    Operator,
    Reference,
    SyntaxProblem,
    Text,
    TextTemplate,
    Tree,
)
from tenantc.language.units import LITERAL_UNITS
from tenantc.model.identity import Identity, IdentityText
from tenantc.model.schema import Leaf
from tenantc.source.path import join
from tenantc.source.value import UNLIMITED, Value
from tests.expressions import SCHEMA, SETTINGS

RATES = tuple(f"per {time}" for time in ("second", "minute", "hour", "day", "week", "month", "year"))
CHARACTERS = st.characters(exclude_categories=["Cs"])
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,5}", fullmatch=True).filter(
    lambda name: (
        name not in {"or", "and", "not", "in", "else", "count", "sum", "min", "max", "true", "false", "unlimited"}
    )
)
DECIMALS = st.decimals(min_value=0, max_value=MAX_NUMBER, places=3, allow_nan=False).map(Fraction)

OR_AND: tuple[Operator, ...] = ("or", "and")
COMPARISONS: tuple[Operator, ...] = ("==", "!=", "<", "<=", ">", ">=")
CALCULATIONS: tuple[Operator, ...] = ("+", "-", "*", "/", "//")
FUNCTIONS: tuple[Function, ...] = ("count", "sum", "min", "max")


def numbers() -> SearchStrategy[Number]:
    whole_months = st.integers(0, 100).map(lambda months: Number(Fraction(months), "months"))
    units = st.sampled_from(("", *(unit for unit in LITERAL_UNITS if unit != "months"), *RATES))
    return whole_months | st.builds(Number, DECIMALS, units)


def trees() -> SearchStrategy[Tree]:
    """Every tree that a text can give, sensible or not."""
    paths = st.tuples(NAMES, st.lists(NAMES | st.text(CHARACTERS, min_size=1, max_size=5), max_size=3))
    leaves: SearchStrategy[Tree] = st.one_of(
        numbers(),
        st.builds(Text, st.text(CHARACTERS, max_size=5)),
        st.builds(Boolean, st.booleans()),
        st.just(NoLimit()),
        paths.map(lambda path: Reference(join((path[0], *path[1])))),
    )
    operators = st.sampled_from((*OR_AND, *COMPARISONS, *CALCULATIONS, "in", "not in", "else"))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Binary, operators, inner, inner),
            st.builds(Negate, inner),
            st.builds(Invert, inner),
            st.builds(Aggregate, st.sampled_from(FUNCTIONS), inner),
            st.builds(Listing, st.lists(inner, max_size=3).map(tuple)),
        ),
        max_leaves=12,
    )


@given(trees())
def test_a_printed_tree_is_read_as_the_same_tree(tree: Tree) -> None:
    text = show(tree)
    assume(len(text) < 2_000)
    parsed = parse_expression(text)
    assert isinstance(parsed, Expression), parsed
    assert parsed.root == tree
    assert show(parsed.root) == text


@given(st.lists(trees() | st.text(CHARACTERS, min_size=1, max_size=5), min_size=1, max_size=4))
def test_a_printed_value_is_read_as_the_same_value(parts: list[Tree | str]) -> None:
    text = ""
    for part in parts:
        # a dollar right before an expression cannot be written: it would make the brace a literal one
        text = text.rstrip("$") if not isinstance(part, str) else text
        text += show_value(part) if isinstance(part, str) else f"${{{show(part)}}}"
    parsed = parse_value(text)
    assume(not isinstance(parsed, SyntaxProblem))
    assert not isinstance(parsed, SyntaxProblem)
    again = parse_value(show_value(parsed))
    assert not isinstance(again, SyntaxProblem)
    assert show_value(again) == show_value(parsed)
    assert isinstance(again, str) == isinstance(parsed, str)


@given(st.text(CHARACTERS | st.sampled_from(list('${}"\\ab.1+[]()')), max_size=30).map(lambda text: f"${{{text}"))
@example("${a}")
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    parsed = parse_value(text)
    if isinstance(parsed, SyntaxProblem):
        assert 0 <= parsed.offset <= len(text)
        assert parsed.length >= 1
        assert parsed.offset + parsed.length <= len(text) + 1


# by the kind of value: what can be read, and the unit of a literal, so that most of what is generated makes sense
FAMILIES: dict[str, tuple[list[str], tuple[str, ...]]] = {
    "counts": (["limits.max_users", "limits.integrations", "limits.seats", "scaling.offset", "scaling.factor"], ("",)),
    "bytes": (["limits.storage_gb", "limits.cache_mib", "limits.upload_mb"], ("GB", "MiB", "B")),
    "times": (
        [
            *("security.idle_timeout_minutes", "security.absolute_timeout_hours", "security.exact_hours"),
            "security.key_rotation_days",
        ],
        ("days", "minutes", "months"),
    ),
    "rates": (
        ["limits.requests_per_hour", "limits.requests_per_minute", "limits.tokens_per_day"],
        ("per hour", "per day"),
    ),
    "shares": (["scaling.target", "scaling.threshold"], ("%",)),
}
NUMERIC = [leaf.path for leaf in SCHEMA.leaves() if leaf.type in {"integer", "number"}]
TEXTS = ["security.key_management", "security.backup_key_management", "security.label", "tenant.ring", "contact.name"]
LISTS = ["features.enabled", "features.weights", "features.colours"]


@cache
def numeric(family: str, depth: int) -> SearchStrategy[Tree]:
    paths, units = FAMILIES[family]
    leaves: SearchStrategy[Tree] = st.one_of(
        st.sampled_from([*paths, f"tier.{paths[0]}"]).map(Reference),
        st.builds(Number, st.integers(1, 9).map(Fraction), st.sampled_from(units)),
        st.just(NoLimit()),
    )
    if not depth:
        return leaves
    inner, counts = numeric(family, depth - 1), numeric("counts", 0)
    several = st.lists(inner, min_size=1, max_size=3).map(lambda items: Listing(tuple(items)))
    given_up = st.builds(Binary, st.just("else"), st.builds(Binary, st.just("-"), inner, inner), inner)
    shares: list[SearchStrategy[Tree]] = [
        st.builds(Binary, st.just("*"), inner, numeric("shares", 0)),
        # whatever it makes
        st.builds(Binary, st.sampled_from(CALCULATIONS), inner, numeric("times", 0)),
        st.builds(Binary, st.sampled_from(CALCULATIONS), numeric("rates", 0), numeric("times", 0)),
    ]
    return st.one_of(
        leaves,
        st.builds(Binary, st.sampled_from(("+", "-", "else", "/", "//")), inner, inner),
        st.builds(Binary, st.sampled_from(("*", "/", "//")), inner, counts),
        st.builds(Negate, inner),
        st.builds(Aggregate, st.sampled_from(("sum", "min", "max")), several),
        given_up,
        *(shares if family == "counts" else ()),
        *(
            [st.builds(Aggregate, st.sampled_from(FUNCTIONS), st.sampled_from(LISTS).map(Reference))]
            * (family == "counts")
        ),
    )


@cache
def boolean(depth: int) -> SearchStrategy[Tree]:
    leaves: SearchStrategy[Tree] = st.one_of(
        st.sampled_from(("security.mfa", "security.audited", 'models["gpt-4.1"]')).map(Reference),
        st.builds(Boolean, st.booleans()),
    )
    if not depth:
        return leaves
    inner = boolean(depth - 1)
    pairs = st.sampled_from(sorted(FAMILIES)).flatmap(lambda family: st.tuples(*[numeric(family, depth - 1)] * 2))
    texts: SearchStrategy[Tree] = st.sampled_from(TEXTS).map(Reference) | st.sampled_from(("kms", "hsm", "x")).map(Text)
    return st.one_of(
        leaves,
        st.builds(Binary, st.sampled_from((*OR_AND, "else")), inner, inner),
        st.builds(Invert, inner),
        st.builds(lambda operator, pair: Binary(operator, *pair), st.sampled_from(COMPARISONS), pairs),
        st.builds(Binary, st.sampled_from(("==", "!=")), texts, texts),
        st.builds(Binary, st.sampled_from(("in", "not in")), texts, st.sampled_from(LISTS).map(Reference)),
        pairs.map(lambda pair: Binary("in", pair[0], Listing(pair[:1] + pair[1:]))),
    )


def held(leaf: Leaf) -> tuple[Value | None, ...]:
    """What a setting may hold, with what its schema refuses."""
    match leaf.type:
        case "boolean":
            return (None, True, False)
        case "integer":
            return (None, UNLIMITED, 0, 1, 7, 120, -2, "wrong")
        case "number":
            return (None, 0.1, 2.5, 3, 0.0)
        case "array":
            return ((), (1, 5, 2)) if leaf.item == "integer" else ((), ("red",), ("x", "kms"))
        case _:
            return ("kms", "hsm", "x", None, IdentityText(("a-", Identity.ID)))


def allowed(leaf: Leaf, value: Value | None) -> bool:
    """Whether a schema allows a value."""
    if value is None:
        return leaf.default is None and leaf.path != "contact.email"
    if value is UNLIMITED:
        return leaf.unlimited
    if leaf.type in {"integer", "number"}:
        low, above = leaf.schema.get("minimum", -99), leaf.schema.get("exclusiveMinimum", -99)
        assert isinstance(low, int)
        assert isinstance(above, int)
        return isinstance(value, (int, float)) and value >= low and value > above
    return not leaf.enum or value in leaf.enum


VALUES = {leaf.path: held(leaf) for leaf in SCHEMA.leaves() if "*" not in leaf.path}


# one draw for all settings: a choice each would cost more than everything else here
def world(chance: Random) -> dict[str, Value | None]:
    """Settings of which most hold what they do elsewhere."""
    return {
        path: chance.choice(VALUES[path]) if chance.random() < 0.4 else SETTINGS.get(path) for path in sorted(VALUES)
    }


def sound_world(chance: Random) -> dict[str, Value | None]:
    """Settings that are all as their schemas say."""
    return {
        path: chance.choice([value for value in values if leaf is not None and allowed(leaf, value)])
        for path, values in sorted(VALUES.items())
        for leaf in [SCHEMA.leaf(path)]
    }


def cases() -> SearchStrategy[tuple[Tree, str]]:
    """An expression and a setting that it might be written for."""
    sums = [st.tuples(numeric(name, 3), st.sampled_from(paths)) for name, (paths, _) in sorted(FAMILIES.items())]
    texts = st.tuples(boolean(2) | numeric("counts", 2), st.just("security.label"))
    return st.one_of(*sums, st.tuples(boolean(3), st.just("security.mfa")), texts)


@settings(max_examples=400)
@given(cases(), st.randoms(use_true_random=False).map(world))
def test_the_compiled_form_agrees_with_the_plain_walk(case: tuple[Tree, str], held: dict[str, Value | None]) -> None:
    tree, target = case
    hole = f"${{{show(tree)}}}"
    parsed = parse_value(f"<{hole}> ${{tenant.id}}" if target == "security.label" else hole)
    leaf = SCHEMA.leaf(target)
    assert isinstance(parsed, (Expression, TextTemplate))
    assert leaf is not None
    looked_up = set()

    def lookup(path: str) -> Value | None:
        looked_up.add(path)
        return held.get(path.removeprefix("tier."), SETTINGS.get(path))

    checked = check(parsed, SCHEMA, leaf)
    fast = evaluate(parsed, leaf, SCHEMA, lookup)
    if not isinstance(checked, Checked):
        event("refused")
        assert fast == checked[0]
        assert all(problem.length > 0 for problem in checked)
        return
    event(type(fast).__name__)
    assert looked_up <= reads(parsed)
    slow = evaluate_plainly(checked, lookup)
    assert (fast, type(fast)) == (slow, type(slow))
    if isinstance(fast, (Problem, Missing)):
        assert fast.offset >= 2


@settings(max_examples=200)
@given(cases(), st.randoms(use_true_random=False).map(sound_world))
def test_what_was_found_right_has_a_value_wherever_the_settings_are_right(
    case: tuple[Tree, str], held: dict[str, Value | None]
) -> None:
    tree, target = case
    parsed = parse_value(f"${{{show(tree)}}}")
    leaf = SCHEMA.leaf(target)
    assert isinstance(parsed, Expression)
    assert leaf is not None
    checked = check(parsed, SCHEMA, leaf)
    assume(isinstance(checked, Checked))
    assert isinstance(checked, Checked)
    assert checked.whole is not None
    result = evaluate(parsed, leaf, SCHEMA, lambda path: held.get(path.removeprefix("tier."), SETTINGS.get(path)))
    event(type(result).__name__)
    if isinstance(result, Missing):
        assert checked.whole.typed.type.absent
    if isinstance(result, Problem):
        # it does not fit the setting, or is identity that is looked into: what was calculated has a value
        assert "has no value" not in result.message
        assert "divided" not in result.message
