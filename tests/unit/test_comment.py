"""audit/report.md, read as GitHub reads it: cmark-gfm is its own renderer."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import cmarkgfm
import pytest

from tenantc.audit.report.comment import comment
from tenantc.audit.report.posture import State
from tests.auditing import HOSTILE, audited
from tests.building import fleet, run


def text(target: Path) -> str:
    """The comment of a build."""
    return (target / "audit" / "report.md").read_text()


def html(markdown: str) -> str:
    """Markdown as GitHub shows it, whose own filters make mentions and links of what stands outside of code."""
    found = cmarkgfm.github_flavored_markdown_to_html(markdown)
    assert isinstance(found, str)
    return found


def outside(markdown: str) -> str:
    """What stands outside of code."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r"<code>.*?</code>", "", html(markdown))))


def part(markdown: str, title: str) -> str:
    """What stands under a heading."""
    found = markdown.split(f"#### {title}\n", 1)[1].split("####", 1)[0]
    return found.strip()


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The comments of a build, and of the next, in which a rule turned and a tenant is held."""
    folder = tmp_path_factory.mktemp("comment")
    root = audited(folder / "w")
    run(root, folder / "build")
    first = text(folder / "build")
    for id, before, after in (("goodco", "max_users: 3", "max_users: 9"), ("badco", "max_users: 5", "max_users: 0")):
        spec = root / "tenants" / f"{id}.yaml"
        spec.write_text(spec.read_text().replace(before, after))
    assert run(root, folder / "build", keep_going=True).held == ["badco"]
    return first, text(folder / "build")


def test_what_blocks_comes_first_then_what_changed_then_what_ends_then_how_controls_stand(
    built: tuple[str, str],
) -> None:
    first, second = built
    assert re.findall("^#+ (.*)$", second, re.MULTILINE) == [
        "What was decided for the tenants of `demo`",
        "What blocks",
        "What changed",
        "Waivers that end soon",
        "Rules that are broken and block nobody",
        "How controls stand",
    ]
    assert (part(first, "What blocks"), part(first, "What changed")) == (
        "Nothing.",
        "There is no build before this one.",
    )
    assert part(second, "What blocks").startswith("- `badco` keeps what it had: ``T401:")
    assert part(second, "What changed").splitlines() == [
        "Since the build of 2026-11-01:",
        "",
        "- `few-users` turned from pass to fail: `goodco`",
        "- 1 tenant changed: `goodco`",
        "- 2 files changed: `tenants/badco.yaml`, `tenants/goodco.yaml`",
    ]
    assert "`few-users` ends in 19 days, on 2026-11-20, 1 in need of it: `excusedco`" in first


def test_controls_are_counted_by_state_and_never_in_percent(built: tuple[str, str]) -> None:
    head, _, row = part(built[0], "How controls stand").splitlines()[2:]
    cells = dict(zip(head.split(" | "), row.split(" | "), strict=True))
    stands = {name: count for name, count in cells.items() if count not in ("0", "0 |")}
    assert stands == {
        "| framework": "| `ours`", "tenants": "3", "failing": "2", "needs evidence": "1", "not covered": "1",
        "enforced": "1",
    }  # fmt: skip
    assert "%" not in re.sub("`.*`", "", built[0])


def test_what_users_wrote_stands_in_code(built: tuple[str, str]) -> None:
    for markdown in built:
        page = html(markdown)
        assert not {"<script", "<a ", "href"} & set(re.findall("<script|<a |href", page))
        plain = outside(markdown)
        assert not [word for word in ("@team", "evil.example", "script", "javascript") if word in plain]
    assert "@team" in built[0]


def test_hostile_names_end_no_cell_and_no_list_is_too_long(tmp_path: Path) -> None:
    run(fleet(tmp_path / "w", "one"), tmp_path / "build")
    awkward = "|`@team`\\|``\n\n# <b>x</b> https://evil.example " + "\u202e" * 400
    state = {"id": awkward, "title": HOSTILE, "version": "", "tenants": 1, "controls": [], "rows": []}
    failure = {
        "rule": awkward, "weight": "high", "code": "T530", "severity": "error", "message": awkward, "help": "",
        "spans": [{"path": awkward, "line": 1}], "tenants": 1, "tenant": awkward,
    }  # fmt: skip
    waiver = {"rule": awkward, "tenants": [awkward] * 99, "days": 0, "until": "2026-11-01", "uses": 1, "at": awkward}
    names = {how: [awkward] * 999 for how in ("added", "changed", "removed")}
    turn = {"rule": awkward, "from": "", "to": "fail", "tenants": [[awkward, awkward]] * 999}
    report: dict[str, Any] = {
        "as_of": "2026-11-01", "platform": awkward, "partial": True,
        "counts": {"tenants": 9, "held": 1, "removed": 0},
        "frameworks": [state] * 999, "failures": [failure] * 999, "contradictions": [failure] * 999,
        "held": [{"tenant": awkward, "reason": awkward}] * 999, "waivers": [waiver] * 999,
        "changes": {"since": {"as_of": "2026-11-01"}, "tenants": names, "inputs": names, "verdicts": [turn] * 999},
    }  # fmt: skip
    found = comment(report)
    assert 10_000 < len(found) <= 65_536
    assert not [word for word in ("@team", "evil.example") if word in outside(found)]
    assert not {"<b>", "<a ", "<h1"} & set(re.findall("<b>|<a |<h1", html(found)))
    rows = re.findall("<tr>(.*?)</tr>", html(found), re.DOTALL)
    assert len(rows) > 2
    assert {len(re.findall("<t[hd]", row)) for row in rows} == {2 + len(State)}
    assert "more: `audit/report.json` has all of them" in found
