"""How tenants' objects and host names are found through CloudFront and Route 53: spec in, Terraform's resources out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import Emitted, acme, policy

STORAGE = "infrastructure.storage"
OLDEST = "security.encryption_config.tls.min_version"
EDGES = "infrastructure.network.edge_locations"
PROTOCOLS = "infrastructure.network.protocols"
FAILOVER = "infrastructure.disaster_recovery.failover_automation"
DOMAINS = "infrastructure.network.custom_domains"
NEEDS = ("cdn_certificate", "cdn_domain", "cdn_key_group")
PUBLIC = {f"{STORAGE}.public_access": True, f"{STORAGE}.encryption_enabled": False}


def delivered(root: Path, settings: Mapping[str, Any] | None = None, *inputs: str) -> Emitted:
    return acme(root, {f"{STORAGE}.cdn_enabled": True, **(settings or {})}, *(inputs or NEEDS))


def test_objects_are_delivered_to_whom_the_platform_signs_an_address(tmp_path: Path) -> None:
    emitted = delivered(tmp_path)
    found = emitted.resource("aws_cloudfront_distribution")
    assert found["default_cache_behavior"]["trusted_key_groups"] == ["${local.cdn_key_group}"]
    assert found["aliases"] == ["acme.${local.cdn_domain}"]
    for document, action in (("aws_s3_bucket_policy", "s3:GetObject"), ("aws_kms_key_policy", "kms:Decrypt")):
        [statement] = [
            one
            for one in policy(emitted.resource(document)["policy"])
            if one["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        ]
        assert statement["Action"] == action
        assert statement["Condition"] == {
            "StringEquals": {"aws:SourceArn": "${aws_cloudfront_distribution.tenant.arn}"}
        }


@pytest.mark.parametrize(
    ("settings", "inputs"), [({f"{STORAGE}.cdn_enabled": False}, NEEDS), ({}, ("cdn_domain", "cdn_key_group"))]
)
def test_otherwise_nobody_else_reads_them(tmp_path: Path, settings: dict[str, Any], inputs: tuple[str, ...]) -> None:
    emitted = delivered(tmp_path, settings, *inputs)
    assert "aws_cloudfront_distribution" not in emitted.main()["resource"]
    for document in ("aws_s3_bucket_policy", "aws_kms_key_policy"):
        assert "cloudfront" not in emitted.resource(document)["policy"]


def test_public_objects_need_no_signature(tmp_path: Path) -> None:
    found = delivered(tmp_path, PUBLIC, "cdn_certificate", "cdn_domain").resource("aws_cloudfront_distribution")
    assert "trusted_key_groups" not in found["default_cache_behavior"]


@pytest.mark.parametrize(
    ("protocols", "encrypted", "policy"),
    [
        (None, True, "https-only"),
        (["https", "sftp"], False, "https-only"),
        (["http", "https"], True, "redirect-to-https"),
        (["http", "https"], False, "allow-all"),
    ],
)
def test_objects_are_delivered_in_the_tenants_protocols(
    tmp_path: Path, protocols: list[str] | None, encrypted: bool, policy: str
) -> None:
    settings = {PROTOCOLS: protocols, "security.encryption_config.in_transit": encrypted}
    found = delivered(tmp_path, settings).resource("aws_cloudfront_distribution")
    assert found["default_cache_behavior"]["viewer_protocol_policy"] == policy


@pytest.mark.parametrize(
    ("version", "protocol"), [("TLSv1.0", "TLSv1_2016"), ("TLSv1.1", "TLSv1.1_2016"), ("TLSv1.2", "TLSv1.2_2021")]
)
def test_no_older_tls_is_spoken(tmp_path: Path, version: str, protocol: str) -> None:
    found = delivered(tmp_path, {OLDEST: version}).resource("aws_cloudfront_distribution")
    assert found["viewer_certificate"]["minimum_protocol_version"] == protocol


@pytest.mark.parametrize(
    ("settings", "inputs", "path", "choice"),
    [
        ({OLDEST: "TLSv1.3"}, NEEDS, OLDEST, "to `TLSv1.2`"),
        ({EDGES: ["fra50"]}, NEEDS, EDGES, "to an empty list"),
        ({PROTOCOLS: ["http"]}, NEEDS, PROTOCOLS, "add `https`"),
        ({}, NEEDS[:2], "terraform.inputs.cdn_key_group", "say `cdn_key_group`"),
    ],
)
def test_what_cloudfront_cannot_say_is_refused(
    tmp_path: Path, settings: dict[str, Any], inputs: tuple[str, ...], path: str, choice: str
) -> None:
    emitted = delivered(tmp_path, settings, *inputs)
    [(code, message)] = emitted.refusals
    assert (code, f"cannot express `{path}`" in message) == ("T603", True)
    assert choice in emitted.diagnostics[0].help


def test_the_host_of_objects_is_found(tmp_path: Path) -> None:
    found = delivered(tmp_path, {}, *NEEDS, "zone").main()["resource"]["aws_route53_record"]
    assert {name: record["type"] for name, record in found.items()} == {"delivery_a": "A", "delivery_aaaa": "AAAA"}
    assert {record["name"] for record in found.values()} == {"acme.${local.cdn_domain}"}


def test_a_tenants_host_names_lead_to_its_region(tmp_path: Path) -> None:
    main = acme(tmp_path, {DOMAINS: ["www.acme.example", "acme.example"]}, "zone", "ingress_host").main()
    records = main["resource"]["aws_route53_record"].values()
    assert {record["name"] for record in records} == {"www.acme.example", "acme.example"}
    assert all(record["records"] == ["${local.ingress_host}"] for record in records)
    assert "aws_route53_health_check" not in main["resource"]


def test_another_region_takes_over_by_itself(tmp_path: Path) -> None:
    inputs = ("zone", "ingress_host", "secondary_ingress_host")
    main = acme(tmp_path, {DOMAINS: ["acme.example"], FAILOVER: True}, *inputs).main()
    first, second = main["resource"]["aws_route53_record"].values()
    assert (first["failover_routing_policy"], second["failover_routing_policy"]) == (
        {"type": "PRIMARY"},
        {"type": "SECONDARY"},
    )
    assert first["health_check_id"] == "${aws_route53_health_check.tenant.id}"
    assert second["records"] == ["${local.secondary_ingress_host}"]
    assert main["resource"]["aws_route53_health_check"]["tenant"]["fqdn"] == "${local.ingress_host}"


def test_without_another_region_nothing_takes_over(tmp_path: Path) -> None:
    emitted = acme(tmp_path, {DOMAINS: ["acme.example"], FAILOVER: True}, "zone", "ingress_host")
    assert [code for code, _ in emitted.refusals] == ["T603"]
    assert "say `secondary_ingress_host`" in emitted.diagnostics[0].help
