"""What Amazon Bedrock checks before a prompt reaches a model and before an answer reaches a person."""

from __future__ import annotations

from typing import Any, Final

from tenantc.emit.document import Expr, Names, Ref, Result, Tree, Unsupported, document, text
from tenantc.emit.terraform.inputs import INPUTS
from tenantc.emit.terraform.key import KEY_ARN
from tenantc.emit.terraform.log_group import AT_REST
from tenantc.emit.terraform.role import rights, statement
from tenantc.emit.terraform.tags import LOOKS, PLACES, tags
from tenantc.source.path import Path
from tenantc.source.value import Value

MODELS: Final[Path] = f"{INPUTS}.bedrock_models"
"""The models that tenants' workloads may ask: without it, nobody asks Bedrock."""
GUARDRAIL: Final = Ref("aws_bedrock_guardrail", "tenant", "guardrail_arn")
_SAFETY: Final[Path] = "ai_configuration.safety_settings"
_THRESHOLD: Final[Path] = f"{_SAFETY}.safety_threshold"
CHECKS: Final[tuple[Path, ...]] = tuple(
    f"{_SAFETY}.{name}"
    for name in (
        "content_filter",
        "bias_detection",
        "hallucination_detection",
        "personal_info_detection",
        "prompt_injection_detection",
    )
)

# https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-content-filters-overview.html
_HARMS: Final = ("INSULTS", "MISCONDUCT", "SEXUAL", "VIOLENCE")
# https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html
_HIGHEST_THRESHOLD: Final = 0.99
# https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-sensitive-filters.html, what names or finds a person
_PERSONAL: Final = (
    *("ADDRESS", "AGE", "CREDIT_DEBIT_CARD_CVV", "CREDIT_DEBIT_CARD_EXPIRY", "CREDIT_DEBIT_CARD_NUMBER", "DRIVER_ID"),
    *("EMAIL", "INTERNATIONAL_BANK_ACCOUNT_NUMBER", "IP_ADDRESS", "LICENSE_PLATE", "NAME", "PASSWORD", "PHONE", "PIN"),
    *("USERNAME", "VEHICLE_IDENTIFICATION_NUMBER", "US_BANK_ACCOUNT_NUMBER", "US_PASSPORT_NUMBER"),
    *("US_INDIVIDUAL_TAX_IDENTIFICATION_NUMBER", "US_SOCIAL_SECURITY_NUMBER", "CA_HEALTH_NUMBER"),
    *("CA_SOCIAL_INSURANCE_NUMBER", "UK_NATIONAL_HEALTH_SERVICE_NUMBER", "UK_NATIONAL_INSURANCE_NUMBER"),
    "UK_UNIQUE_TAXPAYER_REFERENCE_NUMBER",
)


@document(
    "terraform",
    kind="aws_bedrock_guardrail",
    needs=MODELS,
    looks=(MODELS, *CHECKS, _THRESHOLD, f"{_SAFETY}.content_filter_strength", AT_REST, *LOOKS),
    places=PLACES,
)
def guardrail(
    names: Names,
    _models: Value,
    filtered: bool | None,
    unbiased: bool | None,
    grounded: bool | None,
    masked: bool | None,
    injections: bool | None,
    threshold: float | None,
    strength: str | None,
    at_rest: bool | None,
    *tagged: Any,
) -> Result:
    """The tenant's guardrail; none where nothing is checked, since Bedrock takes no empty one.

    An answer is grounded in its sources with a score, of which the settings know one: that of safety.
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/bedrock_guardrail
    """
    if not any((filtered, unbiased, grounded, masked, injections)):
        return {"locals": {"tenant_guardrails": []}}
    if grounded and threshold is not None and threshold > _HIGHEST_THRESHOLD:
        choice = f"set `{_THRESHOLD}` to {_HIGHEST_THRESHOLD} at most, since Bedrock is never surer"
        return Unsupported(_THRESHOLD, (choice,))
    filters = _filters((strength or "medium").upper(), filtered=filtered, unbiased=unbiased, injections=injections)
    grounding: Tree = {"filters_config": {"type": "GROUNDING", "threshold": threshold}}
    personal: Tree = {"pii_entities_config": [{"type": kind, "action": "ANONYMIZE"} for kind in _PERSONAL]}
    found: Tree = {
        "name": names.of("aws_name"),
        "description": text("What is checked for tenant ", names.tenant_id),
        **_SAID,
        "kms_key_arn": None if at_rest is False else KEY_ARN,
        "content_policy_config": {"filters_config": filters} if filters else None,
        "contextual_grounding_policy_config": grounding if grounded else None,
        "sensitive_information_policy_config": personal if masked else None,
        "tags": tags(names, "ai", *tagged),
    }
    return {
        "locals": {"tenant_guardrails": [GUARDRAIL, text(GUARDRAIL, ":*")]},
        "resource": {"aws_bedrock_guardrail": {"tenant": found}},
        "output": {"guardrail": {"description": "ARN of the tenant's guardrail in Bedrock.", "value": GUARDRAIL}},
    }


_SAID: Final[dict[str, Tree]] = {
    "blocked_input_messaging": "This can't be answered here.",
    "blocked_outputs_messaging": "The answer is held back: a check found something in it.",
}


@document("terraform", kind="aws_iam_role_policy", needs=MODELS, looks=(MODELS,))
def model_rights(_names: Names, _models: Value) -> Tree:
    """Models are asked with the tenant's guardrail, in whatever version, or not at all, where it has one.

    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-permissions-id.html
    """
    guarded: Tree = {
        "for_each": Expr("length(local.tenant_guardrails) > 0 ? [local.tenant_guardrails] : []"),
        "content": {
            "test": "StringLike",
            "variable": "bedrock:GuardrailIdentifier",
            "values": Expr("condition.value"),
        },
    }
    asking = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    asks = statement("Models", asking, Ref("local", "bedrock_models"))
    return rights("models", [{**asks, "dynamic": {"condition": guarded}}])


def _filters(strength: str, *, filtered: bool | None, unbiased: bool | None, injections: bool | None) -> list[Tree]:
    """A strong filter lets through what is surely harmless. What speaks ill of groups of people is found as hate.

    https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-content-filters.html
    """

    def one(kind: str, *, asked: bool | None, answered: bool | None) -> Tree:
        strengths = {"input_strength": asked, "output_strength": answered}
        return {"type": kind, **{name: strength if wanted else "NONE" for name, wanted in strengths.items()}}

    return [
        *([one("HATE", asked=filtered, answered=True)] if filtered or unbiased else []),
        *([one(kind, asked=True, answered=True) for kind in _HARMS] if filtered else []),
        *([one("PROMPT_ATTACK", asked=True, answered=False)] if injections else []),
    ]
