"""The catalogue of controls: what rules cite is in it, and every control says what it is about."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tenantc.load.text import parse_text

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data" / "cited_controls.yaml"


def read(path: Path) -> dict[str, Any]:
    """The one document of a file; a key that stands twice is a diagnostic."""
    parsed = parse_text(path.name, path.read_bytes())
    assert not parsed.diagnostics, path
    [document] = parsed.value
    plain = document.plain()
    assert isinstance(plain, dict)
    return plain


NEEDED = read(DATA)
POLICIES = {path.stem: read(path) for path in sorted((ROOT / "policies").glob("*.yaml"))}
FRAMEWORKS = [name for name in POLICIES if name != "house"]


def controls(name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = POLICIES[name]["controls"]
    return found


def natural(id: str) -> list[tuple[bool, int, str]]:
    """Numbers within ids sort as numbers, and before letters: AC-2(13) before AC-10, 12.1 before A1.1."""
    parts = re.findall(r"\d+|\D+", id)
    return [(False, int(part), "") if part.isdigit() else (True, 0, part) for part in parts]


@pytest.mark.parametrize("name", NEEDED["cited"])
def test_every_cited_control_is_in_the_catalogue(name: str) -> None:
    assert not set(NEEDED["cited"][name]) - set(controls(name))


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_control_without_evidence_is_cited(name: str) -> None:
    decided = {id for id, control in controls(name).items() if "evidence" not in control}
    assert decided <= set(NEEDED["cited"].get(name, ()))


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_every_control_says_what_it_is_about_in_a_few_words(name: str) -> None:
    for id, control in controls(name).items():
        assert len(control["title"].split()) <= 10, id
        for text in control.values():
            assert text == text.strip(), id
            assert text[-1] not in ".:;,", id
            assert text[0].islower() or text[:2].isupper(), id


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_controls_are_sorted(name: str) -> None:
    assert list(controls(name)) == sorted(controls(name), key=natural)


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_a_file_says_where_its_ids_come_from(name: str) -> None:
    header = (ROOT / "policies" / f"{name}.yaml").read_text("utf-8").partition("policy:")[0]
    assert header.startswith("# ")
    assert re.search(r"^# Ids: ", header, re.MULTILINE)
    assert "not the whole" in header


@pytest.mark.parametrize("name", NEEDED["unverified"])
def test_what_is_not_verified_is_marked(name: str) -> None:
    text = (ROOT / "policies" / f"{name}.yaml").read_text("utf-8")
    marked = re.findall(r'^  "([^"]+)":.* # not verified$', text, re.MULTILINE)
    assert set(NEEDED["unverified"][name]) <= set(marked)


def test_fedramp_is_what_its_baseline_takes_from_nist_800_53() -> None:
    theirs = {id: control["title"] for id, control in controls("nist_800_53").items()}
    for id, control in controls("fedramp").items():
        assert control["title"] == theirs[id], id
        assert id not in NEEDED["outside_fedramp_moderate"]


def test_the_house_has_no_spellings_and_no_controls() -> None:
    assert POLICIES["house"].keys() == {"policy", "title"}
