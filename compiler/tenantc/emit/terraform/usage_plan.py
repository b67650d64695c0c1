"""How much the tenant may ask of the platform's API, where API Gateway stands before it."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Names, Ref, Result, Tree, Unsupported, document
from tenantc.emit.terraform.inputs import INPUTS
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.emit.terraform.waf import BURST, RATE, endless_burst
from tenantc.source.path import Path
from tenantc.source.value import Unlimited, Value

_API: Final[Path] = f"{INPUTS}.rest_api"
_STAGE: Final[Path] = f"{INPUTS}.stage"
_ACCESS: Final[Path] = "integrations.custom.api_access"


@document(
    "terraform",
    kind="aws_api_gateway_usage_plan",
    needs=_API,
    looks=(_API, _STAGE, RATE, BURST, *LOOKS),
    places=PLACES,
)
def usage_plan(
    names: Names,
    _api: Value,
    stage: Value | None,
    rate: int | Unlimited | None,
    burst: int | Unlimited | None,
    *tagged: Any,
) -> Result:
    """The tenant's plan. Its quotas are by the day, the week and the month, so what an hour may hold is kept elsewhere.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html
    https://docs.aws.amazon.com/apigateway/latest/api/API_QuotaSettings.html
    """
    if stage is None:
        return Unsupported(_API, ("say in `terraform.inputs.stage` in tenantc.yaml which stage of it tenants call",))
    refusal = endless_burst(rate, burst)
    if refusal is not None:
        return refusal
    plan: Tree = {
        "name": names.of("aws_name"),
        "api_stages": {"api_id": Ref("local", "rest_api"), "stage": Ref("local", "stage")},
        # no burst still is one request at a time: https://en.wikipedia.org/wiki/Token_bucket
        "throttle_settings": (
            {"rate_limit": rate, "burst_limit": max(burst or 1, 1)}
            if isinstance(rate, int) and not isinstance(burst, Unlimited)
            else None
        ),
        "tags": tags(names, "api", *tagged),
    }
    return {"resource": {"aws_api_gateway_usage_plan": {"tenant": plan}}}


@document("terraform", kind="aws_api_gateway_api_key", needs=_API, looks=(_API, _ACCESS, *LOOKS), places=PLACES)
def api_key(
    names: Names,
    _api: Value,
    access: bool | None,
    *tagged: Any,
) -> Tree:
    """The tenant's key, whose value AWS makes up; it opens nothing while the tenant may not call the API."""
    found = tags(names, "api", *tagged)
    key: Tree = {"name": names.of("aws_name"), "enabled": access or False, "tags": found}
    link: Tree = {
        "usage_plan_id": Ref("aws_api_gateway_usage_plan", "tenant", "id"),
        "key_id": Ref("aws_api_gateway_api_key", "tenant", "id"),
        "key_type": "API_KEY",
    }
    return {
        "resource": {
            "aws_api_gateway_api_key": {"tenant": key},
            "aws_api_gateway_usage_plan_key": {"tenant": link},
        },
        "output": {
            "api_key": {
                "description": "Id of the tenant's key for the platform's API.",
                "value": Ref("aws_api_gateway_api_key", "tenant", "id"),
            }
        },
    }
