"""What else is said of the tenant's key: spec in, Terraform's resources out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.terraform_files import acme, policy

ENCRYPTION = "security.encryption_config"
HSM = {f"{ENCRYPTION}.key_management": "hsm", f"{ENCRYPTION}.key_rotation_days": "unlimited"}


def test_a_key_on_hsms_lies_in_the_platforms_store(tmp_path: Path) -> None:
    key = acme(tmp_path, HSM, "key_store").resource("aws_kms_key")
    assert (key["custom_key_store_id"], key["enable_key_rotation"]) == ("${local.key_store}", False)
    assert "custom_key_store_id" not in acme(tmp_path / "b", {}, "key_store").resource("aws_kms_key")


@pytest.mark.parametrize(
    ("settings", "inputs", "path", "choice"),
    [
        (HSM, [], "key_management", "say `key_store` under `terraform.inputs`"),
        ({**HSM, f"{ENCRYPTION}.key_rotation_days": 90}, ["key_store"], "key_rotation_days", "to `unlimited`"),
        ({**HSM, f"{ENCRYPTION}.kms.multi_region": True}, ["key_store"], "kms.multi_region", "has one region"),
        ({f"{ENCRYPTION}.key_management": "vault"}, ["key_store"], "key_management", "to `kms`"),
        ({f"{ENCRYPTION}.kms.scope": "shared"}, [], "kms.scope", "to `per_tenant`"),
        ({f"{ENCRYPTION}.quantum_resistant": True}, [], "quantum_resistant", "to false"),
        ({f"{ENCRYPTION}.keys.kek_strength_bits": 257}, [], "keys.kek_strength_bits", "to at most 256"),
        ({f"{ENCRYPTION}.keys.kek_separate": False}, [], "keys.kek_separate", "to true"),
        ({f"{ENCRYPTION}.keys.cleartext_access_roles": ["a"]}, [], "keys.cleartext_access_roles", "to an empty list"),
    ],
)
def test_what_kms_cannot_do_is_refused(
    tmp_path: Path, settings: dict[str, Any], inputs: list[str], path: str, choice: str
) -> None:
    emitted = acme(tmp_path, settings, *inputs)
    [(code, message)] = emitted.refusals
    assert (code, f"cannot express `{ENCRYPTION}.{path}`" in message) == ("T603", True)
    assert choice in emitted.diagnostics[0].help


@pytest.mark.parametrize(
    ("answer", "denied"),
    [
        ("nothing", ["kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion"]),
        ("rotate", ["kms:ScheduleKeyDeletion"]),
        ("rotate_and_destroy", None),
    ],
)
def test_nobody_destroys_a_key_that_the_settings_keep(tmp_path: Path, answer: str, denied: list[str] | None) -> None:
    emitted = acme(tmp_path, {f"{ENCRYPTION}.keys.on_compromise": answer})
    statements = policy(emitted.resource("aws_kms_key_policy")["policy"])
    assert next((one["Action"] for one in statements if one["Effect"] == "Deny"), None) == denied
