"""Ceilings, locks, caps and frameworks (language.md §3): a workspace in, settings and diagnostics out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tenantc.cli.explain import command
from tests.building import files, run
from tests.compiling import TOP, Result, compile_files, tenant, write

USERS = "limits.max_users"
CEILING = "tier: base\nsettings: {limits.max_users: 10}\nceilings: {limits.max_users: 100}\n"
MORE = "mixin: more\nsettings: {limits.max_users: 101}\n"


def compiled(root: Path, base: str, overrides: str = "", more: str = "", tier: str = "base", **texts: str) -> Result:
    files = {"tiers/base.yaml": base, "tenants/acme.yaml": tenant(overrides, tier=tier, more=more)}
    return compile_files(root, files | texts)


# ceilings


@pytest.mark.parametrize(
    ("own", "asked", "codes"),
    [
        ("ceilings: {limits.max_users: 50}\n", 60, ["T402"]),
        ("ceilings: {limits.max_users: 50}\n", 50, []),
        ("ceilings: {limits.max_users: 500}\n", 400, []),
        ("ceilings: {limits.storage_gb: 500}\n", 101, ["T402"]),
        ("", 101, ["T402"]),
    ],
)
def test_the_nearest_ceiling_of_a_chain_replaces_the_farther_one(
    tmp_path: Path, own: str, asked: int, codes: list[str]
) -> None:
    derived = {"tiers/derived.yaml": f"tier: derived\nextends: base\n{own}"}
    result = compiled(tmp_path, CEILING, f"limits.max_users: {asked}", tier="derived", **derived)
    assert result.codes == codes


@pytest.mark.parametrize(("asked", "codes"), [(8, []), (9, ["T402"]), (101, ["T402", "T402"])])
@pytest.mark.parametrize("taken_by", ["tier", "tenant"])
def test_ceilings_of_different_sources_meet(tmp_path: Path, taken_by: str, asked: int, codes: list[str]) -> None:
    small = {"mixins/small.yaml": "mixin: small\nceilings: {limits.max_users: 8}\n"}
    base, more = (CEILING + "mixins: [small]\n", "") if taken_by == "tier" else (CEILING, "mixins: [small]\n")
    assert compiled(tmp_path, base, f"limits.max_users: {asked}", more, **small).codes == codes


@pytest.mark.parametrize(
    "files",
    [
        {"tiers/base.yaml": CEILING.replace("10}", "101}")},
        {"tiers/base.yaml": CEILING + "mixins: [more]\n", "mixins/more.yaml": MORE},
        {"tiers/base.yaml": "tier: base\nceilings: {limits.max_users: 100}\n",
         "tenantc.yaml": TOP + "settings: {limits.max_users: 101}\n"},
    ],
    ids=["tier", "mixin-of-a-tier", "workspace"],
)  # fmt: skip
def test_what_stands_in_or_below_the_tiers_is_bound_by_no_ceiling(tmp_path: Path, files: dict[str, str]) -> None:
    result = compiled(tmp_path, "", **files)
    assert result.codes == []


DAYS = "monitoring.metrics.retention_days"
DAYS_CEILING = f"tier: base\nsettings: {{{DAYS}: 1}}\nceilings: {{{DAYS}: 2}}\n"


@pytest.mark.parametrize(
    ("overrides", "more", "environment"),
    [
        (f"{DAYS}: 3", "", ""),
        (f"unset: [{DAYS}]", "", ""),
        ("", f"environments: {{e: {{overrides: {{{DAYS}: 3}}}}}}\n", ""),
        ("", "mixins: [more]\n", ""),
        ("", "", f"settings: {{{DAYS}: 3}}\n"),
    ],
    ids=["tenant", "back-to-a-higher-default", "tenant-in-one-environment", "mixin", "environment"],
)
def test_a_ceiling_binds_whoever_stands_above_the_tiers(
    tmp_path: Path, overrides: str, more: str, environment: str
) -> None:
    texts = {
        "mixins/more.yaml": f"mixin: more\nsettings: {{{DAYS}: 3}}\n",
        "environments/e.yaml": f"environment: e\n{environment}",
    }
    result = compiled(tmp_path, DAYS_CEILING, overrides, more, **texts)
    assert result.codes == ["T402"]
    assert result.diagnostics[0].blames[1].span.path == "tiers/base.yaml"


# locks

LOCK = """\
tier: base
settings: {limits.max_users: 10, integrations.okta.region: eu}
locks: [limits.max_users, integrations]
"""


@pytest.mark.parametrize(
    ("overrides", "codes"),
    [
        ("limits.max_users: 11", ["T403"]),
        ("limits.max_users: 10", ["T307"]),
        ("unset: [limits]", ["T403"]),
        ("integrations.okta.region: us", ["T403"]),
        ("integrations.slack.region: eu", ["T403"]),
        ("integrations-: [okta]", ["T403"]),
        ("integrations!: {}", ["T403"]),
        ("limits.storage_gb: 3", []),
    ],
)
def test_a_lock_covers_a_path_and_what_lies_under_it_under_every_operator(
    tmp_path: Path, overrides: str, codes: list[str]
) -> None:
    assert compiled(tmp_path, LOCK, overrides).codes == codes


def test_a_lock_holds_in_derived_tiers_and_not_for_what_lies_below_it(tmp_path: Path) -> None:
    derived = "tier: derived\nextends: base\nsettings: {limits.max_users: 11}\n"
    above = {"tiers/derived.yaml": derived}
    assert compiled(tmp_path / "a", LOCK, tier="derived", **above).codes == ["T403"]
    own = {"tiers/derived.yaml": derived + "locks: [limits.max_users]\n"}
    assert compiled(tmp_path / "b", "tier: base\nsettings: {limits.max_users: 10}\n", tier="derived", **own).codes == []
    free = {"tiers/derived.yaml": "tier: derived\nextends: base\n"}
    assert compiled(tmp_path / "c", LOCK, tier="derived", **free).codes == []


@pytest.mark.parametrize(
    ("locker", "setter", "codes"),
    [
        ("mixin: one\nlocks: [limits.max_users]\n", "mixin: two\nextends: one\n", ["T403"]),
        ("mixin: one\nlocks: [limits.max_users]\n", "mixin: two\n", ["T403"]),
        ("mixin: two\nlocks: [limits.max_users]\n", "mixin: one\n", ["T403"]),
        ("mixin: two\nextends: one\nlocks: [limits.max_users]\n", "mixin: one\n", []),
    ],
    ids=["extends-the-owner", "beside-the-owner", "beside-it-in-the-other-order", "extended-by-the-owner"],
)
def test_a_mixins_lock_holds_for_the_mixins_of_its_list_but_those_it_extends(
    tmp_path: Path, locker: str, setter: str, codes: list[str]
) -> None:
    texts = {"mixins/a.yaml": locker, "mixins/b.yaml": setter + "settings: {limits.max_users: 11}\n"}
    base = "tier: base\nsettings: {limits.max_users: 10}\n"
    assert compiled(tmp_path, base, more="mixins: [one, two]\n", **texts).codes == codes


@pytest.mark.parametrize(
    ("reference", "locks", "codes"),
    [
        ("limits.max_users", "", ["T409"]),
        ("limits.max_users", ", limits.max_users", []),
        ("tier.limits.max_users", "", ["T409"]),
        ("tier.limits.max_users", ", limits.max_users", []),
    ],
)
def test_a_locked_settings_references_end_in_locked_settings(
    tmp_path: Path, reference: str, locks: str, codes: list[str]
) -> None:
    base = f"tier: base\nsettings: {{limits.max_users: 10, limits.integrations: '${{{reference}}}'}}\n"
    result = compiled(tmp_path, base + f"locks: [limits.integrations{locks}]\n")
    assert result.codes == codes
    if codes:
        assert result.diagnostics[0].help == "lock `limits.max_users` too"


@pytest.mark.parametrize("reference", ["tenant.tier", "tenant.id", "deployment.region", "workspace.platform"])
def test_a_locked_setting_may_refer_to_what_nobody_writes(tmp_path: Path, reference: str) -> None:
    base = f"tier: base\nsettings: {{integrations.okta.channel: 'x-${{{reference}}}'}}\nlocks: [integrations]\n"
    assert compiled(tmp_path, base).codes == []


# caps


def test_a_cap_narrows_what_a_tenant_asks_for_in_that_environment_too(tmp_path: Path) -> None:
    texts = {"environments/e.yaml": "environment: e\ncaps: {limits.max_users: 5}\n---\nenvironment: f\n"}
    more = "environments: {e: {overrides: {limits.max_users: 20}}, f: {}}\n"
    result = compiled(tmp_path, CEILING, "limits.max_users: 30", more, **texts)
    assert [result.get(USERS, environment=name) for name in ("e", "f")] == [5, 30]
    assert result.codes == []


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ("security.password_policy.min_length: 1000", "T401"),
        ("infrastructure.auto_scaling: {min_capacity: 9, max_capacity: 8}", "T404"),
        ("limits.max_users: 101", "T402"),
    ],
    ids=["schema", "pair", "ceiling"],
)
def test_a_cap_hides_no_mistake(tmp_path: Path, overrides: str, code: str) -> None:
    caps = "security.password_policy.min_length: 12, infrastructure.auto_scaling.max_capacity: 2, limits.max_users: 1"
    texts = {"environments/e.yaml": f"environment: e\ncaps: {{{caps}}}\n"}
    assert compiled(tmp_path, CEILING, overrides, **texts).codes == [code]


def test_a_chain_of_pairs_is_clamped_together(tmp_path: Path) -> None:
    """A request is at most the limit, and the limit at most the quota: a cap on the quota reaches all three."""
    cpu = "infrastructure.compute"
    leaves = ("container_cpu_request_millicores", "container_cpu_limit_millicores", "quota_cpu_millicores")
    base = "tier: base\nsettings:\n" + "".join(f"  {cpu}.{leaf}: {500 * n}\n" for n, leaf in enumerate(leaves, 1))
    texts = {"environments/e.yaml": f"environment: e\ncaps: {{{cpu}.quota_cpu_millicores: 400}}\n"}
    result = compiled(tmp_path / "a", base, **texts)
    assert ([result.get(f"{cpu}.{leaf}", environment="e") for leaf in leaves], result.codes) == ([400] * 3, [])
    texts = {"environments/e.yaml": f"environment: e\ncaps: {{{cpu}.container_cpu_limit_millicores: 700}}\n"}
    result = compiled(tmp_path / "b", base, **texts)
    assert [result.get(f"{cpu}.{leaf}", environment="e") for leaf in leaves] == [500, 700, 1500]


def test_what_a_cap_narrowed_is_seen_in_the_audit_with_what_was_asked_for(tmp_path: Path) -> None:
    texts = {
        "environments/e.yaml": "environment: e\ncaps: {limits.max_users: 5}\n",
        "tenants/acme.yaml": tenant("limits.max_users: 7"),
    }
    run(write(tmp_path / "w", texts), tmp_path / "out")
    held = files(tmp_path / "out/e/tenants/acme")
    told = json.loads(held["audit.json"])["settings"][USERS]
    assert (told["value"], told["before_cap"], told["from"]) == (5, 7, "tenant `acme`")
    assert json.loads(held["settings.json"])["settings"]["limits"]["max_users"] == 5


# frameworks


def test_what_holds_for_a_tenant_only_grows(tmp_path: Path) -> None:
    base = "tier: base\nframeworks: [SOC2]\n"
    texts = {"tiers/derived.yaml": "tier: derived\nextends: base\nframeworks: [HIPAA]\n"}
    none = compiled(tmp_path / "a", base, tier="derived", more="compliance_requirements: []\n", **texts)
    assert none.get("compliance.frameworks") == ["hipaa", "soc2"]
    for overrides in ("compliance.frameworks-: [soc2]", "compliance.frameworks: []", "unset: [compliance.frameworks]"):
        assert compiled(tmp_path / "b", base, overrides, tier="derived", **texts).codes == ["T127"]
    for overrides in ("compliance!: {data_governance.data_residency_region: eu}", "unset: [compliance]"):
        tried = compiled(tmp_path / "c", base, overrides, tier="derived", **texts)
        assert (tried.failed, tried.get("compliance.frameworks")) == (False, ["hipaa", "soc2"])


# explain


def test_explain_tells_every_definition_and_constraint_with_its_author(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = {
        "tenantc.yaml": TOP + "settings: {limits.max_users: 9}\n",
        "tiers/base.yaml": CEILING + "locks: [limits.storage_gb]\n",
        "mixins/m.yaml": "mixin: m\nsettings: {limits.max_users: 200}\ngrants: [limits.max_users]\n",
        "environments/e.yaml": "environment: e\ncaps: {limits.max_users: 5}\n",
        "tenants/acme.yaml": tenant("limits.max_users: ${limits.integrations * 2}", tier="base", more="mixins: [m]\n")
        + "  limits.integrations: 15\n",
    }
    monkeypatch.chdir(write(tmp_path, texts))
    done = CliRunner().invoke(command, ["acme", USERS])
    assert done.exit_code == 0, done.output
    told = [" ".join(line.split()) for line in done.stdout.splitlines()]
    assert told[0] == "limits.max_users = 5 users"
    assert told[2:] == [
        "before the cap: 30",
        "→ tenant `acme`: ${limits.integrations * 2} tenants/acme.yaml:7:21",
        "mixin `m`: 200 mixins/m.yaml:2:30",
        "tier `base`: 10 tiers/base.yaml:2:30",
        "workspace: 9 tenantc.yaml:5:30",
        "reads limits.integrations = 15",
        "ceiling 100 by tier `base` tiers/base.yaml:3:30",
        "cap 5 by environment `e` environments/e.yaml:2:26",
        "grant by mixin `m` mixins/m.yaml:3:10",
        "judged by isolation-resource-quotas: fail",
        "drives sql/tenant_entry",
    ]
    locked = CliRunner().invoke(command, ["acme", "limits.storage_gb"]).output
    assert "lock by tier `base`" in locked


@pytest.mark.parametrize(
    ("path", "targets", "documents"),
    [
        ("infrastructure.isolation_level", "[sql]", {"sql/shared_database"}),
        ("infrastructure.isolation_level", "[values, terraform]", set()),
        ("monitoring.logging.retention_days", "[terraform]", {"terraform/log_group"}),
        ("limits.max_users", "[values, kubernetes, terraform]", set()),
        ("limits.max_users", "[sql]", {"sql/tenant_entry"}),
    ],
)
def test_explain_tells_the_documents_that_a_setting_drives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, targets: str, documents: set[str]
) -> None:
    monkeypatch.chdir(write(tmp_path, {"tenantc.yaml": f"{TOP}targets: {targets}\n", "tenants/acme.yaml": tenant()}))
    lines = CliRunner().invoke(command, ["acme", path]).output.splitlines()
    told = {line.split()[1] for line in lines if line.split()[0] == "drives"}
    assert told >= documents
    assert bool(told) is bool(documents)
