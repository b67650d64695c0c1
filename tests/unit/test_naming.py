"""What downstream names are made of, and that no two bearers share one (language.md §7)."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tenantc.emit.naming import (
    KINDS,
    Bearer,
    Claim,
    NameKind,
    check_pinned,
    collisions,
    derive,
    lengthen,
    scope_of,
    slug,
)
from tenantc.source.span import Span
from tenantc.source.text import Text

ACME = Bearer("streaming", "production", "111111111111", "us-east-1", "acme-corp")
IDS = st.one_of(
    st.from_regex(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True),
    st.sampled_from(
        [
            "a",
            "a-b",
            "a--b",
            "www",
            "ns1",
            "default",
            "pg",
            "postgres",
            "public",
            "xn--a",
            "ab--c",
            "a" * 40,
            "kube-system",
        ]
    ),
)
PLATFORMS = st.sampled_from(
    ["streaming", "pg", "kube", "xn", "p" * 50, "My Platform", "9lives", "sthree", "information"]
)
ENVIRONMENTS = st.sampled_from(["default", "production", "staging", "prod", "prod-eu", "eu"])
SUFFIXES = st.sampled_from(["", "logs", "log-archive"])
KIND = st.sampled_from(sorted(KINDS)).map(KINDS.__getitem__)


@pytest.mark.parametrize(
    ("kind", "name", "longer"),
    [
        ("kubernetes_namespace", "streaming-acme-corp", "streaming-acme-corp--logs"),
        ("postgres_role", "streaming_acme_corp", "streaming_acme_corp__logs"),
        ("postgres_schema", "streaming_acme_corp", "streaming_acme_corp__logs"),
        ("postgres_database", "streaming_acme_corp", "streaming_acme_corp__logs"),
        ("s3_bucket", "streaming-production-acme-corp-2f6baf6b", "streaming-production-acme-corp-2f6baf6b--logs"),
        ("iam_role", "streaming-production-acme-corp", "streaming-production-acme-corp--logs"),
        ("kms_alias", "alias/streaming-production-acme-corp", "alias/streaming-production-acme-corp--logs"),
        ("dns_label", "acme-corp", "acme-corp--logs"),
    ],
)
def test_names_of_version_1_stay_what_they_are(kind: str, name: str, longer: str) -> None:
    assert derive(ACME, KINDS[kind]) == name
    assert derive(ACME, KINDS[kind], "logs") == longer


@given(st.builds(Bearer, PLATFORMS, ENVIRONMENTS, st.just("1"), st.just("r"), IDS), KIND, SUFFIXES)
@settings(max_examples=300)
def test_a_derived_name_is_one_that_its_kind_allows(bearer: Bearer, kind: NameKind, suffix: str) -> None:
    assume(len(suffix) <= kind.longest_suffix)
    name = derive(bearer, kind, suffix)
    assert kind.problem(name) is None
    assert derive(bearer, kind, suffix) == name
    if suffix:
        assert len(derive(bearer, kind)) < len(name)


CLOSE = ["a", "b", "a-b", "a--b", "a--logs", "b-a", "a-logs", "www", "t-www", "prod-a", "prod-b", "x" * 39, "x" * 40]
DIGESTED = [f"{'x' * 30}-{digest}" for digest in ("3b9c1d2e", "00000000")]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_no_two_bearers_share_a_name_where_it_is_unique_longer_ones_included(kind: NameKind) -> None:
    known: dict[tuple[object, str], object] = {}
    ids = [*CLOSE, *DIGESTED]
    # ids that look like what others become
    ids += [
        name.removeprefix("streaming-")[:40]
        for one in CLOSE
        for name in (derive(ACME._replace(tenant_id=one), KINDS["kubernetes_namespace"]),)
    ]
    for tenant_id in dict.fromkeys(ids):
        for environment in ("production", "prod", "prod-eu", "eu"):
            bearer = ACME._replace(tenant_id=tenant_id, environment=environment)
            for suffix in ("", "logs", "a") if kind.longest_suffix else ("",):
                key = (scope_of(kind, bearer), derive(bearer, kind, suffix))
                assert known.setdefault(key, (tenant_id, environment, suffix)) == (tenant_id, environment, suffix)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_platforms_that_share_an_account_or_a_server_share_no_name(kind: NameKind) -> None:
    known: dict[str, tuple[str, ...]] = {}
    for platform in ("a", "a-b", "a--b", "a-b-c", "b"):
        for environment in ("default", "b", "b-c", "c"):
            for tenant_id in ("b", "b-c", "c", "c-d", "d", "b-c-d", "b-b-c"):
                bearer = ACME._replace(platform=platform, environment=environment, tenant_id=tenant_id)
                whose = bearer[:2] if kind.spans_environments else bearer[:1] if kind.platform else ()
                for suffix in ("", "d") if kind.longest_suffix else ("",):
                    who = (*whose, tenant_id, suffix)
                    assert known.setdefault(derive(bearer, kind, suffix), who) == who


@given(st.lists(IDS, min_size=2, max_size=2, unique=True), KIND, SUFFIXES, SUFFIXES)
@settings(max_examples=200)
def test_no_two_ids_share_a_name(ids: list[str], kind: NameKind, one: str, other: str) -> None:
    assume(max(len(one), len(other)) <= kind.longest_suffix)
    left, right = (ACME._replace(tenant_id=tenant_id) for tenant_id in ids)
    assert derive(left, kind, one) != derive(right, kind, other)


def test_what_is_unique_beyond_an_environment_says_which_one() -> None:
    staging = ACME._replace(environment="staging")
    for kind in KINDS.values():
        differ = derive(ACME, kind) != derive(staging, kind)
        assert differ is (kind.scope in ("world", "account", "account and region"))
        assert differ or scope_of(kind, ACME) != scope_of(kind, staging)


def test_a_bucket_s_name_tells_platforms_accounts_and_regions_apart_and_versions_too() -> None:
    others = [ACME, ACME._replace(account="2"), ACME._replace(region="eu-west-1"), ACME._replace(version=2)]
    assert len({derive(one, KINDS["s3_bucket"]) for one in others}) == len(others)


@pytest.mark.parametrize(
    ("kind", "name", "problem"),
    [
        ("kubernetes_namespace", "Acme", "lower-case letters"),
        ("kubernetes_namespace", "kube-acme", "belong to Kubernetes"),
        ("kubernetes_namespace", "default", "every cluster's own"),
        ("kubernetes_namespace", "a" * 64, "63 are the most"),
        ("postgres_role", "pg_acme", "belong to PostgreSQL"),
        ("postgres_role", "public", "a meaning of its own"),
        ("postgres_role", "tenantc__app_default", "the platform's groups"),
        ("postgres_schema", "tenantc", "tenantc keeps there what it knows"),
        ("postgres_role", 'a"; DROP ROLE b', "letters, digits"),
        ("postgres_schema", "information_schema", "every database has"),
        ("postgres_database", "template1", "every server has"),
        ("s3_bucket", "ab", "3 are the least"),
        ("s3_bucket", "xn--a", "S3 keeps that beginning"),
        ("s3_bucket", "a-s3alias", "S3 keeps that ending"),
        ("s3_bucket", "a.b", "lower-case letters"),
        ("iam_role", "AWSServiceRoleForX", "AWS keeps"),
        ("iam_role", "a/b", "letters, digits"),
        ("kms_alias", "acme", "begins with `alias/`"),
        ("kms_alias", "alias/aws/s3", "belongs to AWS"),
        ("aws_resource", "a--b", "single dashes"),
        ("aws_resource", "9a", "begins with a letter"),
        ("aws_resource", "a" * 41, "40 are the most"),
        ("dns_label", "ab--c", "reserved"),
        ("dns_label", "www", "hosts of their own"),
        ("dns_label", "-a", "at both ends"),
    ],
)
def test_a_pinned_name_is_held_to_its_kind(kind: str, name: str, problem: str) -> None:
    found = check_pinned(kind, name, None)
    assert found is not None
    assert found.code == "T601"
    assert problem in found.message


def test_a_pinned_name_that_exists_is_taken_as_it_is_and_made_longer_like_others() -> None:
    for kind, name in (("postgres_role", "AcmeApp"), ("iam_role", "Acme+App@x"), ("s3_bucket", "acme-media-2019")):
        assert check_pinned(kind, name, None) is None
    assert lengthen("acme-media", KINDS["s3_bucket"], "logs") == "acme-media--logs"
    cut = lengthen("x" * 63, KINDS["s3_bucket"], "logs")
    assert re.fullmatch(r"x{48}-[0-9a-f]{8}--logs", cut)
    assert cut != lengthen("x" * 62 + "y", KINDS["s3_bucket"], "logs")


def claim(tenant: str, name: str, environment: str = "production", *, pinned: bool = False, line: int = 0) -> Claim:
    span = Span(Text(f"tenants/{tenant}.yaml", ""), line, 1, line, 2) if line else None
    return Claim("s3_bucket", (), name, tenant, environment, span, pinned)


def test_a_collision_blames_whom_the_last_build_did_not_know_and_else_all() -> None:
    claims = [claim("old", "media", line=1), claim("new", "media", line=2, pinned=True), claim("other", "x", line=3)]
    [found] = collisions(claims, known={"old", "other"})
    assert found.code == "T602"
    assert found.message == "the s3 bucket `media` would belong to `new` and `old`"
    assert [str(blame.span) for blame in found.blames] == ["tenants/new.yaml:2:1"]
    for known in ((), ("old", "new")):
        [found] = collisions(claims, known=known)
        assert len(found.blames) == 2


def test_a_tenant_collides_with_itself_in_another_environment() -> None:
    [found] = collisions([claim("acme", "media", "production"), claim("acme", "media", "staging")], known=())
    assert found.message == "the s3 bucket `media` would belong to `acme` in production and `acme` in staging"


def test_one_pin_that_holds_in_two_environments_is_blamed_once() -> None:
    text = Text("tenants/acme.yaml", "")
    claims = [
        Claim("s3_bucket", (), "media", "acme", environment, Span(text, 5, 20, 5, 25), pinned=True)
        for environment in ("production", "staging")
    ]
    [found] = collisions(claims, known=())
    assert len(found.blames) == 1


def test_a_pinned_name_collides_with_another_s_longer_ones_and_with_none_of_its_own() -> None:
    one = claim("acme", "media")
    [found] = collisions([one, claim("other", "media--logs", pinned=True)], known=())
    assert found.message == "the s3 bucket `media--logs` would belong to `acme` and `other`"
    assert collisions([one, claim("other", "media-logs", pinned=True)], known=()) == ()
    assert collisions([claim("acme", "media--logs", pinned=True)], known=()) == ()


def test_scopes_are_places_and_without_a_cluster_environments_are() -> None:
    namespace, role = KINDS["kubernetes_namespace"], KINDS["iam_role"]
    staging = ACME._replace(environment="staging")
    assert scope_of(namespace, ACME) != scope_of(namespace, staging)
    assert scope_of(namespace, ACME, "shared") == scope_of(namespace, staging, "shared")
    assert scope_of(role, ACME) == scope_of(role, staging)


@given(
    st.lists(st.one_of(st.text(), IDS, st.sampled_from(["A", "a", "a.b", "a_b", "a-b", ""])), unique=True, max_size=6)
)
def test_a_slug_is_a_label_and_different_keys_have_different_ones(keys: list[str]) -> None:
    slugs = [slug(key) for key in keys]
    assert all(re.fullmatch(r"[a-z][a-z0-9-]{0,39}", one) and not one.endswith("-") for one in slugs)
    assert len(set(slugs)) == len(keys)
    assert all(slug(one) == one or re.search(r"-[0-9a-f]{8}$", one) for one in slugs)


def test_a_slug_stays_readable() -> None:
    assert slug("api") == "api"
    assert slug("sub-domain") == "sub-domain"
    assert slug("api.acme.com").startswith("api-acme-com-")
    assert slug("playlist_items", joiner="_") == "playlist_items"
    assert slug("9lives").startswith("x-9lives-")
    assert len(slug("x" * 100, 20)) == 20
