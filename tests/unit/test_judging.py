"""Judging in a workspace: hardening, how strictly rules hold, waivers; a decision of language.md §3 and §6 each."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from tenantc.model.verdict import Answer, Verdict
from tests.compiling import Result, compile_files, tenant

TTL = "infrastructure.caching.ttl_seconds"
SIZE = "infrastructure.caching.cache_size_mb"
STRATEGY = "infrastructure.caching.strategy"
LEVEL = "monitoring.logging.level"
CATEGORIES = "monitoring.logging.categories"


def rule(id: str, require: str, *, severity: str = "critical", basis: str = "house", more: str = "") -> dict[str, str]:
    head = f'rule {id}\n  title    "The rule {id}"\n{more}'
    return {f"rules/{id}.rule": f"{head}  require  {require}\n  severity {severity}\n  basis    {basis}\n"}


def verdict(result: Result, id: str, tenant: str = "acme", environment: str = "") -> Verdict:
    compiled = result.tenants[tenant].environments[environment]
    assert compiled.judged is not None, result.text
    return compiled.judged.verdicts[id]


def about(result: Result, *ids: str) -> list[str]:
    """The codes of what was said about these rules."""
    return [one.code for one in result.diagnostics if any(f"`{id}`" in one.message for id in ids)]


# --- how strictly ---


@pytest.mark.parametrize(
    ("severity", "basis", "code"),
    [
        ("critical", "house", "T530"),
        ("critical", "consistency", "T530"),
        ("critical", "proposed", "T532"),
        ("high", "stated", "T530"),
        ("high", "required", "T530"),
        ("high", "house", "T531"),
        ("medium", "stated", "T531"),
        ("low", "required", "T531"),
        ("high", "proposed", "T532"),
    ],
)
def test_severity_and_basis_decide_what_a_failure_does(tmp_path: Path, severity: str, basis: str, code: str) -> None:
    files = rule("short-lived", f"{TTL} <= 1 second", severity=severity, basis=basis)
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert about(result, "short-lived") == [code]


def enforced(level: str, more: str = "") -> str:
    return f"enforce:\n  short-lived: {{level: {level}, reason: trial, owner: security{more}}}\n"


@pytest.mark.parametrize(
    ("policies", "code"),
    [
        ({"house": "warn"}, "T531"),
        ({"house": "report"}, "T532"),
        ({"house": "off"}, None),
        ({"soc2": "warn"}, "T531"),
        ({"gdpr": "warn"}, "T530"),  # not a framework of the tenant, so nobody speaks
        ({"house": "report", "soc2": "warn"}, "T531"),  # the strictest wins
        ({"house": "off", "soc2": "report"}, "T532"),
    ],
)
def test_policies_decide_how_strictly(tmp_path: Path, policies: dict[str, str], code: str | None) -> None:
    files = {f"policies/{name}.yaml": f"policy: {name}\n{enforced(level)}" for name, level in policies.items()}
    files |= rule("short-lived", f"{TTL} <= 1 second")
    spec = tenant(more="compliance_requirements: [SOC2]\n")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": spec})
    assert about(result, "short-lived") == ([code] if code else [])


@pytest.mark.parametrize(
    ("as_of", "code"),
    [("2026-12-31", "T530"), ("2027-01-01", "T531"), ("2027-03-01", "T531"), ("2027-03-02", "T530")],
)
def test_a_policy_holds_from_its_first_day_through_its_last(tmp_path: Path, as_of: str, code: str) -> None:
    policy = "policy: house\n" + enforced("warn", ", from: 2027-01-01, until: 2027-03-01")
    files = rule("short-lived", f"{TTL} <= 1 second") | {"policies/house.yaml": policy}
    assert about(compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()}, as_of), "short-lived") == [code]


def test_a_rule_that_is_off_hardens_nothing(tmp_path: Path) -> None:
    files = rule("short-lived", f"{TTL} <= 1 second", more="") | {
        "policies/house.yaml": "policy: house\n" + enforced("off")
    }
    files["rules/short-lived.rule"] += f"  remedy   lower {TTL} to 1 second\n"
    off = compile_files(tmp_path / "off", {**files, "tenants/acme.yaml": tenant()})
    del files["policies/house.yaml"]
    on = compile_files(tmp_path / "on", {**files, "tenants/acme.yaml": tenant()})
    assert on.get(TTL) == 1
    assert off.get(TTL) != 1


def test_a_policy_sets_a_parameter_with_its_unit(tmp_path: Path) -> None:
    files = rule("short-lived", f"{TTL} <= longest", more="  param    longest = 1 second\n")
    files["policies/house.yaml"] = "policy: house\nparams: {short-lived: {longest: 100 days}}\n"
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert verdict(result, "short-lived").answer is Answer.PASS


def test_two_values_of_a_parameter_for_one_tenant_are_an_error(tmp_path: Path) -> None:
    files = rule("short-lived", f"{TTL} <= longest", more="  param    longest = 1 second\n")
    for name, value in (("soc2", "1 day"), ("gdpr", "2 days")):
        files[f"policies/{name}.yaml"] = f"policy: {name}\nparams: {{short-lived: {{longest: {value}}}}}\n"
    one = compile_files(
        tmp_path / "one", {**files, "tenants/acme.yaml": tenant(more="compliance_requirements: [SOC2]\n")}
    )
    assert "T512" not in one.codes
    both = compile_files(
        tmp_path / "both", {**files, "tenants/acme.yaml": tenant(more="compliance_requirements: [SOC2, GDPR]\n")}
    )
    assert "T512" in both.codes


def test_a_clauses_level_follows_its_own_basis(tmp_path: Path) -> None:
    files = rule(
        "two",
        f"{TTL} <= 1 second\n           basis proposed\n  require  {SIZE} <= 1 MB",
        severity="high",
        basis="stated",
    )
    within = compile_files(tmp_path / "a", {**files, "tenants/acme.yaml": tenant(f"{SIZE}: 1\n")})
    assert about(within, "two") == ["T532"]
    beyond = compile_files(tmp_path / "b", {**files, "tenants/acme.yaml": tenant(f"{TTL}: 1\n")})
    assert about(beyond, "two") == ["T530"]


# --- hardening ---


def hardening(id: str, require: str, remedy: str, more: str = "") -> dict[str, str]:
    files = rule(id, require, more=more)
    return {name: f"{text}  remedy   {remedy}\n" for name, text in files.items()}


def test_a_failing_stack_is_hardened_and_says_by_what(tmp_path: Path) -> None:
    files = hardening("short-lived", f"{TTL} <= 30 seconds", f"lower {TTL} to 30 seconds")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert result.get(TTL) == 30
    definitions = result.tenants["acme"].environments[""].resolved.settings.definitions(TTL)
    assert str(definitions[-1].layer) == "hardening by rule `short-lived`"
    assert about(result, "short-lived") == []


def test_an_override_stands_above_hardening_and_is_judged(tmp_path: Path) -> None:
    files = hardening("short-lived", f"{TTL} <= 30 seconds", f"lower {TTL} to 30 seconds")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(f"{TTL}: 31\n")})
    assert result.get(TTL) == 31
    assert about(result, "short-lived") == ["T530"]


def test_operators_of_overrides_see_the_hardened_value(tmp_path: Path) -> None:
    files = hardening("audited", f"{CATEGORIES} contains performance", f"add performance to {CATEGORIES}")
    files["tiers/bare.yaml"] = f"tier: bare\nextends: free\nsettings:\n  {CATEGORIES}!: [security]\n"
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(f"{CATEGORIES}+: [audit]\n", tier="bare")})
    found = result.get(CATEGORIES)
    assert isinstance(found, list)
    assert found.index("performance") < found.index("audit")


def test_a_reference_in_a_hardened_setting_stays_live(tmp_path: Path) -> None:
    files = hardening("short-lived", f"{TTL} <= 50 seconds", f"lower {TTL} to 50 seconds")
    files["tiers/own.yaml"] = f"tier: own\nextends: free\nsettings:\n  {TTL}: ${{{SIZE} * 1 second // 1 MB}}\n"
    high = compile_files(tmp_path / "a", {**files, "tenants/acme.yaml": tenant(f"{SIZE}: 60\n", tier="own")})
    assert high.get(TTL) == 50
    low = compile_files(tmp_path / "b", {**files, "tenants/acme.yaml": tenant(f"{SIZE}: 20\n", tier="own")})
    assert low.get(TTL) == 20


def test_mending_one_rule_breaks_no_other_unseen(tmp_path: Path) -> None:
    """A rule that passes keeps its bound where the value satisfies it already."""
    files = hardening("long-enough", f"{TTL} >= 20 seconds", f"raise {TTL} to 20 seconds")
    files |= hardening("short-enough", f"{TTL} <= 10 seconds", f"lower {TTL} to 10 seconds")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert "T511" in result.codes
    inherited = compile_files(tmp_path / "plain", {"tenants/acme.yaml": tenant()})
    assert result.get(TTL) == inherited.get(TTL), "the setting stays as it is inherited"


def test_a_policy_settles_a_contradiction_and_the_other_rule_is_given_up(tmp_path: Path) -> None:
    files = hardening("long-enough", f"{TTL} >= 20 seconds", f"raise {TTL} to 20 seconds")
    files |= hardening("short-enough", f"{TTL} <= 10 seconds", f"lower {TTL} to 10 seconds")
    files["policies/house.yaml"] = (
        "policy: house\nsettle:\n  - {rules: [long-enough, short-enough], prefer: short-enough, "
        "reason: fresh data, approver: cto@example.com}\n"
    )
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert "T511" not in result.codes
    assert result.get(TTL) == 10
    assert verdict(result, "short-enough").answer is Answer.PASS
    assert verdict(result, "long-enough").answer is Answer.WAIVED


@pytest.mark.parametrize("order", list(itertools.permutations(["a", "b", "c"])))
def test_hardening_does_not_depend_on_the_order_of_rules(tmp_path: Path, order: tuple[str, ...]) -> None:
    asks = [
        (f"{TTL} <= 40 seconds", f"lower {TTL} to 40 seconds"),
        (f"{TTL} <= 30 seconds", f"lower {TTL} to 30 seconds"),
    ]
    asks.append((f"{CATEGORIES} contains performance", f"add performance to {CATEGORIES}"))
    files: dict[str, str] = {}
    for name, (require, remedy) in zip(order, asks, strict=True):
        files |= hardening(name, require, remedy)
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert result.get(TTL) == 30
    assert about(result, "a", "b", "c") == []


def test_hardening_goes_stratum_by_stratum(tmp_path: Path) -> None:
    """Whether the second rule is judged, the first one's remedy decides."""
    files = hardening("z-first", f"{LEVEL} == DEBUG", f"set {LEVEL} = DEBUG")
    files |= hardening(
        "a-second", f"{TTL} <= 5 seconds", f"lower {TTL} to 5 seconds", more=f"  when     {LEVEL} == DEBUG\n"
    )
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert result.get(LEVEL) == "DEBUG"
    assert result.get(TTL) == 5


