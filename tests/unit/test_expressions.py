"""What `${…}` means, a decision a test, by language.md §4: settings and a text in, a value or a message out."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from time import perf_counter

import lark
import pytest

from tenantc.language.check import check_value
from tenantc.language.evaluate import Missing, evaluate
from tenantc.language.format import show_value
from tenantc.language.parse import MAX_HOLES, parse_expression, parse_value
from tenantc.language.reads import reads
from tenantc.language.syntax import Expression, SyntaxProblem, TextTemplate
from tenantc.model.identity import Identity, IdentityText
from tenantc.source.frozen import replace
from tenantc.source.value import UNLIMITED
from tests.expressions import SCHEMA, SETTINGS, blamed, leaf, messages, value

USERS = "limits.max_users"
HOURS = "security.absolute_timeout_hours"
MINUTES = "security.idle_timeout_minutes"
DAYS = "security.key_rotation_days"
LABEL = "security.label"
MFA = "security.mfa"
NUMBER = "scaling.factor"
INTEGER = "limits.integrations"

LIMITLESS = {**SETTINGS, USERS: UNLIMITED}


class TestWhatAValueIs:
    """`a value that is one ${…} keeps the expression's type; "a-${…}-b" is text; $${ is a literal ${`."""

    def test_reads_another_setting(self) -> None:
        assert value("limits.concurrent_sessions", "${limits.max_users // 10}") == 10

    @pytest.mark.parametrize(
        ("target", "text", "expected"),
        [
            (MFA, "${security.mfa}", True),
            (LABEL, "${security.key_management}", "hsm"),
            ("features.enabled", "${features.enabled}", ("analytics", "sso")),
            ("features.enabled", '${["a", security.key_management]}', ("a", "hsm")),
            (USERS, "${unlimited}", UNLIMITED),
        ],
    )
    def test_one_expression_keeps_its_type(self, target: str, text: str, expected: object) -> None:
        assert value(target, text) == expected

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("a-${security.key_management}-b", "a-hsm-b"),
            ("${limits.max_users} of ${limits.integrations}", "100 of 25"),
            ("${security.mfa}${security.key_management}", "truehsm"),
            (" ${limits.max_users}", " 100"),
            ("${scaling.threshold} ${scaling.factor}", "0.8 2"),
            ("${limits.storage_gb} and ${limits.upload_mb + limits.storage_gb}", "10 and 10500"),
        ],
    )
    def test_text_around_it_makes_it_text(self, text: str, expected: str) -> None:
        assert value(LABEL, text) == expected

    def test_unlimited_in_a_text_is_the_word(self) -> None:
        assert value(LABEL, "up to ${limits.max_users}", LIMITLESS) == "up to unlimited"

    def test_a_text_is_no_number(self) -> None:
        [message] = messages(USERS, "1${limits.max_users}")
        assert message == (
            "`limits.max_users` takes a number of users, and this is text with expressions in it → "
            "a value that is one `${…}` keeps its type"
        )

    def test_a_list_has_no_place_in_a_text(self) -> None:
        assert messages(LABEL, "a ${features.enabled}") == [
            "`features.enabled` is a list, which cannot be placed in a text"
        ]

    def test_what_is_no_decimal_has_no_place_in_a_text(self) -> None:
        assert messages(LABEL, "a ${limits.max_users / 3}") == ["`100/3` cannot be written as a decimal number"]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("no dollar", "no dollar"),
            ("$5 and {braces}", "$5 and {braces}"),
            ("$${limits.max_users}", "${limits.max_users}"),
            ("$$${x}", "$${x}"),
            ("$${a} $${", "${a} ${"),
        ],
    )
    def test_two_dollars_and_a_brace_are_literal(self, text: str, expected: str) -> None:
        assert parse_value(text) == expected

    def test_literal_and_expression_in_one_text(self) -> None:
        assert value(LABEL, "$${x}=${limits.max_users}") == "${x}=100"

    @pytest.mark.parametrize("text", ['${"}"}', '${"a\\"}b"}', '${models["}"] else true}'])
    def test_a_brace_in_quotes_ends_nothing(self, text: str) -> None:
        assert isinstance(parse_value(text), Expression)

    def test_steps_that_are_no_names_stand_in_brackets(self) -> None:
        assert value(MFA, '${models["gpt-4.1"] else false}') is True
        assert value(MFA, '${models["gpt-5"] else false}') is False

    def test_steps_may_be_called_like_operators(self) -> None:
        parsed = parse_expression("limits.in.max.not")
        assert isinstance(parsed, Expression)
        assert reads(parsed) == {"limits.in.max.not"}


class TestWhatCanBeRead:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("${tenant.tier}", "professional"),
            ("${deployment.environment}", "production"),
            ("${workspace.platform}", "streaming"),
        ],
    )
    def test_what_tenantc_knows(self, text: str, expected: str) -> None:
        assert value(LABEL, text) == expected

    def test_the_tier_s_own_settings(self) -> None:
        assert value(USERS, "${tier.limits.max_users * 2}") == 160

    def test_reads_name_every_path_once(self) -> None:
        parsed = parse_value(
            "${limits.max_users + limits.seats else limits.max_users} ${tenant.id} ${tier.limits.seats}"
        )
        assert isinstance(parsed, TextTemplate)
        assert reads(parsed) == {"limits.max_users", "limits.seats", "tier.limits.seats"}

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("${limits.max_user}", "`limits.max_user` is no setting → did you mean `limits.max_users`?"),
            ("${limit.max_users}", "`limit.max_users` is no setting → did you mean `limits.max_users`?"),
            ("${max_users}", "`max_users` is no setting → did you mean `limits.max_users`?"),
            ("${tier.limits.max_user}", "`tier.limits.max_user` is no setting → did you mean `tier.limits.max_users`?"),
            ("${tennant.tier}", "`tennant.tier` is no setting → did you mean `tenant.tier`?"),
            ("${nothing.like.it}", "`nothing.like.it` is no setting"),
            ("${limits}", "`limits` is a mapping of settings → name a setting in it, like `limits.max_users`"),
            ("${limits.seats.x}", "`limits.seats` is a setting and has nothing under it"),
        ],
    )
    def test_unknown_paths(self, text: str, message: str) -> None:
        assert messages(USERS, text) == [message]

    def test_every_problem_is_said_once(self) -> None:
        assert blamed(USERS, "${limits.a + (limits.b * 2 + limits.c)}") == ["limits.a", "limits.b", "limits.c"]


class TestMissing:
    def test_no_value_without_else(self) -> None:
        assert value(USERS, "${limits.seats}") == Missing("limits.seats", 2, 12)
        assert value(USERS, "${1 + limits.seats * 2}") == Missing("limits.seats", 6, 12)
        assert value(LABEL, "a ${limits.seats}") == Missing("limits.seats", 4, 12)

    def test_else_gives_one(self) -> None:
        assert value(USERS, "${limits.seats else 5}") == 5
        assert value(USERS, "${limits.seats else 5}", {**SETTINGS, "limits.seats": 3}) == 3

    def test_else_stands_for_all_before_it(self) -> None:
        assert value(USERS, "${limits.seats + 1 else 5 + 1}") == 6

    def test_else_binds_tighter_than_a_comparison(self) -> None:
        assert value(MFA, "${limits.seats else 5 <= 5}") is True

    def test_what_lies_in_an_open_map_may_always_be_missing(self) -> None:
        assert value(LABEL, '${vendors.okta.region else "none"}') == "none"

    def test_elses_chain(self) -> None:
        assert value(LABEL, '${contact.name else security.label else "nobody"}') == "nobody"

    def test_else_after_what_always_has_a_value(self) -> None:
        assert messages(USERS, "${limits.max_users else 5}") == [
            "`limits.max_users` always has a value, so its `else` is never used → take the `else` away"
        ]
        assert messages(LABEL, '${contact.email else "x"}')[0].startswith("`contact.email` always has a value")

    def test_else_is_of_the_same_kind(self) -> None:
        assert messages(USERS, '${limits.seats else "none"}') == [
            '`limits.seats` is a number of users, and `"none"` is text'
        ]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("${security.audited and false}", False),
            ("${false and security.audited}", False),
            ("${security.audited or true}", True),
            ("${true or security.audited}", True),
            ("${security.audited and true}", Missing("security.audited", 2, 16)),
            ("${not security.audited}", Missing("security.audited", 6, 16)),
            ("${limits.seats == 1 or security.audited}", Missing("limits.seats", 2, 12)),
        ],
    )
    def test_and_and_or_say_what_they_can(self, text: str, expected: object) -> None:
        assert value(MFA, text) == expected

    def test_min_of_an_empty_list_is_missing(self) -> None:
        empty = {**SETTINGS, "features.weights": ()}
        assert value(USERS, "${min(features.weights)}", empty) == Missing("features.weights", 2, 21)
        assert value(USERS, "${min(features.weights) else 7}", empty) == 7
        assert value(USERS, "${sum(features.weights) + count(features.weights)}", empty) == 0


class TestArithmetic:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("${1 + 2 * 3}", 7),
            ("${(1 + 2) * 3}", 9),
            ("${10 - 2 - 3}", 5),
            ("${24 / 2 / 3}", 4),
            ("${-2 + 5}", 3),
            ("${-7 // 2 + 10}", 6),
            ("${0.1 + 0.2 + 0.7}", 1),
            ("${limits.max_users / 3 * 3}", 100),
            ("${scaling.threshold * 10}", 8),
            ("${min([limits.max_users, 7]) + max([1, 2]) + sum([1, 2]) + count([5])}", 13),
            ("${max(features.weights)}", 3),
        ],
    )
    def test_is_exact(self, text: str, expected: int) -> None:
        result = value(INTEGER, text)
        assert (result, type(result)) == (expected, int)

    def test_a_quotient_lands_on_the_setting_s_type(self) -> None:
        assert value(INTEGER, "${limits.max_users / 8}") != 12.5
        assert messages(INTEGER, "${limits.max_users / 8}") == [
            "`12.5` is not a whole number → `//` divides and drops the rest"
        ]
        assert value(NUMBER, "${limits.max_users / 8}") == 12.5
        assert messages(NUMBER, "${limits.max_users / 3}") == ["`100/3` cannot be written exactly as a decimal number"]

    def test_a_whole_result_is_an_integer_in_every_setting(self) -> None:
        result = value(NUMBER, "${limits.max_users / 4}")
        assert (result, type(result)) == (25, int)

    def test_two_slashes_floor(self) -> None:
        assert value(INTEGER, "${limits.max_users // 8}") == 12
        assert value("scaling.offset", "${-limits.integrations // 2 else 0}") == -13

    def test_beyond_what_json_holds(self) -> None:
        assert messages(INTEGER, "${9007199254740992 + 1}") == [
            "`9007199254740993` is beyond 2^53, so not every reader of JSON can hold it"
        ]
        assert messages(INTEGER, "${9007199254740993}") == [
            "this number is above 2^53, so not every reader of JSON can hold it"
        ]

    @pytest.mark.parametrize(
        "divisor", ["3", "-3", "limits.upload_mb / 1 MB", "security.exact_hours / 1 hour", "max([scaling.offset, 1])"]
    )
    def test_a_divisor_that_is_provably_not_zero(self, divisor: str) -> None:
        assert check_of(f"${{6 / ({divisor})}}") == []

    @pytest.mark.parametrize(
        "divisor", ["limits.storage_gb / 1 GB", "scaling.offset", "limits.max_users - 1", "1 // 2"]
    )
    def test_a_divisor_that_may_be_zero(self, divisor: str) -> None:
        [message] = check_of(f"${{6 / ({divisor})}}")
        assert message == f"`{divisor}` may be 0, and nothing is divided by 0"

    def test_a_divisor_that_is_zero(self) -> None:
        assert messages(INTEGER, "${1 // 0}") == ["`0` is 0, and nothing is divided by 0"]
        # a setting that its own schema refuses, which is said where it is set
        assert messages(INTEGER, "${1 / limits.upload_mb * 1 MB}", {**SETTINGS, "limits.upload_mb": 0}) == [
            "`limits.upload_mb` is 0, and nothing is divided by 0"
        ]


def check_of(text: str) -> list[str]:
    parsed = parse_value(text)
    setting = SCHEMA.leaf(NUMBER)
    assert isinstance(parsed, Expression)
    assert setting is not None
    return [problem.message for problem in check_value(parsed, SCHEMA, setting)]


class TestUnits:
    @pytest.mark.parametrize(
        ("target", "text", "expected"),
        [
            (MINUTES, "${security.absolute_timeout_hours}", 300),
            (HOURS, "${security.key_rotation_days}", 720),
            (HOURS, "${2 * security.idle_timeout_minutes}", 3),
            ("security.exact_hours", "${security.idle_timeout_minutes}", 1.5),
            (DAYS, "${90 days}", 90),
            (DAYS, "${2 weeks + 24 hours}", 15),
            (DAYS, "${1 year}", 365),
            (DAYS, "${18 months}", 545),
            ("limits.upload_mb", "${limits.storage_gb // 4}", 2000),
            ("limits.storage_gb", "${1.5 TB}", 1500),
            ("limits.cache_mib", "${1 GiB}", 1024),
            ("limits.requests_per_minute", "${limits.requests_per_hour}", 100),
            ("limits.requests_per_hour", "${limits.requests_per_minute + 1 per second}", 9600),
            ("limits.requests_per_hour", "${100 per hour}", 100),
            (INTEGER, "${limits.requests_per_minute * 2 hours}", 12000),
            (INTEGER, "${limits.storage_gb / limits.upload_mb}", 20),
            (INTEGER, "${security.key_rotation_days / 1 day}", 30),
            ("limits.sessions_per_month", "${limits.sessions_per_month * 2}", 100),
            ("limits.cost", "${limits.cost * 2}", 19),
        ],
    )
    def test_convert_exactly(self, target: str, text: str, expected: float) -> None:
        result = value(target, text)
        assert (result, type(result)) == (expected, type(expected))

    @pytest.mark.parametrize(
        ("target", "text", "message"),
        [
            (HOURS, "${security.idle_timeout_minutes}", "`1.5` is not a whole number"),
            ("limits.storage_gb", "${limits.upload_mb}", "`0.5` is not a whole number"),
            ("limits.storage_gb", "${10 GiB}", "`10.73741824` is not a whole number"),
        ],
    )
    def test_or_it_is_an_error(self, target: str, text: str, message: str) -> None:
        assert messages(target, text) == [f"{message} → `//` divides and drops the rest"]

    @pytest.mark.parametrize(
        ("target", "text", "message"),
        [
            (
                "limits.storage_gb",
                "${security.key_rotation_days}",
                "`security.key_rotation_days` is in days, and `limits.storage_gb` is in GB",
            ),
            (
                INTEGER,
                "${security.key_rotation_days}",
                "`security.key_rotation_days` is in days, and `limits.integrations` is a plain number",
            ),
            (
                "limits.storage_gb",
                "${limits.max_users}",
                (
                    "`limits.max_users` is a number of users, and `limits.storage_gb` is in GB"
                    " → multiply `limits.max_users` by `1 GB`"
                ),
            ),
            (
                "limits.tokens_per_day",
                "${limits.sessions_per_month}",
                "`limits.sessions_per_month` is in sessions/month, and `limits.tokens_per_day` is in tokens/day",
            ),
            (
                MFA,
                "${limits.cost > security.key_rotation_days}",
                "`limits.cost` is in USD, and `security.key_rotation_days` is in days",
            ),
        ],
    )
    def test_of_different_kinds_never_meet(self, target: str, text: str, message: str) -> None:
        assert messages(target, text) == [message]

    def test_counts_are_numbers_whatever_is_counted(self) -> None:
        assert value(INTEGER, "${limits.max_users + 1}") == 101
        assert value("limits.tokens_per_day", "${limits.max_users * 24 per hour}") == 57600

    @pytest.mark.parametrize(
        ("target", "text", "help"),
        [
            (DAYS, "${security.key_rotation_days + 1}", "write `1 day`"),
            (DAYS, "${1 - security.key_rotation_days}", "write `1 day`"),
            (DAYS, "${90}", "write `90 days`"),
            (MFA, "${security.key_rotation_days <= 90}", "write `90 days`"),
            (MFA, "${limits.storage_gb in [10]}", "write `10 GB`"),
            (MFA, "${limits.requests_per_hour > 5}", "write `5 per hour`"),
            (MFA, "${scaling.target > 80}", "write `80 %`"),
            ("limits.storage_gb", "${limits.seats else 2 GB}", "multiply `limits.seats` by `1 GB`"),
            ("limits.storage_gb", "${limits.max_users * 2}", "multiply `limits.max_users * 2` by `1 GB`"),
        ],
    )
    def test_a_plain_number_is_not_taken_for_one_with_a_unit(self, target: str, text: str, help: str) -> None:
        [message] = messages(target, text)
        assert message.endswith(f" → {help}")

    def test_floors_whole_units_of_what_is_divided(self) -> None:
        assert value(MINUTES, "${security.absolute_timeout_hours // 2}") == 120
        assert value(HOURS, "${security.idle_timeout_minutes // 1 hour * 1 hour}") == 1

    def test_a_sum_is_floored_in_the_smaller_unit(self) -> None:
        for text in ("${(1 hour + 1 minute) // 2}", "${(1 minute + 1 hour) // 2}"):
            assert value(MINUTES, text) == 30

    @pytest.mark.parametrize(
        ("target", "text", "expected"),
        [
            (USERS, "${limits.max_users * 80 %}", 80),
            (USERS, "${80% * limits.max_users}", 80),
            ("limits.storage_gb", "${limits.storage_gb * scaling.target}", 7),
            ("scaling.target", "${scaling.target // 3}", 23),
            ("scaling.target", "${scaling.target + 5 %}", 75),
            ("scaling.target", "${scaling.target * 2 // 3}", 46),
            ("scaling.target", "${scaling.threshold}", 80),
            ("scaling.target", "${limits.storage_gb / 20 GB}", 50),
            ("scaling.threshold", "${scaling.target}", 0.7),
            ("scaling.threshold", "${scaling.threshold / 2 + 0.1}", 0.5),
            ("scaling.threshold", "${scaling.target / 2}", 0.35),
        ],
    )
    def test_shares(self, target: str, text: str, expected: float) -> None:
        assert value(target, text) == expected

    def test_a_share_is_no_count(self) -> None:
        [message] = messages("scaling.target", "${limits.max_users}")
        assert message.startswith("`limits.max_users` is a number of users, and `scaling.target` is a percentage")

    def test_a_share_and_a_plain_number_make_a_plain_number(self) -> None:
        for text in ("scaling.threshold + 0.1", "0.1 + scaling.threshold"):
            assert value("scaling.threshold", f"${{{text}}}") == 0.9
            [message] = messages("scaling.target", f"${{{text}}}")
            assert message.startswith(f"`{text}` is a plain number, and `scaling.target` is a percentage")

    def test_an_unknown_unit_is_its_own(self) -> None:
        boxes = replace(leaf("a.boxes", "integer", "boxes"))
        parsed = parse_value("${limits.max_users}")
        assert isinstance(parsed, Expression)
        [problem] = check_value(parsed, SCHEMA, boxes)
        assert problem.message == "`limits.max_users` is a number of users, and `a.boxes` is in boxes"


class TestIdentity:
    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("${tenant.id}", (Identity.ID,)),
            ("${tenant.name} <${tenant.owner_email}>", (Identity.NAME, " <", Identity.OWNER_EMAIL, ">")),
            ("a-${limits.max_users}-${tenant.id}", ("a-100-", Identity.ID)),
        ],
    )
    def test_may_be_placed_in_text(self, text: str, parts: tuple[str | Identity, ...]) -> None:
        result = value(LABEL, text)
        assert result == IdentityText(parts)
        assert hash(result) == hash(IdentityText(parts))

    @pytest.mark.parametrize(
        ("target", "text"),
        [
            (MFA, '${tenant.id == "acme"}'),
            (MFA, "${tenant.id in features.enabled}"),
            (LABEL, "${contact.name else tenant.name}"),
            (USERS, "${tenant.id + 1}"),
            (USERS, "${count([tenant.id])}"),
            (USERS, "${tenant.id}"),
        ],
    )
    def test_nothing_is_computed_with_it(self, target: str, text: str) -> None:
        [message] = messages(target, text)
        assert "identity" in message
        assert blamed(target, text) in (["tenant.id"], ["tenant.name"])

    def test_no_choice_depends_on_it(self) -> None:
        assert messages("security.key_management", "${tenant.id}") == [
            "`security.key_management` has a fixed set of values, and `tenant.id` is identity"
        ]
        assert messages("security.key_management", "k${tenant.id}") == [
            "it holds identity, and the setting has a fixed set of values"
        ]

    def test_a_setting_that_holds_it_is_as_opaque(self) -> None:
        held = {**SETTINGS, LABEL: IdentityText(("x-", Identity.ID))}
        assert value("contact.name", "${security.label}-y", held) == IdentityText(("x-", Identity.ID, "-y"))
        for text in (
            '${security.label == "x"}',
            "${security.label in features.enabled}",
            '${["a"] == [security.label]}',
        ):
            assert messages(MFA, text, held) == [
                "`security.label` holds identity: it may be placed in a text, and nothing is computed with it"
            ]


class TestUnlimited:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("${limits.max_users > 1000000}", True),
            ("${limits.max_users <= 1000000}", False),
            ("${limits.max_users == unlimited}", True),
            ("${limits.max_users >= unlimited}", True),
            ("${limits.max_users > unlimited}", False),
            ("${limits.max_users in [1, unlimited]}", True),
        ],
    )
    def test_compares_above_every_number(self, text: str, expected: object) -> None:
        assert value(MFA, text, LIMITLESS) is expected

    @pytest.mark.parametrize(
        "text",
        [
            "${limits.max_users + 5}",
            "${limits.max_users - 5}",
            "${limits.max_users * 5}",
            "${limits.max_users / 3}",
            "${limits.max_users // 3}",
            "${limits.max_users + limits.max_users}",
            "${max([limits.max_users, 5])}",
            "${sum([limits.max_users, 5])}",
            "${limits.max_users * 80 %}",
        ],
    )
    def test_with_a_positive_number_is_unlimited(self, text: str) -> None:
        assert value(USERS, text, LIMITLESS) is UNLIMITED

    def test_stays_unlimited_in_another_unit(self) -> None:
        held = {**SETTINGS, "limits.requests_per_hour": UNLIMITED}
        assert value("limits.requests_per_hour", "${limits.requests_per_hour + 1 per minute}", held) is UNLIMITED

    @pytest.mark.parametrize(
        ("text", "what"),
        [
            ("5 - limits.max_users", "a number minus `unlimited`"),
            ("5 / limits.max_users", "a number divided by `unlimited`"),
            ("5 // limits.max_users", "a number divided by `unlimited`"),
            ("limits.max_users - limits.max_users", "a number minus `unlimited`"),
            ("-limits.max_users", "minus `unlimited`"),
            ("limits.max_users * scaling.offset", "`unlimited` times what may not be above 0"),
            ("scaling.offset * limits.max_users", "`unlimited` times what may not be above 0"),
            ("limits.max_users * -1", "`unlimited` times what may not be above 0"),
            ("limits.max_users / -1", "`unlimited` divided by what may be below 0"),
        ],
    )
    def test_otherwise_needs_an_else(self, text: str, what: str) -> None:
        assert messages("scaling.offset", f"${{{text}}}") == [
            f"`limits.max_users` may be `unlimited`, and {what} has no value → say what holds then: `{text} else …`"
        ]
        assert value("scaling.offset", f"${{{text} else 7}}", LIMITLESS) == 7

    def test_an_else_anywhere_around_will_do(self) -> None:
        assert value(INTEGER, "${10 * (limits.max_users - limits.max_users) + 1 else 7}", LIMITLESS) == 7
        assert value(INTEGER, "${10 * (500 - limits.max_users) else 7}") == 4000

    def test_an_else_that_has_no_value_itself_is_none(self) -> None:
        [message] = messages(INTEGER, "${limits.seats else 5 - limits.max_users}")
        assert message.startswith("`limits.max_users` may be `unlimited`")

    def test_the_word_itself(self) -> None:
        assert messages(INTEGER, "${5 - unlimited}") == [
            "a number minus `unlimited` has no value → say what holds then: `5 - unlimited else …`"
        ]

    def test_min_may_prove_that_it_is_not(self) -> None:
        assert value(INTEGER, "${100 - min([limits.max_users, 60])}", LIMITLESS) == 40

    def test_some_settings_never_hold_it(self) -> None:
        assert messages("limits.upload_mb", "${unlimited}") == ["`limits.upload_mb` is never `unlimited`"]
        assert messages(MFA, "${limits.upload_mb == unlimited}") == ["`limits.upload_mb` is never `unlimited`"]
        held = {**SETTINGS, "limits.storage_gb": UNLIMITED}
        assert messages("limits.upload_mb", "${limits.storage_gb}", held) == [
            "it is `unlimited`, which this setting never is"
        ]


class TestTypes:
    """No coercion (language.md §6)."""

    @pytest.mark.parametrize(
        ("target", "text", "message"),
        [
            (
                USERS,
                "${security.mfa}",
                "`limits.max_users` takes a number of users, and `security.mfa` is true or false",
            ),
            (USERS, '${"5"}', '`limits.max_users` takes a number of users, and `"5"` is text'),
            (LABEL, "${limits.max_users}", "`security.label` takes text, and `limits.max_users` is a number of users"),
            (MFA, "${1}", "`security.mfa` takes true or false, and `1` is a plain number"),
            (MFA, "${not 1}", "`1` is a number, and `not` takes true or false"),
            (MFA, "${security.mfa and 1}", "`1` is a number, and `and` takes true or false"),
            (MFA, "${security.mfa == 1}", "`security.mfa` is true or false, and `1` is a plain number"),
            (MFA, '${limits.integrations == "1"}', '`limits.integrations` is a plain number, and `"1"` is text'),
            (MFA, '${security.label < "x"}', "`security.label` is text, and `<` takes numbers"),
            (MFA, "${1 in 2}", "`2` is a number, and `in` takes a list"),
            (MFA, "${1 in features.enabled}", "`1` is a plain number, and an item of `features.enabled` is text"),
            (MFA, "${features.rules == features.rules}", "`features.rules` holds mappings, and those are not compared"),
            (USERS, "${count(limits.max_users)}", "`limits.max_users` is a number, and `count` takes a list"),
            (USERS, "${sum(features.enabled)}", "an item of `features.enabled` is text, and `sum` takes numbers"),
            (USERS, "${min([])}", "the `min` of nothing has no value"),
            (USERS, '${[1, "a"]}', '`1` is a plain number, and `"a"` is text'),
            ("features.enabled", "${[features.enabled]}", "`features.enabled` is a list, and no list holds that"),
            (
                "features.enabled",
                "${[1]}",
                "the items of `features.enabled` are text, and those of `[1]` are a plain number",
            ),
        ],
    )
    def test_kinds_do_not_mix(self, target: str, text: str, message: str) -> None:
        assert [said.partition(" → ")[0] for said in messages(target, text)] == [message]

    @pytest.mark.parametrize(
        ("target", "text", "message"),
        [
            (
                MFA,
                '${security.key_management == "hsmm"}',
                "`security.key_management` is never `hsmm` → did you mean `hsm`?",
            ),
            (MFA, '${"x" in features.colours}', "`features.colours` is never `x` → it is one of `red`, `blue`"),
            (MFA, '${tenant.ring == "eraly"}', "`tenant.ring` is never `eraly` → did you mean `early`?"),
            ("security.key_management", '${"kmss"}', "`security.key_management` is never `kmss` → did you mean `kms`?"),
            (
                "security.key_management",
                "${tenant.ring}",
                "`security.key_management` and `tenant.ring` have no value in common",
            ),
        ],
    )
    def test_a_constant_outside_an_enum(self, target: str, text: str, message: str) -> None:
        assert messages(target, text) == [message]

    def test_enums_that_overlap_may_meet(self) -> None:
        assert value("security.backup_key_management", "${security.key_management}") == "hsm"
        assert value(MFA, "${security.backup_key_management == security.key_management}") is False

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ('${"sso" in features.enabled}', True),
            ('${"sso" not in features.enabled}', False),
            ("${security.absolute_timeout_hours in [300 minutes]}", True),
            ("${1 in []}", False),
            ('${features.colours == ["red"]}', True),
            ("${not security.mfa or limits.max_users != 5}", True),
            ("${security.absolute_timeout_hours == 300 minutes}", True),
            ("${10 GB < 10 GiB}", True),
            ("${1 GB == 1000 MB and 1 GiB == 1024 MiB}", True),
        ],
    )
    def test_comparisons(self, text: str, expected: object) -> None:
        assert value(MFA, text) is expected

    def test_a_name_with_a_dash_that_was_read_as_a_difference(self) -> None:
        [message] = messages(MFA, "${models.gpt-4}")
        assert message == (
            '`models.gpt` is true or false, and `-` takes numbers → a name with `-` in it is written `["…"]`'
        )

    def test_a_setting_that_breaks_its_own_schema_is_not_computed_with(self) -> None:
        held = {**SETTINGS, USERS: "many"}
        assert messages(INTEGER, "${limits.max_users + 1}", held) == ["`limits.max_users` is `many`, not a number"]

    def test_an_expression_that_is_wrong_has_no_value(self) -> None:
        parsed = parse_value("${limits.nothing}")
        setting = SCHEMA.leaf(USERS)
        assert isinstance(parsed, Expression)
        assert setting is not None
        result = evaluate(parsed, setting, SCHEMA, SETTINGS.get)
        assert result == check_value(parsed, SCHEMA, setting)[0]


class TestSyntax:
    @pytest.mark.parametrize(
        ("text", "message", "underlined"),
        [
            ("${a", "this `${` is never closed → a literal `${` is written `$${`", "${"),
            ("x ${}", "there is no expression between `${` and `}`", "${}"),
            ("${ }", "there is no expression between `${` and `}`", "${ }"),
            ("${1 +}", "the expression ends too early", "+"),
            ("${1 + + 2}", "`+` is not expected here", "+"),
            ("${(1}", "the expression ends too early", "1"),
            ("${a = b}", "`=` means nothing here → equality is `==`", "="),
            ("${a && b}", "`&` means nothing here → write `and`", "&"),
            ("${!a}", "`!` means nothing here → write `not`, or `!=`", "!"),
            ("${'a'}", '`\'` means nothing here → texts stand in double quotes: `"…"`', "'"),
            ("${a < b < c}", "`<` is not expected here → comparisons do not chain: join two of them with `and`", "<"),
            ("${10 KB}", "`KB` is not expected here → did you mean `kB`?", "KB"),
            ("${10 users}", "`users` is not expected here → a number of things is written without their name", "users"),
            ("${1.5 months}", "months are whole → write days", "1.5 months"),
            ("${a. b}", "`.` means nothing here", "."),
            ("${٣}", "`٣` means nothing here", "٣"),
            ('${"\\q"}', "this text holds a character or an escape that JSON does not know", "\\"),
            ('${"\\ud800"}', "this text holds an escape that is no character", '"\\ud800"'),
            ("${a ? b}", "`?` means nothing here → there is `a else b`, which is `b` where `a` has no value", "?"),
            ("${${a}}", "`$` means nothing here → inside an expression a path stands without `$`", "$"),
        ],
    )
    def test_what_is_wrong_and_where(self, text: str, message: str, underlined: str) -> None:
        problem = parse_value(text)
        assert isinstance(problem, SyntaxProblem)
        assert (f"{problem.message} → {problem.help}" if problem.help else problem.message) == message
        assert underlined in text[problem.offset : problem.offset + problem.length]

    def test_a_quote_that_is_never_closed(self) -> None:
        problem = parse_value('a ${"b}')
        assert isinstance(problem, SyntaxProblem)
        assert (problem.message, problem.offset, problem.length) == ("this text is never closed", 4, 3)

    def test_problems_underline_the_part_that_is_wrong(self) -> None:
        assert blamed(LABEL, "a ${limits.max_users} ${limits.nope}") == ["limits.nope"]
        assert blamed(DAYS, "${(security.key_rotation_days + 1) * 2}") == ["security.key_rotation_days + 1"]
        assert blamed(USERS, "${2 * (5 - limits.max_users)}") == ["5 - limits.max_users"]

    @pytest.mark.parametrize(
        "text",
        [
            "(" * 10_000 + "1" + ")" * 10_000,
            "(" * 900 + "1",
            "-" * 1_500 + "1",
            "not " * 400 + "true",
            "[" * 900 + "]" * 900,
            " + ".join(["a"] * 400),
            " else ".join(["a"] * 250),
            '"' + "\\" * 1_900,
            "1" * 1_999,
            "1" * 100_000,
            ", ".join("1" * 1_000_000),
            "a" + ".a" * 100_000,
            "{" * 50_000,
        ],
    )
    def test_monsters_are_refused_at_once(self, text: str) -> None:
        start = perf_counter()
        problem = parse_value(f"${{{text}}}")
        assert perf_counter() - start < 1
        assert isinstance(problem, SyntaxProblem)
        assert problem.message[:1].islower() or problem.message[:1] == "`"

    def test_a_text_holds_so_many_expressions(self) -> None:
        assert isinstance(parse_value("${a} " * MAX_HOLES), TextTemplate)
        problem = parse_value("${a} " * 100_000)
        assert isinstance(problem, SyntaxProblem)
        assert problem.message == f"a text holds at most {MAX_HOLES} expressions"

    def test_what_is_parsed_twice_is_one_object(self) -> None:
        assert parse_value("x ${limits.max_users}") is parse_value("x ${limits.max_users}")

    def test_the_grammar_has_one_reading(self) -> None:
        grammar = Path(parse_value.__code__.co_filename).with_name("grammar.lark").read_text()
        lark.Lark(grammar, parser="lalr", start=["expression", "file"], strict=True)


class TestStart:
    def test_lark_is_imported_for_the_first_expression_only(self) -> None:
        code = (
            "import sys; from tenantc.language import evaluate, parse; parse.parse_value('a $5 {b}');"
            "assert 'lark' not in sys.modules;"
            "parse.parse_value('${a}'); assert 'lark' in sys.modules"
        )
        subprocess.run([sys.executable, "-c", code], check=True)


class TestFormat:
    @pytest.mark.parametrize(
        ("text", "canonical"),
        [
            ("${a+b*c}", "${a + b * c}"),
            ("${(a+b)*c}", "${(a + b) * c}"),
            ("${a.x-(b.x-c.x)}", "${a.x - (b.x - c.x)}"),
            ("${(a.x-b.x)-c.x}", "${a.x - b.x - c.x}"),
            ("${--a}", "${-(-a)}"),
            ("${not(a==b)}", "${not a == b}"),
            ("${(not a)==b}", "${(not a) == b}"),
            ("${1day+1.50h}", "${1day+1.50h}"),
            ("${1day + 2ms}", "${1 day + 2 milliseconds}"),
            ("${80%*1GB*5 per  hour}", "${80 % * 1 GB * 5 per hour}"),
            ('${a["b"]["c-d"]}', '${a.b["c-d"]}'),
            ("${(a else b) else c}", "${(a else b) else c}"),
            ("${a else (b else c)}", "${a else b else c}"),
            ("${a not  in[ 1,2 ]}", "${a not in [1, 2]}"),
            ("x$${${ a }", "x$${${a}"),
        ],
    )
    def test_one_canonical_spelling(self, text: str, canonical: str) -> None:
        parsed = parse_value(text)
        if isinstance(parsed, SyntaxProblem):
            assert text == canonical
        else:
            assert show_value(parsed) == canonical
