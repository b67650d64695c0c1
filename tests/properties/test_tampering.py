"""Whatever is done to a file of a signed build or a proof, verification fails and names that file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tenantc.driver.verification import Verification
from tests.building import all_files
from tests.signing import copied, proven, told, verified

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def build(signed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a copy that each test puts back in order; it is seen to be at the end."""
    copy = copied(signed / "build", tmp_path_factory.mktemp("copy") / "build")
    yield copy
    assert not verified(copy, signed / "keys").failed


def chosen(data: st.DataObject, build: Path) -> str:
    """A file of the build; what seals it is drawn as often as everything else together."""
    paths = sorted(all_files(build))
    seals = [path for path in paths if path == "manifest.json" or path.startswith("audit/")]
    return data.draw(st.one_of(st.sampled_from(seals), st.sampled_from(paths)))


def named(found: Verification) -> set[str]:
    return {dict(one.facts)["path"] for one in found.diagnostics if one.severity.value == "error"}


@MANY
@given(st.data())
def test_no_byte_can_be_flipped(build: Path, signed: Path, data: st.DataObject) -> None:
    path = chosen(data, build)
    before = (build / path).read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    mask = data.draw(st.integers(1, 255))
    (build / path).write_bytes(before[:at] + bytes([before[at] ^ mask]) + before[at + 1 :])
    try:
        assert path in named(verified(build, signed / "keys"))
    finally:
        (build / path).write_bytes(before)


@MANY
@given(st.data())
def test_no_file_can_be_cut_grown_taken_out_or_linked(build: Path, signed: Path, data: st.DataObject) -> None:
    path = chosen(data, build)
    file = build / path
    before = file.read_bytes()
    deed = data.draw(st.sampled_from(["cut", "grown", "taken out", "linked", "renamed"]))
    other = file.with_name("another.json")
    if deed == "cut":
        file.write_bytes(before[: data.draw(st.integers(0, len(before) - 1))])
    elif deed == "grown":
        file.write_bytes(before + data.draw(st.binary(min_size=1, max_size=9)))
    else:
        file.rename(other if deed == "renamed" else build.parent / "away")
        if deed == "linked":
            file.symlink_to(build.parent / "away")
    try:
        found = named(verified(build, signed / "keys"))
    finally:
        file.unlink(missing_ok=True)
        other.unlink(missing_ok=True)
        file.write_bytes(before)
    assert path in found
    # without its manifest nobody knows what else belongs to a build
    assert deed != "renamed" or path == "manifest.json" or other.relative_to(build).as_posix() in found


@MANY
@given(st.data())
def test_no_two_files_can_be_swapped(build: Path, signed: Path, data: st.DataObject) -> None:
    one, other = chosen(data, build), chosen(data, build)
    first, second = (build / one).read_bytes(), (build / other).read_bytes()
    assume(first != second)
    (build / one).write_bytes(second)
    (build / other).write_bytes(first)
    try:
        found = named(verified(build, signed / "keys"))
    finally:
        (build / one).write_bytes(first)
        (build / other).write_bytes(second)
    assert found & {one, other} >= ({one, other} if "manifest.json" not in (one, other) else {"manifest.json"})


@pytest.mark.parametrize(
    "path",
    ["x", "audit/x", "audit/chain/x", "audit/chain/000004.json", "audit/chain/0000003.json", "orphans/one/x",
     "staging/tenants/one/x", "production/tenants/four/audit.json", "staging/tenants/one/.git/config"],
)  # fmt: skip
def test_no_file_can_be_added(build: Path, signed: Path, path: str) -> None:
    file = build / path
    made = [folder for folder in file.parents if not folder.exists()]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{}")
    try:
        assert named(verified(build, signed / "keys")) == {path}
    finally:
        file.unlink()
        for folder in made:
            folder.rmdir()


def test_a_folder_that_is_a_link_is_no_folder_of_the_build(build: Path, signed: Path, tmp_path: Path) -> None:
    for path in ("staging/tenants/one", "staging", "audit/chain", "audit"):
        shutil.move(build / path, tmp_path / "away")
        (build / path).symlink_to(tmp_path / "away")
        try:
            assert f"T707 {path}" in told(verified(build, signed / "keys"))
        finally:
            (build / path).unlink()
            shutil.move(tmp_path / "away", build / path)


def test_links_and_pipes_are_neither_followed_nor_read(build: Path, signed: Path) -> None:
    os.mkfifo(build / "pipe")
    (build / "loop").symlink_to(".")
    (build / "dangling").symlink_to("nowhere")
    try:
        assert told(verified(build, signed / "keys")) == ["T707 dangling", "T707 loop", "T707 pipe"]
    finally:
        for name in ("pipe", "loop", "dangling"):
            (build / name).unlink()


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_byte_of_a_proof_can_be_flipped(proof: Path, signed: Path, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["audit.json", "proof.json"]))
    before = (proof / name).read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    (proof / name).write_bytes(before[:at] + bytes([before[at] ^ data.draw(st.integers(1, 255))]) + before[at + 1 :])
    try:
        assert name in named(proven(proof, signed / "keys"))
    finally:
        (proof / name).write_bytes(before)


@pytest.fixture(scope="module")
def proof(signed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from click.testing import CliRunner

    from tenantc.cli.audit import command

    folder = tmp_path_factory.mktemp("proof") / "two"
    arguments = ["proof", "two", str(signed / "build"), "--env", "staging", "-o", str(folder)]
    assert CliRunner().invoke(command, arguments).exit_code == 0
    return folder
