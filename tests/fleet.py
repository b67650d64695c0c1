"""Generates fleets: many tenants that differ as real ones do, and some whose texts are hostile."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

# what the rules ask about the world
FACTS = Path(__file__).parent / "data" / "facts.yaml"

TIERS = ("free", "free", "professional", "professional", "professional", "enterprise", "custom")
MIXINS = ("high-availability", "strict-sessions", "long-retention")
REGIONS = ("us-east-1", "eu-west-1", "ap-southeast-2")
FRAMEWORKS = ("SOC2", "GDPR", "ISO27001")

# What a text may hold that some format, shell or reader would take for something else.
HOSTILE = (
    'O\'Reilly "Media"',
    "a\\b\\n",
    "line\nbreak\r\ntab\t",
    "$${injected} %{if} {{ jinja }} %s %(x)s %b",
    "'; DROP TABLE tenants; --",
    "$tenantc$; $$; $body$",
    "yes",
    "0o17",
    "1e3",
    "- item: # no comment",
    "\u202e\u2066bidi\u2069",
    "\u2028line\u2029separator\u0085",
    "emoji 🎵 and ünïcödé",
    "<script>alert(1)</script>&amp;",
    "x" * 200,
    "null",
    "{a: b}",
    "*anchor &alias !tag",
    "\\u0041 ' \\",
)

# Settings that tenants of any tier may override, with values that differ from every tier's.
OVERRIDES: tuple[tuple[str, Callable[[random.Random], object]], ...] = (
    ("limits.max_users", lambda r: r.randint(1, 4)),
    ("limits.webhook_endpoints", lambda r: r.randint(1, 1)),
    ("monitoring.logging.level", lambda _: "DEBUG"),
    ("security.session_config.idle_timeout_minutes", lambda r: r.randint(6, 9)),
    ("features.enabled+", lambda r: [f"extra_{r.randint(1, 30)}"]),
    ('ai_configuration.model_access["gpt-4.1"]', lambda _: True),
    ("integrations.slack.region", lambda r: r.choice(["eu", "us"])),
    ("infrastructure.caching.ttl_seconds", lambda r: r.randint(61, 900)),
)


def spec(number: int, seed: int = 0, hostile: bool = False) -> dict[str, object]:
    """The spec of tenant `number`: the same for the same arguments, whatever else is generated."""
    r = random.Random(f"{seed}/{number}")  # noqa: S311 — data for tests, not for keys
    made: dict[str, object] = {
        "tenant_id": f"tenant-{number:06d}",
        "tenant_name": r.choice(HOSTILE) if hostile else f"Tenant {number}",
        "tier": r.choice(TIERS),
        "owner_email": f"owner-{number}@example.com",
        "industry": r.choice(["media", "health", "finance"]),
        "region": r.choice(REGIONS),
        "ring": r.choice(["canary", "early", "general"]),
        "compliance_requirements": sorted(r.sample(FRAMEWORKS, r.randint(0, 2))),
    }
    if made["tier"] != "free" and r.random() < 0.3:
        made["mixins"] = [r.choice(MIXINS)]
    overrides = {path: make(r) for path, make in r.sample(OVERRIDES, r.randint(0, 4))}
    if hostile and r.random() < 0.7:
        overrides["integrations.slack.channel"] = r.choice(HOSTILE)
    if any(path.startswith("integrations.slack") for path in overrides):
        # who connects a vendor says what the vendor gets
        overrides |= {
            "integrations.slack.receives_personal_data": False,
            "integrations.slack.risk_review_interval_days": 180,
        }
    if overrides:
        made["overrides"] = overrides
    return made


def write(folder: Path, tenants: int, seed: int = 0, hostile: bool = False) -> Path:
    """A workspace of that many tenants, a file each, as YAML that JSON is; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tenantc.yaml").write_text(
        "platform: fleet\nlanguage: 1\nnaming: 1\n"
        "kubernetes: {version: '1.30', workloads: {api: {kind: Deployment, port: 8080}}}\n"
        "sql: {shared_tables: [app.tracks], tenant_column: tenant_id}\n"
        "defaults: {region: us-east-1}\n"
        f"settings:\n{indent(FACTS.read_text('utf-8'), '  ')}"
    )
    for number in range(tenants):
        path = folder / "tenants" / f"{number // 1000:03d}" / f"tenant-{number:06d}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_yaml(spec(number, seed, hostile)), encoding="utf-8")
    return folder


def _yaml(made: dict[str, object]) -> str:
    """A spec as people lay it out: a line a key, an indented line an override."""
    lines = []
    for key, value in made.items():
        if isinstance(value, dict):
            lines.append(f"{key}:")
            lines += [f"  {quoted(name)}: {quoted(item)}" for name, item in value.items()]
        else:
            lines.append(f"{key}: {quoted(value)}")
    return "\n".join(lines) + "\n"


def quoted(value: object) -> str:
    """A value in flow style; what no YAML text may hold bare is an escape, in one piece beyond the basic plane."""
    return re.sub(
        "[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]",
        lambda match: f"\\u{ord(match.group()):04x}",
        json.dumps(value, ensure_ascii=False),
    )
