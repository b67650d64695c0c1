"""The roster narrows down where to look for an id, and is never wrong about it, whatever happens to its file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tenantc.driver import cache, files, roster
from tenantc.driver.roster import plainly_stated
from tenantc.driver.workspace import Workspace, load
from tests.compiling import tenant, write


def fleet(root: Path, *names: str) -> Workspace:
    write(root, {f"tenants/{name}.yaml": tenant().replace("acme", name) for name in names})
    workspace = load(root.resolve()).value
    assert workspace is not None
    return workspace


def found(workspace: Workspace, id: str) -> tuple[list[str], list[str]]:
    specs, diagnostics = workspace.find([id])
    return [spec.span.path for spec in specs], [diagnostic.code for diagnostic in diagnostics]


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take files that were just written for old ones, so that they are remembered."""
    monkeypatch.setattr(roster, "_RACY", -1_000_000_000)


def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that a roster looks into from now on."""
    seen: list[str] = []
    real = files.read_plain

    def read_plain(path: Path | str, root: Path | str) -> files.Opened | None:
        seen.append(Path(path).name)
        return real(path, root)

    monkeypatch.setattr(files, "read_plain", read_plain)
    return seen


@pytest.mark.usefixtures("settled")
def test_a_file_is_looked_into_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = fleet(tmp_path, "one", "two", "three")
    seen = reads(monkeypatch)
    assert found(workspace, "two") == (["tenants/two.yaml"], [])
    assert sorted(seen) == ["one.yaml", "three.yaml", "two.yaml", "two.yaml"]
    seen.clear()
    assert found(workspace, "three") == (["tenants/three.yaml"], [])
    assert seen == ["three.yaml"]


def test_a_file_that_was_just_written_is_not_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = fleet(tmp_path, "one", "two")
    found(workspace, "one")
    seen = reads(monkeypatch)
    found(workspace, "one")
    assert sorted(seen) == ["one.yaml", "one.yaml", "two.yaml"]


@pytest.mark.usefixtures("settled")
def test_whatever_happens_to_a_file_is_seen(tmp_path: Path) -> None:
    workspace = fleet(tmp_path, "one", "two")
    assert found(workspace, "two") == (["tenants/two.yaml"], [])
    one = tmp_path / "tenants/one.yaml"
    was = one.stat()
    one.write_text(one.read_text().replace("tenant_id: one", "tenant_id: two"))
    os.utime(one, ns=(was.st_atime_ns, was.st_mtime_ns))  # the same size and time of change
    assert found(workspace, "two") == (["tenants/one.yaml"], ["T201"])
    one.unlink()
    assert found(workspace, "two") == (["tenants/two.yaml"], [])
    (tmp_path / "tenants/two.yaml").rename(tmp_path / "tenants/zwei.yaml")
    assert found(workspace, "two") == (["tenants/zwei.yaml"], [])


@pytest.mark.usefixtures("settled")
def test_a_damaged_or_unwritable_roster_costs_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "cache"
    monkeypatch.setenv("TENANTC_CACHE_DIR", str(home))
    workspace = fleet(tmp_path / "w", "one", "two")
    entry = home / cache.key(b"roster", os.fsencode(workspace.root))
    for damage in (b"", b"short", None):
        assert found(workspace, "two") == (["tenants/two.yaml"], [])
        entry.write_bytes(entry.read_bytes()[:-9] + b"something" if damage is None else damage)
    assert found(workspace, "two") == (["tenants/two.yaml"], [])
    monkeypatch.setenv("TENANTC_CACHE_DIR", "/proc/nowhere")
    assert found(workspace, "two") == (["tenants/two.yaml"], [])


@pytest.mark.parametrize(
    "text",
    [
        'tenant_id: "two"',
        "'tenant_id' : two",
        'tenant_id: "\\u0074wo"',
        '"tenant\\u005fid": two',
        "tenant_id:\n  two",
        "? tenant_id\n: two",
        "tenant_id: # which?\n  two",
        "tenant_id: !!str two",
        "tenant_id: >-\n  two",
    ],
)
@pytest.mark.usefixtures("settled")
def test_an_id_is_found_however_it_is_written(tmp_path: Path, text: str) -> None:
    workspace = fleet(tmp_path, "one", "two")
    write(tmp_path, {"tenants/one.yaml": tenant().replace("tenant_id: acme", text)})
    for _ in range(2):
        assert found(workspace, "two") == (["tenants/one.yaml"], ["T201"])


@pytest.mark.usefixtures("settled")
def test_what_is_wrong_with_a_file_that_mentions_the_tenant_is_told(tmp_path: Path) -> None:
    workspace = fleet(tmp_path, "one", "two")
    write(tmp_path, {"tenants/two.yaml": "tenant_id two\ntier: [\n"})
    for _ in range(2):
        assert found(workspace, "two") == ([], ["T102"])
        assert found(workspace, "one") == (["tenants/one.yaml"], [])


def test_what_is_plain_is_told_without_a_parser() -> None:
    assert plainly_stated(b"tenant_id: one\n---\ntenant_id: two # tier\n") == (b"one", b"two")
    assert plainly_stated(b'{"tenant_id":"one"}') == (b"one",)
    assert plainly_stated(b"tier: free\n") == ()
    assert plainly_stated(b"tenant_id: One\n") is None
    assert plainly_stated(b'tenant_id: one\nname: "a\\n"\n') is None
    assert plainly_stated(b'tenant_id: one\nname: "a\\"b"\n') == (b"one",)


def test_a_fleet_is_listed_as_it_lies(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/d.yml", "a/c.json", "c/e.yaml", ".hidden/f.yaml", "a/.g.yaml", "a/h.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    (tmp_path / "link.yaml").symlink_to("b.yaml")
    (tmp_path / "elsewhere").symlink_to(tmp_path / "a")
    listed = [path.relative_to(tmp_path).as_posix() for path in files.listing(tmp_path)]
    assert listed == ["b.yaml", "link.yaml", "loop.yaml", "a/c.json", "a/d.yml", "c/e.yaml"]
    assert list(files.listing(tmp_path / "nowhere")) == []
