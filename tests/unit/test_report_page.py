"""audit/report.html as text: nothing in it comes from elsewhere, and no name or value becomes markup."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tenantc.audit.report.posture import State
from tenantc.model.rule import Weight
from tests.audit_pages import BROKEN, Report, built, grown, rendered, text, varied
from tests.building import manifest
from tests.fleet import HOSTILE

# words that choose what a page looks like
_WORDS = {
    *(one.value for one in State),
    *(one.value for one in Weight),
    *("pass", "fail", "missing", "error", "warning", "note", "waived", "built", "held", "tenantc", "house", "default"),
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
HOSTILE_HERE = (
    *HOSTILE,
    "</script><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'--><!--<script>",
    "\x1b]0;title\x07\x1b[31m",
    "\u200b\u2067\U000e0041",
    "{{ 7 * 7 }}{% raw %}",
)


class Skeleton(HTMLParser):
    """The elements of a page with the names of their attributes, and its texts."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.texts: dict[str, list[str]] = {}
        self.inside = ""
        self.feed(page.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        self.inside = f"{tag} json" if ("type", "application/json") in attrs else tag

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((f"/{tag}", ()))
        self.inside = ""

    def handle_data(self, data: str) -> None:
        self.texts.setdefault(self.inside, []).append(data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="module")
def plain(folder: Path) -> Report:
    return built(folder, 6)


def poisoned(tree: Any, hostile: str, keys: bool = False) -> Any:
    """The tree with a text before each text that is somebody's own; what refers to each other still does."""
    if isinstance(tree, str):
        return tree if tree in _WORDS or _DAY.fullmatch(tree) else hostile + tree
    if isinstance(tree, list):
        return [poisoned(one, hostile) for one in tree]
    if isinstance(tree, dict):
        return {
            hostile + key if keys else key: poisoned(one, hostile, keys=key in ("rules", "wide"))
            for key, one in tree.items()
        }
    return tree


def test_a_build_has_the_page_of_its_report(folder: Path, plain: Report) -> None:
    audit = folder / "build" / "audit"
    page = Skeleton((audit / "report.html").read_bytes())
    listed = {one["path"]: one["sha256"] for one in manifest(folder / "build")["artifacts"]}
    assert listed["audit/report.html"] == sha256((audit / "report.html").read_bytes()).hexdigest()
    [data] = ["".join(page.texts["script json"])]
    assert json.loads(data) == plain
    for escape in "<>&":
        data = data.replace(f"\\u{ord(escape):04x}", escape)
    assert data.encode() == (audit / "report.json").read_bytes()


def test_the_same_report_gives_the_same_page(plain: Report) -> None:
    assert rendered(varied(plain)) == rendered(varied(plain))


def test_nothing_comes_from_elsewhere(plain: Report) -> None:
    page = Skeleton(rendered(varied(plain)))
    assert {tag for tag, _ in page.tags} & {"link", "img", "iframe", "object", "embed", "base", "form action"} == set()
    assert {name for _, name, _ in page.attributes} & {"src", "srcset", "action", "style", "background"} == set()
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert all(value.startswith("#") for _, name, value in page.attributes if name in ("href", "xlink:href"))
    [style] = ["".join(page.texts["style"])]
    assert set(re.findall(r"url\(.", style)) == {"url(#"}
    assert "@import" not in style
    script = "".join(page.texts["script"])
    assert re.findall(r"https?://[^\"']*", script) == ["http://www.w3.org/2000/svg"], "the name of a vocabulary"
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|fetch\(|XMLHttp|import\(", script
    )


def test_the_policy_lets_in_what_lies_here_and_nothing_else(plain: Report) -> None:
    page = Skeleton(rendered(plain))
    [policy] = [value for tag, name, value in page.attributes if tag == "meta" and "default-src" in value]
    parts = dict(one.split(" ", 1) for one in policy.split("; "))
    assert parts["default-src"] == "'none'"
    for kind in ("script", "style"):
        found = "".join(page.texts[kind]).encode()
        assert parts[f"{kind}-src"] == f"'sha256-{b64encode(sha256(found).digest()).decode()}'"


@pytest.mark.parametrize("hostile", HOSTILE_HERE, ids=range(len(HOSTILE_HERE)))
def test_no_text_becomes_markup_or_hides(plain: Report, hostile: str) -> None:
    harmless, found = (Skeleton(rendered(poisoned(varied(plain), one))) for one in ("mark", hostile))
    assert found.tags == harmless.tags
    shown = [data for inside, texts in found.texts.items() if inside != "script json" for data in texts]
    assert all(line.isprintable() for data in shown for line in data.split("\n"))
    assert all(value.isprintable() for _, _, value in found.attributes)


def test_a_page_of_many_tenants_says_what_it_leaves_out(plain: Report) -> None:
    few, many = varied(plain), grown(varied(plain), 2000)
    page = rendered(many)
    assert len(page) - len(text(many)) < 2 * (len(rendered(few)) - len(text(few)))
    assert b"more waivers, all in report.json" in page
    assert b"more broken rules" in page
    assert b"held tenants, all in the tenants&#39; list" in page


def test_what_is_broken_comes_first_with_where_and_the_fix(plain: Report) -> None:
    markup = rendered(varied(plain)).decode().partition("<script>")[0]
    page = " ".join(re.sub(r"<[^>]*>", "", markup).split())
    assert "tenants/a.yaml:3:9" in page
    assert "write 4" in page
    assert "Ada, 2026-01-02, abababababab" in page
    assert "An incident. What was blocked was shipped: tenant-000000 (backup-offsite" in page
    assert "its evidence counts no more" in page
    title = varied(plain)["rules"][BROKEN]["title"]
    assert title in page


def test_a_report_of_nothing_has_a_page(plain: Report) -> None:
    lists = ("frameworks", "failures", "waivers", "evidence", "tenants", "verdicts", "sections", "stacks", "names")
    page = rendered(plain | {key: [] for key in lists} | {"counts": {"tenants": 0, "held": 0, "removed": 0}}).decode()
    for said in ("No tenant has to meet a framework.", "No rule is broken.", "Nothing is waived.", "Nothing fails,"):
        assert said in page


def test_what_is_not_known_is_not_called_good(plain: Report) -> None:
    page = rendered(plain).decode()
    assert "There was no build before this one." in page
    assert "tenantc audit verify BUILD --keys DIR" in page
    assert "%" not in re.sub(r"<[^>]*>", "", page.split("<style>")[0] + page.split("</style>")[1].split("<script>")[0])
