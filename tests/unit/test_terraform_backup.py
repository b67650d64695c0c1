"""How tenants' data is backed up in AWS: spec in, Terraform's resources out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import Emitted, acme, estate

RECOVERY = "infrastructure.disaster_recovery"
BACKUP = f"{RECOVERY}.backup"
EVERY = f"{BACKUP}.incremental_interval_minutes"
OBJECTS = "infrastructure.storage.backup_enabled"
VERSIONS = "infrastructure.storage.versioning_enabled"
KEPT = "limits.backup_retention_days"
VAULTS = ("backup_vault_copy", "backup_vault_third_copy")


def backed(root: Path, settings: Mapping[str, Any] | None = None, *inputs: str, **spec: Any) -> Emitted:
    return acme(root, {KEPT: 90, **(settings or {})}, *(inputs or VAULTS), **spec)


def rules(emitted: Emitted) -> dict[str, dict[str, Any]]:
    return {rule["rule_name"]: rule for rule in emitted.resource("aws_backup_plan")["rule"]}


def test_nothing_is_backed_up_where_the_platform_has_no_vault_for_copies(tmp_path: Path) -> None:
    assert "aws_backup_vault" not in acme(tmp_path, {KEPT: 90}).main()["resource"]


@pytest.mark.parametrize(
    ("settings", "taken"),
    [
        ({}, ["${aws_s3_bucket.tenant.arn}"]),
        ({OBJECTS: False}, None),
        (
            {"infrastructure.isolation_level": "cluster"},
            ["${aws_s3_bucket.tenant.arn}", "${aws_rds_cluster.tenant.arn}"],
        ),
        ({"infrastructure.isolation_level": "cluster", OBJECTS: False}, ["${aws_rds_cluster.tenant.arn}"]),
        ({"infrastructure.isolation_level": "cluster", OBJECTS: False, f"{BACKUP}.enabled": False}, None),
    ],
)
def test_what_is_the_tenants_own_is_backed_up(
    tmp_path: Path, settings: dict[str, Any], taken: list[str] | None
) -> None:
    emitted = backed(tmp_path, settings, *VAULTS, "subnets", "vpc", "workload_security_group")
    found = emitted.main()["resource"].get("aws_backup_selection", {}).get("tenant", {}).get("resources")
    assert found == taken


@pytest.mark.parametrize(
    ("minutes", "schedule"),
    [
        (60, "cron(0 0/1 ? * * *)"),
        (480, "cron(0 0/8 ? * * *)"),
        (1440, "cron(0 5 ? * * *)"),
        (10080, "cron(0 5 ? * SUN *)"),
    ],
)
def test_backups_are_made_as_often_as_the_settings_say(tmp_path: Path, minutes: int, schedule: str) -> None:
    found = rules(backed(tmp_path, {EVERY: minutes}))
    assert set(found) == {"periodic"}
    assert (found["periodic"]["schedule"], found["periodic"]["lifecycle"]) == (schedule, {"delete_after": 90})


@pytest.mark.parametrize(("minutes", "kept", "continuous"), [(0, 90, 35), (15, 7, 7), (59, 35, 35)])
def test_changes_are_copied_at_once_where_an_hour_is_too_long(
    tmp_path: Path, minutes: int, kept: int, continuous: int
) -> None:
    found = rules(backed(tmp_path, {EVERY: minutes, KEPT: kept}))
    assert (found["continuous"]["enable_continuous_backup"], found["continuous"]["lifecycle"]) == (
        True,
        {"delete_after": continuous},
    )
    assert found["periodic"]["lifecycle"] == {"delete_after": kept}


@pytest.mark.parametrize(
    ("settings", "vaults"),
    [
        ({}, []),
        ({f"{RECOVERY}.cross_region_backup": True}, ["backup_vault_copy"]),
        ({f"{BACKUP}.copies": 2}, ["backup_vault_copy"]),
        ({f"{BACKUP}.copies": 3}, ["backup_vault_copy", "backup_vault_third_copy"]),
    ],
)
def test_copies_lie_elsewhere(tmp_path: Path, settings: dict[str, Any], vaults: list[str]) -> None:
    copied = rules(backed(tmp_path, settings))["periodic"].get("copy_action", [])
    assert [one["destination_vault_arn"] for one in copied] == [f"${{local.{vault}}}" for vault in vaults]


@pytest.mark.parametrize(
    ("settings", "places"),
    [
        ({f"{RECOVERY}.secondary_region": "us-west-2"}, ["us-west-2"]),
        ({f"{RECOVERY}.secondary_region": "us-west-2", f"{BACKUP}.regions": ["ca-central-1"]}, ["ca-central-1"]),
        ({}, None),
    ],
)
def test_a_plan_fails_where_copies_would_lie_where_no_setting_says(
    tmp_path: Path, settings: dict[str, Any], places: list[str] | None
) -> None:
    emitted = backed(tmp_path, {f"{RECOVERY}.cross_region_backup": True, **settings})
    assert emitted.main()["locals"].get("tenant_backup_regions") == places
    lifecycle = emitted.resource("aws_backup_plan").get("lifecycle")
    if lifecycle is None:
        assert places is None
    else:
        [condition] = lifecycle["precondition"]
        assert condition["condition"] == (
            '${contains(local.tenant_backup_regions, split(":", local.backup_vault_copy)[3])}'
        )


@pytest.mark.parametrize(
    ("settings", "path", "choice"),
    [
        ({EVERY: 90}, EVERY, f"set `{EVERY}` to 60, the next"),
        ({EVERY: 20000}, EVERY, f"set `{EVERY}` to 10080, the next"),
        ({f"{BACKUP}.copies": 4}, f"{BACKUP}.copies", "to at most 3"),
        ({VERSIONS: False}, OBJECTS, f"set `{VERSIONS}` to true"),
        ({f"{RECOVERY}.enabled": True, f"{RECOVERY}.rpo_minutes": 60}, f"{RECOVERY}.rpo_minutes", "to at least 1440"),
        (
            {f"{RECOVERY}.enabled": True, f"{RECOVERY}.rpo_minutes": 4, EVERY: 0},
            f"{RECOVERY}.rpo_minutes",
            "to at least 5",
        ),
        ({f"{RECOVERY}.enabled": True, f"{RECOVERY}.rto_minutes": 59}, f"{RECOVERY}.rto_minutes", "to at least 60"),
        ({KEPT: None}, KEPT, "say for how many days"),
    ],
)
def test_what_no_plan_keeps_is_refused(tmp_path: Path, settings: dict[str, Any], path: str, choice: str) -> None:
    emitted = backed(tmp_path, settings)
    [(code, message)] = emitted.refusals
    assert (code, f"cannot express `{path}`" in message) == ("T603", True)
    assert choice in emitted.diagnostics[0].help


def test_objectives_count_once_a_tenant_is_prepared_for_the_loss_of_a_region(tmp_path: Path) -> None:
    settings = {f"{RECOVERY}.rpo_minutes": 0, f"{RECOVERY}.rto_minutes": 0}
    assert backed(tmp_path, settings).refusals == []


@pytest.mark.parametrize(("kept", "least"), [(7, 7), (365, 35)])
def test_nobody_empties_the_vault_early(tmp_path: Path, kept: int, least: int) -> None:
    emitted = backed(tmp_path, {KEPT: kept})
    lock = emitted.resource("aws_backup_vault_lock_configuration")
    assert (lock["min_retention_days"], lock["max_retention_days"]) == (least, kept)
    assert emitted.resource("aws_backup_vault")["lifecycle"] == {"prevent_destroy": True}


@pytest.mark.parametrize("encrypted", [True, False])
def test_backups_are_encrypted_with_the_tenants_key(tmp_path: Path, encrypted: bool) -> None:
    vault = backed(tmp_path, {f"{BACKUP}.encrypted": encrypted}).resource("aws_backup_vault")
    assert vault.get("kms_key_arn") == ("${aws_kms_key.tenant.arn}" if encrypted else None)


# --- what tenants share ---

SHARED = (*VAULTS, "subnets", "vpc", "workload_security_group")
EARLY = {"infrastructure.isolation_level": "shared", KEPT: 30, EVERY: 480}
LATE = {"infrastructure.isolation_level": "schema", KEPT: 90, EVERY: 1440}


def test_what_tenants_share_is_backed_up_as_the_strictest_is_promised(tmp_path: Path) -> None:
    found = estate(tmp_path, SHARED, EARLY, {**LATE, f"{RECOVERY}.cross_region_backup": True}) or {}
    rule = found["aws_backup_plan"]["shared"]["rule"]
    assert (rule["schedule"], rule["lifecycle"]) == ("cron(0 0/8 ? * * *)", {"delete_after": 90})
    assert [one["destination_vault_arn"] for one in rule["copy_action"]] == ["${local.backup_vault_copy}"]
    assert found["aws_backup_selection"]["shared"]["resources"] == ["${aws_rds_cluster.shared.arn}"]
    assert found["aws_backup_vault_lock_configuration"]["shared"]["max_retention_days"] == 90
    assert "lifecycle" not in found["aws_backup_plan"]["shared"]


@pytest.mark.parametrize(
    ("inputs", "settings"),
    [
        (VAULTS, EARLY),
        (SHARED[2:], EARLY),
        (SHARED, {**EARLY, "infrastructure.isolation_level": "cluster"}),
        (SHARED, {**EARLY, f"{BACKUP}.enabled": False}),
    ],
)
def test_nothing_is_shared_where_nothing_is_to_be_backed_up(
    tmp_path: Path, inputs: tuple[str, ...], settings: dict[str, Any]
) -> None:
    assert "aws_backup_plan" not in (estate(tmp_path, inputs, settings) or {})


def test_a_shared_copy_lies_where_everybody_who_asks_for_one_lets_it(tmp_path: Path) -> None:
    asked = {f"{RECOVERY}.cross_region_backup": True}
    regions = f"{BACKUP}.regions"
    found = estate(
        tmp_path,
        SHARED,
        {**EARLY, **asked, regions: ["us-west-2", "us-east-2"]},
        {**LATE, **asked, f"{RECOVERY}.secondary_region": "us-west-2"},
        # whoever asks for none has no say
        {**LATE, regions: ["us-east-2"]},
    )
    [lies] = (found or {})["aws_backup_plan"]["shared"]["lifecycle"]["precondition"]
    assert lies["condition"] == '${contains(local.shared_backup_regions, split(":", local.backup_vault_copy)[3])}'
    [main] = (tmp_path / "out" / "estates").glob("*/main.tf.json")
    assert json.loads(main.read_bytes())["locals"]["shared_backup_regions"] == ["us-west-2"]
