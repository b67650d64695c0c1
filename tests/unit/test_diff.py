"""What a change does to a fleet: a real git history in, its consequences out."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests import fleet
from tests.compiling import TOP, tenant
from tests.unit.test_cli import run, valid
from tests.unit.test_cli_rules import RULE

SESSIONS = "security.session_config.idle_timeout_minutes"
IDENTITY = {
    "GIT_AUTHOR_NAME": "t",
    "GIT_AUTHOR_EMAIL": "t@example.com",
    "GIT_COMMITTER_NAME": "t",
    "GIT_COMMITTER_EMAIL": "t@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(cwd: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, env={**os.environ, **IDENTITY}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def commit(root: Path, files: Mapping[str, str | None]) -> str:
    """Writes and deletes files of a workspace, commits everything around it, and gives the commit."""
    kept = {name: text for name, text in files.items() if text is not None}
    top = {} if (root / "tenantc.yaml").exists() or "tenantc.yaml" in kept else {"tenantc.yaml": TOP}
    for name, text in {**top, **kept}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for name in files.keys() - kept.keys():
        (root / name).unlink()
    git(root, "add", "-A", ".")
    git(root, "commit", "-qm", "change", "--allow-empty")
    return git(root, "rev-parse", "HEAD")


def named(name: str, overrides: str = "", tier: str = "free", more: str = "") -> str:
    return tenant(overrides, tier, more).replace("acme", name, 1)


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository with a workspace in a subfolder of it."""
    git(tmp_path, "init", "-q", "-b", "main")
    (tmp_path / "README.md").write_text("the platform\n")
    root = tmp_path / "platform" / "tenants of ours"
    root.mkdir(parents=True)
    return root


def told(root: Path, *arguments: str) -> Any:
    """The difference as JSON, which met its schema."""
    done = run("diff", *arguments, "--format", "json", cwd=root)
    assert done.stdout, done.stderr
    return valid(done.stdout, "diff")


def reached(groups: list[dict[str, Any]], name: str) -> list[tuple[Any, Any, list[str]]]:
    """What a change of a setting or a verdict is before and after, and whom it reaches."""
    return [
        (one.get("before"), one.get("after"), one["tenants"])
        for one in groups
        if name in (one.get("path"), one.get("rule"))
    ]


