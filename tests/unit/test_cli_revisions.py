"""`tenantc fix` and `tenantc set`: a workspace in; changed files, what is said and exit codes out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.driver.pipeline import Pipeline
from tenantc.driver.revision import Reviser, Revision, write
from tenantc.driver.rewriting import replace_all
from tenantc.driver.workspace import load
from tenantc.source.frozen import replace
from tests.compiling import AS_OF, tenant
from tests.compiling import write as write_files
from tests.unit.test_cli import run, valid

RULE = """\
rule few-codes
  title    "Few backup codes lie about"
  require  security.mfa_config.backup_codes <= 5
  severity critical
  basis    house
  remedy   lower security.mfa_config.backup_codes to 5
"""
LAX = tenant("security.mfa_config.backup_codes: 20  # ticket 7\nlimits.max_users: 5")
MENDED = LAX.replace("20", "5").replace("  limits.max_users: 5\n", "")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    free = tenant("limits.max_users: 4").replace("acme", "bluebird")
    paid = tenant("limits.max_users: 40", tier="professional").replace("acme", "paid")
    return write_files(
        tmp_path / "work",
        {
            "rules/few-codes.rule": RULE,
            "tenants/acme.yaml": LAX,
            "tenants/bluebird.yaml": free,
            "tenants/paid.yaml": paid,
        },
    )


def texts(workspace: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (workspace / "tenants").iterdir()}


def test_fix_shows_first_then_writes_and_then_has_nothing_to_do(workspace: Path) -> None:
    assert run("check", cwd=workspace).returncode == 1
    shown = run("fix", "--diff", cwd=workspace)
    assert shown.returncode == 0
    assert "-  security.mfa_config.backup_codes: 20  # ticket 7\n" in shown.stdout
    assert "+  security.mfa_config.backup_codes: 5  # ticket 7\n" in shown.stdout
    assert "acme: `security.mfa_config.backup_codes`: 20 → 5, by rule `few-codes`\n" in shown.stdout
    assert shown.stdout.endswith("would mend 1 setting, drop 1 override\n")
    assert texts(workspace)["acme.yaml"] == LAX

    before = texts(workspace)
    (workspace / "tenants" / "acme.yaml").chmod(0o640)
    done = run("fix", cwd=workspace)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "mended 1 setting, dropped 1 override")
    assert texts(workspace) == before | {"acme.yaml": MENDED}
    assert (workspace / "tenants" / "acme.yaml").stat().st_mode & 0o777 == 0o640
    assert run("check", cwd=workspace).returncode == 0
    assert run("fix", cwd=workspace).stdout == "mended 0 settings, dropped 0 overrides\n"


def test_fix_mends_the_files_and_folders_it_is_given(workspace: Path) -> None:
    told = valid(run("fix", "tenants/bluebird.yaml", "--format", "json", cwd=workspace).stdout, "fix")
    assert (told["written"], told["steps"]) == (False, [])
    told = valid(run("fix", "work/tenants", "--format", "json", cwd=workspace.parent).stdout, "fix")
    assert told["written"] is True
    assert [one["path"] for one in told["files"]] == ["work/tenants/acme.yaml"]
    assert [one["rule"] for one in told["steps"]] == ["few-codes", ""]
    assert run("fix", "rules", cwd=workspace).returncode == 2


def test_what_fix_cannot_mend_is_told_and_exits_1(workspace: Path) -> None:
    forbidding = RULE.replace("few-codes", "many-codes").replace("<= 5", ">= 6").partition("  remedy")[0]
    forbidding = forbidding.replace(
        "  require",
        "  applies  to tiers free\n  when     limits.max_users is set and limits.max_users == 5\n  require",
    )
    write_files(workspace, {"rules/many-codes.rule": forbidding})
    before = texts(workspace)
    done = run("fix", "tenants/acme.yaml", cwd=workspace)
    assert done.returncode == 1
    assert "warning[T534]: rule `few-codes` is not mended: its remedy leads to T530: rule `many-codes`" in done.stderr
    assert texts(workspace)["acme.yaml"] == before["acme.yaml"].replace("  limits.max_users: 5\n", "")


def test_a_broken_rule_file_mends_nobody(workspace: Path) -> None:
    write_files(workspace, {"rules/broken.rule": "rule broken\n"})
    before = texts(workspace)
    for arguments in (["fix"], ["set", "limits.max_users=3"]):
        assert run(*arguments, cwd=workspace).returncode == 1
    assert texts(workspace) == before


def test_set_changes_those_that_are_meant(workspace: Path) -> None:
    before = texts(workspace)
    shown = run("set", "limits.max_users=3", "--where", "tier=free", "--diff", cwd=workspace)
    assert (shown.returncode, texts(workspace)) == (0, before)
    assert "+  limits.max_users: 3\n" in shown.stdout
    assert shown.stdout.endswith("2 tenants would change, 0 have it already\n")
    wanted = {
        "acme.yaml": LAX.replace("max_users: 5", "max_users: 3"),
        "bluebird.yaml": before["bluebird.yaml"].replace("4", "3"),
    }
    done = run("set", "limits.max_users=3", "--where", "tier=free", cwd=workspace)
    assert (done.returncode, done.stdout) == (0, "2 tenants changed, 0 have it already\n")
    assert texts(workspace) == before | wanted
    told = valid(
        run("set", "limits.max_users=3", "--where", "tier=free", "--format", "json", cwd=workspace).stdout, "set"
    )
    assert (told["changed"], told["unchanged"], told["written"]) == ([], ["acme", "bluebird"], False)


def test_set_writes_all_or_nothing(workspace: Path) -> None:
    before = texts(workspace)
    done = run("set", "limits.max_users=40", "--where", "tier=free", "--where", "tier=professional", cwd=workspace)
    assert done.returncode == 1
    assert "tenants/acme.yaml:7:21: error[T402]: `limits.max_users` is 40, above the ceiling 10" in done.stderr
    assert done.stderr.endswith("nothing was written: each tenant has to compile with the new value\n")
    told = valid(run("set", "limits.max_users=40", "--format", "json", cwd=workspace).stdout, "set")
    assert (told["written"], told["files"]) == (False, [])
    broken = run("set", "security.mfa_config.backup_codes=9", "--where", "tier=professional", cwd=workspace)
    assert "rule `few-codes` is broken" in broken.stderr
    write_files(workspace, {"tenants/odd.yaml": "tenant_id: [odd]\n"})
    assert "error[T122]" in run("set", "limits.max_users=3", "--where", "tier=free", cwd=workspace).stderr
    assert texts(workspace) == before | {"odd.yaml": "tenant_id: [odd]\n"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["limits.max_users"], "is not of the form PATH=VALUE"),
        (["limits.max_user=3"], "did you mean `max_users`?"),
        (["limits.max_users=many"], "takes a whole number or `unlimited`, not the text `many`"),
        (["limits.max_users="], "it is not one value"),
        (["limits.max_users=[1"], "can't be read"),
        (["limits={max_users: 3}"], "`limits` is a mapping of settings"),
        (["limits!={max_users: 3}"], "`limits!` is a mapping of settings"),
        (["unset=[limits.max_users]"], "`unset` is not a setting"),
        (["limits.max_users+=[3]"], "it is not a list"),
        (["compliance.frameworks=[soc2]"], "nobody writes it"),
        (["limits.max_users=3", "--where", "teir=free"], "did you mean `tier`?"),
        (["limits.max_users=3", "--where", "tier"], "is not of the form KEY=WORD"),
        (["limits.max_users=3", "--where", "tier=gold"], "no tenant is meant"),
    ],
)
def test_a_slip_on_the_command_line_exits_2(workspace: Path, arguments: list[str], said: str) -> None:
    done = run("set", *arguments, cwd=workspace)
    assert done.returncode == 2
    assert said in done.stderr


def test_nothing_outside_the_workspace_is_written(workspace: Path) -> None:
    outside = workspace.parent / "outside.yaml"
    outside.write_text(LAX.replace("acme", "stranger"))
    (workspace / "tenants" / "stranger.yaml").symlink_to(outside)
    (workspace / "kept").mkdir()
    (workspace / "tenants" / "acme.yaml").rename(workspace / "kept" / "acme.yaml")
    (workspace / "tenants" / "acme.yaml").symlink_to("../kept/acme.yaml")
    done = run("fix", cwd=workspace)
    assert done.returncode == 1
    assert "error[T906]: `tenants/stranger.yaml` leads out of the workspace" in done.stderr
    assert outside.read_text() == LAX.replace("acme", "stranger")
    assert (workspace / "tenants" / "acme.yaml").is_symlink()
    assert (workspace / "kept" / "acme.yaml").read_text() == MENDED
    assert run("set", "limits.max_users=3", cwd=workspace).returncode == 1


def test_a_file_that_somebody_else_changed_meanwhile_is_left_with_all_others(workspace: Path) -> None:
    loaded = load(workspace)
    assert loaded.value is not None
    reviser = Reviser(Pipeline(loaded.value, AS_OF))
    found = [reviser.opened(path) for path in loaded.value.tenant_files()]
    revisions = [replace(one, new=one.new + b"# new\n") for one in found if isinstance(one, Revision)]
    (workspace / "tenants" / "paid.yaml").write_text("# mine\n")
    before = texts(workspace)
    (told,) = write(revisions, workspace)
    assert told.message == "`tenants/paid.yaml` was changed by somebody else meanwhile"
    assert texts(workspace) == before


def test_a_file_that_cannot_be_written_leaves_all_as_they_were(workspace: Path) -> None:
    before = texts(workspace)
    acme = workspace / "tenants" / "acme.yaml"
    with pytest.raises(OSError, match="nowhere"):
        replace_all({acme: b"new", workspace / "nowhere" / "b.yaml": b"new"})
    assert texts(workspace) == before