def test_an_ordered_enum_is_raised_by_its_order(tmp_path: Path) -> None:
    order = "compliance.data_governance.data_classification"
    files = hardening(
        "waf", "infrastructure.network.ddos_protection != none", "raise infrastructure.network.ddos_protection to basic"
    )
    del order
    files["tiers/open.yaml"] = "tier: open\nextends: free\nsettings:\n  infrastructure.network.ddos_protection: none\n"
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(tier="open")})
    assert result.get("infrastructure.network.ddos_protection") == "basic", result.text


def test_an_override_that_undoes_hardening_is_not_idle(tmp_path: Path) -> None:
    plain = compile_files(tmp_path / "plain", {"tenants/acme.yaml": tenant()})
    inherited = plain.get(TTL)
    files = hardening("short-lived", f"{TTL} <= 30 seconds", f"lower {TTL} to 30 seconds")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(f"{TTL}: {inherited}\n")})
    assert "T307" not in result.codes
    assert about(result, "short-lived") == ["T530"]


# --- who, and what it rests on ---


def test_a_tier_of_ones_own_counts_as_its_grade(tmp_path: Path) -> None:
    files = rule("paid", f"{TTL} <= 1 second", more="  applies  to tiers professional\n")
    files["tiers/label.yaml"] = "tier: label\nextends: professional\n"
    files["tiers/odd.yaml"] = "tier: odd\nextends: professional\ngrade: free\n"
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(tier="label")})
    assert about(result, "paid") == ["T530"]
    result = compile_files(tmp_path / "odd", {**files, "tenants/acme.yaml": tenant(tier="odd")})
    assert about(result, "paid") == []


