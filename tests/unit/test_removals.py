"""Who goes, who is held, and what the manifest says of them (language.md §7): builds in, folders out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.building import codes, files, fleet, manifest, run
from tests.compiling import tenant, write

LATER = "2026-12-01"
WRONG = "limits.max_users: 0"


def of(name: str, overrides: str = "", more: str = "") -> dict[str, str]:
    return {f"tenants/{name}.yaml": tenant(overrides, more=more).replace("acme", name)}


def tombstones(target: Path) -> dict[str, tuple[str, str]]:
    return {one["tenant"]: (one["as_of"], one["reason"]) for one in manifest(target)["removed"]}


def held(target: Path) -> list[str]:
    return [one["tenant"] for one in manifest(target)["held"]]


# removals


@pytest.mark.parametrize(
    ("before", "leaving", "allowed"), [(20, 1, True), (19, 1, False), (40, 2, True), (40, 3, False), (39, 2, False)]
)
def test_five_per_cent_may_go_and_not_one_more(tmp_path: Path, before: int, leaving: int, allowed: bool) -> None:
    names = [f"t{number:02d}" for number in range(before)]
    root, target = fleet(tmp_path / "w", *names), tmp_path / "out"
    run(root, target)
    for name in names[:leaving]:
        (root / "tenants" / f"{name}.yaml").unlink()
    built = run(root, target)
    assert (built.written, codes(built)) == (allowed, [] if allowed else ["T605"])
    assert (target / "tenants" / names[0]).exists() is not allowed


def test_terminated_and_vanished_tenants_count_together(tmp_path: Path) -> None:
    names = [f"t{number:02d}" for number in range(20)]
    root, target = fleet(tmp_path / "w", *names), tmp_path / "out"
    run(root, target)
    write(root, of("t00", more="status: terminated\n"))
    (root / "tenants" / "t01.yaml").unlink()
    assert codes(run(root, target)) == ["T605"]
    assert run(root, target, allow_removals=True).removed == ["t00", "t01"]
    assert {name: reason for name, (_, reason) in tombstones(target).items()} == {
        "t00": "terminated",
        "t01": "its spec is gone",
    }


def test_a_build_of_one_tenant_is_held_to_the_same_bound(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    write(root, of("one", more="status: terminated\n"))
    assert codes(run(root, target, tenants=("one",))) == ["T605"]
    assert (target / "tenants/one").is_dir()
    assert run(root, target, tenants=("one",), allow_removals=True).removed == ["one"]
    assert not (target / "tenants/one").exists()


def test_a_tombstone_keeps_the_day_on_which_the_tenant_went(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two", "three"), tmp_path / "out"
    run(root, target)
    write(root, of("one", more="status: terminated\n"))
    (root / "tenants/two.yaml").unlink()
    run(root, target, allow_removals=True)
    gone = {"one": ("2026-11-01", "terminated"), "two": ("2026-11-01", "its spec is gone")}
    assert tombstones(target) == gone
    run(root, target, as_of=LATER)
    assert tombstones(target) == gone
    run(root, target, as_of=LATER, tenants=("three",))
    assert tombstones(target) == gone


@pytest.mark.parametrize("options", [{}, {"tenants": ("one",)}], ids=["whole", "partial"])
@pytest.mark.parametrize("reason", ["terminated", "its spec is gone"])
def test_a_tenant_that_comes_back_has_no_tombstone(tmp_path: Path, reason: str, options: dict[str, Any]) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    whole = files(target)
    if reason == "terminated":
        write(root, of("one", more="status: terminated\n"))
    else:
        (root / "tenants/one.yaml").unlink()
    run(root, target, allow_removals=True)
    assert tombstones(target) == {"one": ("2026-11-01", reason)}
    assert not (target / "tenants/one").exists()
    write(root, of("one"))
    run(root, target, **options)
    assert tombstones(target) == {}
    assert files(target).keys() == whole.keys()


def test_a_tenant_that_goes_again_has_a_new_day(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    gone = of("one", more="status: terminated\n")
    for day, specs in (("2026-11-01", of("one")), ("2026-11-02", gone), ("2026-11-03", of("one")), (LATER, gone)):
        assert run(write(root, specs), target, as_of=day, allow_removals=True).written
    assert tombstones(target) == {"one": (LATER, "terminated")}


def test_a_pending_or_suspended_tenant_is_not_gone(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    write(root, {**of("one", more="status: pending\n"), **of("two", more="status: suspended\n")})
    built = run(root, target)
    assert (built.written, built.removed, tombstones(target)) == (True, [], {})


# held


def test_a_held_tenant_is_released_by_the_build_that_can_compile_it(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    run(write(root, of("one", WRONG)), target, keep_going=True)
    assert held(target) == ["one"]
    run(root, target, keep_going=True, as_of=LATER)
    assert held(target) == ["one"]
    before = (target / "tenants/one/settings.json").read_bytes()
    run(write(root, of("one", "limits.max_users: 7")), target)
    assert held(target) == []
    assert (target / "tenants/one/settings.json").read_bytes() != before


def test_a_partial_build_releases_whom_it_compiles_and_holds_the_others_on(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two", "three"), tmp_path / "out"
    run(root, target)
    run(write(root, {**of("one", WRONG), **of("two", WRONG)}), target, keep_going=True)
    assert held(target) == ["one", "two"]
    run(write(root, of("one")), target, tenants=("one",))
    assert held(target) == ["two"]
    run(root, target, tenants=("three",))
    assert held(target) == ["two"]


def test_a_tenant_stays_held_while_one_of_its_environments_is_what_it_was(tmp_path: Path) -> None:
    lives = {"environments/e.yaml": "environment: staging\n---\nenvironment: production\n"}
    root, target = write(fleet(tmp_path / "w", "one", "two"), lives), tmp_path / "out"
    run(root, target)
    run(write(root, of("one", WRONG)), target, keep_going=True)
    write(root, of("one", "limits.max_users: 7"))
    run(root, target, environment="staging")
    assert held(target) == ["one"], "production has its old artifacts still"
    run(root, target)
    assert held(target) == []


def test_a_new_tenant_that_is_blocked_is_held_with_nothing(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    run(root, target)
    assert run(write(root, of("two", WRONG)), target, keep_going=True).written
    assert held(target) == ["two"]
    assert not (target / "tenants/two").exists()


def test_what_all_tenants_share_is_no_reason_to_keep_going(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    write(root, {**of("one", WRONG), "tiers/broken.yaml": "tier: broken\nextends: nothing\n"})
    assert not run(root, target, keep_going=True).written


BROKEN = "---\ntenant_id: three\noverrides: [\n"


def test_whoever_may_stand_in_a_file_that_cannot_be_read_is_held(tmp_path: Path) -> None:
    """The tenants after a syntax error are not seen; that they are not seen is no word that they go."""
    root, target = fleet(tmp_path / "w", "one", "two", "three", "four"), tmp_path / "out"
    run(root, target)
    before = files(target)
    both = "---\n".join(of(name)[f"tenants/{name}.yaml"] for name in ("two", "three"))
    (root / "tenants/three.yaml").unlink()
    run(write(root, {"tenants/two.yaml": both}), target)
    write(root, {"tenants/two.yaml": of("two")["tenants/two.yaml"] + BROKEN})
    (target / "tenants/three/notes.txt").write_text("somebody's")
    (root / "tenants/four.yaml").unlink()
    built = run(root, target, keep_going=True)
    assert (built.written, built.removed, tombstones(target)) == (True, [], {})
    assert held(target) == ["four", "three", "two"], "nor can it be known whether `four` has moved there"
    after = files(target)
    assert after.pop("tenants/three/notes.txt") == b"somebody's"
    assert after.keys() == before.keys()


def test_an_estate_stays_as_long_as_a_held_tenant_needs_it(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    run(root, target)
    estate = (target / "estates/us-east-1/schema.sql").read_bytes()
    write(root, {**of("one", WRONG), "tenants/big.yaml": tenant(tier="custom").replace("acme", "big")})
    assert run(root, target, keep_going=True).written
    assert (target / "estates/us-east-1/schema.sql").read_bytes() == estate
    write(root, of("one", "infrastructure.isolation_level: schema\nlimits.max_users: 0"))
    (target / "tenants/one/settings.json").write_text("[]")
    assert run(root, target, keep_going=True).written, "what somebody changed decides nothing, and stops nobody"
