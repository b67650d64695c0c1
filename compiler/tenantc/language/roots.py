"""What expressions can read besides the settings of the schema: what tenantc itself knows about a tenant."""

from __future__ import annotations

from collections.abc import Mapping

from tenantc.model.identity import Identity
from tenantc.model.schema import Group, Leaf
from tenantc.source.path import Path

# Roots whose settings are the schema's own, resolved elsewhere: `tier.limits.max_users` is what the tier alone gives.
MIRRORS = frozenset({"tier"})

SECRET_KINDS = ("reference", "sealed", "literal")

IDENTITY: Mapping[Path, Identity] = {f"tenant.{part.value}": part for part in Identity}


def _text(path: Path, description: str, *values: str, always: bool = True) -> Leaf:
    # `computed` says that tenantc fills it, so that it is there
    return Leaf(path, "string", description, "control", {}, enum=values, computed=always)


def _group(path: Path, description: str, *members: Leaf, required: tuple[str, ...] = ()) -> Group:
    return Group(path, description, {member.path.rpartition(".")[2]: member for member in members}, required=required)


ROOTS: Mapping[str, Group] = {
    "tenant": _group(
        "tenant",
        "The tenant as its spec states it.",
        *(_text(path, "Identity.") for path in IDENTITY),
        _text("tenant.tier", "Its tier."),
        _text("tenant.grade", "The grade of its tier."),
        _text(
            "tenant.status",
            "Where it stands in its life.",
            *("pending", "active", "suspended", "migrating", "maintenance", "terminated"),
        ),
        _text("tenant.ring", "Its roll-out cohort.", "canary", "early", "general"),
        _text("tenant.region", "The region it asked for.", always=False),
        _text("tenant.industry", "Its industry.", always=False),
    ),
    "deployment": _group(
        "deployment",
        "Where the environment puts the tenant.",
        _text("deployment.environment", "The environment."),
        _text("deployment.ring", "The tenant's roll-out cohort.", "canary", "early", "general"),
        _text("deployment.account", "The cloud account.", always=False),
        _text("deployment.region", "The cloud region.", always=False),
        _text("deployment.cluster", "The cluster.", always=False),
    ),
    "workspace": _group(
        "workspace",
        "What tenantc.yaml says.",
        _text("workspace.platform", "The platform's name."),
    ),
}

# What rules read besides, and settings can't: it depends on the day, or comes after the settings.
RULE_ROOTS: Mapping[str, Group | Leaf] = {
    "as_of": Leaf(
        "as_of", "string", "The day as of which a tenant is judged (UTC).", "control", {"format": "date"}, computed=True
    ),
    "waivers": Group(
        "waivers",
        "The waivers that name the tenant, by rule.",
        {},
        _group(
            "waivers.*",
            "A waiver.",
            Leaf("waivers.*.until", "string", "Its last day.", "fact", {"format": "date"}),
            _text("waivers.*.reason", "Why the rule can't be kept."),
            _text("waivers.*.approver", "Who accepts the risk."),
            required=("until", "reason", "approver"),
        ),
    ),
    "secrets": Group(
        "secrets",
        "The secret settings that have a value, by path.",
        {},
        _group("secrets.*", "A secret.", _text("secrets.*.kind", "What its value is.", *SECRET_KINDS)),
    ),
}
