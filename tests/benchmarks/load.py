"""What it costs to parse one spec, in microseconds: `python tests/benchmarks/load.py`.

The best of many runs, for YAML, for libyaml's events alone, which parsing YAML cannot undercut, and for JSON.
"""

import json
import sys
import time
from collections.abc import Callable

from yaml._yaml import CParser

from tenantc.load.text import parse_text

SPEC = b"""\
# tenants/acme-corp.yaml
tenant_id: acme-corp
tenant_name: ACME Corporation
tier: professional
owner_email: admin@acme.com
industry: technology
region: us-east-1
ring: early
compliance_requirements: [SOC2, GDPR]
mixins: [high-availability]
overrides:
  limits.max_users: 500
  limits.storage_gb: {value: 300, until: 2027-03-31, reason: "pilot, ticket 42"}
  features.enabled+: [custom_integrations]
  security.mfa_config.required: true
  ai_configuration.model_access["gpt-4.1"]: true
  branding:
    primary_color: "#ff0000"
    secondary_color: "#00ff00"
    logo_url: https://cdn.acme.com/logo.png
    support_email: help@acme.com
  integrations.okta:
    enabled: true
    region: us
  integrations.slack.enabled: false
environments:
  staging: {overrides: {monitoring.logging.level: DEBUG}}
  production: {}
names: {kubernetes_namespace: acme-prod}
domains:
  - api.acme.com
  - music.acme.com
"""


def microseconds(action: Callable[[], object], rounds: int = 60, times: int = 100) -> float:
    """The time of one action in the best of some rounds: what is above it is the machine's noise."""
    best = float("inf")
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(times):
            action()
        best = min(best, time.perf_counter() - start)
    return best / times * 1e6


def events(text: bytes) -> int:
    """How many events libyaml finds; each of them is made."""
    get = CParser(text).get_event
    count = 0
    while get() is not None:
        count += 1
    return count


def main() -> None:
    spec = parse_text("spec.yaml", SPEC).value[0]
    as_json = json.dumps(spec.plain(), indent=2).encode()
    rows = (
        (f"YAML, {len(SPEC.splitlines())} lines", lambda: parse_text("spec.yaml", SPEC)),
        (f"of which libyaml's {events(SPEC)} events", lambda: events(SPEC)),
        (f"the same as JSON, {len(as_json.splitlines())} lines", lambda: parse_text("spec.json", as_json)),
    )
    for name, action in rows:
        sys.stdout.write(f"{name:32}{microseconds(action):5.0f} µs\n")


if __name__ == "__main__":
    main()
