"""Rules that are generated hold to their laws: both evaluators agree, guards come out, layout changes nothing."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tenantc.driver.rules import catalogue, formatted, read_rule
from tenantc.judge.judging import Standing, judge
from tenantc.judge.plainly import answers
from tenantc.language.generate import generate
from tenantc.language.runtime import doubted, load
from tenantc.model.verdict import BROKEN, Answer
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED, Value
from tests.rule_texts import AS_OF, connected, documents, rule_of, subject_of

MINUTES = ("security.session_config.idle_timeout_minutes", "security.password_policy.lockout_duration_minutes")
COUNTS = ("limits.max_users", "limits.integrations", "security.mfa_config.backup_codes")
RATIOS = ("ai_configuration.safety_settings.safety_threshold",)
FLAGS = ("security.mfa_config.required", "infrastructure.auto_scaling.enabled")
TEXTS = ("compliance.data_governance.data_residency_region",)
METHODS = ("webauthn", "totp", "sms")
REGIONS = ("eu", "us", "eu-west")

_duration = st.tuples(st.integers(0, 90), st.sampled_from(["minutes", "seconds", "hours"])).map(
    lambda p: f"{p[0]} {p[1]}"
)
_number = st.integers(0, 120).map(str)
_ratio = st.sampled_from(["0", "0.25", "0.8", "80 %", "1"])
_order = st.sampled_from(["<=", "<", ">=", ">", "==", "!="])
_region = st.sampled_from(REGIONS).map(lambda text: f'"{text}"')
_list = st.lists(st.sampled_from(METHODS), min_size=1, max_size=2, unique=True).map(
    lambda items: f"[{', '.join(items)}]"
)


def _sums(leaves: st.SearchStrategy[str], literals: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        leaves,
        st.tuples(leaves, st.sampled_from(["+"]), literals).map(" ".join),
        st.tuples(leaves, st.sampled_from(["* 2", "* 3"])).map(" ".join),
        st.tuples(st.sampled_from(["min", "max"]), leaves, literals).map(lambda p: f"{p[0]}([{p[1]}, {p[2]}])"),
    )


_atoms = st.one_of(
    st.sampled_from(FLAGS),
    st.tuples(_sums(st.sampled_from(MINUTES), _duration), _order, _duration).map(" ".join),
    st.tuples(st.sampled_from(MINUTES), _duration, _duration).map(lambda p: f"{p[0]} between {p[1]} and {p[2]}"),
    st.tuples(_sums(st.sampled_from(COUNTS), _number), _order, _number).map(" ".join),
    st.tuples(st.sampled_from(COUNTS), _order, st.sampled_from(COUNTS)).map(" ".join),
    st.tuples(st.sampled_from(RATIOS), _order, _ratio).map(" ".join),
    st.tuples(st.sampled_from(TEXTS), st.sampled_from(["==", "!=", "starts with", "ends with"]), _region).map(" ".join),
    st.tuples(st.sampled_from(TEXTS), st.sampled_from(["is set", "is missing", "matches /e.*/"])).map(" ".join),
    st.sampled_from(
        ["security.password_policy.lockout_duration_minutes is unlimited", "limits.max_users is not unlimited"]
    ),
    st.tuples(st.sampled_from(["contains any", "contains all", "subset of"]), _list).map(
        lambda p: f"security.mfa_config.methods {p[0]} {p[1]}"
    ),
    st.sampled_from(METHODS).map(lambda method: f"security.mfa_config.methods contains {method}"),
    st.tuples(st.sampled_from(["all", "any", "none"]), _region).map(
        lambda p: f"({p[0]} i in integrations: i.region == {p[1]})"
    ),
    st.tuples(st.sampled_from(["all", "any", "none"]), _region).map(
        lambda p: (
            f'({p[0]} n, i in integrations where (i.enabled else true) and n != "okta": i.region starts with {p[1]})'
        )
    ),
    st.tuples(st.sampled_from(["all", "any", "none"]), st.sampled_from(["all", "any", "none"])).map(
        lambda two: f'({two[0]} i in integrations: {two[1]} scope in i.scopes: scope == "admin")'
    ),
    st.tuples(st.sampled_from(["all", "any", "none"]), _number).map(
        lambda p: f"({p[0]} days in compliance.data_governance.retention_policies: days > {p[1]} days)"
    ),
    st.sampled_from(["all", "any", "none"]).map(lambda q: f"({q} f, v in fields of limits: v is unlimited)"),
    st.sampled_from(["all", "any", "none"]).map(lambda q: f"({q} model, on in ai_configuration.model_access: on)"),
    st.sampled_from(["integrations is empty", "count(integrations) >= 1", "count(security.mfa_config.methods) == 2"]),
    st.sampled_from(["as_of <= 2026-11-01 + 30 days", "as_of > 2026-01-01 + 300 days"]),
)
conditions = connected(_atoms, 6)


@st.composite
def subjects(draw: st.DrawFn) -> dict[Path, Value]:
    """Settings of which any may be missing."""
    found: dict[Path, Value | None] = {}
    for path in MINUTES:
        found[path] = draw(st.one_of(st.integers(1, 120), st.none() if "idle" not in path else st.integers(1, 9)))
    found[MINUTES[1]] = draw(st.one_of(st.integers(1, 120), st.just(UNLIMITED)))
    for path in COUNTS:
        found[path] = draw(st.one_of(st.integers(0, 120), st.none() if path.startswith("limits") else st.just(3)))
    found["limits.max_users"] = draw(st.sampled_from([None, 5, 100, UNLIMITED]))
    found[RATIOS[0]] = draw(st.sampled_from([0, 0.25, 0.8, 1]))
    for path in FLAGS:
        found[path] = draw(st.booleans())
    found[TEXTS[0]] = draw(st.sampled_from([None, *REGIONS]))
    found["security.mfa_config.methods"] = tuple(draw(st.lists(st.sampled_from(METHODS), unique=True)))
    for name in draw(st.lists(st.sampled_from(["slack", "okta"]), unique=True)):
        found[f"integrations.{name}.channel"] = "x"
        found[f"integrations.{name}.region"] = draw(st.sampled_from([None, *REGIONS]))
        scopes = st.lists(st.sampled_from(["admin", "read"]), unique=True).map(tuple)
        found[f"integrations.{name}.scopes"] = draw(st.one_of(st.none(), scopes))
        found[f"integrations.{name}.enabled"] = draw(st.sampled_from([None, True, False]))
    for name in draw(st.lists(st.sampled_from(["small", "large"]), unique=True)):
        found[f"ai_configuration.model_access.{name}"] = draw(st.booleans())
    found["compliance.data_governance.retention_policies.logs"] = draw(st.sampled_from([None, 30, 90]))
    return {path: value for path, value in found.items() if value is not None}


@given(conditions, subjects())
@settings(max_examples=400, deadline=None)
def test_generated_functions_answer_as_the_plain_walk_does(condition: str, values: dict[Path, Value]) -> None:
    rule, _ = rule_of(condition)
    if rule is None:
        return
    (function,) = load(generate([rule]), 1)
    subject = subject_of(values)
    assert function(subject.get, subject.entries, ()) == answers(rule, subject, ())


_quantified = st.tuples(st.sampled_from(["all", "any", "none"]), _region).map(
    lambda p: f"({p[0]} i in integrations: i.region == {p[1]})"
)


@given(
    connected(st.one_of(_quantified, st.just("named"), st.just("(named == (named or false))")), 6),
    connected(_quantified, 3),
    subjects(),
)
@settings(max_examples=400, deadline=None)
def test_both_evaluators_doubt_the_same_and_never_find_more_to_hold(
    condition: str, let: str, values: dict[Path, Value]
) -> None:
    rule, _ = rule_of(condition, let=f"({let}) else false")
    if rule is None:
        return
    (function,) = load(generate([rule]), 1)
    subject = subject_of(values)
    answer, doubting = answers(rule, subject, ()), answers(rule, subject, (), doubting=True)
    assert function(subject.get, subject.entries, ()) == answer
    assert (doubted(function) or function)(subject.get, subject.entries, ()) == doubting
    assert doubting != (True,) or answer == (True,)


@given(conditions, _region, st.lists(st.sampled_from(["slack", "okta"]), unique=True))
@settings(max_examples=100, deadline=None)
def test_however_it_is_said_that_none_is_so_it_rests_on_nothing_alike(
    condition: str, region: str, names: list[str]
) -> None:
    values: dict[Path, Value] = {f"integrations.{name}.region": "eu" for name in names}
    ways = [
        f"(none i in integrations: i.region == {region})",
        f"not (any i in integrations: i.region == {region})",
        f"(all i in integrations: not i.region == {region})",
        f"(any i in integrations: i.region == {region}) implies 1 > 2",
        f"not (not (none i in integrations: i.region == {region}))",
    ]
    found = set()
    for way in ways:
        rule, _ = rule_of(f"{way} or ({condition})")
        if rule is None:
            return
        found.add((answers(rule, subject_of(values), ()), answers(rule, subject_of(values), (), doubting=True)))
    assert len(found) == 1


@given(conditions, subjects())
@settings(max_examples=200, deadline=None)
def test_a_guard_that_compiles_always_comes_out(guard: str, values: dict[Path, Value]) -> None:
    rule, _ = rule_of("security.mfa_config.required", guard)
    if rule is None:
        return
    (function,) = load(generate([rule]), 1)
    subject = subject_of(values)
    plain = answers(rule, subject, ())
    assert function(subject.get, subject.entries, ()) == plain
    verdict = judge(rule, function, (), subject, Standing((), "free", AS_OF))
    assert (verdict.answer is Answer.NOT_APPLICABLE) is (plain is None)


@given(st.sampled_from(COUNTS[:1]), st.sampled_from(["<=", "<", ">=", ">"]), st.integers(0, 120), st.integers(0, 120))
@settings(max_examples=100, deadline=None)
def test_verdicts_are_monotone_up_to_unlimited(path: Path, order: str, bound: int, value: int) -> None:
    rule, _ = rule_of(f"{path} {order} {bound}")
    assert rule is not None
    (function,) = load(generate([rule]), 1)
    outcomes = []
    for one in (value, value + 1, UNLIMITED):
        subject = subject_of({path: one})
        verdict = judge(rule, function, (), subject, Standing((), "free", AS_OF))
        outcomes.append(verdict.answer not in BROKEN)
    rising = order in {">=", ">"}
    assert outcomes == sorted(outcomes, reverse=not rising), "more of it never turns the verdict back"


@given(conditions)
@settings(max_examples=200, deadline=None)
def test_layout_keeps_the_rule_and_is_stable(condition: str) -> None:
    rule, text = rule_of(condition)
    once = formatted("generated.rule", text.encode())
    assert isinstance(once, bytes)
    assert formatted("generated.rule", once) == once
    again, _ = read_rule("generated.rule", once, documents().schema, catalogue(documents()))
    assert (rule is None) == (again is None or again.rule is None)
    if rule is not None and again is not None and again.rule is not None:
        assert generate([rule]).co_consts == generate([again.rule]).co_consts
