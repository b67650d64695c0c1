"""What a tenant's names depend on, and who is blamed for two of one name (language.md §7): builds in, names out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.building import codes, files, fleet, run
from tests.compiling import TOP, tenant, write

LIVES = "environments: {staging: {}, production: {}}\n"
TWO = {"environments/e.yaml": "environment: staging\n---\nenvironment: production\n"}


def names(folder: Path) -> dict[str, object]:
    """What a tenant's artifacts call its namespace, role, bucket, key and log group."""
    held = files(folder)
    objects = [one for one in yaml.safe_load_all(held["kubernetes.yaml"]) if one["kind"] == "Namespace"]
    resources = json.loads(held["main.tf.json"])["resource"]
    # not every tenant has a role that only reads
    sql = b"".join(data for path, data in held.items() if path.endswith(".sql") and path != "reader.sql").decode()
    found = {
        "namespace": [one["metadata"]["name"] for one in objects],
        "bucket": resources["aws_s3_bucket"]["tenant"]["bucket"],
        "key": resources["aws_kms_alias"]["tenant"]["name"],
        "logs": resources["aws_cloudwatch_log_group"]["tenant"]["name"],
        "roles": set(re.findall(r'ALTER ROLE "([^"]+)" (?:NO)?LOGIN', sql)),
    }
    assert all(found.values()), "a name that is not found would equal any other"
    return found


def compiled(root: Path, **texts: str) -> dict[str, object]:
    """The names of tenant acme in a workspace that differs from the smallest by these files."""
    held = {"tenantc.yaml": TOP, "tenants/acme.yaml": tenant(), **texts}
    assert run(write(root / "w", held), root / "out").written
    return names(root / "out/tenants/acme")


@pytest.mark.parametrize(
    "texts",
    [
        {"tenants/acme.yaml": tenant(more="ring: canary\n")},
        {"tenants/acme.yaml": tenant(tier="enterprise")},
        {"tenants/acme.yaml": tenant(more="status: suspended\nindustry: media\n")},
        {"tenants/acme.yaml": tenant().replace("Acme", "Another Name").replace("owner@", "other@")},
        {"tenants/acme.yaml": tenant("infrastructure.isolation_level: schema")},
        {"tenants/acme.yaml": tenant("infrastructure.isolation_level: database", tier="enterprise")},
        {"tenants/acme.yaml": tenant(tier="custom")},
        {"tenantc.yaml": TOP + "deployment: {cluster: blue}\n"},
        {"tenants/other.yaml": tenant().replace("acme", "acme-2"), "tenants/more.yaml": tenant().replace("acme", "a")},
    ],
    ids=["ring", "tier", "status", "words", "schema", "database", "cluster-level", "cluster", "other-tenants"],
)
def test_a_name_depends_on_no_ring_cluster_tier_isolation_level_or_other_tenant(
    tmp_path: Path, texts: dict[str, str]
) -> None:
    assert compiled(tmp_path / "a", **texts) == compiled(tmp_path / "b")


@pytest.mark.parametrize(
    ("texts", "kinds"),
    [
        ({"tenantc.yaml": TOP.replace("demo", "other")}, {"namespace", "bucket", "key", "logs", "roles"}),
        ({"tenantc.yaml": TOP + "deployment: {account: '1'}\n"}, {"bucket"}),
        ({"tenantc.yaml": TOP.replace("us-east-1", "eu-west-1")}, {"bucket"}),
    ],
    ids=["platform", "account", "region"],
)
def test_a_name_depends_on_platform_and_where_it_must_on_account_and_region(
    tmp_path: Path, texts: dict[str, str], kinds: set[str]
) -> None:
    one, other = compiled(tmp_path / "a", **texts), compiled(tmp_path / "b")
    assert {kind for kind in one if one[kind] != other[kind]} == kinds


def test_environments_of_one_account_have_names_apart_where_the_account_holds_them(tmp_path: Path) -> None:
    run(write(tmp_path / "w", {**TWO, "tenants/acme.yaml": tenant()}), tmp_path / "out")
    one, other = (names(tmp_path / "out" / name / "tenants/acme") for name in ("staging", "production"))
    assert {kind for kind in one if one[kind] != other[kind]} == {"bucket", "key", "logs"}


def test_there_is_one_version_of_naming(tmp_path: Path) -> None:
    from tenantc.driver.workspace import load

    loaded = load(write(tmp_path, {"tenantc.yaml": TOP.replace("naming: 1", "naming: 2")}).resolve())
    assert [(one.code, one.blames[0].span.line) for one in loaded.diagnostics] == [("T122", 3)]