def test_a_pass_that_rests_on_facts_alone_is_attested(tmp_path: Path) -> None:
    fact = "compliance.data_governance.data_classification"
    files = rule("classified", f"{fact} in [internal, restricted]") | rule("short-lived", f"{TTL} <= 100 days")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(f"{fact}: internal\n")})
    assert verdict(result, "classified").attested
    assert not verdict(result, "short-lived").attested


def test_verdicts_stand_in_the_order_of_their_ids(tmp_path: Path) -> None:
    files = rule("b", f"{TTL} <= 100 days") | rule("a", f"{TTL} <= 100 days") | rule("c-d", f"{TTL} <= 100 days")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(f"{TTL}: 77\n")})
    compiled = result.tenants["acme"].environments[""]
    assert compiled.judged is not None
    assert list(compiled.judged.verdicts) == sorted(compiled.judged.verdicts)


def test_a_tenant_is_judged_by_what_it_changes_as_if_it_were_alone(tmp_path: Path) -> None:
    files = rule("short-lived", f"{TTL} <= 100 seconds", severity="low")
    specs = {f"tenants/t{n}.yaml": tenant(f"{TTL}: {n}\n").replace("acme", f"t{n}") for n in (99, 100, 101)}
    together = compile_files(tmp_path / "all", {**files, **specs})
    for name, text in specs.items():
        alone = compile_files(tmp_path / name.replace("/", "-"), {**files, name: text})
        id = name.removeprefix("tenants/").removesuffix(".yaml")
        assert verdict(together, "short-lived", id) == verdict(alone, "short-lived", id)


