"""The expressions of tenant templates: what they give, and that what could walk, loop or grow is refused."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from tenantc.load.jinja import Expressions, Missing, Refusal, Scope, as_text

VALUES = {"tenant_id": "acme-corp", "seats": 7, "open": "{{ tenant_id }}", "flag": False}
SCOPE = Scope(
    VALUES.get,
    {
        "current_timestamp": lambda: "2026-11-01T00:00:00Z",
        "trial_expiry_date": lambda: Missing(("trial_expiry_date()",)),
        "feature_enabled": lambda name: name == "sso",
    },
    lambda name: f"secret://vault/{name}#value",
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("plain", "plain"),
        ("{{ seats }}", 7),
        ("{{ seats }} seats", "7 seats"),
        ("{{ flag }}", False),
        ("{{ gdpr_required | default(false) }}", False),
        ("{{ gdpr_required | default(true) }}", True),
        ("{{ none }}", None),
        ("{{ -1 }}", -1),
        ("{{ 0.5 }}", 0.5),
        ("{{ tenant_name | default(tenant_id | title) }}", "Acme-Corp"),
        ("{{ '' | default('x', true) }}", "x"),
        ("{{ seats >= 5 and not flag }}", True),
        ("{{ 'a' if missing is defined else seats }}", 7),
        ("{{ tenant_id ~ '-' ~ seats }}", "acme-corp-7"),
        ("{{ current_timestamp() }}", "2026-11-01T00:00:00Z"),
        ("{{ feature_enabled('sso') }}", True),
        ("{{ [seats, tenant_id] }}", [7, "acme-corp"]),
        ("{# nothing #}x", "x"),
        ("line\n", "line\n"),
        # what a variable holds is data, whatever it looks like
        ("{{ open }}", "{{ tenant_id }}"),
        ("{{ slack_bot_token | encrypt_sensitive }}", "secret://vault/slack_bot_token#value"),
        ("{{ a | default('') | encrypt_sensitive }}", "secret://vault/a#value"),
    ],
)
def test_an_expression_gives_a_value_of_its_own_type(text: str, value: object) -> None:
    found = Expressions().work_out(text, SCOPE)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("{{ a }}", ("a",)),
        ("{{ b ~ seats ~ a }} {{ b }}", ("a", "b")),
        ("{{ a | title }}", ("a",)),
        ("{{ 'x' if a else 'y' }}", ("a",)),
        ("{{ a | default(b) }}", ("b",)),
        ("{{ trial_expiry_date() }}", ("trial_expiry_date()",)),
    ],
)
def test_what_lacks_is_told_by_name(text: str, names: tuple[str, ...]) -> None:
    assert Expressions().work_out(text, SCOPE) == Missing(names)


ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ tenant_id['__class__'] }}",
    "{{ tenant_id | attr('__class__') }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ cycler('a', 'b') }}",
    "{{ lipsum.__globals__ }}",
    "{{ lipsum(n=100000) }}",
    "{{ joiner() }}",
    "{{ namespace(a=1) }}",
    "{{ dict(a=1) }}",
    "{{ range(1000000000) }}",
    "{{ self }}",
    "{{ self._TemplateReference__context }}",
    "{{ feature_enabled.__globals__ }}",
    "{{ feature_enabled }}",
    "{{ feature_enabled(name='sso') }}",
    "{{ feature_enabled(*['sso']) }}",
    "{{ current_timestamp(1) }}",
    "{{ '%s' % tenant_id }}",
    "{{ '{0.__class__}'.format(tenant_id) }}",
    "{{ '{0.__class__}' | format(tenant_id) }}",
    "{{ 'a' * 1000000000 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ seats // 0 }}",
    "{{ tenant_id | map('upper') | list }}",
    "{{ 'a' | center(1000000000) }}",
    "{{ {'a': 1} }}",
    "{{ tenant_id[::-1] }}",
    "{{ seats is divisibleby(0) }}",
    "{{ 1e999 }}",
    "{{ 99999999999999999999 }}",
    "{{ tenant_id < 5 }}",
    "{{ 'no variable' | encrypt_sensitive }}",
    "{{ loop.index }}",
    "{% for i in range(1000000000) %}x{% endfor %}",
    "{% set x = 1 %}",
    "{% include 'other.json' %}",
    "{% import 'os' as os %}",
    "{% extends 'other.json' %}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% raw %}{{ x }}{% endraw %}",
    "{% do 1 %}",
    "{{ " + "(" * 200 + "1" + ")" * 200 + " }}",
    "{{ " + "[" * 200 + "]" * 200 + " }}",
    "{{ " + "not " * 900 + "flag }}",
    "{{ tenant_id" + " | title" * 400 + " }}",
    "{{ " + "seats if seats else " * 150 + "1 }}",
    "{{ " + " ~ ".join(["tenant_id"] * 300) + " }}",
    "{{ " + "9" * 5000 + " }}",
    "{{ " * 1000,
    "{{ 'unclosed }}",
    "{#" * 2000,
    "{{ tenant_id }}" * 100_000,
]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:40])
def test_an_attack_is_refused_at_once(text: str) -> None:
    started = time.process_time()
    assert isinstance(Expressions().work_out(text, SCOPE), Refusal)
    assert time.process_time() - started < 1


def test_what_all_expressions_give_is_bounded() -> None:
    large = Scope(lambda _: "x" * 4000, {}, lambda _: "")
    expressions = Expressions()
    tracemalloc.start()
    found = [expressions.work_out("{{ a }}" + "\n" * number, large) for number in range(90)]
    assert all(isinstance(one, str) for one in found)
    assert isinstance(expressions.work_out("{{ a }}" * 5, large), Refusal)
    whole = [expressions.work_out("{{ a }}", large) for _ in range(1100)]
    assert isinstance(whole[-1], Refusal)
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("text", ["{{ a }}", "{% x %}", "{# c #}", "{{{{", "{{% ' #}", "${a}", "a{", "{'}}"])
def test_a_text_can_be_written_so_that_it_gives_itself(text: str) -> None:
    assert Expressions().work_out(as_text(text), SCOPE) == text
