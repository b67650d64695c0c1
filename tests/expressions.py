"""A small schema to try expressions on, and what a text comes to in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tenantc.language.check import Checked, check
from tenantc.language.evaluate import Missing, Problem, evaluate
from tenantc.language.parse import parse_value
from tenantc.language.reference import evaluate_plainly
from tenantc.language.syntax import Expression, SyntaxProblem, TextTemplate
from tenantc.model.schema import Group, Leaf, Schema
from tenantc.source.value import Value

Settings = Mapping[str, Value]


def leaf(path: str, kind: str, unit: str | None = None, **more: Any) -> Leaf:
    """A setting; what is no field of `Leaf` goes into its JSON Schema."""
    fields = {name: more.pop(name) for name in ("unlimited", "default", "enum", "item", "computed") if name in more}
    return Leaf(path, kind, "", "control", more, unit=unit, **fields)  # type: ignore[arg-type]


def schema(*leaves: Leaf, required: tuple[str, ...] = ()) -> Schema:
    """The schema of these settings; `*` in a path opens a map. The required ones are named by their paths."""
    return Schema(_group("", list(leaves), required))


def _group(path: str, leaves: list[Leaf], required: tuple[str, ...]) -> Group:
    prefix = f"{path}." if path else ""
    members: dict[str, Group | Leaf] = {}
    for name in dict.fromkeys(one.path.removeprefix(prefix).split(".")[0] for one in leaves):
        inner = f"{prefix}{name}"
        here = next((one for one in leaves if one.path == inner), None)
        below = [one for one in leaves if one.path.startswith(f"{inner}.")]
        members[name] = here if here is not None else _group(inner, below, required)
    entry = members.pop("*", None)
    mine = tuple(name for name in members if f"{prefix}{name}" in required)
    return Group(path, "", members, entry, required=mine)


COUNT = {"default": 1, "minimum": 1}

SCHEMA = schema(
    leaf("limits.max_users", "integer", "users", unlimited=True, **COUNT),
    leaf("limits.concurrent_sessions", "integer", "users", unlimited=True, **COUNT),
    leaf("limits.storage_gb", "integer", "GB", unlimited=True, default=1, minimum=0),
    leaf("limits.cache_mib", "integer", "MiB", **COUNT),
    leaf("limits.upload_mb", "integer", "MB", **COUNT),
    leaf("limits.requests_per_hour", "integer", "requests/hour", unlimited=True, **COUNT),
    leaf("limits.requests_per_minute", "integer", "requests/minute", **COUNT),
    leaf("limits.sessions_per_month", "integer", "sessions/month", **COUNT),
    leaf("limits.tokens_per_day", "integer", "tokens/day", **COUNT),
    leaf("limits.integrations", "integer", unlimited=True, default=1, minimum=0),
    leaf("limits.seats", "integer", "users", minimum=0),
    leaf("limits.cost", "number", "USD", default=1, minimum=0),
    leaf("security.idle_timeout_minutes", "integer", "minutes", **COUNT),
    leaf("security.absolute_timeout_hours", "integer", "hours", default=0, minimum=0),
    leaf("security.exact_hours", "number", "hours", default=1, exclusiveMinimum=0),
    leaf("security.key_rotation_days", "integer", "days", **COUNT),
    leaf("security.mfa", "boolean", default=False),
    leaf("security.audited", "boolean"),
    leaf("security.key_management", "string", enum=("kms", "hsm", "vault"), default="kms"),
    leaf("security.backup_key_management", "string", enum=("kms", "hsm"), default="kms"),
    leaf("security.label", "string"),
    leaf("scaling.target", "integer", "percent", **COUNT),
    leaf("scaling.threshold", "number", "ratio", default=0.8, minimum=0),
    leaf("scaling.factor", "number", default=2, minimum=1),
    leaf("scaling.offset", "integer", default=0),
    leaf("features.enabled", "array", item="string", default=(), items={"type": "string"}),
    leaf("features.colours", "array", item="string", default=(), items={"enum": ["red", "blue"]}),
    leaf("features.weights", "array", item="integer", default=(), items={"type": "integer", "minimum": 1}),
    leaf("features.rules", "array", default=(), items={"type": "object"}),
    leaf("models.*", "boolean"),
    leaf("vendors.*.region", "string"),
    leaf("contact.name", "string"),
    leaf("contact.email", "string"),
    required=("contact.email", "vendors.*.region"),
)

SETTINGS: Settings = {
    "limits.max_users": 100,
    "limits.concurrent_sessions": 10,
    "limits.storage_gb": 10,
    "limits.cache_mib": 512,
    "limits.upload_mb": 500,
    "limits.requests_per_hour": 6000,
    "limits.requests_per_minute": 100,
    "limits.sessions_per_month": 50,
    "limits.tokens_per_day": 1000,
    "limits.integrations": 25,
    "limits.cost": 9.5,
    "security.idle_timeout_minutes": 90,
    "security.absolute_timeout_hours": 5,
    "security.exact_hours": 1.5,
    "security.key_rotation_days": 30,
    "security.mfa": True,
    "security.key_management": "hsm",
    "security.backup_key_management": "kms",
    "scaling.target": 70,
    "scaling.threshold": 0.8,
    "scaling.factor": 2,
    "scaling.offset": 0,
    "features.enabled": ("analytics", "sso"),
    "features.colours": ("red",),
    "features.weights": (3, 1, 2),
    "features.rules": (),
    'models["gpt-4.1"]': True,
    "contact.email": "a@example.com",
    "tenant.tier": "professional",
    "tenant.ring": "early",
    "tier.limits.max_users": 80,
    "deployment.environment": "production",
    "workspace.platform": "streaming",
}


def value(target: str, text: str, settings: Settings = SETTINGS) -> object:
    """What a text comes to for a setting: a value, `Missing`, a `Problem`, or the problems found before evaluation."""
    setting = SCHEMA.leaf(target)
    parsed = parse_value(text)
    assert setting is not None
    if not isinstance(parsed, (Expression, TextTemplate)):
        return parsed
    checked = check(parsed, SCHEMA, setting)
    if not isinstance(checked, Checked):
        return checked
    result = evaluate(parsed, setting, SCHEMA, settings.get)
    plainly = evaluate_plainly(checked, settings.get)
    assert (result, type(result)) == (plainly, type(plainly))
    return result


def messages(target: str, text: str, settings: Settings = SETTINGS) -> list[str]:
    """Everything that is said against a text for a setting, with the way out after an arrow."""
    result = value(target, text, settings)
    problems = result if isinstance(result, tuple) else (result,)
    said = []
    for problem in problems:
        if isinstance(problem, (Problem, SyntaxProblem)):
            said.append(f"{problem.message} → {problem.help}" if problem.help else problem.message)
        else:
            assert isinstance(problem, Missing), f"`{text}` is fine: {problem}"
            said.append(f"{problem.path} is missing")
    return said


def blamed(target: str, text: str) -> list[str]:
    """The parts of a text that its problems underline."""
    result = value(target, text)
    problems = result if isinstance(result, tuple) else (result,)
    places = [one for one in problems if isinstance(one, (Problem, SyntaxProblem, Missing))]
    return [text[one.offset : one.offset + one.length] for one in places]