def test_a_tiers_failure_is_told_once_with_its_line(tmp_path: Path) -> None:
    files = rule("short-lived", f"{TTL} <= 1 second")
    files["tiers/slow.yaml"] = f"tier: slow\nextends: free\nsettings:\n  {TTL}: 900\n"
    files |= {f"tenants/t{n}.yaml": tenant(tier="slow").replace("acme", f"t{n}") for n in range(3)}
    result = compile_files(tmp_path, files)
    told = [one for one in result.diagnostics if "`short-lived`" in one.message]
    assert len(told) == 1
    assert told[0].blames[0].span.path == "tiers/slow.yaml"


# --- waivers ---


def waiver(more: str = "", until: str = "2027-01-31") -> dict[str, str]:
    text = (
        f"- rule: short-lived\n  tenants: [acme]\n  until: {until}\n  reason: ticket 57\n  approver: ciso@example.com\n"
    )
    return {"waivers/acme.yaml": text + more}


@pytest.mark.parametrize(
    ("until", "answer", "codes"),
    [
        ("2027-01-31", Answer.WAIVED, []),
        ("2026-11-01", Answer.WAIVED, ["T521"]),  # its last day, and soon over
        ("2026-12-01", Answer.WAIVED, ["T521"]),
        ("2026-12-02", Answer.WAIVED, []),
        ("2026-10-31", None, ["T521", "T530"]),
    ],
)
def test_a_waiver_holds_through_its_last_day(
    tmp_path: Path, until: str, answer: Answer | None, codes: list[str]
) -> None:
    files = rule("short-lived", f"{TTL} <= 1 second") | waiver(until=until)
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert sorted(about(result, "short-lived")) == codes
    if answer is not None:
        assert verdict(result, "short-lived").answer is answer