def test_a_tiers_change_reaches_its_tenants_but_those_that_override_it(repo: Path) -> None:
    tier = "tier: free\nextends: free\nsettings:\n  {0}: {1}\n"
    files = {"tenants/a.yaml": named("a"), "tenants/b.yaml": named("b"), "tenants/c.yaml": named("c", f"{SESSIONS}: 7")}
    commit(repo, {**files, "tiers/free.yaml": tier.format(SESSIONS, 12)})
    commit(repo, {"tiers/free.yaml": tier.format(SESSIONS, 9)})
    done = run("diff", "HEAD~1", "HEAD", cwd=repo)
    assert done.stdout == (
        "HEAD~1 → HEAD: 2 of 3 tenants reached\n"
        "\n"
        "settings\n"
        f"  {SESSIONS}: 12 → 9\n"
        "    2 tenants: a, b\n"
        "    shielded by an override of their own: 1 tenant: c\n"
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = told(repo, "HEAD~1", "HEAD")
    assert found["settings"] == [
        {"path": SESSIONS, "before": 12, "after": 9, "environments": [], "tenants": ["a", "b"], "shielded": ["c"]}
    ]


def test_the_working_tree_is_compared_as_it_is_and_left_as_it_was(repo: Path) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    (repo / "tenants" / "a.yaml").write_text(named("a", "limits.max_users: 3"))
    (repo / "tenants" / "new.yaml").write_text(named("new", tier="professional"))
    git(repo, "add", "tenants/a.yaml")
    before = git(repo, "status", "--porcelain=v2")
    index = (repo.parents[1] / ".git" / "index").read_bytes()
    found = told(repo, "HEAD")
    assert reached(found["settings"], "limits.max_users") == [(5, 3, ["a"])]
    assert found["added"] == [{"tenant": "new", "tier": "professional", "frameworks": []}]
    assert (found["before"]["tenants"], found["after"]["tenants"]) == (1, 2)
    assert "commit" not in found["after"]
    assert (repo.parents[1] / ".git" / "index").read_bytes() == index
    assert git(repo, "status", "--porcelain=v2") == before


def test_nothing_is_left_in_the_temporary_folder(repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    commit(repo, {"tenants/a.yaml": named("a", "limits.max_users: 3")})
    there = tmp_path / "temporary"
    there.mkdir()
    monkeypatch.setenv("TMPDIR", str(there))
    assert reached(told(repo, "HEAD~1", "HEAD")["settings"], "limits.max_users")
    assert list(there.iterdir()) == []


def test_a_list_that_gains_a_member_is_one_change_whatever_else_it_holds(repo: Path) -> None:
    commit(repo, {"tenants/a.yaml": named("a"), "tenants/b.yaml": named("b", "features.enabled+: [x]")})
    commit(
        repo,
        {
            "tenants/a.yaml": named("a", "features.enabled+: [y]"),
            "tenants/b.yaml": named("b", "features.enabled+: [x, y]"),
        },
    )
    (found,) = told(repo, "HEAD~1")["settings"]
    assert (found["added"], found["removed"], found["tenants"]) == (["y"], [], ["a", "b"])


def test_verdicts_flip_and_rules_come(repo: Path) -> None:
    codes = "security.mfa_config.backup_codes: {0}"
    commit(repo, {"tenants/a.yaml": named("a", codes.format(4)), "rules/few-codes.rule": RULE})
    commit(repo, {"tenants/a.yaml": named("a", codes.format(6))})
    broken = told(repo, "HEAD~1", "HEAD")
    assert reached(broken["verdicts"], "few-codes") == [("pass", "fail (block)", ["a"])]
    assert [one["code"] for one in broken["uncompiled"][0]["after"]] == ["T530"]
    assert broken["uncompiled"][0]["resolved"]
    commit(repo, {"rules/few-codes.rule": RULE.replace("<= 5", "<= 7").replace("are not", "are")})
    mended = told(repo, "HEAD~1", "HEAD")
    assert reached(mended["verdicts"], "few-codes") == [("fail (block)", "pass", ["a"])]
    (rule,) = mended["authority"]
    assert (rule["kind"], rule["subject"]) == ("rule", "few-codes")
    assert rule["after"]["requires"] == ["security.mfa_config.backup_codes <= 7"]
    commit(repo, {"rules/few-codes.rule": None})
    gone = told(repo, "HEAD~1", "HEAD")
    assert reached(gone["verdicts"], "few-codes") == [("pass", None, ["a"])]


def test_a_waiver_a_tier_a_mixin_and_a_framework_are_changes_of_authority(repo: Path) -> None:
    codes = "security.mfa_config.backup_codes: 6"
    waiver = "- rule: few-codes\n  tenants: [a]\n  until: 2099-01-01\n  reason: years\n  approver: ciso@example.com\n"
    commit(repo, {"tenants/a.yaml": named("a", codes), "rules/few-codes.rule": RULE, "mixins/m.yaml": "mixin: m\n"})
    spec = named("a", codes, "professional", "mixins: [m]\ncompliance_requirements: [SOC2]\n")
    commit(repo, {"tenants/a.yaml": spec, "waivers/w.yaml": waiver})
    found = told(repo, "HEAD~1")
    by_kind = {one["kind"]: one for one in found["authority"]}
    assert (by_kind["tier"]["before"], by_kind["tier"]["after"]) == ("free", "professional")
    assert (by_kind["mixins"]["added"], by_kind["frameworks"]["added"]) == (["m"], ["soc2"])
    assert by_kind["waiver"]["subject"] == "few-codes"
    assert by_kind["waiver"]["after"]["approver"] == "ciso@example.com"
    assert {tuple(one["tenants"]) for one in found["authority"]} == {("a",)}
    assert reached(found["verdicts"], "few-codes") == [("fail (block)", "waived (block)", ["a"])]
    assert not reached(found["settings"], "tenant.tier")
    assert not reached(found["settings"], "compliance.frameworks")


def test_what_a_policy_or_a_tier_lets_tenants_do_is_told_with_those_under_it(repo: Path) -> None:
    policy = "policy: house\nenforce:\n  few-codes: {{level: {0}, reason: r, owner: o@example.com}}\n"
    tier = "tier: label\nextends: professional\nceilings: {{limits.max_users: {0}}}\nlocks: [{1}]\n"
    files = {"rules/few-codes.rule": RULE, "tenants/a.yaml": named("a"), "tenants/b.yaml": named("b", tier="label")}
    commit(
        repo, {**files, "policies/house.yaml": policy.format("warn"), "tiers/label.yaml": tier.format(300, SESSIONS)}
    )
    commit(repo, {"policies/house.yaml": policy.format("block"), "tiers/label.yaml": tier.format(400, "")})
    done = run("diff", "HEAD~1", cwd=repo).stdout
    assert "  ceiling limits.max_users of tier label: 300 → 400\n    1 tenant: b\n" in done
    assert f"  lock {SESSIONS} of tier label: locked → (absent)\n    1 tenant: b\n" in done
    assert "  enforce few-codes of policy house: level warn → block\n    2 tenants: a, b\n" in done
    commit(repo, {"tiers/professional.yaml": "tier: professional\nextends: professional\n"})
    assert told(repo, "HEAD~1")["authority"] == []


def test_a_tenant_that_does_not_compile_is_listed_with_what_could_be_resolved(repo: Path) -> None:
    files = {f"tenants/{name}.yaml": named(name) for name in ("a", "b", "d")}
    commit(repo, {**files, "tenants/c.yaml": named("c", f"limits.max_users: 4\n{SESSIONS}: 7", "professional")})
    wrong = {
        "tenants/a.yaml": named("a", "limits.max_users: 99999"),
        "tenants/b.yaml": "tenant_id: b\nbroken: [\n",
        "tenants/c.yaml": named("c", f"limits.max_users: ${{limits.nothing}}\n{SESSIONS}: 8", "professional"),
        "tenants/d.yaml": None,
    }
    commit(repo, wrong)
    found = told(repo, "HEAD~1", "HEAD")
    held = {one["tenants"][0]: one for one in found["uncompiled"]}
    assert [one["code"] for one in held["a"]["after"]] == ["T402"]
    assert held["a"]["before"] == []
    assert reached(found["settings"], "limits.max_users") == [(5, 99999, ["a"])]
    assert (held["b"]["resolved"], [one["code"] for one in held["b"]["after"]]) == (False, ["T102"])
    assert held["b"]["after"][0]["spans"][0]["path"] == "HEAD:platform/tenants of ours/tenants/b.yaml"
    assert held["c"]["unresolved"] == ["limits.concurrent_sessions", "limits.max_users"]
    assert reached(found["settings"], SESSIONS) == [(7, 8, ["c"])]
    assert found["removed"] == ["d"]
    assert found["reached"] == ["a", "b", "c", "d"]
    assert {one["tenants"][0] for one in told(repo, "HEAD", "HEAD~1")["uncompiled"]} == {"a", "b", "c"}
    text = run("diff", "HEAD~1", "HEAD", cwd=repo).stdout
    assert "4 of 4 tenants reached, 1 gone, 3 do not compile" in text
    assert "not comparable: limits.concurrent_sessions, limits.max_users" in text
    assert "nothing of it could be compared" in text


def test_what_a_damaged_tier_no_longer_says_is_no_change(repo: Path) -> None:
    tier = "tier: free\nextends: free\nsettings:\n  limits.max_users: {0}\n  limits.integrations: {1}\n"
    rule = RULE.replace("security.mfa_config.backup_codes", "limits.max_users").replace("<= 5", "> 8")
    rule = rule[: rule.index("test")]
    files = {"tenants/a.yaml": named("a"), "rules/few-codes.rule": rule}
    commit(repo, {**files, "tiers/free.yaml": tier.format(9, 2)})
    commit(repo, {"tiers/free.yaml": tier.format("many", 3)})
    found = told(repo, "HEAD~1", "HEAD")
    assert [one["code"] for one in found["after"]["errors"]] == ["T133"]
    assert [(one["tenants"], one["unresolved"][-1]) for one in found["uncompiled"]] == [(["a"], "limits.max_users")]
    assert {one["path"] for one in found["settings"]} == {"limits.integrations"}
    assert found["verdicts"] == []


def test_a_file_that_moves_changes_nothing_and_an_id_used_twice_is_told(repo: Path) -> None:
    commit(repo, {"tenants/a.yaml": named("a"), "tenants/z.yaml": named("z")})
    commit(repo, {"tenants/a.yaml": None, "tenants/moved/a.yaml": named("a")})
    assert run("diff", "HEAD~1", "HEAD", cwd=repo).stdout == "HEAD~1 → HEAD: 0 of 2 tenants reached\n"
    commit(repo, {"tenants/moved/a.yaml": None, "tenants/a.yaml": named("a", "limits.max_users: 3")})
    assert reached(told(repo, "HEAD~1")["settings"], "limits.max_users") == [(5, 3, ["a"])]
    commit(repo, {"tenants/b.yaml": named("z")})
    found = told(repo, "HEAD~1", "HEAD")
    assert (found["added"], found["removed"]) == ([], [])
    assert [(one["tenants"], one["after"][0]["code"]) for one in found["uncompiled"]] == [(["z"], "T201")]


def test_a_change_in_one_environment_names_it(repo: Path) -> None:
    environment = "environment: {0}\nsettings: {{monitoring.logging.level: {1}}}\n"
    files = {f"environments/{name}.yaml": environment.format(name, "INFO") for name in ("staging", "production")}
    commit(repo, {**files, "tenants/a.yaml": named("a")})
    commit(repo, {"environments/staging.yaml": environment.format("staging", "DEBUG")})
    assert "  monitoring.logging.level: INFO → DEBUG in staging\n" in run("diff", "HEAD~1", cwd=repo).stdout
    only = named("a", more="environments: {production: {}}\n")
    commit(repo, {"tenants/a.yaml": only})
    (moved,) = told(repo, "HEAD~1")["authority"]
    assert (moved["kind"], moved["removed"]) == ("environments", ["staging"])


def test_max_blast_sets_the_exit_code(repo: Path) -> None:
    commit(repo, {f"tenants/{name}.yaml": named(name) for name in ("a", "b")})
    changed = {f"tenants/{name}.yaml": named(name, "limits.max_users: 3") for name in ("a", "b")}
    commit(repo, {**changed, "tenants/new.yaml": named("new", "limits.max_users: 99999")})
    assert run("diff", "HEAD~1", "--max-blast", "2", cwd=repo).returncode == 0
    done = run("diff", "HEAD~1", "--max-blast", "1", cwd=repo)
    assert done.returncode == 1
    assert done.stdout.startswith(
        "HEAD~1 → the working tree: 2 of 2 tenants reached, 1 new, 1 does not compile, more than the 1 that may be"
    )
    assert told(repo, "HEAD~1", "--max-blast", "1")["max_blast"] == 1


def test_markdown_keeps_what_users_wrote_from_doing_anything(repo: Path) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    hostile = 'integrations.slack.channel: "`` @everyone <img src=x> \\u202e](http://x)"'
    commit(repo, {"tenants/a.yaml": named("a", hostile)})
    text = run("diff", "HEAD~1", "HEAD", "--format", "markdown", cwd=repo).stdout
    assert "``` `` @everyone <img src=x> \\u{202e}](http://x) ```" in text
    assert text.startswith("### `HEAD~1` → `HEAD`\n\n1 of 1 tenant reached")
    assert "\n#### Settings\n\n- `integrations.slack.channel`: `(absent)` → ``` `` @" in text


def test_a_long_comment_is_cut_and_says_so(repo: Path) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    access = "\n".join(f'ai_configuration.model_access["model-{number}-{"x" * 80}"]: true' for number in range(800))
    commit(repo, {"tenants/a.yaml": named("a", access)})
    text = run("diff", "HEAD~1", "--format", "markdown", cwd=repo).stdout
    assert len(text) < 65_536
    assert "more: `tenantc diff --format json` has all of them." in text


def test_secrets_in_the_open_are_hidden(repo: Path) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    key = "sk-ant-" + "a" * 40
    open_ = f"integrations.snowflake.api_key: hunter2hunter2\nintegrations.slack.channel: {key}"
    commit(repo, {"tenants/a.yaml": named("a", open_)})
    for format_ in ("human", "markdown", "json"):
        text = run("diff", "HEAD~1", "--format", format_, cwd=repo).stdout
        assert "hunter2" not in text
        assert key not in text
        assert "(hidden)" in text
    reference = "integrations.snowflake.api_key: secret://vault/a#key"
    commit(repo, {"tenants/a.yaml": named("a", reference)})
    assert "secret://vault/a#key" in run("diff", "HEAD~2", cwd=repo).stdout


@pytest.mark.parametrize("revision", ["nonsense", "-x", "--output=x", "HEAD:README.md", "HEAD~9", "HEAD..HEAD", ""])
def test_what_is_no_revision_exits_2(repo: Path, revision: str) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    for arguments in (["--", revision], ["HEAD", "--", revision]):
        done = run("diff", *arguments, cwd=repo)
        assert done.returncode == 2
        assert "revision" in done.stderr
        assert ("begins with a dash" in done.stderr) == revision.startswith("-")
    assert not (repo / "x").exists()


def test_outside_a_repository_and_without_a_workspace_exits_2(tmp_path: Path, repo: Path) -> None:
    first = commit(repo.parents[1], {"README.md": "more\n", "tenantc.yaml": "x"})
    git(repo.parents[1], "rm", "-q", "tenantc.yaml")
    commit(repo, {"tenants/a.yaml": named("a")})
    assert run("diff", first, first, cwd=repo).returncode == 2
    new = told(repo, first)
    assert [one["tenant"] for one in new["added"]] == ["a"]
    assert [one["code"] for one in new["before"]["errors"]] == ["T901"]
    (tmp_path / ".git").rename(tmp_path / "git")
    done = run("diff", "HEAD", cwd=repo)
    assert done.returncode == 2
    assert "not a git repository" in done.stderr


def test_without_git_exits_3(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    monkeypatch.setenv("PATH", "/nowhere")
    done = run("diff", "HEAD", cwd=repo)
    assert (done.returncode, done.stderr) == (3, "tenantc: git: not found, and it is what reads revisions\n")


def test_a_hooks_variables_and_attributes_do_not_decide_what_is_read(
    repo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repo.parents[1] / ".gitattributes").write_text("*.yaml export-ignore filter=shout\n")
    git(repo, "config", "filter.shout.smudge", "tr a-z A-Z")
    commit(repo, {"tenants/a.yaml": named("a")})
    commit(repo, {"tenants/a.yaml": named("a", "limits.max_users: 3")})
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index")
    assert reached(told(repo, "HEAD~1", "HEAD")["settings"], "limits.max_users") == [(5, 3, ["a"])]


def test_links_are_followed_inside_the_workspace_and_nowhere_else(repo: Path) -> None:
    (repo / "tenants").mkdir()
    (repo / "shared").mkdir()
    (repo / "shared" / "a.txt").write_text(named("a"))
    (repo / "tenants" / "a.yaml").symlink_to("../shared/a.txt")
    outside = repo.parents[1] / "b.yaml"
    outside.write_text(named("b"))
    commit(repo, {})
    (repo / "tenants" / "b.yaml").symlink_to(outside)
    (repo / "shared" / "a.txt").write_text(named("a", "limits.max_users: 3"))
    commit(repo, {})
    found = told(repo, "HEAD~1", "HEAD")
    assert reached(found["settings"], "limits.max_users") == [(5, 3, ["a"])]
    assert found["added"] == []


def test_a_file_that_is_too_large_hides_its_tenants_and_does_not_remove_them(repo: Path) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    commit(repo, {"tenants/a.yaml": named("a") + "#" * (1 << 20)})
    found = told(repo, "HEAD~1", "HEAD")
    assert found["removed"] == []
    assert [(one["tenants"], one["after"][0]["code"]) for one in found["uncompiled"]] == [(["a"], "T103")]


def test_a_submodule_in_the_workspace_is_refused(repo: Path) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    git(repo, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},platform/tenants of ours/tenants/sub")
    git(repo, "commit", "-qm", "submodule")
    done = run("diff", "HEAD", cwd=repo)
    assert done.returncode == 2
    assert "is a submodule" in done.stderr


def test_a_workspace_file_that_is_wrong_hides_every_tenant(repo: Path) -> None:
    commit(repo, {"tenants/a.yaml": named("a")})
    commit(repo, {"tenantc.yaml": "platform: [\n"})
    done = run("diff", "HEAD~1", "HEAD", "--format", "json", cwd=repo)
    found: Any = valid(done.stdout, "diff")
    assert done.returncode == 1
    assert [one["tenants"] for one in found["uncompiled"]] == [["a"]]
    assert found["removed"] == []
    assert "T102" in {one["code"] for one in found["after"]["errors"]}
    assert run("diff", "HEAD", "HEAD~1", cwd=repo).returncode == 0


def test_what_did_not_change_is_not_compiled_a_second_time(repo: Path) -> None:
    fleet.write(repo, 60)
    commit(repo, {})
    spec = json.loads(json.dumps(fleet.spec(7))) | {"tenant_name": "Another"}
    (repo / "tenants" / "000" / "tenant-000007.yaml").write_text(json.dumps(spec))
    from tenantc.driver.diff import Comparison
    from tenantc.driver.version import Source, Version

    made: list[str] = []

    class Counted(Version):
        def make(self, stated: Any) -> Any:
            made.append(stated.spec.tenant_id)
            return super().make(stated)

    import shutil

    old = repo.parent / "old"
    shutil.copytree(repo, old)
    git(repo, "stash", "-q")
    sides = [Counted(folder.resolve(), Source(folder.name, "", ""), lambda _: "2026-11-01") for folder in (repo, old)]
    difference = Comparison(sides[0], sides[1]).run(lambda: None)
    assert made == ["tenant-000007", "tenant-000007"]
    assert difference.counts == (60, 60)
    assert [one.change.subject for one in difference.settings] == ["tenant.name"]
