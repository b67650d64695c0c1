"""What attacks with hostile texts found, each by itself: where it is told, or what it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenantc.diagnostics.diagnostic import Diagnostic
from tests.building import run
from tests.compiling import TOP as PLAIN
from tests.compiling import compile_files, tenant, write

TOP, SPEC = "tenantc.yaml", "tenants/acme.yaml"


def said(root: Path, overrides: str = "", more: str = "") -> list[tuple[str, str, int]]:
    """The code, file and line of all that is said about a tenant."""
    top = {TOP: PLAIN + more} if more else {}
    result = compile_files(root, {**top, SPEC: tenant(overrides, tier="professional")})
    return [(one.code, *place(one)) for one in result.diagnostics]


def place(one: Diagnostic) -> tuple[str, int]:
    return one.blames[0].span.path, one.blames[0].span.line


@pytest.mark.parametrize("name", ['"0"', '"017"', "8080", '""'])
def test_a_mistake_under_a_name_of_digits_is_told_there(tmp_path: Path, name: str) -> None:
    """jsonschema-rs takes such a name for an index, and an empty one for none."""
    more = f"kubernetes:\n  workloads:\n    {name}:\n      kind: Deployment\n      port: 0\n"
    assert ("T122", TOP, 9) in said(tmp_path, more=more)


def test_a_mistake_in_a_setting_under_a_name_of_digits_is_told_there(tmp_path: Path) -> None:
    assert said(tmp_path, 'ai_configuration.models: {"017": {region: "A B"}}') == [("T401", SPEC, 6)]


def test_a_wrong_name_is_told_by_itself(tmp_path: Path) -> None:
    more = "kubernetes:\n  workloads:\n    api: {kind: Deployment}\n    A B: {kind: Deployment}\n"
    result = compile_files(tmp_path, {TOP: PLAIN + more})
    assert [(place(one), one.message.partition(", which")[0]) for one in result.diagnostics] == [
        ((TOP, 8), "`kubernetes.workloads` has a name that is `A B`")
    ]


@pytest.mark.parametrize("name", ["x" * 65, '["ab\\n"]'])
def test_the_name_of_an_entry_keeps_to_all_that_the_schema_says(tmp_path: Path, name: str) -> None:
    path = f"integrations{'' if name[0] == '[' else '.'}{name}"
    assert said(tmp_path, f"{path}.channel: general") == [("T126", SPEC, 6)]
    assert said(tmp_path, f"integrations.{'x' * 64}.channel: general") == []


def test_the_names_that_a_workspaces_schema_lists_are_all_there_are(tmp_path: Path) -> None:
    schema = (
        "x-section: own\ntype: object\nadditionalProperties: false\nproperties:\n"
        "  kinds: {description: Kinds., type: object, propertyNames: {enum: [a, b]},\n"
        "    additionalProperties: {description: Some., type: integer, x-kind: fact}}\n"
    )
    result = compile_files(tmp_path, {"schemas/own.yaml": schema, SPEC: tenant("own.kinds: {a: 1, c: 2}")})
    assert [(one.code, one.help) for one in result.diagnostics] == [
        ("T126", "names under `own.kinds` are among `a`, `b`")
    ]


def test_an_item_of_a_list_may_hold_what_opens_an_expression(tmp_path: Path) -> None:
    result = compile_files(tmp_path, {SPEC: tenant('integrations.a.scopes: ["$${limits.max_users}", "$$${x}"]')})
    assert (result.codes, result.get("integrations.a.scopes")) == ([], ["${limits.max_users}", "$${x}"])
    assert said(tmp_path, 'integrations.a.scopes: ["${limits.max_users}"]') == [("T301", SPEC, 6)]


@pytest.mark.parametrize("identity", ["", "${tenant.id}"])
def test_a_control_character_in_a_reference_stands_for_nobodys_id(tmp_path: Path, identity: str) -> None:
    assert said(tmp_path, f'integrations.a.api_key: "secret://vault/{identity}a#key"') == []
    assert said(tmp_path, f'integrations.a.api_key: "secret://vault/{identity}\\0#key"') == [("T405", SPEC, 6)]


def test_what_a_platforms_option_cannot_be_is_told_once_at_its_own_line(tmp_path: Path) -> None:
    more = "kubernetes:\n  gateway: {name: g, namespace: n,\n    workload: nobody}\n"
    domain = tenant("infrastructure.network.custom_domains: [a.example]", tier="professional")
    write(tmp_path, {TOP: PLAIN + more, SPEC: domain, "tenants/b.yaml": domain.replace("acme", "b")})
    told = [one for one in run(tmp_path, tmp_path / "out").ledger.all() if one.code == "T603"]
    assert [place(one) for one in told] == [(TOP, 7)]


def test_no_promql_text_is_broken_by_a_line_break(tmp_path: Path) -> None:
    more = 'kubernetes: {prometheus: {requests: {metric: m, errors: "code=\\"a\\nb\\""}}}\n'
    assert said(tmp_path, more=more) == [("T122", TOP, 5)]
