"""What `--tenant` and `--env` replace, and what they leave (language.md §7): builds in, folders out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.building import artifacts, codes, files, fleet, manifest, run, told
from tests.compiling import tenant, write

ENVIRONMENTS = "environment: staging\n---\nenvironment: production\n"
WHOLE: dict[str, Any] = {}
ONE: dict[str, Any] = {"tenants": ("one",)}
STAGING: dict[str, Any] = {"environment": "staging"}
PRODUCTION: dict[str, Any] = {"environment": "production"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two tenants in two environments, built, and then changed."""
    root = write(fleet(tmp_path / "w", "one", "two"), {"environments/e.yaml": ENVIRONMENTS})
    assert run(root, tmp_path / "out").written
    return fleet(root, "one", "two", overrides="limits.max_users: 7")


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    """The folders of tenants and estates in which a file changed, came or went."""
    paths = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    return {path.rpartition("/")[0] for path in paths if not told(path)}


@pytest.mark.parametrize(
    ("options", "folders"),
    [
        (STAGING, {"staging/tenants/one", "staging/tenants/two"}),
        (ONE, {"staging/tenants/one", "production/tenants/one"}),
        (ONE | PRODUCTION, {"production/tenants/one"}),
    ],
)
def test_a_partial_build_changes_the_folders_that_are_asked_for(
    root: Path, tmp_path: Path, options: dict[str, Any], folders: set[str]
) -> None:
    before = files(tmp_path / "out")
    assert run(root, tmp_path / "out", **options).written
    after = files(tmp_path / "out")
    assert changed(before, after) == folders
    listed = {one["path"] for one in manifest(tmp_path / "out")["artifacts"]}
    assert listed == after.keys() - {"manifest.json"}, "the manifest lists what was kept as well"


