"""What a build does to the folder it writes (language.md §7): workspaces in, folders out."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from tenantc.source.digest import sha256
from tests.building import artifacts, codes, files, fleet, manifest, run
from tests.commands import finish, start
from tests.compiling import AS_OF, TOP, tenant, write
from tests.fleet import write as write_fleet


def test_the_same_input_gives_the_same_bytes_wherever_it_is_compiled(tmp_path: Path) -> None:
    for name in ("a", "b"):
        fleet(tmp_path / name, "one", "two")
        assert run(tmp_path / name, tmp_path / f"out-{name}").written
    assert files(tmp_path / "out-a") == files(tmp_path / "out-b")


def test_the_manifest_lists_every_file_with_its_digest(tmp_path: Path) -> None:
    import hashlib

    run(fleet(tmp_path / "w", "one"), tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    listed = {one["path"]: one["sha256"] for one in manifest["artifacts"]}
    held = files(tmp_path / "out")
    held.pop("manifest.json")
    assert listed == {path: hashlib.sha256(data).hexdigest() for path, data in held.items()}
    assert {one["path"] for one in manifest["inputs"]} >= {
        "tenantc.yaml",
        "tenants/one.yaml",
        "library/tiers/free.yaml",
    }


def test_no_deployable_artifact_knows_the_day(tmp_path: Path) -> None:
    root = fleet(tmp_path / "w", "one")
    run(root, tmp_path / "a", as_of="2026-11-01")
    run(root, tmp_path / "b", as_of="2027-01-01")
    one, other = artifacts(tmp_path / "a"), artifacts(tmp_path / "b")
    assert {path.rsplit("/", 1)[-1] for path in one if one[path] != other[path]} == {"audit.json"}


def test_a_folder_that_is_not_ours_is_refused_and_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "precious.txt").write_text("mine")
    built = run(fleet(tmp_path / "w", "one"), target)
    assert codes(built) == ["T903"]
    assert files(target) == {"precious.txt": b"mine"}
    (target / "manifest.json").write_text("{}")
    assert codes(run(tmp_path / "w", target)) == ["T903"]


def test_nothing_is_written_when_something_is_wrong(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    run(root, target)
    before = files(target)
    write(root, {"tenants/one.yaml": tenant("limits.max_users: 0").replace("acme", "one")})
    assert not run(root, target).written
    assert files(target) == before


@pytest.mark.parametrize(("wrong", "code"), [("limits.max_users: 0", "T401"), ("limits.max_users: many", "T133")])
def test_keep_going_holds_a_blocked_tenant_at_its_previous_artifacts(tmp_path: Path, wrong: str, code: str) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    before = files(target)
    write(root, {"tenants/one.yaml": tenant(wrong).replace("acme", "one")})
    write(root, {"tenants/two.yaml": tenant("limits.max_users: 3").replace("acme", "two")})
    built = run(root, target, keep_going=True)
    assert (built.written, built.held) == (True, ["one"])
    after = files(target)
    assert {path: data for path, data in after.items() if "/one/" in path} == {
        path: data for path, data in before.items() if "/one/" in path
    }
    assert after["tenants/two/settings.json"] != before["tenants/two/settings.json"]
    (held,) = json.loads(after["manifest.json"])["held"]
    assert held["tenant"] == "one"
    assert code in held["reason"]


def test_more_than_a_twentieth_of_the_fleet_goes_only_if_that_is_said(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    (root / "tenants" / "one.yaml").unlink()
    assert codes(run(root, target)) == ["T605"]
    assert (target / "tenants" / "one").is_dir()
    assert run(root, target, allow_removals=True).removed == ["one"]
    assert not (target / "tenants" / "one").exists()
    (tombstone,) = json.loads((target / "manifest.json").read_text())["removed"]
    assert tombstone == {"tenant": "one", "as_of": AS_OF, "reason": "its spec is gone"}


def test_one_of_twenty_may_go_and_a_terminated_tenant_leaves_a_tombstone(tmp_path: Path) -> None:
    names = [f"t{number:02d}" for number in range(20)]
    root, target = fleet(tmp_path / "w", *names), tmp_path / "out"
    run(root, target)
    spec = tenant(more="status: terminated\n").replace("acme", "t00")
    built = run(write(root, {"tenants/t00.yaml": spec}), target)
    assert (built.written, built.removed) == (True, ["t00"])
    assert json.loads((target / "manifest.json").read_text())["removed"][0]["reason"] == "terminated"


def test_files_that_tenantc_did_not_write_are_kept_and_named(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", *[f"t{number:02d}" for number in range(20)]), tmp_path / "out"
    run(root, target)
    (target / "tenants/t00/terraform.tfstate").write_text("state")
    (target / "tenants/t01/.terraform.lock.hcl").write_text("lock")
    (root / "tenants" / "t01.yaml").unlink()
    built = run(root, target)
    assert codes(built) == ["T607"]
    assert (target / "tenants/t00/terraform.tfstate").read_text() == "state"
    assert (target / "orphans/t01/.terraform.lock.hcl").read_text() == "lock"


def test_a_partial_build_changes_its_tenants_only_and_says_so(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    before = files(target)
    for name in ("one", "two"):
        write(root, {f"tenants/{name}.yaml": tenant("limits.max_users: 3").replace("acme", name)})
    write(root, {"tenants/broken.yaml": "tenant_id: [\n"})
    built = run(root, target, tenants=("one",))
    assert (built.written, built.tenants) == (True, 1)
    after = files(target)
    assert {path for path in after if after[path] != before[path]} >= {"tenants/one/settings.json", "manifest.json"}
    assert {path: data for path, data in after.items() if "/two/" in path} == {
        path: data for path, data in before.items() if "/two/" in path
    }
    assert json.loads(after["manifest.json"])["partial"] is True


def test_a_tenant_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    assert codes(run(fleet(tmp_path / "w", "one"), tmp_path / "out", tenants=("none",))) == ["T902"]


def test_a_second_compile_says_that_another_is_writing(tmp_path: Path) -> None:
    import fcntl
    import os

    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    run(root, target)
    held = os.open(target, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        assert codes(run(root, target)) == ["T904"]
    finally:
        os.close(held)
    assert run(root, target).written


def test_a_link_out_of_the_workspace_is_refused(tmp_path: Path) -> None:
    root = fleet(tmp_path / "w", "one")
    (tmp_path / "secret.yaml").write_text("tenant_id: leak\n")
    (root / "tenants" / "leak.yaml").symlink_to(tmp_path / "secret.yaml")
    assert codes(run(root, tmp_path / "out")) == ["T906"]


def test_overriding_with_the_inherited_value_changes_no_deployable_artifact(tmp_path: Path) -> None:
    run(fleet(tmp_path / "a", "one"), tmp_path / "out-a")
    run(fleet(tmp_path / "b", "one", overrides="limits.max_users: 5"), tmp_path / "out-b")
    one, other = artifacts(tmp_path / "out-a"), artifacts(tmp_path / "out-b")
    assert {path.rsplit("/", 1)[-1] for path in one if one[path] != other[path]} == {"audit.json"}


def test_unlimited_stays_a_word_for_auditors_and_is_a_number_for_charts(tmp_path: Path) -> None:
    root = write(tmp_path / "w", {"tenants/acme.yaml": tenant(tier="custom")})
    assert run(root, tmp_path / "out").written
    held = files(tmp_path / "out" / "tenants" / "acme")
    assert json.loads(held["settings.json"])["settings"]["limits"]["max_users"] == "unlimited"
    assert json.loads(held["tenant.tfvars.json"])["limits"]["max_users"] == -1
    assert b"max_users: -1\n" in held["values.yaml"]
    write(root, {"tenantc.yaml": TOP + "values: {unlimited: 999}\n"})
    run(root, tmp_path / "out")
    assert json.loads((tmp_path / "out/tenants/acme/tenant.tfvars.json").read_text())["limits"]["max_users"] == 999


@pytest.mark.slow
def test_a_hundred_kills_leave_a_whole_build_each_time(tmp_path: Path) -> None:
    root = write_fleet(tmp_path / "w", 12)
    target = tmp_path / "out"
    command = ("compile", str(root), "-o", str(target), "--previous", "none", "--as-of")
    finish(*command, "2026-11-01")
    builds = [artifacts(target)]
    started = time.perf_counter()
    finish(*command, "2026-11-02")
    took = time.perf_counter() - started
    builds.append(artifacts(target))
    for number in range(100):
        day = f"2026-11-{number % 2 + 1:02d}"
        process = start(*command, day)
        time.sleep(took * (number % 50) / 45)
        process.kill()
        process.join()
        assert artifacts(target) in builds
        listed = {one["path"]: one["sha256"] for one in manifest(target)["artifacts"]}
        assert {path: sha256(data) for path, data in files(target).items() if path in listed} == listed
    finish(*command, "2026-11-01")
    leftovers = [path.name for path in tmp_path.iterdir() if path.name.startswith(".out")]
    assert leftovers == [], "the next run clears what dead ones left"
    shutil.rmtree(target)


@pytest.mark.parametrize("path", ["../../escaped.txt", "/etc/hostname", "tenants/../../x", "", "tenants//x", "a\x00b"])
def test_a_manifest_that_leads_out_of_its_build_is_not_ours(tmp_path: Path, path: str) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out" / "build"
    (tmp_path / "out").mkdir()
    (tmp_path / "escaped.txt").write_text("mine")
    run(root, target)
    manifest = json.loads((target / "manifest.json").read_text())
    manifest["artifacts"].append({"path": path, "sha256": "0" * 64, "tenant": "two"})
    (target / "manifest.json").write_text(json.dumps(manifest))
    assert codes(run(root, target, tenants=("one",))) == ["T903"]
    assert (tmp_path / "escaped.txt").stat().st_nlink == 1


def test_a_folder_of_the_old_build_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    shutil.rmtree(target / "tenants" / "two")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "settings.json").write_text("not ours")
    (target / "tenants" / "two").symlink_to(tmp_path / "elsewhere")
    assert run(root, target, tenants=("one",)).written
    manifest = json.loads((target / "manifest.json").read_text())
    assert not [one for one in manifest["artifacts"] if one.get("tenant") == "two"]
    assert (target / "tenants" / "two").is_symlink(), "it is somebody's, and kept as the link it is"


def test_an_artifact_that_somebody_deleted_is_not_listed_by_a_partial_build(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    (target / "tenants/two/values.yaml").unlink()
    assert run(root, target, tenants=("one",)).written
    listed = {one["path"] for one in json.loads((target / "manifest.json").read_text())["artifacts"]}
    assert "tenants/two/values.yaml" not in listed
    assert "tenants/two/settings.json" in listed


def test_links_that_terraform_left_are_kept_as_links(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one"), tmp_path / "out"
    run(root, target)
    plugins = target / "tenants/one/.terraform/providers"
    plugins.mkdir(parents=True)
    (plugins / "folder").symlink_to("../..")
    (plugins / "dangling").symlink_to("nowhere")
    assert run(root, target).written
    assert (plugins / "folder").readlink() == Path("../..")
    assert (plugins / "dangling").readlink() == Path("nowhere")


def test_a_write_that_the_system_cuts_short_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    root = fleet(tmp_path / "w", "one")
    run(root, tmp_path / "whole")
    write_all = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write_all(descriptor, bytes(data)[:1000]))
    run(root, tmp_path / "out")
    monkeypatch.undo()
    assert files(tmp_path / "out") == files(tmp_path / "whole")
