"""What a key of KMS can't be, however it is asked for."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Unsupported
from tenantc.emit.terraform.standing import option
from tenantc.source.path import Path
from tenantc.source.value import UNLIMITED, Unlimited

MANAGEMENT: Final[Path] = "security.encryption_config.key_management"
ROTATION: Final[Path] = "security.encryption_config.key_rotation_days"
WINDOW: Final[Path] = "security.encryption_config.kms.deletion_window_days"
REGIONS: Final[Path] = "security.encryption_config.kms.multi_region"
STORE: Final = "key_store"
"""The platform's custom key store, on HSMs of its own in CloudHSM."""

_KEYS: Final[Path] = "security.encryption_config.keys"
_SCOPE: Final[Path] = "security.encryption_config.kms.scope"
_QUANTUM: Final[Path] = "security.encryption_config.quantum_resistant"
_STRENGTH: Final[Path] = f"{_KEYS}.kek_strength_bits"
_APART: Final[Path] = f"{_KEYS}.kek_separate"
_CLEAR: Final[Path] = f"{_KEYS}.cleartext_access_roles"

LOOKS: Final[tuple[Path, ...]] = (
    option(STORE), MANAGEMENT, ROTATION, WINDOW, REGIONS, _SCOPE, _QUANTUM, _STRENGTH, _APART, _CLEAR,
)  # fmt: skip
"""What `refusal` takes, in its order."""

# https://docs.aws.amazon.com/kms/latest/APIReference/API_EnableKeyRotation.html, RotationPeriodInDays
_SHORTEST_ROTATION, _LONGEST_ROTATION = 90, 2560
# https://docs.aws.amazon.com/kms/latest/APIReference/API_ScheduleKeyDeletion.html, PendingWindowInDays
_SHORTEST_WINDOW, _LONGEST_WINDOW = 7, 30
# https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html: SYMMETRIC_DEFAULT is AES-256
_BITS: Final = 256


def refusal(
    store: Any,
    management: str | None,
    rotation: int | Unlimited | None,
    window: int | None,
    regions: bool | None,
    scope: str | None,
    quantum: bool | None,
    strength: int | None,
    apart: bool | None,
    clear: tuple[str, ...] | None,
) -> Unsupported | None:
    """What KMS has no way to say.

    A period outside its bounds is refused and not moved to the nearest one that it knows: whoever wrote 30 days has to
    decide between 90 and a mechanism of their own, and whoever reads the artifact finds the number that was asked for.
    """
    if management not in (None, "kms") and (management != "hsm" or store is None):
        named = (f"say `{STORE}` under `terraform.inputs`",) if management == "hsm" else ()
        return Unsupported(
            MANAGEMENT, (f"set `{MANAGEMENT}` to `kms`", *named, "take `terraform` out of `targets` in tenantc.yaml")
        )
    if management == "hsm" and (found := _in_a_store(rotation, regions)) is not None:
        return found
    if isinstance(rotation, int) and not _SHORTEST_ROTATION <= rotation <= _LONGEST_ROTATION:
        bounds = f"between {_SHORTEST_ROTATION} and {_LONGEST_ROTATION}, the days after which AWS KMS can rotate a key"
        return Unsupported(ROTATION, (f"set `{ROTATION}` {bounds}",))
    if window is not None and not _SHORTEST_WINDOW <= window <= _LONGEST_WINDOW:
        bounds = f"between {_SHORTEST_WINDOW} and {_LONGEST_WINDOW}, the days that AWS KMS can wait"
        return Unsupported(WINDOW, (f"set `{WINDOW}` {bounds}",))
    never: tuple[tuple[bool, Path, str], ...] = (
        (scope == "shared", _SCOPE, "to `per_tenant`, since each tenant's module makes a key"),
        (quantum is True, _QUANTUM, "to false, since no resource of Terraform chooses how keys are exchanged"),
        (strength is not None and strength > _BITS, _STRENGTH, f"to at most {_BITS}, the bits of a key of KMS"),
        (apart is False, _APART, "to true, since KMS keeps its keys to itself"),
        (bool(clear), _CLEAR, "to an empty list, since nobody sees a key of KMS in the clear"),
    )
    return next((Unsupported(path, (f"set `{path}` {instead}",)) for wrong, path, instead in never if wrong), None)


def _in_a_store(rotation: int | Unlimited | None, regions: bool | None) -> Unsupported | None:
    """Its keys stay as and where they are: https://docs.aws.amazon.com/kms/latest/developerguide/key-store-overview.html"""
    if rotation is not None and rotation is not UNLIMITED:
        return Unsupported(
            ROTATION, (f"set `{ROTATION}` to `unlimited`: keys of a custom key store are never rotated",)
        )
    return Unsupported(REGIONS, (f"set `{REGIONS}` to false: a custom key store has one region",)) if regions else None
