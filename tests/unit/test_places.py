"""What a diagnostic underlines: the part of a value that is wrong, where the file shows it as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.source.span import Span
from tests.compiling import compile_files, tenant


def underlined(span: Span) -> str:
    assert span.line == span.end_line
    return span.text.line(span.line)[span.column - 1 : span.end_column - 1]


@pytest.mark.parametrize(
    ("written", "code", "shown"),
    [
        ("${support.response_hours.medium * 2}", "T303", "support.response_hours.medium"),
        ("'${support.response_hours.medium * 2}'", "T303", "support.response_hours.medium"),
        ('"${ support.response_hours.medium }"  # why', "T303", "support.response_hours.medium"),
        ("${1 hours + 1 minute}", "T304", "1 hours + 1 minute"),
        # the text that is read is not the text that stands there
        ('"\\u0024{support.response_hours.medium}"', "T303", '"\\u0024{support.response_hours.medium}"'),
    ],
)
def test_the_part_of_an_expression_that_is_wrong_is_underlined(
    tmp_path: Path, written: str, code: str, shown: str
) -> None:
    result = compile_files(tmp_path, {"tenants/acme.yaml": tenant(f"support.response_hours.low: {written}")})
    assert [(one.code, underlined(one.blames[0].span)) for one in result.diagnostics] == [(code, shown)]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("of ${support.response_hours.medium} and more", "support.response_hours.medium"),
        ('"ü 🎵 ${support.response_hours.medium}"', "support.response_hours.medium"),
        (
            "'it''s ${support.response_hours.medium}'",
            "'it''s ${support.response_hours.medium}'",
        ),
        (
            '"a \\"quote\\" ${support.response_hours.medium}"',
            '"a \\"quote\\" ${support.response_hours.medium}"',
        ),
    ],
)
def test_so_is_the_part_of_a_text(tmp_path: Path, written: str, shown: str) -> None:
    result = compile_files(tmp_path, {"tenants/acme.yaml": tenant(f"integrations.slack.channel: {written}")})
    assert [(one.code, underlined(one.blames[0].span)) for one in result.diagnostics] == [("T303", shown)]


def test_of_a_text_on_several_lines_the_whole_is_blamed(tmp_path: Path) -> None:
    text = "integrations.slack.channel: >-\n  of\n  ${support.response_hours.medium}\n"
    result = compile_files(tmp_path, {"tenants/acme.yaml": tenant(text)})
    assert result.codes == ["T303"]
    assert result.diagnostics[0].blames[0].span.end_line > result.diagnostics[0].blames[0].span.line