def test_a_name_may_be_pinned_for_all_environments_and_for_one(tmp_path: Path) -> None:
    more = (
        "names: {kubernetes_namespace: old-acme, postgres_role: acme_app}\n"
        "environments:\n"
        "  staging: {}\n"
        "  production: {names: {s3_bucket: acme-media-2019, kubernetes_namespace: acme-prod}}\n"
    )
    assert run(write(tmp_path / "w", {**TWO, "tenants/acme.yaml": tenant(more=more)}), tmp_path / "out").written
    staging, production = (names(tmp_path / "out" / name / "tenants/acme") for name in ("staging", "production"))
    assert (staging["namespace"], production["namespace"]) == (["old-acme"], ["acme-prod"])
    assert (staging["roles"], production["roles"]) == ({"acme_app"}, {"acme_app"})
    assert production["bucket"] == "acme-media-2019"
    assert str(staging["bucket"]).startswith("demo-staging-acme-")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("s3_bucket", "acme-media"), ("kms_alias", "alias/acme"), ("iam_role", "Acme"), ("cloudwatch_log_group", "acme")],
)
def test_what_is_unique_beyond_an_environment_is_pinned_under_one(tmp_path: Path, kind: str, name: str) -> None:
    everywhere = tenant(more=f"names: {{{kind}: {name}}}\n{LIVES}")
    assert codes(run(write(tmp_path / "a", {**TWO, "tenants/acme.yaml": everywhere}), tmp_path / "out-a")) == ["T602"]
    under = f"environments: {{staging: {{}}, production: {{names: {{{kind}: {name}}}}}}}\n"
    alone = {**TWO, "tenants/acme.yaml": tenant(more=under)}
    assert run(write(tmp_path / "b", alone), tmp_path / "out-b").written
    once = {**TWO, "tenants/acme.yaml": tenant(more=f"names: {{{kind}: {name}}}\nenvironments: {{staging: {{}}}}\n")}
    assert run(write(tmp_path / "c", once), tmp_path / "out-c").written


def test_accounts_apart_may_hold_the_same_pinned_role_and_never_the_same_bucket(tmp_path: Path) -> None:
    apart = {
        "environments/s.yaml": "environment: staging\ndeployment: {account: '1'}\n",
        "environments/p.yaml": "environment: production\ndeployment: {account: '2'}\n",
    }
    role = {**apart, "tenants/acme.yaml": tenant(more="names: {iam_role: Acme}\n" + LIVES)}
    bucket = {**apart, "tenants/acme.yaml": tenant(more="names: {s3_bucket: acme-media}\n" + LIVES)}
    assert run(write(tmp_path / "a", role), tmp_path / "out-a").written
    assert codes(run(write(tmp_path / "b", bucket), tmp_path / "out-b")) == ["T602"]


HOME = "names: {kubernetes_namespace: home}\n"


def test_a_collision_blames_the_tenant_that_the_last_build_did_not_know(tmp_path: Path) -> None:
    root, target = write(tmp_path / "w", {"tenants/acme.yaml": tenant(more=HOME)}), tmp_path / "out"
    run(root, target)
    before = files(target)
    built = run(write(root, {"tenants/new.yaml": tenant(more=HOME).replace("acme", "new")}), target)
    [found] = [one for one in built.ledger.all() if one.code == "T602"]
    assert [blame.span.path for blame in found.blames] == ["tenants/new.yaml"]
    assert files(target) == before
    [both] = [one for one in run(root, tmp_path / "other").ledger.all() if one.code == "T602"]
    assert [blame.span.path for blame in both.blames] == ["tenants/acme.yaml", "tenants/new.yaml"]


def test_a_collision_of_two_whom_the_last_build_knew_blames_both(tmp_path: Path) -> None:
    root, target = fleet(tmp_path / "w", "one", "two"), tmp_path / "out"
    run(root, target)
    write(root, {f"tenants/{name}.yaml": tenant(more=HOME).replace("acme", name) for name in ("one", "two")})
    [found] = run(root, target).ledger.all()
    assert [blame.span.path for blame in found.blames] == ["tenants/one.yaml", "tenants/two.yaml"]


def test_a_pinned_name_collides_with_one_that_another_tenant_derives(tmp_path: Path) -> None:
    specs = {
        "tenants/acme.yaml": tenant(),
        "tenants/new.yaml": tenant(more="names: {kubernetes_namespace: demo-acme}\n").replace("acme\n", "new\n"),
    }
    assert codes(run(write(tmp_path / "w", specs), tmp_path / "out")) == ["T602"]
