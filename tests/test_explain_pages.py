"""Runs the page of every diagnostic: what it calls wrong gives its code alone, what it calls right gives none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

import tenantc
from tenantc.diagnostics.codes import CODES, Severity
from tenantc.diagnostics.diagnostic import Diagnostic
from tenantc.diagnostics.render import short
from tenantc.driver.checking import check_workspace
from tenantc.driver.emission import Emission
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.compiling import AS_OF, TOP, tenant, with_own_rules

PAGES = Path(tenantc.__file__).parent / "diagnostics" / "explain"

# Pages that show no workspace, and why one can't.
WITHOUT_FILES = {
    "T101": "a page is UTF-8 itself",
    "T103": "a file of a megabyte is no page",
    "T113": "nor is one of a hundred thousand values",
    **{f"T{number}": "`tenantc import` says it" for number in range(140, 144)},
    "T513": "`tenantc test` says it",
    "T514": "`tenantc test` says it",
    "T515": "`tenantc test` says it",
    "T533": "it never comes alone",
    "T534": "`tenantc fix` says it",
    "T535": "`tenantc compile --break-glass` says it",
    "T605": "it takes an earlier build",
    "T607": "it takes an earlier build",
    "T609": "it takes a package that is installed",
    "T615": "it takes a package that is installed",
    "T715": "it is about a folder or branch",
    "T702": "it is about keys",
    **{f"T{number}": "it is about a build that was made" for number in range(703, 715)},
    "T901": "it is about a folder without a workspace",
    "T902": "it is about the command line",
    "T903": "it is about the folder to write",
    "T904": "it takes two builds at once",
}

# Codes that point to no line, and why.
WITHOUT_PLACE = {"T906": "the file as such is the problem"}

_TITLE = re.compile(r"# (T\d{3}): \S.*\n")
_SHAPE = re.compile(
    r"# .+\n\nWhat: .+?\n\nWhy: .+?\n\n## Wrong\n\n(?P<wrong>.+?)\n## Right\n\n(?P<right>.+)",
    re.DOTALL,
)
_FENCE = re.compile(r"^```(?P<language>[a-z]+)(?: (?P<path>\S+))?\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)

Files = Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """A page, cut into its parts."""

    text: str
    wrong: Files
    right: Files


@cache
def read(code: str) -> Page:
    text = (PAGES / f"{code}.md").read_text("utf-8")
    shape = _SHAPE.fullmatch(text)
    assert shape is not None, f"{code}.md has a title, `What:`, `Why:`, `## Wrong` and `## Right`, in this order"
    return Page(text, fenced(shape["wrong"]), fenced(shape["right"]))


def fenced(part: str) -> Files:
    """The files of a part of a page, by path."""
    return {fence["path"]: fence["text"] for fence in _FENCE.finditer(part) if fence["path"]}


def check(root: Path, files: Files) -> list[Diagnostic]:
    """Everything that the compiler says about a workspace of these files."""
    files = {"tenantc.yaml": TOP, **files}
    if not any(name.startswith("tenants/") for name in files):
        files["tenants/acme.yaml"] = tenant()
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")
    loaded = load(root.resolve())
    if loaded.value is None:
        return list(loaded.diagnostics)
    pipeline = Pipeline(with_own_rules(loaded.value), AS_OF)
    ledger, _ = check_workspace(pipeline)
    ledger.shared(Emission(pipeline).diagnostics)  # what is wrong with the targets as such
    return ledger.all()


def lines(diagnostics: list[Diagnostic]) -> str:
    return "\n".join(short(diagnostic) for diagnostic in diagnostics)


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    assert {path.name for path in PAGES.iterdir()} == {f"{code}.md" for code in CODES}


@pytest.mark.parametrize("code", CODES)
def test_a_page_has_its_code_for_a_title_and_says_what_and_why(code: str) -> None:
    title = _TITLE.match(read(code).text)
    assert title is not None, f"{code}.md begins with `# {code}: …`"
    assert title[1] == code
    assert all(len(line) <= 120 for line in read(code).text.splitlines())


@pytest.mark.parametrize("code", CODES)
def test_a_page_shows_files_unless_it_says_why_not(code: str) -> None:
    page = read(code)
    if code in WITHOUT_FILES:
        assert not page.wrong
        assert not page.right
        assert "```console\n" in page.text
    else:
        assert page.wrong
        assert page.right


@pytest.mark.parametrize("code", [code for code in CODES if code not in WITHOUT_FILES])
def test_what_is_wrong_gives_the_code_and_no_other_error(code: str, tmp_path: Path) -> None:
    found = check(tmp_path, read(code).wrong)
    told = [one for one in found if one.code == code]
    assert told, lines(found)
    assert not [one for one in found if one.code != code and one.severity is Severity.ERROR], lines(found)
    assert code in WITHOUT_PLACE or all(one.blames for one in told), lines(found)


@pytest.mark.parametrize("code", [code for code in CODES if code not in WITHOUT_FILES])
def test_what_is_right_gives_nothing(code: str, tmp_path: Path) -> None:
    found = check(tmp_path, read(code).right)
    assert not found, lines(found)
