"""`tenantc audit sample`: a table of some of the tenants of a control, drawn alike by whoever knows the seed."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tenantc.driver.audit import Audit
from tenantc.report import table
from tests.auditing import audited
from tests.building import manifest, run
from tests.compiling import tenant
from tests.unit.test_cli import run as tenantc


def rows(text: str) -> list[dict[str, str]]:
    """The rows of a table by column."""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    root = audited(folder / "w")
    for number in range(20):
        text = tenant("limits.max_users: 3", more="compliance_requirements: [OURS]\n").replace("acme", f"t{number}")
        (root / f"tenants/t{number}.yaml").write_text(text)
    run(root, folder / "build")
    return folder / "build"


def drawn(build: Path, count: int, seed: str) -> set[str]:
    return {one[2] for one in Audit(build).sample("ours", "A(1)", count, seed)}


def test_a_row_tells_verdict_and_origin_and_what_proves_it(build: Path) -> None:
    done = tenantc("audit", "sample", "A(1)", str(build), *("--framework", "ours", "--seed", "s"), cwd=build)
    assert (done.returncode, done.stderr) == (0, "")
    found = {one["tenant"]: one for one in rows(done.stdout)}
    assert len(found) == 23
    listed = {one["path"]: one["sha256"] for one in manifest(build)["artifacts"]}
    waived = found["excusedco"]
    assert (waived["state"], waived["verdict"], waived["waived_until"], waived["waived_by"]) == (
        *("waived", "waived", "2026-11-20", "ciso@example.com"),
    )
    assert (found["badco"]["state"], found["badco"]["verdict"]) == ("failing", "fail")
    assert found["badco"]["spec"] == "tenants/badco.yaml:1:12"
    assert found["badco"]["rule_at"] == "rules/few-users.rule:1:6"
    assert all(listed[one["audit"]] == one["sha256"] for one in found.values())


def test_the_seed_decides_who_is_drawn_and_whoever_comes_changes_nothing_for_others(build: Path) -> None:
    few, more = drawn(build, 5, "auditor"), drawn(build, 9, "auditor")
    assert len(few) == 5
    assert few < more
    assert drawn(build, 5, "auditor") == few != drawn(build, 5, "another")


def test_a_control_that_no_rule_cites_has_its_state(build: Path) -> None:
    found = list(Audit(build).sample("ours", "shown", 2, ""))
    assert [(one[6], one[7], one[8]) for one in found] == [("needs_evidence", "", "")] * 2


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["B", "--framework", "ours"], "the policy `ours` lists no control `B`, but: A(1), "),
        (["A(1)", "--framework", "theirs"], "no tenant of the build is to meet `theirs`, but: ours"),
    ],
)
def test_what_there_is_not_is_refused(build: Path, arguments: list[str], why: str) -> None:
    done = tenantc("audit", "sample", *arguments, "--seed", "s", str(build), cwd=build)
    assert done.returncode == 2
    assert why in " ".join(done.stderr.split())


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=x"])
def test_no_cell_is_a_formula(text: str) -> None:
    ((cell,),) = list(csv.reader(io.StringIO(table.write([text], []), newline=""), strict=True))
    assert cell == f"'{text}"


def test_cells_hold_what_they_are_given() -> None:
    cells = ['a "b", c', "x\ny", "", "a=b"]
    assert list(csv.reader(io.StringIO(table.write(cells, [cells]), newline=""), strict=True)) == [cells, cells]
