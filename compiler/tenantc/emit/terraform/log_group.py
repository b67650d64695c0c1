"""The tenant's log group: what its workloads write down."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Result, Unsupported, document
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path

RETENTION: Final[Path] = "monitoring.logging.retention_days"
AT_REST: Final[Path] = "security.encryption_config.at_rest"

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html, retentionInDays
KNOWN_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)


def refused_days(path: Path, days: int) -> Unsupported:
    """A number that CloudWatch doesn't know is never rounded.

    A day less breaks a duty to keep, a day more a duty to delete, and only the user knows which of them holds.
    """
    below = max((known for known in KNOWN_DAYS if known < days), default=None)
    above = min((known for known in KNOWN_DAYS if known > days), default=None)
    return Unsupported(
        path,
        tuple(
            f"set `{path}` to {near}, the next {side} that CloudWatch Logs knows"
            for near, side in ((below, "shorter"), (above, "longer"))
            if near is not None
        ),
    )


def refusal(days: int | None) -> Unsupported | None:
    """What CloudWatch can't keep of `RETENTION`."""
    return None if days is None or days in KNOWN_DAYS else refused_days(RETENTION, days)


@document(
    "terraform",
    kind="aws_cloudwatch_log_group",
    looks=(RETENTION, AT_REST, *LOOKS),
    places=PLACES,
)
def log_group(
    names: Names,
    days: int | None,
    at_rest: bool | None,
    *tagged: Any,
) -> Result:
    """One log group for every category of log line, so that no change of the categories takes lines away.

    Without a retention CloudWatch keeps lines for ever. It may hold evidence, so Terraform refuses to delete it.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/cloudwatch_log_group
    """
    refused = refusal(days)
    if refused is not None:
        return refused
    return {
        "resource": {
            "aws_cloudwatch_log_group": {
                "tenant": {
                    "name": names.of("cloudwatch_log_group"),
                    "retention_in_days": days,
                    "kms_key_id": None if at_rest is False else KEY_ARN,
                    "tags": tags(names, "logs", *tagged),
                    "lifecycle": {"prevent_destroy": True},
                    # CloudWatch Logs refuses a key that it may not use yet
                    "depends_on": None if at_rest is False else ["aws_kms_key_policy.tenant"],
                }
            }
        }
    }