def test_a_waiver_is_for_its_tenants_alone(tmp_path: Path) -> None:
    files = rule("short-lived", f"{TTL} <= 1 second") | waiver()
    files |= {"tenants/acme.yaml": tenant(), "tenants/other.yaml": tenant().replace("acme", "other")}
    result = compile_files(tmp_path, files)
    assert about(result, "short-lived") == ["T530"]
    assert verdict(result, "short-lived").answer is Answer.WAIVED


@pytest.mark.parametrize(("ttl", "waived"), [(20, True), (60, True), (61, False)])
def test_a_waiver_reaches_up_to_the_worst_value_accepted(tmp_path: Path, ttl: int, waived: bool) -> None:
    files = rule("short-lived", f"{TTL} <= 1 second") | waiver("  up_to: 1 minute\n")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant(f"{TTL}: {ttl}\n")})
    assert (about(result, "short-lived") == []) is waived


@pytest.mark.parametrize(("items", "codes"), [("[slack]", []), ("[okta]", ["T530"]), (None, ["T520", "T530"])])
def test_a_waiver_of_a_rule_over_a_collection_names_members(
    tmp_path: Path, items: str | None, codes: list[str]
) -> None:
    files = rule("short-lived", "all i in integrations: i.region is set")
    files |= waiver(f"  items: {items}\n" if items else "")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant("integrations.slack.channel: x\n")})
    assert sorted(about(result, "short-lived")) == codes


@pytest.mark.parametrize(
    ("items", "codes"),
    [(["slack", "okta"], []), (["slack"], ["T530"]), (["okta", "slack", "okta"], []), (["zoom", "okta"], ["T530"])],
)
def test_several_waivers_of_a_rule_cover_together(tmp_path: Path, items: list[str], codes: list[str]) -> None:
    files = rule("short-lived", "all i in integrations: i.region is set")
    for number, item in enumerate(items):
        (text,) = waiver(f"  items: [{item}]\n", until=f"2027-0{number + 1}-28").values()
        files[f"waivers/{number}.yaml"] = text
    spec = tenant("integrations.slack.channel: x\nintegrations.okta.domain: okta.example.com\n")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": spec})
    assert about(result, "short-lived") == codes


def test_a_waiver_of_one_requirement_does_not_cover_another(tmp_path: Path) -> None:
    files = rule("short-lived", f"{TTL} <= 1 second\n  require  all i in integrations: i.region is set")
    files |= waiver("  items: [okta]\n")
    spec = tenant("integrations.slack.channel: x\n")
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": spec})
    assert about(result, "short-lived") == ["T530"]
    result = compile_files(tmp_path / "covered", {**files, "tenants/acme.yaml": spec.replace("slack", "okta")})
    assert about(result, "short-lived") == []


def test_an_unwaivable_rule_refuses(tmp_path: Path) -> None:
    files = rule("short-lived", f"{TTL} <= 1 second", more="  unwaivable\n") | waiver()
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert sorted(about(result, "short-lived")) == ["T520", "T530"]


def test_a_broken_rule_file_lets_no_tenant_through(tmp_path: Path) -> None:
    files = {"rules/broken.rule": 'rule broken\n  title "x"\n  require nothing.like.this\n'}
    result = compile_files(tmp_path, {**files, "tenants/acme.yaml": tenant()})
    assert result.failed
