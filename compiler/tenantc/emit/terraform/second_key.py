"""The key with which the tenant's data is encrypted in a second region: the tenant's own there, or another one."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Slot, Tree, Unsupported, compact_json, document, text
from tenantc.emit.terraform.bucket import AT_REST, OWN_KEY, encrypted
from tenantc.emit.terraform.key import COMPROMISE, KEY_ARN, iam_decides, kept
from tenantc.emit.terraform.key_limits import MANAGEMENT, ROTATION, WINDOW
from tenantc.emit.terraform.region import ELSEWHERE, REPLICAS, Replicas, replicas
from tenantc.emit.terraform.region import LOOKS as REGIONS
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.value import UNLIMITED, Unlimited

_LOOKS: Final = (COMPROMISE, MANAGEMENT, ROTATION, AT_REST, OWN_KEY, *REGIONS)
_ARN: Final = "ARN of the tenant's key in the second region."


def second_key_arn(second: Replicas) -> Ref:
    """Where others find the key of the second region, if there is one."""
    return Ref(_kind(second), "secondary", "arn")


def _kind(second: Replicas) -> str:
    return "aws_kms_replica_key" if second.keys else "aws_kms_key"


@document("terraform", kind="aws_kms_replica_key", looks=(*_LOOKS, *LOOKS), places=(WINDOW, *PLACES))
def second_key(
    names: Names,
    compromised: str | None,
    management: str | None,
    rotation: int | Unlimited | None,
    at_rest: bool | None,
    own_key: bool | None,
    *said: Any,
) -> Result:
    """The tenant's key in a second region if it may be copied there, else another one for what is encrypted there.

    A replica is rotated as its primary is, and has a policy of its own.
    https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/kms_replica_key
    """
    looked, (*tagged,) = said[: len(REGIONS)], said[len(REGIONS) :]
    window: Slot | None = tagged.pop(len(LOOKS))
    second = replicas(*looked)
    if second is None or not (second.keys or encrypted(at_rest, own_key)):
        return None
    if management == "hsm" and not second.keys:
        choices = (f"take `objects` out of `{REPLICAS.removeprefix('workspace.')}`", f"set `{MANAGEMENT}` to `kms`")
        return Unsupported(MANAGEMENT, choices)
    own: dict[str, Tree] = {
        "enable_key_rotation": rotation is not None and rotation is not UNLIMITED,
        "rotation_period_in_days": rotation if isinstance(rotation, int) else None,
    }
    key: Tree = {
        "provider": ELSEWHERE,
        "description": text("Replicas of the data of ", names.tenant_name, " (tenant ", names.tenant_id, ")"),
        **({"primary_key_arn": KEY_ARN} if second.keys else own),
        "deletion_window_in_days": window,
        "tags": tags(names, "encryption", *tagged),
        "lifecycle": {"prevent_destroy": True},
    }
    here = Ref(_kind(second), "secondary", "key_id")
    statements = [one for one in (iam_decides(), kept(compromised)) if one is not None]
    policy = compact_json({"Version": "2012-10-17", "Statement": statements})
    return {
        "resource": {
            _kind(second): {"secondary": key},
            "aws_kms_alias": {"secondary": {"provider": ELSEWHERE, "name": names.kms_alias, "target_key_id": here}},
            "aws_kms_key_policy": {"secondary": {"provider": ELSEWHERE, "key_id": here, "policy": policy}},
        },
        "output": {"second_key_arn": {"description": _ARN, "value": second_key_arn(second)}},
    }