def test_the_manifest_is_partial_until_the_next_whole_build(root: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert manifest(target)["partial"] is False
    for options, partial in ((STAGING, True), (ONE, True), (WHOLE, False)):
        run(root, target, **options)
        assert manifest(target)["partial"] is partial


def test_a_whole_build_after_partial_ones_is_as_if_there_had_been_none(root: Path, tmp_path: Path) -> None:
    run(root, tmp_path / "out", environment="staging")
    run(root, tmp_path / "out", tenants=("two",))
    run(root, tmp_path / "out", fresh=True)
    run(root, tmp_path / "clean")
    assert artifacts(tmp_path / "out") == artifacts(tmp_path / "clean")
    one, other = (manifest(tmp_path / name) for name in ("out", "clean"))
    # reports tell what changed, and so of the builds before
    listed = [[file for file in held["artifacts"] if not told(file["path"])] for held in (one, other)]
    assert listed[0] == listed[1] != []
    alike = one.keys() - {"artifacts", "previous"}
    assert {key: one[key] for key in alike} == {key: other[key] for key in alike}


def test_a_partial_build_removes_nobody_whose_spec_is_gone(root: Path, tmp_path: Path) -> None:
    (root / "tenants/two.yaml").unlink()
    for options in (STAGING, ONE):
        built = run(root, tmp_path / "out", **options)
        assert (built.written, built.removed, manifest(tmp_path / "out")["removed"]) == (True, [], [])
    assert (tmp_path / "out/staging/tenants/two/settings.json").is_file()


def test_a_partial_build_leaves_estates_as_they_were(root: Path, tmp_path: Path) -> None:
    before = files(tmp_path / "out")
    write(root, {"tenants/one.yaml": tenant(tier="custom").replace("acme", "one")})
    write(root, {"tenants/two.yaml": tenant(tier="custom").replace("acme", "two")})
    run(root, tmp_path / "out", environment="staging")
    after = files(tmp_path / "out")
    assert {path for path in before if "estates" in path} == {path for path in after if "estates" in path} != set()
    run(root, tmp_path / "out")
    # nobody is left in the shared database
    assert not [path for path in files(tmp_path / "out") if "estates" in path and path.endswith("schema.sql")]


def test_a_partial_build_may_be_the_first(tmp_path: Path) -> None:
    root = write(fleet(tmp_path / "w", "one", "two"), {"environments/e.yaml": ENVIRONMENTS})
    assert run(root, tmp_path / "out", environment="staging", tenants=("one",)).written
    assert changed({}, files(tmp_path / "out")) == {"staging/tenants/one"}
    assert manifest(tmp_path / "out")["partial"] is True


@pytest.mark.parametrize("options", [WHOLE, ONE, STAGING])
def test_an_environment_that_a_tenant_leaves_goes_without_a_tombstone(
    root: Path, tmp_path: Path, options: dict[str, Any]
) -> None:
    spec = tenant(more="environments: {production: {}}\n").replace("acme", "one")
    built = run(write(root, {"tenants/one.yaml": spec}), tmp_path / "out", **options)
    assert (built.written, built.removed, manifest(tmp_path / "out")["removed"]) == (True, [], [])
    assert not (tmp_path / "out/staging/tenants/one").exists()
    assert (tmp_path / "out/staging/tenants/two").is_dir()
    assert (tmp_path / "out/production/tenants/one").is_dir()


def test_an_environment_that_a_tenant_leaves_is_left_alone_by_a_build_of_another(root: Path, tmp_path: Path) -> None:
    spec = tenant(more="environments: {production: {}}\n").replace("acme", "one")
    assert run(write(root, {"tenants/one.yaml": spec}), tmp_path / "out", environment="production").written
    assert (tmp_path / "out/staging/tenants/one").is_dir()


def test_an_environment_that_comes_to_the_workspace_gets_its_folders(root: Path, tmp_path: Path) -> None:
    write(root, {"environments/e.yaml": ENVIRONMENTS + "---\nenvironment: preview\n"})
    assert run(root, tmp_path / "out", environment="preview").written
    found = files(tmp_path / "out")
    assert {path.split("/")[0] for path in found} == {"audit", "manifest.json", "preview", "production", "staging"}


def test_an_override_that_another_environment_needs_is_not_idle_in_a_build_of_one(tmp_path: Path) -> None:
    environments = "environment: staging\nsettings: {limits.max_users: 7}\n---\nenvironment: production\n"
    root = write(fleet(tmp_path / "w", "one", overrides="limits.max_users: 7"), {"environments/e.yaml": environments})
    for options in (WHOLE, STAGING, PRODUCTION):
        assert codes(run(root, tmp_path / "out", **options)) == []


def test_a_mistake_in_another_environment_does_not_stop_a_build_of_one(root: Path, tmp_path: Path) -> None:
    spec = tenant(more="environments: {staging: {}, production: {overrides: {limits.max_users: 0}}}\n")
    write(root, {"tenants/one.yaml": spec.replace("acme", "one")})
    assert run(root, tmp_path / "out", environment="staging").written
    assert codes(run(root, tmp_path / "out", environment="production")) == ["T401"]


SEATS = """\
rule seats over fleet
  title    "There are seats for all"
  require  sum(limits.max_users where limits.max_users is set and limits.max_users is not unlimited) <= 13
  severity critical
  basis    house
"""


def test_rules_over_the_fleet_are_judged_when_all_of_it_is_there(root: Path, tmp_path: Path) -> None:
    """Two tenants with seven seats each, in each of two environments."""
    write(root, {"rules/seats.rule": SEATS})
    assert codes(run(root, tmp_path / "a", **ONE)) == ["T533"]
    assert codes(run(root, tmp_path / "b", **STAGING)) == ["T530"]
    assert codes(run(root, tmp_path / "c")) == ["T530", "T530"]
    write(root, {"tenants/two.yaml": tenant(overrides="limits.max_user: 7")})
    assert codes(run(root, tmp_path / "d")) == ["T533", "T126"]
