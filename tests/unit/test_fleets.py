"""What is known of a whole fleet is kept in little memory, and still tells everything."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tenantc.diagnostics.render import render
from tenantc.driver import claims
from tenantc.driver.build import Request, build
from tenantc.driver.listing import Listing
from tenantc.driver.pipeline import Pipeline
from tenantc.driver.workspace import load
from tests.compiling import tenant, write
from tests.fleet import write as write_fleet

GOLDEN = Path(__file__).parents[1] / "golden"


def said(root: Path, target: Path) -> list[str]:
    workspace = load(root.resolve()).value
    assert workspace is not None
    built = build(Pipeline(workspace, "2026-11-01"), Request(target, target.name))
    return [render(diagnostic) for diagnostic in built.ledger.all()]


@pytest.mark.parametrize("case", ["names-that-collide", "names-that-exist-already", "several-tenants-in-a-file"])
def test_names_that_only_their_hashes_share_do_not_collide(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    root = shutil.copytree(GOLDEN / case / "in", tmp_path / "in")
    expected = said(root, tmp_path / "out")
    monkeypatch.setattr(claims, "_hash", lambda scope, name: len(scope) + len(name) % 2)
    assert said(root, tmp_path / "other") == expected


def test_a_name_that_is_pinned_meets_one_that_is_derived_and_both_are_shown(tmp_path: Path) -> None:
    pinned = tenant(more="names: {postgres_role: demo_two}\n").replace("acme", "one")
    root = write(tmp_path / "w", {"tenants/one.yaml": pinned, "tenants/two.yaml": tenant().replace("acme", "two")})
    (told,) = [text for text in said(root, tmp_path / "out") if "T602" in text]
    assert "names: {postgres_role: demo_two}" in told
    assert "tenant_id: two" in told


def test_the_second_tenant_of_an_id_is_told_with_the_first(tmp_path: Path) -> None:
    root = write(tmp_path / "w", {"tenants/a.yaml": tenant(), "tenants/b/c.yaml": "\n" + tenant()})
    (told,) = said(root, tmp_path / "out")
    assert told.startswith("tenants/b/c.yaml:2:12: error[T201]")
    assert "tenants/a.yaml:1:12\n1 | tenant_id: acme\n" in told


def test_a_listing_is_sorted_by_path_wherever_files_lie() -> None:
    listing = Listing()
    paths = ["b/c/d", "b/c.txt", "a", "b/x", "b/c/a/z", "b-c/a", "tenants/x/é.json", "b/c/e"]
    for path in paths:
        folder, _, name = path.rpartition("/")
        listing.add(folder, "x" if folder == "tenants/x" else "", [(name, path.encode())])
    listing.keep("b/c/b", "y", "0" * 64)
    lines = [line.decode() for line in listing.lines()]
    assert [line.split('"')[3] for line in lines] == sorted([*paths, "b/c/b"])
    assert lines[4] == f'{{"path": "b/c/b", "sha256": "{"0" * 64}", "tenant": "y"}}'
    assert listing.paths() == {*paths, "b/c/b"}
    assert listing.drop({"x"}) == ["tenants/x/é.json"]


@pytest.mark.slow
def test_memory_grows_little_with_the_fleet(tmp_path: Path) -> None:
    """10 000 tenants may take 1.3 times the memory of 1 000 and 40 MB."""
    few, many = peak(tmp_path, 1000), peak(tmp_path, 10_000)
    assert many <= 1.3 * few + 40 * 1024


def peak(folder: Path, count: int) -> int:
    """The most memory that compiling so many tenants takes, in KB."""
    root, target = write_fleet(folder / "fleet", count), folder / "out"
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    command = [sys.executable, "-m", "tenantc.cli.main", "compile", str(root), "-o", str(target)]
    done = subprocess.run([sys.executable, "-c", script, *command], check=True, capture_output=True, text=True)
    shutil.rmtree(root)
    shutil.rmtree(target)
    return int(done.stdout)
