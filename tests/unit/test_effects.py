"""What settings drive: no setting of the library changes nothing in silence."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tenantc.driver import library
from tenantc.driver.effects import Effect, effects
from tenantc.driver.options import DEFAULTS
from tenantc.driver.workspace import load
from tenantc.emit.document import SECRETS, Document, SettingSource, Slot, Tree
from tenantc.emit.formats import FORMATS
from tenantc.emit.links import links
from tenantc.emit.node import nodes, tree_key
from tenantc.emit.plan import Plan
from tenantc.emit.shelf import Shelf
from tenantc.emit.subject import Subject
from tenantc.emit.targets import TARGETS
from tenantc.emit.variants import variants
from tenantc.model.settings import Section
from tenantc.source.path import covers, section, split
from tenantc.source.value import Value
from tests.compiling import tenant, write
from tests.unit.test_cli import ROOT, run, valid
from tests.unit.test_why import TENANTS, TOP, compiled


@pytest.fixture(scope="module")
def found() -> dict[str, Effect]:
    workspace = load(ROOT / "examples" / "streaming").value
    assert workspace is not None
    return {one.path: one for one in effects(workspace)}


def test_every_control_drives_a_document_or_awaits_a_target(found: dict[str, Effect]) -> None:
    controls = [one for one in found.values() if one.kind == "control"]
    assert [one.path for one in controls if not (one.documents or one.dormant or one.awaiting)] == []


def test_what_awaits_a_target_drives_nothing_yet(found: dict[str, Effect]) -> None:
    for target, paths in library.awaiting().items():
        for upper in paths:
            awaited = [one for one in found.values() if covers(upper, one.path) and one.kind == "control"]
            assert awaited, f"{upper} covers no control"
            silent = [one for one in awaited if not one.documents and not one.dormant]
            assert {one.awaiting for one in silent} == {target}, f"{upper} drives documents"


def test_facts_need_drive_nothing_and_await_nothing(found: dict[str, Effect]) -> None:
    assert {one.awaiting for one in found.values() if one.kind == "fact"} == {None}


def test_what_documents_and_rules_read_is_told(found: dict[str, Effect]) -> None:
    level = found["infrastructure.isolation_level"]
    assert {(one.target, one.kind) for one in level.documents} >= {("sql", "role"), ("sql", "database")}
    assert "isolation-resource-quotas" in level.rules
    assert "secrets-by-reference" in found["integrations.*.api_key"].rules
    assert "feature-tier-entitlement" in found["features.enabled"].rules


def test_targets_are_known() -> None:
    later = {"gateway", "flags", "alertmanager", "identity", "vendors", "plan"}
    assert library.awaiting().keys() <= {target.name for target in TARGETS} | later


def test_the_command_tells_people_and_programs(tmp_path: Path) -> None:
    root = write(tmp_path, {"tenants/acme.yaml": tenant()})
    told = run("effects", "infrastructure.compute.quota_pods", cwd=root)
    assert told.stdout == (
        "infrastructure.compute.quota_pods (control)\n"
        "  drives kubernetes/resource_quota, ResourceQuota\n"
        "1 setting: 1 driving documents\n"
    )
    document = valid(run("effects", "integrations.okta.api_key", "--format", "json", cwd=root).stdout, "effects")
    assert [one["path"] for one in document] == ["integrations.*.api_key"]
    assert run("effects", "support.business_hours", cwd=root).stdout.endswith("4 settings: 4 awaiting alertmanager\n")


def test_a_slip_in_the_path_is_told(tmp_path: Path) -> None:
    root = write(tmp_path, {"tenants/acme.yaml": tenant()})
    told = run("effects", "limits.max_user", cwd=root)
    assert told.returncode == 2
    assert "`limits.max_user` is not a setting: did you mean `limits.max_users`?" in told.stderr


def test_what_a_document_lacks_is_told(tmp_path: Path) -> None:
    root = write(tmp_path, {"tenants/acme.yaml": tenant()})
    told = run("effects", "monitoring.metrics.granularity_minutes", cwd=root).stdout
    assert (
        "  would drive kubernetes/service_monitor, ServiceMonitor, if tenantc.yaml said `kubernetes.prometheus`\n"
        in told
    )
    assert told.endswith("1 setting: 1 lacking an option\n")
    top = root / "tenantc.yaml"
    top.write_text(f"{top.read_text()}kubernetes: {{prometheus: {{}}}}\n")
    told = run("effects", "monitoring.metrics.granularity_minutes", cwd=root).stdout
    assert "  drives kubernetes/service_monitor, ServiceMonitor\n" in told


def test_a_setting_of_a_target_that_is_not_chosen_drives_nothing_here(tmp_path: Path) -> None:
    root = write(tmp_path, {"tenants/acme.yaml": tenant()})
    top = root / "tenantc.yaml"
    top.write_text(f"{top.read_text()}targets: [values]\n")
    found = json.loads(run("effects", "infrastructure.compute.quota_pods", "--format", "json", cwd=root).stdout)
    assert (found[0]["documents"], found[0]["awaiting"]) == ([], None)
    told = run("effects", "infrastructure.compute.quota_pods", cwd=root).stdout
    assert "drives no document of the workspace's targets" in told


# --- what documents declare is what they use ---

DOCUMENTS = [document for target in TARGETS for document in target.documents]
ODD = {
    "ai_configuration.ml_pipeline.train_on_tenant_data": True,
    "ai_configuration.safety_settings.content_filter": False,
    "security.password_policy.breached_password_check": False,
    "integrations.custom.saml_sso": True,
    "security.mfa_config.required": True,
    "security.mfa_config.methods": ["passkey"],
}
BACKUP = "infrastructure.disaster_recovery.backup"
# tenants that differ so much that each setting counts for one of them
BASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("professional", TENANTS["professional"], {}),
    # autoscalers take tolerances from the next version on
    ("professional", TENANTS["professional"], {"version": "1.34"}),
    ("enterprise", {**TENANTS["enterprise"], "infrastructure.network.default_ingress": "allow"}, {}),
    ("enterprise", {**TENANTS["enterprise"], f"{BACKUP}.copies": 3}, {"version": "1.34"}),
    (
        "custom",
        {
            "infrastructure.network.segments": {"front": {"zone": "dmz"}},
            "infrastructure.database.region": "eu-west-1",
            "infrastructure.database.read_replicas": 0,
            "compliance.data_governance.data_residency_region": "eu",
            "compliance.data_governance.residency.regions": ["eu-west-1"],
            "security.encryption_config.key_management": "hsm",
            "security.encryption_config.key_rotation_days": "unlimited",
            "infrastructure.caching.region": "eu-west-1",
        },
        {},
    ),
    ("custom", {"infrastructure.compute.quota_cpu_millicores": 4000}, {}),
    ("professional", {"infrastructure.disaster_recovery.rpo_minutes": 1}, {}),
    # whose key alone lies in a second region
    (
        "free",
        {
            "infrastructure.disaster_recovery.secondary_region": "eu-central-1",
            "security.encryption_config.kms.multi_region": True,
        },
        {},
    ),
    # whose second region is its first
    (
        "professional",
        {
            "infrastructure.disaster_recovery.secondary_region": "eu-west-1",
            "infrastructure.disaster_recovery.enabled": True,
        },
        {},
    ),
    # what S3 and CloudWatch refuse, until something else is said, too
    ("free", {"infrastructure.storage.public_access": True, "monitoring.logging.audit.sink": "siem"}, {}),
    *[("free", {"infrastructure.isolation_level": level}, {}) for level in ("shared", "schema")],
    ("enterprise", {"security.mfa_config.methods": ["sms"]}, {}),
    # who signs in through one provider alone, for want of a factor that Cognito knows
    *[
        ("professional", {**ODD, f"integrations.{vendor}.enabled": True}, {})
        for vendor in ("auth0", "azure_ad", "google_workspace", "okta", "saml")
    ],
]


@pytest.fixture(scope="module")
def subjects(tmp_path_factory: pytest.TempPathFactory) -> list[Subject]:
    """Tenants as documents see them."""
    found = []
    for tier, overrides, options in BASES:
        top = {**TOP, "kubernetes": {**TOP["kubernetes"], **options}}
        pipeline, one = compiled(tmp_path_factory.mktemp("base"), tier, overrides, top)
        assert one.checked is not None, (tier, overrides)
        found.append(Subject(pipeline.schema, one.checked.resolved.settings.sections))
    return found


def columns(path: str | tuple[str, ...]) -> tuple[Value, ...]:
    held: dict[str | tuple[str, ...], tuple[Value, ...]] = {
        "infrastructure.isolation_level": ("shared", "schema"),
        "tenant.grade": ("enterprise", "professional"),
        "security.encryption_config.fips_mode": (False, True),
        "build.departed": ("globex",),
        "security.threat_detection.enabled": (False, True),
        "security.threat_detection.vulnerability_scan.internal_interval_days": (30,),
        "compliance.data_governance.data_loss_prevention.enabled": (True,),
        "compliance.frameworks": (("pci_dss", "soc2"), ("gdpr",)),
        "infrastructure.network.flow_logs": (True,),
        "monitoring.logging.retention_days": (30, 90),
    }
    facts: dict[str, Any] = {
        "tenant.id": "acme",
        "build.root": "terraform",
        "deployment.environment": "live",
        "build.folder": "live",
        "build.estate": "here",
    }
    facts |= {
        "infrastructure.isolation_level": "shared",
        "infrastructure.database.read_replicas": 1,
        "infrastructure.caching.enabled": True,
        "infrastructure.caching.cache_size_mb": 1024,
        "limits.backup_retention_days": 30,
        f"{BACKUP}.enabled": True,
        f"{BACKUP}.incremental_interval_minutes": 240,
        f"{BACKUP}.copies": 3,
        "infrastructure.disaster_recovery.secondary_region": "eu-central-1",
        "security.encryption_config.kms.multi_region": True,
        **{f"security.encryption_config.tls.{end}_version": "TLSv1.2" for end in ("min", "max")},
    }
    facts |= {"tenant.id": "acme", "deployment.environment": "live", "build.folder": "live", "build.estate": "here"}
    if isinstance(path, tuple):
        rows = (tuple(facts.get(one, ring) for one in path) for ring in ("canary", "early", "general"))
        return tuple(dict.fromkeys(rows))
    return held[path]


def built(document: Document, subject: Subject) -> list[Tree]:
    plan = Plan(document, FORMATS["sql" if document.target == "sql" else "yaml"], "file")
    return plan.trees(Shelf().sight(subject), columns)[0]


def is_optional(path: str) -> bool:
    """Whether it is an option of tenantc.yaml that may be missing."""
    first, *names = split(path)
    found: Any = DEFAULTS
    for name in names:
        found = found.get(name) if isinstance(found, Mapping) else None
    return first == "workspace" and found is None


def otherwise(subject: Subject, path: str) -> Iterator[Subject]:
    """The tenant with other values of a setting, or of all that stand below it, or with an option left out whole."""
    if path == SECRETS:
        for name in subject.schema.secret_sections:
            for one, _ in subject.secrets(name):
                yield from otherwise(subject, one)
        return
    held = subject.sections.get(section(path), Section({}, {}))
    if is_optional(path) and path not in held.values:
        left = Section({key: value for key, value in held.values.items() if not covers(path, key)}, {})
        yield Subject(subject.schema, {**subject.sections, section(path): left})
    stated = {"tenant.status": {"enum": ["active", "suspended"]}}.get(path)
    for one in [path, *(below for below in held.values if covers(path, below) and below != path)]:
        leaf = subject.schema.leaf(one)
        if leaf is None and one not in held.values:
            continue
        for other in variants(held.values.get(one), leaf, stated):
            values = {key: value for key, value in held.values.items() if key != one}
            changed = Section(values | ({one: other} if other is not None else {}), {})
            yield Subject(subject.schema, {**subject.sections, section(path): changed})


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: f"{one.target}/{one.name}")
def test_a_document_uses_all_that_it_declares(document: Document, subjects: list[Subject]) -> None:
    trees = [built(document, subject) for subject in subjects]
    places = {
        node.source.path
        for found in trees
        for node in nodes(found)
        if isinstance(node, Slot) and isinstance(node.source, SettingSource)
    }
    assert places == set(document.places)
    for path in (*document.looks, *((document.each,) if document.each else ())):
        keys = [tree_key(found) for found in trees]
        assert any(
            tree_key(built(document, other)) != key
            for subject, key in zip(subjects, keys, strict=True)
            for other in otherwise(subject, path)
        ), f"{path} changes nothing"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: f"{one.target}/{one.name}")
def test_a_document_makes_what_it_says(document: Document, subjects: list[Subject]) -> None:
    made = [tree for subject in subjects for tree in built(document, subject)]
    assert made
    if document.target in {"kubernetes", "argocd", "flux"}:
        # what the ApplicationSet reads is no object
        held = {tree.get("kind", "parameters") for tree in made if isinstance(tree, Mapping)}
        assert held == {document.kind}
        return
    found = links(made)
    kinds = {kind for kind, _ in found.makes} if found is not None else set()
    blocks = {block for tree in made if isinstance(tree, Mapping) for block in tree}
    assert document.kind in kinds | blocks
