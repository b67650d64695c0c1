"""Tenant templates as programs and the command line work with them: read, change, import, and write back."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenantc.driver.pipeline import Pipeline
from tenantc.driver.tenant_template.document import TenantTemplate, made_template
from tenantc.driver.tenant_template.exporting import written
from tenantc.driver.tenant_template.factory import TemplateError, TenantTemplateFactory
from tenantc.driver.tenant_template.importing import Imported
from tenantc.driver.tenant_template.reading import write_new
from tenantc.load.text import parse_text
from tenantc.model.identity import fill
from tenantc.source.value import exact
from tests.importing import TOP, workspace
from tests.unit.test_cli import run, valid

SHARED = Path(__file__).resolve().parents[1] / "imports"
WHO = {"tenant_id": "acme", "tenant_name": "Acme", "owner_email": "owner@acme.example"}
TIER = "tier: label\nextends: professional\nsettings:\n  integrations.slack.channel: '#${tenant.id}'\n"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return workspace(tmp_path_factory.mktemp("templates"), tiers__label=TIER)


@pytest.fixture(scope="module")
def factory(pipeline: Pipeline) -> TenantTemplateFactory:
    return TenantTemplateFactory(pipeline)


def template(**said: Any) -> TenantTemplate:
    return made_template("acme.json", {**WHO, "tier": "professional", **said})


def kept(done: Imported) -> Any:
    assert done.text is not None
    (document,) = parse_text("acme.yaml", done.text.encode()).value
    plain: Any = document.plain()
    return plain.get("x-imported", {})


def resolved(pipeline: Pipeline, text: str) -> dict[str, object]:
    """The settings of a tenant, as artifacts hold them."""
    (document,) = parse_text("tenants/acme.yaml", text.encode()).value
    spec = pipeline.workspace.reader.spec(document)
    assert spec.value is not None, spec.diagnostics
    (compiled,) = pipeline.tenant(spec.value).environments.values()
    sections = compiled.resolved.settings.sections.values()
    identity = spec.value.identity
    return {path: exact(fill(value, identity)) for one in sections for path, value in one.values.items()}


def exported(pipeline: Pipeline, text: str, folder: Path) -> str:
    """The template of a tenant that a file of its own states."""
    path = pipeline.workspace.root / "tenants" / f"{folder.name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    try:
        return written(TenantTemplateFactory(pipeline).export_template("acme"))
    finally:
        path.unlink()


TEXTS = st.text(
    st.sampled_from("ab ${}%#'\"\\-:é\n.") | st.characters(codec="utf-8", categories=["L", "N"]), min_size=1
)
OVERRIDES: dict[str, st.SearchStrategy[Any]] = {
    "limits.max_users": st.integers(1, 1000),
    "limits.storage_gb": st.integers(1, 1000),
    "limits.webhook_endpoints": st.just("unlimited") | st.integers(0, 99),
    "limits.data_retention_days": st.integers(100, 3000),
    "features.enabled+": st.just(["sso"]),
    "security.mfa_config.required": st.booleans(),
    "security.password_policy.min_length": st.integers(8, 60),
    'ai_configuration.model_access["gpt-4.1"]': st.booleans(),
    "integrations.slack.channel": TEXTS.map(lambda text: text[:50].replace("${", "$${")),
    "integrations.slack.bot_token": st.just("secret://vault/tenants/acme/slack#token"),
    "monitoring.logging.categories": st.sampled_from([["audit"], ["audit", "security"], []]),
    "billing.subscription.start": st.just("2026-05-01"),
}


@settings(max_examples=25)
@given(st.fixed_dictionaries({}, optional=OVERRIDES), st.sampled_from(["free", "professional", "label", "custom"]))
def test_what_is_exported_and_imported_resolves_to_the_same(
    pipeline: Pipeline, overrides: Mapping[str, Any], tier: str
) -> None:
    spec = {**WHO, "tier": tier, "compliance_requirements": ["SOC2"], "overrides": overrides}
    text = json.dumps(spec, ensure_ascii=False)
    exporter = exported(pipeline, text, Path("acme"))
    made = made_template("acme.json", json.loads(exporter))
    done = TenantTemplateFactory(pipeline).import_template(made, {})
    # what a tier's ceiling forbids stands in the exported template all the same, and is set aside again
    aside = {dict(one.facts)["path"] for one in done.diagnostics}
    assert done.text is not None
    before, after = resolved(pipeline, text), resolved(pipeline, done.text)
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} <= aside


def test_what_an_import_kept_stands_in_the_export_where_it_stood(pipeline: Pipeline) -> None:
    said = {
        "notifications": {"größe": [1, None], "note": "{{ '{{' }} x"},
        "configuration": {"limits": {"max_users": 9**6}},
    }
    done = TenantTemplateFactory(pipeline).import_template(template(**said), {})
    assert done.text is not None
    document = json.loads(exported(pipeline, done.text, Path("kept")))
    assert document["notifications"] == {"größe": [1, None], "note": "{{ '{{' }} x"}
    assert document["configuration"]["limits"]["max_users"] == 100
    assert document["x-imported"] == {"configuration.limits.max_users": 9**6}
    again = TenantTemplateFactory(pipeline).import_template(made_template("acme.json", document), {})
    assert kept(again).keys() >= kept(done).keys()
    # the rules harden it, so that it is not what the tier says
    assert (again.stated, done.stated) == (("security.mfa_config.required",), ())


def test_an_export_can_be_imported_for_another_tenant(pipeline: Pipeline) -> None:
    text = json.dumps({**WHO, "tier": "label"})
    document = json.loads(exported(pipeline, text, Path("another")))
    assert document["configuration"]["integrations"]["slack"]["channel"] == "#{{ tenant_id }}"
    made = made_template("acme.json", document)
    done = TenantTemplateFactory(pipeline).import_template(made, {"tenant_id": "other"})
    assert done.text is not None
    assert done.text.startswith("tenant_id: other\n")
    assert "channel" not in done.text


def test_what_a_tenant_may_not_say_is_kept_only_if_it_is_not_so_anyway(tmp_path: Path) -> None:
    owned = TOP + 'owners: {"integrations.custom.**": [tiers], "limits.scheduled_jobs": [tiers]}\n'
    factory = TenantTemplateFactory(workspace(tmp_path, tenantc=owned))
    said: dict[str, Any] = {"limits": {"scheduled_jobs": 50}, "integrations": {"custom": {"webhook_endpoints": 25}}}
    done = factory.import_template(template(**said), {})
    assert (kept(done), done.diagnostics, len(done.same)) == ({}, (), 2)
    # the tier's number follows another one, so that it would no longer be what the template says
    said["limits"]["webhook_endpoints"] = 7
    done = factory.import_template(template(**said), {})
    assert kept(done) == {"integrations.custom.webhook_endpoints": 25}
    assert [one.code for one in done.diagnostics] == ["T142"]
    assert done.same == ("limits.scheduled_jobs",)


def test_an_export_says_unlimited_as_platforms_do(pipeline: Pipeline) -> None:
    document = json.loads(exported(pipeline, json.dumps({**WHO, "tier": "custom"}), Path("unlimited")))
    assert document["configuration"]["limits"]["max_users"] == -1


def test_a_file_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    write_new(tmp_path / "new" / "acme.yaml", b"first")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "new" / "acme.yaml", b"second")
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "new").iterdir()] == [("acme.yaml", b"first")]


def test_a_template_of_a_thousand_unknown_settings_loses_none(factory: TenantTemplateFactory) -> None:
    dice = random.Random(7)  # noqa: S311 the same templates each time
    names = ["größe", "секция", "infrastructure", "billing", "a.b", "with space", "limits", '"]', "x" * 2000]
    values: list[Any] = [None, True, -1, 1.5, "x", "", [1, None, {"a": None}], {}, "2026-02-30", "yes", "1e3"]
    said: dict[str, Any] = {}
    count = 1200
    for number in range(count):
        said.setdefault(dice.choice(names), {})[f"ключ {number}"] = dice.choice(values)
    done = factory.import_template(template(**said), {})
    assert not done.stated
    assert sum(one.count for one in done.unknown) == count
    found = kept(done)
    assert len(found) == count
    assert sorted(map(repr, found.values())) == sorted(repr(one) for held in said.values() for one in held.values())


def test_a_template_is_customised_wherever_it_says_a_setting(factory: TenantTemplateFactory) -> None:
    said = {"configuration": {"security": {"mfa_required": False}}, "notifications": {"email": True}}
    first = template(**said, monitoring={"logging": {"categories": {"audit": False}}})
    made = factory.customize_template(
        first,
        {
            "security.mfa_config.required": True,
            "limits.max_users": 500,
            "infrastructure.caching.ttl_seconds": 60,
            "monitoring.logging.categories": ["audit"],
            "tenant_name": "Other",
            "notifications.email": False,
        },
    )
    found = made.plain()
    assert found["configuration"] == {"security": {"mfa_required": True}, "limits": {"max_users": 500}}
    assert found["infrastructure"] == {"caching": {"ttl_seconds": 60}}
    assert found["notifications"] == {"email": False}
    assert found["tenant_name"] == "Other"
    done = factory.import_template(made, {})
    assert {"security.mfa_config.required", "limits.max_users", "infrastructure.caching.ttl_seconds"} <= set(
        done.stated
    )
    assert first.plain()["configuration"] == {"security": {"mfa_required": False}}


@pytest.mark.parametrize(
    ("path", "code"), [("limits.max_user", "T126"), ("limits..x", "T124"), ("", "T124"), ("../etc", "T124")]
)
def test_a_path_that_names_nothing_changes_no_template(factory: TenantTemplateFactory, path: str, code: str) -> None:
    with pytest.raises(TemplateError) as raised:
        factory.customize_template(template(), {path: 1})
    assert [one.code for one in raised.value.diagnostics] == [code]


def test_templates_are_loaded_from_the_workspace_alone(factory: TenantTemplateFactory, pipeline: Pipeline) -> None:
    folder = pipeline.workspace.root / "templates"
    folder.mkdir(exist_ok=True)
    (folder / "small.json").write_text(json.dumps({**WHO, "tier": "free"}))
    assert factory.load_template("small.json").plain()["tier"] == "free"
    for name, problem in (("../" * 30 + "etc/passwd", "leads out"), ("none.json", "is not there"), (".", "plain file")):
        with pytest.raises(TemplateError, match=problem):
            factory.load_template(name)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"a": "\xff"}', "T101"),
        (b'{"tier": "free", "tier": "custom"}', "T105"),
        (b"{" * 10, "T102"),
        (b'{"a":' * 100_000, "T104"),
        (b'{"a": "' + b"x" * 2_000_000 + b'"}', "T103"),
        (b'"' + b"[" * 10 + b'"', "T143"),
        (b'{"tier": ["free"]}', "T143"),
        (b"", "T102"),
    ],
)
def test_what_is_no_template_is_told(
    factory: TenantTemplateFactory, pipeline: Pipeline, data: bytes, code: str
) -> None:
    path = pipeline.workspace.root / "templates" / "wrong.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    with pytest.raises(TemplateError) as raised:
        factory.import_template(factory.load_template("wrong.json"), WHO)
    assert {one.code for one in raised.value.diagnostics} == {code}


@pytest.mark.parametrize("variables", [{"a b": 1}, {"a": "x" * 5000}, {"a": [1]}, {"a": "\ue000"}, {"__a__": None}])
def test_variables_that_are_none_are_refused(factory: TenantTemplateFactory, variables: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="variable"):
        factory.import_template(template(), variables)


def test_secrets_are_in_no_output(factory: TenantTemplateFactory) -> None:
    said = {"configuration": {"integrations": {"slack": {"bot_token": "{{ slack_token | encrypt_sensitive }}"}}}}
    done = factory.import_template(template(**said), {"slack_token": "hunter2-in-clear"})
    assert "hunter2" not in repr(done)
    assert done.secrets == {"slack_token": "secret://vault/tenants/acme/slack_token#value"}
    said = {"configuration": {"integrations": {"slack": {"bot_token": "{{ slack_token }}"}}}}
    with pytest.raises(TemplateError) as raised:
        factory.import_template(template(**said), {"slack_token": "hunter2-in-clear"})
    assert [one.code for one in raised.value.diagnostics] == ["T405"]
    assert "hunter2" not in str(raised.value)


def test_the_commands_write_files_whole_and_once(tmp_path: Path) -> None:
    workspace(tmp_path / "demo")
    source = tmp_path / "acme.json"
    source.write_text(json.dumps({**WHO, "tier": "free", "limits": {"max_users": 3, "max_user": 4}}))
    demo = tmp_path / "demo"
    done = run("import", "../acme.json", "-o", "tenants/acme.yaml", "--format", "json", cwd=demo)
    assert done.returncode == 0, done.stderr
    document = valid(done.stdout, "import")
    assert document["written"] == ["tenants/acme.yaml"]
    assert document["unknown"][0]["suggestion"] == "did you mean `max_users`?"
    assert (demo / "tenants" / "acme.yaml").read_text() == document["document"]
    assert run("import", "../acme.json", "-o", "tenants/acme.yaml", cwd=demo).returncode == 2
    twice = run("import", "../acme.json", "-o", "tenants/second.yaml", cwd=demo)
    assert (twice.returncode, "T201" in twice.stderr) == (1, True)
    assert [path.name for path in (demo / "tenants").iterdir()] == ["acme.yaml"]
    back = run("export", "acme", "--template", "-o", "acme.json", "--format", "json", cwd=demo)
    assert valid(back.stdout, "export")["written"] == ["acme.json"]
    assert json.loads((demo / "acme.json").read_text())["limits"] == {"max_user": 4}
    assert run("export", "acme", cwd=demo).returncode == 2
    missing = run("import", "../acme.json", "--set", "tenant_id", cwd=demo)
    assert (missing.returncode, "VAR=VALUE" in missing.stderr) == (2, True)


def test_a_tier_is_imported_and_compiles(tmp_path: Path) -> None:
    workspace(tmp_path)
    source = SHARED / "a-tier" / "template.json"
    done = run("import", str(source), "--as", "tier", "-o", "tiers/studio.yaml", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (tmp_path / "tenants").mkdir()
    (tmp_path / "tenants" / "acme.json").write_text(json.dumps({**WHO, "tier": "studio"}))
    twice = run("import", str(source), "--as", "tier", "-o", "tiers/more/studio.yaml", cwd=tmp_path)
    assert (twice.returncode, "T202" in twice.stderr) == (1, True)
    shown = run("show", "acme", "integrations.slack", cwd=tmp_path)
    assert "integrations.slack.channel: #acme-${alerts}" in shown.stdout, shown.stderr
